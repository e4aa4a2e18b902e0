using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.LightScan;
using DigiCam.Scans;
using MathNet.Numerics.Statistics;

namespace DigiCam.LedCalibration;

/// <summary>Fits the curves of all LEDs of a scan.</summary>
public static class LedCalibrationFitter
{
    // chi2 that chance exceeds once in 1e4 with the four conditions of a shape.
    private const double LargestContradiction = 23.5;

    // Of the median of many values, in that of their mean: sqrt(pi / 2).
    private const double ErrorOfMedian = 1.2533;

    /// <summary>Fits the curves to the light of a scan of the AC LEDs. Levels that are flagged in a pixel stay out of its curve; errors are those that are independent from level to level.</summary>
    /// <param name="plan">The plan of the scan; one of its levels has the AC LEDs off.</param>
    /// <param name="light">The light of its levels.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <param name="dcDac">Levels of this DC value are used; null for the lowest there is.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">Plan and light have different numbers of levels, two levels the same DAC values, or none has the AC LEDs off.</exception>
    public static LedCalibrationResult Fit(ScanPlan plan, LightScanResult light, LedCurveOptions? options = null, int? dcDac = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(light);
        if (plan.LevelCount != light.LevelCount) throw new ArgumentException(FormattableString.Invariant($"light of {light.LevelCount} levels for a scan of {plan.LevelCount}"), nameof(light));
        int dc = dcDac ?? plan.Steps.Min(step => step.Level.DcDac);
        int[] order = [.. Enumerable.Range(0, plan.LevelCount).Where(level => plan.Steps[level].Level.DcDac == dc).OrderBy(level => plan.Steps[level].Level.AcDac)];
        if (order.Length == 0) throw new ArgumentException(FormattableString.Invariant($"the scan has no level of DC {dc}; there are {string.Join(", ", plan.Steps.Select(step => step.Level.DcDac).Distinct().Order())}"), nameof(dcDac));
        if (plan.Steps[order[0]].Level.AcDac != 0) throw new ArgumentException(FormattableString.Invariant($"no level of DC {dc} has the AC LEDs off (AC 0): what to subtract is not known"), nameof(plan));
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
        if (dac.Count == 0 || pixels != CameraGeometry.PixelCount || light.Length != dac.Count * pixels || errors.Length != light.Length) throw new ArgumentException(FormattableString.Invariant($"{light.Length} values of light, {errors.Length} errors and {pixels} flags for {dac.Count} DAC values and {CameraGeometry.PixelCount} pixels"), nameof(light));

        double[] values = [.. dac];
        LedCurveFitter.Check(values, options);
        (double Light, double Error)?[] dark = DarkOf(light.Span[..pixels], errors.Span[..pixels], flags, limits);
        LedLevels[] levels = [.. Enumerable.Range(0, pixels).Select(pixel => LedLevels.Of(values, Column(light, pixel), Column(errors, pixel), dark[pixel], options))];
        LedShape? shape = options.CameraShape ? LedShape.Of(levels.Where((_, pixel) => flags[pixel] == PixelFlags.None), options.LeastLeds) : null;
        ImmutableArray<LedCurve> curves = CameraFit.Run(pixels, static () => 0, (pixel, _) => Curve(levels[pixel], shape, 1), cancellationToken: cancellationToken);
        PixelFlags[] judged = [.. flags.Select((f, pixel) => f | FlagsOf(curves[pixel], values[^1], limits))];

        ImmutableArray<TriggerPatch> patches = CameraGeometry.DigiCam.Patches;
        int[][] good = [.. patches.Select(patch => patch.Pixels.Where(pixel => judged[pixel] == PixelFlags.None).ToArray())];
        ImmutableArray<LedCurve> patchCurves = CameraFit.Run(patches.Length, static () => 0, (patch, _) => Curve(MeanOf(good[patch]), shape, good[patch].Length), cancellationToken: cancellationToken);
        return new LedCalibrationResult([.. values], [.. light.Span], [.. errors.Span], curves, patchCurves, [.. good.Select(leds => leds.Length)], [.. judged], options, limits);

        double[] Column(ReadOnlyMemory<double> table, int pixel)
        {
            double[] column = new double[values.Length];
            for (int level = 0; level < column.Length; level++) column[level] = table.Span[(level * pixels) + pixel];
            return column;
        }

        LedLevels MeanOf(int[] leds)
        {
            double[] mean = new double[values.Length];
            double[] error = new double[values.Length];
            for (int level = 0; level < values.Length; level++)
            {
                double variance = 0;
                foreach (int pixel in leds)
                {
                    int i = (level * pixels) + pixel;
                    mean[level] += LedLevels.TryLevel(light.Span[i], errors.Span[i], out double own) ? light.Span[i] / leds.Length : double.NaN;
                    variance += own;
                }

                error[level] = variance == 0 ? double.NaN : Math.Sqrt(variance) / leds.Length;
            }

            return LedLevels.Of(values, mean, error, leds.Length == 0 ? null : (leds.Average(pixel => levels[pixel].Dark), leds.Average(pixel => levels[pixel].DarkError)), options);
        }
    }

    // An LED that the others contradict keeps its own curve.
    private static LedCurve Curve(LedLevels levels, LedShape? shape, int leds)
    {
        LedCurve own = LedCurveFitter.Fit(levels, []);
        if (shape is null || !own.IsValid) return own;
        LedCurve shared = LedCurveFitter.Fit(levels, shape.Rows(levels.LowestDac, levels.HighestDac, leds));
        return shared.IsValid && shared.Fit.Minimum - own.Fit.Minimum < LargestContradiction ? shared : own;
    }

    // The light with the LEDs off is fitted above 0, so that noise of a single pixel is light in the mean; the median of the camera is not moved by this limit.
    private static (double Light, double Error)?[] DarkOf(ReadOnlySpan<double> light, ReadOnlySpan<double> errors, IReadOnlyList<PixelFlags> flags, FlagLimits limits)
    {
        (double Light, double Error)?[] dark = new (double, double)?[light.Length];
        List<double> values = [];
        List<double> known = [];
        for (int pixel = 0; pixel < light.Length; pixel++)
        {
            if (flags[pixel] != PixelFlags.None || !LedLevels.TryLevel(light[pixel], errors[pixel], out double variance)) continue;
            values.Add(light[pixel]);
            if (variance > 0) known.Add(Math.Sqrt(variance));
        }

        if (values.Count < limits.MinimumPixelsForOutliers) return dark;
        double median = values.Median();
        double typical = known.Count > 0 ? known.Median() : 0;
        for (int pixel = 0; pixel < light.Length; pixel++)
        {
            bool isOwn = LedLevels.TryLevel(light[pixel], errors[pixel], out double variance) && Math.Abs(light[pixel] - median) > limits.OutlierSigmas * Math.Max(Math.Sqrt(variance), typical);
            dark[pixel] = isOwn ? null : (median, ErrorOfMedian * typical / Math.Sqrt(values.Count));
        }

        return dark;
    }

    // An increment may rest on 0: the curve is flat there.
    private static PixelFlags FlagsOf(LedCurve curve, double highest, FlagLimits limits)
    {
        if (curve.ThresholdDac == highest) return PixelFlags.NoLed;
        return FlagRules.OfFit(curve.Fit, limits, static _ => true, out _);
    }
}
