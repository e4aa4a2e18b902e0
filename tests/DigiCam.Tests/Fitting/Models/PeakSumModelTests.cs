using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Testing;
using MathNet.Numerics;

namespace DigiCam.Tests.Fitting.Models;

/// <summary>What all sums of peaks share, with each model against its formula written out again.</summary>
public sealed class PeakSumModelTests
{
    public static TheoryData<string> Kinds => [.. Samples.Keys];

    private static readonly ImmutableDictionary<string, Sample> Samples = new Sample[]
    {
        new("gaussian", () => new GaussianModel(), [5000, 203.2, 1.3], 190, 216, p => [(p[0], p[1], p[2])]),
        new("narrow gaussian", () => new GaussianModel(), [5000, 203.3, 0.3], 198, 208, p => [(p[0], p[1], p[2])]),
        new("single pe", () => new SinglePeModel(2010.3, 0.9), [0.5, 5.6, 0.4, 9000, 800, 70, 6, 0.5], 2005, 2042,
            p => Enumerable.Range(1, 5).Select(n => (p[2 + n], 2010.3 + (n * p[1]) + p[2], Math.Sqrt(0.81 + (n * p[0] * p[0]))))),
        new("full mpe", () => new FullMpeModel(7), [200.3, 5.6, 0.8, 0.5, 3000, 2500, 1200, 400, 100, 3, 7], 190, 240,
            p => Enumerable.Range(0, 7).Select(n => (p[4 + n], p[0] + (n * p[1]), Math.Sqrt((p[2] * p[2]) + (n * p[3] * p[3]))))),
        new("mpe", () => new MpeModel(), [4.1, 0.08, 5.6, 200.3, 0.8, 0.5, 5000], 190, 290, Mpe),
        new("mpe, charge scale", () => new MpeModel(), [11, 0.1, 20.1, 0.4, 3.3, 1.8, 50_000], -40, 620, Mpe),
        new("mpe without crosstalk", () => new MpeModel(), [0.7, 0, 20.1, 0.4, 3.3, 1.8, 50_000], -30, 180, Mpe),
        new("largest window", () => new MaximumWindowModel(20_000), [0.36, 0.14, 21.1, 3.1, 2.1, 1.5], -14, 125, p =>
        {
            double theta = p[0] * 0.1;
            double factor = 20_000 * (1 - Math.Exp(-p[0])) / (1 - Math.Exp(-theta));
            double shift = -theta * p[2] / (1 - p[1]);
            return Enumerable.Range(1, 7).Select(n => (factor * GeneralisedPoisson(n, theta, p[1]), shift + (n * p[2]), Math.Sqrt((n * p[3] * p[3]) + (p[4] * p[4]))))
                .Prepend((20_000 * Math.Exp(-p[0]), p[5], p[4]));
        }),
    }.ToImmutableDictionary(s => s.Kind);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_EveryBin_IsTheSumOfThePeaksOfTheFormula(string kind)
    {
        Sample sample = Samples[kind];
        double[] edges = sample.Edges();
        (double[] expected, double[] logarithm, _) = Evaluate(sample.Create(), sample.Parameters, edges);
        (double Weight, double Centre, double Width)[] peaks = [.. sample.Peaks(sample.Parameters)];
        for (int i = 0; i < expected.Length; i++)
        {
            double sum = peaks.Sum(p => p.Weight * Integral((edges[i] - p.Centre) / p.Width, (edges[i + 1] - p.Centre) / p.Width));

            // The formula here neglects peaks below 1e-12 and loses digits in tails of the error function.
            if (sum > 1e-9) Assert.InRange(expected[i] / sum, 1 - 1e-11, 1 + 1e-11);
            if (expected[i] > 1e-200) Assert.Equal(Math.Log(expected[i]), logarithm[i], 1e-13 * Math.Max(1, Math.Abs(logarithm[i])));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_FarBeyondThePeaks_IsContinuedByTheNearestPeak(string kind)
    {
        Sample sample = Samples[kind];
        (double Weight, double Centre, double Width)[] peaks = [.. sample.Peaks(sample.Parameters)];

        // Well below the first peak: where the peaks are evaluated one by one, and across the border to where they are summed.
        double[] edges = [.. Enumerable.Range(0, 400).Select(i => peaks[0].Centre + (0.5 * (i - 400) * peaks[0].Width))];
        (double[] expected, double[] logarithm, double[] gradient) = Evaluate(sample.Create(), sample.Parameters, edges);
        int bins = expected.Length;
        for (int i = 0; i < bins; i++)
        {
            double[] logs = [.. peaks.Where(p => p.Weight > 0).Select(p => Math.Log(p.Weight) + LogIntegral((edges[i] - p.Centre) / p.Width, (edges[i + 1] - p.Centre) / p.Width))];
            double largest = logs.Max();
            double sum = largest + Math.Log(logs.Sum(l => Math.Exp(l - largest)));
            Assert.Equal(sum, logarithm[i], 1e-7 + (1e-13 * Math.Abs(sum)));
            Assert.True(double.IsFinite(expected[i]) && expected[i] > 0);
            for (int k = 0; k < sample.Parameters.Length; k++) Assert.True(double.IsFinite(gradient[(k * bins) + i]));
        }

        Assert.True(logarithm[0] < -1000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_Gradient_AgreesWithDifferences(string kind)
    {
        Sample sample = Samples[kind];
        IBinnedModel model = sample.Create();
        double[] edges = sample.Edges();
        (double[] expected, _, double[] gradient) = Evaluate(model, sample.Parameters, edges);
        int bins = expected.Length;
        for (int k = 0; k < sample.Parameters.Length; k++)
        {
            double step = 1e-4 * Math.Max(Math.Abs(sample.Parameters[k]), 0.1);
            double[][] shifted = [.. new[] { -2, -1, 1, 2 }.Select(s => Evaluate(model, Shift(sample.Parameters, k, s * step), edges).Logarithm)];
            double scale = Enumerable.Range(0, bins).Max(i => Math.Abs(gradient[(k * bins) + i]));
            for (int i = 0; i < bins; i++)
            {
                double difference = (shifted[0][i] - (8 * shifted[1][i]) + (8 * shifted[2][i]) - shifted[3][i]) / (12 * step);
                Assert.True(Math.Abs(difference - gradient[(k * bins) + i]) <= 1e-6 * (scale + (1e-3 / step)), $"{kind}: {model.Parameters[k].Name}, bin {i}: {gradient[(k * bins) + i]:R} instead of {difference:R}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TryHessian_DataFromTheModel_AgreesWithDifferencesOfTheGradient(string kind)
    {
        Sample sample = Samples[kind];
        PoissonLikelihood cost = Toy(sample, seed: 11);
        int n = sample.Parameters.Length;
        double[] hessian = new double[n * n];
        Assert.True(cost.TryHessian(sample.Parameters, hessian));
        for (int k = 0; k < n; k++)
        {
            double step = 1e-4 * Math.Max(Math.Abs(sample.Parameters[k]), 0.05);
            double[][] shifted = [.. new[] { -2, -1, 1, 2 }.Select(s =>
            {
                double[] gradient = new double[n];
                cost.Evaluate(Shift(sample.Parameters, k, s * step), gradient, default);
                return gradient;
            })];
            for (int l = 0; l < n; l++)
            {
                double difference = (shifted[0][l] - (8 * shifted[1][l]) + (8 * shifted[2][l]) - shifted[3][l]) / (12 * step);
                double scale = Math.Sqrt(Math.Abs(hessian[(k * n) + k] * hessian[(l * n) + l])) + Math.Abs(hessian[(k * n) + l]);
                Assert.True(Math.Abs(difference - hessian[(k * n) + l]) <= 1e-5 * scale, $"{kind}: {cost.Model.Parameters[k].Name} {cost.Model.Parameters[l].Name}: {hessian[(k * n) + l]:R} instead of {difference:R}");
                Assert.Equal(hessian[(k * n) + l], hessian[(l * n) + k], 1e-9 * scale);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_Curvature_IsTheSecondDerivativeForDataEqualToTheModel(string kind)
    {
        Sample sample = Samples[kind];
        IBinnedModel model = sample.Create();
        double[] edges = sample.Edges();
        (double[] expected, _, double[] gradient) = Evaluate(model, sample.Parameters, edges);
        PoissonLikelihood cost = new(model);
        cost.SetData([.. expected.Select(m => (uint)Math.Round(m))], edges);
        int n = sample.Parameters.Length;
        double[] slope = new double[n];
        double[] curvature = new double[n * n];
        cost.Evaluate(sample.Parameters, slope, curvature);
        int bins = expected.Length;
        for (int k = 0; k < n; k++)
        {
            double first = Enumerable.Range(0, bins).Sum(i => 2 * (expected[i] - Math.Round(expected[i])) * gradient[(k * bins) + i]);
            Assert.Equal(first, slope[k], 1e-9 * Math.Sqrt(curvature[(k * n) + k]));
            for (int l = 0; l < n; l++)
            {
                double second = Enumerable.Range(0, bins).Sum(i => 2 * expected[i] * gradient[(k * bins) + i] * gradient[(l * bins) + i]);
                Assert.Equal(second, curvature[(k * n) + l], 1e-11 * Math.Sqrt(curvature[(k * n) + k] * curvature[(l * n) + l]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_AllOfTheAxis_HoldsTheWholeContent(string kind)
    {
        Sample sample = Samples[kind];
        (double Weight, double Centre, double Width)[] peaks = [.. sample.Peaks(sample.Parameters)];
        double first = peaks.Min(p => p.Centre - (10 * p.Width));
        double last = peaks.Max(p => p.Centre + (10 * p.Width));
        double[] edges = [.. Enumerable.Range(0, 3001).Select(i => first + ((last - first) * i / 3000))];
        (double[] expected, _, _) = Evaluate(sample.Create(), sample.Parameters, edges);
        double content = peaks.Sum(p => p.Weight);
        Assert.Equal(content, expected.Sum(), 1e-11 * content);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_BinsOfOtherWidths_AreSumsOfTheNarrowOnes(string kind)
    {
        Sample sample = Samples[kind];
        IBinnedModel model = sample.Create();
        double[] narrow = sample.Edges();
        (double[] fine, _, _) = Evaluate(model, sample.Parameters, narrow);
        double[] twice = [.. narrow.Where((_, i) => i % 2 == 0)];
        (double[] coarse, _, _) = Evaluate(model, sample.Parameters, twice);
        for (int i = 0; i < coarse.Length; i++) Assert.Equal(fine[2 * i] + fine[(2 * i) + 1], coarse[i], 1e-12 * coarse[i]);

        // 1, 2, 3, ... bins together.
        int[] starts = [.. Enumerable.Range(0, 100).Select(j => j * (j + 1) / 2).TakeWhile(s => s < narrow.Length)];
        (double[] variable, _, _) = Evaluate(model, sample.Parameters, [.. starts.Select(s => narrow[s])]);
        for (int j = 0; j < variable.Length; j++)
        {
            double sum = fine[starts[j]..starts[j + 1]].Sum();
            Assert.Equal(sum, variable[j], 1e-12 * sum);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Minimize_ToyFromDisplacedStart_FindsTheTruthWithinItsErrors(string kind)
    {
        Sample sample = Samples[kind];
        PoissonLikelihood cost = Toy(sample, seed: 5);
        ImmutableArray<ModelParameter> names = cost.Model.Parameters;
        FitParameter[] parameters = [.. sample.Parameters.Select((value, k) => new FitParameter(
            names[k].Name, names[k].Unit, (value * 1.02) + (names[k].Name is "mean" or "baseline" ? -0.02 * value : 0), names[k].Name is "mean" or "offset" or "baseline" or "x_el" ? double.NegativeInfinity : 0))];
        FitResult fit = new Minimizer().Minimize(cost, parameters);
        Assert.True(fit.HasErrors, fit.ToString());
        for (int k = 0; k < parameters.Length; k++)
        {
            FittedParameter p = fit.Parameters[k];
            Assert.True(p.IsAtLimit || Math.Abs(p.Value - sample.Parameters[k]) < 4 * p.Error, $"{kind}: {p.Name} {p.Value} instead of {sample.Parameters[k]} +- {p.Error}");
        }

        Assert.InRange(fit.PValue, 1e-3, 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_AndHessian_AllocateNothing(string kind)
    {
        Sample sample = Samples[kind];
        PoissonLikelihood cost = Toy(sample, seed: 1);
        int n = sample.Parameters.Length;
        double[] gradient = new double[n];
        double[] matrix = new double[n * n];
        Assert.Equal(0, Allocation.Least(() =>
        {
            cost.Evaluate(sample.Parameters, gradient, matrix);
            cost.Evaluate(sample.Parameters, default, default);
            cost.TryHessian(sample.Parameters, matrix);
        }));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluate_FewerBinsThanBefore_DoesNotRememberTheOldOnes(string kind)
    {
        Sample sample = Samples[kind];
        double[] edges = sample.Edges();
        double[] part = edges[3..^4];
        IBinnedModel used = sample.Create();
        Evaluate(used, sample.Parameters, edges);
        (double[] expected, double[] logarithm, double[] gradient) = Evaluate(used, sample.Parameters, part);
        (double[] fresh, double[] freshLogarithm, double[] freshGradient) = Evaluate(sample.Create(), sample.Parameters, part);
        Assert.Equal(fresh, expected);
        Assert.Equal(freshLogarithm, logarithm);
        Assert.Equal(freshGradient, gradient);
    }

    [Fact]
    public void TryHessian_EntryFarBeyondAllPeaks_DeclinesAndTheCostStaysFinite()
    {
        PoissonLikelihood cost = new(new GaussianModel());
        uint[] counts = new uint[400];
        counts[10] = 5000;
        counts[11] = 4000;
        counts[12] = 3000;
        cost.SetData(counts, 0);
        double without = cost.Evaluate([12_001, 10.9, 1], default, default);
        Assert.True(cost.TryHessian([12_001, 10.9, 1], new double[9]));
        counts[390] = 1;
        cost.SetData(counts, 0);
        double[] gradient = new double[3];
        double[] matrix = new double[9];
        double value = cost.Evaluate([12_001, 10.9, 1], gradient, matrix);

        // -2 ln of the tail beyond 378.6 widths, ln(378.6 sqrt(2 pi)) below the exponent, and of the content.
        Assert.Equal(without + (378.6 * 378.6) + (2 * Math.Log(378.6 * Math.Sqrt(2 * Math.PI) / 12_001)) - 2, value, 1e-3);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));
        Assert.All(matrix, g => Assert.True(double.IsFinite(g)));
        Assert.False(cost.TryHessian([12_001, 10.9, 1], matrix));
    }

    [Fact]
    public void Evaluate_WidthFarBelowTheBins_PutsEverythingIntoOneBin()
    {
        (double[] expected, _, double[] gradient) = Evaluate(new GaussianModel(), [1000, 3.2, 0.001], [0, 1, 2, 3, 4, 5, 6]);
        Assert.Equal(1000, expected[3], 10);
        Assert.Equal(0, expected[2], 10);
        Assert.Equal(0, expected[4], 10);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));

        // A centre on an edge shares evenly.
        (expected, _, _) = Evaluate(new GaussianModel(), [1000, 3, 0.001], [0, 1, 2, 3, 4, 5, 6]);
        Assert.Equal(500, expected[2], 10);
        Assert.Equal(500, expected[3], 10);
    }

    [Fact]
    public void Evaluate_PeakWithoutContentInEmptyBins_HasAFiniteSlope()
    {
        // The second peak has no content, and no other reaches its bins: the expectation underflows, its slope does not.
        FullMpeModel model = new(2);
        double[] edges = [.. Enumerable.Range(0, 1001).Select(i => i - 0.5)];
        PoissonLikelihood cost = new(model);
        uint[] counts = new uint[1000];
        counts[50] = 1000;
        counts[51] = 600;
        cost.SetData(counts, edges);
        double[] gradient = new double[6];
        double[] curvature = new double[36];
        Assert.True(double.IsFinite(cost.Evaluate([50.2, 800, 0.7, 0.5, 1600, 0], gradient, curvature)));

        // Each entry of the empty peak costs 2.
        Assert.Equal(2, gradient[5], 9);
        Assert.All(curvature, c => Assert.True(double.IsFinite(c)));
    }

    [Theory]
    [InlineData(-1, 200, 1)]
    [InlineData(0, 200, 1)]
    [InlineData(1000, 200, 0)]
    [InlineData(1000, 200, -1)]
    [InlineData(1000, double.NaN, 1)]
    [InlineData(1000, double.PositiveInfinity, 1)]
    [InlineData(double.NaN, 200, 1)]
    [InlineData(1000, 200, double.NaN)]
    public void Evaluate_UndefinedParameters_IsNotANumber(double norm, double mean, double sigma)
    {
        (double[] expected, double[] logarithm, double[] gradient) = Evaluate(new GaussianModel(), [norm, mean, sigma], [198, 199, 200, 201]);
        Assert.All((double[])[.. expected, .. logarithm, .. gradient], v => Assert.True(double.IsNaN(v)));
        Assert.False(new GaussianModel().TryAddSecondDerivatives([norm, mean, sigma], [198, 199, 200, 201], [1, 1, 1], new double[9]));
    }

    private static IEnumerable<(double Weight, double Centre, double Width)> Mpe(double[] p) =>
        Enumerable.Range(0, 120).Select(n => (p[6] * GeneralisedPoisson(n, p[0], p[1]), p[3] + (n * p[2]), Math.Sqrt((p[4] * p[4]) + (n * p[5] * p[5]))));

    private static double GeneralisedPoisson(int n, double mu, double x) =>
        Math.Exp(Math.Log(mu) + ((n - 1) * Math.Log(mu + (n * x))) - mu - (n * x) - SpecialFunctions.GammaLn(n + 1));

    private static double Integral(double a, double b) => a > 0
        ? 0.5 * (SpecialFunctions.Erfc(a / Math.Sqrt(2)) - SpecialFunctions.Erfc(b / Math.Sqrt(2)))
        : 0.5 * (SpecialFunctions.Erfc(-b / Math.Sqrt(2)) - SpecialFunctions.Erfc(-a / Math.Sqrt(2)));

    private static double LogIntegral(double a, double b) => NormalBin.Between(a, b).Logarithm;

    private static double[] Shift(double[] parameters, int index, double by)
    {
        double[] shifted = [.. parameters];
        shifted[index] += by;
        return shifted;
    }

    private static (double[] Expected, double[] Logarithm, double[] Gradient) Evaluate(IBinnedModel model, double[] parameters, double[] edges)
    {
        double[] expected = new double[edges.Length - 1];
        double[] logarithm = new double[edges.Length - 1];
        double[] gradient = new double[expected.Length * model.Parameters.Length];
        model.Evaluate(parameters, edges, expected, logarithm, gradient);
        return (expected, logarithm, gradient);
    }

    // Poisson numbers around the expectation of each bin.
    private static PoissonLikelihood Toy(Sample sample, int seed)
    {
        IBinnedModel model = sample.Create();
        double[] edges = sample.Edges();
        Random random = new(seed);
        (double[] expected, _, _) = Evaluate(model, sample.Parameters, edges);
        PoissonLikelihood cost = new(model);
        cost.SetData([.. expected.Select(m => (uint)MathNet.Numerics.Distributions.Poisson.Sample(random, m))], edges);
        return cost;
    }

    private sealed record Sample(
        string Kind, Func<IBinnedModel> Create, double[] Parameters, int First, int Last, Func<double[], IEnumerable<(double Weight, double Centre, double Width)>> Peaks)
    {
        // Edges half-way between whole numbers.
        public double[] Edges() => [.. Enumerable.Range(First, Last - First + 2).Select(q => q - 0.5)];
    }
}
