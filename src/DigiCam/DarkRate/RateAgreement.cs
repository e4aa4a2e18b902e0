using System.Collections.Immutable;
using DigiCam.Flags;
using DigiCam.Results;
using MathNet.Numerics.Statistics;

namespace DigiCam.DarkRate;

/// <summary>How far two measurements of the same quantity agree, over the pixels without flags that have both: pixel by pixel, and the camera as a whole.</summary>
/// <param name="Quantity">The measurement.</param>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Pulls">Differences in units of both errors together (pixel); NaN where there are none. The two use the same waveforms, so their width may be below 1.</param>
/// <param name="Pixels">Number of pixels compared.</param>
/// <param name="MedianRatio">Median of the ratios.</param>
/// <param name="MedianDifference">Median of the differences [unit of the quantity].</param>
/// <param name="BiasError">Standard error of <see cref="Bias"/>: that of a median, 1.25 / sqrt(pixels) times the scatter of the pixels or their own errors, whichever is larger; NaN without pixels.</param>
/// <param name="LargestBias">Bias that does not count, in the unit of <see cref="Bias"/>.</param>
/// <param name="IsRelative">True when the bias is one of the ratio, false when it is one of the difference.</param>
/// <param name="ChiSquarePerPixel">Mean square of the pulls.</param>
/// <param name="WithinThreeErrors">Part of the pixels that differ by no more than three errors.</param>
public sealed record RateAgreement(
    PixelQuantity Quantity, PixelQuantity Reference, ImmutableArray<double> Pulls, int Pixels, double MedianRatio, double MedianDifference, double BiasError, double LargestBias, bool IsRelative,
    double ChiSquarePerPixel, double WithinThreeErrors)
{
    /// <summary>Part of the pixels that has to lie within three errors: a normal law has 99.7 %.</summary>
    public const double LeastWithinThreeErrors = 0.97;

    /// <summary>Bias of a dark count rate that does not count, as part of it: what closure on simulated runs asks of each way.</summary>
    public const double LargestRateBias = 0.02;

    /// <summary>Bias of a crosstalk that does not count: what closure on simulated runs asks of each way.</summary>
    public const double LargestCrosstalkBias = 0.01;

    private const double AllowedErrors = 3;
    private const double OutlierSigmas = 5;

    /// <summary>What all pixels have in common: of rates the median ratio less 1, of crosstalks the median difference. Hidden in the errors of single pixels, it shows in the median of many.</summary>
    public double Bias => IsRelative ? MedianRatio - 1 : MedianDifference;

    /// <summary>Bias up to which the two agree: <see cref="LargestBias"/> and three errors of the median.</summary>
    public double AllowedBias => LargestBias + (AllowedErrors * BiasError);

    /// <summary>True when the camera as a whole differs by more than <see cref="AllowedBias"/>.</summary>
    public bool IsBiased => Math.Abs(Bias) > AllowedBias;

    /// <summary>True when the two agree within errors: nearly all single pixels, and the camera as a whole. False without pixels to compare.</summary>
    public bool Agrees => WithinThreeErrors >= LeastWithinThreeErrors && !IsBiased;

    /// <summary>Compares two measurements of the dark count rate.</summary>
    /// <param name="quantity">The measurement.</param>
    /// <param name="reference">What it is compared with.</param>
    /// <param name="flags">Flags (pixel): flagged pixels do not take part.</param>
    public static RateAgreement OfRates(PixelQuantity quantity, PixelQuantity reference, ImmutableArray<PixelFlags> flags) => Of(quantity, reference, flags, LargestRateBias, isRelative: true);

    /// <summary>Compares two measurements of the crosstalk.</summary>
    /// <param name="quantity">The measurement.</param>
    /// <param name="reference">What it is compared with.</param>
    /// <param name="flags">Flags (pixel): flagged pixels do not take part.</param>
    public static RateAgreement OfCrosstalks(PixelQuantity quantity, PixelQuantity reference, ImmutableArray<PixelFlags> flags) => Of(quantity, reference, flags, LargestCrosstalkBias, isRelative: false);

    /// <inheritdoc/>
    public override string ToString()
    {
        string pair = $"{Quantity.Name} / {Reference.Name}";
        if (Pixels == 0) return $"{pair}: no good pixel has both";
        string bias = IsRelative
            ? FormattableString.Invariant($"median ratio {MedianRatio:F3} +- {BiasError:F3} (1 +- {AllowedBias:F3} is allowed)")
            : FormattableString.Invariant($"median difference {MedianDifference:F4} +- {BiasError:F4} (+- {AllowedBias:F4} is allowed)");
        return FormattableString.Invariant($"{pair}: {bias}, {100 * WithinThreeErrors:F1} % of {Pixels} pixels within 3 errors, chi2 per pixel {ChiSquarePerPixel:F2}: {Judgement}");
    }

    private string Judgement => (IsBiased, WithinThreeErrors >= LeastWithinThreeErrors) switch
    {
        (false, true) => "agree within errors",
        (true, true) => "do not agree: the camera as a whole differs",
        (false, false) => "do not agree: too many pixels differ",
        (true, false) => "do not agree: the camera as a whole differs, and too many pixels",
    };

    private static RateAgreement Of(PixelQuantity quantity, PixelQuantity reference, ImmutableArray<PixelFlags> flags, double largestBias, bool isRelative)
    {
        ArgumentNullException.ThrowIfNull(quantity);
        ArgumentNullException.ThrowIfNull(reference);
        double[] errors = [.. Enumerable.Range(0, flags.Length).Select(pixel => flags[pixel] == PixelFlags.None ? Math.Sqrt(Square(quantity.Error(pixel)) + Square(reference.Error(pixel))) : double.NaN)];
        double[] pulls = [.. errors.Select((error, pixel) => (quantity.Values[pixel] - reference.Values[pixel]) / error)];
        int[] compared = [.. Enumerable.Range(0, pulls.Length).Where(pixel => double.IsFinite(pulls[pixel]))];
        double[] ratios = [.. compared.Select(pixel => quantity.Values[pixel] / reference.Values[pixel])];
        double[] differences = [.. compared.Select(pixel => quantity.Values[pixel] - reference.Values[pixel])];

        // Few pixels scatter less than they should now and then, and one alone not at all.
        double scatter = SigmaClip.Of(isRelative ? ratios : differences, OutlierSigmas).Sigma;
        double own = compared.Select(pixel => errors[pixel] / (isRelative ? reference.Values[pixel] : 1)).Median();
        return new RateAgreement(
            quantity, reference, [.. pulls], compared.Length, ratios.Median(), differences.Median(), new SigmaClip(0, Math.Max(scatter, own), compared.Length).MedianError, largestBias, isRelative,
            compared.Length > 0 ? compared.Average(pixel => Square(pulls[pixel])) : double.NaN,
            compared.Length > 0 ? compared.Count(pixel => Math.Abs(pulls[pixel]) <= 3) / (double)compared.Length : double.NaN);
    }

    private static double Square(double value) => value * value;
}
