using System.Text.Json;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;

namespace DigiCam.Tests.Fitting.Models;

/// <summary>The shot-noise model against the reference fits, against itself (derivatives, limits) and against its own pulse's integrals.</summary>
public sealed class ShotNoiseModelTests
{
    private static readonly double[] Typical = [285.3, 1, 5.2, 3e-3, 0.08, 0.48];

    [Fact]
    public void Evaluate_AtTheReferenceMinimum_GivesTheReferenceCounts()
    {
        foreach (JsonElement golden in Cases())
        {
            (PoissonLikelihood cost, _) = Prepare(golden);
            double[] values = Values(golden);
            double[] expected = cost.Expected(values);
            double[] reference = [.. golden.GetProperty("expected_counts_at_minimum").EnumerateArray().Select(e => e.GetDouble())];
            Assert.Equal(reference.Length, expected.Length);

            // Nine digits are given: half of the last one may be missing.
            for (int i = 0; i < expected.Length; i++) Assert.Equal(reference[i], expected[i], 1e-3 + (5e-9 * reference[i]));
            double fmin = golden.GetProperty("result").GetProperty("fmin").GetDouble();
            Assert.Equal(fmin, cost.Evaluate(values, default, default), 1e-3);
        }
    }

    [Fact]
    public void Minimize_FromTheReferenceStart_FindsTheReferenceMinimum()
    {
        int compared = 0;
        foreach (JsonElement golden in Cases())
        {
            (PoissonLikelihood cost, FitParameter[] parameters) = Prepare(golden);
            FitResult fit = new Minimizer().Minimize(cost, parameters);
            string name = golden.GetProperty("name").GetString()!;
            Assert.True(fit.Status == FitStatus.Converged, $"{name}: {fit}");
            JsonElement result = golden.GetProperty("result");
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{name}: {fit}, {fit.Calls} calls, fmin {result.GetProperty("fmin").GetDouble():R} {fit.Minimum:R}"));
            Assert.Equal(result.GetProperty("fmin").GetDouble(), fit.Minimum, 1e-3);
            Assert.Equal(result.GetProperty("ndof").GetInt32(), fit.DegreesOfFreedom);
            string[] order = [.. result.GetProperty("covariance").GetProperty("order").EnumerateArray().Select(e => e.GetString()!)];
            JsonElement covariance = result.GetProperty("covariance").GetProperty("matrix");
            for (int i = 0; i < order.Length; i++)
            {
                FittedParameter fitted = fit[order[i]];
                double error = result.GetProperty("errors").GetProperty(order[i]).GetDouble();
                double value = result.GetProperty("values").GetProperty(order[i]).GetDouble();
                Assert.True(Math.Abs(fitted.Value - value) <= 1e-2 * error, $"{name} {order[i]}: {fitted.Value:R} instead of {value:R} +- {error:R}");
                Assert.Equal(1, fitted.Error / error, 1e-3);
                for (int j = 0; j < i; j++)
                {
                    double correlation = covariance[i][j].GetDouble() / Math.Sqrt(covariance[i][i].GetDouble() * covariance[j][j].GetDouble());
                    Assert.Equal(correlation, fit.Correlation(i, j), 2e-3);
                }
            }

            compared++;
        }

        Assert.Equal(3, compared);
    }

    [Theory]
    [InlineData(285.3, 1, 5.2, 3e-3, 0.08, 0.48)]
    [InlineData(200.1, 0.9, 5.8, 1e-3, 0.12, 0.3)]
    [InlineData(285.3, 1.4, 4.4, 1e-2, 0.02, 0.6)]
    public void Evaluate_AllBins_HoldAllSamplesWithTheMomentsOfCampbell(double baseline, double noise, double gain, double rate, double crossTalk, double spread)
    {
        ShotNoiseModel model = new();
        double[] edges = Edges((int)baseline - 15, 140);
        (double[] expected, _, _) = Evaluate(model, [baseline, noise, gain, rate, crossTalk, spread], edges);
        double mean = 0;
        double square = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double q = edges[i] + 0.5 - baseline;
            mean += expected[i] * q;
            square += expected[i] * q * q;
        }

