using DigiCam.Dark;
using DigiCam.Flags;
using DigiCam.HvOff;
using DigiCam.LedCalibration;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;

namespace DigiCam.Cli.Tests;

/// <summary>The files of ac-dac-scan of a short simulated scan without dark counts.</summary>
public sealed class LightFolder : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public LightFolder()
    {
        RunPlan off = new() { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = 60 };
        RunPlan flashes = new() { Name = "scan", Kind = RunKind.AcScan, AcLevels = [0, 140, 180, 220, 280, 340, 400], EventsPerLevel = 500 };
        CampaignPlan plan = new() { Camera = new CameraPlan { DarkCountRateMHz = Distribution.Constant(0) }, Runs = [off, flashes] };
        foreach (RunPlan run in plan.Runs) new RunSimulation(plan, run).Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        using DigiCam.Runs.Run dark = DigiCam.Runs.Run.Open(_folder.File("hv_off_000.fits.fz"));
        Pedestals pedestals = Pedestals.From(HvOffFitter.Fit(DigiCam.Histograms.AdcHistograms.Accumulate(dark)));
        using Scan scan = Scan.Open(ScanPlan.Read(_folder.File("scan_plan.csv")), _folder.FullName);
        SynchronisationResult times = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(scan, pedestals));
        ChargeHistograms charges = ChargePass.Accumulate(scan, times, pedestals);
        LightSpectra spectra = LightSpectra.Of(charges, [.. Enumerable.Repeat(0.0, charges.PixelCount)], jitterNs: times.JitterNs);
        Light = LightScanFitter.Fit(spectra);
        Plan = charges.Plan;
        Truth = SimulationTruth.For(scan.Run.Files[0].Path)!;
        Directory.CreateDirectory(File("fits"));
        charges.Write(File("fits/mpe_scan.h5"));
        ResultFiles.Write(File("fits/mpe_fit.h5"), Provenance.Now("ac-dac-scan", [], []), Light);
        Directory.CreateDirectory(File("gains"));
        charges.Write(File("gains/mpe_scan.h5"));
        ResultFiles.Write(File("gains/mpe_fit.h5"), Provenance.Now("ac-dac-scan", [], []), LightScanFitter.Fit(spectra, withLevels: false));
    }

    public LightScanResult Light { get; }

    public ScanPlan Plan { get; }

    public SimulationTruth Truth { get; }

    public string FullName => _folder.FullName;

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();
}

