using System.Collections.Immutable;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;

namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>One of each chart and table.</summary>
internal static class SampleCharts
{
    public static Chart[] Create()
    {
        CameraDisplay display = SampleCamera.Create();
        Random random = new(5);
        double[] gaps = [.. Enumerable.Range(0, 4000).Select(_ => -12 * Math.Log(1 - random.NextDouble()))];
        double[] time = [.. Enumerable.Range(0, 60).Select(i => (double)i)];
        double[] rate = [.. time.Select(t => 80 + (10 * Math.Sin(t / 9)) + (4 * (random.NextDouble() - 0.5)))];
        return
        [
            Charts.Distribution(display.Quantities[0], display.Flags, low: 0.75, high: 1.2),
            Charts.Spectrum((PixelSpectrum)display.Panels![900]!, "Pixel 900"),
            Charts.Lines("Event rate", "time since the first event [s]", "rate [Hz]",
                new ChartSeries("all", time, rate) { Errors = [.. rate.Select(r => Math.Sqrt(r) / 4)] },
                new ChartSeries("internal", time, [.. rate.Select(r => r - 40)])),
            Charts.Histogram("Time between events", "gap [ms]", gaps, logScale: true),
            Charts.Correlation(display.Quantities[1], display.Quantities[0], display.Flags),
        ];
    }

    public static string[] Tables() => [.. Shown().Select(shown => (string)shown.GetType().GetMethod("ToHtml")!.Invoke(shown, null)!)];

    /// <summary>Lists, tables and verdicts.</summary>
    public static object[] Shown()
    {
        Table table = new("Pixels with the highest noise",
            [new("pixel"), new("module"), new("σₑ", "LSB"), new("baseline", "LSB"), new("χ²/ndf", Digits: 3), new("flags")],
            Enumerable.Range(0, 30).Select(i => (object?[])[i * 17, i + 1, new Measurement(0.95 + (0.013 * i), 0.0041), 2000.5 - i, i == 3 ? double.NaN : 0.8 + (i * 0.03), i == 2 ? "NOISE_OUTLIER" : ""]))
        { MaxRows = 8 };
        Verdict verdict = new("HV-off run 20261123_001",
        [
            Check.Limits("pixels fitted", 1294, "", 1290, null),
            Check.Limits("median noise", 0.934, "LSB", 0.7, 1.2),
            Check.Limits("noise outliers", 6, "", null, 5, Outcome.Warn),
            Check.Limits("dead pixels", 3, "", null, 2),
        ]);
        KeyValues run = new("Run", [("files", "run_001.fits.fz, run_002.fits.fz"), ("events", "1000"), ("rate", "80.2 Hz"), ("first event", "2026-11-23 17:36:02.123 UTC")]);
        Provenance provenance = new("hvoff", [new InputFile("run_001.fits.fz", new string('3', 64), 1000)],
            ImmutableSortedDictionary<string, string>.Empty.Add("pixel_order", "FromFile"), "0.1.0", DateTime.UnixEpoch, "host");
        return [run, table, verdict, Show.Provenance(provenance)];
    }
}
