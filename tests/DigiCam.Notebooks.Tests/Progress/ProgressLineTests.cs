using System.Diagnostics;
using DigiCam.Fitting;
using DigiCam.Histograms;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Running;
using DigiCam.Notebooks.Progress;
using DigiCam.Notebooks.Tests.Samples;
using DigiCam.Runs;

namespace DigiCam.Notebooks.Tests.Progress;

public sealed class ProgressLineTests
{
    [Fact]
    public void Report_ManyTimes_ShowsAtMostFourASecondAndTheEnd()
    {
        List<string> shown = [];
        ProgressLine line = new("reading", item => shown.Add(item.ToString()), CancellationToken.None);
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < 200_000 || watch.ElapsedMilliseconds < 300; i++) line.Report(new RunProgress(i % 1000, 1000, watch.Elapsed));
        line.Report(new RunProgress(1000, 1000, watch.Elapsed));
        Assert.Equal("reading: 1000 events", shown[^1]);
        Assert.InRange(shown.Count - 1, 1, watch.Elapsed.TotalSeconds * 4);
        Assert.All(shown[..^1], text => Assert.Matches(@"^reading: \d+ of 1000 events, \d+/s$", text));
    }

    [Fact]
    public void Texts_OfEveryState()
    {
        ProgressLine line = new("reading <x>", _ => { }, CancellationToken.None);
        Assert.Equal("reading <x> ...", line.ToString());
        line.Report(new RunProgress(12_000, 24_000, TimeSpan.FromSeconds(4)));
        Assert.Equal("reading <x>: 12000 of 24000 events, 3000/s", line.ToString());
        Assert.Contains("<progress style=\"width: 16em; margin-right: 0.8em; vertical-align: middle\" max=\"24000\" value=\"12000\"></progress>reading &lt;x&gt;: 12\u202f000 of 24\u202f000 events, 3000/s", line.ToHtml(), StringComparison.Ordinal);
        Assert.Equal(line.ToHtml(), Cultures.Under("de-DE", line.ToHtml));
        line.Report(new FitProgress(1, 1));
        Assert.Equal("reading <x>: 1 pixel", line.ToString());
        Assert.DoesNotContain("<progress", line.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_Interrupted_EndsTheWork()
    {
        using CancellationTokenSource source = new();
        ProgressLine line = new("fitting", _ => { }, source.Token);
        source.Cancel();
        using Run run = Run.Open(Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", "hv_off_000.fits.fz"));
        Assert.ThrowsAny<OperationCanceledException>(() => AdcHistograms.Accumulate(run, progress: line));
    }

    [Fact]
    public void Show_EngineOfThatShape_IsUsedByName()
    {
        NotebookDisplay display = NotebookDisplay.Show(typeof(Engine), "first")!;
        display.Update("second");
        Assert.Equal(["first", "second"], Engine.Shown);
        Assert.Null(NotebookDisplay.Show(typeof(string), "x"));
        Assert.Null(NotebookDisplay.Show("outside of any notebook"));
    }

    [Fact]
    public async Task Notebook_KeepsOneFinalLine()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        NotebookDocument document = new();
        string kit = Path.Combine(AppContext.BaseDirectory, "DigiCam.Notebooks.dll").Replace('\\', '/');
        document.Cells.Add(new NotebookCell(CellKind.Code, $"#r \"{kit}\"\nusing DigiCam.Fitting;\nusing DigiCam.Notebooks;"));
        document.Cells.Add(new NotebookCell(CellKind.Code, "var line = Show.Progress(\"fitting\");\nfor (int done = 1; done <= 6; done++)\n{\n    System.Threading.Thread.Sleep(60);\n    line.Report(new FitProgress(done, 6));\n}\n\n1 + 1"));
        document.Save(folder.File("in.ipynb"));
        NotebookRunResult result = await new NotebookRunner().RunAsync(new NotebookRunOptions { NotebookPath = folder.File("in.ipynb"), OutputPath = folder.File("out.ipynb") }, TestContext.Current.CancellationToken);
        Assert.True(result.Status == RunStatus.Succeeded, result.Message);
        IList<CellOutput> outputs = NotebookDocument.Load(folder.File("out.ipynb")).Cells[1].Outputs;
        Assert.Equal("fitting: 6 pixels", Assert.IsType<DisplayDataOutput>(outputs[0]).Data["text/plain"]);
        Assert.Contains("fitting: 6 pixels", Assert.IsType<DisplayDataOutput>(outputs[0]).Data["text/html"], StringComparison.Ordinal);
        Assert.Equal("2", Assert.IsType<ExecuteResultOutput>(outputs[1]).Data["text/plain"]);
        Assert.Equal(2, outputs.Count);
    }

    private static class Engine
    {
        public static List<object?> Shown { get; } = [];

#pragma warning disable IDE1006, CA1707 // The name that notebooks use.
        public static Display display(object value, params string[] mimeTypes)
        {
            Assert.Empty(mimeTypes);
            Shown.Add(value);
            return new Display();
        }
#pragma warning restore IDE1006, CA1707
    }

    private sealed class Display
    {
        public void Update(object value) => Engine.Shown.Add(value);
    }
}
