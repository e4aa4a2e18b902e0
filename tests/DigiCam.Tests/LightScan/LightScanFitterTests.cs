using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.LightScan;

/// <summary>Simulated scans: fits of several levels together give the truth back, with errors that mean what they say, at all light and on both scales.</summary>
[Trait("Culture", "any")]
public sealed class LightScanFitterTests
{
    private const int Pixels = 600;
    private const int CameraPixels = 500;
    private static readonly double[] Light = [0, 0.1, 0.3, 1, 3, 8, 20, 100];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Fit_SimulatedScan_PullsAreThoseOfTheTruth(double darkCountRateMHz)
    {
        SimulatedFlashes flashes = new(Campaign(darkCountRateMHz), Light, events: 2500, Pixels, 1, 7);
        List<string> failures = [];
        foreach (int samples in flashes.Samples)
        {
            LightScanResult result = LightScanFitter.Fit(flashes.Spectra(samples), cancellationToken: Cancellation);
            Assert.InRange(result.Fits.Count(fit => fit.HasErrors), 0.99 * Pixels, Pixels);
            Assert.InRange(result.GoodCount, 0.995 * Pixels, Pixels);
            Pulls("gain", p => (result.Fits[p]["gain"].Value, result.Fits[p]["gain"].Error, flashes.Gain(p, samples)), 0.5);
            Pulls("mu_xt", p => (result.Fits[p]["mu_xt"].Value, result.Fits[p]["mu_xt"].Error, flashes.Camera.CrossTalk[p]), darkCountRateMHz == 0 ? 2 : 3);
            Pulls("sigma_e", p => (result.Fits[p]["sigma_e"].Value, result.Fits[p]["sigma_e"].Error, flashes.Noise(p, samples)), 1);
            Pulls("sigma_1", p => (result.Fits[p]["sigma_1"].Value, result.Fits[p]["sigma_1"].Error, flashes.Spread(p, samples)), 2);
            for (int level = 0; level < Light.Length; level++)
            {
                // Light of 0 rests on its limit as often as not.
                if (Light[level] > 0) Pulls(FormattableString.Invariant($"mu {Light[level]}"), p => (result[level, p].Mu, result[level, p].MuError, flashes.Mu(level, p)), darkCountRateMHz == 0 ? 1 : 3);
            }

            void Pulls(string name, Func<int, (double Value, double Error, double Truth)> of, double largestBias)
            {
                (double Value, double Error, double Truth)[] all = [.. Enumerable.Range(0, Pixels).Select(of).Where(v => v.Error > 0)];
                double[] pulls = [.. all.Select(v => (v.Value - v.Truth) / v.Error)];
                double mean = pulls.Average();
                double width = Math.Sqrt(pulls.Average(p => (p - mean) * (p - mean)));
                double bias = 100 * all.Average(v => v.Value - v.Truth) / all.Average(v => v.Truth);
                string text = FormattableString.Invariant($"{darkCountRateMHz} MHz, {samples} samples, {name}: {all.Length} pulls, mean {mean:F3}, width {width:F3}, bias {bias:F3} %");
                TestContext.Current.TestOutputHelper?.WriteLine(text);
                if (!(all.Length >= 0.98 * Pixels && Math.Abs(mean) < 0.15 && width is > 0.85 and < 1.15 && Math.Abs(bias) < largestBias)) failures.Add(text);
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Fit_PedestalAndDarkCountsNotKnown_FindsThemFromTheScan()
    {
        SimulatedFlashes flashes = new(Campaign(3), [0, 0.2, 0.5, 1, 2, 4, 8], events: 1500, pixels: 60, 1);
        ImmutableArray<double> nothing = [.. Enumerable.Repeat(double.NaN, 60)];
        LightScanResult result = LightScanFitter.Fit(new LightSpectra(flashes.Spectra(1).Charges, nothing, nothing), cancellationToken: Cancellation);
        Assert.All(result.Fits, fit => Assert.True(fit.HasErrors, fit.ToString()));
        Assert.All(Enumerable.Range(0, 60), p => Assert.InRange(result.Fits[p]["baseline"].Value - flashes.Camera.Baseline[p], -0.2, 0.2));
        Assert.InRange(result.Fits.Average(f => f["rate"].Value), 2.7e-3, 3.3e-3);
        Assert.InRange(result.Fits.Select((f, p) => (f["gain"].Value / flashes.Gain(p, 1)) - 1).Average(), -0.003, 0.003);
    }

    [Fact]
    public void Problem_PedestalNotKnownAndFewEntriesInEachBin_StartsAtThePedestal()
    {
        // No bin of the wide spectra holds more than three entries.
        LevelHistograms charges = new(IntegerAxis.Adc, 3, 1);
        for (int level = 0; level < 3; level++)
        {
            for (int i = 0; i < 600; i++) charges.Fill(level, 0, 300 + (level * 90) + (i % (210 + (60 * level))));
        }

        FitProblem problem = LightScanFitter.Problem(new LightSpectra(charges, [double.NaN], [double.NaN]), new LightScanOptions { MostMu = 200 }, new FlagLimits(), 0);
        Assert.InRange(problem.Parameters[0].Start, 295, 320);
        Assert.DoesNotContain(problem.Parameters, p => double.IsNaN(p.Start));
    }

    [Fact]
    public void Fit_ConstraintOfHvOff_LowersErrorsAndHoldsThePedestal()
    {
        SimulatedFlashes flashes = new(Campaign(0), [0.5, 1, 3], events: 600, pixels: 20, 1);
        LightScanResult free = LightScanFitter.Fit(flashes.Spectra(1), cancellationToken: Cancellation);
        LightScanResult constrained = LightScanFitter.Fit(flashes.Spectra(1), new LightScanOptions { PedestalError = 0.01 }, cancellationToken: Cancellation);
        for (int pixel = 0; pixel < 20; pixel++)
        {
            Assert.True(constrained.Fits[pixel]["baseline"].Error < 0.01);
            Assert.True(constrained.Fits[pixel]["gain"].Error < free.Fits[pixel]["gain"].Error);
            Assert.Equal(flashes.Camera.Baseline[pixel], constrained.Fits[pixel]["baseline"].Value, 0.03);
        }
    }

    [Fact]
    public void Fit_FaultyPixels_AreFlaggedAndHealthyOnesAreNot()
    {
        CampaignPlan plan = Campaign(2) with
        {
            Faults = new FaultPlan
            {
                Pixels = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(3, PixelFault.Dead), KeyValuePair.Create(7, PixelFault.Stuck), KeyValuePair.Create(11, PixelFault.Noisy), KeyValuePair.Create(13, PixelFault.Saturated)]),
            },
            Light = new LightPlan { Coverage = LightCoverage.Cts0 },
        };
        SimulatedFlashes flashes = new(plan, [0, 0.5, 1, 2, 5, 1200], events: 800, pixels: CameraPixels, 1);
        LightScanResult result = LightScanFitter.Fit(flashes.Spectra(1), cancellationToken: Cancellation);
        Assert.True(result.Flags[3].HasFlag(PixelFlags.FitFailed | PixelFlags.NoLed), PixelFlagNames.Describe(result.Flags[3]));
        Assert.True(result.Flags[7].HasFlag(PixelFlags.FitFailed | PixelFlags.Stuck), PixelFlagNames.Describe(result.Flags[7]));
        Assert.True((result.Flags[11] & (PixelFlags.NoiseOutlier | PixelFlags.FitFailed)) != 0, PixelFlagNames.Describe(result.Flags[11]));
        Assert.True(result.Flags[13].HasFlag(PixelFlags.FitFailed | PixelFlags.Overflow), PixelFlagNames.Describe(result.Flags[13]));
        int lit = 0;
        for (int pixel = 0; pixel < CameraPixels; pixel++)
        {
            if (pixel is 3 or 7 or 11 or 13) continue;
            Assert.Equal(flashes.Camera.IsLit[pixel] ? PixelFlags.None : PixelFlags.FitFailed | PixelFlags.NoLed, result.Flags[pixel]);
            if (!flashes.Camera.IsLit[pixel]) continue;

            // 1200 pe are cut by the ADC: excluded, and said so.
            Assert.Equal(PixelFlags.Overflow, result[5, pixel].Flags);
            Assert.True(double.IsNaN(result[5, pixel].Mu) && result[4, pixel].IsValid);
            Assert.DoesNotContain(5, result.Pixels[pixel].Shared);
            lit++;
        }

        Assert.InRange(lit, 20, CameraPixels - 20);
    }

    [Fact]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits()
    {
        LightSpectra spectra = new SimulatedFlashes(Campaign(3), [0.2, 1, 4, 30], events: 500, pixels: 24, 7).Spectra(7);
        LightScanResult one = LightScanFitter.Fit(spectra, threads: 1, cancellationToken: Cancellation);
        LightScanResult three = LightScanFitter.Fit(spectra, threads: 3, cancellationToken: Cancellation);
        for (int pixel = 0; pixel < 24; pixel++)
        {
            Assert.Equal(one.Fits[pixel].Values(), three.Fits[pixel].Values());
            Assert.Equal(one.Pixels[pixel].Levels, three.Pixels[pixel].Levels);
        }

        // A fit by hand begins where that of the camera did.
        FitResult again = one.Problem(5).Fit();
        Assert.Equal(one.Fits[5].Minimum, again.Minimum, 1e-9);
        Assert.Equal(one.Fits[5]["gain"].Value, again["gain"].Value, 1e-9);
        Assert.Equal(one[3, 5].Mu, one.Problem(3, 5).Fit()["mu"].Value, 1e-3 * one[3, 5].MuError);
    }

    [Fact]
    public void Fit_FewEntriesOrNone_AreFlagged()
    {
        LevelHistograms charges = new(IntegerAxis.Adc, 2, 2);
        for (int i = 0; i < 50; i++) charges.Fill(0, 0, 285 + (i % 3));
        LightScanResult result = LightScanFitter.Fit(new LightSpectra(charges, [285, 285], [1, 1]), cancellationToken: Cancellation);
        Assert.Equal(PixelFlags.FitFailed | PixelFlags.LowStatistics, result.Flags[0]);
        Assert.Equal(PixelFlags.FitFailed | PixelFlags.LowStatistics | PixelFlags.Dead, result.Flags[1]);
        Assert.All(result.Pixels, p => Assert.All(p.Levels, level => Assert.True(double.IsNaN(level.Mu) && level.Flags != PixelFlags.None)));
    }

    [Fact]
    public void FFactor_MuchLight_AgreesWithTheTruth()
    {
        SimulatedFlashes flashes = new(Campaign(2), [0.5, 1, 3, 12, 20, 35], events: 2000, pixels: 150, 1);
        LightScanResult result = LightScanFitter.Fit(flashes.Spectra(1), cancellationToken: Cancellation);
        double[] pulls = [.. Enumerable.Range(0, 150).Select(p => (result.Pixels[p].FFactor.Charge - (flashes.Gain(p, 1) / (1 - flashes.Camera.CrossTalk[p]))) / result.Pixels[p].FFactor.Error)];
        double width = Math.Sqrt(pulls.Average(z => z * z));
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"pull {pulls.Average():F3}, width {width:F3}, error {result.Pixels.Average(p => p.FFactor.Error / p.FFactor.Charge):P2}"));
        Assert.All(result.Pixels, p => Assert.InRange(p.FFactor.Levels, 2, 3));
        // The variance of the levels up to 20 pe is in the crosstalk of the fit as well, so that the error is on the safe side.
        Assert.InRange(pulls.Average(), -0.25, 0.25);
        Assert.InRange(width, 0.75, 1.1);
    }

    private static CampaignPlan Campaign(double darkCountRateMHz) => new()
    {
        Camera = new CameraPlan { DarkCountRateMHz = Distribution.Constant(darkCountRateMHz) },
        Light = new LightPlan { Coverage = LightCoverage.All },
    };
}
