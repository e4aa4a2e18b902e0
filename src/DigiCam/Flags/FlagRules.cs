using DigiCam.Fitting;
using DigiCam.Histograms;
using MathNet.Numerics;

namespace DigiCam.Flags;

/// <summary>The rules that all tasks share: what a histogram and a fit say about their pixel. Thresholds come from <see cref="FlagLimits"/>.</summary>
public static class FlagRules
{
    /// <summary>What a pixel's histogram says: NOT_FINITE, DEAD, STUCK, LOW_STATISTICS, OVERFLOW.</summary>
    /// <param name="histograms">The histograms.</param>
    /// <param name="pixel">Software id.</param>
    /// <param name="minimumEntries">Entries below which the pixel is LOW_STATISTICS.</param>
    /// <param name="edgesCount">True when entries in the first and last bin count as OVERFLOW as well: ADC codes, where all that lies beyond piles up.</param>
    public static PixelFlags OfHistogram(PixelHistograms histograms, int pixel, long minimumEntries, bool edgesCount)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        if (!histograms.IsValid(pixel)) return PixelFlags.NotFinite;
        ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
        long flow = histograms.GetUnderflow(pixel) + histograms.GetOverflow(pixel);
        long all = histograms.GetEntries(pixel);
        PixelFlags flags = PixelFlags.None;
        if (all == 0) flags |= PixelFlags.Dead;
        else if (flow == 0 && all > 1 && counts[counts.IndexOfAnyExcept(0u)] == all) flags |= PixelFlags.Stuck;
        if (all - flow < minimumEntries) flags |= PixelFlags.LowStatistics;
        if (flow > 0 || (edgesCount && (counts[0] > 0 || counts[^1] > 0))) flags |= PixelFlags.Overflow;
        return flags;
    }

    /// <summary>What a fit says: FIT_FAILED, AT_LIMIT, BAD_CHI2.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="limits">The thresholds.</param>
    public static PixelFlags OfFit(FitResult fit, FlagLimits limits)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(limits);
        PixelFlags flags = fit.Status switch
        {
            FitStatus.Converged => PixelFlags.None,
            FitStatus.AtLimit => PixelFlags.AtLimit,
            _ => PixelFlags.FitFailed,
        };
        if (fit.ChiSquarePerNdf > limits.MaximumChiSquarePerNdf && fit.PValue < limits.MaximumBadPValue) flags |= PixelFlags.BadChi2;
        return flags;
    }

    /// <summary>True for a chi2 that is BAD_CHI2.</summary>
    /// <param name="chiSquare">chi2; NaN is not.</param>
    /// <param name="degreesOfFreedom">Its degrees of freedom.</param>
    /// <param name="limits">The thresholds.</param>
    public static bool IsBadChiSquare(double chiSquare, int degreesOfFreedom, FlagLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return degreesOfFreedom > 0 && chiSquare > limits.MaximumChiSquarePerNdf * degreesOfFreedom && SpecialFunctions.GammaUpperRegularized(degreesOfFreedom / 2.0, chiSquare / 2) < limits.MaximumBadPValue;
    }

    /// <summary>What a fit says, where some parameters may rest on a limit without harm: contents of peaks that are empty.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="limits">The thresholds.</param>
    /// <param name="mayRest">Whether a parameter of this name may rest on its limit.</param>
    /// <param name="isUsable">True when values and errors of all other parameters can be used as they are.</param>
    public static PixelFlags OfFit(FitResult fit, FlagLimits limits, Func<string, bool> mayRest, out bool isUsable)
    {
        ArgumentNullException.ThrowIfNull(mayRest);
        PixelFlags flags = OfFit(fit, limits);
        isUsable = fit.HasErrors && fit.Parameters.All(p => !p.IsAtLimit || mayRest(p.Name));
        return isUsable ? flags & ~PixelFlags.AtLimit : flags;
    }

    /// <summary>
    /// Marks values far from the camera's median: farther than <see cref="FlagLimits.OutlierSigmas"/> spreads and errors together. Median and spread come
    /// from the pixels without a value to distrust, clipped until no outlier is left.
    /// </summary>
    /// <param name="flags">The flags so far (pixel); receives the new ones.</param>
    /// <param name="values">The values (pixel); NaN is no outlier.</param>
    /// <param name="errors">Their errors (pixel); empty for none.</param>
    /// <param name="outlier">The flag to set.</param>
    /// <param name="limits">The thresholds.</param>
    /// <returns>Median and spread of the camera.</returns>
    public static SigmaClip MarkOutliers(Span<PixelFlags> flags, ReadOnlySpan<double> values, ReadOnlySpan<double> errors, PixelFlags outlier, FlagLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        List<double> trusted = new(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            if ((flags[i] & PixelFlags.FitFailed) == 0) trusted.Add(values[i]);
        }

        SigmaClip clip = SigmaClip.Of(trusted, limits.OutlierSigmas);
        if (clip.Kept < limits.MinimumPixelsForOutliers) return clip;
        for (int i = 0; i < values.Length; i++)
        {
            if ((flags[i] & PixelFlags.FitFailed) == 0 && clip.IsOutlier(values[i], limits.OutlierSigmas, errors.IsEmpty ? 0 : errors[i])) flags[i] |= outlier;
        }

        return clip;
    }

    /// <summary>
    /// Marks rates of dark counts far from the camera's: HOT, and DEAD for a sensor without pulses. Median and spread come from the pixels that nothing but low
    /// statistics speaks against, clipped until no outlier is left. A dead pixel is not AT_LIMIT as well: without pulses it means nothing where their parameters end.
    /// </summary>
    /// <param name="flags">The flags so far (pixel); receives the new ones.</param>
    /// <param name="rates">The rates (pixel); NaN = not measured, neither hot nor dead.</param>
    /// <param name="leastRates">What a rate that was not measured is at least (pixel), infinity included; NaN = not known; empty for none.</param>
    /// <param name="limits">The thresholds.</param>
    /// <returns>Median and spread of the camera; nothing is marked when they are of fewer than <see cref="FlagLimits.MinimumPixelsForOutliers"/> pixels.</returns>
    public static SigmaClip MarkRates(Span<PixelFlags> flags, ReadOnlySpan<double> rates, ReadOnlySpan<double> leastRates, FlagLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        List<double> trusted = new(rates.Length);
        for (int i = 0; i < rates.Length; i++)
        {
            if ((flags[i] & ~PixelFlags.LowStatistics) == 0) trusted.Add(rates[i]);
        }

        SigmaClip clip = SigmaClip.Of(trusted, limits.OutlierSigmas);
        if (clip.Kept < limits.MinimumPixelsForOutliers) return clip;
        for (int i = 0; i < rates.Length; i++)
        {
            double least = double.IsNaN(rates[i]) && !leastRates.IsEmpty ? leastRates[i] : rates[i];
            if (least > limits.HotRateFactor * clip.Median) flags[i] |= PixelFlags.Hot;
            else if (rates[i] < limits.DeadRateFactor * clip.Median) flags[i] = (flags[i] & ~PixelFlags.AtLimit) | PixelFlags.Dead;
        }

        return clip;
    }
}
