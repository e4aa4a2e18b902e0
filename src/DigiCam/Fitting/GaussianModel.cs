using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>
/// A Gaussian integrated over each bin: expected = norm * [Phi((b - mean) / sigma) - Phi((a - mean) / sigma)] for a bin from a to b.
/// Parameters: norm [entries], mean, sigma [both in the unit of the axis]; sigma does not contain the width of the bins.
/// </summary>
public sealed class GaussianModel : IBinnedModel
{
    /// <inheritdoc/>
    public ImmutableArray<ModelParameter> Parameters { get; } = [new("norm", "entries"), new("mean", "LSB"), new("sigma", "LSB")];

    /// <inheritdoc/>
    public void Evaluate(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        double norm = parameters[0];
        double mean = parameters[1];
        double sigma = parameters[2];
        double logNorm = Math.Log(norm);
        int bins = expected.Length;
        for (int i = 0; i < bins; i++)
        {
            double a = (edges[i] - mean) / sigma;
            double b = (edges[i + 1] - mean) / sigma;
            NormalBin bin = NormalBin.Between(a, b);
            expected[i] = norm * bin.Probability;
            logarithm[i] = logNorm + bin.Logarithm;
            if (logGradient.IsEmpty) continue;
            logGradient[i] = 1 / norm;
            logGradient[bins + i] = (bin.LowerDensity - bin.UpperDensity) / sigma;
            logGradient[(2 * bins) + i] = ((a * bin.LowerDensity) - (b * bin.UpperDensity)) / sigma;
        }
    }
}
