using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Parameters;
using DigiCam.Kernel.Running;
using DigiCam.Kernel.Tests.Support;

namespace DigiCam.Kernel.Tests.Running;

/// <summary>The runner with its real worker process.</summary>
public sealed class NotebookRunnerTests : RunnerTestBase
{
    [Fact]
    public async Task Run_ClearedOutputsAndMagic_AreAsInTheKernel()
    {
        string path = Notebooks.Create(
            "Console.Write(1); clear_output(); Console.Write(2);",
            "display(1); Console.Write(2); clear_output(true);",
            "Console.Write(1); clear_output(true); Console.Write(2); display(3);",
            "#!markdown\n# Title",
            "#r \"nuget: ,\"").Write(Folder);
        NotebookRunResult result = await RunAsync(path);
        NotebookDocument output = NotebookDocument.Load(result.OutputPath!);
        Assert.Equal("2", output.Cells[0].StreamText());
        Assert.Equal(2, output.Cells[1].Outputs.Count);
        Assert.Equal(("2", 2), (output.Cells[2].StreamText(), output.Cells[2].Outputs.Count));
        Assert.Equal("# Title", Assert.IsType<DisplayDataOutput>(Assert.Single(output.Cells[3].Outputs)).Data["text/markdown"]);
        Assert.Equal((RunStatus.CellFailed, 1), (result.Status, result.Cells[4].Line));
    }

    [Fact]
    public async Task Run_GoodNotebook_WritesOutputsAndAccount()
    {
        NotebookDocument input = Notebooks.Create(
            "var a = 20;\nConsole.WriteLine(\"größe 1.5\");",
            "a + 1",
            "display(HTML(\"<b>x</b>\"));\nConsole.Write(1.5);",
            "",
            "System.IO.File.WriteAllText(\"made.txt\", System.IO.Directory.GetCurrentDirectory());\nConsole.Error.WriteLine(1.5);");
        input.Cells[1].Outputs.Add(new StreamOutput("stdout", "of an earlier run"));
        string path = input.Write(Folder);
        string before = File.ReadAllText(path);
        List<CellProgress> progress = [];

        NotebookRunResult result = await RunAsync(path, options => options with { Progress = new Sink(progress), HtmlPath = Folder.File("out/report.html") });

        Assert.Equal("", result.Message);
        Assert.Equal(RunStatus.Succeeded, result.Status);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(before, File.ReadAllText(path));
        NotebookDocument output = NotebookDocument.Load(result.OutputPath!);
        Assert.Equal("größe 1.5\n", output.Cells[0].StreamText());
        Assert.Equal("21", output.Cells[1].ResultText());
        Assert.Single(output.Cells[1].Outputs);
        Assert.Equal(2, output.Cells[1].ExecutionCount);
        Assert.IsType<DisplayDataOutput>(output.Cells[2].Outputs[0]);
        Assert.Equal("1.5", output.Cells[2].StreamText());
        Assert.Equal("1.5\n", output.Cells[4].StreamText("stderr"));
        Assert.Equal(".net-csharp", output.KernelName);
        JsonNode run = output.Metadata["digicam"]!["run"]!;
        Assert.Equal("succeeded", (string?)run["status"]);
        Assert.Equal(5, run["cells"]!.AsArray().Count);
        Assert.Equal(
            ["1 Running", "1 Succeeded", "2 Running", "2 Succeeded", "3 Running", "3 Succeeded", "5 Running", "5 Succeeded"],
            progress.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Cell.Number} {item.Cell.Status}")));
        Assert.True(File.Exists(Folder.File("out/report.html")));
        Assert.EndsWith(Path.GetFileName(Folder.FullName), File.ReadAllText(Folder.File("made.txt")), StringComparison.Ordinal);
        AssertNoTemporaryFiles();

        // Apart from the account, a second run gives the same file.
        NotebookRunResult again = await RunAsync(path);
        NotebookDocument second = NotebookDocument.Load(again.OutputPath!);
        output.Metadata.Remove("digicam");
        second.Metadata.Remove("digicam");
        Assert.Equal(output.ToJson(), second.ToJson());
    }

