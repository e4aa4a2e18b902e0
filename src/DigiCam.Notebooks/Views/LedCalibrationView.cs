using System.Collections.Immutable;
using DigiCam.Flags;
using DigiCam.LedCalibration;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Simulation;

namespace DigiCam.Notebooks.Views;

/// <summary>The curves of the LEDs: of the camera, of an LED, of the patches that settings are made for.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<LedCalibrationView>))]
public sealed class LedCalibrationView : IHtml
{
    private const int CurvePoints = 200;
    private const int BeyondPoints = 20;

    // How far a curve is drawn beyond the levels, in parts of their range.
    private const double ExtrapolatedPart = 0.15;

    private readonly LedCalibrationResult _result;

    internal LedCalibrationView(LedCalibrationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _result = result;
        Flags = new PixelFlagSet([.. result.Flags.Select(f => (uint)f)], [.. PixelFlagNames.All.Select(f => new PixelFlag(int.Log2((int)f.Flag), f.Name, f.Meaning))]);
    }

    /// <summary>The flags of the LEDs with their meaning.</summary>
    public PixelFlagSet Flags { get; }

    /// <summary>The main numbers: of each quantity the median of the good LEDs and their spread.</summary>
    public KeyValues Facts => new("LED calibration",
    [
        ("DAC values", FormattableString.Invariant($"{_result.Dac.Length}, {_result.Dac[0]} to {_result.Dac[^1]}")),
        ("shape in common", FormattableString.Invariant($"{_result.Pixels.Count(curve => curve.HasCameraShape)} of {_result.Pixels.Count(curve => curve.IsValid)} curves")),
        ("good LEDs", FormattableString.Invariant($"{_result.GoodCount} of {_result.Flags.Length}")),
        ("patches with a curve", FormattableString.Invariant($"{_result.Patches.Count(p => p.IsValid)} of {_result.Patches.Length}")),
        .. _result.Quantities.Where(q => q.Key != "led_camera_shape").Select(q => (q.Name, Spread(q))),
        ("flags", Flags.ToString()),
    ]);

    /// <summary>The LEDs on the camera, how they differ from each other first.</summary>
    /// <param name="pixel">Pixel selected at first; null = the first flagged one.</param>
    public CameraDisplay Camera(int? pixel = null) => new("LED calibration", [.. _result.Quantities.OrderBy(q => q.Key != "led_efficiency").Select(Of)]) { Flags = Flags, Selected = pixel };

    /// <summary>The distribution of a quantity over the LEDs.</summary>
    /// <param name="key">For example "led_efficiency".</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public Chart Distribution(string key) => Charts.Distribution(Of(_result.Quantities.FirstOrDefault(q => q.Key == key) ?? throw new ArgumentException($"no quantity '{key}'; there are {string.Join(", ", _result.Quantities.Select(q => q.Key))}", nameof(key))), Flags);

    /// <summary>The curve of an LED with the light it was fitted to; what lies beyond the levels of the fit is a broken line.</summary>
    /// <param name="pixel">Software id.</param>
    public Chart Curve(int pixel)
    {
        LedCurve curve = _result.Pixels[pixel];
        int[] levels = [.. Enumerable.Range(0, _result.Dac.Length).Where(level => double.IsFinite(Measured(level, pixel)))];
        return Charts.Lines(FormattableString.Invariant($"LED of pixel {pixel}: {PixelFlagNames.Describe(_result.Flags[pixel])}"), "DAC value", "light [pe]", logY: true,
        [
            new ChartSeries("levels", [.. levels.Select(level => _result.Dac[level])], [.. levels.Select(level => Measured(level, pixel) is > 0 and double light ? light : double.NaN)])
            {
                Errors = [.. levels.Select(level => _result.MeasuredErrors[(level * _result.Pixels.Length) + pixel])],
                Joined = false,
            },
            .. Drawn("curve", curve),
        ]);
    }

    /// <summary>How far the levels lie from the curve of an LED, in per cent of its light, and how well the curve is known.</summary>
    /// <param name="pixel">Software id.</param>
    public Chart Residuals(int pixel)
    {
        LedCurve curve = _result.Pixels[pixel];
        int[] levels = [.. Enumerable.Range(0, _result.Dac.Length).Where(level => double.IsFinite(Measured(level, pixel)) && curve.Light(_result.Dac[level]) is { IsExtrapolated: false, Value: > 0 })];
        double[] dac = Range(curve, CurvePoints);
        double[] error = [.. dac.Select(d => 100 * curve.Light(d).Error / curve.Light(d).Value)];
        return Charts.Lines(FormattableString.Invariant($"LED of pixel {pixel}: levels minus curve"), "DAC value", "difference [%]",
            new ChartSeries("levels", [.. levels.Select(level => _result.Dac[level])], [.. levels.Select(level => 100 * ((Measured(level, pixel) / curve.Light(_result.Dac[level]).Value) - 1))])
            {
                Errors = [.. levels.Select(level => 100 * _result.MeasuredErrors[(level * _result.Pixels.Length) + pixel] / curve.Light(_result.Dac[level]).Value)],
                Joined = false,
            },
            new ChartSeries("error of the curve", [.. dac, double.NaN, .. dac], [.. error, double.NaN, .. error.Select(e => -e)]));
    }

