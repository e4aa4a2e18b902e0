using System.Text.Json;
using DigiCam.Dark;
using DigiCam.Fitting.Models;
using DigiCam.Histograms;

namespace DigiCam.Tests.Dark;

public sealed class CampbellEstimateTests
{
    private const double I1 = 17.1908527562;
    private const double I2 = 12.3397066201;

    [Fact]
    public void Of_ReferenceHistograms_GivesTheReferenceNumbers()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestEnvironment.Shared("data", "goldens", "fits", "dark_shot_noise.json")));
        int compared = 0;
        foreach (JsonElement golden in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            JsonElement histogram = golden.GetProperty("histogram");
            uint[] counts = [.. histogram.GetProperty("counts").EnumerateArray().Select(c => c.GetUInt32())];
            HistogramMoments moments = HistogramMoments.Of(counts, histogram.GetProperty("first_bin").GetInt32());
            double spread = golden.GetProperty("truth").GetProperty("sigma_1").GetDouble();
            AssertAgrees(golden.GetProperty("truth"), golden.GetProperty("result").GetProperty("campbell_truth_constants"));
            AssertAgrees(golden.GetProperty("result").GetProperty("values"), golden.GetProperty("result").GetProperty("campbell_fitted_constants"));
            compared++;

            void AssertAgrees(JsonElement constants, JsonElement expected)
            {
                CampbellEstimate estimate = CampbellEstimate.Of(
                    moments.Mean, moments.Variance - (1.0 / 12), constants.GetProperty("baseline").GetDouble(), constants.GetProperty("sigma_e").GetDouble(), constants.GetProperty("gain").GetDouble(), spread, I1, I2);
                Assert.Equal(expected.GetProperty("mu_xt").GetDouble(), estimate.CrossTalk, 1e-9);
                Assert.Equal(expected.GetProperty("rate_MHz").GetDouble(), estimate.RatePerNs * 1e3, 1e-8);
            }
        }

        Assert.Equal(3, compared);
    }

    [Fact]
    public void Of_SlightlyOtherInput_ChangesByTheSlopes()
    {
        double[] at = [285.65, 2.2, 285.3, 1, 5.2, 0.48];
        CampbellEstimate estimate = Of(at);
        (double Rate, double CrossTalk)[] slopes =
        [
            (estimate.RateSlopes.Mean, estimate.CrossTalkSlopes.Mean),
            (estimate.RateSlopes.Variance, estimate.CrossTalkSlopes.Variance),
            (-estimate.RateSlopes.Mean, -estimate.CrossTalkSlopes.Mean),
            (estimate.RateSlopes.Noise, estimate.CrossTalkSlopes.Noise),
            (estimate.RateSlopes.Gain, estimate.CrossTalkSlopes.Gain),
            (estimate.RateSlopes.Spread, estimate.CrossTalkSlopes.Spread),
        ];
        const double step = 1e-5;
        for (int k = 0; k < at.Length; k++)
        {
            double[] up = [.. at];
            double[] down = [.. at];
            up[k] += step;
            down[k] -= step;
            Assert.Equal((Of(up).RatePerNs - Of(down).RatePerNs) / (2 * step), slopes[k].Rate, 1e-6 * Math.Abs(slopes[k].Rate));
            Assert.Equal((Of(up).CrossTalk - Of(down).CrossTalk) / (2 * step), slopes[k].CrossTalk, 1e-6 * Math.Abs(slopes[k].CrossTalk));
        }

        static CampbellEstimate Of(double[] p) => CampbellEstimate.Of(p[0], p[1], p[2], p[3], p[4], p[5], I1, I2);
    }

    [Theory]
    [InlineData(285.2, 2.2)]
    [InlineData(285.6, 0.9)]
    [InlineData(double.NaN, 2.2)]
    public void Of_MomentsWithoutPulses_HasNoValue(double mean, double variance)
    {
        CampbellEstimate estimate = CampbellEstimate.Of(mean, variance, 285.3, 1, 5.2, 0.48, I1, I2);
        Assert.True(double.IsNaN(estimate.RatePerNs) && double.IsNaN(estimate.CrossTalk));
    }

    [Fact]
    public void Pulse_Analytic_HasTheReferenceIntegrals()
    {
        Assert.Equal(I1, ShotNoisePulse.Analytic.IntegralNs, 1e-7);
        Assert.Equal(I2, ShotNoisePulse.Analytic.SquareIntegralNs, 1e-7);
    }
}
