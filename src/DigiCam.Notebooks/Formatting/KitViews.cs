using DigiCam.Fitting;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.LedCalibration;
using DigiCam.LightScan;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Notebooks.Views;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

[assembly: TypeFormatterSourceFor(typeof(object), typeof(KitFormatterSource))]

namespace DigiCam.Notebooks.Formatting;

/// <summary>The view of every object of the kit: the core knows nothing of notebooks, and what has no view of its own is shown by its properties.</summary>
internal static class KitViews
{
    private const int MaxParts = 20;
    private const int CurvePoints = 200;

    /// <summary>Whether a type is one of the kit's.</summary>
    public static bool IsOfKit(Type type) => type.Assembly == typeof(KitViews).Assembly || type.Assembly == typeof(Run).Assembly || type.Assembly == typeof(ZFitsFile).Assembly;

    /// <summary>The view of an object of the kit or of a list of such; null for anything else.</summary>
    /// <param name="item">The object.</param>
    public static IHtml? Of(object item) => item switch
    {
        IHtml shown => shown,
        Run run => Show.Run(run),
        CameraEvent { SampleCount: > 0, PixelCount: CameraGeometry.PixelCount } camera => Show.Event(camera),
        CameraResult { PixelCount: CameraGeometry.PixelCount } result => Show.Result(result),
        FitResult fit => Show.Fit(fit),
        FitProblem problem => Show.Problem(problem),
        Scan scan => Show.Scan(scan),
        LedCalibrationResult leds => Show.Leds(leds),
        Provenance provenance => Show.Provenance(provenance),
        PixelQuantity { Values.Length: CameraGeometry.PixelCount } quantity => new CameraQuantity(quantity.Name, quantity.Symbol, quantity.Unit, quantity.Values) { Errors = quantity.HasErrors ? quantity.Errors : null },
        Histogram histogram => Histogram(histogram, "Histogram"),
        PixelHistograms histograms => WithFacts(histograms, Histogram(histograms.Sum(), "Sum over all pixels")),
        LevelSpectrum spectrum => WithFacts(spectrum, Charts.Spectrum(new PixelSpectrum(spectrum.First + (spectrum.Width / 2), spectrum.Width, spectrum.Counts) { AxisName = "charge", Expected = spectrum.Expected.IsDefaultOrEmpty ? null : spectrum.Expected }, "Spectrum of a level")),
        PixelSpectrum spectrum => WithFacts(spectrum, Charts.Spectrum(spectrum, "Histogram of a pixel")),
        PixelWaveform waveform => WithFacts(waveform, Waveform(waveform)),
        LedCurve { IsValid: true } curve => WithFacts(curve, Curve("Light of an LED", "AC level [DAC]", "light [pe]", curve.LowestDac, curve.HighestDac, dac => curve.Light(dac).Value)),
        PulseShape pulse => WithFacts(pulse, Curve("Pulse of a photo-electron", "time [ns]", "amplitude", 0, pulse.LengthNs, pulse.At)),
        TruePulse pulse => WithFacts(pulse, Charts.Lines("Pulse of a photo-electron", "time [ns]", "amplitude", new ChartSeries("pulse", pulse.TimesNs, pulse.Amplitudes))),
        PulseTemplate pulse => WithFacts(pulse, Charts.Lines("Pulse of a photo-electron", "time [ns]", "amplitude", new ChartSeries(pulse.Name, pulse.TimesNs, pulse.Amplitudes))),
        Exception or Delegate or Enum => null,
        _ when IsOfKit(item.GetType()) && Words.Items(item) is null => new RecordView(item),
        _ when item.GetType().FullName == DataFrames.TypeName => DataFrames.View(item),
        _ => List(item),
    };

    /// <summary>A list of the kit's: outputs one below the other, records as a table.</summary>
    private static IHtml? List(object item)
    {
        Type type = item.GetType();
        if (!IsOfKit(type) && !(type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments()).Any(IsOfKit)) return null;
        if (Words.Items(item) is not { } items) return null;
        if (items.Count > 0 && items.All(i => i is IHtml))
        {
            IHtml[] parts = [.. items.Take(MaxParts).Cast<IHtml>()];
            string left = items.Count > MaxParts ? FormattableString.Invariant($"\n… {items.Count - MaxParts} more") : "";
            return new Outputs(string.Join("\n", parts.Select(part => part.ToString())) + left, parts);
        }

        string caption = FormattableString.Invariant($"{items.Count} × {Words.Name(items.FirstOrDefault()?.GetType() ?? type)}");
        if (RecordView.Records(caption, item) is { } table) return table;
        return IsOfKit(type) ? new RecordView(item) : null;
    }

    private static Outputs WithFacts(object item, IHtml picture)
    {
        RecordView record = new(item);
        return new Outputs(record.ToString(), picture, record);
    }

    private static IHtml Histogram(Histogram histogram, string title)
    {
        RecordView record = new(histogram);
        double width = histogram.Axis.Edge(1) - histogram.Axis.Edge(0);
        if (histogram.Axis is VariableAxis) return record;
        long[] counts = [.. histogram.Counts.ToArray().Select(count => (long)count)];
        PixelSpectrum spectrum = new(histogram.Axis.Edge(0) + (width / 2), width, counts)
        {
            AxisName = histogram.Scale.Samples > 1 ? "charge" : histogram.Axis.Unit == "ns" ? "time" : "value",
            AxisUnit = histogram.Axis.Unit,
            Underflow = histogram.Underflow,
            Overflow = histogram.Overflow,
        };
        return new Outputs(record.ToString(), Charts.Spectrum(spectrum, title), record);
    }

    private static Chart Waveform(PixelWaveform waveform)
    {
        double[] times = [.. waveform.Samples.Select((_, i) => i * waveform.SampleNs)];
        List<ChartSeries> series = [new("samples", times, [.. waveform.Samples.Select(s => (double)s)])];
        if (double.IsFinite(waveform.Baseline)) series.Add(new("baseline", times, [.. times.Select(_ => waveform.Baseline)]));
        return Charts.Lines("Waveform", "time [ns]", "amplitude [LSB]", series);
    }

    private static Chart Curve(string title, string xTitle, string yTitle, double low, double high, Func<double, double> value)
    {
        double[] x = [.. Enumerable.Range(0, CurvePoints + 1).Select(i => low + ((high - low) * i / CurvePoints))];
        return Charts.Lines(title, xTitle, yTitle, new ChartSeries("curve", x, [.. x.Select(value)]));
    }
}

/// <summary>Makes the formatters of everything that has a view; other objects they leave to the engine.</summary>
internal sealed class KitFormatterSource
{
    /// <summary>Called by the notebook engine through reflection.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new ByNameFormatter("text/html", typeof(object), static item => KitViews.Of(item)?.ToHtml()),
        new ByNameFormatter("text/plain", typeof(object), static item => KitViews.Of(item)?.ToString()),
    ];
}
