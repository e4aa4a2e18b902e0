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

    /// <summary>Fits, with further tries where the first does not go well.</summary>
    /// <param name="retries">The tries, made in their order as far as needed.</param>
    public FitResult Fit(IReadOnlyList<FitRetry> retries) => new Minimizer().Minimize(Cost, Parameters.AsSpan(), retries);

    /// <summary>Fits, and finds the errors of a parameter from the profile of the cost (MINOS).</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <exception cref="ArgumentException">There is no such parameter, or it is fixed.</exception>
    public ProfileError Profile(string name) => Profile(Fit(), name);

    /// <summary>Finds the errors of a parameter from the profile of the cost (MINOS): where the cost, minimised over the others, has risen by 1.</summary>
    /// <param name="at">The fit of this problem; without errors it has no profile either, and both sides are NaN.</param>
    /// <param name="name">Name of the parameter.</param>
    /// <exception cref="ArgumentException">There is no such parameter, it is fixed, or the fit has other parameters.</exception>
    public ProfileError Profile(FitResult at, string name)
    {
        ArgumentNullException.ThrowIfNull(at);
        if (at.Parameters.Length != Parameters.Length) throw new ArgumentException(FormattableString.Invariant($"a fit of {at.Parameters.Length} parameters for a problem of {Parameters.Length}"), nameof(at));
        int index = IndexOf(name);
        if (Parameters[index].IsFixed) throw new ArgumentException($"parameter '{name}' is fixed and has no error", nameof(name));
        return ProfileSearch.Run(this, at, index);
    }

    private FitProblem With(string name, Func<FitParameter, FitParameter> change)
    {
        int index = IndexOf(name);
        return new FitProblem(Cost, Parameters.SetItem(index, change(Parameters[index])));
    }

    private int IndexOf(string name)
    {
        for (int k = 0; k < Parameters.Length; k++)
        {
            if (Parameters[k].Name == name) return k;
        }

        throw new ArgumentException($"no parameter '{name}'; there are {string.Join(", ", Parameters.Select(p => p.Name))}", nameof(name));
    }
}
