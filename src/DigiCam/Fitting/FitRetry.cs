using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>Changes start values, limits or what is fixed for another try at a fit.</summary>
/// <param name="parameters">The parameters of the first try (parameter); to be changed in place.</param>
public delegate void FitParameterChange(Span<FitParameter> parameters);

/// <summary>
/// Another try at a fit that has not gone well. Tries are made one after the other until one is accepted; every one is recorded in <see cref="FitResult.Attempts"/>.
/// </summary>
/// <param name="Description">What is tried: "widths doubled", "one peak fewer".</param>
/// <param name="Change">What differs from the first try.</param>
public sealed record FitRetry(string Description, FitParameterChange Change)
{
    /// <summary>
    /// Whether this try is needed, from the best result so far. By default it is when no minimum with errors was found
    /// (<see cref="FitStatus.MaxIterations"/>, <see cref="FitStatus.SingularHessian"/>, <see cref="FitStatus.NotFinite"/>).
    /// </summary>
    public Func<FitResult, bool> IsNeeded { get; init; } = static result => !result.HasErrors;

    /// <summary>A try from other start values.</summary>
    /// <param name="description">What is tried.</param>
    /// <param name="starts">Places of parameters, and what their start values are multiplied by.</param>
    internal static FitRetry Scaled(string description, params ImmutableArray<(int Parameter, double Factor)> starts) => new(description, parameters =>
    {
        foreach ((int k, double factor) in starts) parameters[k] = parameters[k] with { Start = factor * parameters[k].Start };
    });

    /// <summary>A try with parameters held where they start.</summary>
    /// <param name="description">What is tried.</param>
    /// <param name="held">Places of the parameters.</param>
    internal static FitRetry Held(string description, params ImmutableArray<int> held) => new(description, parameters =>
    {
        foreach (int k in held) parameters[k] = parameters[k] with { IsFixed = true };
    });
}
