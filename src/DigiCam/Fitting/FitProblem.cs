using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>
/// A cost function with its parameters: everything a fit needs. Changing it gives another problem, so that a fit by hand reads
/// <c>problem.Start("gain", 5).Fix("offset", 0).Fit()</c> and leaves the first one as it is.
/// </summary>
public sealed class FitProblem
{
    /// <summary>Creates a problem.</summary>
    /// <param name="cost">The cost; used by one thread at a time.</param>
    /// <param name="parameters">Start values and limits (parameter).</param>
    /// <exception cref="ArgumentException">Their number is not that of the cost.</exception>
    public FitProblem(ICostFunction cost, ImmutableArray<FitParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(cost);
        if (parameters.Length != cost.ParameterCount) throw new ArgumentException(FormattableString.Invariant($"{parameters.Length} parameters for a cost of {cost.ParameterCount}"), nameof(parameters));
        Cost = cost;
        Parameters = parameters;
    }

    /// <summary>The cost.</summary>
    public ICostFunction Cost { get; }

    /// <summary>Start values and limits (parameter).</summary>
    public ImmutableArray<FitParameter> Parameters { get; }

    /// <summary>The same problem with another start value.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public FitProblem Start(string name, double value) => With(name, p => p with { Start = value });

    /// <summary>The same problem with a parameter held at a value.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">The value; null to hold it at its start value.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public FitProblem Fix(string name, double? value = null) => With(name, p => p with { Start = value ?? p.Start, IsFixed = true });

    /// <summary>The same problem with a parameter free.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public FitProblem Free(string name) => With(name, p => p with { IsFixed = false });

    /// <summary>The same problem with other limits of a parameter.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="lower">Lower limit.</param>
    /// <param name="upper">Upper limit.</param>
    /// <exception cref="ArgumentException">There is no such parameter, or the limits exclude each other.</exception>
    public FitProblem Limit(string name, double lower, double upper) => lower <= upper
        ? With(name, p => p with { Lower = lower, Upper = upper })
        : throw new ArgumentException(FormattableString.Invariant($"{name}: lower limit {lower} above upper limit {upper}"), nameof(lower));

    /// <summary>Fits.</summary>
    public FitResult Fit() => new Minimizer().Minimize(Cost, Parameters.AsSpan());

    private FitProblem With(string name, Func<FitParameter, FitParameter> change)
    {
        for (int k = 0; k < Parameters.Length; k++)
        {
            if (Parameters[k].Name == name) return new FitProblem(Cost, Parameters.SetItem(k, change(Parameters[k])));
        }

        throw new ArgumentException($"no parameter '{name}'; there are {string.Join(", ", Parameters.Select(p => p.Name))}", nameof(name));
    }
}
