namespace DigiCam.Fitting;

/// <summary>
/// A Gaussian integrated over each bin: expected = norm * [Phi((q + 1/2 - mean) / sigma) - Phi((q - 1/2 - mean) / sigma)].
/// Parameters: norm [entries], mean, sigma [both in the unit of the axis]; sigma does not contain the width of the bins.
/// </summary>
public sealed class GaussianModel : IBinnedModel
{
    /// <inheritdoc/>
    public int ParameterCount => 3;

    /// <inheritdoc/>
    public void Evaluate(
        ReadOnlySpan<double> parameters, int firstValue, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        double norm = parameters[0];
        double mean = parameters[1];
        double sigma = parameters[2];
        double logNorm = Math.Log(norm);
        for (int i = 0; i < expected.Length; i++)
        {
            double a = (firstValue + i - 0.5 - mean) / sigma;
            double b = (firstValue + i + 0.5 - mean) / sigma;
            NormalBin bin = NormalBin.Between(a, b);
            expected[i] = norm * bin.Probability;
            logarithm[i] = logNorm + bin.Logarithm;
            logGradient[3 * i] = 1 / norm;
            logGradient[(3 * i) + 1] = (bin.LowerDensity - bin.UpperDensity) / sigma;
            logGradient[(3 * i) + 2] = ((a * bin.LowerDensity) - (b * bin.UpperDensity)) / sigma;
        }
    }
}
