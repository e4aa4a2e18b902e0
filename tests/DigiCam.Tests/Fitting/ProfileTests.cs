using System.Text.Json;
using DigiCam.Fitting;

namespace DigiCam.Tests.Fitting;

public sealed class ProfileTests
{
    // MINUIT stops at a rise of 1 +- 1e-3 or better.
    private const double Tolerance = 2e-4;

    [Theory]
    [InlineData("dark_spe", 20)]
    [InlineData("mpe", 32)]
    [InlineData("fmpe", 10)]
    [InlineData("dark_max_window", 18)]
    [InlineData("mpe_simultaneous", 8)]
    public void Profile_ReferenceFits_AgreesWithMinos(string kind, int profiles)
    {
        int compared = 0;
        foreach (FitGolden golden in FitGolden.Read(kind).Where(g => g.HasComparableValues && g.Result.TryGetProperty("minos", out _)))
        {
            FitProblem problem = golden.Problem();
            FitResult fit = problem.Fit();
            foreach (JsonProperty minos in golden.Result.GetProperty("minos").EnumerateObject())
            {
                ProfileError profile = problem.Profile(fit, minos.Name);
                Assert.False(profile.IsMinimumElsewhere, $"{golden.Name}: {profile}");
                AssertSide(golden, minos, profile, "lower", profile.Lower, profile.IsLowerAtLimit);
                AssertSide(golden, minos, profile, "upper", profile.Upper, profile.IsUpperAtLimit);
                compared++;
            }
        }

        Assert.Equal(profiles, compared);
    }

    private static void AssertSide(FitGolden golden, JsonProperty minos, ProfileError profile, string side, double error, bool atLimit)
    {
        if (!minos.Value.GetProperty($"{side}_valid").GetBoolean()) return;
        double expected = minos.Value.GetProperty(side).GetDouble();
        Assert.False(atLimit, $"{golden.Name}: {profile}");
        Assert.True(Math.Abs(error - expected) <= Tolerance * Math.Abs(expected), $"{golden.Name}: {profile}, {side} {expected:R} expected");
    }

    [Fact]
    public void Profile_Parabola_IsTheErrorOnBothSides()
    {
        FitProblem problem = new(new GaussianConstraint(3, 0.5), [new FitParameter("p", "LSB", 1)]);
        ProfileError profile = problem.Profile("p");
        Assert.Equal(-0.5, profile.Lower, 6);
        Assert.Equal(0.5, profile.Upper, 6);
    }

    [Fact]
    public void Profile_LimitBeforeTheCrossing_SaysSo()
    {
        FitProblem problem = new(new GaussianConstraint(3, 0.5), [new FitParameter("p", "LSB", 1, 2.8, 10)]);
        ProfileError profile = problem.Profile("p");
        Assert.True(profile.IsLowerAtLimit);
        Assert.True(double.IsNaN(profile.Lower));
        Assert.Equal(0.5, profile.Upper, 6);
        Assert.False(profile.IsUpperAtLimit);
    }

    [Fact]
    public void Profile_FitOnItsLimit_HasTheOtherSide()
    {
        // (p + 1)^2 / 4 rises from 0.25 at p = 0 to 1.25 at p = sqrt(5) - 1.
        FitProblem problem = new(new GaussianConstraint(-1, 2), [new FitParameter("p", "LSB", 1, 0, 10)]);
        FitResult fit = problem.Fit();
        Assert.Equal(FitStatus.AtLimit, fit.Status);
        ProfileError profile = problem.Profile(fit, "p");
        Assert.True(profile.IsLowerAtLimit);
        Assert.Equal(Math.Sqrt(5) - 1, profile.Upper, 4);
    }

    [Fact]
    public void Profile_LowerMinimumElsewhere_IsReportedInsteadOfErrors()
    {
        // Two minima along q, the lower one at q = +1; the profile of p crosses over to it where p pulls q.
        FitProblem problem = new(new TwoMinima(), [new FitParameter("p", "", 0), new FitParameter("q", "", -1)]);
        FitResult fit = problem.Fit();
        Assert.True(fit["q"].Value < 0);
        ProfileError profile = problem.Profile(fit, "p");
        Assert.True(profile.IsMinimumElsewhere, profile.ToString());
        Assert.True(profile.BetterMinimum < fit.Minimum);
        Assert.True(double.IsNaN(profile.Lower) && double.IsNaN(profile.Upper));
        Assert.Contains("not at the minimum", profile.ToString(), StringComparison.Ordinal);
        FitResult better = problem.Start("p", profile.BetterValue).Start("q", 1).Fit();
        Assert.True(better.Minimum < fit.Minimum - 1);
    }

    [Fact]
    public void Profile_FixedOrUnknownParameter_IsRefused()
    {
        FitProblem problem = new FitProblem(new GaussianConstraint(3, 0.5), [new FitParameter("p", "LSB", 1)]).Fix("p");
        Assert.Contains("'p' is fixed", Assert.Throws<ArgumentException>(() => problem.Profile("p")).Message, StringComparison.Ordinal);
        Assert.Contains("no parameter 'x'; there are p", Assert.Throws<ArgumentException>(() => problem.Profile("x")).Message, StringComparison.Ordinal);
    }

    // (p - q)^2 - q^2 - 2 p + 4 (q^2 - 1)^2 - 4 q + 20: with growing p the minimum at q = -1 goes.
    private sealed class TwoMinima : ICostFunction
    {
        public int ParameterCount => 2;

        public int DataCount => 3;

        public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature)
        {
            (double p, double q) = (parameters[0], parameters[1]);
            double well = (q * q) - 1;
            if (!gradient.IsEmpty)
            {
                gradient[0] = (2 * p) - (2 * q) - 2;
                gradient[1] = (16 * well * q) - 4 - (2 * p);
            }

            if (!curvature.IsEmpty)
            {
                curvature[0] = 2;
                curvature[1] = curvature[2] = 0;
                curvature[3] = 32;
            }

            return (p * p) - (2 * p * q) - (2 * p) + (4 * well * well) - (4 * q) + 20;
        }
    }
}