    /// <summary>The curves of the LEDs of a patch, and that of their mean.</summary>
    /// <param name="patch">Trigger patch.</param>
    public Chart Patch(int patch) => Charts.Lines(
        FormattableString.Invariant($"Patch {patch}: {_result.PatchPixels[patch]} LEDs"), "DAC value", "light [pe]", logY: true,
        [
            Measured("mean of the patch", _result.Patches[patch]),
            .. Geometry.CameraGeometry.DigiCam.Patches[patch].Pixels.Where(pixel => _result.Pixels[pixel].IsValid).Select(pixel => Measured(FormattableString.Invariant($"pixel {pixel}"), _result.Pixels[pixel])),
        ]);

    /// <summary>DAC values that give a wanted light, for the patches with a curve. Light beyond the measured range has none.</summary>
    /// <param name="light">The wanted light [pe]; none for <see cref="LedTables.UsualLight"/>.</param>
    public Table Settings(params IReadOnlyList<double> light) => Settings(
        "DAC values for a wanted light, by patch", [new("patch"), new("LEDs")], light,
        Enumerable.Range(0, _result.Patches.Length).Select(patch => ((object?[])[patch, _result.PatchPixels[patch]], _result.Patches[patch])));

    /// <summary>DAC values that give a wanted light, for the LEDs with a curve. Light beyond the measured range has none.</summary>
    /// <param name="light">The wanted light [pe]; none for <see cref="LedTables.UsualLight"/>.</param>
    public Table LedSettings(params IReadOnlyList<double> light) => Settings(
        "DAC values for a wanted light, by LED", [new("pixel"), new("patch"), new("flags")], light,
        Enumerable.Range(0, _result.Pixels.Length).Select(pixel => ((object?[])[pixel, PatchOf(pixel), PixelFlagNames.Describe(_result.Flags[pixel])], _result.Pixels[pixel])));

    /// <summary>The curves of the LEDs that give light: where they are known, what they give there, how well they describe the levels.</summary>
    public Table Curves => new(
        "Curves of the LEDs",
        [
            new("pixel"), new("patch"), new("lowest", "DAC"), new("highest", "DAC"), new("lowest light", "pe"), new("highest light", "pe"), new("efficiency", Digits: 4), new("χ²/ndf", Digits: 3), new("shape"), new("flags"),
        ],
        Enumerable.Range(0, _result.Pixels.Length).Where(pixel => !_result.Flags[pixel].HasFlag(PixelFlags.NoLed)).Select(pixel =>
        {
            LedCurve curve = _result.Pixels[pixel];
            return (object?[])
            [
                pixel, PatchOf(pixel), curve.IsValid ? (int)curve.LowestDac : null, curve.IsValid ? (int)curve.HighestDac : null, AtEnd(curve, curve.LowestDac), AtEnd(curve, curve.HighestDac),
                _result.Quantities.Single(q => q.Key == "led_efficiency").Values[pixel], curve.Fit.ChiSquarePerNdf, curve.HasCameraShape ? "camera" : "own", PixelFlagNames.Describe(_result.Flags[pixel]),
            ];
        }));

    /// <summary>For simulated scans: the curves of the good LEDs against the simulated light at the DAC values measured.</summary>
    /// <param name="truth">What was simulated.</param>
    public Table CompareWithTruth(SimulationTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return new Table(
            "Light of the curves against the simulated light",
            [new("DAC"), new("LEDs"), new("mean truth", "pe", 4), new("mean difference", "%", 2), new("largest difference", "%", 3), new("within 3 %", "%", 4)],
            truth.Levels.Select(level =>
            {
                int dac = level.Conditions.Level.AcDac;
                (double Truth, double Ratio)[] all = [.. Compared(truth, level)];
                double[] off = [.. all.Select(c => 100 * (c.Ratio - 1))];
                return (object?[])
                [
                    dac, all.Length, all.Select(c => c.Truth).DefaultIfEmpty(double.NaN).Average(), off.DefaultIfEmpty(double.NaN).Average(), off.Select(Math.Abs).DefaultIfEmpty(double.NaN).Max(),
                    all.Length > 0 ? 100.0 * off.Count(o => Math.Abs(o) <= 3) / all.Length : null,
                ];
            }))
        {
            MaxRows = 100,
        };
    }

