"""The kernel before clients of other people: jupyter_kernel_test with every optional test, nbclient, nbconvert, papermill.

usage: PYTHON .ci/kernel_tests.py, in the folder of the repository and after a release build; PYTHON has jupyter_kernel_test, nbclient, nbconvert and papermill.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import jupyter_kernel_test
import nbclient
import nbformat
from jupyter_client.manager import KernelManager

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIGICAM = ["dotnet", str(ROOT / "src/DigiCam.Cli/bin/Release/net10.0/DigiCam.Cli.dll")]
KERNEL = ".net-csharp"


class KernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "C#"
    file_extension = ".cs"
    code_hello_world = 'Console.WriteLine("hello, world");'
    code_stderr = 'Console.Error.WriteLine("hello");'
    completion_samples = [
        {"text": "Math.Sqr", "matches": ["Sqrt"]},
        {"text": "Console.WriteL", "matches": ["WriteLine"]},
    ]
    complete_code_samples = ["1 + 1", "var a = 1;", "int F(int x)\n{\n    return x;\n}", "// nothing"]
    incomplete_code_samples = ["if (true)\n{", "class A", "var a ="]
    invalid_code_samples = ["int 1a = 3;", "}"]
    code_page_something = "Math.Max?"
    code_generate_error = 'throw new InvalidOperationException("on purpose");'
    code_execute_result = [{"code": "1 + 2 + 3", "result": "6"}, {"code": '"a" + "b"', "result": "ab"}]
    code_display_data = [
        {"code": 'display(HTML("<b>x</b>"));', "mime": "text/html"},
        {"code": 'display("*x*", "text/markdown");', "mime": "text/markdown"},
    ]
    code_history_pattern = "1 +*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Console.WriteLine"
    code_clear_output = "clear_output();"


class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


class ClientTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def notebook(self):
        new = nbformat.v4
        parameters = new.new_code_cell("var times = 2;\nvar name = \"a\";")
        parameters.metadata["tags"] = ["parameters"]
        cells = [parameters, new.new_code_cell("var twice = times * 21;\nConsole.WriteLine(name);"), new.new_code_cell("twice")]
        book = new.new_notebook(cells=cells, metadata={"kernelspec": {"name": KERNEL, "display_name": ".NET (C#)", "language": "C#"}})
        path = self.folder / "book.ipynb"
        nbformat.write(book, path)
        return path

    def check(self, path, text, value):
        book = nbformat.read(path, 4)
        nbformat.validate(book)
        self.assertEqual(book.metadata.language_info.name, "C#")
        self.assertEqual(book.cells[-2].outputs[0].text, text)
        self.assertEqual(book.cells[-1].outputs[0].data["text/plain"], value)

    def test_nbconvert(self):
        path = self.notebook()
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "out.ipynb", str(path)], check=True, cwd=self.folder)
        self.check(self.folder / "out.ipynb", "a\n", "42")

    def test_papermill(self):
        path = self.notebook()
        out = self.folder / "out.ipynb"
        subprocess.run([sys.executable, "-m", "papermill", "--no-progress-bar", "-p", "times", "3", "-p", "name", "b", str(path), str(out)], check=True)
        self.check(out, "b\n", "63")

    def test_nbclient_first_look(self):
        book = nbformat.read(ROOT / "notebooks/00-first-look.ipynb", 4)
        nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
        nbformat.validate(book)
        outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
        self.assertGreater(len(outputs), 5)
        self.assertFalse([output for output in outputs if output.output_type == "error"])

    def test_nbclient_error_stops(self):
        book = nbformat.read(self.notebook(), 4)
        book.cells[1].source = 'throw new Exception("on purpose");'
        with self.assertRaisesRegex(nbclient.exceptions.CellExecutionError, "cell 2, line 1"):
            nbclient.NotebookClient(book).execute()

    def test_interrupt_and_restart(self):
        manager = KernelManager(kernel_name=KERNEL)
        start = time.monotonic()
        manager.start_kernel()
        self.addCleanup(manager.shutdown_kernel, now=True)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        ready = time.monotonic() - start
        self.assertEqual(client.execute_interactive("1 + 1", timeout=60, output_hook=lambda message: None)["content"]["status"], "ok")
        first = time.monotonic() - start
        start = time.monotonic()
        client.execute_interactive("1 + 1", timeout=60, output_hook=lambda message: None)
        again = time.monotonic() - start
        print(f"kernel ready after {ready:.2f} s, first result after {first:.2f} s, another in {1000 * again:.0f} ms", file=sys.stderr)
        client.execute("while (true) { }")
        time.sleep(0.5)
        start = time.monotonic()
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=60)
        print(f"interrupted in {time.monotonic() - start:.2f} s", file=sys.stderr)
        self.assertEqual(reply["content"]["ename"], "Interrupted")
        manager.restart_kernel()
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive("twice", timeout=60, output_hook=lambda message: None)
        self.assertIn("CS0103", reply["content"]["evalue"])


def resident(pid):
    """Memory of a process in MB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


