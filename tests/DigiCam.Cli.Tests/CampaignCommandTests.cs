using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DigiCam.Cli.Tests;

/// <summary>digicam campaign on the small runs: order, skipping, resuming, failures, reports.</summary>
[Trait("Culture", "any")]
public sealed class CampaignCommandTests : IDisposable
{
    private const string HvOffAndSpe = """
        input: raw
        output: out
        reports: no
        tasks:
          - {task: dark-spe, files: dark_*.fits.fz}
          - {task: hvoff, files: hv_off_000.fits.fz}

        """;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public CampaignCommandTests()
    {
        Directory.CreateDirectory(_folder.File("raw"));
        foreach (string file in Directory.GetFiles(Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small"))) File.Copy(file, Path.Combine(_folder.File("raw"), Path.GetFileName(file)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WholeCampaign_GivesWhatSingleCommandsGive_AndThenNothingIsLeftToDo()
    {
        Digicam.Result whole = Run("""
            title: Small <campaign>
            input: raw
            output: out
            tasks:
              - task: led-calibration
                report: no
              - task: ac-dac-scan
                name: ac
                scan_plan: ac_scan_plan.csv
                shards: 2
                report: no
                options: {create_full_histo: yes}
              - task: hvoff
                files: hv_off_*.fits.fz
                shards: 3
              - task: dark-spe
                files: [dark_000.fits.fz, dark_001.fits.fz, dark_002.fits.fz]
                report: no
                options: {evt_max: 12}
            """);
        Assert.Equal((0, ""), (whole.ExitCode, whole.Error));
        int steps = Closing(whole, upToDate: 0);
        Assert.True(Place(whole, "hvoff-fit: done") < Place(whole, "ac-times 1/2: begins") && Place(whole, "hvoff-fit: done") < Place(whole, "dark-spe-fill: begins"), whole.Output);
        Assert.True(Place(whole, "ac-fit: done") < Place(whole, "led-calibration-fit: begins"), whole.Output);

        string[] hvOff = ["--input_fit_filename", "single/hvoff/adc_hv_off_fit.npz"];
        Assert.Equal(0, Single("hvoff", "-c", "-p", "-d", "raw", "-f", "hv_off_000", "--output_directory", "single/hvoff"));
        Assert.Equal(0, Single(["dark-spe", "-c", "-p", "-d", "raw", "--file_basename", "dark_", "--evt_max", "12", "--output_directory", "single/dark-spe", .. hvOff]));
        Assert.Equal(0, Single(["ac-dac-scan", "-t", "-c", "-k", "-g", "-p", "--scan_plan", "raw/ac_scan_plan.csv", "--output_directory", "single/ac", .. hvOff]));
        Assert.Equal(0, Single("led-calibration", "-p", "-d", "single/ac", "--output_directory", "single/led-calibration"));
        string[] single = [.. Files("single").Where(IsResult)];
        Assert.Equal(single, Files("out").Where(IsResult));
        Assert.Equal(16, single.Length);
        Assert.All(single, name => Assert.True(File.ReadAllBytes(_folder.File("single/" + name)).SequenceEqual(File.ReadAllBytes(_folder.File("out/" + name))), name));

        // The notebook took the histograms: no event was read for it.
        string index = File.ReadAllText(_folder.File("out/index.html"));
        Assert.Contains("<h1>Small &lt;campaign&gt;</h1>", index, StringComparison.Ordinal);
        Assert.Contains("href=\"hvoff/01-hv-off.html\"", index, StringComparison.Ordinal);
        Assert.Contains("HV off, 20 events", index, StringComparison.Ordinal);
        string report = File.ReadAllText(_folder.File("out/hvoff/01-hv-off.html"));
        Assert.Contains("href=\"../index.html\"", report, StringComparison.Ordinal);
        Assert.Contains("histograms of adc_hv_off.npz: the events are not read once more", report, StringComparison.Ordinal);

        // Files that were copied anew are those of before.
        foreach (string file in Directory.GetFiles(_folder.File("raw"))) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        File.Delete(_folder.File("out/hvoff/01-hv-off.html"));
        Stopwatch watch = Stopwatch.StartNew();
        Digicam.Result again = Run();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        Assert.Equal(steps, Closing(again, run: 0));
        Assert.Equal(index, File.ReadAllText(_folder.File("out/index.html")));
        Assert.Equal(report, File.ReadAllText(_folder.File("out/hvoff/01-hv-off.html")));

        Digicam.Result status = Digicam.Run(_folder.FullName, "status", "out");
        Assert.Equal((0, ""), (status.ExitCode, status.Error));
        Assert.EndsWith(FormattableString.Invariant($"{steps + 1} of {steps + 1} done\n"), status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatChanged_IsRunAgainWithWhatDependsOnIt()
    {
        Assert.Equal(4, Closing(Run(HvOffAndSpe), upToDate: 0));

        // An option of the last task.
        string fewer = HvOffAndSpe.Replace("dark_*.fits.fz", "dark_*.fits.fz, options: {evt_max: 12}", StringComparison.Ordinal);
        Digicam.Result dry = Run(fewer, "--dry-run");
        Assert.Equal("dark-spe-fill: would be run: has another command line\ndark-spe-fit: would be run: has another command line\ncampaign: 2 steps to run, 2 up to date\n", dry.Output);
        Assert.Equal(2, Closing(Run(), upToDate: 2));

        // An option of the first: all that follows.
        string changed = fewer.Replace("hv_off_000.fits.fz", "hv_off_000.fits.fz, options: {evt_max: 15}", StringComparison.Ordinal);
        string Pattern(string files) => changed.Replace("dark_*.fits.fz", $"[{files}]", StringComparison.Ordinal);
        Digicam.Result result = Run(changed);
        Assert.Equal(4, Closing(result, upToDate: 0));
        Assert.Contains("dark-spe-fill: begins (", result.Output, StringComparison.Ordinal);

        // A file that is away for a while costs nothing when it is back, and then the page no longer says so.
        string Page() => File.ReadAllText(_folder.File("out/index.html"));
        File.Move(_folder.File("raw/dark_001.fits.fz"), _folder.File("away"));
        Run(Pattern("dark_000.fits.fz, dark_001.fits.fz, dark_002.fits.fz")).AssertRefused("dark-spe: ", "dark_001.fits.fz: no such file");
        Assert.Contains("dark_001.fits.fz: no such file", Page(), StringComparison.Ordinal);
        Assert.Equal(1, Run(null, "--slurm").ExitCode);
        File.Move(_folder.File("away"), _folder.File("raw/dark_001.fits.fz"));
        Assert.Equal(4, Closing(Run(), run: 0));
        Assert.DoesNotContain("no such file", Page(), StringComparison.Ordinal);

        // An output that is gone, and an input of the same events in other bytes: the results of the dark run stay those they were.
        File.Delete(_folder.File("out/dark-spe/spe_hv_on_fit.csv"));
        Assert.Equal("dark-spe-fit: would be run: " + _folder.File("out/dark-spe/spe_hv_on_fit.csv") + " is missing\ncampaign: 1 step to run, 3 up to date\n", Run(null, "--dry-run").Output);
        string raw = _folder.File("raw/hv_off_000.fits.fz");
        Assert.Equal(0, Single("recompress", raw, _folder.File("other.fits.fz"), "--recipe", "zstd5"));
        File.Move(_folder.File("other.fits.fz"), raw, overwrite: true);
        result = Run();
        Assert.Contains($"hvoff-fill: begins ({raw} has changed)", result.Output, StringComparison.Ordinal);
        Assert.Contains($"dark-spe-fit: begins ({_folder.File("out/dark-spe/spe_hv_on_fit.csv")} is missing)", result.Output, StringComparison.Ordinal);
        Assert.Equal(3, Closing(result, upToDate: 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stopped_AndRunAgain_GivesTheFilesOfAnUndisturbedRun(bool killed)
    {
        string plan = HvOffAndSpe.Replace("hv_off_000.fits.fz", "hv_off_000.fits.fz, shards: 4", StringComparison.Ordinal);
        Assert.Equal(0, Run(plan, "-o", "undisturbed").ExitCode);
        string[] arguments = ["campaign", "plan.yaml", "-j", "1"];
        bool HasBegun(int lines) => lines >= 3;
        Digicam.Result stopped = killed ? Digicam.RunKilled(_folder.FullName, HasBegun, arguments) : Digicam.RunInterrupted(_folder.FullName, HasBegun, arguments);
        if (!killed) stopped.AssertCancelled("campaign");

        // The processes of a campaign do not outlive it.
        string records = _folder.File("out/jobs/records");
        Stopwatch watch = Stopwatch.StartNew();
        while (Directory.GetFiles(records).Any(file => File.ReadAllText(file).Contains("\"running\"", StringComparison.Ordinal)) && watch.Elapsed < TimeSpan.FromSeconds(20)) Thread.Sleep(20);
        Assert.DoesNotContain(Directory.GetFiles(records), file => File.ReadAllText(file).Contains("\"running\"", StringComparison.Ordinal));
        Assert.False(File.Exists(_folder.File("out/dark-spe/spe_hv_on_fit.npz")));

        Digicam.Result resumed = Run();
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        Match counts = Regex.Match(resumed.Output, @"campaign: (\d+) steps? run, (\d+) up to date");
        Assert.True(Number(counts, 2) >= 1, resumed.Output);
        string[] names = [.. Files("undisturbed").Where(IsResult)];
        Assert.Equal(names, Files("out").Where(IsResult));
        Assert.Equal(6, names.Length);
        Assert.All(names, name => Assert.True(File.ReadAllBytes(_folder.File("undisturbed/" + name)).SequenceEqual(File.ReadAllBytes(_folder.File("out/" + name))), name));
    }

    [Fact]
    public void FailedTask_StopsWhatDependsOnItAndNothingElse()
    {
        // One task has no file, one a file that is damaged; what is left has nothing to do with them.
        File.WriteAllBytes(_folder.File("raw/bad.fits.fz"), File.ReadAllBytes(_folder.File("raw/dark_000.fits.fz"))[..^20_000]);
        Digicam.Result result = Run("""
            input: raw
            output: out
            tasks:
              - {task: hvoff, files: hv_off_000.fits.fz, report: no}
              - {task: dark-spe, files: bad.fits.fz}
              - {task: dark-rate, name: rates, files: dark_7*.fits.fz, report: no}
              - {task: hvoff, name: second, files: hv_off_000.fits.fz, report: no, after: rates}
            """.Replace("dark-spe, ", "dark-spe, hv_off: hvoff, ", StringComparison.Ordinal).Replace("rates, files", "rates, hv_off: hvoff, files", StringComparison.Ordinal));
        Assert.Equal(1, result.ExitCode);
        string[] errors = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(3, errors.Length);
        Assert.Matches(@"^digicam campaign: rates: .*dark_7\*\.fits\.fz.*$", errors[0]);
        Assert.Matches(@"^digicam campaign: second: rates cannot be run: .*dark_7\*\.fits\.fz.*$", errors[1]);
        Assert.Matches(@"^digicam campaign: dark-spe-fill failed: .*bad\.fits\.fz: .+$", errors[2]);
        Assert.Contains("dark-spe-fit: not begun, a step before it failed\n", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"\ncampaign: 2 steps run, 0 up to date, 1 failed, 2 not begun, 2 tasks left out, \d+\.\d s\n$", result.Output);
        Assert.True(File.Exists(_folder.File("out/hvoff/adc_hv_off_fit.npz")));
        string index = File.ReadAllText(_folder.File("out/index.html"));
        Assert.Contains("3 fail</span>", index, StringComparison.Ordinal);
        Assert.Matches(@"<h2>Dark single photo-electron spectrum</h2>\n<p class=""outcome fail""><b>✗ not done</b>: dark-spe-fill failed: [^<]*bad\.fits\.fz", index);
        Assert.Matches(@"<h2>rates</h2>\n<p class=""outcome fail""><b>✗ not done</b>: [^<]*dark_7", index);
        Assert.Equal(1, Digicam.Run(_folder.FullName, "status", "out").ExitCode);

        // Mended, it goes on where it stopped.
        File.Copy(_folder.File("raw/dark_000.fits.fz"), _folder.File("raw/bad.fits.fz"), overwrite: true);
        Digicam.Result mended = Run(null, "--dry-run");
        Assert.StartsWith("dark-spe-fill: would be run: failed\n", mended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void PlanOfAnotherTitleOrWithoutATask_ChangesThePageThoughNothingIsRun()
    {
        const string Plan = "title: First\n" + HvOffAndSpe + "  - {task: dark, files: dark_7*.fits.fz}\n";
        Assert.Equal(1, Run(Plan).ExitCode);
        string page = File.ReadAllText(_folder.File("out/index.html"));
        Assert.Contains("<h1>First</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<h2>dark</h2>", page, StringComparison.Ordinal);
        Assert.Equal(4, Closing(Run("title: Second\n" + HvOffAndSpe), run: 0));
        page = File.ReadAllText(_folder.File("out/index.html"));
        Assert.Contains("<h1>Second</h1>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>dark</h2>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "/hvoff-fill.log: cannot be written: ")]
    [InlineData(false, "/hvoff-fill.log' is denied")]
    public void LogThatCannotBeWritten_FailsItsStepAndTheRestIsDone(bool isFull, string cause)
    {
        TestEnvironment.Require(OperatingSystem.IsLinux(), "needs /dev/full");
        string log = _folder.File("out/jobs/logs/hvoff-fill.log");
        Directory.CreateDirectory(isFull ? Path.GetDirectoryName(log)! : log);
        if (isFull) File.CreateSymbolicLink(log, "/dev/full");
        Digicam.Result result = Run(HvOffAndSpe.Replace("dark_*.fits.fz", "dark_*.fits.fz, hv_off: hvoff", StringComparison.Ordinal) + "  - {task: hvoff, name: second, files: hv_off_000.fits.fz}\n");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches($"^digicam campaign: hvoff-fill failed: .*{Regex.Escape(cause)}.*\n$", result.Error);
        Assert.Matches(@"\ncampaign: 2 steps run, 0 up to date, 1 failed, 3 not begun, \d+\.\d s\n$", result.Output);
        Assert.True(File.Exists(_folder.File("out/second/adc_hv_off_fit.npz")));
        Assert.True(File.Exists(_folder.File("out/index.html")));
    }

    [Theory]
    [InlineData("a,b", ',')]
    [InlineData("a*", '*')]
    [InlineData("a?", '?')]
    public void FolderWhoseNameStandsForSeveralFiles_IsRefusedWithItsLine(string name, char character)
    {
        TestEnvironment.Require(!OperatingSystem.IsWindows(), "needs a system that allows such names");
        Directory.Move(_folder.File("raw"), _folder.File(name));
        Run(HvOffAndSpe.Replace("input: raw", $"input: \"{name}\"", StringComparison.Ordinal)).AssertRefused($"digicam campaign: plan.yaml: line 1: input: the folder of the camera files, {_folder.File(name)}, has a '{character}' in its name");
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void Slurm_WritesScriptsWhoseLastJobRunsInAnyCase()
    {
        Digicam.Result result = Run(HvOffAndSpe.Replace("hv_off_000.fits.fz", "hv_off_000.fits.fz, shards: 4", StringComparison.Ordinal), "--slurm", "--time", "1:00:00");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string submit = File.ReadAllText(_folder.File("out/jobs/submit.sh"));
        Assert.Matches(@"\nsubmit hvoff-fill\nsubmit hvoff-fill-merge hvoff-fill\nsubmit hvoff-fit hvoff-fill-merge\nsubmit dark-spe-fill hvoff-fit\nsubmit dark-spe-fit dark-spe-fill hvoff-fit\ncondition=afterany submit index [a-z -]+\n", submit);
        string index = File.ReadAllText(_folder.File("out/jobs/index.sh"));
        Assert.Contains(" job --always --record ", index, StringComparison.Ordinal);
        Assert.Contains("#SBATCH --time=1:00:00\n", index, StringComparison.Ordinal);
        Assert.Contains("--index", index, StringComparison.Ordinal);
        Assert.Equal(2, Digicam.Run(_folder.FullName, "status", "out").ExitCode);
        Run(null, "--time", "1:00:00").AssertRefused("--time needs --slurm");
    }

    [Theory]
    [InlineData("- task: hvof", "line 2: tasks.task: 'hvof' is none of hvoff, dark, dark-spe, dark-rate, ac-dac-scan and led-calibration, did you mean 'hvoff'?")]
    [InlineData("- {task: hvoff, files: hv_off_*, option: {}}", "line 2: tasks.option: unknown key, did you mean 'options'?")]
    [InlineData("- {task: hvoff, files: hv_off_*, options: {evt_mx: 5}}", "line 2: tasks.options.evt_mx: hvoff has no option 'evt_mx', did you mean 'evt_max'?")]
    [InlineData("- {task: hvoff, files: hv_off_*, options: {evt_max: many}}", "line 2: tasks.options.evt_max: Cannot parse argument 'many' for option '--evt_max' as expected type")]
    [InlineData("- {task: hvoff, files: hv_off_*, options: {output_directory: x}}", "line 2: tasks.options.output_directory: is set by the campaign itself")]
    [InlineData("- {task: hvoff, files: 'hv_off_000.fits.fz,hv_off_001.fits.fz'}", "line 2: tasks.files: 'hv_off_000.fits.fz,hv_off_001.fits.fz' has a comma in it; several files are a list")]
    [InlineData("- {task: hvoff, files: hv_off_*, shards: 0}", "line 2: tasks.shards: 0 is impossible")]
    [InlineData("- task: hvoff", "line 2: tasks: the key 'files' is missing")]
    [InlineData("- {task: dark, files: dark_*}", "line 2: tasks.task: needs a result with high voltage off")]
    [InlineData("- {task: hvoff, files: hv_off_*}\n  - {task: hvoff, files: hv_off_*}", "line 3: tasks.task: 'hvoff' is the name of the task in line 2 already")]
    [InlineData("- {task: hvoff, name: a, files: hv_off_*}\n  - {task: hvoff, name: b, files: hv_off_*}\n  - {task: dark, files: dark_*}", "line 4: tasks.task: the plan has several tasks hvoff: a and b; the key hv_off says which one is used here")]
    [InlineData("- {task: hvoff, files: hv_off_*, after: dark}\n  - {task: dark, files: dark_*}", "tasks.task: the tasks wait for each other in a circle: hvoff after dark after hvoff")]
    [InlineData("- {task: hvoff, files: hv_off_*, after: drak}\n  - {task: dark, files: dark_*}", "line 2: tasks.after: there is no task 'drak' in this plan, did you mean 'dark'?")]
    [InlineData("- {task: ac-dac-scan, scan_plan: nothing.csv, hv_off: hvoff}\n  - {task: hvoff, files: hv_off_*}", "line 2: tasks.scan_plan: the file ")]
    [InlineData("- {task: ac-dac-scan, scan_plan: ac_scan_plan.csv, options: {events_per_level: 3}}\n  - {task: hvoff, files: hv_off_*}", "line 2: tasks.options.events_per_level: is what the plan of the scan says")]
    [InlineData("- {task: led-calibration}", "line 2: tasks.task: needs a task ac-dac-scan in this plan")]
    [InlineData("- {task: dark, hv_off: b, files: dark_*}\n  - {task: hvoff, files: hv_off_*}\n  - {task: dark, name: b, files: dark_*}", "line 2: tasks.hv_off: 'b' is a task dark, not hvoff")]
    [InlineData("- {task: hvoff, name: ../x, files: hv_off_*}", "line 2: tasks.name: '../x' is no name for a folder of the campaign")]
    [InlineData("- {task: hvoff, files: hv_off_*, report: perhaps}", "line 2: tasks.report: 'perhaps' is none of yes, no")]
    public void BadPlan_IsToldWithItsLine(string tasks, string message)
    {
        Run($"tasks:\n  {tasks}\ninput: raw\n", "--dry-run").AssertRefused("digicam campaign: plan.yaml: ", message);
        Assert.False(Directory.Exists(_folder.File("plan")));
    }

    [Fact]
    public void BadOptions_AreRefused()
    {
        Run(HvOffAndSpe, "-j", "0").AssertRefused("--jobs 0: at least 1 process is needed");
        Run(null, "--dry-run", "--index").AssertRefused("only one of");
        Digicam.Run(_folder.FullName, "campaign", "no.yaml").AssertRefused("no.yaml: the file does not exist");
        Run("tasks: []\ninput: nowhere").AssertRefused("plan.yaml: line 2: input: the folder ", "does not exist");
    }

    // Of parts and scripts there is nothing in single runs; provenance has its time.
    private static bool IsResult(string name) => name.EndsWith(".npz", StringComparison.Ordinal) || name.EndsWith(".csv", StringComparison.Ordinal);

    private static int Place(Digicam.Result result, string line) => result.Output.IndexOf(line, StringComparison.Ordinal) is >= 0 and var place ? place : throw new InvalidOperationException($"no '{line}' in\n{result.Output}\n{result.Error}");

    private static int Closing(Digicam.Result result, int? run = null, int? upToDate = null)
    {
        Match match = Regex.Match(result.Output, @"\nindex: \S+\ncampaign: (\d+) steps? run, (\d+) up to date, \d+\.\d s\n$");
        if (!match.Success) match = Regex.Match(result.Output, @"^index: \S+\ncampaign: (\d+) steps? run, (\d+) up to date, \d+\.\d s\n$");
        Assert.True(match.Success, result.Output + result.Error);
        (int runs, int ready) = (Number(match, 1), Number(match, 2));
        Assert.Equal((run ?? runs, upToDate ?? ready), (runs, ready));
        return run is null ? runs : ready;
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private Digicam.Result Run(string? plan = null, params string[] options)
    {
        if (plan is not null) File.WriteAllText(_folder.File("plan.yaml"), plan);
        return Digicam.Run(_folder.FullName, ["campaign", "plan.yaml", .. options]);
    }

    private int Single(params string[] arguments)
    {
        Digicam.Result result = Digicam.Run(_folder.FullName, arguments);
        return result.ExitCode == 0 ? 0 : throw new InvalidOperationException(result.Error);
    }

    private IEnumerable<string> Files(string folder) =>
        Directory.GetFiles(_folder.File(folder), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder.File(folder), path).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
