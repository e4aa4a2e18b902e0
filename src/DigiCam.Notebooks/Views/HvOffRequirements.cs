using DigiCam.Flags;
using DigiCam.HvOff;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>What an HV-off run has to fulfil for its verdict.</summary>
public sealed record HvOffRequirements : Requirements<HvOffResult>
{
    /// <summary>Least median electronic noise of the camera [LSB].</summary>
    public double MinimumNoiseLsb { get; init; } = 0.7;

    /// <summary>Largest median electronic noise of the camera [LSB].</summary>
    public double MaximumNoiseLsb { get; init; } = 1.3;

    /// <summary>Number of outliers in baseline or noise above which there is a warning.</summary>
    public int MaximumOutliers { get; init; } = 13;

    /// <summary>Number of pixels whose spectrum is cut by the ADC range above which there is a warning.</summary>
    public int MaximumOverflows { get; init; }

    /// <summary>Least number of entries of every pixel.</summary>
    public long MinimumEntries { get; init; } = 1000;

    /// <inheritdoc/>
    protected override IEnumerable<Check> Checks(HvOffResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            Check.Limits("median electronic noise", result.NoiseSpread.Median, "LSB", MinimumNoiseLsb, MaximumNoiseLsb),
            Check.Limits("least entries of a pixel", result.Pixels.Min(p => p.Moments.Entries), "", MinimumEntries, null),
            Check.Limits("outliers in baseline or noise", Count(result, PixelFlags.BaselineOutlier | PixelFlags.NoiseOutlier), "", null, MaximumOutliers, Outcome.Warn),
            Check.Limits("spectra cut by the ADC range", Count(result, PixelFlags.Overflow), "", null, MaximumOverflows, Outcome.Warn),
        ];
    }
}
