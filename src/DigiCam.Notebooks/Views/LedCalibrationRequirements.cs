using DigiCam.Flags;
using DigiCam.LedCalibration;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>What the curves of the LEDs have to fulfil for their verdict.</summary>
public sealed record LedCalibrationRequirements
{
    /// <summary>Least number of LEDs with a curve and without any flag, for a light source that lights 528 pixels.</summary>
    public int MinimumGoodLeds { get; init; } = 515;

    /// <summary>Largest number of LEDs that give light but have no curve.</summary>
    public int MaximumFailedCurves { get; init; } = 5;

    /// <summary>Light that the curves of the good LEDs have to reach down to, in the median [pe].</summary>
    public double LowestLight { get; init; } = 0.5;

    /// <summary>Light that the curves of the good LEDs have to reach up to, in the median [pe].</summary>
    public double HighestLight { get; init; } = 300;

    /// <summary>Least and largest efficiency of a good LED relative to the camera's median.</summary>
    public (double Least, double Largest) Efficiency { get; init; } = (0.4, 1.7);

    /// <summary>Whether a calibration fulfils what is asked.</summary>
    /// <param name="result">The calibration.</param>
    public Verdict Judge(LedCalibrationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        int[] good = [.. Enumerable.Range(0, result.Pixels.Length).Where(pixel => result.Flags[pixel] == PixelFlags.None)];
        double[] efficiency = [.. good.Select(pixel => result.Quantities.Single(q => q.Key == "led_efficiency").Values[pixel]).Where(double.IsFinite).DefaultIfEmpty(double.NaN)];
        return new Verdict(FormattableString.Invariant($"LED calibration, {result.Dac.Length} DAC values"),
        [
            Check.Limits("LEDs without any flag", good.Length, "", MinimumGoodLeds, null),
            Check.Limits("LEDs with light and without a curve", Enumerable.Range(0, result.Pixels.Length).Count(pixel => !result.Flags[pixel].HasFlag(PixelFlags.NoLed) && !result.Pixels[pixel].IsValid), "", null, MaximumFailedCurves),
            Check.Limits("lowest light of the curves, median", Median(good.Select(pixel => result.Pixels[pixel].LowestLight)), "pe", null, LowestLight),
            Check.Limits("highest light of the curves, median", Median(good.Select(pixel => result.Pixels[pixel].HighestLight)), "pe", HighestLight, null, Outcome.Warn),
            Check.Limits("least efficiency of a good LED", efficiency.Min(), "", Efficiency.Least, null, Outcome.Warn),
            Check.Limits("largest efficiency of a good LED", efficiency.Max(), "", null, Efficiency.Largest, Outcome.Warn),
        ]);

        double Median(IEnumerable<double> values) => SigmaClip.Of(values.Where(double.IsFinite), result.Limits.OutlierSigmas).Median;
    }
}
