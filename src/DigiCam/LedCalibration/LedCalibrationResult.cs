using System.Collections.Immutable;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.LedCalibration;

/// <summary>The curves of all LEDs, and of the patches of three that a setting is made for.</summary>
public sealed class LedCalibrationResult
{
    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "led-calibration";

    internal LedCalibrationResult(
        ImmutableArray<double> dac, ImmutableArray<double> light, ImmutableArray<double> errors, ImmutableArray<LedCurve> pixels, ImmutableArray<LedCurve> patches, ImmutableArray<int> patchPixels,
        ImmutableArray<PixelFlags> flags, LedCurveOptions options, FlagLimits limits)
    {
        (Dac, MeasuredLight, MeasuredErrors, Pixels, Patches, PatchPixels, Flags, Options, Limits) = (dac, light, errors, pixels, patches, patchPixels, flags, options, limits);
        Quantities =
        [
            Of("led_threshold", "LED threshold", "", "DAC", curve => curve.ThresholdDac, "highest DAC value measured that gives no light"),
            Of("led_lowest_light", "lowest light", "μ", "pe", curve => curve.LowestLight, "light at the lowest DAC value of the curve"),
            Of("led_highest_light", "highest light", "μ", "pe", curve => curve.HighestLight, "light at the highest DAC value of the curve"),
            Of("led_efficiency", "LED efficiency", "ε", "", Efficiency, "light relative to the median of the camera's LEDs, averaged over the DAC values measured"),
            Of("led_light_off", "light with the LED off", "μ₀", "pe", curve => curve.Dark, "subtracted from all levels: the camera's median, or the LED's own where it differs"),
            Of("led_camera_shape", "shape of the camera", "", "", curve => curve.HasCameraShape ? 1 : 0, "1 for a curve with what the camera's LEDs have in common, 0 for one of its own levels alone"),
            Of("led_chi2_per_ndf", "goodness of fit", "χ²/ndf", "", curve => curve.Fit.ChiSquarePerNdf, "minimum of the cost divided by the degrees of freedom"),
        ];
    }

    /// <summary>DAC values measured (level).</summary>
    public ImmutableArray<double> Dac { get; }

    /// <summary>The light that the curves were fitted to, that with the LEDs off not subtracted (level, pixel) [pe]; NaN = not measured.</summary>
    public ImmutableArray<double> MeasuredLight { get; }

    /// <summary>Its errors, those that are independent from level to level (level, pixel) [pe]; NaN = none.</summary>
    public ImmutableArray<double> MeasuredErrors { get; }

    /// <summary>Curve of the LED of each pixel (pixel).</summary>
    public ImmutableArray<LedCurve> Pixels { get; }

    /// <summary>Mean light of the good LEDs of each trigger patch (patch).</summary>
    public ImmutableArray<LedCurve> Patches { get; }

    /// <summary>Number of LEDs that the curve of a patch is made of, 0..3 (patch).</summary>
    public ImmutableArray<int> PatchPixels { get; }

    /// <summary>The flags (pixel): NO_LED where no level gives light, FIT_FAILED and BAD_CHI2 of the curve, and those given with the light.</summary>
    public ImmutableArray<PixelFlags> Flags { get; }

    /// <summary>How the curves were fitted.</summary>
    public LedCurveOptions Options { get; }

    /// <summary>The thresholds behind the flags.</summary>
    public FlagLimits Limits { get; }

    /// <summary>What was measured (pixel).</summary>
    public ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>Number of pixels without any flag.</summary>
    public int GoodCount => Flags.Count(f => f == PixelFlags.None);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"LED calibration, {Dac.Length} DAC values: {GoodCount} of {Flags.Length} LEDs good, {Patches.Count(p => p.IsValid)} of {Patches.Length} patches with a curve");

    private PixelQuantity Of(string key, string name, string symbol, string unit, Func<LedCurve, double> value, string description) =>
        new(key, name, symbol, unit, [.. Pixels.Select(curve => curve.IsValid ? value(curve) : double.NaN)], [], description);

    private double Efficiency(LedCurve curve)
    {
        double sum = 0;
        int count = 0;
        for (int level = 0; level < Dac.Length; level++)
        {
            LedLight light = curve.Light(Dac[level]);
            double median = MedianLight[level];
            if (light.IsExtrapolated || !(light.Value > 0) || !(median > 0)) continue;
            sum += light.Value / median;
            count++;
        }

        return count > 0 ? sum / count : double.NaN;
    }

    private ImmutableArray<double> MedianLight => _medianLight.IsDefault ? _medianLight = [.. Dac.Select(dac =>
        MathNet.Numerics.Statistics.Statistics.Median(Pixels.Where((_, pixel) => Flags[pixel] == PixelFlags.None).Select(curve => curve.Light(dac)).Where(light => !light.IsExtrapolated).Select(light => light.Value)))] : _medianLight;

    private ImmutableArray<double> _medianLight;
}