class FigureTests(unittest.TestCase):
    """What is printed here depends on the machine and on what else runs; only memory is asked for."""

    def test_thousand_executes(self):
        start = time.monotonic()
        manager = KernelManager(kernel_name=KERNEL)
        manager.start_kernel()
        self.addCleanup(manager.shutdown_kernel, now=True)
        client = manager.client()
        client.start_channels()
        client.kernel_info()
        client.get_shell_msg(timeout=60)
        info = time.monotonic() - start
        times, memory = [], {}
        for count in range(1, 1001):
            before = time.monotonic()
            self.assertEqual(client.execute_interactive("1 + 1", timeout=60, output_hook=lambda message: None)["content"]["status"], "ok")
            times.append(time.monotonic() - before)
            if count == 1:
                first = time.monotonic() - start
            if count in (100, 1000):
                memory[count] = resident(manager.provisioner.pid)
        typical = sorted(times[1:])[len(times) // 2]
        print(f"kernel_info after {info:.2f} s, first result after {first:.2f} s, a further 1 + 1 in {1000 * typical:.1f} ms (median of 999), "
              f"memory {memory[100]:.0f} MB after 100 executes, {memory[1000]:.0f} MB after 1000", file=sys.stderr)
        self.assertLess(memory[1000], 1.2 * memory[100])

    def test_five_cells(self):
        with tempfile.TemporaryDirectory() as folder:
            commands = {}
            for kernel, language, cells in ((KERNEL, "C#", ["1 + 1", "var x = 3;", "Console.WriteLine(x);", "x * 2", "new[] { 1, 2 }.Sum()"]), ("python3", "python", ["1 + 1", "x = 3", "print(x)", "x * 2", "sum([1, 2])"])):
                new = nbformat.v4
                path = f"{folder}/{kernel}.ipynb"
                nbformat.write(new.new_notebook(cells=[new.new_code_cell(cell) for cell in cells], metadata={"kernelspec": {"name": kernel, "display_name": language, "language": language}}), path)
                commands[kernel] = path
            for name, command in {
                "digicam run": [*DIGICAM, "run", commands[KERNEL], "-o", f"{folder}/out.ipynb"],
                "papermill, this kernel": [sys.executable, "-m", "papermill", "--no-progress-bar", commands[KERNEL], f"{folder}/mill.ipynb"],
                "papermill, ipykernel": [sys.executable, "-m", "papermill", "--no-progress-bar", commands["python3"], f"{folder}/python.ipynb"],
            }.items():
                times = []
                for _ in range(3):
                    start = time.monotonic()
                    subprocess.run(command, check=True, capture_output=True, cwd=folder)
                    times.append(time.monotonic() - start)
                print(f"five cells, {name}: best {min(times):.2f} s, median {sorted(times)[1]:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data:
        os.environ["JUPYTER_DATA_DIR"] = data
        subprocess.run([*DIGICAM, "kernel", "install"], check=True)
        unittest.main()
