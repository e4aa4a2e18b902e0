using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.Results;

namespace DigiCam.Tests.DarkSpe;

public sealed class DarkSpeFitterTests
{
    [Fact]
    public void Fit_IsolatedPulses_GivesTheTruthOnTheScaleOfTheFit()
    {
        const double crosstalk = 0.08;
        DarkSpeResult result = DarkSpeFitter.Fit(IsolatedPulses.Simulate(1296, 1500, crosstalk, seed: 1), cancellationToken: TestContext.Current.CancellationToken);
        PulseResponse truth = PulseResponse.Of(new PulseFinderOptions(), null, IsolatedPulses.Gain, IsolatedPulses.Spread, IsolatedPulses.Noise);
        Assert.True(result.GoodCount > 1280, $"{result.GoodCount} good");
        AssertPulls(result, "gain", truth.Gain);
        AssertPulls(result, "single_pe_spread", truth.Spread);
        AssertPulls(result, "offset", truth.Offset);
        AssertPulls(result, "crosstalk", 1 - Math.Exp(-crosstalk));
        Assert.InRange(truth.Efficiency, 0.99, 1);

        // A sampled amplitude is lower than the peak of the pulse, but not by much.
        Assert.InRange(truth.Gain / IsolatedPulses.Gain, 0.95, 1);
    }

    [Fact]
    public void Restore_SavedResult_GivesTheSameWithoutFitting()
    {
        PulseSpectra spectra = IsolatedPulses.Simulate(30, 800, 0.1, seed: 2);
        DarkSpeResult result = DarkSpeFitter.Fit(spectra, cancellationToken: TestContext.Current.CancellationToken);
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        ResultFiles.WriteHdf5(folder.File("f.h5"), Provenance.Now("dark-spe", [], []), result);
        DarkSpeResult restored = DarkSpeFitter.Restore(spectra, ResultFiles.Read(folder.File("f.h5"), DarkSpeResult.TaskName));
        Assert.Equal(result.Flags, restored.Flags);
        foreach ((PixelQuantity was, PixelQuantity now) in result.Quantities.Zip(restored.Quantities))
        {
            Assert.Equal(was.Values, now.Values);
            Assert.Equal(was.Errors, now.Errors);
        }

        PulseSpectra others = IsolatedPulses.Simulate(31, 10, 0.1, seed: 2);
        Assert.Equal(
            $"{folder.File("f.h5")}: /dark-spe holds fits of 30 pixels, the histograms have 31",
            Assert.Throws<InvalidDataException>(() => DarkSpeFitter.Restore(others, ResultFiles.Read(folder.File("f.h5"), DarkSpeResult.TaskName))).Message);
    }

    [Fact]
    public void Fit_FaultyPixels_GetTheirFlagsAndLeaveTheOthersAlone()
    {
        const int pixels = 60;
        DarkSpeResult healthy = DarkSpeFitter.Fit(IsolatedPulses.Simulate(pixels, 800, 0.08, seed: 3), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(pixels, healthy.GoodCount);
        PulseSpectra spectra = IsolatedPulses.Simulate(pixels, 800, 0.08, seed: 3);
        PixelHistograms histograms = spectra.Histograms;
        const PixelFlags nothing = PixelFlags.FitFailed | PixelFlags.LowStatistics;
        Dictionary<int, (PixelFlags Expected, Action<double[]> Break)> faults = new()
        {
            [3] = (nothing | PixelFlags.Dead, Array.Clear),
            [6] = (PixelFlags.Stuck | PixelFlags.FitFailed, c => Only(c, (290, 800))),
            [9] = (PixelFlags.FitFailed, c => Only(c, (290, 500), (291, 300))),
            [12] = (PixelFlags.NotFinite | PixelFlags.FitFailed, c => c[290] = double.NaN),
            [15] = (PixelFlags.NotFinite | PixelFlags.FitFailed, c => c[290] = -1),
            [18] = (PixelFlags.NotFinite | PixelFlags.FitFailed, c => c[290] = 0.5),
            [21] = (PixelFlags.LowStatistics, Thin),
            [24] = (PixelFlags.Overflow, c => c[4095] = 3),
            [27] = (PixelFlags.GainOutlier, Stretch),
        };
        double[] counts = new double[IntegerAxis.Adc.Count];
        foreach ((int pixel, (_, Action<double[]> breakIt)) in faults)
        {
            for (int i = 0; i < counts.Length; i++) counts[i] = histograms.GetCounts(pixel)[i];
            breakIt(counts);
            histograms.SetCounts(pixel, counts);
        }

        // A pixel without a result with high voltage off was not looked at: it is not called dead.
        PulseSpectra unknown = PulseSpectra.Of(histograms, new Pedestals([.. Enumerable.Range(0, pixels).Select(p => p == 30 ? double.NaN : IsolatedPulses.BaselineOf(p))], [.. Enumerable.Repeat(IsolatedPulses.Noise, pixels)]));
        DarkSpeResult result = DarkSpeFitter.Fit(unknown, cancellationToken: TestContext.Current.CancellationToken);
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            PixelFlags expected = pixel == 30 ? PixelFlags.FitFailed : faults.TryGetValue(pixel, out (PixelFlags Expected, Action<double[]>) fault) ? fault.Expected : PixelFlags.None;
            Assert.True(expected == result.Flags[pixel], $"pixel {pixel}: {PixelFlagNames.Describe(result.Flags[pixel])}, expected {PixelFlagNames.Describe(expected)}, {result.Fits[pixel]}");
            if (expected == PixelFlags.None) Assert.Equal((healthy.Fits[pixel]["gain"], healthy.Fits[pixel].Minimum), (result.Fits[pixel]["gain"], result.Fits[pixel].Minimum));
        }

        // A tenth of the pulses.
        static void Thin(double[] c)
        {
            for (int i = 0; i < c.Length; i++) c[i] = Math.Floor(c[i] / 10);
        }

        // Codes above the baseline twice as far away.
        static void Stretch(double[] c)
        {
            double[] old = [.. c];
            Array.Clear(c);
            for (int i = 285; i < 400; i++)
            {
                c[285 + (2 * (i - 285))] += Math.Ceiling(old[i] / 2);
                c[286 + (2 * (i - 285))] += Math.Floor(old[i] / 2);
            }
        }
    }

