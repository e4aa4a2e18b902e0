using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigiCam.Simulation;

namespace DigiCam.Cli.Tests;

/// <summary>Scripts for Slurm and their state, without Slurm: a stand-in for sbatch notes what it is told, or runs each script at once.</summary>
public sealed class SubmitCommandTests : IDisposable
{
    // What people may call a folder.
    private const string Odd = "it's \"here\" $HOME `5%` \\ a";

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public SubmitCommandTests()
    {
        TestEnvironment.Require(!OperatingSystem.IsWindows(), "needs bash");
        new SimulatedRun { EventCount = 20 }.Write(_folder.File("run_000.fits.fz"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scripts_SayWhatTheUserSaid_WithAbsolutePaths()
    {
        Digicam.Result result = Submit("hvoff", "--shards", "3", "--cpus", "2", "--time", "1:00:00", "--mem", "4G", "--partition", "long", "--account", "a b", "--array-limit", "2", "--sbatch-option=--nice", "--", "-c", "-p", "-f", "run_000", Odd);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string jobs = _folder.File(Path.Combine(Odd, "jobs-hvoff"));
        Assert.Equal(
            ["digicam.sh", "hvoff-fill-merge.sh", "hvoff-fill.sh", "hvoff-fit.sh", "jobs.json", "submit.sh"],
            Directory.GetFiles(jobs).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string script in Directory.GetFiles(jobs, "*.sh")) Assert.Equal((0, "", ""), Bash("-n", script));

        string[] fill = File.ReadAllLines(Path.Combine(jobs, "hvoff-fill.sh"));
        string log = Path.Combine(jobs, "logs", "hvoff-fill.").Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal);
        Assert.Equal(
            [
                "#SBATCH --job-name=hvoff-fill", "#SBATCH --array=1-3%2", $"#SBATCH --output=\"{log}%a-of-3.log\"", "#SBATCH --open-mode=append", "#SBATCH --requeue",
                "#SBATCH --cpus-per-task=2", "#SBATCH --partition=long", "#SBATCH --time=1:00:00", "#SBATCH --mem=4G", "#SBATCH --account=\"a b\"", "#SBATCH --nice",
            ],
            fill.Where(line => line.StartsWith("#SBATCH", StringComparison.Ordinal)));
        Assert.Equal("#!/bin/bash", fill[0]);
        Assert.DoesNotContain(File.ReadAllLines(Path.Combine(jobs, "hvoff-fit.sh")), line => line.Contains("--array", StringComparison.Ordinal));

        // What bash makes of them.
        string output = _folder.File(Odd);
        string Part(int i) => Path.Combine(output, FormattableString.Invariant($"adc_hv_off.shard-{i}-of-3.h5"));
        Assert.Equal(
            ["job", "--record", Path.Combine(jobs, "records", "hvoff-fill.2-of-3.json"), "--input", _folder.File("run_000.fits.fz"), "--output", Part(2), "--",
                "hvoff", "-c", "--file_list", "run_000", "--directory", _folder.FullName, "--output_directory", output, "--shard", "2/3"],
            Words(jobs, "hvoff-fill", ("SLURM_ARRAY_TASK_ID", "2")));
        string[] parts = [Part(1), Part(2), Part(3)];
        string[] histograms = [Path.Combine(output, "adc_hv_off.npz"), Path.Combine(output, "adc_hv_off.json")];
        Assert.Equal(
            ["job", "--record", Path.Combine(jobs, "records", "hvoff-fill-merge.json"), .. parts.SelectMany(path => (string[])["--input", path]), .. histograms.SelectMany(path => (string[])["--output", path]), "--",
                "merge", "--force", histograms[0], .. parts],
            Words(jobs, "hvoff-fill-merge"));
        Assert.Equal(
            ["job", "--record", Path.Combine(jobs, "records", "hvoff-fit.json"), .. histograms.SelectMany(path => (string[])["--input", path]),
                .. ((string[])["npz", "h5", "csv", "json"]).SelectMany(end => (string[])["--output", Path.Combine(output, "adc_hv_off_fit." + end)]), "--",
                "hvoff", "-p", "--file_list", "run_000", "--directory", _folder.FullName, "--output_directory", output],
            Words(jobs, "hvoff-fit"));

        // As many threads as processors; what was changed in that file stays.
        Assert.Equal("7", Environment(jobs, "DOTNET_PROCESSOR_COUNT", ("SLURM_CPUS_PER_TASK", "7")));
        Assert.Equal("", Environment(jobs, "DOTNET_PROCESSOR_COUNT"));
        File.AppendAllText(Path.Combine(jobs, "digicam.sh"), "export MINE=1\n");
        Submit("hvoff", "--", "-c", "-p", "-f", "run_000", Odd);
        Assert.Equal("1", Environment(jobs, "MINE"));
        Assert.False(File.Exists(Path.Combine(jobs, "records", "hvoff-fill.2-of-3.json")));
    }

    [Theory]
    [InlineData("dark", "-c -p --input_fit_filename run_000.fits.fz", "dark-fill/2 dark-fill-merge dark-fit", "adc_hv_on.h5 adc_hv_on.npz adc_hv_on.json")]
    [InlineData("dark-spe", "-c --input_fit_filename run_000.fits.fz", "dark-spe-fill/2 dark-spe-fill-merge", null)]
    [InlineData("dark-rate", "-p --input_fit_filename run_000.fits.fz", "dark-rate-fit", null)]
    [InlineData("ac-dac-scan", "-t -c -k -g -p -l 0,10,20,30 -e 5", "ac-dac-scan-times/2 ac-dac-scan-times-merge ac-dac-scan-charges/2 ac-dac-scan-charges-merge ac-dac-scan-fit", "peaks.npz peaks.h5 synchronisation.h5 synchronisation.csv synchronisation.json")]
    [InlineData("ac-dac-scan", "-t -c --scan_plan plan.csv", "ac-dac-scan-times/2 ac-dac-scan-times-merge ac-dac-scan-charges/2 ac-dac-scan-charges-merge", null)]
    [InlineData("ac-dac-scan", "-k -l 0,10,20,30 -e 5", "ac-dac-scan-full", null)]
    [InlineData("led-calibration", "-p", "led-calibration-fit", null)]
    public void Stages_AreStepsInTheirOrder(string task, string options, string expected, string? merged)
    {
        File.WriteAllText(_folder.File("plan.csv"), "file,ac,dc,n_events\nrun_000.fits.fz,0,0,20\n");
        foreach (string name in (string[])["dark_rate.h5", "dark_rate.json", "mpe_scan.h5", "mpe_scan.json", "mpe_fit.h5"]) File.WriteAllText(_folder.File(name), "");
        Digicam.Result result = Submit(task, ["--shards", "2", "--folder", "jobs", "--", .. options.Split(' ')]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder.File("jobs/jobs.json")));
        JsonElement[] steps = [.. json.RootElement.GetProperty("steps").EnumerateArray()];
        Assert.Equal(expected.Split(' '), steps.Select(step => step.GetProperty("name").GetString() + (step.GetProperty("shards").GetInt32() is > 0 and var n ? FormattableString.Invariant($"/{n}") : "")));
        Assert.Equal(
            [[], .. steps.SkipLast(1).Select(step => (string[])[step.GetProperty("name").GetString()!])],
            steps.Select(step => step.GetProperty("after").EnumerateArray().Select(name => name.GetString()!).ToArray()));
        if (merged is not null) Assert.Equal(merged.Split(' '), steps[1].GetProperty("outputs").EnumerateArray().Select(path => Path.GetFileName(path.GetString()!)));

        // All that they read and write is named by its whole path.
        Assert.All(steps.SelectMany(step => ((string[])["inputs", "outputs"]).SelectMany(key => step.GetProperty(key).EnumerateArray())), path => Assert.StartsWith(_folder.FullName, path.GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Submit_HasEachStepWaitForTheOneBefore()
    {
        string bin = Sbatch("echo \"$*\" >> sbatch.log; echo $(( $(wc -l < sbatch.log) + 100 )) | sed 's/$/;cluster/'");
        Digicam.Result result = SubmitWith(bin, "hvoff", "--shards", "2", "--submit", "--folder", "jobs", "--", "-c", "-p", "-f", "run_000");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.EndsWith($"hvoff-fill: job 101\nhvoff-fill-merge: job 102\nhvoff-fit: job 103\nHow far they are: digicam status {_folder.File("jobs")}\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            ["--parsable hvoff-fill.sh", "--parsable --dependency=afterok:101 --kill-on-invalid-dep=yes hvoff-fill-merge.sh", "--parsable --dependency=afterok:102 --kill-on-invalid-dep=yes hvoff-fit.sh"],
            File.ReadAllLines(_folder.File("jobs/sbatch.log")));

        // Refused in the middle: what has been submitted before is taken back.
        bin = Sbatch("case $* in *dependency*) echo 'sbatch: error: no such partition' >&2; exit 1;; esac; echo 7");
        Program("scancel", "echo \"$*\" >> scancel.log");
        SubmitWith(bin, "hvoff", "--shards", "2", "--submit", "--folder", "jobs", "--", "-c", "-p", "-f", "run_000").AssertRefused("sbatch: error: no such partition", "what was submitted before is cancelled: 7");
        Assert.Equal("7\n", File.ReadAllText(_folder.File("jobs/scancel.log")));

        // Without Slurm.
        Directory.CreateDirectory(_folder.File("empty"));
        File.CreateSymbolicLink(_folder.File("empty/bash"), "/bin/bash");
        File.CreateSymbolicLink(_folder.File("empty/mkdir"), "/bin/mkdir");
        Digicam.Result none = SubmitWith(_folder.File("empty"), false, "hvoff", "--submit", "--folder", "jobs", "--", "-c", "-f", "run_000");
        none.AssertRefused("sbatch: command not found");
    }

    [Theory]
    [InlineData("INT", true)]
    [InlineData("INT", false)]
    [InlineData("TERM", false)]
    public async Task Submit_ThatIsStopped_TakesBackWhatItHasSubmitted(string signal, bool byDigicam)
    {
        string bin = Sbatch("case $* in *dependency*) touch second; sleep 1; echo '8;cluster';; *) echo 7;; esac");
        Program("scancel", "echo \"$*\" >> scancel.log");
        Assert.Equal(0, Submit("hvoff", "--shards", "2", "--folder", "jobs", "--", "-c", "-p", "-f", "run_000").ExitCode);
        ProcessStartInfo start = byDigicam
            ? Digicam.Prepare(_folder.FullName, "submit", "hvoff", "--shards", "2", "--folder", "jobs", "--submit", "--", "-c", "-p", "-f", "run_000")
            : new ProcessStartInfo("bash", [_folder.File("jobs/submit.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{bin}:{System.Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        while (!File.Exists(_folder.File("jobs/second")) && !process.HasExited) Thread.Sleep(5);
        using (Process kill = Process.Start("kill", ["-" + signal, FormattableString.Invariant($"{process.Id}")])) kill.WaitForExit();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(signal == "TERM" ? 143 : 130, process.ExitCode);
        Assert.Equal(["7", "8"], Assert.Single(File.ReadAllLines(_folder.File("jobs/scancel.log"))).Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Folder_OfAnotherJob_OrOfOneThatRuns_IsLeftAlone()
    {
        Assert.Equal(0, Submit("hvoff", "--shards", "2", "--folder", "all/jobs", "--", "-c", "-p", "-f", "run_000").ExitCode);
        Record("hvoff-fit", json => json["state"] = "done");
        Record("hvoff-fill.1-of-2", json => json["host"] = "node2");
        string[] before = CommandData.Snapshot(_folder);
        Submit("dark-rate", "--folder", "all/jobs", "--", "-c", "-f", "run_000", "--input_fit_filename", "run_000.fits.fz")
            .AssertRefused($"{_folder.File("all/jobs")}: holds another job (hvoff-fill, hvoff-fit); another --folder is needed");
        Submit("hvoff", "--shards", "2", "--folder", "all/jobs", "--", "-c", "-p", "-f", "run_000", "--evt_max", "10")
            .AssertRefused($"{_folder.File("all/jobs")}: hvoff-fill.1-of-2 is running there with other options (process {System.Environment.ProcessId} on node2)");
        Assert.Equal(before, CommandData.Snapshot(_folder));

        // Nothing heard of it for three minutes.
        Record("hvoff-fill.1-of-2", json => json["host"] = "node2", TimeSpan.FromMinutes(3));
        Assert.Equal(0, Submit("hvoff", "--folder", "all/jobs", "--", "-c", "-f", "run_000", "--evt_max", "10").ExitCode);
        Assert.Empty(Directory.GetFiles(_folder.File("all/jobs/records")));
    }

    [Fact]
    public void Mistakes_AreToldBeforeAnythingIsWritten()
    {
        Refused("waveforms is not a task; tasks are hvoff, dark, dark-spe, dark-rate, ac-dac-scan, led-calibration", "waveforms", "--", "-c");
        Refused("hvoff: nothing to do without -c or -p", "hvoff", "--", "-f", "run_000");
        Refused("ac-dac-scan: nothing to do without -c or -t or -k or -g or -p", "ac-dac-scan", "--", "-l", "0,1,2,3");
        Refused("hvoff: there is no option --hysto", "hvoff", "--", "-c", "-f", "run_000", "--hysto");
        Refused("hvoff: Cannot parse argument 'many' for option '--evt_max'", "hvoff", "--", "-c", "--evt_max", "many");
        Refused("--evt_max 0: at least 1 event is needed", "hvoff", "--", "-c", "--evt_max", "0");
        Refused("file list: no file for 'nothing'", "hvoff", "--", "-c", "-f", "nothing");
        Refused("nowhere: no such folder", "hvoff", "--", "-c", "-d", "nowhere");
        Refused("adc_hv_off.npz: no such file; hvoff-fit reads it", "hvoff", "--", "-p");
        Refused("adc_hv_off_fit.npz: no such file; dark-rate-fill reads it", "dark-rate", "--", "-c", "-f", "run_000");
        Refused("the levels of the scan are needed", "ac-dac-scan", "--", "-t");
        Refused("plan.yaml", "ac-dac-scan", "--", "-t", "--scan_plan", "plan.yaml");
        Refused("--shards 0: at least 1 is needed", "hvoff", "--shards", "0", "--", "-c", "-f", "run_000");
        Refused("--cpus 0: at least 1 is needed", "hvoff", "--cpus", "0", "--", "-c", "-f", "run_000");
        Refused("--array-limit -1: at least 1 is needed", "hvoff", "--array-limit", "-1", "--", "-c", "-f", "run_000");
        Refused("--sbatch-option nice: options of sbatch begin with -", "hvoff", "--sbatch-option", "nice", "--", "-c", "-f", "run_000");
        Refused("an option of sbatch is one line", "hvoff", "--partition", "a\nrm -r", "--", "-c", "-f", "run_000");
        Refused("run_000.fits.fz", "hvoff", "--folder", "run_000.fits.fz", "--", "-c", "-f", "run_000");
        Assert.Equal([_folder.File("run_000.fits.fz"), _folder.File("run_truth.h5")], Directory.GetFileSystemEntries(_folder.FullName).Order(StringComparer.Ordinal));

        void Refused(string words, string task, params string[] arguments) => Submit(task, arguments).AssertRefused(words);
    }

    [Fact]
    public void Status_IsReadFromRecordsAndFiles()
    {
        Submit("hvoff", "--shards", "4", "--folder", "all/jobs", "--", "-c", "-p", "-f", "run_000");
        Assert.Matches(@"hvoff-fill +0 of 4 +4 *\n +hvoff-fill-merge +0 of 1 +1 *\n +hvoff-fit +0 of 1 +1 *\n *\n0 of 6 done, 6 waiting\n$", Status(2));
        Assert.Contains("0 of 6 done, 6 waiting\n", Status(2, "all"), StringComparison.Ordinal);

        // Running: two signs of life, on this machine and on one whose clock is wrong.
        Record("hvoff-fill.1-of-4", json => (json["doing"], json["progress"], json["total"]) = ("reading", 512, 2048));
        Record("hvoff-fill.2-of-4", json => (json["host"], json["sign_of_life"]) = ("node2", "2011-01-01T00:00:00Z"));
        string running = Status(2);
        Assert.Contains($"\nhvoff-fill 1/4: running on {System.Environment.MachineName} since 2026-11-29 12:00:00 UTC, reading 512 of 2048 (25 %)\n", running, StringComparison.Ordinal);
        Assert.Contains("\nhvoff-fill 2/4: running on node2 since 2026-11-29 12:00:00 UTC\n", running, StringComparison.Ordinal);
        Assert.EndsWith("\n0 of 6 done, 2 running, 4 waiting\n", running, StringComparison.Ordinal);

        // A process that is gone, and one of which nothing has been heard for too long; a minute is not.
        Record("hvoff-fill.1-of-4", json => json["process_id"] = 99999999, TimeSpan.FromSeconds(30));
        Record("hvoff-fill.2-of-4", json => json["host"] = "node2", TimeSpan.FromMinutes(1));
        Record("hvoff-fill.3-of-4", json => json["host"] = "node2", TimeSpan.FromMinutes(3));
        string silent = Status(1);
        Assert.Contains($"\nhvoff-fill 1/4: no sign of life from process 99999999 on {System.Environment.MachineName}: it was killed, or waits to be started again\n", silent, StringComparison.Ordinal);
        Assert.EndsWith("\n0 of 6 done, 1 running, 2 silent, 3 waiting\n", silent, StringComparison.Ordinal);

        // Failed, with what it printed; cancelled; done, and what was done is gone.
        File.WriteAllText(_folder.File("all/jobs/logs/hvoff-fill.1-of-4.log"), "");
        File.WriteAllText(_folder.File("part.h5"), "abc");
        Record("hvoff-fill.1-of-4", json => (json["state"], json["error"]) = ("failed", "run_000.fits.fz: is broken"));
        Record("hvoff-fill.2-of-4", json => json["state"] = "cancelled");
        Record("hvoff-fill.3-of-4", json => (json["state"], json["outputs"]) = ("done", Output(3)));
        Record("hvoff-fill.4-of-4", json => (json["state"], json["outputs"]) = ("done", Output(4)));
        string failed = Status(1);
        Assert.Contains($"\nhvoff-fill 1/4: failed: run_000.fits.fz: is broken; see {_folder.File("all/jobs/logs/hvoff-fill.1-of-4.log")}\n", failed, StringComparison.Ordinal);
        Assert.Contains("\nhvoff-fill 2/4: cancelled\n", failed, StringComparison.Ordinal);
        Assert.Contains($"\nhvoff-fill 4/4: failed: {_folder.File("part.h5")} is missing or has another size than when it was written\n", failed, StringComparison.Ordinal);
        Assert.EndsWith("\n1 of 6 done, 2 failed, 1 cancelled, 2 waiting\n", failed, StringComparison.Ordinal);

        using JsonDocument json = JsonDocument.Parse(Status(1, "all/jobs", "--json"));
        JsonElement step = json.RootElement[0].GetProperty("steps")[0];
        Assert.Equal((_folder.File("all/jobs"), "hvoff-fill", 1, 4), (json.RootElement[0].GetProperty("folder").GetString(), step.GetProperty("name").GetString(), step.GetProperty("done").GetInt32(), step.GetProperty("total").GetInt32()));
        Assert.Equal(["failed", "cancelled", "done", "failed"], step.GetProperty("elements").EnumerateArray().Select(e => e.GetProperty("state").GetString()));
        Assert.Equal("run_000.fits.fz: is broken", step.GetProperty("elements")[0].GetProperty("error").GetString());

        // All done.
        foreach (string name in (string[])["hvoff-fill.1-of-4", "hvoff-fill.2-of-4", "hvoff-fill.4-of-4", "hvoff-fill-merge", "hvoff-fit"]) Record(name, json => json["state"] = "done");
        Assert.EndsWith("\n6 of 6 done\n", Status(0), StringComparison.Ordinal);
        Assert.EndsWith("\n6 of 6 done\n", Status(0, "all/jobs", "--watch"), StringComparison.Ordinal);

        // Steps of the same name whose command is another have not been run.
        Submit("hvoff", "--shards", "4", "--folder", "all/jobs", "--", "-c", "-p", "-f", "run_000", "--evt_max", "10");
        Assert.Contains("0 of 6 done, 6 waiting\n", Status(2), StringComparison.Ordinal);

        File.WriteAllText(_folder.File("all/jobs/records/hvoff-fit.json"), "[]");
        string damaged = Status(1);
        Assert.Contains($"\nhvoff-fit: failed: {_folder.File("all/jobs/records/hvoff-fit.json")}: not a record of a job: ", damaged, StringComparison.Ordinal);
        Assert.EndsWith("\n0 of 6 done, 1 failed, 5 waiting\n", damaged, StringComparison.Ordinal);
        Damaged("{}", "there are no steps");
        Damaged("""{"steps":[null]}""", "a step has no name");
        Damaged(Steps("""{"name":null,"description":"","arguments":[]}"""), "a step has no name");
        Damaged(Steps("""{"name":"a","description":"","arguments":["hvoff",null]}"""), "the step a makes no sense");
        Damaged(Steps("""{"name":"a","description":"","arguments":[],"outputs":null}"""), "");
        Damaged(Steps("""{"name":"a","description":"","arguments":[],"shards":2,"outputs":["x"]}"""), "the step a makes no sense");
        Damaged(Steps("""{"name":"a","description":"","arguments":[],"after":["b"]}"""), "the step a comes after b, which is not before it");
        Damaged(Steps("""{"name":"a","description":"","arguments":[]},{"name":"a","description":"","arguments":[]}"""), "there are two steps a");
        Digicam.Run(_folder.FullName, "status", ".").AssertRefused(".: has no jobs.json");
        Digicam.Run(_folder.FullName, "status", "nowhere").AssertRefused("nowhere: no such folder");

        string Steps(string steps) => $$"""{"steps":[{{steps}}]}""";

        void Damaged(string text, string cause)
        {
            File.WriteAllText(_folder.File("all/jobs/jobs.json"), text);
            Digicam.Run(_folder.FullName, "status", "all/jobs").AssertRefused($"jobs.json: not a file of steps: {cause}");
        }

        JsonArray Output(int shard) => [new JsonObject { ["path"] = _folder.File("part.h5"), ["size"] = shard, ["modified"] = "2026-11-29T12:00:00Z", ["sha256"] = "" }];
    }

    [Fact]
    public void Jobs_RunAsTheyStand_GiveTheFilesOfASingleRun()
    {
        CommandData.WriteLongRun(_folder);
        string bin = Sbatch(RunAtOnce);
        Digicam.Result result = SubmitWith(bin, "hvoff", "--shards", "3", "--cpus", "1", "--submit", "--", "-c", "-p", "-f", "long", Odd);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string jobs = _folder.File(Path.Combine(Odd, "jobs-hvoff"));
        Digicam.Result status = Digicam.Run(_folder.FullName, "status", jobs);
        Assert.True(status.ExitCode == 0, status.Output);
        Assert.EndsWith("\n5 of 5 done\n", status.Output, StringComparison.Ordinal);

        Assert.Equal(0, Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "-q", "-f", "long", "single").ExitCode);
        foreach (string name in (string[])["adc_hv_off.npz", "adc_hv_off_fit.npz", "adc_hv_off_fit.csv"])
        {
            Assert.True(File.ReadAllBytes(_folder.File("single/" + name)).SequenceEqual(File.ReadAllBytes(_folder.File(Path.Combine(Odd, name)))), name);
        }

        // Once more: nothing is done. With a part gone: that one, and what comes after it.
        Dictionary<string, DateTime> before = Times();
        Assert.Equal(0, SubmitWith(bin, "hvoff", "--shards", "3", "--cpus", "2", "--submit", "--", "-c", "-p", "-f", "long", Odd).ExitCode);
        Assert.Equal(before, Times());
        File.Delete(_folder.File(Path.Combine(Odd, "adc_hv_off.shard-2-of-3.h5")));
        Assert.Contains("4 of 5 done, 1 failed\n", Digicam.Run(_folder.FullName, "status", jobs).Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (Bash(bin, Path.Combine(jobs, "submit.sh")).ExitCode, ""));
        Assert.Equal(
            ["adc_hv_off.json", "adc_hv_off.npz", "adc_hv_off.shard-2-of-3.h5", "adc_hv_off_fit.csv", "adc_hv_off_fit.h5", "adc_hv_off_fit.json", "adc_hv_off_fit.npz"],
            Times().Where(file => file.Value != before[file.Key]).Select(file => Path.GetFileName(file.Key)).Order(StringComparer.Ordinal));

        Dictionary<string, DateTime> Times() => Directory.GetFiles(_folder.File(Odd)).ToDictionary(path => path, File.GetLastWriteTimeUtc);
    }

    // Runs every element of a script, its output going where Slurm would put it.
    private const string RunAtOnce = """
        script=${@: -1}
        array=$(sed -n 's/^#SBATCH --array=1-//p' "$script")
        cpus=$(sed -n 's/^#SBATCH --cpus-per-task=//p' "$script")
        for i in $(seq ${array:-0}); do SLURM_ARRAY_JOB_ID=9 SLURM_ARRAY_TASK_ID=$i SLURM_CPUS_PER_TASK=$cpus bash "$script" >> out.log 2>&1 || exit 1; done
        if [ -z "$array" ]; then SLURM_JOB_ID=9 SLURM_CPUS_PER_TASK=$cpus bash "$script" >> out.log 2>&1 || exit 1; fi
        echo 9
        """;

    private Digicam.Result Submit(string task, params string[] arguments) => Digicam.Run(_folder.FullName, ["submit", task, .. arguments]);

    private Digicam.Result SubmitWith(string bin, string task, params string[] arguments) => SubmitWith(bin, true, task, arguments);

    private Digicam.Result SubmitWith(string bin, bool withPath, string task, params string[] arguments)
    {
        ProcessStartInfo start = Digicam.Prepare(_folder.FullName, ["submit", task, .. arguments]);

        // Found before its own PATH is looked at.
        if (!Path.IsPathRooted(start.FileName)) start.FileName = System.Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, start.FileName)).First(File.Exists);
        start.Environment["PATH"] = withPath ? $"{bin}:{System.Environment.GetEnvironmentVariable("PATH")}" : bin;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Digicam.Result(process.ExitCode, output, error.Result);
    }

    private string Sbatch(string body) => Program("sbatch", body);

    // A program by the name of one of Slurm, and the folder it is in.
    private string Program(string name, string body)
    {
        string folder = Directory.CreateDirectory(_folder.File("bin")).FullName;
        File.WriteAllText(Path.Combine(folder, name), "#!/bin/bash\n" + body + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    // The words that a script starts digicam with.
    private string[] Words(string jobs, string step, params (string Name, string Value)[] variables)
    {
        string text = File.ReadAllText(Path.Combine(jobs, step + ".sh")).Replace("exec \"${DIGICAM[@]}\"", "printf '%s\\0'", StringComparison.Ordinal);
        Assert.Contains("printf", text, StringComparison.Ordinal);
        (int exitCode, string output, string error) = Bash(variables, "-c", text);
        Assert.Equal((0, ""), (exitCode, error));
        return output.Split('\0')[..^1];
    }

    private string Environment(string jobs, string name, params (string Name, string Value)[] variables) =>
        Bash(variables, "-c", $"source \"$0\"; [ -n \"${{DIGICAM[*]}}\" ]; printf '%s' \"${{{name}:-}}\"", Path.Combine(jobs, "digicam.sh")).Output;

    private (int ExitCode, string Output, string Error) Bash(string first, string second) => first == "-n" ? Bash([], first, second) : Bash([("PATH", $"{first}:{System.Environment.GetEnvironmentVariable("PATH")}")], second);

    private (int ExitCode, string Output, string Error) Bash((string Name, string Value)[] variables, params string[] arguments)
    {
        ProcessStartInfo start = new("bash", arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string Status(int exitCode, string folder = "all/jobs", params string[] options)
    {
        Digicam.Result result = Digicam.Run(_folder.FullName, ["status", folder, .. options]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Error));
        return result.Output;
    }

    // The record of a process that was started at noon and wrote it a while ago.
    private void Record(string name, Action<JsonNode> change, TimeSpan age = default)
    {
        JsonNode json = new JsonObject
        {
            ["state"] = "running",
            ["command"] = new JsonArray("hvoff"),
            ["kit_version"] = "1",
            ["host"] = System.Environment.MachineName,
            ["process_id"] = System.Environment.ProcessId,
            ["started"] = "2026-11-29T12:00:00Z",
            ["sign_of_life"] = "2026-11-29T12:00:05Z",
        };
        change(json);
        string path = _folder.File($"all/jobs/records/{name}.json");
        File.WriteAllText(path, json.ToJsonString());
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
    }
}
