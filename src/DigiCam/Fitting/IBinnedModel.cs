using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>
/// Expected number of entries in neighbouring bins. Logarithms go beside the numbers so that an entry far out in a tail, where the expectation underflows,
/// still has a finite cost and gradient. Implementations own working space and serve one thread.
/// </summary>
public interface IBinnedModel
{
    /// <summary>The parameters in the order of their values.</summary>
    ImmutableArray<ModelParameter> Parameters { get; }

    /// <summary>Evaluates the model: integrals over the bins, not densities at their centres.</summary>
    /// <param name="parameters">The values (parameter).</param>
    /// <param name="edges">Edges of the bins, ascending (bin + 1).</param>
    /// <param name="expected">Receives the expected entries (bin).</param>
    /// <param name="logarithm">Receives the natural logarithm of the expected entries (bin).</param>
    /// <param name="logGradient">Receives the derivatives of the logarithm (parameter, bin); empty if not wanted.</param>
    void Evaluate(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, Span<double> expected, Span<double> logarithm, Span<double> logGradient);

    /// <summary>
    /// Adds the second derivatives of the weighted sum of expected entries, sum_i weight_i d2 expected_i, to a matrix. A model that does not know them says
    /// so, and second derivatives are taken from differences of the gradient.
    /// </summary>
    /// <param name="parameters">The values (parameter).</param>
    /// <param name="edges">Edges of the bins (bin + 1).</param>
    /// <param name="weights">The weights (bin).</param>
    /// <param name="matrix">Receives the sum (parameter, parameter), both triangles.</param>
    /// <returns>False when the model has no second derivatives here; the matrix is then unchanged.</returns>
    bool TryAddSecondDerivatives(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, ReadOnlySpan<double> weights, Span<double> matrix) => false;
}
