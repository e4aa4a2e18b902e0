using DigiCam.Simulation;
using DigiCam.Zfits;

namespace DigiCam.Cli.Tests;

public sealed class SimulateCommandTests : IDisposable
{
    private const string Plan = """
        seed: 3
        runs:
          - {name: hv_off, kind: hv_off, events: 12, files: 2}
          - {name: dark, kind: dark, events: 8, missing_events: 3-4}
          - {name: scan, kind: ac_scan, ac_levels: [0, 240], events_per_level: 5}

        """;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public SimulateCommandTests() => File.WriteAllText(_folder.File("night.yaml"), Plan);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plan_AllRuns_AreWrittenWithTruthAndPlan()
    {
        Digicam.Result result = Simulate("night.yaml", "--out", "new/out", "--threads", "2");
        result.AssertClosed("simulate", 28);
        Assert.Matches(@"^hv_off: 2 files, 12 events, \d+\.\d MB: .*hv_off_000\.fits\.fz\ndark: 1 file, 6 events, \d+\.\d MB: .*dark_000\.fits\.fz\nscan: 2 files, 10 events, ", result.Output);
        string[] expected = ["dark_000.fits.fz", "dark_truth.h5", "hv_off_000.fits.fz", "hv_off_001.fits.fz", "hv_off_truth.h5", "plan.yaml", "scan_000.fits.fz", "scan_001.fits.fz", "scan_plan.csv", "scan_truth.h5"];
        Assert.Equal(expected, Directory.GetFileSystemEntries(_folder.File("new/out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(Plan, File.ReadAllText(_folder.File("new/out/plan.yaml")));
        Assert.Equal(3UL, SimulationTruth.For(_folder.File("new/out/dark_000.fits.fz"))!.Seed);
        using ZFitsFile file = ZFitsFile.Open(_folder.File("new/out/hv_off_001.fits.fz"));
        Assert.Equal(6, file.GetTable("Events").RowCount);
    }

    [Fact]
    public void Runs_Chosen_AreTheSameAsAmongAll()
    {
        Simulate("night.yaml", "--out", "all", "--quiet").AssertSilent();
        Simulate("night.yaml", "--out", "some", "--runs", "scan, hv_off", "--threads", "1").AssertClosed("simulate", 22);
        Assert.False(File.Exists(_folder.File("some/dark_000.fits.fz")));

        // The same plan again for the run that is missing.
        Simulate("night.yaml", "--out", "some", "--runs", "dark").AssertClosed("simulate", 6);
        string[] names = [.. Directory.GetFiles(_folder.File("all")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        Assert.Equal(names, Directory.GetFiles(_folder.File("some")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(_folder.File("all/" + name)), File.ReadAllBytes(_folder.File("some/" + name))));
    }

    [Fact]
    public void ExistingRuns_AreKeptUnlessForced()
    {
        Simulate("night.yaml", "--out", "out", "--quiet").AssertSilent();
        File.WriteAllText(_folder.File("short.yaml"), "seed: 4\nruns: [{name: hv_off, kind: hv_off, events: 5}]\n");
        string[] before = CommandData.Snapshot(_folder);
        Simulate("night.yaml", "--out", "out").AssertRefused("hv_off_000.fits.fz exists", "--force");
        Simulate("short.yaml", "--out", "out").AssertRefused("hv_off_000.fits.fz exists", "--force");
        File.WriteAllText(_folder.File("short.yaml"), "seed: 4\nruns: [{name: other, kind: hv_off, events: 5}]\n");
        before = CommandData.Snapshot(_folder);
        Simulate("short.yaml", "--out", "out").AssertRefused("plan.yaml", "another plan");
        Assert.Equal(before, CommandData.Snapshot(_folder));

        File.WriteAllText(_folder.File("short.yaml"), "seed: 4\nruns: [{name: hv_off, kind: hv_off, events: 5}]\n");
        Simulate("short.yaml", "--out", "out", "--force").AssertClosed("simulate", 5);
        Assert.False(File.Exists(_folder.File("out/hv_off_001.fits.fz")));
        Assert.Equal(File.ReadAllText(_folder.File("short.yaml")), File.ReadAllText(_folder.File("out/plan.yaml")));
        Assert.True(File.Exists(_folder.File("out/scan_001.fits.fz")));
    }

    [Fact]
    public void KeptPlan_MakesTheSameRunsAgain()
    {
        Simulate("night.yaml", "--out", "out", "--quiet").AssertSilent();
        string[] before = CommandData.Snapshot(_folder);
        Simulate("out/plan.yaml", "--out", "out", "--force").AssertClosed("simulate", 28);
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void BadRequests_AreRefusedAndLeaveNothing()
    {
        File.WriteAllText(_folder.File("bad.yaml"), "seed: 1\ncamera:\n  crosstalk: 1.2\n" + Plan[Plan.IndexOf("runs", StringComparison.Ordinal)..]);
        File.WriteAllText(_folder.File("unit.yaml"), "camera: {dark_count_rate: 3 ns}\n" + Plan);
        File.WriteAllText(_folder.File("empty.yaml"), "");
        File.WriteAllText(_folder.File("missing.yaml"), "runs:\n  - {name: a, kind: dark, events: 10, files: 5, missing_events: 2-3}\n");
        Directory.CreateDirectory(_folder.File("taken/hv_off_truth.h5"));
        string[] before = CommandData.Snapshot(_folder);
        Simulate("bad.yaml", "--out", "out").AssertRefused("bad.yaml: line 3: camera.crosstalk", "1.2");
        Simulate("unit.yaml", "--out", "out").AssertRefused("unit.yaml: line 1: camera.dark_count_rate", "MHz", "ns");
        Simulate("empty.yaml", "--out", "out").AssertRefused("empty.yaml", "empty");
        Simulate("missing.yaml", "--out", "out").AssertRefused("missing.yaml: line 2: runs.missing_events", "a_001.fits.fz");
        Simulate("none.yaml", "--out", "out").AssertRefused("none.yaml", "not exist");
        Simulate("taken", "--out", "out").AssertRefused("taken", "folder");
        Simulate("", "--out", "out").AssertRefused("empty");
        Simulate("night.yaml", "--out", "").AssertRefused("empty");
        Simulate("night.yaml", "--out", "night.yaml").AssertRefused("night.yaml is a file");
        Simulate("night.yaml", "--out", "night.yaml/out").AssertRefused("night.yaml/out");
        Simulate("night.yaml", "--out", "taken", "--force").AssertRefused("hv_off_truth.h5 is a folder");
        Simulate("night.yaml", "--out", "out", "--runs", "dark,light").AssertRefused("light", "hv_off, dark, scan");
        Simulate("night.yaml", "--out", "out", "--threads", "0").AssertRefused("--threads 0");
        Assert.NotEqual(0, Simulate("night.yaml").ExitCode);
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void Interrupted_KeepsFinishedRunsOnly()
    {
        const string First = "runs:\n  - {name: first, kind: hv_off, events: 3}\n";
        File.WriteAllText(_folder.File("long.yaml"), First + "  - {name: second, kind: dark, events: 2000000}\n");
        Digicam.RunInterrupted(_folder.FullName, lines => lines > 0, "simulate", "long.yaml", "--out", "out").AssertCancelled("simulate");
        Assert.Equal(["first_000.fits.fz", "first_truth.h5", "plan.yaml"], Directory.GetFileSystemEntries(_folder.File("out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.NotNull(SimulationTruth.For(_folder.File("out/first_000.fits.fz")));

        File.WriteAllText(_folder.File("long.yaml"), "runs: [{name: second, kind: dark, events: 2000000}]\n");
        Digicam.RunInterrupted(_folder.FullName, _ => Directory.Exists(_folder.File("none/inner")), "simulate", "long.yaml", "--out", "none/inner").AssertCancelled("simulate");
        Assert.False(Directory.Exists(_folder.File("none")));
    }

    private Digicam.Result Simulate(params string[] arguments) => Digicam.Run(_folder.FullName, ["simulate", .. arguments]);
}

file static class SilentResult
{
    public static void AssertSilent(this Digicam.Result result) => Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
}
