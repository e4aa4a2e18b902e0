using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.DarkRate;

/// <summary>Dark count rate and crosstalk of every pixel in four independent ways, side by side; see <see cref="DarkRateResult"/>.</summary>
public static class DarkRateFitter
{
    /// <summary>Fits all pixels on all processors; results do not depend on their number.</summary>
    /// <param name="dark">The histograms of a dark run, filled with pedestals.</param>
    /// <param name="spe">The fit of its pulses: gains for the thresholds of the staircase.</param>
    /// <param name="allSamples">The fit of all its samples, for shot noise and Campbell; null to leave these out.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="progress">Told about the progress, for each of the two fits from the beginning.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">The results are of other pixels.</exception>
    public static DarkRateResult Fit(
        DarkHistograms dark, DarkSpeResult spe, CameraResult? allSamples = null, FlagLimits? limits = null, IProgress<FitProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dark);
        ArgumentNullException.ThrowIfNull(spe);
        if (spe.PixelCount != dark.PixelCount || (allSamples is not null && allSamples.PixelCount != dark.PixelCount)) throw new ArgumentException(FormattableString.Invariant($"results of other pixels than the {dark.PixelCount} of the histograms"), nameof(spe));
        limits ??= new FlagLimits();
        return new DarkRateResult(
            dark, spe, allSamples, LargestWindowFitter.Fit(dark, progress, cancellationToken),
            new MaximumWindowResult(dark.MaximumWindow, dark.SampleCount, MaximumWindowFitter.Fit(dark.MaximumWindow, dark.SampleCount, progress, cancellationToken), MaximumWindowLimits(limits)), limits);
    }

    /// <summary>Puts a saved result back together with its histograms, without fitting.</summary>
    /// <param name="dark">The histograms.</param>
    /// <param name="spe">The fit of the pulses.</param>
    /// <param name="allSamples">The fit of all samples; null to leave it out.</param>
    /// <param name="largestWindow">The fits of the largest window.</param>
    /// <param name="maximumWindow">The fits of the maximum-window model.</param>
    /// <exception cref="InvalidDataException">The fits are not those of this task on such histograms.</exception>
    public static DarkRateResult Restore(DarkHistograms dark, DarkSpeResult spe, CameraResult? allSamples, SavedResult largestWindow, SavedResult maximumWindow)
    {
        ArgumentNullException.ThrowIfNull(dark);
        ArgumentNullException.ThrowIfNull(spe);
        ArgumentNullException.ThrowIfNull(largestWindow);
        ArgumentNullException.ThrowIfNull(maximumWindow);
        largestWindow.RequireFits(dark.PixelCount, dark.LargestWindow.Scale, new LargestWindowModel().Parameters);
        maximumWindow.RequireFits(dark.PixelCount, dark.MaximumWindow.Scale, MaximumWindowFitter.ModelOf(dark.MaximumWindow, dark.SampleCount).Parameters);
        return new DarkRateResult(dark, spe, allSamples, largestWindow.Fits, new MaximumWindowResult(dark.MaximumWindow, dark.SampleCount, maximumWindow.Fits, maximumWindow.Limits), largestWindow.Limits);
    }

    private static FlagLimits MaximumWindowLimits(FlagLimits limits) => limits with { MaximumChiSquarePerNdf = MaximumWindowResult.MaximumChiSquarePerNdf };
}
