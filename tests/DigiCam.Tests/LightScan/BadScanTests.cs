using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.LedCalibration;
using DigiCam.LightScan;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;
using DigiCam.Tests.Scans;
using DigiCam.Zfits;

namespace DigiCam.Tests.LightScan;

/// <summary>A scan with a file for each level, of a camera whose pixels are stuck but for the first ones, of which the CTS lights a part; and the same with some events missing.</summary>
public sealed class LevelFiles : IDisposable
{
    internal const int Pixels = 81;
    internal const int Events = 80;
    internal const string Missing = "3,90-99,250";
    internal static readonly ImmutableArray<int> Levels = [0, 120, 160, 200, 240, 280, 320, 1200];

    private static readonly CampaignPlan Campaign = new()
    {
        Faults = new FaultPlan { Pixels = Enumerable.Range(Pixels, CameraGeometry.PixelCount - Pixels).ToImmutableSortedDictionary(p => p, _ => PixelFault.Stuck) },
    };

    internal ScanRun Run { get; } = new(ScanRun.Ac(Levels, Events), Campaign);

    internal ScanRun WithGaps { get; } = new(ScanRun.Ac(Levels, Events) with { MissingEvents = ZFitsRowSet.Parse(Missing), Files = 3 }, Campaign);

    public void Dispose()
    {
        Run.Dispose();
        WithGaps.Dispose();
    }
}

/// <summary>What can be wrong with a scan: it is told, and no light, gain or curve comes out of it without a flag.</summary>
public sealed class BadScanTests(LevelFiles files) : IClassFixture<LevelFiles>
{
    private static readonly FlagLimits Limits = new() { MinimumWaveforms = LevelFiles.Events / 2 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ScanRun Run => files.Run;

    // Held, which saves the time to fit them.
    private ImmutableArray<double> Rates => [.. Run.Simulation.Camera.DarkCountRateMHz];

    [Fact]
    public void Fit_GapsFilesBatchesAndThreads_GiveTheSameBits()
    {
        ZFitsRowSet missing = ZFitsRowSet.Parse(LevelFiles.Missing);
        using Scan whole = Run.Open();
        using Scan gaps = files.WithGaps.Open();
        SynchronisationResult synchronisation = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(gaps, Run.Pedestals, threads: 1, batchEvents: 1000, cancellationToken: Cancellation));
        SynchronisationResult other = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(gaps, Run.Pedestals, threads: 3, batchEvents: 7, cancellationToken: Cancellation));
        Assert.Equal(synchronisation.Position, other.Position);
        Assert.Equal(synchronisation.EdgeNs, other.EdgeNs);
        ChargeHistograms charges = ChargePass.Accumulate(gaps, synchronisation, Run.Pedestals, threads: 3, batchEvents: 7, cancellationToken: Cancellation);

        // By hand from the events of the other files that are not missing here.
        LevelHistograms expected = new(IntegerAxis.Adc, whole.LevelCount, CameraGeometry.PixelCount);
        long[] saturated = new long[whole.LevelCount * CameraGeometry.PixelCount];
        double[] values = new double[CameraGeometry.PixelCount];
        long first = whole.Run.EventNumbers.First();
        foreach (CameraEvent e in whole.Run.Events(EventContent.Waveforms))
        {
            if (missing.Contains(e.EventNumber - first)) continue;
            int level = whole.LevelOf(e.Index);
            for (int pixel = 0; pixel < values.Length; pixel++)
            {
                values[pixel] = e.GetWaveform(pixel)[synchronisation.Position[pixel]];
                if (values[pixel] == 4095) saturated[(level * values.Length) + pixel]++;
            }

            expected.FillEvent(level, values);
        }

