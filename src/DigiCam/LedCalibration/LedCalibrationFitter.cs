using System.Collections.Immutable;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.LightScan;
using DigiCam.Scans;

namespace DigiCam.LedCalibration;

/// <summary>Fits the curves of all LEDs of a scan.</summary>
public static class LedCalibrationFitter
{
    /// <summary>Fits the curves to the light of a scan of the AC LEDs. Levels that are flagged in a pixel stay out of its curve; errors are those that are independent from level to level.</summary>
    /// <param name="plan">The plan of the scan.</param>
    /// <param name="light">The light of its levels.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">Plan and light have different numbers of levels, or two levels the same DAC value.</exception>
    public static LedCalibrationResult Fit(ScanPlan plan, LightScanResult light, LedCurveOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(light);
        if (plan.LevelCount != light.LevelCount) throw new ArgumentException(FormattableString.Invariant($"light of {light.LevelCount} levels for a scan of {plan.LevelCount}"), nameof(light));
        int[] order = [.. Enumerable.Range(0, plan.LevelCount).OrderBy(level => plan.Steps[level].Level.AcDac)];
        LightLevel[] levels = [.. order.SelectMany(level => light.Pixels.Select(pixel => pixel.Levels[level]))];
        return Fit(
            [.. order.Select(level => (double)plan.Steps[level].Level.AcDac)], levels.Select(level => level.IsValid ? level.Mu : double.NaN).ToArray(),
            levels.Select(level => level.IsValid ? level.OwnError : double.NaN).ToArray(), light.Flags, options, light.Limits, cancellationToken);
    }

    /// <summary>Fits a curve for each pixel, and one for each patch from the mean light of its good pixels.</summary>
    /// <param name="dac">DAC values, ascending, of which the first is 0 or gives no light (level).</param>
    /// <param name="light">Mean number of photo-electrons of a flash (level, pixel), flat [pe]; NaN where it is not known.</param>
    /// <param name="errors">Their errors (level, pixel), flat [pe].</param>
    /// <param name="flags">What is known of the pixels (pixel): flagged ones get a curve of their own but stay out of their patch.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or the DAC values do not ascend.</exception>
    public static LedCalibrationResult Fit(
        IReadOnlyList<double> dac, ReadOnlyMemory<double> light, ReadOnlyMemory<double> errors, IReadOnlyList<PixelFlags> flags, LedCurveOptions? options = null, FlagLimits? limits = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dac);
        ArgumentNullException.ThrowIfNull(flags);
        options ??= new LedCurveOptions();
        limits ??= new FlagLimits();
        int pixels = flags.Count;
        if (pixels != CameraGeometry.PixelCount || light.Length != dac.Count * pixels || errors.Length != light.Length) throw new ArgumentException(FormattableString.Invariant($"{light.Length} values of light, {errors.Length} errors and {pixels} flags for {dac.Count} DAC values and {CameraGeometry.PixelCount} pixels"), nameof(light));

        double[] values = [.. dac];
        LedCurve[] curves = new LedCurve[pixels];
        PixelFlags[] judged = [.. flags];
        double[] column = new double[values.Length];
        double[] columnErrors = new double[values.Length];
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Column(pixel);
            curves[pixel] = LedCurveFitter.Fit(values, column, columnErrors, options);
            judged[pixel] |= FlagsOf(curves[pixel], values[^1], limits);
        }

        ImmutableArray<TriggerPatch> patches = CameraGeometry.DigiCam.Patches;
        LedCurve[] patchCurves = new LedCurve[patches.Length];
        int[] used = new int[patches.Length];
        foreach (TriggerPatch patch in patches)
        {
            int[] good = [.. patch.Pixels.Where(pixel => judged[pixel] == PixelFlags.None)];
            for (int level = 0; level < values.Length; level++)
            {
                (double sum, double variance) = (0, 0);
                foreach (int pixel in good)
                {
                    double error = errors.Span[(level * pixels) + pixel];
                    sum += light.Span[(level * pixels) + pixel];
                    variance += double.IsNaN(error) && light.Span[(level * pixels) + pixel] == 0 ? 0 : error * error;
                }

                column[level] = sum / good.Length;
                columnErrors[level] = sum == 0 && variance == 0 ? double.NaN : Math.Sqrt(variance) / good.Length;
            }

            used[patch.Id] = good.Length;
            patchCurves[patch.Id] = LedCurveFitter.Fit(values, column, columnErrors, options);
        }

        return new LedCalibrationResult([.. values], [.. curves], [.. patchCurves], [.. used], [.. judged], options, limits);

        void Column(int pixel)
        {
            for (int level = 0; level < values.Length; level++) (column[level], columnErrors[level]) = (light.Span[(level * pixels) + pixel], errors.Span[(level * pixels) + pixel]);
        }
    }

    // An increment may rest on 0: the curve is flat there.
    private static PixelFlags FlagsOf(LedCurve curve, double highest, FlagLimits limits)
    {
        if (curve.ThresholdDac == highest) return PixelFlags.NoLed;
        return FlagRules.OfFit(curve.Fit, limits, static _ => true, out _);
    }
}