        // The noise is wide enough for rounding to shift no mean (exp(-2 pi^2 s^2)), and the bins few enough for the floor to hold no variance:
        // mean f G I1 / (1 - x), variance f I2 (G^2 / (1 - x)^3 + s_1^2 / (1 - x)) + s_e^2 + 1/12.
        double cascade = 1 / (1 - crossTalk);
        Assert.Equal(1, expected.Sum(), 1e-9);
        Assert.Equal(rate * gain * cascade * 17.1908527562, mean, 1e-6);
        Assert.Equal((rate * 12.3397066201 * cascade * ((gain * gain * cascade * cascade) + (spread * spread))) + (noise * noise) + (1.0 / 12), square - (mean * mean), 1e-5);
    }

    [Theory]
    [InlineData(0.6)]
    [InlineData(1.1)]
    public void Evaluate_NoPulses_IsTheGaussian(double noise)
    {
        double[] edges = Edges(275, 22);
        (double[] shot, _, _) = Evaluate(new ShotNoiseModel { SampleCount = 1e5 }, [285.3, noise, 5.2, 0, 0.08, 0.48], edges);
        (double[] gaussian, _, _) = Evaluate(new GaussianModel(), [1e5, 285.3, noise], edges);
        for (int i = 0; i < shot.Length; i++) Assert.Equal(gaussian[i], shot[i], 2e-7);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(4.0)]
    public void Evaluate_OtherBins_AreSumsOfNarrowOnes(double width)
    {
        ShotNoiseModel model = new();
        double[] edges = [.. Enumerable.Range(0, 30).Select(i => 279.5 + (i * width))];
        double[] fine = [.. Enumerable.Range(0, (29 * 8) + 1).Select(i => 279.5 + (i * width / 8))];

        // Bins of unequal widths: every third edge is left out.
        double[] uneven = [.. edges.Where((_, i) => i % 3 != 1)];
        (double[] narrow, _, _) = Evaluate(model, Typical, fine);
        (double[] equal, _, _) = Evaluate(model, Typical, edges);
        (double[] unequal, _, _) = Evaluate(model, Typical, uneven);
        for (int i = 0; i < equal.Length; i++) Assert.Equal(narrow.AsSpan(8 * i, 8).ToArray().Sum(), equal[i], 1e-11);
        for (int i = 0; i < unequal.Length; i++)
        {
            int from = Array.IndexOf(edges, uneven[i]);
            int to = Array.IndexOf(edges, uneven[i + 1]);
            Assert.Equal(equal.AsSpan(from, to - from).ToArray().Sum(), unequal[i], 1e-11);
        }
    }

    [Theory]
    [InlineData(285.3, 1, 5.2, 3e-3, 0.08, 0.48)]
    [InlineData(285.3, 0.5, 5.7, 1e-3, 0.02, 0.3)]
    [InlineData(287, 1.3, 4.5, 2e-2, 0.25, 0.6)]
    public void Evaluate_Derivatives_AreThoseOfDifferences(double baseline, double noise, double gain, double rate, double crossTalk, double spread)
    {
        double[] at = [baseline, noise, gain, rate, crossTalk, spread];
        double[] steps = [1e-3, 1e-3, 3e-3, 1e-5, 1e-3, 1e-3];
        ShotNoiseModel model = new() { SampleCount = 1e6 };
        double[] edges = Edges(279, 60);
        int bins = edges.Length - 1;
        double[] weights = [.. Enumerable.Range(0, bins).Select(i => Math.Cos(0.7 * i))];
        (double[] expected, double[] logarithm, double[] gradient) = Evaluate(model, at, edges);
        double[] curvature = new double[36];
        Assert.True(model.TryAddSecondDerivatives(at, edges, weights, curvature));
        for (int k = 0; k < 6; k++)
        {
            // Two differences, steps h and h/2, cancel the leading error.
            (double[] wide, double[] wideSlopes) = Differences(k, steps[k]);
            (double[] narrow, double[] narrowSlopes) = Differences(k, steps[k] / 2);
            for (int i = 0; i < bins; i++)
            {
                double slope = ((4 * narrow[i]) - wide[i]) / 3;
                double own = gradient[(k * bins) + i] * expected[i];
                Assert.Equal(slope, own, 1e-6 * (Math.Abs(slope) + (1 / steps[k])));
                Assert.Equal(Math.Log(expected[i]), logarithm[i], 1e-14);
            }

            for (int l = 0; l < 6; l++)
            {
                double second = ((4 * narrowSlopes[l]) - wideSlopes[l]) / 3;
                double size = Math.Sqrt(Math.Abs(curvature[7 * k] * curvature[7 * l]));
                Assert.True(Math.Abs(second - curvature[(6 * k) + l]) <= 1e-6 * (Math.Abs(second) + size), FormattableString.Invariant($"{k} {l}: {curvature[(6 * k) + l]:R} instead of {second:R}"));
            }
        }

        (double[] Counts, double[] WeightedSlopes) Differences(int k, double step)
        {
            double[] up = [.. at];
            double[] down = [.. at];
            up[k] += step;
            down[k] -= step;
            double width = up[k] - down[k];
            (double[] countsUp, _, double[] gradientUp) = Evaluate(model, up, edges);
            (double[] countsDown, _, double[] gradientDown) = Evaluate(model, down, edges);
            double[] slopes = new double[6];
            for (int l = 0; l < 6; l++)
            {
                for (int i = 0; i < bins; i++) slopes[l] += weights[i] * ((countsUp[i] * gradientUp[(l * bins) + i]) - (countsDown[i] * gradientDown[(l * bins) + i])) / width;
            }

            return ([.. Enumerable.Range(0, bins).Select(i => (countsUp[i] - countsDown[i]) / width)], slopes);
        }
    }

    [Fact]
    public void Evaluate_PulseWithUndershoot_HasTheMomentsOfItsIntegrals()
    {
        // Triangles of height 1 and -0.2: integrals 20 - 3 and 2/3 of the area of their squares.
        ShotNoisePulse pulse = ShotNoisePulse.Of([0, 10, 40, 45, 70], [0, 1, 0, -0.2, 0]);
        Assert.Equal(20 - 3, pulse.IntegralNs, 1e-5);
        Assert.Equal((40 / 3.0) + (0.04 * 30 / 3), pulse.SquareIntegralNs, 1e-4);
        (double baseline, double noise, double gain, double rate, double crossTalk, double spread) = (285.3, 1, 5.2, 3e-3, 0.08, 0.48);
        double[] edges = Edges(260, 150);
        (double[] expected, _, _) = Evaluate(new ShotNoiseModel(pulse), [baseline, noise, gain, rate, crossTalk, spread], edges);
        double mean = Enumerable.Range(0, 150).Sum(i => expected[i] * (260 + i - baseline));
        double variance = Enumerable.Range(0, 150).Sum(i => expected[i] * Math.Pow(260 + i - baseline - mean, 2));
        double cascade = 1 / (1 - crossTalk);
        Assert.Equal(rate * gain * cascade * pulse.IntegralNs, mean, 1e-6);
        Assert.Equal((rate * pulse.SquareIntegralNs * cascade * ((gain * gain * cascade * cascade) + (spread * spread))) + (noise * noise) + (1.0 / 12), variance, 1e-5);
    }

    [Fact]
    public void Evaluate_TabulatedPulse_IsThatOfItsShape()
    {
        double[] edges = Edges(275, 60);
        double[] times = [.. Enumerable.Range(0, 801).Select(i => 0.1 * i)];
        double[] heights = [.. times.Select(DigiCam.Simulation.PulseShape.Analytic.At)];
        (double[] table, _, _) = Evaluate(new ShotNoiseModel(ShotNoisePulse.Of(times, heights)), Typical, edges);
        (double[] shape, _, _) = Evaluate(new ShotNoiseModel(), Typical, edges);
        for (int i = 0; i < table.Length; i++) Assert.Equal(shape[i], table[i], 1e-6);
    }

    [Theory]
    [InlineData(new double[] { 0 }, new double[] { 1 })]
    [InlineData(new double[] { 0, 1, 2 }, new double[] { 0, 1 })]
    [InlineData(new double[] { 0, 2, 1 }, new double[] { 0, 1, 0 })]
    [InlineData(new double[] { 0, 1, 2 }, new double[] { 0, double.NaN, 0 })]
    [InlineData(new double[] { 0, 1, 2 }, new double[] { 0, 0, 0 })]
    public void Pulse_ImpossibleTable_IsRefused(double[] times, double[] amplitudes) =>
        Assert.StartsWith("pulse:", Assert.Throws<ArgumentException>(() => ShotNoisePulse.Of(times, amplitudes)).Message, StringComparison.Ordinal);

    [Fact]
    public void Evaluate_FarOut_LevelsOutWithoutPulling()
    {
        ShotNoiseModel model = new() { SampleCount = 1e6 };
        (double[] expected, double[] logarithm, double[] gradient) = Evaluate(model, Typical, Edges(200, 2000));
        Assert.All(expected, e => Assert.True(e > 0));
        Assert.All(logarithm, l => Assert.True(double.IsFinite(l)));

        // 1e-12 of the samples, and the cost of a sample there does not depend on the parameters but within the rounding of the Fourier sum.
        for (int i = 1000; i < 2000; i++) Assert.InRange(expected[i], 0.9e-6, 1.1e-6);
        for (int k = 0; k < 6; k++) Assert.InRange(gradient[(k * 2000) + 1500], -0.2 / Math.Abs(Typical[k]), 0.2 / Math.Abs(Typical[k]));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(2, 0)]
    [InlineData(3, -1e-4)]
    [InlineData(4, -0.01)]
    [InlineData(4, 1)]
    [InlineData(5, -0.1)]
    [InlineData(0, double.NaN)]
    public void Evaluate_ImpossibleParameters_HasNoValue(int parameter, double value)
    {
        double[] at = [.. Typical];
        at[parameter] = value;
        (double[] expected, _, _) = Evaluate(new ShotNoiseModel(), at, Edges(280, 30));
        Assert.All(expected, e => Assert.True(double.IsNaN(e)));
    }

    private static (double[] Expected, double[] Logarithm, double[] Gradient) Evaluate(IBinnedModel model, double[] parameters, double[] edges)
    {
        int bins = edges.Length - 1;
        (double[] expected, double[] logarithm, double[] gradient) = (new double[bins], new double[bins], new double[bins * parameters.Length]);
        model.Evaluate(parameters, edges, expected, logarithm, gradient);
        return (expected, logarithm, gradient);
    }

    private static double[] Edges(int first, int bins) => [.. Enumerable.Range(0, bins + 1).Select(i => first + i - 0.5)];

    private static IEnumerable<JsonElement> Cases()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestEnvironment.Shared("data", "goldens", "fits", "dark_shot_noise.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }

    private static double[] Values(JsonElement golden)
    {
        JsonElement values = golden.GetProperty("result").GetProperty("values");
        return [.. golden.GetProperty("parameters").EnumerateArray().Select(n => values.GetProperty(n.GetString()!).GetDouble()), golden.GetProperty("fixed").GetProperty("sigma_1").GetDouble()];
    }

    private static (PoissonLikelihood Cost, FitParameter[] Parameters) Prepare(JsonElement golden)
    {
        int first = golden.GetProperty("fit_range")[0].GetInt32();
        int last = golden.GetProperty("fit_range")[1].GetInt32();
        JsonElement histogram = golden.GetProperty("histogram");
        int firstBin = histogram.GetProperty("first_bin").GetInt32();
        uint[] range = new uint[last - first + 1];
        int bin = firstBin - first;
        foreach (JsonElement count in histogram.GetProperty("counts").EnumerateArray()) range[bin++] = count.GetUInt32();
        ShotNoiseModel model = new() { SampleCount = golden.GetProperty("fixed").GetProperty("n_samples").GetDouble() };
        PoissonLikelihood cost = new(model);
        cost.SetData(range, first);
        FitParameter[] parameters = new FitParameter[model.Parameters.Length];
        for (int k = 0; k < parameters.Length; k++)
        {
            (string name, string unit) = model.Parameters[k];
            if (name == "sigma_1")
            {
                parameters[k] = new FitParameter(name, unit, golden.GetProperty("fixed").GetProperty(name).GetDouble(), IsFixed: true);
                continue;
            }

            JsonElement limits = golden.GetProperty("limits").GetProperty(name);
            parameters[k] = new FitParameter(name, unit, golden.GetProperty("start").GetProperty(name).GetDouble(), Limit(limits[0], double.NegativeInfinity), Limit(limits[1], double.PositiveInfinity));
        }

        return (cost, parameters);

        static double Limit(JsonElement limit, double none) => limit.ValueKind == JsonValueKind.Null ? none : limit.GetDouble();
    }
}