    [Fact]
    public void Model_WithSecondDarkCounts_HasTheRightSlopesAndContent()
    {
        DarkSpectrumModel model = new(3, PileUp.Of(new PulseFinderOptions()));
        model.SetPixel(285.3, 1, 3e-3);
        double[] at = [0.5, 5.1, -0.1, 1000, 90, 8];
        double[] edges = [.. Enumerable.Range(0, 60).Select(i => 280.5 + i)];
        double[] expected = new double[59];
        double[] gradient = new double[at.Length * expected.Length];
        model.Evaluate(at, edges, expected, new double[expected.Length], gradient);
        Assert.Equal(at.Skip(3).Sum(), expected.Sum(), 1e-3);
        for (int k = 0; k < at.Length; k++)
        {
            double step = 1e-5 * Math.Abs(at[k]);
            double[] upper = Logarithms(at, k, step);
            double[] lower = Logarithms(at, k, -step);
            for (int i = 0; i < expected.Length; i++)
            {
                if (expected[i] > 1e-6) Assert.Equal((upper[i] - lower[i]) / (2 * step), gradient[(k * expected.Length) + i], 1e-4 * (1 + Math.Abs(gradient[(k * expected.Length) + i])));
            }
        }

        double[] Logarithms(double[] values, int k, double step)
        {
            double[] moved = [.. values];
            moved[k] += step;
            double[] logarithm = new double[expected.Length];
            model.Evaluate(moved, edges, new double[expected.Length], logarithm, default);
            return logarithm;
        }
    }

    [Fact]
    public void Pairs_AtAnyDelay_AreOneLargerPulseOrTwo()
    {
        PulsePairs pairs = PileUp.Of(new PulseFinderOptions());
        Assert.All(pairs.Classes, c => Assert.InRange(c.Excess, 0, 1.05));

        // Nothing lasts longer than a pulse and its dead time together.
        Assert.InRange(pairs.Classes.Sum(c => c.TimeNs), 10, 40);
        Assert.InRange(pairs.LostNs, 0, 12);
    }

    [Fact]
    public void Problem_OfAPixel_CanBeFittedByHand()
    {
        DarkSpeResult result = DarkSpeFitter.Fit(IsolatedPulses.Simulate(25, 1500, 0.1, seed: 4), cancellationToken: TestContext.Current.CancellationToken);
        FitResult again = result.Problem(7).Fit();
        Assert.Equal(result.Fits[7]["gain"].Value, again["gain"].Value, 1e-6);
        FitResult held = result.Problem(7).Fix("offset", 0).Fit();
        Assert.True(held.Minimum >= again.Minimum - 1e-6);
        Assert.True(held["gain"].Error < again["gain"].Error);
    }

    [Fact]
    public void Spectra_OfCharges_AreNotTakenForAmplitudes()
    {
        PixelHistograms charges = new(IntegerAxis.Adc, 2, Charges.ChargeScale.SumOf(7));
        Assert.Contains("sum of 7 samples", Assert.Throws<ArgumentException>(() => PulseSpectra.Of(charges, Pedestals.Unknown(2))).Message, StringComparison.Ordinal);
        Assert.Contains("3 pixels", Assert.Throws<ArgumentException>(() => PulseSpectra.Of(new PixelHistograms(IntegerAxis.Adc, 2), Pedestals.Unknown(3))).Message, StringComparison.Ordinal);
    }

    private static void AssertPulls(DarkSpeResult result, string key, double truth)
    {
        PixelQuantity quantity = result[key];
        double[] pulls = [.. Enumerable.Range(0, result.PixelCount).Where(p => result.Flags[p] == PixelFlags.None && quantity.Errors[p] > 0).Select(p => (quantity.Values[p] - truth) / quantity.Errors[p])];
        double mean = pulls.Average();
        double width = Math.Sqrt(pulls.Average(p => (p - mean) * (p - mean)));
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{key}: mean {quantity.Values.Average():F5} truth {truth:F5} pull {mean:F3} width {width:F3} of {pulls.Length}"));
        Assert.True(Math.Abs(mean) < 0.15 && width is > 0.85 and < 1.15, FormattableString.Invariant($"{key}: truth {truth:F4}, pull {mean:F3}, width {width:F3}"));
    }

    private static void Only(double[] counts, params (int Code, double Entries)[] filled)
    {
        Array.Clear(counts);
        foreach ((int code, double entries) in filled) counts[code] = entries;
    }
}
