using System.Text.Json;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;

namespace DigiCam.Tests.Fitting;

/// <summary>
/// A reference fit: histograms, range, start values and limits, and the minimum another fitter (MINUIT, polished) has found for them. Tolerances are those
/// the reference asks for of a well converged fit.
/// </summary>
internal sealed class FitGolden
{
    private readonly JsonElement _case;

    private FitGolden(JsonElement element) => _case = element;

    public string Name => _case.GetProperty("model").GetString() + " " + _case.GetProperty("name").GetString();

    public bool IsDegenerate => _case.TryGetProperty("degenerate", out _);

    public JsonElement Result => _case.GetProperty("result");

    public double Minimum => Result.GetProperty("fmin").GetDouble();

    /// <summary>False where the data hardly constrain the widths, or another start has found a lower minimum: only the cost is compared then.</summary>
    public bool HasComparableValues => Result.GetProperty("compare").GetString() == "all";

    public IReadOnlyList<string> ParameterNames => [.. _case.GetProperty("parameters").EnumerateArray().Select(p => p.GetString()!)];

    /// <summary>All cases of a file; skips the test where the reference is not there.</summary>
    public static IReadOnlyList<FitGolden> Read(string kind)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestEnvironment.Shared("data", "goldens", "fits", kind + ".json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => new FitGolden(c.Clone()))];
    }

    /// <summary>The same fit for this library.</summary>
    public FitProblem Problem()
    {
        FitParameter[] parameters = [.. Parameters()];
        if (!_case.TryGetProperty("histograms", out JsonElement histograms))
        {
            return new FitProblem(Cost(Model(), _case.GetProperty("histogram"), _case.GetProperty("fit_range")), [.. parameters]);
        }

        List<(ICostFunction Cost, int[] Parameters)> terms = [];
        string[] names = [.. ParameterNames];
        for (int i = 0; i < histograms.GetArrayLength(); i++)
        {
            MpeModel model = new();
            int level = i + 1;
            int[] places = [.. model.Parameters.Select(p => Array.IndexOf(names, p.Name is "mu" or "amplitude" ? FormattableString.Invariant($"{p.Name}_{level}") : p.Name))];
            terms.Add((Cost(model, histograms[i], _case.GetProperty("fit_ranges")[i]), places));
        }

        return new FitProblem(new CostSum(names.Length, terms), [.. parameters]);
    }

    /// <summary>The same fit of several levels with <see cref="LightModel"/>, the contents held at those of the reference and without dark counts.</summary>
    public FitProblem LightProblem()
    {
        FitParameter[] parameters = [.. Parameters().Where(p => !p.Name.StartsWith("amplitude", StringComparison.Ordinal)), new FitParameter("rate", "1/ns", 0, IsFixed: true)];
        JsonElement histograms = _case.GetProperty("histograms");
        ChargeResponse response = new(null);
        List<(ICostFunction Cost, int[] Parameters)> terms = [];
        for (int i = 0; i < histograms.GetArrayLength(); i++)
        {
            int level = i + 1;
            LightModel model = new(response) { Entries = Result.GetProperty("values").GetProperty(FormattableString.Invariant($"amplitude_{level}")).GetDouble() };
            int[] places = [.. model.Parameters.Select(p => Array.FindIndex(parameters, q => q.Name == (p.Name == "mu" ? FormattableString.Invariant($"mu_{level}") : p.Name)))];
            terms.Add((Cost(model, histograms[i], _case.GetProperty("fit_ranges")[i]), places));
        }

        return new FitProblem(new CostSum(parameters.Length, terms), [.. parameters]);
    }

    /// <summary>The cost of one level with <see cref="MpeModel"/> and with <see cref="LightModel"/> without dark counts, and the stored minimum in the parameters of each.</summary>
    public (PoissonLikelihood Peaks, double[] PeakValues, PoissonLikelihood Light, double[] LightValues) BothWays()
    {
        LightModel light = new() { Entries = Value("amplitude") };
        return (Cost(new MpeModel()), Values(), Cost(light), [.. light.Parameters.Select(p => p.Name == "rate" ? 0 : Value(p.Name))]);

        PoissonLikelihood Cost(IBinnedModel model) => FitGolden.Cost(model, _case.GetProperty("histogram"), _case.GetProperty("fit_range"));
        double Value(string name) => Result.GetProperty("values").GetProperty(name).GetDouble();
    }

    /// <summary>Counts as in the file, and the value of the first.</summary>
    public (uint[] Counts, int FirstBin) Histogram() => Histogram(_case.GetProperty("histogram"));

    /// <summary>First and last value of the fit.</summary>
    public (int First, int Last) Range() => (_case.GetProperty("fit_range")[0].GetInt32(), _case.GetProperty("fit_range")[1].GetInt32());

    /// <summary>The stored minimum (parameter).</summary>
    public double[] Values() => [.. ParameterNames.Select(n => Result.GetProperty("values").GetProperty(n).GetDouble())];

    /// <summary>A number among the settings.</summary>
    public double Setting(string name) => _case.GetProperty("settings").GetProperty(name).GetDouble();

