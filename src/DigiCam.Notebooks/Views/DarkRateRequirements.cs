using DigiCam.DarkRate;
using DigiCam.Flags;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>What the dark count rates of a run have to fulfil for their verdict.</summary>
public sealed record DarkRateRequirements : Requirements<DarkRateResult>
{
    /// <summary>Least median dark count rate of the camera [MHz].</summary>
    public double MinimumRateMHz { get; init; } = 1;

    /// <summary>Largest median dark count rate of the camera [MHz].</summary>
    public double MaximumRateMHz { get; init; } = 6;

    /// <summary>Least median crosstalk.</summary>
    public double MinimumCrosstalk { get; init; } = 0.04;

    /// <summary>Largest median crosstalk.</summary>
    public double MaximumCrosstalk { get; init; } = 0.15;

    /// <summary>Least part of the pixels that has to agree within three errors between two ways to a quantity [%].</summary>
    public double MinimumAgreement { get; init; } = 100 * RateAgreement.LeastWithinThreeErrors;

    /// <summary>Number of dead or hot pixels above which there is a warning.</summary>
    public int MaximumDeadOrHot { get; init; } = 13;

    /// <inheritdoc/>
    protected override IEnumerable<Check> Checks(DarkRateResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            Check.Limits("median dark count rate", Median(result, "dark_count_rate_p0"), "MHz", MinimumRateMHz, MaximumRateMHz),
            Check.Limits("median crosstalk", Median(result, "crosstalk_spectrum"), "", MinimumCrosstalk, MaximumCrosstalk),
            Check.Limits("dead or hot pixels", Count(result, PixelFlags.Dead | PixelFlags.Hot), "", null, MaximumDeadOrHot, Outcome.Warn),
            .. result.RateAgreements.Concat(result.CrosstalkAgreements).Select(a =>
                Check.Limits($"{a.Quantity.Name}: within 3 errors of {a.Reference.Name}", 100 * a.WithinThreeErrors, "%", MinimumAgreement, null, Outcome.Warn)),
            .. result.RateAgreements.Concat(result.CrosstalkAgreements).Select(Bias),
        ];
    }
    // In the median of the camera, with three of its errors.
    private static Check Bias(RateAgreement agreement)
    {
        double scale = agreement.IsRelative ? 100 : 1;
        string name = $"{agreement.Quantity.Name}: bias against {agreement.Reference.Name}";
        return Check.Limits(name, scale * agreement.Bias, agreement.IsRelative ? "%" : "", -scale * agreement.AllowedBias, scale * agreement.AllowedBias, Outcome.Warn);
    }
}
