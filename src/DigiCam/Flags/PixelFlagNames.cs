using System.Collections.Immutable;

namespace DigiCam.Flags;

/// <summary>Names and meanings of the flag bits, for files and displays.</summary>
public static class PixelFlagNames
{
    /// <summary>Every flag with its name in files and its meaning in a few words, by bit.</summary>
    public static ImmutableArray<(PixelFlags Flag, string Name, string Meaning)> All { get; } =
    [
        (PixelFlags.FitFailed, "FIT_FAILED", "no valid fit"),
        (PixelFlags.AtLimit, "AT_LIMIT", "a parameter rests on its limit"),
        (PixelFlags.BadChi2, "BAD_CHI2", "the model does not describe the histogram"),
        (PixelFlags.LowStatistics, "LOW_STATISTICS", "too few entries"),
        (PixelFlags.Overflow, "OVERFLOW", "samples at or beyond an end of the ADC range"),
        (PixelFlags.GainOutlier, "GAIN_OUTLIER", "gain far from the camera's"),
        (PixelFlags.NoiseOutlier, "NOISE_OUTLIER", "noise far from the camera's"),
        (PixelFlags.Dead, "DEAD", "no entries"),
        (PixelFlags.Hot, "HOT", "far too many dark counts"),
        (PixelFlags.NoLed, "NO_LED", "not reached by the light source"),
        (PixelFlags.Manual, "MANUAL", "set by hand"),
        (PixelFlags.BaselineOutlier, "BASELINE_OUTLIER", "baseline far from the camera's"),
        (PixelFlags.Stuck, "STUCK", "all samples have the same value"),
        (PixelFlags.NotFinite, "NOT_FINITE", "counts in the input are not valid numbers"),
        (PixelFlags.TimeOutlier, "TIME_OUTLIER", "time of the pulse far from the camera's"),
    ];

    /// <summary>Names of the set bits joined by a blank; "OK" when none is set.</summary>
    /// <param name="flags">The flags of one pixel.</param>
    public static string Describe(PixelFlags flags) =>
        flags == PixelFlags.None ? "OK" : string.Join(' ', All.Where(f => (flags & f.Flag) != 0).Select(f => f.Name));
}