    [Fact]
    public async Task Run_FailingCell_StopsThereAndNamesTheLine()
    {
        string path = Notebooks.Create("int zero = 0;", "int one = 1;\n\none / zero", "Console.WriteLine(\"never\");").Write(Folder);
        NotebookRunResult result = await RunAsync(path, options => options with { HtmlPath = Folder.File("r.html") });

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cell 2, line 3: System.DivideByZeroException", result.Message, StringComparison.Ordinal);
        Assert.Equal(3, result.Cells[1].Line);
        Assert.Equal([CellStatus.Succeeded, CellStatus.Failed, CellStatus.NotRun], result.Cells.Select(cell => cell.Status));
        NotebookDocument output = NotebookDocument.Load(result.OutputPath!);
        ErrorOutput error = Assert.IsType<ErrorOutput>(Assert.Single(output.Cells[1].Outputs));
        Assert.Equal("Error", error.Name);
        Assert.Contains("   cell 2, line 3: one / zero", error.Traceback);
        Assert.Null(output.Cells[2].ExecutionCount);
        string html = File.ReadAllText(Folder.File("r.html"));
        Assert.Contains("class=\"failing\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ContinueOnError_RunsTheRest()
    {
        string path = Notebooks.Create("int a = 1;", "a = 5; throw new Exception(\"no\");", "undefined", "a").Write(Folder);
        NotebookRunResult result = await RunAsync(path, options => options with { ContinueOnError = true });
        Assert.Equal(RunStatus.CellFailed, result.Status);
        Assert.Equal([CellStatus.Succeeded, CellStatus.Failed, CellStatus.Failed, CellStatus.Succeeded], result.Cells.Select(cell => cell.Status));
        Assert.Equal("5", NotebookDocument.Load(result.OutputPath!).Cells[3].ResultText());
    }

    [Fact]
    public async Task Run_MissingFile_Is3()
    {
        NotebookRunResult result = await RunAsync(Folder.File("absent.ipynb"));
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("absent.ipynb: no such file", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"a\": 1}")]
    [InlineData("[]")]
    [InlineData("{\"nbformat\": 4, \"nbformat_minor\": 5, \"metadata\": {\"kernelspec\": {\"name\": \"python3\", \"language\": \"python\"}}, \"cells\": []}")]
    public async Task Run_NotANotebook_Is4(string content)
    {
        string path = Folder.File("x.ipynb");
        File.WriteAllText(path, content);
        NotebookRunResult result = await RunAsync(path);
        Assert.Equal(4, result.ExitCode);
        Assert.StartsWith(path + ": ", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithParameters_InjectsThemAfterTheTaggedCell()
    {
        string path = Notebooks.WithParameters("var input = \"a.fits\"; // file\nint n = 3;", "$\"{input} {n}\"").Write(Folder);
        NotebookRunResult result = await RunAsync(path, options => options with { Parameters = NotebookParameters.Empty.WithAssignment("input=b \"c\"\\d").WithAssignment("n=7") });
        Assert.Equal("", result.Message);
        NotebookDocument output = NotebookDocument.Load(result.OutputPath!);
        Assert.Equal(["injected-parameters"], output.Cells[1].Tags);
        Assert.Equal("b \"c\"\\d 7", output.Cells[2].ResultText());

        // The executed notebook can be run again: the injected cell is replaced.
        NotebookRunResult again = await RunAsync(result.OutputPath!, options => options with { Parameters = NotebookParameters.Empty.WithAssignment("n=8") });
        Assert.Equal(3, again.Document!.Cells.Count);
        Assert.Equal("a.fits 8", again.Document.Cells[2].ResultText());
    }

    [Fact]
    public async Task Run_BadParameter_Is5AndRunsNothing()
    {
        string path = Notebooks.WithParameters("int events = 3;", "1").Write(Folder);
        NotebookRunResult result = await RunAsync(path, options => options with { Parameters = NotebookParameters.Empty.WithAssignment("event=7") });
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("unknown parameter 'event' (did you mean events?); known are events (int)", result.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Folder.File("out.ipynb")));
    }

    [Fact]
    public async Task Run_TextFromNativeCodeAndChildren_IsShown()
    {
        TestEnvironment.Require(File.Exists("/bin/echo"), "needs /bin/echo");
        string path = Notebooks.Create("System.Diagnostics.Process.Start(\"/bin/echo\", \"from a child\").WaitForExit();\nawait Task.Delay(50);", "Console.In.ReadLine() is null").Write(Folder);
        NotebookRunResult result = await RunAsync(path);
        Assert.Equal(RunStatus.Succeeded, result.Status);
        Assert.Equal("from a child\n", result.Document!.Cells[0].StreamText());
        Assert.Equal("True", result.Document.Cells[1].ResultText());
    }

    [Fact]
    public async Task Run_EndlessPrinting_IsCut()
    {
        string path = Notebooks.Create("var line = new string('x', 10000);\nfor (int i = 0; i < 400; i++) Console.WriteLine(line);\n", "1").Write(Folder);
        NotebookRunResult result = await RunAsync(path);
        Assert.Equal(RunStatus.Succeeded, result.Status);
        Assert.InRange(result.Document!.Cells[0].StreamText().Length, 1_900_000, 2_100_000);
        Assert.Contains("left out", result.Document.Cells[0].StreamText("stderr"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunMany_SomeAtTheSameTime_KeepsTheOrderAndWritesJUnit()
    {
        NotebookRunOptions[] notebooks =
        [
            new() { NotebookPath = Notebooks.Create("1").Write(Folder, "a.ipynb") },
            new() { NotebookPath = Notebooks.Create("1", "throw new Exception(\"\\u0001 <no>\");", "2").Write(Folder, "b.ipynb") },
            new() { NotebookPath = Folder.File("c.ipynb") },
        ];
        IReadOnlyList<NotebookRunResult> results = await new NotebookRunner().RunManyAsync(notebooks, 2, TestContext.Current.CancellationToken);
        Assert.Equal([RunStatus.Succeeded, RunStatus.CellFailed, RunStatus.FileNotFound], results.Select(result => result.Status));

        JUnitReport.Save(Folder.File("junit.xml"), results);
        XElement root = XDocument.Load(Folder.File("junit.xml")).Root!;
        Assert.Equal(["a", "b", "c"], root.Elements().Select(suite => (string)suite.Attribute("name")!));
        Assert.Equal(("5", "1", "1"), ((string)root.Attribute("tests")!, (string)root.Attribute("failures")!, (string)root.Attribute("errors")!));
        Assert.Contains("<no>", (string)root.Descendants("failure").Single().Attribute("message")!, StringComparison.Ordinal);
    }
}