    /// <summary>For simulated scans: light of the curve over true light for each good LED and DAC value with so much light.</summary>
    /// <param name="truth">What was simulated.</param>
    /// <param name="least">Least light [pe].</param>
    /// <param name="most">Most light [pe].</param>
    public Chart Ratios(SimulationTruth truth, double least = 0.5, double most = 300)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return Charts.Histogram(
            FormattableString.Invariant($"Curve over truth, {least} to {most} pe"), "measured / simulated light",
            [.. truth.Levels.SelectMany(level => Compared(truth, level)).Where(c => c.Truth >= least && c.Truth <= most).Select(c => c.Ratio)]);
    }

    /// <inheritdoc/>
    public string ToHtml() => Facts.ToHtml();

    /// <summary>The main numbers as text.</summary>
    public override string ToString() => Facts.ToString();

    // The light of the LED alone.
    private double Measured(int level, int pixel) => _result.MeasuredLight[(level * _result.Pixels.Length) + pixel] - (double.IsFinite(_result.Pixels[pixel].Dark) ? _result.Pixels[pixel].Dark : 0);

    private static int PatchOf(int pixel) => Geometry.CameraGeometry.DigiCam.Pixels[pixel].Patch;

    private static Measurement AtEnd(LedCurve curve, double dac) => curve.Light(dac) is { IsExtrapolated: false } light ? new Measurement(light.Value, light.Error) : new Measurement(double.NaN, double.NaN);

    private static Table Settings(string caption, IEnumerable<TableColumn> columns, IReadOnlyList<double> light, IEnumerable<(object?[] Cells, LedCurve Curve)> rows)
    {
        IReadOnlyList<double> wanted = light.Count > 0 ? light : LedTables.UsualLight;
        return new Table(
            caption, [.. columns, .. wanted.Select(value => new TableColumn(FormattableString.Invariant($"{value} pe"), "DAC", 4))],
            rows.Where(row => row.Curve.IsValid).Select(row => (object?[])[.. row.Cells, .. wanted.Select(value => row.Curve.Dac(value) is { IsExtrapolated: false } setting ? (object?)(int)Math.Round(setting.Dac) : null)]));
    }

    private IEnumerable<(double Truth, double Ratio)> Compared(SimulationTruth truth, TrueLevel level)
    {
        ImmutableArray<double> light = level.Conditions.FlashMean;
        for (int pixel = 0; pixel < light.Length; pixel++)
        {
            LedLight curve = _result.Pixels[pixel].Light(level.Conditions.Level.AcDac);
            if (_result.Flags[pixel] == PixelFlags.None && truth.Pixels.Faults[pixel] is null && light[pixel] > 0 && !curve.IsExtrapolated && curve.Value > 0) yield return (light[pixel], curve.Value / light[pixel]);
        }
    }

    private static double[] Range(LedCurve curve, int points) => curve.IsValid ? [.. Enumerable.Range(0, points + 1).Select(i => curve.LowestDac + ((curve.HighestDac - curve.LowestDac) * i / points))] : [];

    private static ChartSeries Measured(string name, LedCurve curve)
    {
        double[] dac = Range(curve, CurvePoints);
        return new ChartSeries(name, dac, [.. dac.Select(d => curve.Light(d).Value)]);
    }

    private static IEnumerable<ChartSeries> Drawn(string name, LedCurve curve)
    {
        if (!curve.IsValid) return [new ChartSeries(name, [], [])];
        double beyond = ExtrapolatedPart * (curve.HighestDac - curve.LowestDac) / BeyondPoints;
        double[] above = [.. Enumerable.Range(0, BeyondPoints + 1).Select(i => curve.HighestDac + (beyond * i))];
        return
        [
            Measured(FormattableString.Invariant($"{name}, DAC {curve.LowestDac} to {curve.HighestDac}"), curve),
            new ChartSeries("extrapolated", above, [.. above.Select(d => curve.Light(d).Value)]) { Dashed = true },
        ];
    }

    private static CameraQuantity Of(PixelQuantity quantity) => new(quantity.Name, quantity.Symbol, quantity.Unit, quantity.Values);

    private string Spread(PixelQuantity quantity)
    {
        SigmaClip spread = SigmaClip.Of(quantity.Values.Where((value, pixel) => _result.Flags[pixel] == PixelFlags.None && double.IsFinite(value)), _result.Limits.OutlierSigmas);
        string unit = quantity.Unit.Length > 0 ? " " + quantity.Unit : "";
        return spread.Kept == 0 ? "no good LED has a value" : $"median {Html.Digits(spread.Median, 5)}{unit}, spread {Html.Digits(spread.Sigma, 3)}{unit}";
    }
}
