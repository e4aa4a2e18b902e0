using DigiCam.LightScan;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;

namespace DigiCam.Cli.Tests;

/// <summary>A scan of four levels with ten events each, in a file for each level and all in one file, and one with enough events for fits.</summary>
public sealed class ScanFolder : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public ScanFolder()
    {
        RunPlan[] runs =
        [
            new() { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = 60 },
            new() { Name = "scan", Kind = RunKind.AcScan, AcLevels = [0, 150, 300, 450], EventsPerLevel = 10, Files = 0 },
            new() { Name = "one", Kind = RunKind.AcScan, AcLevels = [0, 150, 300, 450], EventsPerLevel = 10, Files = 1 },
            new() { Name = "long", Kind = RunKind.AcScan, AcLevels = [0, 120, 160, 220], EventsPerLevel = 500, Files = 1 },
        ];
        foreach (RunPlan run in runs) new RunSimulation(new CampaignPlan { Runs = [.. runs] }, run).Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0, Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "-q", "-f", "hv_off_000").ExitCode);
    }

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
    public void BadRequests_AreOneSentence(string expected, params string[] arguments)
    {
        Digicam.Result result = Run(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("digicam ac-dac-scan: ", result.Error.Split('\n')[^2], StringComparison.Ordinal);
        Assert.Contains(expected, result.Error.Split('\n')[^2], StringComparison.Ordinal);
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
        AssertClosed(Run(["-t", "-c", "--output_directory", "steps", .. input]), "ac-dac-scan: 4000 events, ");
        Assert.Contains("steps/full_mpe_fit.h5: no such file; -g makes it", Run(["-p", "steps"]).Error, StringComparison.Ordinal);
        AssertClosed(Run(["--perform_fit_gain", "steps"]), "ac-dac-scan: 0 events, ");
        Assert.False(File.Exists(folder.File("steps/mpe_fit.npz")));
        AssertClosed(Run(["--perform_fit_mu", "steps"]), "ac-dac-scan: 0 events, ");
        foreach (string name in (string[])["full_mpe_fit.npz", "full_mpe_fit.csv", "mpe_fit.npz", "mpe_fit.csv"]) Assert.True(File.ReadAllBytes(folder.File("fits/" + name)).SequenceEqual(File.ReadAllBytes(folder.File("steps/" + name))), name);

        ChargeHistograms charges = ChargeHistograms.Read(folder.File("steps/mpe_scan.h5"));
        LightScanResult one = LightScanFiles.Read(folder.File("fits/mpe_fit.h5"), LightSpectra.Of(charges));
        LightScanResult other = LightScanFiles.Read(folder.File("steps/mpe_fit.h5"), LightSpectra.Of(charges));
        Assert.Equal(one.Pixels.SelectMany(p => p.Levels), other.Pixels.SelectMany(p => p.Levels));
        Assert.InRange(one.Fits.Count(fit => fit.HasErrors), 520, 528);

        Digicam.Result display = Run(["steps"]);
        Assert.Contains("median light [pe]", display.Output, StringComparison.Ordinal);
        Assert.Contains("crosstalk", display.Output, StringComparison.Ordinal);
        Assert.Contains("holds no result of digicam dark or digicam dark-rate", Run(["-g", "steps", "--input_fit_dark_filename", "adc_hv_off_fit.h5"]).Error, StringComparison.Ordinal);
    }

    private Digicam.Result Run(string[] arguments) => Digicam.Run(folder.FullName, ["ac-dac-scan", .. arguments]);

    private static void AssertClosed(Digicam.Result result, string line)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith(line, result.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }
}
