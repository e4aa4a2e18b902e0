using System.Text.Json.Nodes;
using DigiCam.Dark;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Synchronisation;
using DigiCam.Zfits;
using DigiCam.Zfits.Copying;

namespace DigiCam.Cli.Tests;

/// <summary>The small sample campaign with tiles of four events, its result with high voltage off, and what each task makes of it in one go.</summary>
public sealed class ShardFolder : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public ShardFolder()
    {
        string samples = Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small");
        Directory.CreateDirectory(_folder.File("in"));
        foreach (string path in Directory.GetFiles(samples, "*.fits.fz"))
        {
            using ZFitsFile file = ZFitsFile.Open(path);
            ZFitsCopy.Copy(file, _folder.File("in/" + Path.GetFileName(path)), new ZFitsCopyOptions { RowsPerTile = 4 }, ct: TestContext.Current.CancellationToken);
        }

        foreach (string path in Directory.GetFiles(samples, "*.csv")) System.IO.File.Copy(path, _folder.File("in/" + Path.GetFileName(path)));
        Run("hvoff", "-c", "-p", "-q", "-d", "in", "--file_basename", "hv_off_", "one");
        Run(["dark", "-c", .. Dark, "one"]);
        Run(["dark-spe", "-c", .. Dark, "one"]);
        Run(["dark-rate", "-c", .. Dark, "one"]);
        Run(["ac-dac-scan", "-t", "-c", .. Scan, "one"]);
    }

    public static string[] HvOff => ["-q", "-d", "in", "--file_basename", "hv_off_"];

    public static string[] Dark => ["-q", "-d", "in", "--file_basename", "dark_", "--input_fit_filename", "one/adc_hv_off_fit.h5"];

    public static string[] Scan => ["-q", "-d", "in", "--scan_plan", "in/ac_scan_plan.csv", "--input_fit_hvoff_filename", "one/adc_hv_off_fit.h5"];

    public string FullName => _folder.FullName;

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    private void Run(params string[] arguments)
    {
        Digicam.Result result = Digicam.Run(_folder.FullName, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}

/// <summary>Tasks on parts of their input, and digicam merge, which makes the files of one run of the task.</summary>
[Trait("Culture", "any")]
public sealed class ShardCommandTests(ShardFolder folder) : IClassFixture<ShardFolder>
{
    public static TheoryData<string, string, string> Tasks => new()
    {
        { "hvoff", "-c", "adc_hv_off.npz" },
        { "dark", "-c", "adc_hv_on.npz" },
        { "dark-spe", "-c", "spe_hv_on.npz" },
        { "dark-rate", "-c", "dark_rate.h5" },
        { "ac-dac-scan", "-t", "peaks.npz" },
        { "ac-dac-scan", "-c", "mpe_scan.npz" },
    };

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Merge_PartsByTiles_WritesTheFilesOfOneRun(string task, string stage, string target)
    {
        string output = Prepare($"tiles-{task}{stage}", target == "mpe_scan.npz");
        string stem = Path.GetFileNameWithoutExtension(target);
        string[] parts = [.. Enumerable.Range(1, 3).Select(i => Shard(task, stage, output, FormattableString.Invariant($"{i}/3"), $"{stem}.shard-{i}-of-3.h5"))];

        // Two of them first, and in any order.
        Digicam.Result tree = Digicam.Run(folder.FullName, "merge", "--partial", $"{output}/two.h5", parts[2], parts[0]);
        Assert.Equal((0, ""), (tree.ExitCode, tree.Error));
        Assert.StartsWith($"partial: {output}/two.h5\n", tree.Output, StringComparison.Ordinal);
        Merge(output, target, parts[1], $"{output}/two.h5");
        Same(output, stage, target);
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Merge_PartsByFiles_WritesTheFilesOfOneRun(string task, string stage, string target)
    {
        string output = Prepare($"files-{task}{stage}", target == "mpe_scan.npz");
        string stem = Path.GetFileNameWithoutExtension(target);
        string[] parts = task switch
        {
            "hvoff" => [Shard(task, stage, output, "hv_off_000.fits.fz", $"{stem}.shard-hv_off_000.h5")],
            "ac-dac-scan" => [Shard(task, stage, output, "in/ac_scan_001.fits.fz", $"{stem}.{RunShard.Parse("in/ac_scan_001.fits.fz").Name}.h5"), Shard(task, stage, output, "ac_scan_000,ac_scan_002,ac_scan_003", $"{stem}.{RunShard.Parse("ac_scan_000,ac_scan_002,ac_scan_003").Name}.h5")],
            _ => [Shard(task, stage, output, "dark_002", $"{stem}.shard-dark_002.h5"), Shard(task, stage, output, "dark_001,dark_000", $"{stem}.{RunShard.Parse("dark_001,dark_000").Name}.h5")],
        };
        Merge(output, target, parts);
        Same(output, stage, target);
    }

    [Fact]
    public void Merge_Again_NeedsForce()
    {
        string output = Prepare("again");
        string part = Shard("hvoff", "-c", output, "1/1", "adc_hv_off.shard-1-of-1.h5");
        Merge(output, "adc_hv_off.npz", part);
        DateTime written = File.GetLastWriteTimeUtc(folder.File($"{output}/adc_hv_off.npz"));
        Refused($"{output}/adc_hv_off.npz exists; --force replaces it", $"{output}/adc_hv_off.npz", part);
        Assert.Equal(written, File.GetLastWriteTimeUtc(folder.File($"{output}/adc_hv_off.npz")));
        Merge(output, "adc_hv_off.npz", part, "--force");
        Refused("the target is the source", part, part, "--partial");
    }

    [Fact]
    public void Merge_HolesDuplicatesAndForeignFiles_AreRefusedWithNames()
    {
        string output = Prepare("refused");
        string first = Shard("hvoff", "-c", output, "1/2", "adc_hv_off.shard-1-of-2.h5");
        string third = Shard("hvoff", "-c", output, "3/4", "adc_hv_off.shard-3-of-4.h5");
        string target = $"{output}/sum.npz";
        string[] before = Directory.GetFiles(folder.File(output));
        Refused($"the 2 partial results from {first} to {third} are not the whole input: missing tile", target, first, third);
        Refused("(shard 4/4)", target, first, third);
        Refused($"{first}: is not the whole input: missing tiles 2-4 of hv_off_000.fits.fz (shard 2/2)", target, first);
        Refused($"{first}: is named twice", target, first, first);
        string quarter = Shard("hvoff", "-c", output, "2/4", "adc_hv_off.shard-2-of-4.h5");
        Refused($"{quarter}: has tile 1 of hv_off_000.fits.fz, which {first} has as well", target, first, quarter);
        string dark = Shard("dark", "-c", output, "2/2", "adc_hv_on.shard-2-of-2.h5");
        Refused($"{dark}: is a part of dark (Histograms), {first} one of hvoff (Histograms)", target, first, dark);
        string spe = Shard("dark-spe", "-c", output, "1/2", "spe_hv_on.shard-1-of-2.h5");
        Refused($"{spe}: is a part of dark-spe (Histograms), {dark} one of dark (Histograms)", target, dark, spe);
        Refused($"one/adc_hv_off_fit.h5: is no partial result", target, first, "one/adc_hv_off_fit.h5");
        Refused($"{first} is an HDF5 file and in/hv_off_000.fits.fz is none", target, first, "in/hv_off_000.fits.fz");
        Refused($"{output}/nothing.h5: no such file", target, first, $"{output}/nothing.h5");
        Refused("--drop-duplicates: is for zfits files", target, first, "--drop-duplicates");
        Refused("--partial: is for partial results", $"{output}/new.fits.fz", "in/hv_off_000.fits.fz", "--partial");

        // With another limit, and a file that is damaged.
        string limited = Shard("hvoff", "-c", $"{output}", "2/2", "limited.shard-2-of-2.h5", "--evt_max", "15", "--histo_filename", "limited.npz");
        Refused($"{limited}: differs from {first} in events (15, not 20)", target, first, limited);
        byte[] bytes = File.ReadAllBytes(folder.File(limited));
        bytes[^50] ^= 1;
        File.WriteAllBytes(folder.File(limited), bytes);
        Refused($"{limited}: is damaged", target, first, limited);
        Assert.Equal(before.Length + 4, Directory.GetFiles(folder.File(output)).Length);
    }

    [Fact]
    public void Merge_ChargesOfAnotherTimeOfTheFlash_AreRefused()
    {
        string output = Prepare("moved", withTimes: true);
        string first = Shard("ac-dac-scan", "-c", output, "1/2", "mpe_scan.shard-1-of-2.h5");

        // Fewer events make other times.
        Assert.Equal(0, Digicam.Run(folder.FullName, ["ac-dac-scan", "-t", .. ShardFolder.Scan, "--evt_max", "20", $"{output}"]).ExitCode);
        string second = Shard("ac-dac-scan", "-c", output, "2/2", "mpe_scan.shard-2-of-2.h5");
        Refused($"{second}: differs from {first} in positions", $"{output}/mpe_scan.npz", first, second);
    }

    [Theory]
    [InlineData("--shard '0/4': parts are counted from 1 to 4", "-c", "--shard", "0/4")]
    [InlineData("--shard '5/4': parts are counted from 1 to 4", "-c", "--shard", "5/4")]
    [InlineData("--shard '1/0': there is at least one part", "-c", "--shard", "1/0")]
    [InlineData("shard: abc is none of the input files hv_off_000.fits.fz", "-c", "--shard", "abc")]
    [InlineData("shard: in/dark_000.fits.fz is none of the input files", "-c", "--shard", "in/dark_000.fits.fz")]
    [InlineData("--shard 2/4: fills the histograms of a part of the input, which is -c without -p", "-c", "-p", "--shard", "2/4")]
    [InlineData("--shard 2/4: fills the histograms of a part of the input, which is -c without -p", "--shard", "2/4")]
    [InlineData("--threads -1: cannot be negative", "-c", "--threads", "-1")]
    public void HvOff_BadShards_AreOneSentence(string message, params string[] arguments)
    {
        Digicam.Run(folder.FullName, ["hvoff", .. arguments, .. ShardFolder.HvOff, "bad"]).AssertRefused("digicam hvoff: " + message);
        Assert.False(Directory.Exists(folder.File("bad")));
    }

    [Theory]
    [InlineData("-t", "-c")]
    [InlineData("-c", "-k")]
    [InlineData("-c", "-g")]
    [InlineData("-t", "-p")]
    [InlineData("-g")]
    public void Scan_ShardOfSeveralStages_IsRefused(params string[] stages) =>
        Digicam.Run(folder.FullName, ["ac-dac-scan", "--shard", "1/2", .. stages, .. ShardFolder.Scan, "bad"]).AssertRefused("--shard 1/2: fills the histograms of a part of the scan, which is -t or -c alone");

    [Fact]
    public void Shard_TellsItsFileAndItsEvents()
    {
        Prepare("told");
        Digicam.Result result = Digicam.Run(folder.FullName, "hvoff", "-c", "--shard", "2/5", "--threads", "1", "-d", "in", "--file_basename", "hv_off_", "told");
        result.AssertClosed("hvoff", 4);
        Assert.StartsWith("partial: told/adc_hv_off.shard-2-of-5.h5\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(["adc_hv_off.shard-2-of-5.h5"], Directory.GetFiles(folder.File("told")).Select(Path.GetFileName));
    }

    [Fact]
    public void Problems_AreToldByShardsAndMerge()
    {
        // dark runs of the campaign miss four event numbers.
        string output = Prepare("problems");
        string[] plain = [.. ShardFolder.Dark.Where(argument => argument != "-q")];
        Digicam.Result shard = Digicam.Run(folder.FullName, ["dark", "-c", "--shard", "1/1", .. plain, output]);
        Assert.StartsWith("note: 4 event numbers are missing between 1 and 20\n", shard.Output, StringComparison.Ordinal);
        Strict(["dark", "-c", "--shard", "1/1", "--strict", .. plain, "strict"]);
        string part = $"{output}/adc_hv_on.shard-1-of-1.h5";
        Strict(["merge", "--strict", $"{output}/adc_hv_on.npz", part]);
        Assert.Single(Directory.GetFiles(folder.File(output)));
        Digicam.Result merged = Digicam.Run(folder.FullName, "merge", $"{output}/adc_hv_on.npz", part);
        Assert.StartsWith("note: 4 event numbers are missing between 1 and 20\nhistograms: ", merged.Output, StringComparison.Ordinal);

        void Strict(string[] arguments)
        {
            Digicam.Result result = Digicam.Run(folder.FullName, arguments);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.Equal($"digicam {arguments[0]}: 4 event numbers are missing between 1 and 20\ndigicam {arguments[0]}: --strict: nothing is made of an input with 1 problem\n", result.Error);
        }
    }

    [Fact]
    public void Killed_AndRunAgain_GivesTheSameFile()
    {
        string output = Prepare("killed");
        new SimulatedRun { EventCount = 3000 }.Write(folder.File("killed/long_000.fits.fz"));
        string[] arguments = ["hvoff", "-c", "--shard", "1/2", "-d", output, "-f", "long_000", "--threads", "1"];
        string part = $"{output}/out/adc_hv_off.shard-1-of-2.h5";

        // The folder is made just before the reading begins.
        Digicam.Result killed = Digicam.RunKilled(folder.FullName, _ => Directory.Exists(folder.File($"{output}/out")), [.. arguments, $"{output}/out"]);
        Assert.Equal((137, false), (killed.ExitCode, File.Exists(folder.File(part))));
        Digicam.RunInterrupted(folder.FullName, _ => Directory.Exists(folder.File($"{output}/other")), [.. arguments, $"{output}/other"]).AssertCancelled("hvoff");
        Assert.Empty(Directory.GetFiles(folder.File($"{output}/other")));

        Digicam.Run(folder.FullName, [.. arguments, $"{output}/out"]).AssertClosed("hvoff", 1500);
        Digicam.Run(folder.FullName, [.. arguments, $"{output}/other"]).AssertClosed("hvoff", 1500);
        byte[][] histograms = [.. ((string[])["out", "other"]).Select(name =>
        {
            string copy = folder.File($"{output}/{name}.h5");
            DigiCam.Histograms.SampleHistograms.Read(folder.File($"{output}/{name}/adc_hv_off.shard-1-of-2.h5")).Write(copy);
            return File.ReadAllBytes(copy);
        })];
        Assert.Equal(histograms[0], histograms[1]);
        Assert.Equal(["adc_hv_off.shard-1-of-2.h5"], Directory.GetFiles(folder.File($"{output}/other")).Select(Path.GetFileName));
    }

    // A folder, with the times of the whole scan for the charges.
    private string Prepare(string name, bool withTimes = false)
    {
        Directory.CreateDirectory(folder.File(name));
        if (withTimes) File.Copy(folder.File("one/peaks.h5"), folder.File($"{name}/peaks.h5"));
        return name;
    }

    private string Shard(string task, string stage, string output, string shard, string name, params string[] further)
    {
        string[] input = task switch { "hvoff" => ShardFolder.HvOff, "ac-dac-scan" => ShardFolder.Scan, _ => ShardFolder.Dark };
        Digicam.Result result = Digicam.Run(folder.FullName, [task, stage, "--shard", shard, .. input, .. further, output]);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        Assert.True(File.Exists(folder.File($"{output}/{name}")), name);
        return $"{output}/{name}";
    }

    private void Merge(string output, string target, params string[] sources)
    {
        Digicam.Result result = Digicam.Run(folder.FullName, ["merge", $"{output}/{target}", .. sources]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    private void Refused(string message, params string[] arguments) => Digicam.Run(folder.FullName, ["merge", .. arguments]).AssertRefused("digicam merge: ", message);

    // The files of the stage in the folder are those of the task in one go, but for time and host.
    private void Same(string output, string stage, string target)
    {
        string stem = Path.GetFileNameWithoutExtension(target);
        string[] stems = stage == "-t" ? [stem, "synchronisation"] : [stem];
        string[] expected = [.. Directory.GetFiles(folder.File("one")).Select(path => Path.GetFileName(path)).Where(name => stems.Contains(Path.GetFileNameWithoutExtension(name))).Order(StringComparer.Ordinal)];
        string[] found = [.. Directory.GetFiles(folder.File(output)).Select(path => Path.GetFileName(path)).Where(name => stems.Contains(Path.GetFileNameWithoutExtension(name))).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, found);
        Assert.NotEmpty(expected);
        foreach (string name in expected) Assert.Equal(Content($"one/{name}"), Content($"{output}/{name}"));
    }

    // All there is in a file of a result, without time and host.
    private byte[] Content(string name)
    {
        string path = folder.File(name);
        string copy = folder.File("copy");
        switch (Path.GetFileName(name))
        {
            case "adc_hv_on.h5" or "spe_hv_on.h5" or "dark_rate.h5":
                DarkHistograms.Read(path).Write(copy, Stampless(ReadTexts(path, DarkHistograms.Group + "/provenance")));
                return File.ReadAllBytes(copy);
            case "peaks.h5":
                PulseTimeHistograms.Read(path).Write(copy, Stampless(ReadTexts(path, PulseTimeHistograms.Group + "/provenance")));
                return File.ReadAllBytes(copy);
            case "mpe_scan.h5":
                ChargeHistograms.Read(path).Write(copy, Stampless(ReadTexts(path, ChargeHistograms.Group + "/provenance")));
                return File.ReadAllBytes(copy);
            case "synchronisation.h5":
                // The result follows from the pulse times, which are in a file of their own; what is in this one beside it is the provenance.
                string peaks = folder.File(Path.GetDirectoryName(name) + "/peaks.h5");
                Provenance stampless = ResultFiles.ReadProvenance(path) with { TimeUtc = default, Host = "" };
                ResultFiles.WriteHdf5(copy, stampless, SynchronisationFitter.Fit(PulseTimeHistograms.Read(peaks)));
                Assert.Equal(ResultFiles.Read(copy, SynchronisationResult.TaskName).Fits.Select(fit => fit.ToString()), ResultFiles.Read(path, SynchronisationResult.TaskName).Fits.Select(fit => fit.ToString()));
                return File.ReadAllBytes(copy);
            case var json when json.EndsWith(".json", StringComparison.Ordinal):
                return System.Text.Encoding.UTF8.GetBytes(Stampless(File.ReadAllText(path)));
            default:
                return File.ReadAllBytes(path);
        }
    }

    private static string ReadTexts(string path, string place)
    {
        using DigiCam.Files.Hdf5File file = DigiCam.Files.Hdf5File.Open(path);
        return Assert.Single(file.ReadTexts(place));
    }

    private static string Stampless(string text)
    {
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        JsonObject provenance = json["provenance"] as JsonObject ?? json;
        Assert.True(provenance.Remove("TimeUtc") && provenance.Remove("Host"));
        return json.ToJsonString();
    }
}
