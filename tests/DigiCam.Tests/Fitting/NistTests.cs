using DigiCam.Fitting;

namespace DigiCam.Tests.Fitting;

public sealed class NistTests
{
    public static TheoryData<string> Names => [.. Directory.GetFiles(Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Tests", "Fitting", "Nist"), "*.dat").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Explore(string name)
    {
        NistProblem problem = NistProblem.Read(name);
        for (int s = 0; s < 2; s++)
        {
            FitParameter[] parameters = [.. problem.Starts[s].Select((b, k) => new FitParameter(FormattableString.Invariant($"b{k + 1}"), "", b))];
            FitResult fit = new Minimizer().Minimize(problem.Cost(), parameters);
            double scale = Math.Sqrt(problem.ResidualSum / problem.DegreesOfFreedom);
            double dv = fit.Parameters.Select((p, k) => Math.Abs((p.Value / problem.Values[k]) - 1)).Max();
            double de = fit.Parameters.Select((p, k) => Math.Abs((p.Error * scale / problem.Errors[k]) - 1)).Max();
            if (name is "Nelson" or "Bennett5") File.AppendAllText("/tmp/nist/r.txt", name+" edm/unit " + fit.EstimatedDistance/(fit.Minimum/problem.DegreesOfFreedom) + " " + string.Join(" ", fit.Values()) + " / " + string.Join(" ", problem.Values) + "\n");
            File.AppendAllText("/tmp/nist/out.txt", FormattableString.Invariant($"{name,-10} {s + 1} {fit.Status,-16} value {-Math.Log10(dv),5:F1} error {-Math.Log10(de),5:F1} rss {fit.Minimum / problem.ResidualSum - 1:E1} calls {fit.Calls}\n"));
        }
    }
}
