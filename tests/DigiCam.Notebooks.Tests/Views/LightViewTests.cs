using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Flags;
using DigiCam.HvOff;
using DigiCam.LedCalibration;
using DigiCam.LightScan;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Tables;
using DigiCam.Notebooks.Views;
using DigiCam.Results;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;

namespace DigiCam.Notebooks.Tests.Views;

/// <summary>The views of the tasks on light scans, on a short simulated one.</summary>
public sealed class LightViewTests(LightViewTests.ShortScan scan) : IClassFixture<LightViewTests.ShortScan>
{
    [Fact]
    public void Scan_Levels_AreThoseOfThePlan()
    {
        ScanView view = Show.Scan(scan.Scan);
        Assert.Equal(ShortScan.AcLevels.Cast<object?>(), view.Levels.Rows.Select(row => row[1]));
        Assert.All(view.Levels.Rows, row => Assert.Equal((ShortScan.Events, (long)ShortScan.Events), ((int)row[3]!, (long)row[4]!)));
        Assert.Equal(("problems", "none: all levels are as planned"), Assert.Single(view.Problems.Items));
    }

    [Fact]
    public void Synchronisation_Camera_ShowsTheEdgesOfEachPixel()
    {
        CameraDisplay display = Show.Result(scan.Synchronisation).Camera(scan.Lit);
        PixelSpectrum edges = (PixelSpectrum)display.Panels![scan.Lit]!;
        Assert.Equal(("time", "ns", 0.1), (edges.AxisName, edges.AxisUnit, Math.Round(edges.BinWidth, 9)));
        Assert.Equal(scan.Synchronisation.Histograms.GetEntries(scan.Lit), edges.Counts.Sum());
        double time = scan.Synchronisation.EdgeNs[scan.Lit];
        int fullest = Enumerable.Range(0, edges.Counts.Count).MaxBy(i => edges.Counts[i]);
        Assert.InRange(edges.FirstCentre + (fullest * edges.BinWidth), time - 1, time + 1);
        Assert.Null(edges.Expected);
    }

    [Fact]
    public void Light_Panel_ExpectsWhatTheLevelsTogetherExpect()
    {
        PixelSpectrum sum = (PixelSpectrum)Show.Result(scan.Light).Camera(scan.Lit).Panels![scan.Lit]!;
        Assert.Equal(scan.Light.Pixels[scan.Lit].Shared.Length * (long)ShortScan.Events, sum.Counts.Sum());
        Assert.Equal(sum.Counts.Sum(), sum.Expected!.Sum(), 0.01 * sum.Counts.Sum());
        Assert.InRange(sum.Counts.Zip(sum.Expected!, (n, m) => m > 5 ? (n - m) * (n - m) / m : 0).Sum() / sum.Expected!.Count(m => m > 5), 0.5, 1.5);
    }

