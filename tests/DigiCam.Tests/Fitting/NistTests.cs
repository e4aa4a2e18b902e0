using DigiCam.Fitting;

namespace DigiCam.Tests.Fitting;

/// <summary>All nonlinear regression problems of the Statistical Reference Datasets of NIST, from both starts, with unit errors.</summary>
public sealed class NistTests
{
    // Digits that agree; 11 are certified. Most problems reach 10, Bennett5 and Nelson, whose parameters are known to 10 % only, 8 and 6 (errors).
    private const double Digits = 7;
    private const double ErrorDigits = 6;

    // Lanczos1 is exact but for the last of 13 digits: its residual sum of 1.4e-25 is half made of the rounding of the observations.
    private const double ResidualRounding = 1e-27;

    public static TheoryData<string> Names => [.. Directory.GetFiles(Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Tests", "Fitting", "Nist"), "*.dat").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Names_All27ProblemsAreThere() => Assert.Equal(27, Names.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void Minimize_FromBothStarts_ReachesTheCertifiedParametersAndErrors(string name)
    {
        NistProblem problem = NistProblem.Read(name);
        for (int s = 0; s < 2; s++)
        {
            FitParameter[] parameters = [.. problem.Starts[s].Select((b, k) => new FitParameter(FormattableString.Invariant($"b{k + 1}"), "", b, Lower(name)))];
            FitResult fit = new Minimizer().Minimize(problem.Cost(linearErrors: false), parameters);
            AssertAgrees($"{name}, start {s + 1}: {fit}", fit.Values(), problem.Values, Digits);
            Assert.Equal(FitStatus.Converged, fit.Status);
            Assert.True(Math.Abs(fit.Minimum - problem.ResidualSum) <= (1e-9 * problem.ResidualSum) + ResidualRounding, $"{name}, start {s + 1}: residual sum {fit.Minimum:R}");

            // The certified errors are those of the linearised curve, scaled to the residuals.
            FitResult linear = new Minimizer().Minimize(problem.Cost(linearErrors: true), [.. parameters.Select((p, k) => p with { Start = fit.Values()[k] })]);
            double scale = Math.Sqrt(problem.ResidualSum / problem.DegreesOfFreedom);
            AssertAgrees($"{name}, start {s + 1}, errors: {linear}", [.. linear.Parameters.Select(p => p.Error * scale)], problem.Errors, ErrorDigits);
        }
    }

    // From its first start MGH10 has to cross a valley that forks; on the other way the first parameter goes through 0.
    private static double Lower(string name) => name == "MGH10" ? 0 : double.NegativeInfinity;

    private static void AssertAgrees(string what, double[] actual, double[] expected, double digits)
    {
        for (int k = 0; k < expected.Length; k++) Assert.True(Math.Abs(actual[k] - expected[k]) <= Math.Pow(10, -digits) * Math.Abs(expected[k]), $"{what}: number {k + 1} {actual[k]:R} instead of {expected[k]:R}");
    }
}
