using System.Collections.Immutable;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;

namespace DigiCam.Cli.Tests;

/// <summary>A scan of four levels with ten events each, in a file for each level and all in one file, and one with enough events for fits.</summary>
public sealed class ScanFolder : IDisposable
{
    /// <summary>Pixels of the scans for fits that are not stuck.</summary>
    public const int FitPixels = 108;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public ScanFolder()
    {
        RunPlan[] fits =
        [
            new() { Name = "long", Kind = RunKind.AcScan, AcLevels = [0, 120, 160, 220], EventsPerLevel = 500, Files = 1 },
            new() { Name = "nested", Kind = RunKind.AcDcScan, AcLevels = [0, 160, 220], DcLevels = [0, 250], EventsPerLevel = 500, Files = 1 },
        ];
        RunPlan[] runs =
        [
            new() { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = 60 },
            new() { Name = "scan", Kind = RunKind.AcScan, AcLevels = [0, 150, 300, 450], EventsPerLevel = 10, Files = 0 },
            new() { Name = "one", Kind = RunKind.AcScan, AcLevels = [0, 150, 300, 450], EventsPerLevel = 10, Files = 1 },
            new() { Name = "bright", Kind = RunKind.AcScan, AcLevels = [0, 900], EventsPerLevel = 5, Files = 1 },
        ];
        foreach (RunPlan run in runs) Simulate(new CampaignPlan { Runs = [.. runs] }, run);
        RunPlan odd = new() { Name = "odd", Kind = RunKind.AcScan, AcLevels = [150], EventsPerLevel = 2, FirstEventNumber = 100 };
        Simulate(new CampaignPlan { Runs = [odd], SampleCount = 92 }, odd);
        Directory.CreateDirectory(_folder.File("empty"));

        // Most pixels stuck, which takes no time to fit.
        FaultPlan stuck = new() { Pixels = Enumerable.Range(FitPixels, CameraGeometry.PixelCount - FitPixels).ToImmutableSortedDictionary(p => p, _ => PixelFault.Stuck) };
        foreach (RunPlan run in fits) Simulate(new CampaignPlan { Runs = [run], Faults = stuck }, run);
        Assert.Equal(0, Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "-q", "-f", "hv_off_000").ExitCode);
    }

    private void Simulate(CampaignPlan plan, RunPlan run) => new RunSimulation(plan, run).Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);

    public string FullName => _folder.FullName;

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();
}

public sealed class AcDacScanCommandTests(ScanFolder folder) : IClassFixture<ScanFolder>
{
    private static readonly string[] DataFiles = ["peaks.npz", "mpe_scan.npz", "full_mpe_scan.npz", "synchronisation.csv"];

