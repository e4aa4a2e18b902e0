using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Files;
using DigiCam.Flags;

namespace DigiCam.LedCalibration;

/// <summary>Tables for the operators of the light source: comma separated, a line of column names first.</summary>
public static class LedTables
{
    /// <summary>Light of the columns of <see cref="WriteSettings"/> unless others are asked for [pe].</summary>
    public static ImmutableArray<double> UsualLight { get; } = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 300];

    /// <summary>
    /// Writes the curve of each LED: pixel, threshold_dac, lowest_dac, highest_dac, lowest_light_pe, highest_light_pe, c0..c4 with light = sum c_k (DAC - lowest_dac)^k in pe/DAC^k,
    /// chi2, ndf, camera_shape (1 = with what the LEDs have in common), flags. NaN where there is no curve.
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The curves.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteCurves(string path, LedCalibrationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        StringBuilder text = new("pixel,threshold_dac,lowest_dac,highest_dac,lowest_light_pe,highest_light_pe,c0,c1,c2,c3,c4,chi2,ndf,camera_shape,flags\n");
        for (int pixel = 0; pixel < result.Pixels.Length; pixel++)
        {
            LedCurve curve = result.Pixels[pixel];
            text.Append(CultureInfo.InvariantCulture, $"{pixel},{curve.ThresholdDac:R},{curve.LowestDac:R},{curve.HighestDac:R},{curve.LowestLight:R},{curve.HighestLight:R},");
            foreach (double coefficient in curve.Coefficients) text.Append(CultureInfo.InvariantCulture, $"{coefficient:R},");
            text.Append(CultureInfo.InvariantCulture, $"{curve.Fit.Minimum:R},{curve.Fit.DegreesOfFreedom},{(curve.HasCameraShape ? 1 : 0)},{PixelFlagNames.Describe(result.Flags[pixel])}\n");
        }

        AtomicFile.WriteText(path, text.ToString());
    }

    /// <summary>
    /// Writes the DAC values that give a wanted light in each patch: patch, leds (number of LEDs in the mean), lowest_light_pe, highest_light_pe, then one column for each
    /// light, named dac_for_LIGHT_pe, rounded to whole DAC. NaN where the light was not reached in the scan: nothing is extrapolated.
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The curves.</param>
    /// <param name="light">The wanted light [pe]; null for <see cref="UsualLight"/>.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteSettings(string path, LedCalibrationResult result, IReadOnlyList<double>? light = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        light ??= UsualLight;
        StringBuilder text = new("patch,leds,lowest_light_pe,highest_light_pe");
        foreach (double value in light) text.Append(CultureInfo.InvariantCulture, $",dac_for_{value:R}_pe");
        text.Append('\n');
        for (int patch = 0; patch < result.Patches.Length; patch++)
        {
            LedCurve curve = result.Patches[patch];
            text.Append(CultureInfo.InvariantCulture, $"{patch},{result.PatchPixels[patch]},{curve.LowestLight:R},{curve.HighestLight:R}");
            foreach (double value in light)
            {
                LedSetting setting = curve.Dac(value);
                text.Append(CultureInfo.InvariantCulture, $",{(setting.IsExtrapolated ? double.NaN : Math.Round(setting.Dac)):R}");
            }

            text.Append('\n');
        }

        AtomicFile.WriteText(path, text.ToString());
    }
}
