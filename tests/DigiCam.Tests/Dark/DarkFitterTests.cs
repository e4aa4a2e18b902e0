using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.Results;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Dark;

/// <summary>Simulated dark runs: the fit gives the truth back, with errors that mean what they say although neighbouring samples share their pulses.</summary>
[Trait("Culture", "any")]
public sealed class DarkFitterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Fit_SimulatedCamera_PullsAreThoseOfTheTruth()
    {
        SimulatedDark run = new(new CampaignPlan(), darkEvents: 2000, hvOffEvents: 1000);
        DarkResult result = DarkFitter.Fit(run.Samples, run.SampleBlocks, run.HvOff, cancellationToken: Cancellation);

        Assert.All(result.Fits, fit => Assert.True(fit.IsValid, fit.ToString()));
        Assert.Equal(result.PixelCount, result.GoodCount);
        Assert.True(result.HasBlockErrors);
        SimulatedCamera truth = run.Camera;
        AssertPulls("dark_count_rate", truth.DarkCountRateMHz);
        AssertPulls("crosstalk", truth.CrossTalk);
        AssertPulls("gain", truth.Gain);
        AssertPulls("electronic_noise", truth.Noise);
        AssertPulls("baseline", truth.Baseline);
        AssertPulls("single_pe_spread", truth.SinglePeSpread);
        AssertPulls("campbell_rate", truth.DarkCountRateMHz);
        AssertPulls("campbell_crosstalk", truth.CrossTalk);
        AssertCameraMeans(result, run);

        // Factors that the reference gives for correlated samples.
        Assert.InRange(result.ErrorScale("rate").Average(), 1.6, 2.1);
        Assert.InRange(result.ErrorScale("mu_xt").Average(), 1.6, 2.1);
        foreach (string name in (string[])["baseline", "sigma_e", "gain"]) Assert.InRange(result.ErrorScale(name).Average(), 0.9, 1.2);

        // Nearly empty codes add less than 1 each, so p-values may err on the high side, never on the low one.
        Assert.InRange(result.Pixels.Count(p => p.PValue < 0.01), 0, 0.02 * result.PixelCount);

        void AssertPulls(string key, ImmutableArray<double> values)
        {
            PixelQuantity quantity = result[key];
            double[] pulls = [.. Enumerable.Range(0, result.PixelCount).Where(p => quantity.Error(p) > 0).Select(p => (quantity.Values[p] - values[p]) / quantity.Error(p))];
            double mean = pulls.Average();
            double width = Math.Sqrt(pulls.Average(p => (p - mean) * (p - mean)));
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{key}: {pulls.Length} pulls, mean {mean:F3}, width {width:F3}"));
            Assert.InRange(pulls.Length, 0.99 * result.PixelCount, result.PixelCount);
            Assert.True(Math.Abs(mean) < 0.15 && width is > 0.85 and < 1.15, FormattableString.Invariant($"{key}: mean pull {mean:F3}, width {width:F3}"));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Fit_OtherRates_RecoversRateAndCrossTalk(double megahertz)
    {
        CampaignPlan plan = new() { Seed = (ulong)(100 * megahertz), Camera = new CameraPlan { DarkCountRateMHz = Distribution.Normal(megahertz, 0.4, minimum: 0.5) } };
        SimulatedDark run = new(plan, darkEvents: 1500, hvOffEvents: 1000, pixels: 200);
        AssertCameraMeans(DarkFitter.Fit(run.Samples, run.SampleBlocks, run.HvOff, cancellationToken: Cancellation), run);
    }

    [Fact]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits()
    {
        SimulatedDark run = new(new CampaignPlan { Seed = 5 }, darkEvents: 400, hvOffEvents: 200, pixels: 40);
        int reports = 0;
        DarkResult one = DarkFitter.Fit(run.Samples, run.SampleBlocks, run.HvOff, progress: new Reports(() => reports++), threads: 1, cancellationToken: Cancellation);
        DarkResult three = DarkFitter.Fit(run.Samples, run.SampleBlocks, run.HvOff, threads: 3, cancellationToken: Cancellation);
        Assert.True(reports > 0);
        AssertSame(one, three, p => true);

        // So does putting saved fits back together.
        AssertSame(one, DarkFitter.Restore(run.Samples, run.SampleBlocks, run.HvOff, one.Fits), p => true);

        // The problem of a pixel leads to the fit of that pixel.
        Assert.Equal(one.Fits[7].Values(), one.Problem(7).Fit().Values());
    }

    [Fact]
    public void Fit_NoBlocks_ScalesErrorsByTypicalFactors()
    {
        SimulatedDark run = new(new CampaignPlan { Seed = 6 }, darkEvents: 400, hvOffEvents: 200, pixels: 30);
        DarkResult result = DarkFitter.Fit(run.Samples, blocks: null, run.HvOff, cancellationToken: Cancellation);
        Assert.False(result.HasBlockErrors);
        Assert.Contains("typical factors", result["crosstalk"].Description, StringComparison.Ordinal);
        Assert.All(result.ErrorScale("rate").Where(double.IsFinite), scale => Assert.Equal(1.7, scale, 1e-12));
        Assert.All(result["campbell_rate"].Errors, error => Assert.True(double.IsNaN(error)));
        Assert.Contains(result["campbell_rate"].Values, double.IsFinite);
    }

    [Fact]
    public void Fit_BadHistograms_GetTheirFlagsAndLeaveTheOthersAlone()
    {
        SimulatedDark run = new(new CampaignPlan { Seed = 9 }, darkEvents: 600, hvOffEvents: 200, pixels: 60);
        DarkResult healthy = DarkFitter.Fit(run.Samples, run.SampleBlocks, run.HvOff, cancellationToken: Cancellation);
        PixelHistograms samples = run.SampleBlocks.Sum();
        Dictionary<int, (PixelFlags Expected, Action<double[]> Break)> faults = new()
        {
            [3] = (PixelFlags.Dead | PixelFlags.LowStatistics | PixelFlags.FitFailed, Array.Clear),
            [9] = (PixelFlags.Stuck | PixelFlags.FitFailed, c => Only(c, (285, 30000))),
            [15] = (PixelFlags.FitFailed, c => Only(c, (285, 20000), (286, 10000))),
            [21] = (PixelFlags.NotFinite | PixelFlags.FitFailed, c => c[285] = double.NaN),
            [27] = (PixelFlags.Stuck | PixelFlags.Overflow | PixelFlags.FitFailed, c => Only(c, (4095, 30000))),
            [33] = (PixelFlags.Overflow, c => c[0] = 5),
            [39] = (PixelFlags.Overflow, c => c[0] = 20000),
            [45] = (PixelFlags.Overflow, c => c[4095] = 20000),
        };
        double[] counts = new double[IntegerAxis.Adc.Count];
        foreach ((int pixel, (_, Action<double[]> breakIt)) in faults)
        {
            for (int i = 0; i < counts.Length; i++) counts[i] = samples.GetCounts(pixel)[i];
            breakIt(counts);
            samples.SetCounts(pixel, counts);
        }

        DarkResult result = DarkFitter.Fit(samples, run.SampleBlocks, run.HvOff, cancellationToken: Cancellation);
        foreach ((int pixel, (PixelFlags expected, _)) in faults) Assert.True(expected == result.Flags[pixel], $"pixel {pixel}: {PixelFlagNames.Describe(result.Flags[pixel])}, {result.Fits[pixel]}");
        AssertSame(healthy, result, pixel => !faults.ContainsKey(pixel));
    }

    [Fact]
    public void Fit_VeryFewEvents_ReachesTheMinimumOfEveryPixel()
    {
        // Far from the law of large numbers the expected curvature is not the true one; no fit may lose its way for that.
        SimulatedDark run = new(new CampaignPlan { Seed = 12 }, darkEvents: 16, hvOffEvents: 20, pixels: 300);
        DarkResult result = DarkFitter.Fit(run.Samples, run.SampleBlocks, run.HvOff, cancellationToken: Cancellation);
        Assert.All(result.Fits, fit => Assert.True(fit.HasErrors, fit.ToString()));
        Assert.All(result.Flags, flags => Assert.Equal(PixelFlags.LowStatistics, flags & PixelFlags.LowStatistics));
        Assert.DoesNotContain(result.Fits.SelectMany(fit => fit.Attempts), attempt => attempt.Status == FitStatus.MaxIterations);
    }

    [Fact]
    public void Fit_AnyHistogram_EndsWithAStatus()
    {
        // What no dark run looks like: single codes, gaps, plateaus, peaks anywhere, ends of the axis.
        const int pixels = 60;
        Random random = new(4);
        PixelHistograms samples = new(IntegerAxis.Adc, pixels);
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            double[] counts = new double[IntegerAxis.Adc.Count];
            int groups = random.Next(1, 5);
            for (int group = 0; group < groups; group++)
            {
                int first = random.Next(0, 4096);
                int width = random.Next(1, pixel % 3 == 0 ? 4096 : 12);
                int scale = 1 << random.Next(0, 20);
                for (int code = first; code < Math.Min(first + width, 4096); code++) counts[code] = random.Next(0, scale);
            }

            samples.SetCounts(pixel, counts);
        }

        DarkResult result = DarkFitter.Fit(samples, null, null, cancellationToken: Cancellation);
        Assert.All(Enumerable.Range(0, pixels), pixel => Assert.True(result.Fits[pixel].HasErrors || (result.Flags[pixel] & (PixelFlags.FitFailed | PixelFlags.NotFinite)) != 0, result.Fits[pixel].ToString()));

        // Where a minimum is claimed the model describes the histogram, or the flags say that it does not.
        Assert.DoesNotContain(Enumerable.Range(0, pixels), pixel => result.Flags[pixel] == PixelFlags.None && !(result.Pixels[pixel].ChiSquarePerNdf < 3));
    }

    [Fact]
    public void Fit_OtherScaleOrPixels_IsRefusedInOneSentence()
    {
        SimulatedDark run = new(new CampaignPlan { Seed = 5 }, darkEvents: 50, hvOffEvents: 50, pixels: 3);
        ArgumentException scale = Assert.Throws<ArgumentException>(() => DarkFitter.Fit(new PixelHistograms(IntegerAxis.Adc, 3, ChargeScale.SumOf(7)), null, run.HvOff));
        Assert.Contains("sum of 7 samples", scale.Message, StringComparison.Ordinal);
        ArgumentException pixels = Assert.Throws<ArgumentException>(() => DarkFitter.Fit(new PixelHistograms(IntegerAxis.Adc, 5), null, run.HvOff));
        Assert.Contains("3 pixels, the dark run 5", pixels.Message, StringComparison.Ordinal);
        ArgumentException blocks = Assert.Throws<ArgumentException>(() => DarkFitter.Fit(new PixelHistograms(new IntegerAxis(0, 100), 3), run.SampleBlocks, null));
        Assert.Contains("do not belong", blocks.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => DarkFitter.Fit(new PixelHistograms(IntegerAxis.Adc, 3), null, null, cancellationToken: source.Token));
    }

    // Dark count rate to 2 %, crosstalk to 0.01, by both ways.
    private static void AssertCameraMeans(DarkResult result, SimulatedDark run)
    {
        int pixels = result.PixelCount;
        double rate = run.Camera.DarkCountRateMHz.Take(pixels).Average();
        double crossTalk = run.Camera.CrossTalk.Take(pixels).Average();
        foreach ((string rateKey, string crossTalkKey) in (ReadOnlySpan<(string, string)>)[("dark_count_rate", "crosstalk"), ("campbell_rate", "campbell_crosstalk")])
        {
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{rateKey}: mean {result[rateKey].Values.Average():F4} MHz, truth {rate:F4}; crosstalk {result[crossTalkKey].Values.Average():F4}, truth {crossTalk:F4}"));
            Assert.Equal(1, result[rateKey].Values.Average() / rate, 0.02);
            Assert.Equal(crossTalk, result[crossTalkKey].Values.Average(), 0.01);
        }
    }

    private static void AssertSame(DarkResult expected, DarkResult actual, Func<int, bool> pixels)
    {
        int[] compared = [.. Enumerable.Range(0, expected.PixelCount).Where(pixels)];
        Assert.True(compared.Length > 20);
        foreach (int pixel in compared)
        {
            Assert.Equal(expected.Flags[pixel], actual.Flags[pixel]);
            Assert.Equal(expected.Fits[pixel].Values(), actual.Fits[pixel].Values());
            foreach (PixelQuantity quantity in expected.Quantities)
            {
                Assert.Equal(quantity.Values[pixel], actual[quantity.Key].Values[pixel]);
                Assert.Equal(quantity.Error(pixel), actual[quantity.Key].Error(pixel));
            }
        }
    }

    private static void Only(double[] counts, params (int Code, double Entries)[] filled)
    {
        Array.Clear(counts);
        foreach ((int code, double entries) in filled) counts[code] = entries;
    }

    private sealed class Reports(Action report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => report();
    }
}
