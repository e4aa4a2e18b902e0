namespace DigiCam.Fitting;

/// <summary>
/// Expected number of entries in bins of width 1 around whole numbers. Logarithms go beside the numbers so that
/// an entry far out in a tail, where the expectation underflows, still has a finite cost and gradient.
/// </summary>
public interface IBinnedModel
{
    /// <summary>Number of parameters.</summary>
    int ParameterCount { get; }

    /// <summary>Evaluates the model in a row of neighbouring bins.</summary>
    /// <param name="parameters">The parameters (parameter).</param>
    /// <param name="firstValue">Value at the centre of the first bin.</param>
    /// <param name="expected">Receives the expected entries (bin).</param>
    /// <param name="logarithm">Receives the natural logarithm of the expected entries (bin).</param>
    /// <param name="logGradient">Receives the derivatives of the logarithm (bin, parameter).</param>
    void Evaluate(
        ReadOnlySpan<double> parameters, int firstValue, Span<double> expected, Span<double> logarithm, Span<double> logGradient);
}
