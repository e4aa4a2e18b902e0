using DigiCam.Fitting;
using DigiCam.Testing;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.Fitting;

public sealed class MinimizerTests
{
    private static readonly double[] X = [1, 2, 3, 4, 5];

    [Fact]
    public void Minimize_StraightLine_IsTheClosedForm()
    {
        double[] y = [1.1, 1.9, 3.2, 3.9, 5.1];
        FitResult fit = new Minimizer().Minimize(Line(y, 0.1), Free("a", "b"));
        (double a, double b) = MathNet.Numerics.Fit.Line(X, y);
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal(a, fit["a"].Value, 10);
        Assert.Equal(b, fit["b"].Value, 10);

        // Sum of (x - mean)^2 = 10.
        Assert.Equal(0.1 / Math.Sqrt(10), fit["b"].Error, 8);
        Assert.Equal(-3 / Math.Sqrt(11), fit.Correlation("a", "b"), 6);
        Assert.Equal(3, fit.DegreesOfFreedom);
        Assert.Single(fit.Attempts);
    }

    [Fact]
    public void Minimize_OptimumBeyondALimit_RestsThereWithoutAnError()
    {
        FitResult fit = new Minimizer().Minimize(Line([-1, -2, -3, -4, -5], 0.1), [new FitParameter("a", "", 0), new FitParameter("b", "", 2, 0)]);
        Assert.Equal(FitStatus.AtLimit, fit.Status);
        Assert.Equal(0, fit["b"].Value);
        Assert.True(fit["b"].IsAtLimit);
        Assert.True(double.IsNaN(fit["b"].Error));

        // With b held at 0 the best a is the mean.
        Assert.Equal(-3, fit["a"].Value, 9);
        Assert.Equal(0.1 / Math.Sqrt(5), fit["a"].Error, 8);
    }

    [Fact]
    public void Minimize_StartOnALimit_LeavesItWhenTheCostFallsInward()
    {
        FitResult fit = new Minimizer().Minimize(Line([1, 2, 3, 4, 5], 0.1), [new FitParameter("a", "", 0), new FitParameter("b", "", 0, 0)]);
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal(1, fit["b"].Value, 9);
    }

    [Fact]
    public void Minimize_FixedParameter_StaysAndHasNoError()
    {
        FitResult fit = new Minimizer().Minimize(Line([1, 2, 3, 4, 5], 0.1), [new FitParameter("a", "", 0.5, IsFixed: true), new FitParameter("b", "", 0)]);
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal(0.5, fit["a"].Value);
        Assert.True(double.IsNaN(fit["a"].Error));
        Assert.Equal(4, fit.DegreesOfFreedom);
    }

    [Fact]
    public void Minimize_TwoParametersOfWhichOnlyTheSumMatters_IsSingular()
    {
        LeastSquares cost = new(X, X, [1, 1, 1, 1, 1], 2, static (_, p) => p[0] + p[1]);
        FitResult fit = new Minimizer().Minimize(cost, Free("a", "b"));
        Assert.Equal(FitStatus.SingularHessian, fit.Status);
        Assert.False(fit.HasCovariance);
        Assert.Equal(FitGrade.Failed, FitVerdict.Of(fit).Grade);

        // Descent ends at an expected gain of 1e-6: a thousandth of the error of the sum.
        Assert.Equal(3, fit["a"].Value + fit["b"].Value, 1e-3 * Math.Sqrt(0.2));
    }

    [Fact]
    public void Minimize_NotANumberInTheData_IsNotFinite()
    {
        FitResult fit = new Minimizer().Minimize(Line([1, double.NaN, 3, 4, 5], 0.1), Free("a", "b"));
        Assert.Equal(FitStatus.NotFinite, fit.Status);
        Assert.True(double.IsNaN(fit["a"].Value));
    }

    [Fact]
    public void Minimize_FewerPointsThanParameters_IsNotEnoughData()
    {
        LeastSquares cost = new([1], [1], [1], 2, static (x, p) => p[0] + (p[1] * x));
        Assert.Equal(FitStatus.NotEnoughData, new Minimizer().Minimize(cost, Free("a", "b")).Status);
    }

    [Fact]
    public void Minimize_ParameterWithoutInfluence_RestsOnItsLimit()
    {
        LeastSquares cost = new(X, X, [1, 1, 1, 1, 1], 2, static (x, p) => p[0] * x);
        FitResult fit = new Minimizer().Minimize(cost, [new FitParameter("a", "", 2), new FitParameter("b", "", 1, 0)]);
        Assert.Equal(FitStatus.AtLimit, fit.Status);
        Assert.Equal(0, fit["b"].Value);
        Assert.True(fit["a"].Error > 0);
    }

