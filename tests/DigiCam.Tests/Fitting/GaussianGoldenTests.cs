using System.Text.Json;
using DigiCam.Fitting;
using DigiCam.Histograms;
using DigiCam.HvOff;

namespace DigiCam.Tests.Fitting;

/// <summary>
/// Reference fits made with iminuit. Tolerances are the reference's own for a well converged fit: cost 1e-6 relative,
/// values 1e-3 of their errors, errors 1e-3 relative.
/// </summary>
public sealed class GaussianGoldenTests
{
    [Fact]
    public void Minimize_ReferenceStartAndRange_FindsTheReferenceMinimum()
    {
        int compared = 0;
        foreach (JsonElement golden in Cases(degenerate: false))
        {
            (uint[] counts, int firstBin) = Histogram(golden);
            int first = golden.GetProperty("fit_range")[0].GetInt32();
            int last = golden.GetProperty("fit_range")[1].GetInt32();
            uint[] range = [.. Enumerable.Range(first, last - first + 1).Select(q => q >= firstBin && q < firstBin + counts.Length ? counts[q - firstBin] : 0)];
            PoissonLikelihood cost = new(new GaussianModel());
            cost.SetData(range, first);
            JsonElement start = golden.GetProperty("start");
            FitResult fit = new Minimizer().Minimize(cost,
            [
                new FitParameter("norm", "entries", start.GetProperty("norm").GetDouble(), Lower: 0),
                new FitParameter("mean", "LSB", start.GetProperty("mean").GetDouble()),
                new FitParameter("sigma", "LSB", start.GetProperty("sigma").GetDouble(), Lower: 0.01),
            ]);
            AssertAgrees(golden, fit);
            compared++;
        }

        Assert.Equal(24, compared);
    }

    [Fact]
    public void Fit_OwnStartAndRange_FindsTheReferenceMinimum()
    {
        foreach (JsonElement golden in Cases(degenerate: false))
        {
            HvOffPixel pixel = FitHistogram(golden);
            Assert.Equal(golden.GetProperty("fit_range")[0].GetInt32(), pixel.FirstCode);
            Assert.Equal(golden.GetProperty("fit_range")[1].GetInt32(), pixel.LastCode);
            AssertAgrees(golden, pixel.Fit);
        }
    }

    [Fact]
    public void Fit_DegenerateInput_HasNoSigmaAndDoesNotThrow()
    {
        int compared = 0;
        foreach (JsonElement golden in Cases(degenerate: true))
        {
            HvOffPixel pixel = FitHistogram(golden);
            Assert.False(pixel.Fit.IsValid);
            Assert.Equal(FitStatus.NotEnoughData, pixel.Fit.Status);
            Assert.True(double.IsNaN(pixel.Noise));
            Assert.NotEqual(DigiCam.Flags.PixelFlags.None, pixel.Flags);
            compared++;
        }

        Assert.Equal(5, compared);
    }

    private static IEnumerable<JsonElement> Cases(bool degenerate)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestEnvironment.Shared("data", "goldens", "fits", "hv_off.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Where(c => c.TryGetProperty("degenerate", out _) == degenerate).Select(c => c.Clone())];
    }

    private static (uint[] Counts, int FirstBin) Histogram(JsonElement golden)
    {
        JsonElement histogram = golden.GetProperty("histogram");
        return ([.. histogram.GetProperty("counts").EnumerateArray().Select(c => c.GetUInt32())], histogram.GetProperty("first_bin").GetInt32());
    }

    private static HvOffPixel FitHistogram(JsonElement golden)
    {
        (uint[] counts, int firstBin) = Histogram(golden);
        PixelHistograms histograms = new(IntegerAxis.Adc, 1);
        double[] all = new double[IntegerAxis.Adc.Count];
        for (int i = 0; i < counts.Length; i++) all[firstBin + i] = counts[i];
        histograms.SetCounts(0, all);
        return HvOffFitter.Fit(histograms, cancellationToken: TestContext.Current.CancellationToken).Pixels[0];
    }

    private static void AssertAgrees(JsonElement golden, FitResult fit)
    {
        string name = golden.GetProperty("name").GetString()!;
        JsonElement expected = golden.GetProperty("result");
        Assert.True(fit.Status == FitStatus.Converged, $"{name}: {fit}");
        double fmin = expected.GetProperty("fmin").GetDouble();
        Assert.True(Math.Abs(fit.Minimum - fmin) <= 1e-6 * (1 + fmin), $"{name}: fmin {fit.Minimum:R} instead of {fmin:R}");
        Assert.Equal(expected.GetProperty("ndof").GetInt32(), fit.DegreesOfFreedom);
        foreach (FittedParameter parameter in fit.Parameters)
        {
            double value = expected.GetProperty("values").GetProperty(parameter.Name).GetDouble();
            double error = expected.GetProperty("errors").GetProperty(parameter.Name).GetDouble();
            Assert.True(Math.Abs(parameter.Value - value) <= 1e-3 * error, $"{name}: {parameter.Name} {parameter.Value:R} instead of {value:R} +- {error:R}");
            Assert.True(Math.Abs(parameter.Error - error) <= 1e-3 * error, $"{name}: error of {parameter.Name} {parameter.Error:R} instead of {error:R}");
        }
    }
}
