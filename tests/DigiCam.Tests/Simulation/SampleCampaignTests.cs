using System.Security.Cryptography;
using DigiCam.Plans;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

public sealed class SampleCampaignTests : IDisposable
{
    private const string PlanText = """
        name: tiny
        samples: 10
        light: {flash: {time: 10 ns}}
        runs:
          - {name: hv_off, kind: hv_off, events: 3}
          - {name: dark, kind: dark, events: 4, files: 2}
          - {name: ac_scan, kind: ac_scan, ac_levels: [0, 200], events_per_level: 2}
        """;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public SampleCampaignTests() => File.WriteAllText(_folder.File("plan.yaml"), PlanText);

    private string Generated => _folder.File("generated");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ensure_OneRun_SimulatesThatRunOnly()
    {
        SampleCampaign campaign = Open();
        Assert.Null(campaign.Find("dark"));
        SampleRun dark = campaign.Ensure("dark");
        Assert.Equal([Path.Combine(Generated, "dark_000.fits.fz"), Path.Combine(Generated, "dark_001.fits.fz")], dark.Files);
        Assert.Equal([".lock", "dark.stamp", "dark_000.fits.fz", "dark_001.fits.fz", "dark_truth.h5"], Names());
        Assert.Equal(Names().Where(name => name.StartsWith("dark_", StringComparison.Ordinal)).Sum(name => new FileInfo(Path.Combine(Generated, name)).Length), dark.TotalBytes);
        using Run run = Run.Open(dark.Files);
        Assert.Equal(4, run.EventCount);
    }

    [Fact]
    public void EnsureAll_ThenAgain_SimulatesOnce()
    {
        Counter progress = new();
        IReadOnlyList<SampleRun> runs = Open().EnsureAll(progress);
        Assert.Equal(["hv_off", "dark", "ac_scan"], runs.Select(run => run.Name));
        Assert.Equal(11, progress.Last.Events);
        Assert.Equal(11, progress.Last.TotalEvents);
        Assert.Equal(2, runs[2].Files.Length);
        DateTime[] times = Times();
        Counter again = new();
        Assert.Equal(runs.Select(run => run.TotalBytes), Open().EnsureAll(again).Select(run => run.TotalBytes));
        Assert.Equal(0, again.Reports);
        Assert.Equal(times, Times());
    }

    [Fact]
    public void EnsureAll_OneRunThere_CountsTheOthersOnly()
    {
        Open().Ensure("dark");
        Counter progress = new();
        Open().EnsureAll(progress);
        Assert.Equal((7L, 7L), (progress.Last.Events, progress.Last.TotalEvents));
    }

    [Theory]
    [InlineData("dark_001.fits.fz")]
    [InlineData("dark_truth.h5")]
    [InlineData("dark.stamp")]
    public void Ensure_FileGone_MakesTheRunAgain(string name)
    {
        Open().Ensure("dark");
        string[] before = Hashes();
        File.Delete(Path.Combine(Generated, name));
        Assert.Null(Open().Find("dark"));
        Open().Ensure("dark");
        Assert.Equal(before, Hashes());
    }

    [Theory]
    [InlineData("dark_000.fits.fz")]
    [InlineData("dark_truth.h5")]
    [InlineData("dark.stamp")]
    public void Ensure_FileCut_MakesTheRunAgain(string name)
    {
        Open().Ensure("dark");
        string[] before = Hashes();
        using (FileStream stream = new(Path.Combine(Generated, name), FileMode.Open)) stream.SetLength(stream.Length / 2);
        Assert.Null(Open().Find("dark"));
        Open().Ensure("dark");
        Assert.Equal(before, Hashes());
    }

    [Fact]
    public void Ensure_PlanChanged_MakesTheRunAgain()
    {
        Open().Ensure("dark");
        File.WriteAllText(_folder.File("plan.yaml"), PlanText.Replace("events: 4, files: 2", "events: 5", StringComparison.Ordinal));
        Assert.Null(Open().Find("dark"));
        SampleRun dark = Open().Ensure("dark");
        Assert.Equal([".lock", "dark.stamp", "dark_000.fits.fz", "dark_truth.h5"], Names());
        using Run run = Run.Open(dark.Files);
        Assert.Equal(5, run.EventCount);
    }

    [Fact]
    public void Ensure_PulseTemplateChanged_MakesTheRunAgain()
    {
        File.WriteAllText(_folder.File("pulse.txt"), "0 0\n10 1\n30 0\n");
        File.WriteAllText(_folder.File("plan.yaml"), PlanText + "\npulse: {template: pulse.txt}\n");
        Open().Ensure("dark");
        Assert.NotNull(Open().Find("dark"));
        File.WriteAllText(_folder.File("pulse.txt"), "0 0\n10 1\n31 0\n");
        Assert.Null(Open().Find("dark"));
    }