    /// <summary>Checks a fit against the reference.</summary>
    public void AssertAgrees(FitResult fit)
    {
        string[] atLimit = [.. Result.GetProperty("at_limit").EnumerateArray().Select(p => p.GetString()!)];
        Assert.Equal(Result.GetProperty("ndof").GetInt32(), fit.DegreesOfFreedom);
        if (!HasComparableValues)
        {
            Assert.True(fit.HasErrors || fit.Status == FitStatus.SingularHessian, $"{Name}: {fit}");
            Assert.True(fit.Minimum <= Minimum + 1e-3, $"{Name}: fmin {fit.Minimum:R} above {Minimum:R}");
            Assert.NotEqual(FitGrade.Good, FitVerdict.Of(fit).Grade);
            return;
        }

        Assert.True(fit.Status == (atLimit.Length > 0 ? FitStatus.AtLimit : FitStatus.Converged), $"{Name}: {fit}");
        Assert.True(Math.Abs(fit.Minimum - Minimum) <= 1e-6 * (1 + Minimum), $"{Name}: fmin {fit.Minimum:R} instead of {Minimum:R}");
        foreach (FittedParameter parameter in fit.Parameters)
        {
            double value = Result.GetProperty("values").GetProperty(parameter.Name).GetDouble();
            if (parameter.IsFixed)
            {
                Assert.Equal(value, parameter.Value);
            }
            else if (atLimit.Contains(parameter.Name))
            {
                // Contents of peaks the data do not have.
                Assert.StartsWith("a_", parameter.Name, StringComparison.Ordinal);
                Assert.InRange(parameter.Value, 0, 0.05);
                Assert.True(double.IsNaN(parameter.Error), $"{Name}: {parameter.Name} has an error on its limit");
            }
            else
            {
                double error = Result.GetProperty("errors").GetProperty(parameter.Name).GetDouble();
                Assert.True(Math.Abs(parameter.Value - value) <= 1e-3 * error, $"{Name}: {parameter.Name} {parameter.Value:R} instead of {value:R} +- {error:R}");
                Assert.True(Math.Abs(parameter.Error - error) <= 1e-3 * error, $"{Name}: error of {parameter.Name} {parameter.Error:R} instead of {error:R}");
            }
        }

        AssertCovarianceAgrees(fit);
    }

    private void AssertCovarianceAgrees(FitResult fit)
    {
        JsonElement covariance = Result.GetProperty("covariance");
        string[] order = [.. covariance.GetProperty("order").EnumerateArray().Select(p => p.GetString()!)];
        int[] places = [.. order.Select(n => fit.Parameters.IndexOf(fit[n]))];
        for (int k = 0; k < order.Length; k++)
        {
            for (int l = 0; l < order.Length; l++)
            {
                double expected = covariance.GetProperty("matrix")[k][l].GetDouble();
                double scale = Math.Sqrt(covariance.GetProperty("matrix")[k][k].GetDouble() * covariance.GetProperty("matrix")[l][l].GetDouble());
                Assert.True(
                    Math.Abs(fit.Covariance(places[k], places[l]) - expected) <= 2e-3 * scale,
                    $"{Name}: covariance of {order[k]} and {order[l]} {fit.Covariance(places[k], places[l]):R} instead of {expected:R}");
            }
        }
    }

    private static (uint[] Counts, int FirstBin) Histogram(JsonElement histogram) =>
        ([.. histogram.GetProperty("counts").EnumerateArray().Select(c => c.GetUInt32())], histogram.GetProperty("first_bin").GetInt32());

    // Every bin of the range counts, also beyond the list.
    private static PoissonLikelihood Cost(IBinnedModel model, JsonElement histogram, JsonElement range)
    {
        (uint[] counts, int firstBin) = Histogram(histogram);
        int first = range[0].GetInt32();
        uint[] all = new uint[range[1].GetInt32() - first + 1];
        for (int i = 0; i < all.Length; i++)
        {
            int index = first + i - firstBin;
            all[i] = index >= 0 && index < counts.Length ? counts[index] : 0;
        }

        PoissonLikelihood cost = new(model);
        cost.SetData(all, first);
        return cost;
    }

    private IBinnedModel Model() => _case.GetProperty("model").GetString() switch
    {
        "gaussian" => new GaussianModel(),
        "dark_spe" => new SinglePeModel(Setting("baseline"), Setting("sigma_e")),
        "mpe" => new MpeModel(),
        "fmpe" => new FullMpeModel((int)Setting("n_peaks")),
        "dark_max_window" => new MaximumWindowModel((long)Setting("n_events"), (int)Setting("window"), (int)Setting("samples"), (int)Setting("n_peaks")),
        var other => throw new InvalidDataException($"no model {other}"),
    };

    private IEnumerable<FitParameter> Parameters()
    {
        foreach (string name in ParameterNames)
        {
            double start = _case.GetProperty("start").GetProperty(name).GetDouble();
            if (_case.GetProperty("fixed").TryGetProperty(name, out JsonElement value)) yield return new FitParameter(name, "", value.GetDouble(), IsFixed: true);
            else if (_case.GetProperty("limits").TryGetProperty(name, out JsonElement limits)) yield return new FitParameter(name, "", start, Limit(limits[0], double.NegativeInfinity), Limit(limits[1], double.PositiveInfinity));
            else yield return new FitParameter(name, "", start);
        }

        static double Limit(JsonElement limit, double none) => limit.ValueKind == JsonValueKind.Null ? none : limit.GetDouble();
    }
}
