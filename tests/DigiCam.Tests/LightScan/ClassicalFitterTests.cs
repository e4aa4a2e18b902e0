using DigiCam.Fitting;
using DigiCam.LightScan;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.LightScan;

/// <summary>The chain of 2017 on simulated scans: right without dark counts, and with them off by what the documentation says.</summary>
[Trait("Culture", "any")]
public sealed class ClassicalFitterTests
{
    private const int Pixels = 200;
    private static readonly double[] Light = [0, 0.3, 0.7, 1.5, 3, 6, 20];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Fit_WithoutDarkCounts_GivesTheTruth()
    {
        SimulatedFlashes flashes = Scan(0);
        foreach (int samples in flashes.Samples)
        {
            ClassicalResult result = ClassicalFitter.Fit(flashes.Spectra(samples), cancellationToken: Cancellation);
            Assert.All(result.Fits, fit => Assert.True(fit.HasErrors, fit.ToString()));
            Assert.InRange(result.GoodCount, 0.995 * Pixels, Pixels);
            Pulls("gain", p => (result.Fits[p]["gain"].Value, result.Fits[p]["gain"].Error, flashes.Gain(p, samples)));
            Pulls("sigma_e", p => (result.Fits[p]["sigma_e"].Value, result.Fits[p]["sigma_e"].Error, flashes.Noise(p, samples)));
            Pulls("sigma_1", p => (result.Fits[p]["sigma_1"].Value, result.Fits[p]["sigma_1"].Error, flashes.Spread(p, samples)));
            Pulls("crosstalk", p => (result["crosstalk"].Values[p], result["crosstalk"].Errors[p], flashes.Camera.CrossTalk[p]));
            for (int level = 1; level < 5; level++) Pulls(FormattableString.Invariant($"mu {Light[level]}"), p => (result[level, p].Mu, result[level, p].MuError, flashes.Mu(level, p)));

            // Held crosstalk: one value for all levels, without an error.
            for (int p = 0; p < Pixels; p++) Assert.True(double.IsNaN(result[6, p].CrossTalkError) && result[6, p].CrossTalk == result["crosstalk"].Values[p]);
        }
    }

    [Fact]
    public void Fit_WithDarkCounts_IsOffByWhatTheyAdd()
    {
        SimulatedFlashes flashes = Scan(3);
        ClassicalResult amplitudes = ClassicalFitter.Fit(flashes.Spectra(1), cancellationToken: Cancellation);
        ClassicalResult sums = ClassicalFitter.Fit(flashes.Spectra(7), cancellationToken: Cancellation);

        // Gain low, light high by the dark counts in the charge: f I1 = 0.05 pe for amplitudes, 0.09 for sums of seven.
        Assert.InRange(Enumerable.Range(0, Pixels).Average(p => amplitudes.Fits[p]["gain"].Value / flashes.Gain(p, 1)) - 1, -0.008, -0.002);
        Assert.InRange(Enumerable.Range(0, Pixels).Average(p => sums.Fits[p]["gain"].Value / flashes.Gain(p, 7)) - 1, -0.012, -0.004);
        Assert.InRange(Enumerable.Range(0, Pixels).Average(p => amplitudes[2, p].Mu - flashes.Mu(2, p)), 0.03, 0.07);
        Assert.InRange(Enumerable.Range(0, Pixels).Average(p => sums[2, p].Mu - flashes.Mu(2, p)), 0.06, 0.12);
    }

    [Fact]
    public void Fit_FewPeaksOrNoLight_SaysSo()
    {
        const int pixels = 400;
        SimulatedFlashes flashes = new(new CampaignPlan { Light = new LightPlan { Coverage = LightCoverage.Cts0 } }, [0, 0.3, 0.6], events: 600, pixels, 1);
        ClassicalResult result = ClassicalFitter.Fit(flashes.Spectra(1), cancellationToken: Cancellation);
        Assert.InRange(Enumerable.Range(0, pixels).Count(p => flashes.Camera.IsLit[p]), 20, pixels - 20);
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            if (!flashes.Camera.IsLit[pixel])
            {
                Assert.Equal(FitStatus.NotEnoughData, result.Fits[pixel].Status);
                continue;
            }

            Assert.True(result.Fits[pixel].HasErrors, result.Fits[pixel].Describe());
            Assert.InRange(result.Fits[pixel]["gain"].Value / flashes.Gain(pixel, 1), 0.9, 1.1);
            Assert.NotEmpty(result.Fits[pixel].Attempts);
        }
    }

    private static SimulatedFlashes Scan(double darkCountRateMHz) => new(
        new CampaignPlan
        {
            Camera = new CameraPlan { DarkCountRateMHz = Distribution.Constant(darkCountRateMHz) },
            Light = new LightPlan { Coverage = LightCoverage.All, FlashJitterNs = 0 },
        },
        Light, events: 1500, Pixels, 1, 7);

    private static void Pulls(string name, Func<int, (double Value, double Error, double Truth)> of)
    {
        double[] pulls = [.. Enumerable.Range(0, Pixels).Select(of).Where(v => v.Error > 0).Select(v => (v.Value - v.Truth) / v.Error)];
        double mean = pulls.Average();
        double width = Math.Sqrt(pulls.Average(p => (p - mean) * (p - mean)));
        string text = FormattableString.Invariant($"{name}: {pulls.Length} pulls, mean {mean:F3}, width {width:F3}");
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Assert.True(pulls.Length >= 0.98 * Pixels && Math.Abs(mean) < 0.25 && width is > 0.85 and < 1.15, text);
    }
}
