using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigiCam.Files;
using DigiCam.Simulation;

namespace DigiCam.Cli.Tests;

public sealed class JobCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Job_ThatIsDone_IsDoneAgainOnlyWhenSomethingHasChanged()
    {
        new SimulatedRun { EventCount = 20 }.Write(_folder.File("run_000.fits.fz"));
        Digicam.Result first = Job();
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Contains("hvoff: 20 events, ", first.Output, StringComparison.Ordinal);
        JsonElement record = Record();
        Assert.Equal("done", record.GetProperty("state").GetString());
        Assert.Equal(["hvoff", "-c", "-f", "run_000"], record.GetProperty("command").EnumerateArray().Select(word => word.GetString()));
        JsonElement input = Assert.Single(record.GetProperty("inputs").EnumerateArray());
        Assert.Equal((_folder.File("run_000.fits.fz"), new FileInfo(_folder.File("run_000.fits.fz")).Length, 64), (input.GetProperty("path").GetString(), input.GetProperty("size").GetInt64(), input.GetProperty("sha256").GetString()!.Length));
        Assert.Equal([_folder.File("adc_hv_off.npz"), _folder.File("adc_hv_off.json")], record.GetProperty("outputs").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        AssertNothingDone();
        Assert.StartsWith("up to date: ", Job("--threads", "1").Output, StringComparison.Ordinal);

        // Another time of change alone is no change.
        foreach (string name in (string[])["run_000.fits.fz", "adc_hv_off.npz"]) File.SetLastWriteTimeUtc(_folder.File(name), DateTime.UtcNow.AddHours(1));
        AssertNothingDone();

        // A byte of the output, another input, no output, another version, another option.
        byte[] good = File.ReadAllBytes(_folder.File("adc_hv_off.npz"));
        Flip("adc_hv_off.npz");
        AssertDone();
        Assert.Equal(good, File.ReadAllBytes(_folder.File("adc_hv_off.npz")));
        new SimulatedRun { EventCount = 20, Seed = 5 }.Write(_folder.File("run_000.fits.fz"));
        AssertDone();
        Assert.NotEqual(good, File.ReadAllBytes(_folder.File("adc_hv_off.npz")));
        File.Delete(_folder.File("adc_hv_off.json"));
        AssertDone();
        ChangeRecord(json => json["kit_version"] = "0.0.1");
        AssertDone();
        Digicam.Result other = Job("--evt_max", "10");
        Assert.Contains("hvoff: 10 events, ", other.Output, StringComparison.Ordinal);
        ChangeRecord(json => json["state"] = "cancelled");
        Assert.Contains("hvoff: 10 events, ", Job("--evt_max", "10").Output, StringComparison.Ordinal);

        // What is no record counts as none.
        File.WriteAllText(_folder.File("r/hvoff.json"), "{");
        AssertDone();

        void AssertDone()
        {
            Assert.Contains("hvoff: 20 events, ", Job().Output, StringComparison.Ordinal);
            AssertNothingDone();
        }

        void AssertNothingDone()
        {
            DateTime written = File.GetLastWriteTimeUtc(_folder.File("adc_hv_off.npz"));
            Digicam.Result result = Job();
            Assert.Equal((0, "up to date: hvoff -c -f run_000\n", ""), (result.ExitCode, result.Output, result.Error));
            Assert.Equal(written, File.GetLastWriteTimeUtc(_folder.File("adc_hv_off.npz")));
        }

        Digicam.Result Job(params string[] further) => Digicam.Run(
            _folder.FullName, ["job", "--record", "r/hvoff.json", "--input", "run_000.fits.fz", "--output", "adc_hv_off.npz", "--output", "adc_hv_off.json", "--", "hvoff", "-c", "-f", "run_000", .. further]);
    }

    [Fact]
    public void Parts_ShareOutTheReadingOfTheirInputs()
    {
        string[] names = [CommandData.CopyRealFile(_folder, "a.fits.fz"), CommandData.CopyRealFile(_folder, "b.fits.fz"), CommandData.CopyRealFile(_folder, "c.fits.fz")];
        for (int i = 1; i <= 2; i++) Assert.Equal(0, Part(i).ExitCode);
        Assert.Equal(["a.fits.fz", "c.fits.fz"], Read(1));
        Assert.Equal(["b.fits.fz"], Read(2));

        // Of a file that has another time now one part knows the content; when it is not there, nobody does.
        File.SetLastWriteTimeUtc(_folder.File("b.fits.fz"), DateTime.UtcNow.AddHours(1));
        Assert.StartsWith("up to date: ", Part(1).Output, StringComparison.Ordinal);
        File.Delete(_folder.File("r/info.2-of-2.json"));
        Assert.DoesNotContain("up to date: ", Part(1).Output, StringComparison.Ordinal);

        Digicam.Result Part(int i) => Digicam.Run(_folder.FullName, ["job", "--record", FormattableString.Invariant($"r/info.{i}-of-2.json"), .. names.SelectMany(name => (string[])["--input", name]), "--", "info", "a.fits.fz"]);

        string[] Read(int i) => [.. Record(FormattableString.Invariant($"r/info.{i}-of-2.json")).GetProperty("inputs").EnumerateArray().Where(file => file.GetProperty("sha256").GetString() != "").Select(file => Path.GetFileName(file.GetProperty("path").GetString()!))];
    }

    [Fact]
    public void Job_ThatFails_SaysWhyInItsRecord()
    {
        Failed("nowhere.fits.fz", "--", "hvoff", "-c", "-f", "nowhere.fits.fz");
        Failed("Required argument missing for option: '-f'.", "--", "hvoff", "-c", "-f");
        Failed($"{_folder.File("gone.npz")}: no such file", "--input", "gone.npz", "--", "info", "gone.npz");
        CommandData.CopyRealFile(_folder);
        Failed($"{_folder.File("never.npz")}: info did not write it", "--output", "never.npz", "--", "info", "run.fits.fz");
        File.WriteAllText(_folder.File("stale.npz"), "of last year");
        Failed($"{_folder.File("stale.npz")}: info did not write it", "--output", "stale.npz", "--", "info", "run.fits.fz");

        // A mistake of the caller is not one of the command.
        Digicam.Run(_folder.FullName, "job", "--record", "other.json", "--", "job", "--record", "x.json", "--", "info").AssertRefused("a job does not run another");
        Digicam.Run(_folder.FullName, "job", "--record", ".", "--", "info", "run.fits.fz").AssertRefused("is a directory");
        Assert.False(File.Exists(_folder.File("other.json")));

        void Failed(string sentence, params string[] arguments)
        {
            Digicam.Run(_folder.FullName, ["job", "--record", "r/hvoff.json", .. arguments]).AssertRefused(sentence);
            Assert.Equal("failed", Record().GetProperty("state").GetString());
            Assert.Contains(sentence, Record().GetProperty("error").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Job_ThatIsToldToEnd_LeavesNothingHalfDoneAndSaysSo(string signal)
    {
        new SimulatedRun { EventCount = 3000 }.Write(_folder.File("long_000.fits.fz"));
        string[] arguments = ["job", "--record", "r/hvoff.json", "--output", "out/adc_hv_off.npz", "--", "hvoff", "-c", "-f", "long_000", "--output_directory", "out", "-n", "1"];
        Digicam.Result stopped = Digicam.RunSignalled(signal, _folder.FullName, _ => Directory.Exists(_folder.File("out")), arguments);
        stopped.AssertCancelled("hvoff");
        Assert.Equal("cancelled", Record().GetProperty("state").GetString());
        Assert.Empty(Directory.GetFiles(_folder.File("out")));
    }

    [Fact]
    public void Job_AtWork_TellsHowFarItIs()
    {
        CommandData.WriteSlowRun(_folder);
        string[] arguments = ["job", "--record", "r/hvoff.json", "--output", "copy.fits.fz", "--", "recompress", "slow.fits.fz", "copy.fits.fz", "--threads", "1"];

        // Until it says what it does; then it is killed and can say nothing more.
        Digicam.RunKilled(_folder.FullName, _ => File.Exists(_folder.File("r/hvoff.json")) && Record() is var r && r.GetProperty("total").GetInt64() > 0, arguments);
        JsonElement record = Record();
        Assert.Equal(("running", 300L), (record.GetProperty("state").GetString(), record.GetProperty("total").GetInt64()));
        Assert.InRange(record.GetProperty("progress").GetInt64(), 0, 300);
        Assert.Equal("reading", record.GetProperty("doing").GetString());
        Assert.InRange(record.GetProperty("sign_of_life").GetDateTime() - record.GetProperty("started").GetDateTime(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal(Environment.MachineName, record.GetProperty("host").GetString());
    }

    [Fact]
    public async Task Job_ThatAnotherProcessIsAt_WaitsForIt()
    {
        CommandData.WriteSlowRun(_folder);
        string[] arguments = ["job", "--record", "r/hvoff.json", "--input", "slow.fits.fz", "--output", "copy.fits.fz", "--", "recompress", "slow.fits.fz", "copy.fits.fz", "--threads", "1"];
        using Process first = Process.Start(Digicam.Prepare(_folder.FullName, arguments))!;
        Task<string> said = first.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> complained = first.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!File.Exists(_folder.File("r/hvoff.json"))) Thread.Sleep(5);
        Digicam.Result second = Digicam.Run(_folder.FullName, arguments);
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (first.ExitCode, await complained));
        Assert.DoesNotContain("waiting", await said, StringComparison.Ordinal);
        Assert.Matches(FormattableString.Invariant($@"^waiting: process {first.Id} on \S+ is at it since [-\d]+ [:\d]+ UTC\nup to date: recompress "), second.Output);
        Assert.Equal((0, ""), (second.ExitCode, second.Error));
        Assert.Equal(first.Id, Record().GetProperty("process_id").GetInt32());
        Assert.Equal("done", Record().GetProperty("state").GetString());
    }

    [Fact]
    public async Task Job_ThatAnotherProcessHasTakenOver_LeavesItToThatOne()
    {
        CommandData.WriteSlowRun(_folder);
        // Whether the command has come to its end when the record turns out to be another's, is open: it is run again all the same.
        string[] arguments = ["job", "--record", "r/hvoff.json", "--output", "copy.fits.fz", "--", "recompress", "slow.fits.fz", "copy.fits.fz", "--threads", "1", "--force"];
        using Process process = Process.Start(Digicam.Prepare(_folder.FullName, arguments))!;
        Task<string> complained = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!File.Exists(_folder.File("r/hvoff.json")) || Record().GetProperty("total").GetInt64() == 0) Thread.Sleep(5);
        ChangeRecord(json => json["host"] = "node2");
        string? line;
        do line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line?.StartsWith("waiting: ", StringComparison.Ordinal) == false);
        Assert.StartsWith(FormattableString.Invariant($"waiting: process {process.Id} on node2 is at it since "), line, StringComparison.Ordinal);
        Assert.Equal(("running", "node2"), (Record().GetProperty("state").GetString(), Record().GetProperty("host").GetString()));

        // The other one has ended, and not well.
        ChangeRecord(json => json["state"] = "cancelled");
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await complained);
        Assert.Equal(("done", Environment.MachineName), (Record().GetProperty("state").GetString(), Record().GetProperty("host").GetString()));
    }

    [Fact]
    public void Job_WhoseProcessIsGone_IsNotWaitedFor()
    {
        CommandData.CopyRealFile(_folder);
        Begins("", Environment.MachineName, 99999999, null);
        Begins("", "node2", 1, null, TimeSpan.FromMinutes(3));

        // Slurm has one process of a name.
        Begins("", "node2", 1, "17");
        Begins("waiting: process 1 on node2 ", "node2", 1, "18");

        void Begins(string waiting, string host, int process, string? slurmJob, TimeSpan age = default)
        {
            string path = _folder.File("r/hvoff.json");
            Directory.CreateDirectory(_folder.File("r"));
            File.WriteAllText(path, new JsonObject
            {
                ["state"] = "running",
                ["command"] = new JsonArray("info"),
                ["kit_version"] = "1",
                ["host"] = host,
                ["process_id"] = process,
                ["slurm_job"] = slurmJob,
                ["started"] = "2026-11-29T12:00:00Z",
                ["sign_of_life"] = "2026-11-29T12:00:05Z",
            }.ToJsonString());
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
            ProcessStartInfo start = Digicam.Prepare(_folder.FullName, "job", "--record", "r/hvoff.json", "--", "info", "run.fits.fz");
            start.Environment["SLURM_JOB_ID"] = "17";
            start.Environment.Remove("SLURM_ARRAY_JOB_ID");
            using Process begun = Process.Start(start)!;
            string line = begun.StandardOutput.ReadLine() ?? "";
            Assert.Equal(waiting.Length > 0, line.StartsWith("waiting: ", StringComparison.Ordinal));
            Assert.StartsWith(waiting, line, StringComparison.Ordinal);
            if (waiting.Length > 0) ChangeRecord(json => json["state"] = "failed");
            begun.StandardOutput.ReadToEnd();
            begun.WaitForExit();
            Assert.Equal((0, "done"), (begun.ExitCode, Record().GetProperty("state").GetString()));
        }
    }

    [Fact]
    public void TemporaryNames_OfProcessesOfTheSameNumber_Differ()
    {
        // As if another machine had given that number, too: both write the same file at the same time.
        string path = _folder.File("record.json");
        AtomicFile.Write(path, outer =>
        {
            outer.Write("outer"u8);
            AtomicFile.Write(path, inner => inner.Write("inner"u8));
            Assert.Equal("inner", File.ReadAllText(path));
        });
        Assert.Equal("outer", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    private JsonElement Record(string name = "r/hvoff.json")
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder.File(name)));
        return json.RootElement.Clone();
    }

    private void ChangeRecord(Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(_folder.File("r/hvoff.json")))!;
        change(json);
        File.WriteAllText(_folder.File("r/hvoff.json"), json.ToJsonString());
    }

    private void Flip(string name)
    {
        byte[] bytes = File.ReadAllBytes(_folder.File(name));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_folder.File(name), bytes);
    }
}
