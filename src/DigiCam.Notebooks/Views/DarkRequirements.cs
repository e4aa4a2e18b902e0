using DigiCam.Dark;
using DigiCam.Flags;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>What the distribution of all samples of a dark run has to fulfil for its verdict.</summary>
public sealed record DarkRequirements : Requirements<DarkResult>
{
    /// <summary>Least median dark count rate of the camera [MHz].</summary>
    public double MinimumRateMHz { get; init; } = 1;

    /// <summary>Largest median dark count rate of the camera [MHz].</summary>
    public double MaximumRateMHz { get; init; } = 6;

    /// <summary>Least median crosstalk.</summary>
    public double MinimumCrosstalk { get; init; } = 0.04;

    /// <summary>Largest median crosstalk.</summary>
    public double MaximumCrosstalk { get; init; } = 0.15;

    /// <summary>Least median gain of the camera [LSB/pe].</summary>
    public double MinimumGain { get; init; } = 4.5;

    /// <summary>Largest median gain of the camera [LSB/pe].</summary>
    public double MaximumGain { get; init; } = 6.2;

    /// <summary>Largest median electronic noise of the camera [LSB].</summary>
    public double MaximumNoiseLsb { get; init; } = 1.3;

    /// <summary>Number of outliers in gain, noise or baseline above which there is a warning.</summary>
    public int MaximumOutliers { get; init; } = 13;

    /// <summary>Number of dead or hot pixels above which there is a warning.</summary>
    public int MaximumDeadOrHot { get; init; } = 13;

    /// <inheritdoc/>
    protected override IEnumerable<Check> Checks(DarkResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            Check.Limits("median dark count rate", Median(result, "dark_count_rate"), "MHz", MinimumRateMHz, MaximumRateMHz),
            Check.Limits("median crosstalk", Median(result, "crosstalk"), "", MinimumCrosstalk, MaximumCrosstalk),
            Check.Limits("median gain", Median(result, "gain"), "LSB/pe", MinimumGain, MaximumGain),
            Check.Limits("median electronic noise", Median(result, "electronic_noise"), "LSB", null, MaximumNoiseLsb),
            Check.Limits("outliers in gain, noise or baseline", Count(result, PixelFlags.GainOutlier | PixelFlags.NoiseOutlier | PixelFlags.BaselineOutlier), "", null, MaximumOutliers, Outcome.Warn),
            Check.Limits("dead or hot pixels", Count(result, PixelFlags.Dead | PixelFlags.Hot), "", null, MaximumDeadOrHot, Outcome.Warn),
        ];
    }
}
