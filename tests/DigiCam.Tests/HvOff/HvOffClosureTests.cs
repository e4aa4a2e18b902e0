using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;

namespace DigiCam.Tests.HvOff;

/// <summary>Known truth, rounded to ADC codes like the camera's: the fit must give it back, with errors that mean what they say.</summary>
public sealed class HvOffClosureTests
{
    private const double Baseline = 2010.3;

    // Drawn as truth, never as counts: normal values rounded to the nearest code.
    private static PixelHistograms Simulate(double noise, int samples, int seed)
    {
        PixelHistograms histograms = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
        Random random = new(seed);
        short[] waveform = new short[samples];
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            for (int i = 0; i < waveform.Length; i++)
            {
                double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                waveform[i] = (short)Math.Floor(Baseline + (noise * normal) + 0.5);
            }

            histograms.Fill(pixel, waveform);
        }

        return histograms;
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(2.0)]
    public void Fit_KnownTruth_MeansAndPullsAreRight(double noise)
    {
        // A seed of its own for each noise: equal seeds would test the same random numbers three times.
        HvOffResult result = HvOffFitter.Fit(Simulate(noise, samples: 5000, seed: (int)(100 * noise)), cancellationToken: TestContext.Current.CancellationToken);

        Assert.All(result.Pixels, p => Assert.True(p.Fit.IsValid, p.ToString()));
        AssertUnbiased(result.Baseline, result.BaselineError, Baseline);
        AssertUnbiased(result.Noise, result.NoiseError, noise);
    }

    [Fact]
    public void Fit_HealthyCamera_FlagsNobody()
    {
        HvOffResult result = HvOffFitter.Fit(Simulate(1.0, samples: 5000, seed: 7), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(CameraGeometry.PixelCount, result.GoodCount);
    }

    [Fact]
    public void Fit_HealthyCamera_PValuesRaiseNoFalseAlarms()
    {
        HvOffResult result = HvOffFitter.Fit(Simulate(1.0, samples: 20_000, seed: 11), cancellationToken: TestContext.Current.CancellationToken);

        // Nearly empty bins add less than 1 each, so the p-values err on the high side; they must not err on the low one.
        Assert.InRange(result.Pixels.Count(p => p.Fit.PValue < 0.01), 0, 0.02 * CameraGeometry.PixelCount);
        Assert.InRange(result.Pixels.Average(p => p.Fit.ChiSquarePerNdf), 0.5, 1.0);
    }

    [Fact]
    public void Fit_FaultyPixels_GetTheirFlagsAndLeaveTheOthersAlone()
    {
        HvOffResult healthy = HvOffFitter.Fit(Simulate(1.0, samples: 5000, seed: 3), cancellationToken: TestContext.Current.CancellationToken);
        PixelHistograms faulty = Simulate(1.0, samples: 5000, seed: 3);
        Dictionary<int, (PixelFlags Expected, Action<double[]> Break)> faults = new()
        {
            [10] = (PixelFlags.Dead | PixelFlags.LowStatistics | PixelFlags.FitFailed, Array.Clear),
            [20] = (PixelFlags.Stuck | PixelFlags.FitFailed, c => Only(c, (2010, 5000))),
            [30] = (PixelFlags.Stuck | PixelFlags.Overflow | PixelFlags.FitFailed, c => Only(c, (4095, 5000))),
            [40] = (PixelFlags.NotFinite | PixelFlags.FitFailed, c => c[2010] = double.NaN),
            [41] = (PixelFlags.NotFinite | PixelFlags.FitFailed, c => c[2010] = -1),
            [50] = (PixelFlags.FitFailed, c => Only(c, (2010, 3000), (2011, 2000))),
            [60] = (PixelFlags.LowStatistics, c => Only(c, (2009, 10), (2010, 20), (2011, 12))),
            [70] = (PixelFlags.BaselineOutlier, c => c.AsSpan(0, 3996).ToArray().CopyTo(c, 100)),
            [80] = (PixelFlags.NoiseOutlier, c => Only(c, (2007, 75), (2008, 550), (2009, 1000), (2010, 1000), (2011, 1000), (2012, 1000), (2013, 375))),
            [90] = (PixelFlags.BadChi2 | PixelFlags.AtLimit, c => Only(c, (1990, 2000), (2010, 1000), (2030, 2000))),
        };
        double[] counts = new double[IntegerAxis.Adc.Count];
        foreach ((int pixel, (_, Action<double[]> breakIt)) in faults)
        {
            for (int i = 0; i < counts.Length; i++) counts[i] = faulty.GetCounts(pixel)[i];
            breakIt(counts);
            faulty.SetCounts(pixel, counts);
        }

        HvOffResult result = HvOffFitter.Fit(faulty, cancellationToken: TestContext.Current.CancellationToken);

        foreach (HvOffPixel pixel in result.Pixels)
        {
            if (faults.TryGetValue(pixel.Pixel, out (PixelFlags Expected, Action<double[]>) fault)) Assert.Equal(fault.Expected, pixel.Flags & ~(PixelFlags.BadChi2 & ~fault.Expected));
            else Assert.Equal((healthy.Pixels[pixel.Pixel].Baseline, healthy.Pixels[pixel.Pixel].NoiseError, PixelFlags.None), (pixel.Baseline, pixel.NoiseError, pixel.Flags));
        }
    }

    [Fact]
    public void Fit_OneSampleFarOut_StillHasAFiniteResult()
    {
        PixelHistograms histograms = new(IntegerAxis.Adc, 1);
        double[] counts = new double[4096];
        (counts[299], counts[300], counts[301], counts[3000]) = (1e6, 2e6, 1e6, 1);
        histograms.SetCounts(0, counts);
        HvOffPixel pixel = HvOffFitter.Fit(histograms, cancellationToken: TestContext.Current.CancellationToken).Pixels[0];
        Assert.True(pixel.Fit.IsValid, pixel.ToString());
        Assert.True(pixel.Fit.Minimum > 1e4, pixel.ToString());

        // The expectation at that sample underflows, yet cost and gradient must stay those of the minimum.
        PoissonLikelihood cost = new(new GaussianModel());
        cost.SetData(histograms.GetCounts(0)[pixel.FirstCode..(pixel.LastCode + 1)], pixel.FirstCode);
        double[] best = [.. pixel.Fit.Parameters.Select(p => p.Value)];
        double[] gradient = new double[3];
        Assert.Equal(pixel.Fit.Minimum, cost.Evaluate(best, gradient, default), 1e-6);
        for (int k = 0; k < best.Length; k++)
        {
            double error = pixel.Fit.Parameters[k].Error;
            foreach (double step in (double[])[-error, error])
            {
                double[] moved = [.. best];
                moved[k] += step;
                Assert.InRange(cost.Evaluate(moved, gradient, default) - pixel.Fit.Minimum, 0.9, double.MaxValue);
            }
        }

        Assert.InRange(pixel.Fit.EstimatedDistance, 0, 1e-6);
    }

    private static void Only(double[] counts, params (int Code, double Entries)[] filled)
    {
        Array.Clear(counts);
        foreach ((int code, double entries) in filled) counts[code] = entries;
    }

    private static void AssertUnbiased(double[] values, double[] errors, double truth)
    {
        double mean = values.Average();
        double spread = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        double standardError = spread / Math.Sqrt(values.Length);
        Assert.True(Math.Abs(mean - truth) < 3 * standardError, $"mean {mean:R}, truth {truth}, standard error {standardError:R}");

        double[] pulls = [.. values.Zip(errors, (v, e) => (v - truth) / e)];
        double pullMean = pulls.Average();
        double pullWidth = Math.Sqrt(pulls.Average(p => (p - pullMean) * (p - pullMean)));
        Assert.InRange(pullWidth, 0.9, 1.1);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"mean {mean:F6} truth {truth} (standard error {standardError:F6}), pull {pullMean:F3} +- {pullWidth:F3}"));
    }
}