    [Fact]
    public void Light_OfALevel_IsShownWithItsFit()
    {
        LightScanView view = Show.Light(scan.Light, scan.Charges.Plan);
        Assert.Equal(ShortScan.AcLevels.Length, view.Levels.Rows.Count);
        double[] medians = [.. view.Levels.Rows.Select(row => (double)row[2]!)];
        Assert.Equal(medians.Order(), medians);
        Assert.StartsWith($"Pixel {scan.Lit}, AC 220: OK", view.Spectrum(3, scan.Lit).Title, StringComparison.Ordinal);
        Assert.Contains("\n  fit: ", view.Spectrum(3, scan.Lit).ToString(), StringComparison.Ordinal);
        Assert.Contains("light = ", view.Spectrum(3, scan.Lit).Subtitle.Replace("μ", "light", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("classical chain: 7 points", view.Curve(scan.Lit, ("classical chain", scan.Classical)).ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Spectrum(7, scan.Lit));
    }

    [Fact]
    public void Light_OnTheCamera_HasASliderAndAllSpectraOfAPixel()
    {
        CameraDisplay display = Show.Light(scan.Light, scan.Charges.Plan).Camera(scan.Lit, 3);
        Assert.Equal(ShortScan.AcLevels.Select(ac => FormattableString.Invariant($"AC {ac}")), display.Levels);
        Assert.Equal(scan.Light[3, scan.Lit].Mu, display.Quantities[0].LevelValues![3][scan.Lit]);
        Assert.Equal(scan.Light[3, scan.Lit].MuError, display.Quantities[0].LevelErrors![3][scan.Lit]);
        PixelLevels panel = (PixelLevels)display.Panels![scan.Lit]!;
        for (int level = 0; level < display.Levels.Count; level++)
        {
            PixelSpectrum spectrum = panel.Spectra[level]!;
            long entries = scan.Charges.Charges.GetEntries(level, scan.Lit);
            Assert.Equal(entries, spectrum.Counts.Sum());
            Assert.InRange(spectrum.Expected!.Sum() / entries, 0.99, 1.0001);
            Assert.Equal(scan.Light[level, scan.Lit].ChiSquare, spectrum.ChiSquare);
            Assert.Equal(spectrum.ChiSquare, 2 * spectrum.Expected!.Zip(spectrum.Counts, (m, n) => m - n + (n > 0 ? n * Math.Log(n / m) : 0)).Sum(), 1e-6 * (1 + spectrum.ChiSquare));
        }

        SpectrumParameter rate = Assert.Single(panel.Parameters, p => p.Symbol == "f");
        Assert.Equal(("dark count rate", "MHz"), (rate.Name, rate.Unit));
        Assert.Contains("type=\"range\"", display.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Light_BesideItsTruth_IsOnTheScaleOfTheCharges()
    {
        ImmutableArray<double> response = FlashResponse.Of(scan.Truth, scan.Charges);
        Assert.All(response.Where((_, pixel) => scan.Synchronisation.IsLit[pixel]), r => Assert.InRange(r, 0.94, 1));
        Table gains = Show.Result(scan.Light).CompareWithTruth(scan.Truth, ("gain", [.. scan.Truth.Pixels.Gain.Select((g, p) => g * response[p])])).Table;
        Assert.InRange(((Measurement)gains.Rows[0][5]!).Value, -0.25, 0.25);
        Assert.InRange(((Measurement)gains.Rows[0][6]!).Value, 0.8, 1.2);

        Table light = Show.Light(scan.Light, scan.Charges.Plan).CompareWithTruth(scan.Truth);
        Assert.Equal(ShortScan.AcLevels.Length, light.Rows.Count);
        Assert.All(light.Rows.Skip(2), row => Assert.InRange((double)row[5]!, -3, 3));
    }

    [Fact]
    public void Faults_OfTheSimulation_AreAllFlagged()
    {
        Verdict verdict = new FaultRequirements().Judge(scan.Light, scan.Truth);
        Assert.Equal(3 + scan.Truth.Pixels.Faults.Count(fault => fault is not null), verdict.Checks.Count);
        Assert.All(verdict.Checks, check => Assert.True(check.Outcome == Outcome.Pass, check.ToString()));
        Assert.Equal(Outcome.Fail, new FaultRequirements { MinimumValid = 101 }.Judge(scan.Light, scan.Truth).Outcome);
    }

    [Fact]
    public void Verdicts_AskNothingOfPixelsWithoutLight()
    {
        Assert.True(scan.Synchronisation.Flags.Count(flags => flags.HasFlag(PixelFlags.NoLed)) > 700);
        Verdict times = new SynchronisationRequirements().Judge(scan.Synchronisation);
        Assert.True(times.Outcome == Outcome.Pass, times.ToString());
        Assert.Equal(Outcome.Fail, new SynchronisationRequirements { MaximumSpreadNs = 0.1 }.Judge(scan.Synchronisation).Outcome);
        Verdict light = new LightScanRequirements().Judge(scan.Light);
        Assert.True(light.Outcome == Outcome.Pass, light.ToString());
        Assert.Equal(Outcome.Fail, new LightScanRequirements { MinimumGoodPixels = 529 }.Judge(scan.Light).Outcome);
    }

    [Fact]
    public void Leds_CurvesAndSettings_FollowTheTruth()
    {
        LedCalibrationResult leds = LedCalibrationFitter.Fit(scan.Charges.Plan, scan.Light);
        LedCalibrationView view = Show.Leds(leds);
        Assert.Equal(leds.Patches.Count(patch => patch.IsValid), view.Settings(1, 10).Rows.Count);
        Assert.Contains("LED efficiency", view.ToString(), StringComparison.Ordinal);
        Table truth = view.CompareWithTruth(scan.Truth);
        Assert.All(truth.Rows.Where(row => (double)row[2]! >= 1), row => Assert.InRange((double)row[3]!, -3, 3));
        string curve = view.Curve(scan.Lit).ToString();
        foreach (string part in (string[])["levels: 7 points", "curve, DAC 120 to 400: 201 points", "extrapolated: 21 points"]) Assert.Contains(part, curve, StringComparison.Ordinal);
        Assert.Contains("stroke-dasharray", view.Curve(scan.Lit).ToHtml(), StringComparison.Ordinal);
        Assert.Contains("levels: 6 points", view.Residuals(scan.Lit).ToString(), StringComparison.Ordinal);
        Assert.Equal(leds.Pixels.Count(pixel => pixel.IsValid), view.LedSettings(1, 10).Rows.Count);
        object?[] row = [.. Assert.Single(view.LedSettings(10, 1e4).Rows, row => (int)row[0]! == scan.Lit)];
        Assert.Equal(((int)Math.Round(leds.Pixels[scan.Lit].Dac(10).Dac), null), ((int)row[3]!, row[4]));
        Assert.Equal("camera", Assert.Single(view.Curves.Rows, row => (int)row[0]! == scan.Lit)[8]);
        Assert.Contains("mean of the patch", view.Patch(Geometry.CameraGeometry.DigiCam.Pixels[scan.Lit].Patch).ToString(), StringComparison.Ordinal);
        Assert.Equal(Outcome.Pass, new LedCalibrationRequirements { HighestLight = 50, LowestLight = 2 }.Judge(leds).Checks[0].Outcome);
        Assert.Equal(Outcome.Fail, new LedCalibrationRequirements { LowestLight = 1e-3 }.Judge(leds).Outcome);
    }

    /// <summary>A scan of seven levels of 500 events without dark counts, with a fault of each kind in and beside the light, fitted.</summary>
    public sealed class ShortScan : IDisposable
    {
        public const int Events = 500;

        private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

        public ShortScan()
        {
            SimulatedCamera camera = SimulatedCamera.Draw(new CampaignPlan { Seed = 7 });
            int[] lit = [.. Enumerable.Range(0, 1296).Where(pixel => camera.IsLit[pixel])];
            int[] unlit = [.. Enumerable.Range(0, 1296).Where(pixel => !camera.IsLit[pixel])];
            Lit = lit[200];
            PixelFault[] faults = [PixelFault.Dead, PixelFault.Noisy, PixelFault.Stuck, PixelFault.Saturated, PixelFault.Shifted];
            RunPlan off = new() { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = 100 };
            RunPlan flashes = new() { Name = "ac_scan", Kind = RunKind.AcScan, AcLevels = AcLevels, EventsPerLevel = Events };
            CampaignPlan plan = new()
            {
                Seed = 7,
                Camera = new CameraPlan { DarkCountRateMHz = Distribution.Constant(0) },
                Faults = new FaultPlan { Pixels = ImmutableSortedDictionary.CreateRange(faults.SelectMany((fault, i) => (KeyValuePair<int, PixelFault>[])[new(lit[100 + i], fault), new(unlit[100 + i], fault)])) },
                Runs = [off, flashes],
            };
            foreach (RunPlan run in plan.Runs) new RunSimulation(plan, run).Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
            using DigiCam.Runs.Run dark = DigiCam.Runs.Run.Open(_folder.File("hv_off_000.fits.fz"));
            HvOffResult hvOff = HvOffFitter.Fit(DigiCam.Histograms.AdcHistograms.Accumulate(dark));
            Scan = Kit.Scan(_folder.File("ac_scan_plan.csv"));
            Truth = SimulationTruth.For(Scan.Run.Files[0].Path)!;
            Synchronisation = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(Scan, Pedestals.From(hvOff)));
            Charges = ChargePass.Accumulate(Scan, Synchronisation, Pedestals.From(hvOff));
            LightSpectra spectra = LightSpectra.Of(Charges, [.. Enumerable.Repeat(0.0, 1296)], jitterNs: Synchronisation.JitterNs);
            Light = LightScanFitter.Fit(spectra);
            Classical = ClassicalFitter.Fit(spectra);
        }

        public static ImmutableArray<int> AcLevels { get; } = [0, 120, 160, 220, 280, 340, 400];

        public int Lit { get; }

        public Scan Scan { get; }

        public SimulationTruth Truth { get; }

        public SynchronisationResult Synchronisation { get; }

        public ChargeHistograms Charges { get; }

        public LightScanResult Light { get; }

        public ClassicalResult Classical { get; }

        public void Dispose()
        {
            Scan.Dispose();
            _folder.Dispose();
        }
    }
}