    [Fact]
    public void Minimize_ExactDataAndMinimumAtZero_Ends()
    {
        FitResult fit = new Minimizer().Minimize(Line([0, 0, 0, 0, 0], 1), [new FitParameter("a", "", 1), new FitParameter("b", "", -2)]);
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal(0, fit["a"].Value, 9);
        Assert.Equal(0, fit["b"].Value, 9);
    }

    [Fact]
    public void Minimize_FirstTryFails_RecordsEveryTryAndTakesTheGoodOne()
    {
        // log p is not defined at the first start.
        LeastSquares cost = new(X, X, [1, 1, 1, 1, 1], 1, static (x, p) => Math.Log(p[0]) * x);
        FitRetry[] retries =
        [
            new("start of 0", static p => p[0] = p[0] with { Start = 0 }),
            new("start of 1", static p => p[0] = p[0] with { Start = 1 }),
            new("not needed any more", static p => p[0] = p[0] with { Start = 2 }),
        ];
        FitResult fit = new Minimizer().Minimize(cost, [new FitParameter("p", "", -1)], retries);
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal(Math.E, fit["p"].Value, 6);
        Assert.Equal([FitAttempt.First, "start of 0", "start of 1"], fit.Attempts.Select(a => a.Description));
        Assert.Equal([FitStatus.NotFinite, FitStatus.NotFinite, FitStatus.Converged], fit.Attempts.Select(a => a.Status));
        Assert.Equal(fit.Calls, fit.Attempts.Sum(a => a.Calls));
        Assert.Contains("tried start of 1: converged", fit.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_OnceWarm_DoesNotAllocate()
    {
        PoissonLikelihood cost = new(new GaussianModel());
        uint[] counts = [1, 3, 20, 60, 100, 70, 22, 4, 1];
        FitParameter[] parameters = [new("norm", "entries", 250, 0), new("mean", "LSB", 3.5), new("sigma", "LSB", 1, 0.01)];
        Minimizer minimizer = new();
        Assert.Equal(0, Allocation.Least(() =>
        {
            cost.SetData(counts, 0);
            if (minimizer.Solve(cost, parameters, errors: true) != FitStatus.Converged) throw new InvalidOperationException("not converged");
        }));
    }

    [Fact]
    public void Minimize_OwnShape_AgreesWithTheModelThatKnowsItsDerivatives()
    {
        uint[] counts = [1, 3, 20, 60, 100, 70, 22, 4, 1];
        FitParameter[] parameters = [new("norm", "entries", 250, 0), new("mean", "LSB", 2003.5), new("sigma", "LSB", 1, 0.01)];
        PoissonLikelihood shipped = new(new GaussianModel());
        shipped.SetData(counts, 2000);
        GaussianModel gaussian = new();
        PoissonLikelihood own = new(new NumericModel(gaussian.Parameters, static (x, p) => p[0] * 0.5 * SpecialFunctions.Erfc((p[1] - x) / (p[2] * Constants.Sqrt2))));
        own.SetData(counts, 2000);
        FitResult expected = new Minimizer().Minimize(shipped, parameters);
        FitResult fit = new Minimizer().Minimize(own, parameters);
        Assert.Equal(FitStatus.Converged, fit.Status);
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(expected.Parameters[k].Value, fit.Parameters[k].Value, 1e-4 * expected.Parameters[k].Error);
            Assert.Equal(expected.Parameters[k].Error, fit.Parameters[k].Error, 1e-4 * expected.Parameters[k].Error);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.2)]
    public void FromDensity_PeakNarrowOrWide_GivesTheIntegralOverEachBin(double sigma)
    {
        GaussianModel gaussian = new();
        NumericModel own = NumericModel.FromDensity(gaussian.Parameters, static (x, p) => p[0] * Normal.PDF(p[1], p[2], x));
        double[] edges = [.. Enumerable.Range(0, 14).Select(i => 1995.5 + i), 2015, 2080];
        double[] parameters = [250, 2003.37, sigma];
        (double[] expected, double[] slopes) = Evaluate(gaussian);
        (double[] found, double[] ownSlopes) = Evaluate(own);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], found[i], 1e-8 * 250);
            for (int k = 0; k < 3 && expected[i] > 1e-3; k++) Assert.Equal(slopes[(k * expected.Length) + i], ownSlopes[(k * expected.Length) + i], 1e-5 * Math.Abs(slopes[(k * expected.Length) + i]) + 1e-7);
        }

        (double[], double[]) Evaluate(IBinnedModel model)
        {
            double[] contents = new double[edges.Length - 1];
            double[] gradient = new double[3 * contents.Length];
            model.Evaluate(parameters, edges, contents, new double[contents.Length], gradient);
            return (contents, gradient);
        }
    }

    [Fact]
    public void FromDensity_StepCuspAndNoise_EndsAtTheIntegral()
    {
        ModelParameter[] parameters = [new("a", "entries"), new("b", "LSB")];
        double[] contents = new double[2];
        NumericModel.FromDensity(parameters, static (x, p) => x < p[1] ? 0 : p[0]).Evaluate([3, 0.3], [0, 1, 2], contents, new double[2], default);
        Assert.Equal(3 * 0.7, contents[0], 1e-8);
        Assert.Equal(3, contents[1], 1e-12);
        NumericModel.FromDensity(parameters, static (x, p) => p[0] * Math.Exp(-Math.Abs(x - p[1]))).Evaluate([3, 0.3], [0, 1, 2], contents, new double[2], default);
        Assert.Equal(3 * (2 - Math.Exp(-0.3) - Math.Exp(-0.7)), contents[0], 1e-8);
        Assert.Equal(3 * (Math.Exp(-0.7) - Math.Exp(-1.7)), contents[1], 1e-10);

        // Digits that scatter cannot be halved away: it ends all the same, after counted evaluations.
        int calls = 0;
        NumericModel.FromDensity(parameters, (x, p) =>
        {
            calls++;
            return p[0] * (1 + (1e-8 * Math.Sin(1e9 * x)));
        }).Evaluate([3, 0], [0, 1, 2], contents, new double[2], default);
        Assert.Equal(3, contents[0], 1e-6);
        Assert.InRange(calls, 30, 20_000);
        NumericModel.FromDensity(parameters, static (_, _) => double.NaN).Evaluate([3, 0.3], [0, 1, 2], contents, new double[2], default);
        Assert.Equal(double.NaN, contents[0]);
    }

    [Fact]
    public void Minimize_Density_AgreesWithTheModelThatKnowsItsDerivatives()
    {
        uint[] counts = [1, 3, 20, 60, 100, 70, 22, 4, 1];
        FitParameter[] parameters = [new("norm", "entries", 250, 0), new("mean", "LSB", 2003.5), new("sigma", "LSB", 1, 0.01)];
        PoissonLikelihood shipped = new(new GaussianModel());
        shipped.SetData(counts, 2000);
        PoissonLikelihood own = new(NumericModel.FromDensity(new GaussianModel().Parameters, static (x, p) => p[0] * Normal.PDF(p[1], p[2], x)));
        own.SetData(counts, 2000);
        FitResult expected = new Minimizer().Minimize(shipped, parameters);
        FitResult fit = new Minimizer().Minimize(own, parameters);
        Assert.Equal(FitStatus.Converged, fit.Status);
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(expected.Parameters[k].Value, fit.Parameters[k].Value, 1e-4 * expected.Parameters[k].Error);
            Assert.Equal(expected.Parameters[k].Error, fit.Parameters[k].Error, 1e-4 * expected.Parameters[k].Error);
        }
    }

    [Theory]
    [InlineData(0, 10, 0)]
    [InlineData(-50, 3, 3)]
    public void Minimize_ParameterThatTheDataDoNotSee_RestsOnTheNearestLimit(double lower, double upper, double nearest)
    {
        // A second peak with no bin near to it, in a model without second derivatives.
        uint[] counts = [1, 3, 20, 60, 100, 70, 22, 4, 1];
        PoissonLikelihood cost = new(new NumericModel(
            [new("norm", "entries"), new("mean", "LSB"), new("sigma", "LSB"), new("far", "entries")],
            static (x, p) => (p[0] * Normal.CDF(p[1], p[2], x)) + (p[3] * Normal.CDF(90, 1, x))));
        cost.SetData(counts, 0);
        FitParameter[] parameters = [new("norm", "entries", 250, 0), new("mean", "LSB", 3.5), new("sigma", "LSB", 1, 0.01), new("far", "entries", 2, lower, upper)];
        FitResult fit = new Minimizer().Minimize(cost, parameters);
        Assert.Equal(FitStatus.AtLimit, fit.Status);
        Assert.Equal(nearest, fit["far"].Value);
        Assert.True(double.IsNaN(fit["far"].Error));
        FitResult without = new Minimizer().Minimize(cost, [.. parameters.Select(p => p.Name == "far" ? p with { IsFixed = true, Start = 0 } : p)]);
        for (int k = 0; k < 3; k++) Assert.Equal(without.Parameters[k].Error, fit.Parameters[k].Error, 1e-3 * without.Parameters[k].Error);
        Assert.Equal(FitStatus.SingularHessian, new Minimizer().Minimize(cost, [.. parameters.Select(p => p.Name == "far" ? p with { Lower = double.NegativeInfinity, Upper = double.PositiveInfinity } : p)]).Status);
    }

    [Fact]
    public void CostSum_BendOfLeastSquares_IsThatOfOneCostOfAllPoints()
    {
        double[] y = [9, 5.5, 3.4, 2, 1.3];
        double[] errors = [0.1, 0.1, 0.2, 0.2, 0.3];
        CostSum sum = new(3, (Decay(y, errors), [0, 1]), (Decay([.. y.Select(v => 2 * v)], errors), [2, 1]), (new GaussianConstraint(0.5, 0.01), [1]));
        LeastSquares joint = new([.. X, .. X.Select(x => x + 100), 200], [.. y, .. y.Select(v => 2 * v), 0.5], [.. errors, .. errors, 0.01], 3,
            static (x, p) => x < 50 ? p[0] * Math.Exp(-p[1] * x) : x < 150 ? p[2] * Math.Exp(-p[1] * (x - 100)) : p[1]);
        double[] bend = new double[3];
        double[] expected = new double[3];
        Assert.True(sum.TryBend([10, 0.4, 25], [2, 0.1, -3], bend));
        Assert.True(joint.TryBend([10, 0.4, 25], [2, 0.1, -3], expected));
        for (int k = 0; k < 3; k++) Assert.Equal(expected[k], bend[k], 1e-6 * Math.Abs(expected[k]));

        // Likelihoods do not know theirs, and then the sum does not either.
        PoissonLikelihood likelihood = new(new GaussianModel());
        likelihood.SetData([1, 3, 5], 0);
        Assert.False(new CostSum(3, (Decay(y, errors), [0, 1]), (likelihood, [0, 1, 2])).TryBend([10, 0.4, 25], [2, 0.1, -3], bend));
    }

    [Fact]
    public void CostSum_TwoSpectraThatShareAMean_IsTheFitOfBothAtOnce()
    {
        // Lines through two sets of points with a common slope, against one cost of all points.
        double[] first = [1.1, 1.9, 3.2, 3.9, 5.1];
        double[] second = [4.2, 5.1, 5.9, 7.3, 8.0];
        CostSum sum = new(3, (Line(first, 0.1), [0, 1]), (Line(second, 0.2), [2, 1]));
        LeastSquares joint = new([.. X, .. X.Select(x => x + 100)], [.. first, .. second], [.. Enumerable.Repeat(0.1, 5), .. Enumerable.Repeat(0.2, 5)], 3,
            static (x, p) => x < 50 ? p[0] + (p[1] * x) : p[2] + (p[1] * (x - 100)));
        FitResult expected = new Minimizer().Minimize(joint, Free("a", "b", "c"));
        FitResult fit = new Minimizer().Minimize(sum, Free("a", "b", "c"));
        Assert.Equal(expected.Minimum, fit.Minimum, 9);
        Assert.Equal(expected.DegreesOfFreedom, fit.DegreesOfFreedom);
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(expected.Parameters[k].Value, fit.Parameters[k].Value, 9);
            for (int l = 0; l < 3; l++) Assert.Equal(expected.Covariance(k, l), fit.Covariance(k, l), 1e-6 * expected["c"].Error);
        }
    }

    [Fact]
    public void GaussianConstraint_BesideAMeasurement_GivesTheWeightedMean()
    {
        CostSum sum = new(1, (new GaussianConstraint(5, 1), [0]), (new GaussianConstraint(8, 2), [0]));
        FitResult fit = new Minimizer().Minimize(sum, Free("p"));
        Assert.Equal(5.6, fit["p"].Value, 9);
        Assert.Equal(Math.Sqrt(0.8), fit["p"].Error, 9);
        Assert.Equal(1, fit.DegreesOfFreedom);
    }

    [Fact]
    public void CostSum_PlaceThatDoesNotExist_IsRefused() =>
        Assert.Contains("cost 0 of the sum: parameter 1", Assert.Throws<ArgumentException>(() => new CostSum(1, (new GaussianConstraint(5, 1), [1]))).Message, StringComparison.Ordinal);

    [Fact]
    public void CameraFit_AnyNumberOfThreads_GivesTheSameBits()
    {
        FitResult[] one = [.. Camera(1)];
        FitResult[] four = [.. Camera(4)];
        for (int pixel = 0; pixel < one.Length; pixel++) Assert.Equal(one[pixel].Parameters.AsSpan(), four[pixel].Parameters.AsSpan());
    }

    [Fact]
    public void CameraFit_Progress_EndsAtTheLastPixel()
    {
        List<FitProgress> reports = [];
        CameraFit.Run(250, static () => new Minimizer(), static (_, m) => m.Minimize(new GaussianConstraint(1, 1), Free("p")), new Report(reports), 2, TestContext.Current.CancellationToken);
        Assert.Equal(new FitProgress(250, 250), reports[^1]);
        Assert.Equal(reports.OrderBy(r => r.Done), reports);
    }

    [Fact]
    public void CameraFit_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        int fitted = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => CameraFit.Run(1000, static () => new Minimizer(), (pixel, m) =>
        {
            if (Interlocked.Increment(ref fitted) == 10) source.Cancel();
            return m.Minimize(new GaussianConstraint(1, 1), Free("p"));
        }, threads: 2, cancellationToken: source.Token));
        Assert.InRange(fitted, 10, 20);
    }

    [Fact]
    public void Create_PartsOfAResult_GivesTheSameResult()
    {
        FitResult fit = new Minimizer().Minimize(Line([1.1, 1.9, 3.2, 3.9, 5.1], 0.1), Free("a", "b"));
        double[] covariance = [.. Enumerable.Range(0, 4).Select(i => fit.Covariance(i / 2, i % 2))];
        FitResult again = FitResult.Create(fit.Status, fit.Parameters, covariance, fit.Minimum, fit.EstimatedDistance, fit.DataCount, fit.Calls, fit.Attempts);
        Assert.Equal(fit.Describe(), again.Describe());
        Assert.Equal(fit.Correlation("a", "b"), again.Correlation("a", "b"));
        Assert.Equal(fit.PValue, again.PValue);
        Assert.Throws<ArgumentException>(() => FitResult.Create(fit.Status, fit.Parameters, [1], 0, 0, 5, 1, []));
    }

    [Fact]
    public void Verdict_GainAtItsLimitAndAWeakWidth_IsPoorWithBothReasons()
    {
        FitResult fit = FitResult.Create(
            FitStatus.AtLimit,
            [new("gain", "LSB", 5, double.NaN, true, false), new("sigma_1", "LSB", 1, 0.4, false, false), new("a_3", "entries", 0, double.NaN, true, false)],
            [], 20, 0, 23, 10, []);
        Assert.Equal("poor: gain at its limit; sigma_1 hardly constrained: error 40 %", FitVerdict.Of(fit).ToString());
        Assert.Equal("a parameter is at its limit: gain = 5 ± ? LSB (at its limit), sigma_1 = 1.0 ± 0.4 LSB, a_3 = 0 ± ? entries (at its limit), chi2/ndf 20.0/20, p 0.46", fit.ToString());
    }

    private static System.Collections.Immutable.ImmutableArray<FitResult> Camera(int threads) => CameraFit.Run(
        40, static () => (Cost: new PoissonLikelihood(new GaussianModel()), Minimizer: new Minimizer()),
        static (pixel, w) =>
        {
            w.Cost.SetData([1, 3, (uint)(20 + pixel), 60, 100, 70, (uint)(42 - pixel), 4, 1], 0);
            return w.Minimizer.Minimize(w.Cost, [new("norm", "entries", 250, 0), new("mean", "LSB", 3.5), new("sigma", "LSB", 1, 0.01)]);
        },
        threads: threads, cancellationToken: TestContext.Current.CancellationToken);

    private static LeastSquares Line(double[] y, double error) =>
        new(X, y, [error, error, error, error, error], 2, static (x, p) => p[0] + (p[1] * x));

    private static LeastSquares Decay(double[] y, double[] errors) => new(X, y, errors, 2, static (x, p) => p[0] * Math.Exp(-p[1] * x));

    private static FitParameter[] Free(params string[] names) => [.. names.Select(n => new FitParameter(n, "", 0.5))];

    private sealed class Report(List<FitProgress> reports) : IProgress<FitProgress>
    {
        void IProgress<FitProgress>.Report(FitProgress value) => reports.Add(value);
    }
}
