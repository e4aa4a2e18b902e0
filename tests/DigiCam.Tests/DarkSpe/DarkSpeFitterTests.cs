using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.DarkSpe;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.Results;
using DigiCam.Tests.Simulation;

namespace DigiCam.Tests.DarkSpe;

[Trait("Culture", "any")]
public sealed class DarkSpeFitterTests
{
    private const double Crosstalk = 0.08;

    // So many pulses that its own error does not matter.
    private static readonly Lazy<PulseResponse> Truth = new(() => PulseResponse.Of(new PulseFinderOptions(), null, PhysicsCamera.Gain, PhysicsCamera.Spread, PhysicsCamera.Noise, 2_000_000));

    [Fact]
    public void Fit_IsolatedPulses_GivesTheTruthOnTheScaleOfTheFit()
    {
        DarkSpeResult result = DarkSpeFitter.Fit(IsolatedPulses.Simulate(1296, 1500, Crosstalk, seed: 1), cancellationToken: TestContext.Current.CancellationToken);
        PulseResponse truth = Truth.Value;
        Assert.True(result.GoodCount > 1280, $"{result.GoodCount} good");
        AssertPulls(result, "gain", truth.Gain);
        AssertPulls(result, "single_pe_spread", truth.Spread);
        AssertPulls(result, "offset", truth.Offset);
        AssertPulls(result, "crosstalk", 1 - Math.Exp(-Crosstalk));
        Assert.InRange(truth.Efficiency, 0.99, 1);

        // A sampled amplitude is lower than the peak of the pulse, but not by much.
        Assert.InRange(truth.Gain / IsolatedPulses.Gain, 0.95, 1);
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(3.0)]
    [InlineData(5.0)]
    public void Fit_DarkRun_GivesTheTruthOfIsolatedPulsesWhateverPilesUp(double mhz)
    {
        DarkSpeResult result = DarkSpeFitter.Fit(SimulatedPulses.Draw(mhz, Crosstalk, 6000), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.GoodCount > 1280, $"{result.GoodCount} good");
        AssertPulls(result, "gain", Truth.Value.Gain);
        AssertPulls(result, "single_pe_spread", Truth.Value.Spread);
        AssertPulls(result, "offset", Truth.Value.Offset);
        AssertPulls(result, "crosstalk", 1 - Math.Exp(-Crosstalk));
        Staircase staircase = Staircase.Of(result);
        AssertPulls("staircase rate", staircase.RateMHz, staircase.RateErrorMHz, mhz);
        AssertPulls("staircase crosstalk", staircase.Crosstalk, staircase.CrosstalkError, Crosstalk);
        Assert.InRange(result["chi2_per_ndf"].Values.Average(), 0.9, 1.1);
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
    public void Model_WithPileUp_HasTheRightSlopesAndContent()
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
    public void PileUp_OfDarkCountsAtAnyDelay_AddsBetweenNothingAndAllOfThem()
    {
        PileUp pileUp = PileUp.Of(new PulseFinderOptions());
        foreach (IGrouping<PileUpCase, PileUpClass> oneCase in pileUp.Classes.GroupBy(c => c.Case)) Assert.Equal(1, oneCase.Sum(c => c.Share), 1e-9);

        // In the sample between two pulses that are just not resolved there is less than one avalanche.
        PileUpClass[] one = [.. pileUp.Classes.Where(c => c.Case == PileUpCase.One)];
        Assert.All(one, c => Assert.InRange(c.Charge, 0.75, 2.05));
        Assert.InRange(one.Sum(c => c.Share * c.Charge), 1.3, 1.5);
        Assert.InRange(one.Sum(c => c.Share * c.DelayNs), 3, 7);
        Assert.All(pileUp.Classes, c => Assert.InRange(c.Spread, 0, 8));

        // A second dark count adds within the window, and no longer behind it [LSB].
        PulseTrials trials = new(new PulseFinderOptions(), null, PhysicsCamera.Gain, PhysicsCamera.Spread, PhysicsCamera.Noise);
        double alone = trials.Draw(20_000, 0, 1).Average(t => t.Charge);
        Assert.InRange(WithSecond(pileUp.WindowNs - 6) - alone, 0.15, 0.6);
        Assert.InRange(WithSecond(pileUp.WindowNs + 6) - alone, -0.15, 0.15);

        // Edges of the traces have nothing to do with it; without pulses there is none.
        Assert.Equal(pileUp.DelaySquareNs, PileUp.Of(new PulseFinderOptions { EdgeSamples = 20 }).DelaySquareNs, 0.05 * pileUp.DelaySquareNs);
        Assert.StartsWith("pulse finder: with a threshold of 20 standard deviations ", Assert.Throws<ArgumentException>(() => PileUp.Of(new PulseFinderOptions { ThresholdSigmas = 20 })).Message, StringComparison.Ordinal);

        // Delays are drawn in turn, the longest last.
        double WithSecond(double delayNs) => trials.Draw(20_000, delayNs, 1, 1).TakeLast(1_000).Average(t => t.Charge);
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
        int[] good = [.. Enumerable.Range(0, result.PixelCount).Where(p => result.Flags[p] == PixelFlags.None && result[key].Errors[p] > 0)];
        AssertPulls(key, [.. good.Select(p => result[key].Values[p])], [.. good.Select(p => result[key].Errors[p])], truth);
    }

    private static void AssertPulls(string name, IReadOnlyList<double> values, IReadOnlyList<double> errors, double truth)
    {
        double[] pulls = [.. values.Zip(errors, (value, error) => (value - truth) / error)];
        double mean = pulls.Average();
        double width = Math.Sqrt(pulls.Average(p => (p - mean) * (p - mean)));
        string measured = FormattableString.Invariant($"{name}: mean {values.Average():F5}, truth {truth:F5}, pull {mean:F3}, width {width:F3} of {pulls.Length}");
        TestContext.Current.TestOutputHelper?.WriteLine(measured);
        Assert.True(Math.Abs(mean) < 0.15 && width is > 0.85 and < 1.15, measured);
    }

    private static void Only(double[] counts, params (int Code, double Entries)[] filled)
    {
        Array.Clear(counts);
        foreach ((int code, double entries) in filled) counts[code] = entries;
    }
}