public sealed class LedCalibrationCommandTests(LightFolder folder) : IClassFixture<LightFolder>
{
    [Fact]
    public void Fit_LightOfAScan_WritesWhatTheLibraryFinds()
    {
        Digicam.Result result = Run("-p", "-d", "fits", "--output_directory", "leds", "--mu", "2,20,5000");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith("led-calibration: 0 events, ", result.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.Equal(["led_calibration.h5", "led_calibration.json", "led_curves.csv", "led_settings.csv"], Directory.GetFiles(folder.File("leds")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        LedCalibrationResult found = LedCalibrationFitter.Fit(folder.Plan, folder.Light);
        LedCalibrationResult written = LedFiles.Read(folder.File("leds/led_calibration.h5"));
        AssertEqual(found, written);
        Assert.InRange(written.GoodCount, 500, 528);
        double[] ratios = [.. Enumerable.Range(0, 1296).Where(pixel => written.Flags[pixel] == PixelFlags.None).Select(pixel => written.Pixels[pixel].Light(280).Value / folder.Truth.Levels[4].Conditions.FlashMean[pixel])];
        Assert.InRange(ratios.Average(), 0.98, 1.02);
        Assert.StartsWith("patch,leds,lowest_light_pe,highest_light_pe,dac_for_2_pe,dac_for_20_pe,dac_for_5000_pe\n", File.ReadAllText(folder.File("leds/led_settings.csv")), StringComparison.Ordinal);
        Assert.Contains("mpe_fit.h5", File.ReadAllText(folder.File("leds/led_calibration.json")), StringComparison.Ordinal);

        // Again from the file: every patch with a curve has a line, light that was not reached is marked.
        Digicam.Result asked = Run("leds", "-q", "--mu", "2,5000");
        Assert.True(asked.ExitCode == 0, asked.Error);
        int patches = found.Patches.Count(patch => patch.IsValid);
        Assert.Equal(patches, asked.Output.Split('\n').Count(line => line.Contains("> 400", StringComparison.Ordinal)));
        Assert.Contains("the light was not reached in the scan", asked.Output, StringComparison.Ordinal);
        int led = Enumerable.Range(0, 1296).First(pixel => found.Pixels[pixel].IsValid);
        LedSetting setting = found.Pixels[led].Dac(2);
        Assert.Contains(FormattableString.Invariant($"{setting.Dac:F1} +- {setting.Error:F1}"), Run("leds", "-q", "--mu", "2", "--led", FormattableString.Invariant($"{led}")).Output, StringComparison.Ordinal);
        Assert.Contains("LED efficiency", Run("leds").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere/led_calibration.h5: no such file; -p makes it", "nowhere")]
    [InlineData("nowhere/mpe_scan.h5: no such file; digicam ac-dac-scan -c makes it", "-p", "-d", "nowhere")]
    [InlineData("holds gains, but no light of any level", "-p", "-d", "gains")]
    [InlineData("the scan has no level of DC 7; there are 0", "-p", "-d", "fits", "--dc_level", "7")]
    [InlineData("--mu: '-1' is not a light above 0 pe", "fits", "--mu=-1")]
    [InlineData("--mu: '1e' is not a light above 0 pe", "fits", "--mu", "1e")]
    [InlineData("--led: '1296' is not a pixel between 0 and 1295", "fits", "--mu", "1", "--led", "1296")]
    [InlineData("--led needs --mu", "fits", "--led", "1")]
    [InlineData("relative error -1", "-p", "-d", "fits", "--relative_error=-1")]
    [InlineData("mpe_fit.h5: the calibration needs a file of its own", "-p", "fits", "--fit_filename", "mpe_fit.h5")]
    [InlineData("mpe_fit.h5: /led-calibration/dac is not in the file", "fits", "--fit_filename", "mpe_fit.h5")]
    public void BadRequests_AreOneSentence(string expected, params string[] arguments)
    {
        Digicam.Result result = Run(arguments);

        Assert.Equal(1, result.ExitCode);
        string line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("digicam led-calibration: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    private static void AssertEqual(LedCalibrationResult expected, LedCalibrationResult found)
    {
        Assert.Equal(expected.Dac, found.Dac);
        Assert.Equal(expected.MeasuredLight, found.MeasuredLight);
        Assert.Equal(expected.Flags, found.Flags);
        Assert.Equal(expected.Options, found.Options);
        Assert.Equal(expected.PatchPixels, found.PatchPixels);
        foreach ((LedCurve one, LedCurve other) in expected.Pixels.Zip(found.Pixels).Concat(expected.Patches.Zip(found.Patches)))
        {
            Assert.Equal((one.LowestDac, one.HighestDac, one.ThresholdDac, one.HasCameraShape, one.Fit.Status), (other.LowestDac, other.HighestDac, other.ThresholdDac, other.HasCameraShape, other.Fit.Status));
            Assert.Equal(one.Light(200), other.Light(200));
            Assert.Equal(one.Dac(2), other.Dac(2));
            Assert.Equal((one.Fit.Minimum, one.Fit.DegreesOfFreedom), (other.Fit.Minimum, other.Fit.DegreesOfFreedom));
        }

        foreach ((PixelQuantity one, PixelQuantity other) in expected.Quantities.Zip(found.Quantities)) Assert.Equal(one.Values, other.Values);
    }

    private Digicam.Result Run(params string[] arguments) => Digicam.Run(folder.FullName, ["led-calibration", .. arguments]);
}
