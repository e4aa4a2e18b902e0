using System.Globalization;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using Plotly.NET;

namespace DigiCam.Notebooks.Plots;

/// <summary>The charts that commissioning needs, ready made.</summary>
public static class Charts
{
    private static readonly string[] SeriesColors = ["--k-data", "--k-fit", "--k-good", "--k-warn", "--k-bad", "--k-quiet"];

    // Where a logarithmic axis of counts begins, so that a single entry can be seen; half of that is free above the largest.
    private const double LeastLogCount = 0.5;
    private const double LogRoom = 1.8;
    private const int MaxDecadeTicks = 6;

    /// <summary>The distribution of a quantity over the pixels, good and flagged ones stacked, over the same range as its camera picture.</summary>
    /// <param name="quantity">The quantity.</param>
    /// <param name="flags">Flags of the pixels; null = all are good.</param>
    /// <param name="low">Least acceptable value, drawn as a line [unit of the quantity]; null = none.</param>
    /// <param name="high">Largest acceptable value, drawn as a line [unit of the quantity]; null = none.</param>
    public static Chart Distribution(CameraQuantity quantity, PixelFlagSet? flags = null, double? low = null, double? high = null)
    {
        ArgumentNullException.ThrowIfNull(quantity);
        (double from, double to) = quantity.Range();
        double width = Axis.Step(to - from, 50);
        from = Math.Floor((from / width) + 1e-6) * width;
        int bins = Math.Max(1, (int)Math.Ceiling(((to - from) / width) - 1e-6));
        double[] good = new double[bins];
        double[] bad = new double[bins];
        List<double> goodValues = [];
        (int below, int above, int missing, int flagged) = (0, 0, 0, 0);
        for (int pixel = 0; pixel < quantity.Values.Count; pixel++)
        {
            double value = quantity.Values[pixel];
            bool isFlagged = flags is not null && flags.Bits[pixel] != 0;
            if (double.IsNaN(value))
            {
                missing++;
                continue;
            }

            if (isFlagged) flagged++;
            else goodValues.Add(value);
            int bin = (int)Math.Floor((value - from) / width);
            if (bin == bins && value <= to) bin--;
            if (value < from) below++;
            else if (bin >= bins) above++;
            else (isFlagged ? bad : good)[bin]++;
        }

        string unit = quantity.Unit.Length > 0 ? " " + quantity.Unit : "";
        double[] centres = [.. Enumerable.Range(0, bins).Select(i => from + ((i + 0.5) * width))];
        List<Trace> traces = [Bar($"good: {Describe([.. goodValues.Where(double.IsFinite)], unit)}", centres, good, width, "--k-data")];
        if (flagged > 0) traces.Add(Bar(string.Create(CultureInfo.InvariantCulture, $"flagged: {flagged} pixels"), centres, bad, width, "--k-bad"));
        Layout layout = CreateLayout(quantity.Label, "pixels", logY: false);
        layout.SetProperty("yaxis", CountAxis("pixels", false, null, good));
        // The limits are in the picture even where no pixel is.
        double left = Math.Min(from, low ?? from) - width;
        double right = Math.Max(from + (bins * width), high ?? from) + width;
        Dictionary<string, object> axis = AxisOf(quantity.Label, false, null);
        axis["range"] = new[] { left, right };
        layout.SetProperty("xaxis", axis);
        layout.SetProperty("barmode", "stack");
        layout.SetProperty("bargap", 0);
        layout.SetProperty("shapes", new[] { low, high }.Where(v => v.HasValue).Select(v => VerticalLine(v!.Value)).ToArray());

        List<string> notes = [];
        if (missing > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{missing} not measured"));
        if (below > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{below} below the axis"));
        if (above > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{above} above the axis"));
        return Create(traces, layout, $"Distribution of {quantity.Name}", string.Join(", ", notes));
    }

    /// <summary>The histogram of one pixel with the fit and the residuals below it.</summary>
    /// <param name="spectrum">The histogram.</param>
    /// <param name="title">Title, for example "pixel 700".</param>
    /// <param name="logScale">Whether counts are on a logarithmic scale.</param>
    public static Chart Spectrum(PixelSpectrum spectrum, string title, bool logScale = true)
    {
        ArgumentNullException.ThrowIfNull(spectrum);
        DrawnSpectrum drawn = spectrum.Drawn();
        double[] centres = [.. drawn.Counts.Select((_, i) => drawn.FirstCentre + (i * drawn.Width))];
        double[] counts = [.. drawn.Counts.Select(n => (double)n)];
        Trace data = Bar("counts", centres, counts, drawn.Width, "--k-data/0.55");
        data.SetProperty("error_y", new Dictionary<string, object>
        {
            ["type"] = "data",
            ["array"] = counts.Select(Math.Sqrt).ToArray(),
            ["color"] = "--k-data",
            ["thickness"] = 1.2,
            ["width"] = 0,
        });
        List<Trace> traces = [data];
        Layout layout = CreateLayout(PanelSvg.AxisTitle(spectrum), "counts", logScale);
        layout.SetProperty("yaxis", CountAxis("counts", logScale, null, counts));
        layout.SetProperty("bargap", 0);
        if (drawn.Expected is { } model)
        {
            double[] shown = [.. model.Select(m => !logScale || m >= LeastLogCount ? m : double.NaN)];
            Trace fit = Line("fit", centres, shown, null, "--k-fit", joined: true);
            fit.SetProperty("line", new Dictionary<string, object> { ["color"] = "--k-fit", ["width"] = 2, ["shape"] = "spline" });
            traces.Add(fit);
            Trace pulls = Bar("pull", centres, [.. counts.Select((n, i) => PanelSvg.Residual(n, model[i]))], 0.8 * drawn.Width, "--k-data");
            pulls.SetProperty("yaxis", "y2");
            pulls.SetProperty("showlegend", false);
            traces.Add(pulls);
            layout.SetProperty("yaxis", CountAxis("counts", logScale, [0.32, 1], [.. counts, .. model.Where(double.IsFinite)]));
            layout.SetProperty("yaxis2", AxisOf("pull [σ]", false, [0, 0.26]));
            layout.SetProperty("xaxis", new Dictionary<string, object> { ["title"] = new Dictionary<string, object> { ["text"] = PanelSvg.AxisTitle(spectrum) }, ["anchor"] = "y2" });
            layout.SetProperty("height", 440);
        }

        (string entries, string fitText, string status) = PanelSvg.Summary(spectrum, drawn);
        string subtitle = string.Join(" · ", spectrum.Parameters.Select(p => Html.Minus(p.ToString())).Concat([fitText, status, entries]).Where(t => t.Length > 0));
        return Create(traces, layout, title, subtitle);
    }

    /// <summary>Lines or points with error bars, such as the rate in time.</summary>
    /// <param name="title">Title.</param>
    /// <param name="xTitle">Title of the horizontal axis with unit, for example "time [s]".</param>
    /// <param name="yTitle">Title of the vertical axis with unit, for example "rate [Hz]".</param>
    /// <param name="series">What to draw.</param>
    public static Chart Lines(string title, string xTitle, string yTitle, params IReadOnlyList<ChartSeries> series) => Lines(title, xTitle, yTitle, logY: false, series);

    /// <inheritdoc cref="Lines(string, string, string, IReadOnlyList{ChartSeries})"/>
    /// <param name="title">Title.</param>
    /// <param name="xTitle">Title of the horizontal axis with unit.</param>
    /// <param name="yTitle">Title of the vertical axis with unit.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic: values of 0 and below are left out.</param>
    /// <param name="series">The series.</param>
    public static Chart Lines(string title, string xTitle, string yTitle, bool logY, params IReadOnlyList<ChartSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        List<Trace> traces = [.. series.Select((s, i) => Line(s.Name, s.X, s.Y, s.Errors, SeriesColors[i % SeriesColors.Length], s.Joined, s.Dashed))];
        return Create(traces, CreateLayout(xTitle, yTitle, logY), title, "");
    }

    /// <summary>A histogram of values, such as the time between events.</summary>
    /// <param name="title">Title.</param>
    /// <param name="xTitle">Title of the horizontal axis with unit.</param>
    /// <param name="values">The values; NaN are left out and counted beside the title.</param>
    /// <param name="logScale">Whether counts are on a logarithmic scale.</param>
    /// <param name="maxBins">Largest number of bins; their width is a round number.</param>
    public static Chart Histogram(string title, string xTitle, IReadOnlyList<double> values, bool logScale = false, int maxBins = 80)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBins);
        double[] finite = [.. values.Where(double.IsFinite).Order()];
        double low = finite.Length > 0 ? finite[0] : 0;
        double high = finite.Length > 0 ? finite[^1] : 1;
        double size = Math.Max(Math.Abs(low), Math.Abs(high));

        // Equal values, as a periodic trigger gives, are one bar that can be seen.
        bool equal = high - low <= 1e-9 * size;
        double width = equal ? Axis.Step(size > 0 ? size : 1, 20) : Axis.Step(high - low, maxBins);
        low = equal ? low - (width / 2) : Math.Floor((low / width) + 1e-9) * width;
        double[] counts = new double[Math.Max(1, (int)Math.Floor(((high - low) / width) + 1e-9) + 1)];
        foreach (double value in finite) counts[Math.Clamp((int)Math.Floor(((value - low) / width) + 1e-9), 0, counts.Length - 1)]++;
        double[] centres = [.. counts.Select((_, i) => low + ((i + 0.5) * width))];
        Layout layout = CreateLayout(xTitle, "entries", logScale);
        layout.SetProperty("yaxis", CountAxis("entries", logScale, null, counts));
        layout.SetProperty("bargap", 0);
        int left = values.Count - finite.Length;
        return Create([Bar(Describe(finite, UnitOf(xTitle), "entries"), centres, counts, width, "--k-data")], layout, title, left > 0 ? string.Create(CultureInfo.InvariantCulture, $"{left} not a number") : "");
    }

    /// <summary>One quantity against another, a point per pixel, over the same ranges as their camera pictures.</summary>
    /// <param name="x">Quantity of the horizontal axis.</param>
    /// <param name="y">Quantity of the vertical axis.</param>
    /// <param name="flags">Flags of the pixels; flagged ones get another colour.</param>
    /// <param name="equal">Whether both should be the same: they then share their range, and a line marks equal values.</param>
    public static Chart Correlation(CameraQuantity x, CameraQuantity y, PixelFlagSet? flags = null, bool equal = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        int[] measured = [.. Enumerable.Range(0, x.Values.Count).Where(i => double.IsFinite(x.Values[i]) && double.IsFinite(y.Values[i]))];
        (double Low, double High) horizontal = RangeOf(x, measured);
        (double Low, double High) vertical = RangeOf(y, measured);
        if (equal) horizontal = vertical = (Math.Min(horizontal.Low, vertical.Low), Math.Max(horizontal.High, vertical.High));
        int[] good = [.. measured.Where(i => flags is null || flags.Bits[i] == 0)];
        List<Trace> traces = [Points("good", good, "--k-data")];
        if (good.Length < measured.Length) traces.Add(Points("flagged", [.. measured.Except(good)], "--k-bad"));
        if (equal) traces.Add(Line("equal", [horizontal.Low, horizontal.High], [horizontal.Low, horizontal.High], null, "--k-fit", joined: true));
        Layout layout = CreateLayout(x.Label, y.Label, logY: false);
        layout.SetProperty("xaxis", Ranged(x.Label, horizontal));
        layout.SetProperty("yaxis", Ranged(y.Label, vertical));
        int outside = measured.Count(i => x.Values[i] < horizontal.Low || x.Values[i] > horizontal.High || y.Values[i] < vertical.Low || y.Values[i] > vertical.High);
        return Create(traces, layout, $"{y.Name} against {x.Name}", outside > 0 ? string.Create(CultureInfo.InvariantCulture, $"{outside} pixels outside the axes") : "");

        Trace Points(string name, int[] pixels, string color)
        {
            Trace trace = Line(string.Create(CultureInfo.InvariantCulture, $"{name}: {pixels.Length} pixels"), [.. pixels.Select(i => Shorten(x.Values[i]))], [.. pixels.Select(i => Shorten(y.Values[i]))], null, color, joined: false);
            trace.SetProperty("customdata", pixels);
            trace.SetProperty("hovertemplate", "pixel %{customdata}: %{x}, %{y}<extra></extra>");
            return trace;
        }

        // A thousand points with all their digits would only make the notebook long.
        static double Shorten(double value) => double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

        // Of the pixels that are drawn.
        static (double Low, double High) RangeOf(CameraQuantity quantity, int[] pixels)
        {
            double[] values = new double[quantity.Values.Count];
            Array.Fill(values, double.NaN);
            foreach (int i in pixels) values[i] = quantity.Values[i];
            return new CameraQuantity(quantity.Name, quantity.Symbol, quantity.Unit, values) { Low = quantity.Low, High = quantity.High }.Range();
        }

        static Dictionary<string, object> Ranged(string title, (double Low, double High) range)
        {
            Dictionary<string, object> axis = AxisOf(title, false, null);
            double margin = 0.02 * (range.High - range.Low);
            axis["range"] = new[] { range.Low - margin, range.High + margin };
            return axis;
        }
    }

    private static Chart Create(IEnumerable<Trace> traces, Layout layout, string title, string subtitle)
    {
        // Plotly.NET has no chart without traces.
        traces = traces.DefaultIfEmpty(Line("no data", [], [], null, "--k-quiet", joined: false));
        GenericChart chart = GenericChart.combine(traces.Select(t => GenericChart.ofTraceObject(false, t)));
        return new Chart(GenericChart.setLayout(layout, chart), title) { Subtitle = subtitle };
    }

    private static Trace Bar(string name, double[] x, double[] y, double width, string color)
    {
        Trace trace = new("bar");
        trace.SetProperty("name", name);
        trace.SetProperty("x", x);
        trace.SetProperty("y", y);
        trace.SetProperty("width", width);
        trace.SetProperty("marker", new Dictionary<string, object> { ["color"] = color, ["line"] = new Dictionary<string, object> { ["width"] = 0 } });
        trace.SetProperty("hovertemplate", "%{x}: %{y}<extra></extra>");
        return trace;
    }

    private static Trace Line(string name, IReadOnlyList<double> x, IReadOnlyList<double> y, IReadOnlyList<double>? errors, string color, bool joined, bool dashed = false)
    {
        Trace trace = new("scatter");
        trace.SetProperty("name", name);
        trace.SetProperty("mode", !joined ? "markers" : errors is null ? "lines" : "lines+markers");
        trace.SetProperty("x", x.ToArray());
        trace.SetProperty("y", y.ToArray());
        Dictionary<string, object> line = new() { ["color"] = color, ["width"] = 1.6 };
        if (dashed) line["dash"] = "dash";
        trace.SetProperty("line", line);
        trace.SetProperty("marker", new Dictionary<string, object> { ["color"] = color, ["size"] = 5 });
        if (errors is not null)
        {
            trace.SetProperty("error_y", new Dictionary<string, object> { ["type"] = "data", ["array"] = errors.ToArray(), ["color"] = color, ["thickness"] = 1.2, ["width"] = 0 });
        }

        return trace;
    }

    private static Layout CreateLayout(string xTitle, string yTitle, bool logY)
    {
        Layout layout = new();
        layout.SetProperty("xaxis", AxisOf(xTitle, false, null));
        layout.SetProperty("yaxis", AxisOf(yTitle, logY, null));
        layout.SetProperty("showlegend", true);
        return layout;
    }

    private static Dictionary<string, object> AxisOf(string title, bool log, double[]? domain)
    {
        Dictionary<string, object> axis = new() { ["title"] = new Dictionary<string, object> { ["text"] = title } };
        if (log) axis["type"] = "log";
        if (domain is not null) axis["domain"] = domain;
        return axis;
    }

    // Counts begin at zero; on a logarithmic scale ticks are at powers of ten only, whatever the zoom.
    private static Dictionary<string, object> CountAxis(string title, bool log, double[]? domain, double[] counts)
    {
        Dictionary<string, object> axis = AxisOf(title, log, domain);
        if (log)
        {
            double low = Math.Log10(LeastLogCount);
            double high = Math.Log10(LogRoom * Math.Max(counts.DefaultIfEmpty(1).Max(), 1));
            axis["range"] = new[] { low, high };
            axis["dtick"] = Math.Max(1, (int)Math.Ceiling((high - low) / MaxDecadeTicks));
        }
        else
        {
            axis["rangemode"] = "tozero";
        }

        return axis;
    }

    // The unit in a title such as "time [ms]".
    private static string UnitOf(string title)
    {
        int open = title.LastIndexOf('[');
        return open >= 0 && title.EndsWith(']') ? " " + title[(open + 1)..^1] : "";
    }

    private static Dictionary<string, object> VerticalLine(double x) => new()
    {
        ["type"] = "line",
        ["xref"] = "x",
        ["yref"] = "paper",
        ["x0"] = x,
        ["x1"] = x,
        ["y0"] = 0,
        ["y1"] = 1,
        ["line"] = new Dictionary<string, object> { ["color"] = "--k-quiet", ["width"] = 1.2, ["dash"] = "dash" },
    };

    private static string Describe(double[] values, string unit, string what = "pixels")
    {
        if (values.Length == 0) return $"0 {what}";
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        double mean = sorted.Average();
        double deviation = Math.Sqrt(sorted.Sum(v => (v - mean) * (v - mean)) / Math.Max(sorted.Length - 1, 1));
        return string.Create(CultureInfo.InvariantCulture, $"{sorted.Length} {what}, median {Html.Digits(median, 5)}{unit}, mean {Html.Digits(mean, 5)}{unit}, std {Html.Digits(deviation, 3)}{unit}");
    }
}