    [Fact]
    public void Stages_TogetherAndApart_GiveEqualFiles()
    {
        string[] input = ["--scan_plan", "scan_plan.csv", "--input_fit_hvoff_filename", "adc_hv_off_fit.h5"];
        Digicam.Result together = Run(["-t", "-c", "-k", "--output_directory", "a", .. input]);
        AssertClosed(together, "ac-dac-scan: 80 events, ");
        AssertClosed(Run(["--create_time_histo", "--output_directory", "b", "-n", "3", .. input]), "ac-dac-scan: 40 events, ");
        Assert.False(File.Exists(folder.File("b/mpe_scan.npz")));
        AssertClosed(Run(["--create_histo", "--output_directory", "b", "-n", "1000", .. input]), "ac-dac-scan: 40 events, ");
        AssertClosed(Run(["--create_full_histo", "b"]), "ac-dac-scan: 0 events, ");
        foreach (string name in DataFiles) Assert.True(File.ReadAllBytes(folder.File("a/" + name)).SequenceEqual(File.ReadAllBytes(folder.File("b/" + name))), name);

        // These carry the time of writing.
        PulseTimeHistograms.Read(folder.File("a/peaks.h5")).Write(folder.File("a/times"));
        PulseTimeHistograms.Read(folder.File("b/peaks.h5")).Write(folder.File("b/times"));
        ChargeHistograms.Read(folder.File("a/mpe_scan.h5")).Write(folder.File("a/charges"));
        ChargeHistograms.Read(folder.File("b/mpe_scan.h5")).Write(folder.File("b/charges"));
        foreach (string name in (string[])["times", "charges"]) Assert.True(File.ReadAllBytes(folder.File("a/" + name)).SequenceEqual(File.ReadAllBytes(folder.File("b/" + name))), name);

        Digicam.Result display = Run(["a"]);
        Assert.Equal(0, display.ExitCode);
        Assert.Contains("768 NO_LED", display.Output, StringComparison.Ordinal);
        Assert.Contains("charges (amplitude) of 4 levels and 1296 pixels, 40 events", display.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Addressings_OfTheSameEvents_GiveTheSameCounts()
    {
        AssertClosed(Run(["-t", "-c", "-l", "0,450,150", "--file_basename", "scan_", "--output_directory", "files"]), "ac-dac-scan: 80 events, ");
        AssertClosed(Run(["-t", "-c", "-l", "0,450,150", "-e", "10", "--file_basename", "scan_", "-f", "0,1,2,3", "--output_directory", "counted"]), "ac-dac-scan: 80 events, ");
        Assert.True(File.ReadAllBytes(folder.File("files/mpe_scan.npz")).SequenceEqual(File.ReadAllBytes(folder.File("counted/mpe_scan.npz"))));
        AssertClosed(Run(["-t", "-c", "-q", "-l", "0,450,150", "-e", "10", "-f", "one_000", "--charge_samples", "7", "--histo_filename", "q.npz", "--output_directory", "one"]), "");
        Assert.Equal(DigiCam.Charges.ChargeScale.SumOf(7), ChargeHistograms.Read(folder.File("one/q.h5")).Scale);
    }

    [Theory]
    [InlineData("the levels of the scan are needed: --scan_plan, or -l with -e", "-t", "-f", "one_000")]
    [InlineData("-l: levels '0,x': 'x' is not a whole number of 0 or more", "-t", "-l", "0,x", "-f", "one_000")]
    [InlineData("1 files for 4 levels: a scan with a file for each level needs as many", "-t", "-l", "0,450,150", "-f", "one_000")]
    [InlineData("--scan_plan has the levels of the scan", "-t", "-l", "0,1", "--scan_plan", "scan_plan.csv")]
    [InlineData("nothing.csv: the file does not exist", "-t", "--scan_plan", "nothing.csv")]
    [InlineData("missing/mpe_scan.h5: no such file; -c makes it, and fits need it", "-g", "missing")]
    [InlineData("need files of their own", "-g", "--fit_filename", "mpe_scan.npz", "missing")]
    [InlineData("missing/peaks.h5: no such file; -t makes it, and charges need it", "-c", "--scan_plan", "scan_plan.csv", "--output_directory", "missing")]
    [InlineData("a charge of 51 samples in waveforms of 50", "-t", "-c", "--charge_samples", "51", "--scan_plan", "scan_plan.csv", "--output_directory", "wide")]
    [InlineData("--charge_samples 0: a charge is made of at least one sample", "-c", "--charge_samples", "0", "--scan_plan", "scan_plan.csv")]
    [InlineData("the scan has no level with flashes", "-t", "-l", "0", "-e", "5", "-f", "one_000", "--output_directory", "dark")]
    [InlineData("nothing.h5: no such file; --input_fit_hvoff_filename names the result of digicam hvoff", "-t", "--scan_plan", "scan_plan.csv", "--input_fit_hvoff_filename", "nothing.h5")]
    [InlineData("need files of their own", "-t", "--scan_plan", "scan_plan.csv", "--histo_filename", "peaks.h5")]
    [InlineData("-l: levels '300,0,100': three numbers are first level, last level and step, and 0 lies before 300", "-t", "-l", "300,0,100", "-e", "5", "-f", "one_000")]
    [InlineData("-l: levels '0,300,0': with a step of 0 the levels never end", "-t", "-l", "0,300,0", "-e", "5", "-f", "one_000")]
    [InlineData("empty/*.fits.fz", "-t", "-l", "0,1", "-e", "5", "-d", "empty")]
    [InlineData("empty/scan_000.fits.fz: no such file, nor any other of the 4 of the scan plan", "-t", "--scan_plan", "scan_plan.csv", "-d", "empty")]
    [InlineData("odd_000.fits.fz: 92 samples per pixel, but ./scan_000.fits.fz has 50: not the same run", "-t", "-l", "0,150", "-f", "scan_000,odd_000")]
    [InlineData("scan_plan.csv/out/peaks.npz: cannot be written", "-t", "--scan_plan", "scan_plan.csv", "--output_directory", "scan_plan.csv/out")]
    public void BadRequests_AreOneSentence(string expected, params string[] arguments)
    {
        Digicam.Result result = Run(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("digicam ac-dac-scan: ", result.Error.Split('\n')[^2], StringComparison.Ordinal);
        Assert.Contains(expected, result.Error.Split('\n')[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatDoNotGoTogether_AreRefused()
    {
        string[] input = ["--scan_plan", "scan_plan.csv", "--output_directory", "mixed"];
        AssertClosed(Run(["-t", "-c", "-q", .. input]), "");
        string[] before = Directory.GetFiles(folder.File("mixed"));
        Refused("mixed/mpe_scan.h5: holds charges of another scale (amplitude) than that of --charge_samples 7", "-g", "mixed", "--charge_samples", "7");
        Refused("mixed/mpe_scan.h5: is of another scan than the one that is asked for", "-k", "mixed", "--scan_plan", "one_plan.csv");
        Refused("mixed/mpe_scan.h5: is of another scan than the one that is asked for", "-g", "mixed", "-l", "0,450,150", "-e", "11");
        Refused("adc_hv_off_fit.h5: is another result with high voltage off than the one that mixed/mpe_scan.h5 was filled with", "-p", "mixed", "--input_fit_hvoff_filename", "adc_hv_off_fit.h5");

        // High voltage off of other pixels, for both stages that read events.
        double[][] rows = HvOffFiles.ReadFit(folder.File("adc_hv_off_fit.npz"));
        new NpzWriter().Add("adcs_fit_result", [1296, 3, 2], (pixel, row) => rows[(pixel + 7) % 1296].CopyTo(row)).Write(folder.File("moved.npz"));
        foreach (string stage in (string[])["-t", "-c"]) Refused("moved.npz: baselines lie ", [stage, .. input, "--input_fit_hvoff_filename", "moved.npz"]);
        Assert.Equal(before, Directory.GetFiles(folder.File("mixed")));

        byte[] bytes = File.ReadAllBytes(folder.File("mixed/mpe_scan.h5"));
        Directory.CreateDirectory(folder.File("damaged"));
        File.WriteAllBytes(folder.File("damaged/mpe_scan.h5"), bytes[..(bytes.Length / 2)]);
        Refused("damaged/mpe_scan.h5: ", "-g", "damaged");
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(folder.File("damaged/mpe_scan.h5"), bytes);
        Refused("damaged/mpe_scan.h5: ", "-k", "damaged");
        Assert.Single(Directory.GetFiles(folder.File("damaged")));
    }

    [Fact]
    public void GainsOfOtherCharges_AreRefused()
    {
        // Too few events for fits: what counts is where they come from.
        AssertClosed(Run(["-t", "-c", "-g", "-q", "--scan_plan", "scan_plan.csv", "--output_directory", "stale"]), "");
        AssertClosed(Run(["-p", "-q", "stale"]), "");
        AssertClosed(Run(["-c", "-q", "--scan_plan", "scan_plan.csv", "--evt_max", "35", "--output_directory", "stale"]), "");
        Refused("stale/full_mpe_fit.h5: is of other charges, or another time of the flash, than those to be fitted; -g makes it anew", "-p", "stale");
    }

    [Fact]
    public void Strict_ProblemsOfTheInput_AreErrors()
    {
        string text = File.ReadAllText(folder.File("scan_plan.csv"));
        File.WriteAllText(folder.File("lost_plan.csv"), text.Replace("scan_002", "scan_009", StringComparison.Ordinal));
        Digicam.Result lost = Run(["-t", "-c", "-q", "--strict", "--scan_plan", "lost_plan.csv", "--output_directory", "strict"]);
        Assert.Equal(1, lost.ExitCode);
        Assert.Equal(["digicam ac-dac-scan: scan_009.fits.fz is not there", "digicam ac-dac-scan: level 2 (AC 300, DC 0) has no events", "digicam ac-dac-scan: --strict: nothing is made of an input with 2 problems"], Lines(lost.Error));
        Assert.Empty(Directory.GetFiles(folder.File("strict")));

        // Levels exchanged: seen by their charges.
        File.WriteAllText(folder.File("other_plan.csv"), text.Replace("scan_001", "x", StringComparison.Ordinal).Replace("scan_003", "scan_001", StringComparison.Ordinal).Replace("x", "scan_003", StringComparison.Ordinal));
        Digicam.Result told = Run(["-t", "-c", "--scan_plan", "other_plan.csv", "--output_directory", "told"]);
        Assert.Equal(0, told.ExitCode);
        Assert.Matches(@"^digicam ac-dac-scan: level 2 \(AC 300, DC 0\) leaves less charge than level 1 \(AC 150, DC 0\) in \d+ pixels, more in \d+: the files do not hold the levels of the plan$", Lines(told.Error)[0]);
        Digicam.Result strict = Run(["-c", "--strict", "--scan_plan", "other_plan.csv", "--output_directory", "told", "--histo_filename", "strict.npz"]);
        Assert.Equal(1, strict.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.File("told"), "strict*"));

        // The same for the other tasks.
        string[] gap = ["-c", "-f", "scan_000,scan_002", "--output_directory", "task"];
        Digicam.Result note = Digicam.Run(folder.FullName, ["hvoff", .. gap]);
        Assert.Equal(0, note.ExitCode);
        Assert.Contains("note: 10 event numbers are missing between 1 and 30", note.Output, StringComparison.Ordinal);
        Digicam.Result refused = Digicam.Run(folder.FullName, ["hvoff", "--strict", "--histo_filename", "strict.npz", .. gap]);
        Assert.Equal((1, "digicam hvoff: 10 event numbers are missing between 1 and 30\ndigicam hvoff: --strict: nothing is made of an input with 1 problem\n"), (refused.ExitCode, refused.Error));
        Assert.Empty(Directory.GetFiles(folder.File("task"), "strict*"));
        AssertClosed(Run(["-t", "--strict", "--scan_plan", "scan_plan.csv", "--output_directory", "fine"]), "ac-dac-scan: 40 events, ");

        static string[] Lines(string error) => error.TrimEnd('\n').Split('\n');
    }

    [Fact]
    public void FileMissingInTheMiddle_IsToldAndTheRestIsUsed()
    {
        string text = File.ReadAllText(folder.File("scan_plan.csv"));
        File.WriteAllText(folder.File("gap_plan.csv"), text.Replace("scan_002", "scan_009", StringComparison.Ordinal));
        Digicam.Result result = Run(["-t", "-c", "--scan_plan", "gap_plan.csv", "--output_directory", "gap"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("scan_009.fits.fz is not there", result.Error, StringComparison.Ordinal);
        Assert.Contains("level 2 (AC 300, DC 0) has no events", result.Error, StringComparison.Ordinal);
        Assert.Equal([10, 10, 0, 10], ChargeHistograms.Read(folder.File("gap/mpe_scan.h5")).EventCounts);
        Digicam.Result other = Run(["-c", "--scan_plan", "scan_plan.csv", "--output_directory", "gap"]);
        Assert.Contains("is of another scan than the one that is read; -t makes it anew", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void FitStages_TogetherAndApart_GiveEqualFiles()
    {
        string[] input = ["--scan_plan", "long_plan.csv", "--input_fit_hvoff_filename", "adc_hv_off_fit.h5"];
        AssertClosed(Run(["-t", "-c", "-g", "-p", "--output_directory", "fits", .. input]), "ac-dac-scan: 4000 events, ");
        Stopped(_ => Directory.Exists(folder.File("steps")), ["-t", "--output_directory", "steps", "-n", "1", .. input]);
        AssertClosed(Run(["-t", "--output_directory", "steps", .. input]), "ac-dac-scan: 2000 events, ");
        Stopped(lines => lines > 0, "-c", "--output_directory", "steps", "-n", "1", "--scan_plan", "long_plan.csv");
        AssertClosed(Run(["-c", "--output_directory", "steps", .. input]), "ac-dac-scan: 2000 events, ");
        Assert.Contains("steps/full_mpe_fit.h5: no such file; -g makes it", Run(["-p", "steps"]).Error, StringComparison.Ordinal);
        Stopped(lines => lines > 0, "-g", "steps");
        AssertClosed(Run(["--perform_fit_gain", "steps"]), "ac-dac-scan: 0 events, ");
        Assert.False(File.Exists(folder.File("steps/mpe_fit.npz")));
        Stopped(lines => lines > 0, "-p", "steps");
        AssertClosed(Run(["--perform_fit_mu", "steps"]), "ac-dac-scan: 0 events, ");
        foreach (string name in (string[])["full_mpe_fit.npz", "full_mpe_fit.csv", "mpe_fit.npz", "mpe_fit.csv"]) Assert.True(File.ReadAllBytes(folder.File("fits/" + name)).SequenceEqual(File.ReadAllBytes(folder.File("steps/" + name))), name);

        ChargeHistograms charges = ChargeHistograms.Read(folder.File("steps/mpe_scan.h5"));
        LightScanResult one = LightScanFiles.Read(folder.File("fits/mpe_fit.h5"), LightSpectra.Of(charges));
        LightScanResult other = LightScanFiles.Read(folder.File("steps/mpe_fit.h5"), LightSpectra.Of(charges));
        Assert.Equal(one.Pixels.SelectMany(p => p.Levels), other.Pixels.SelectMany(p => p.Levels));
        int lit = one.Pixels.Count(p => p.HasLight);
        Assert.InRange(lit, 0.3 * ScanFolder.FitPixels, 0.7 * ScanFolder.FitPixels);
        Assert.InRange(one.Fits.Count(fit => fit.HasErrors), 0.98 * lit, lit);

        Digicam.Result display = Run(["steps"]);
        Assert.Contains("median light [pe]", display.Output, StringComparison.Ordinal);
        Assert.Contains("crosstalk", display.Output, StringComparison.Ordinal);
        Assert.Contains("holds no result of digicam dark or digicam dark-rate", Run(["-g", "steps", "--input_fit_dark_filename", "adc_hv_off_fit.h5"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralDcLevels_HaveFilesOfTheirOwn()
    {
        string[] input = ["--scan_plan", "nested_plan.csv", "--input_fit_hvoff_filename", "adc_hv_off_fit.h5"];
        Digicam.Result whole = Run(["-t", "-c", "-g", "-p", "--output_directory", "nested", .. input]);
        AssertClosed(whole, "ac-dac-scan: 6000 events, ");
        Assert.Matches(@"\nDC 0:\n(.*\n)+DC 250:\n", whole.Output);
        Assert.Equal(
            ["full_mpe_fit_dc0.npz", "full_mpe_fit_dc250.npz", "mpe_fit_dc0.npz", "mpe_fit_dc250.npz"],
            Directory.GetFiles(folder.File("nested"), "*fit*.npz").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        byte[][] before = [.. Names().Select(File.ReadAllBytes)];
        AssertClosed(Run(["-p", "nested"]), "ac-dac-scan: 0 events, ");
        Assert.Equal(before, Names().Select(File.ReadAllBytes));

        ChargeHistograms charges = ChargeHistograms.Read(folder.File("nested/mpe_scan.h5"));
        LightScanResult dark = LightScanFiles.Read(folder.File("nested/mpe_fit_dc0.h5"), LightSpectra.Of(charges.AtDc(0)));
        LightScanResult light = LightScanFiles.Read(folder.File("nested/mpe_fit_dc250.h5"), LightSpectra.Of(charges.AtDc(250)));
        int[] both = [.. Enumerable.Range(0, dark.PixelCount).Where(p => dark[2, p].IsValid && light[2, p].IsValid)];
        int lit = dark.Pixels.Count(p => p.HasLight);
        Assert.InRange(both.Length, 0.95 * lit, lit);
        Assert.InRange(light.GoodCount, 0.95 * lit, lit);

        // The same flashes, 3.3 MHz more photo-electrons beside them.
        Assert.InRange(both.Average(p => light[2, p].Mu / dark[2, p].Mu), 0.985, 1.015);
        Assert.InRange(both.Average(p => light["dark_count_rate"].Values[p] - dark["dark_count_rate"].Values[p]), 2.3, 4.3);
        Assert.All(Enumerable.Range(0, dark.PixelCount).Where(p => !dark.Pixels[p].HasLight), p => Assert.False(light.Pixels[p].HasLight));

        Digicam.Result display = Run(["nested"]);
        Assert.Matches(@"\nDC 0:\n(.*\n)+DC 250:\n", display.Output);
        File.Delete(folder.File("nested/full_mpe_fit_dc250.h5"));
        Assert.Contains("nested/full_mpe_fit_dc250.h5: no such file; -g makes it", Run(["-p", "nested"]).Error, StringComparison.Ordinal);

        IEnumerable<string> Names() => new[] { "mpe_fit_dc0", "mpe_fit_dc250" }.SelectMany(name => new[] { ".npz", ".csv" }.Select(end => folder.File($"nested/{name}{end}")));
    }

    [Fact]
    public void InterruptedOrKilledWhileWriting_LeavesNoHalfOfAFile()
    {
        // Sums up to the end of the ADC's range: 290 MB of bins for each level.
        string[] input = ["--scan_plan", "bright_plan.csv", "--input_fit_hvoff_filename", "adc_hv_off_fit.h5", "--charge_samples", "7"];
        AssertClosed(Run(["-t", "-c", "-k", "-q", "--output_directory", "w/whole", .. input]), "");
        AssertClosed(Run(["-t", "-q", "--output_directory", "w/again", .. input]), "");
        Stopped(_ => HasPartOf("mpe_scan.npz"), ["-c", "--output_directory", "w/again", .. input]);
        AssertClosed(Run(["-c", "-q", "--output_directory", "w/again", .. input]), "");
        Stopped(_ => HasPartOf("full_mpe_scan.npz"), "-k", "w/again");
        AssertClosed(Run(["-k", "-q", "w/again"]), "");
        foreach (string name in (string[])["mpe_scan.npz", "full_mpe_scan.npz"]) Assert.True(File.ReadAllBytes(folder.File("w/whole/" + name)).SequenceEqual(File.ReadAllBytes(folder.File("w/again/" + name))), name);

        bool HasPartOf(string name) => Directory.GetFiles(folder.File("w/again"), $".{name}.*.tmp").Length > 0;
    }

    // Ctrl+C in a stage leaves all files as they were and nothing else; one that is killed may leave a hidden part of a file, but none under a name that is looked for.
    private void Stopped(Func<int, bool> hasBegun, params string[] arguments)
    {
        string output = folder.File(arguments.SkipWhile(a => a != "--output_directory").Skip(1).FirstOrDefault(arguments[1]));
        string[] before = [];
        Digicam.Result stopped = new(0, "", "");
        // On a busy machine a stage may have ended before the signal comes; then it is stopped the next time.
        for (int i = 0; i < 3 && stopped.ExitCode == 0; i++)
        {
            before = Files(hidden: true);
            stopped = Digicam.RunInterrupted(folder.FullName, hasBegun, ["ac-dac-scan", .. arguments]);
        }

        stopped.AssertCancelled("ac-dac-scan");
        Assert.Equal(before, Files(hidden: true));
        if (before.Length == 0) Directory.Delete(output);
        Assert.Equal(137, Digicam.RunKilled(folder.FullName, hasBegun, ["ac-dac-scan", .. arguments]).ExitCode);
        Assert.Equal(before, Files(hidden: false));
        foreach (string part in Directory.GetFiles(output, ".*")) File.Delete(part);

        string[] Files(bool hidden) => !Directory.Exists(output) ? [] :
            [.. Directory.GetFiles(output, "*").Where(path => hidden || !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}")];
    }

    private void Refused(string expected, params string[] arguments) => Run(arguments).AssertRefused(expected);

    private Digicam.Result Run(string[] arguments) => Digicam.Run(folder.FullName, ["ac-dac-scan", .. arguments]);

    private static void AssertClosed(Digicam.Result result, string line)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith(line, result.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }
}
