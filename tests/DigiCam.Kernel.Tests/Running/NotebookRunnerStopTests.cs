using System.Diagnostics;
using System.Globalization;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Running;
using DigiCam.Kernel.Tests.Support;

namespace DigiCam.Kernel.Tests.Running;

/// <summary>Runs that do not end by themselves: time limits, cancellation, processes that die.</summary>
public sealed class NotebookRunnerStopTests : RunnerTestBase
{
    // How soon a run stops is measured elsewhere; here it only must not hang, however busy the machine.
    private const double HangSeconds = 60;

    [Fact]
    public async Task Run_EndlessLoop_StopsAtTheCellTimeoutWithPartialOutput()
    {
        string path = Notebooks.Create("Console.Write(\"begin\"); await Task.Delay(100);\nwhile (true) { }", "1").Write(Folder);
        Stopwatch watch = Stopwatch.StartNew();
        NotebookRunResult result = await RunAsync(path, options => options with { CellTimeout = TimeSpan.FromSeconds(8) });
        Assert.Equal(2, result.ExitCode);
        Assert.InRange(watch.Elapsed.TotalSeconds, 8, HangSeconds);
        Assert.Contains("took longer than 8 s", result.Message, StringComparison.Ordinal);
        NotebookDocument output = NotebookDocument.Load(result.OutputPath!);
        Assert.Equal("begin", output.Cells[0].StreamText());
        Assert.Contains("took longer", output.Cells[0].Outputs.OfType<ErrorOutput>().Single().Value, StringComparison.Ordinal);
        AssertNoTemporaryFiles();
    }

    [Fact]
    public async Task Run_EndlessPrinting_StopsAtTheCellTimeout()
    {
        string path = Notebooks.Create("while (true) Console.WriteLine(\"on and on\");").Write(Folder);
        NotebookRunResult result = await RunAsync(path, options => options with { CellTimeout = TimeSpan.FromSeconds(3) });
        Assert.Equal(RunStatus.TimedOut, result.Status);
        Assert.InRange(result.Cells[0].Duration.TotalSeconds, 3, HangSeconds);
        Assert.InRange(new FileInfo(result.OutputPath!).Length, 1000, 8_000_000);
    }

    [Fact]
    public async Task Run_TotalTimeout_Stops()
    {
        string path = Notebooks.Create("Thread.Sleep(60000);".Insert(0, "using System.Threading;\n")).Write(Folder);
        NotebookRunResult result = await RunAsync(path, options => options with { TotalTimeout = TimeSpan.FromSeconds(4) });
        Assert.Equal(RunStatus.TimedOut, result.Status);
        Assert.Contains("the run took longer than 4 s", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Environment.Exit(7);", "the process ended with exit code 7")]
    [InlineData("Environment.FailFast(\"on purpose\");", "Environment.FailFast: on purpose")]
    [InlineData("int F(int x) => F(x + 1) + 1;\nF(0)", "stack overflow")]
    [InlineData("var t = new System.Threading.Thread(() => throw new InvalidOperationException(\"elsewhere\")); t.Start(); System.Threading.Thread.Sleep(9000);", "not handled: System.InvalidOperationException: elsewhere")]
    public async Task Run_CellThatKillsTheProcess_IsReportedInThatCell(string code, string expected)
    {
        string path = Notebooks.Create("1", "Console.WriteLine(\"last words\");\n" + code, "2").Write(Folder);
        NotebookRunResult result = await RunAsync(path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cell 2: ", result.Message, StringComparison.Ordinal);
        Assert.Contains(expected, result.Message, StringComparison.Ordinal);
        Assert.Equal(CellStatus.Died, result.Cells[1].Status);
        NotebookDocument output = NotebookDocument.Load(result.OutputPath!);
        Assert.Equal("1", output.Cells[0].ResultText());
        Assert.Equal("last words\n", output.Cells[1].StreamText());
        Assert.Contains(expected, output.Cells[1].Outputs.OfType<ErrorOutput>().Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_StopsWithinASecondAndKillsChildren()
    {
        TestEnvironment.Require(File.Exists("/bin/sleep"), "needs /bin/sleep");
        string path = Notebooks.Create("var child = System.Diagnostics.Process.Start(\"/bin/sleep\", \"300\");\nConsole.WriteLine(child.Id);\nSystem.IO.File.WriteAllText(\"started\", \"\");\nawait Task.Delay(-1);").Write(Folder);
        using CancellationTokenSource source = new();
        Task<NotebookRunResult> run = new NotebookRunner().RunAsync(new NotebookRunOptions { NotebookPath = path, OutputPath = Folder.File("out.ipynb") }, source.Token);
        while (!File.Exists(Folder.File("started"))) await Task.Delay(20, TestContext.Current.CancellationToken);
        source.CancelAfter(1500);
        NotebookRunResult result = await run;
        Assert.Equal(RunStatus.Cancelled, result.Status);
        Assert.Equal(130, result.ExitCode);
        Assert.InRange(result.Cells[0].Duration.TotalSeconds, 1, HangSeconds);
        NotebookDocument output = NotebookDocument.Load(result.OutputPath!);
        int child = int.Parse(output.Cells[0].StreamText(), CultureInfo.InvariantCulture);
        Assert.Contains("cancelled", output.Cells[0].Outputs.OfType<ErrorOutput>().Single().Value, StringComparison.Ordinal);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(IsAlive(child));
        AssertNoTemporaryFiles();
    }

    private static bool IsAlive(int id)
    {
        try
        {
            // A killed orphan stays as a zombie (Z) where nobody reaps it, for example in a container.
            return File.ReadAllText($"/proc/{id}/stat").Split(')')[1].Trim()[0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