        Assert.Equal(LevelFiles.Events - 1, expected.EventCounts[0]);
        Assert.Equal(expected.EventCounts, charges.EventCounts);
        Assert.Equal(saturated, charges.SaturatedEvents);
        LightSpectra spectra = LightSpectra.Of(charges, Rates);
        LightScanResult one = LightScanFitter.Fit(spectra, limits: Limits, threads: 1, cancellationToken: Cancellation);
        LightScanResult three = LightScanFitter.Fit(new LightSpectra(expected, spectra.Pedestal, spectra.Noise) { DarkCountRateMHz = Rates, DelayNs = spectra.DelayNs, SaturatedEvents = [.. saturated] }, limits: Limits, threads: 3, cancellationToken: Cancellation);
        Assert.InRange(one.Fits.Count(fit => fit.HasErrors), 20, LevelFiles.Pixels);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            Assert.Equal(one.Fits[pixel].Values(), three.Fits[pixel].Values());
            Assert.Equal(one.Pixels[pixel].Levels, three.Pixels[pixel].Levels);
        }

        Assert.Equal(one.Flags, three.Flags);
    }

    [Fact]
    public void WholeScan_OverflowAndPixelsWithoutLed_AreFlagged()
    {
        using Scan scan = Run.Open();
        Assert.Empty(scan.Problems);
        (ChargeHistograms charges, LightScanResult result) = Fit(scan);
        Assert.Empty(charges.Problems());
        int last = LevelFiles.Levels.Length - 1;
        int unlit = 0;
        for (int pixel = 0; pixel < LevelFiles.Pixels; pixel++)
        {
            if (Run.Truth.Levels[last].Conditions.FlashMean[pixel] > 0)
            {
                Assert.True(result[last, pixel].Flags.HasFlag(PixelFlags.Overflow), FormattableString.Invariant($"pixel {pixel}"));
                continue;
            }

            unlit++;
            Assert.True(result.Flags[pixel].HasFlag(PixelFlags.NoLed | PixelFlags.FitFailed), FormattableString.Invariant($"pixel {pixel}: {result.Flags[pixel]}"));
            Assert.True(double.IsNaN(result["gain"].Values[pixel]));
        }

        Assert.InRange(unlit, 15, LevelFiles.Pixels - 15);
        AssertNoNumberWithoutFlag(scan, charges, result);
    }

    [Fact]
    public void FileMissingInTheMiddle_LeavesNoLightAtItsLevel()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        Copy(folder, level => level != 3);
        using Scan scan = Scan.Open(Run.Plan, folder.FullName);
        Assert.Equal([$"{folder.File("ac_scan_003.fits.fz")} is not there", "level 3 (AC 200, DC 0) has no events"], scan.Problems);
        (ChargeHistograms charges, LightScanResult result) = Fit(scan);
        Assert.All(result.Pixels, p => Assert.Equal(PixelFlags.Dead | PixelFlags.LowStatistics, p.Levels[3].Flags));
        AssertNoNumberWithoutFlag(scan, charges, result);

        // The level of LEDs off is subtracted from all others: without it there is no curve.
        File.Delete(folder.File("ac_scan_000.fits.fz"));
        using Scan second = Scan.Open(Run.Plan, folder.FullName);
        (charges, result) = Fit(second);
        AssertNoNumberWithoutFlag(second, charges, result);
        Assert.All(LedCalibrationFitter.Fit(second.Plan, result).Pixels, curve => Assert.False(curve.IsValid));
    }

    [Fact]
    public void FewerAndMoreEventsThanPlanned_AreTold()
    {
        ScanPlan plan = new([.. Run.Plan.Steps.Select((step, i) => new ScanStep(step.Level, new ScanPart(step.Parts[0].File, LevelFiles.Events + (i == 1 ? 5 : i == 2 ? -7 : 0))))]);
        using Scan scan = Run.Open(plan);
        Assert.Contains("level 1 (AC 120, DC 0) has 80 events, 85 were planned", scan.Problems.Select(p => p.Split(", missing")[0]));
        Assert.Contains("level 2 (AC 160, DC 0) has 80 events, 73 were planned", scan.Problems);
        Assert.Equal(2, scan.Problems.Length);
        using Scan gaps = files.WithGaps.Open();
        Assert.Equal(
            ["level 0 (AC 0, DC 0) has 79 events, 80 were planned, missing 4", "level 1 (AC 120, DC 0) has 70 events, 80 were planned, missing 91-100", "level 3 (AC 200, DC 0) has 79 events, 80 were planned, missing 251"],
            gaps.Problems);

        // Levels of too few events have no light.
        LightScanResult result = LightScanFitter.Fit(LightSpectra.Of(Charges(gaps), Rates), limits: new FlagLimits { MinimumWaveforms = 75 }, cancellationToken: Cancellation);
        Assert.All(result.Pixels.Take(LevelFiles.Pixels), p => Assert.True(p.Levels[1].Flags.HasFlag(PixelFlags.LowStatistics) && double.IsNaN(p.Levels[1].Mu)));
    }

    [Fact]
    public void LevelsThatAreNotThoseOfTheFiles_AreTold()
    {
        // Files of levels 2 and 5 exchanged.
        string[] names = [.. Run.Plan.Files];
        ScanPlan plan = new([.. Run.Plan.Steps.Select((step, i) => new ScanStep(step.Level, new ScanPart(names[i == 2 ? 5 : i == 5 ? 2 : i], LevelFiles.Events)))]);
        using Scan scan = Run.Open(plan);
        ImmutableArray<string> problems = Charges(scan).Problems();
        Assert.Equal(2, problems.Length);
        Assert.Matches(@"^level 3 \(AC 200, DC 0\) leaves less charge than level 2 \(AC 160, DC 0\) in \d+ pixels, more in \d+: the files do not hold the levels of the plan$", problems[0]);
        Assert.StartsWith("level 5 (AC 280, DC 0) leaves less charge than level 4 (AC 240, DC 0) in ", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public void LevelTwice_IsToldAndFittedTwice()
    {
        ScanPlan plan = new([.. Run.Plan.Steps.Select((step, i) => new ScanStep(i == 4 ? new ScanLevel(160, 0) : step.Level, step.Parts))]);
        using Scan scan = Run.Open(plan);
        Assert.Equal(["level 4 (AC 160, DC 0) has the light of level 2 once more"], scan.Problems);
        (_, LightScanResult result) = Fit(scan);
        Assert.StartsWith("DAC value 160 after 160: they have to ascend", Assert.Throws<ArgumentException>(() => LedCalibrationFitter.Fit(plan, result)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void PedestalsOfOtherPixels_AreRefused(int samples)
    {
        using Scan scan = Run.Open();
        SynchronisationResult synchronisation = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(scan, null, cancellationToken: Cancellation));
        Pedestals moved = new([.. Run.Pedestals.Baseline.Select((_, p) => Run.Pedestals.Baseline[(p + 5) % CameraGeometry.PixelCount])], Run.Pedestals.Noise) { Source = "off.npz" };
        foreach (Action pass in (Action[])[() => SynchronisationPass.Accumulate(scan, moved, cancellationToken: Cancellation), () => ChargePass.Accumulate(scan, synchronisation, moved, new ChargeScale(samples), cancellationToken: Cancellation)])
            Assert.Matches(@"^off\.npz: baselines lie \d+\.\d LSB from the first samples of the scan in the median pixel: they are of other pixels or of another time$", Assert.Throws<InvalidDataException>(pass).Message);
    }

    private static ChargeHistograms Charges(Scan scan) =>
        ChargePass.Accumulate(scan, SynchronisationFitter.Fit(SynchronisationPass.Accumulate(scan, null, cancellationToken: Cancellation)), null, cancellationToken: Cancellation);

    private (ChargeHistograms Charges, LightScanResult Result) Fit(Scan scan)
    {
        ChargeHistograms charges = Charges(scan);
        return (charges, LightScanFitter.Fit(LightSpectra.Of(charges, Rates), limits: Limits, cancellationToken: Cancellation));
    }

    // Unflagged light is the true one, flagged levels that cannot be fitted have none, and neither have pixels.
    private void AssertNoNumberWithoutFlag(Scan scan, ChargeHistograms charges, LightScanResult result)
    {
        LedCalibrationResult curves = LedCalibrationFitter.Fit(scan.Plan, result);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            bool isLit = pixel < LevelFiles.Pixels && Run.Truth.Levels[^1].Conditions.FlashMean[pixel] > 0;
            if (!isLit) Assert.True(result.Flags[pixel] != PixelFlags.None && double.IsNaN(result["gain"].Values[pixel]) && curves.Flags[pixel] != PixelFlags.None && !curves.Pixels[pixel].IsValid, FormattableString.Invariant($"pixel {pixel}"));
            for (int level = 0; level < scan.LevelCount; level++)
            {
                LightLevel light = result[level, pixel];
                string place = FormattableString.Invariant($"level {level}, pixel {pixel}: {light}");
                bool cannot = !isLit || scan.EventCounts[level] == 0 || charges.GetSaturated(level, pixel) > 0;
                if (cannot) Assert.True(double.IsNaN(light.Mu) && (!isLit || light.Flags != PixelFlags.None), place);
                if (!light.IsValid || result.Flags[pixel] != PixelFlags.None) continue;
                double truth = Run.Truth.Levels[level].Conditions.FlashMean[pixel];
                double error = double.IsNaN(light.MuError) ? 0.2 : light.MuError;
                Assert.True(Math.Abs(light.Mu - truth) < (6 * error) + 0.1, place + FormattableString.Invariant($", truth {truth}"));
            }
        }
    }

    private void Copy(TemporaryFolder folder, Func<int, bool> isThere)
    {
        for (int level = 0; level < LevelFiles.Levels.Length; level++)
        {
            if (isThere(level)) File.Copy(Run.Files[level], folder.File(Path.GetFileName(Run.Files[level])));
        }
    }
}
