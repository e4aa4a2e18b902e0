"""Notebooks, executed with this kit's kernel by Jupyter's own clients, two at a time; what comes out obeys the rules of check_reports.py.

usage: PYTHON .ci/run_notebooks.py CLIENT FOLDER NOTEBOOK..., after a release build and `digicam demo`; CLIENT is nbclient or nbconvert and belongs to PYTHON.
The executed notebooks go to FOLDER.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import check_reports

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIGICAM = ["dotnet", str(ROOT / "src/DigiCam.Cli/bin/Release/net10.0/DigiCam.Cli.dll")]
TIMEOUT = 600
NBCLIENT = """
import pathlib, sys
import nbclient, nbformat
source, target = map(pathlib.Path, sys.argv[1:3])
book = nbformat.read(source, 4)
try:
    nbclient.NotebookClient(book, resources={"metadata": {"path": str(source.parent)}}).execute()
finally:
    nbformat.validate(book)
    nbformat.write(book, target)
"""


def execute(client, folder, notebook):
    """The seconds it took."""
    target = folder / notebook.name
    target.unlink(missing_ok=True)
    if client == "nbclient":
        command = [sys.executable, "-c", NBCLIENT, str(notebook), str(target)]
    else:
        command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", str(folder), str(notebook)]
    start = time.monotonic()
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT)
    if run.returncode != 0:
        raise RuntimeError(f"exit code {run.returncode}: {run.stdout[-3000:]}")
    counts = [cell["execution_count"] for cell in json.loads(target.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    if counts != list(range(1, len(counts) + 1)):
        raise RuntimeError(f"cells have the numbers {counts}")
    return time.monotonic() - start


def main():
    client, folder, notebooks = sys.argv[1], pathlib.Path(sys.argv[2]), [pathlib.Path(name).resolve() for name in sys.argv[3:]]
    if client not in ("nbclient", "nbconvert") or not notebooks:
        sys.exit(__doc__)
    version = subprocess.run([sys.executable, "-c", f"import {client}; print({client}.__version__)"], check=True, capture_output=True, text=True).stdout.strip()
    folder.mkdir(parents=True, exist_ok=True)
    folder, failed, start = folder.resolve(), 0, time.monotonic()
    with tempfile.TemporaryDirectory() as data, concurrent.futures.ThreadPoolExecutor(2) as pool:
        os.environ["JUPYTER_DATA_DIR"] = data
        subprocess.run([*DIGICAM, "kernel", "install"], check=True)
        runs = [(notebook, pool.submit(execute, client, folder, notebook)) for notebook in notebooks]
        for notebook, run in runs:
            try:
                print(f"{notebook.name}: {run.result():.1f} s", flush=True)
                check_reports.check_notebook(folder / notebook.name)
            except (RuntimeError, subprocess.TimeoutExpired) as problem:  # The others are run all the same.
                failed += 1
                print(f"FAILED {notebook.name}: {problem}", flush=True)
    print("\n".join(check_reports.defects))
    print(f"{client} {version}: {len(notebooks) - failed} of {len(notebooks)} notebooks executed in {time.monotonic() - start:.0f} s, {len(check_reports.defects)} defects")
    sys.exit(failed > 0 or len(check_reports.defects) > 0)


main()
