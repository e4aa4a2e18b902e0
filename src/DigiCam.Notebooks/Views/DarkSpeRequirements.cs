using DigiCam.Charges;
using DigiCam.DarkSpe;
using DigiCam.Flags;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>What the single photo-electron spectra of a dark run have to fulfil for their verdict. Limits in LSB are those of amplitudes.</summary>
public sealed record DarkSpeRequirements : Requirements<DarkSpeResult>
{
    /// <summary>Least median gain of the camera, of amplitudes [LSB/pe].</summary>
    public double MinimumGain { get; init; } = 4;

    /// <summary>Largest median gain of the camera, of amplitudes [LSB/pe].</summary>
    public double MaximumGain { get; init; } = 6;

    /// <summary>Largest median spread of one photo-electron in parts of the gain.</summary>
    public double MaximumRelativeSpread { get; init; } = 0.2;

    /// <summary>Largest median part of pulses with more than one avalanche.</summary>
    public double MaximumCrosstalk { get; init; } = 0.25;

    /// <summary>Number of outliers in gain above which there is a warning.</summary>
    public int MaximumOutliers { get; init; } = 13;

    /// <summary>Number of dead or hot pixels above which there is a warning.</summary>
    public int MaximumDeadOrHot { get; init; } = 13;

    /// <inheritdoc/>
    protected override IEnumerable<Check> Checks(DarkSpeResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        double gain = Median(result, "gain");
        return
        [
            .. result.Scale == ChargeScale.Amplitude ? new[] { Check.Limits("median gain", gain, "LSB/pe", MinimumGain, MaximumGain) } : [],
            Check.Limits("median single-pe spread / gain", Median(result, "single_pe_spread") / gain, "", null, MaximumRelativeSpread),
            Check.Limits("median crosstalk probability", Median(result, "crosstalk"), "", 0, MaximumCrosstalk),
            Check.Limits("outliers in gain", Count(result, PixelFlags.GainOutlier), "", null, MaximumOutliers, Outcome.Warn),
            Check.Limits("dead or hot pixels", Count(result, PixelFlags.Dead | PixelFlags.Hot), "", null, MaximumDeadOrHot, Outcome.Warn),
        ];
    }
}
