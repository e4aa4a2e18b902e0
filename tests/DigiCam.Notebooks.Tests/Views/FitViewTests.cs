using DigiCam.Fitting;
using DigiCam.Notebooks.Tables;
using DigiCam.Notebooks.Tests.Samples;
using DigiCam.Notebooks.Views;

namespace DigiCam.Notebooks.Tests.Views;

public sealed class FitViewTests
{
    private static readonly FitProblem Problem = SampleFits.Gaussian();
    private static readonly FitResult Fit = Problem.Fit();

    [Fact]
    public void Fit_WithItsProblem_ShowsParametersStartLimitsAndCorrelations()
    {
        FitView view = Show.Fit(Fit, Problem, "Pixel 3");
        Table table = view.Parameters;
        Assert.Equal(["parameter", "", "value", "start", "limits"], table.Columns.Select(c => c.Name));
        Assert.Equal(["norm [entries]", "mean [LSB]", "sigma [LSB]"], table.Rows.Select(r => r[0]));
        Assert.Equal(["≥ 0", "", "0.1 .. 10"], table.Rows.Select(r => r[4]));
        Assert.Equal(["N", "m", "σ"], view.Correlations!.Rows.Select(r => r[0]));
        Assert.Equal("1.00", view.Correlations.Rows[1][2]);
        Assert.StartsWith("Pixel 3: good; χ²/ndf = ", view.ToString(), StringComparison.Ordinal);
        string html = view.ToHtml();
        Assert.Contains("class=\"k-curve\"", html, StringComparison.Ordinal);
        Assert.Contains("✓ GOOD</b> converged", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_FixedAndAtLimit_AreSaidAndHaveNoCorrelation()
    {
        FitProblem problem = Problem.Fix("mean", 350.5).Limit("sigma", 2, 3).Start("sigma", 2.5);
        FitView view = Show.Fit(problem.Fit(), problem);
        Assert.Equal(["", "fixed", "at its limit"], view.Parameters.Rows.Select(r => r[5]));
        Assert.Equal("350.5 (fixed)", view.Parameters.Rows[1][2]!.ToString());
        Assert.Null(view.Correlations);
        Assert.Contains("! POOR</b> a parameter is at its limit; sigma at its limit", view.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_AfterRetries_ListsItsAttempts()
    {
        Assert.Null(Show.Fit(Fit, Problem).Attempts);
        FitResult fit = FitResult.Create(
            FitStatus.Converged, Fit.Parameters, [], Fit.Minimum, 0, Fit.DataCount, 12, [new("start values", FitStatus.MaxIterations, 80, 7), new("widths doubled", FitStatus.Converged, Fit.Minimum, 5)]);
        FitView view = Show.Fit(fit);
        Assert.Equal(["start values", "widths doubled"], view.Attempts!.Rows.Select(r => r[0]));
        Assert.Contains("not converged", view.ToString(), StringComparison.Ordinal);
        Assert.Contains("<caption>Attempts</caption>", view.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_BeforeTheFit_ShowsItsStart()
    {
        FitView view = Show.Problem(Problem.Start("sigma", 3));
        Assert.Equal(["parameter", "", "start", "limits"], view.Parameters.Columns.Select(c => c.Name));
        Assert.Equal("3", view.Parameters.Rows[2][2]);
        Assert.Contains("class=\"k-curve\"", view.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_HeldParameter_GivesDifferencesInErrorsAndTheRiseOfChi2()
    {
        double held = Fit["sigma"].Value + (2 * Fit["sigma"].Error);
        FitProblem problem = Problem.Fix("sigma", held);
        FitComparison comparison = Show.Compare(Fit, problem.Fit(), problem);
        Assert.Equal("2.00", comparison.Table.Rows[2][3]);

        // Two errors away the cost has risen by about four.
        string rise = (string)comparison.Table.Rows[3][3]!;
        Assert.StartsWith("Δχ² = ", rise, StringComparison.Ordinal);
        Assert.InRange(double.Parse(rise["Δχ² = ".Length..], System.Globalization.CultureInfo.InvariantCulture), 3.6, 4.4);
        Assert.Equal(2, comparison.ToHtml().Split("class=\"k-curve\"").Length - 1);
        Assert.DoesNotContain("k-curve\"", Show.Compare(Fit, Fit).ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_OtherModel_IsRefused()
    {
        FitProblem other = new(Problem.Cost, [new("norm", "entries", 1), new("mean", "LSB", 1), new("width", "LSB", 1)]);
        Assert.Contains("norm, mean, width", Assert.Throws<ArgumentException>(() => Show.Fit(Fit, other)).Message, StringComparison.Ordinal);
        Assert.Contains("norm, mean, width", Assert.Throws<ArgumentException>(() => Show.Compare(Fit, other.Fit())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_ThatFailed_SaysSo()
    {
        PoissonLikelihood cost = new(new GaussianModel());
        cost.SetData([0u, 7u, 0u], 349);
        FitProblem problem = new(cost, Problem.Parameters);
        FitView view = Show.Fit(problem.Fit(), problem);
        Assert.Contains("✗ FAILED</b> not enough data for a fit<", view.ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("k-curve\"", view.ToHtml(), StringComparison.Ordinal);
    }
}