    [Fact]
    public void Ensure_OtherVersionOfTheProgram_MakesTheRunAgain()
    {
        Open().Ensure("dark");
        string stamp = Path.Combine(Generated, "dark.stamp");
        string text = File.ReadAllText(stamp);
        Assert.Contains(FormattableString.Invariant($"simulation {SimulationTruth.SimulationVersion},"), text, StringComparison.Ordinal);
        File.WriteAllText(stamp, text.Replace("simulation ", "simulation 9", StringComparison.Ordinal));
        Assert.Null(Open().Find("dark"));
        Open().Ensure("dark");
        Assert.Equal(text, File.ReadAllText(stamp));
    }

    [Fact]
    public async Task Ensure_SeveralAtOnce_OneSimulatesAndAllGetTheSame()
    {
        Counter[] progress = [.. Enumerable.Range(0, 4).Select(_ => new Counter())];
        SampleRun[] runs = await Task.WhenAll(progress.Select(p => Task.Run(() => Open().Ensure("dark", p, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken)));
        Assert.Single(progress, p => p.Reports > 0);
        Assert.All(runs, run => Assert.Equal((runs[0].TotalBytes, runs[0].Files[1]), (run.TotalBytes, run.Files[1])));
        Assert.Equal([".lock", "dark.stamp", "dark_000.fits.fz", "dark_001.fits.fz", "dark_truth.h5"], Names());
    }

    [Fact]
    public async Task Ensure_WhileAnotherProgramSimulates_WaitsAndCanBeCancelled()
    {
        Directory.CreateDirectory(Generated);
        using CancellationTokenSource cancel = new();
        using (new FileStream(Path.Combine(Generated, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Task<SampleRun> waiting = Task.Run(() => Open().Ensure("dark", null, cancel.Token), TestContext.Current.CancellationToken);
            Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(300, TestContext.Current.CancellationToken)));
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            Assert.Equal([".lock"], Names());
        }

        Assert.Equal("dark", Open().Ensure("dark").Name);
    }

    [Fact]
    public void Ensure_CancelledWhileARunIsMadeAgain_LeavesNoneThatCouldBeTakenForIt()
    {
        Open().Ensure("dark");
        File.WriteAllText(_folder.File("plan.yaml"), PlanText + "\nseed: 5\n");
        using CancellationTokenSource cancel = new();
        Assert.ThrowsAny<OperationCanceledException>(() => Open().Ensure("dark", new Counter(_ => cancel.Cancel()), cancel.Token));
        Assert.Null(Open().Find("dark"));
        Assert.DoesNotContain("dark.stamp", Names());
        Assert.Empty(Directory.GetDirectories(Generated));
    }

    [Fact]
    public void Ensure_LeftoversOfAProgramThatWasKilled_AreRemoved()
    {
        string leftover = Path.Combine(Generated, ".dark.abc.tmp");
        Directory.CreateDirectory(leftover);
        string mine = Path.Combine(Generated, ".dark.abcdefgh" + DigiCam.Zfits.ZFitsWriter.UnfinishedExtension);
        Directory.CreateDirectory(mine);
        File.WriteAllText(Path.Combine(mine, "dark_000.fits.fz"), "half");
        Open().Ensure("dark");
        Assert.Equal([leftover], Directory.GetDirectories(Generated));
    }

    [Fact]
    public void Find_UnknownRun_NamesThoseThatAreThere() =>
        Assert.Equal("campaign tiny has no run 'flat', it has hv_off, dark, ac_scan", Assert.Throws<ArgumentException>(() => Open().Find("flat")).Message);

    [Fact]
    public void Ensure_FolderThatCannotBe_IsOneSentence()
    {
        File.WriteAllText(Generated, "a file");
        Assert.StartsWith($"{Generated}: sample runs cannot be written there: ", Assert.Throws<IOException>(() => Open().Ensure("dark")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Campaign_OfTheRepository_HasTheRunsTheNotebooksAskFor()
    {
        SampleCampaign campaign = SampleData.Campaign(TestEnvironment.RepositoryRoot);
        Assert.Equal(["hv_off", "dark", "ac_scan"], campaign.Plan.Runs.Select(run => run.Name));
        Assert.Equal([RunKind.HvOff, RunKind.Dark, RunKind.AcScan], campaign.Plan.Runs.Select(run => run.Kind));
        Assert.True(campaign.Plan.Runs[2].Levels.Length >= 12);
    }

    private SampleCampaign Open() => new(_folder.File("plan.yaml"), Generated);

    private string[] Names() => [.. Directory.GetFiles(Generated).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private DateTime[] Times() => [.. Names().Where(name => name != ".lock").Select(name => File.GetLastWriteTimeUtc(Path.Combine(Generated, name)))];

    private string[] Hashes() => [.. Names().Select(name => $"{name} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Generated, name))))}")];

    private sealed class Counter(Action<RunProgress>? seen = null) : IProgress<RunProgress>
    {
        public int Reports { get; private set; }

        public RunProgress Last { get; private set; }

        public void Report(RunProgress value)
        {
            Reports++;
            Last = value;
            seen?.Invoke(value);
        }
    }
}
