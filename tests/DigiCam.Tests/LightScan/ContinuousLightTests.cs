using DigiCam.Fitting.Models;
using DigiCam.LightScan;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.LightScan;

/// <summary>Flashes on continuous light, whose photo-electrons are like dark counts of a rate that is not known: levels fitted together find both.</summary>
[Trait("Culture", "any")]
public sealed class ContinuousLightTests
{
    private const int Pixels = 24;
    private static readonly double[] Light = [0, 0.3, 1, 3, 8];

    [Theory]
    [InlineData(10, 0.2)]
    [InlineData(40, 0.3)]
    public void Fit_UnderLight_FindsGainRateAndFlashes(double rateMHz, double mostGainPercent)
    {
        CampaignPlan plan = new() { Camera = new CameraPlan { DarkCountRateMHz = Distribution.Constant(rateMHz) }, Light = new LightPlan { Coverage = LightCoverage.All } };
        SimulatedFlashes flashes = new(plan, Light, events: 1000, Pixels, 1);
        LightSpectra spectra = flashes.Spectra(1) with { DarkCountRateMHz = default, IsUnderLight = true, LevelsWithoutFlash = [0] };
        LightScanResult result = LightScanFitter.Fit(spectra, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(result.GoodCount, 0.95 * Pixels, Pixels);
        int[] good = [.. Enumerable.Range(0, Pixels).Where(p => result.Flags[p] == 0)];
        List<string> failures = [];
        Compare("gain", p => (result.Fits[p]["gain"].Value, result.Fits[p]["gain"].Error, flashes.Gain(p, 1)), mostGainPercent / 100);
        Compare("rate", p => (result.Fits[p].Parameters[LightModel.Rate].Value, result.Fits[p].Parameters[LightModel.Rate].Error, rateMHz * 1e-3), 0.05);
        for (int level = 1; level < Light.Length; level++) Compare(FormattableString.Invariant($"mu {Light[level]}"), p => (result[level, p].Mu, result[level, p].MuError, flashes.Mu(level, p)), 0.03);
        Assert.All(good, p => Assert.Equal((0, double.NaN), (result[0, p].Mu, result[0, p].MuError)));
        Assert.True(failures.Count == 0, string.Join('\n', failures));

        // The bias is measured to the error of the mean.
        void Compare(string name, Func<int, (double Value, double Error, double Truth)> of, double most)
        {
            (double Value, double Error, double Truth)[] all = [.. good.Select(of)];
            double bias = all.Average(v => v.Value / v.Truth) - 1;
            double error = all.Average(v => v.Error / v.Truth) / Math.Sqrt(all.Length);
            double width = Math.Sqrt(all.Average(v => (v.Value - v.Truth) * (v.Value - v.Truth) / (v.Error * v.Error)));
            string text = FormattableString.Invariant($"{rateMHz} MHz, {name}: bias {100 * bias:F2} +- {100 * error:F2} %, pulls {width:F2}");
            TestContext.Current.TestOutputHelper?.WriteLine(text);
            if (!(Math.Abs(bias) < most + (3 * error) && width is > 0.7 and < 1.4)) failures.Add(text);
        }
    }
}
