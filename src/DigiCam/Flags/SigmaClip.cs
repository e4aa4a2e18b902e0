using MathNet.Numerics.Statistics;

namespace DigiCam.Flags;

/// <summary>Centre and spread of a parameter over the camera's good pixels, without the outliers.</summary>
/// <param name="Median">Median of the values kept.</param>
/// <param name="Sigma">Spread of the values kept: 1.4826 times the median absolute deviation.</param>
/// <param name="Kept">Number of values kept.</param>
public readonly record struct SigmaClip(double Median, double Sigma, int Kept)
{
    // Median absolute deviation of a unit normal law, inverted.
    private const double SigmaPerMad = 1.482602218505602;
    private const int MaximumRounds = 20;

    // Of the median of a normal law, relative to that of the mean: sqrt(pi / 2).
    private const double MedianErrorFactor = 1.2533141373155003;

    /// <summary>Standard error of the median, as values of a normal law with this spread have it; NaN without values.</summary>
    public double MedianError => MedianErrorFactor * Sigma / Math.Sqrt(Kept);

    /// <summary>Clips values farther than some spreads from the median until none is left out any more.</summary>
    /// <param name="values">The values; NaN is left out.</param>
    /// <param name="sigmas">Allowed distance in spreads.</param>
    public static SigmaClip Of(IEnumerable<double> values, double sigmas)
    {
        double[] kept = [.. values.Where(double.IsFinite)];
        SigmaClip clip = Measure(kept);
        for (int round = 0; round < MaximumRounds; round++)
        {
            SigmaClip current = clip;
            double[] inside = [.. kept.Where(v => !current.IsOutlier(v, sigmas))];
            if (inside.Length == kept.Length) break;
            kept = inside;
            clip = Measure(kept);
        }

        return clip;
    }

    /// <summary>True for a value farther from the median than spread and its own error together allow.</summary>
    /// <param name="value">The value; NaN is no outlier.</param>
    /// <param name="sigmas">Allowed distance in spreads.</param>
    /// <param name="error">Error of the value; NaN counts as 0.</param>
    public bool IsOutlier(double value, double sigmas, double error = 0)
    {
        double own = double.IsNaN(error) ? 0 : error;
        return Math.Abs(value - Median) > sigmas * Math.Sqrt((Sigma * Sigma) + (own * own));
    }

    private static SigmaClip Measure(double[] values)
    {
        if (values.Length == 0) return new SigmaClip(double.NaN, double.NaN, 0);
        double median = values.Median();
        double mad = values.Select(v => Math.Abs(v - median)).Median();
        return new SigmaClip(median, SigmaPerMad * mad, values.Length);
    }
}
