using System.Collections.Immutable;
using DigiCam.Flags;
using DigiCam.Results;
using MathNet.Numerics.Statistics;

namespace DigiCam.DarkRate;

/// <summary>How far two measurements of the same quantity agree, over the pixels without flags that have both.</summary>
/// <param name="Quantity">The measurement.</param>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Pulls">Differences in units of both errors together (pixel); NaN where there are none. The two use the same waveforms, so their width may be below 1.</param>
/// <param name="Pixels">Number of pixels compared.</param>
/// <param name="MedianRatio">Median of the ratios.</param>
/// <param name="MedianDifference">Median of the differences [unit of the quantity].</param>
/// <param name="ChiSquarePerPixel">Mean square of the pulls.</param>
/// <param name="WithinThreeErrors">Part of the pixels that differ by no more than three errors.</param>
public sealed record RateAgreement(
    PixelQuantity Quantity, PixelQuantity Reference, ImmutableArray<double> Pulls, int Pixels, double MedianRatio, double MedianDifference, double ChiSquarePerPixel, double WithinThreeErrors)
{
    /// <summary>Part of the pixels that has to lie within three errors: a normal law has 99.7 %.</summary>
    public const double LeastWithinThreeErrors = 0.97;

    /// <summary>True when the two agree within errors.</summary>
    public bool Agrees => WithinThreeErrors >= LeastWithinThreeErrors;

    /// <summary>Compares two measurements.</summary>
    /// <param name="quantity">The measurement.</param>
    /// <param name="reference">What it is compared with.</param>
    /// <param name="flags">Flags (pixel): flagged pixels do not take part.</param>
    public static RateAgreement Of(PixelQuantity quantity, PixelQuantity reference, ImmutableArray<PixelFlags> flags)
    {
        ArgumentNullException.ThrowIfNull(quantity);
        ArgumentNullException.ThrowIfNull(reference);
        double[] pulls = [.. Enumerable.Range(0, flags.Length).Select(pixel => flags[pixel] == PixelFlags.None
            ? (quantity.Values[pixel] - reference.Values[pixel]) / Math.Sqrt(Square(quantity.Error(pixel)) + Square(reference.Error(pixel)))
            : double.NaN)];
        int[] compared = [.. Enumerable.Range(0, pulls.Length).Where(pixel => double.IsFinite(pulls[pixel]))];
        return new RateAgreement(
            quantity, reference, [.. pulls], compared.Length,
            compared.Select(pixel => quantity.Values[pixel] / reference.Values[pixel]).Median(),
            compared.Select(pixel => quantity.Values[pixel] - reference.Values[pixel]).Median(),
            compared.Length > 0 ? compared.Average(pixel => Square(pulls[pixel])) : double.NaN,
            compared.Length > 0 ? compared.Count(pixel => Math.Abs(pulls[pixel]) <= 3) / (double)compared.Length : double.NaN);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Quantity.Name} / {Reference.Name}: median ratio {MedianRatio:F3}, {100 * WithinThreeErrors:F1} % of {Pixels} pixels within 3 errors, chi2 per pixel {ChiSquarePerPixel:F2}: {(Agrees ? "agree within errors" : "do not agree within errors")}");

    private static double Square(double value) => value * value;
}
