using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Plots;

/// <summary>Draws bars, lines and points of a Plotly figure as a still SVG picture, for readers without JavaScript.</summary>
internal static class StillChart
{
    private const double Width = 860;
    private const double Left = 66;
    private const double Right = Width - 16;
    private const double Top = 34;
    private const double BottomMargin = 50;
    private const double CharacterWidth = 6.4;

    /// <summary>Appends the picture.</summary>
    public static void Add(StringBuilder html, JsonObject figure, int height, string description)
    {
        List<Trace> traces = [.. figure["data"]!.AsArray().OfType<JsonObject>().Select(Trace.Read).OfType<Trace>()];
        JsonObject layout = figure["layout"]!.AsObject();
        html.Add($"<svg viewBox=\"0 0 {Width} {height}\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{Html.Escape(description)}\">");
        if (traces.Count == 0)
        {
            html.Add($"<text class=\"k-mid\" x=\"{Width / 2}\" y=\"{height / 2}\">This chart is drawn by JavaScript.</text></svg>");
            return;
        }

        if (layout["barmode"]?.GetValue<string>() == "stack") Stack(traces);
        JsonObject xAxis = layout["xaxis"]!.AsObject();
        bool logX = IsLog(xAxis);
        (double low, double high) = Range(xAxis, traces.SelectMany(t => t.Abscissae()), logX, margin: traces.Any(t => t.Bars) ? 0 : 0.02);
        double X(double v) => Left + ((Right - Left) * Fraction(v, low, high, logX));

        double bottom = height - BottomMargin;
        foreach (string name in traces.Select(t => t.Axis).Distinct().Order(StringComparer.Ordinal))
        {
            if (layout["yaxis" + name] is not JsonObject yAxis) continue;
            double[] domain = Numbers(yAxis["domain"]) is { Length: 2 } d ? d : [0, 1];
            double panelBottom = bottom - (domain[0] * (bottom - Top));
            double panelTop = bottom - (domain[1] * (bottom - Top));
            AddPanel(html, [.. traces.Where(t => t.Axis == name)], yAxis, panelTop, panelBottom, X);
        }

        AddHorizontalAxis(html, xAxis, low, high, logX, bottom, X);
        AddShapes(html, layout, bottom, X);
        AddLegend(html, traces);
        html.Append("</svg>");
    }

    /// <summary>The numbers of a JSON array; anything else in it becomes NaN.</summary>
    public static double[] Numbers(JsonNode? node) => node is JsonArray array
        ? [.. array.Select(Number)]
        : [];

    /// <summary>A JSON number; anything else becomes NaN.</summary>
    public static double Number(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
        : double.NaN;

    private static void AddPanel(StringBuilder html, List<Trace> traces, JsonObject axis, double top, double bottom, Func<double, double> x)
    {
        bool log = IsLog(axis);
        (double low, double high) = Range(axis, traces.SelectMany(t => t.Ordinates(log)), log, margin: 0.05);
        double Y(double v) => bottom - ((bottom - top) * Math.Clamp(Fraction(v, low, high, log), -0.02, 1.02));

        IReadOnlyList<(double Value, string Label)> ticks = log ? Axis.Decades(low, high) : Axis.Linear(low, high, bottom - top < 120 ? 3 : 6);
        foreach ((double value, string label) in ticks)
        {
            html.Add($"<path class=\"k-grid\" d=\"M{Left} {Y(value)}H{Right}\"/><text class=\"k-num\" x=\"{Left - 6}\" y=\"{Y(value) + 4}\">{label}</text>");
        }

        html.Add($"<text class=\"k-mid\" transform=\"translate(15 {(top + bottom) / 2}) rotate(-90)\">{Html.Escape(Title(axis))}</text>");
        double floor = log ? bottom : Y(Math.Clamp(0, low, high));
        foreach (Trace trace in traces) trace.Add(html, x, Y, floor, log);
    }

    private static void AddHorizontalAxis(StringBuilder html, JsonObject axis, double low, double high, bool log, double bottom, Func<double, double> x)
    {
        html.Add($"<path class=\"k-frame\" d=\"M{Left} {bottom}H{Right}\"/>");
        foreach ((double value, string label) in log ? Axis.Decades(low, high) : Axis.Linear(low, high, 9))
        {
            html.Add($"<path class=\"k-frame\" d=\"M{x(value)} {bottom}v5\"/><text class=\"k-mid\" x=\"{x(value)}\" y=\"{bottom + 18}\">{label}</text>");
        }

        html.Add($"<text class=\"k-mid\" x=\"{(Left + Right) / 2}\" y=\"{bottom + 40}\">{Html.Escape(Title(axis))}</text>");
    }

    private static void AddShapes(StringBuilder html, JsonObject layout, double bottom, Func<double, double> x)
    {
        foreach (JsonObject shape in (layout["shapes"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (shape["yref"]?.GetValue<string>() != "paper" || Numbers(new JsonArray(shape["x0"]?.DeepClone(), shape["x1"]?.DeepClone())) is not [double x0, double x1] || x0 != x1) continue;
            html.Add($"<path d=\"M{x(x0)} {Top}V{bottom}\" fill=\"none\" stroke-dasharray=\"5 4\" style=\"stroke:{Css(shape["line"]?["color"]?.GetValue<string>())}\"/>");
        }
    }

    private static void AddLegend(StringBuilder html, List<Trace> traces)
    {
        double at = Left;
        foreach (Trace trace in traces.Where(t => t.ShowLegend && t.Name.Length > 0))
        {
            html.Add($"<rect x=\"{at}\" y=\"12\" width=\"12\" height=\"12\" style=\"fill:{trace.Color}\"/><text x=\"{at + 18}\" y=\"22\">{Html.Escape(trace.Name)}</text>");
            at += 18 + (trace.Name.Length * CharacterWidth) + 18;
        }
    }

    // Later bars stand on the earlier ones at the same place.
    private static void Stack(List<Trace> traces)
    {
        Dictionary<double, double> heights = [];
        foreach (Trace trace in traces.Where(t => t.Bars))
        {
            for (int i = 0; i < trace.X.Length && i < trace.Y.Length; i++)
            {
                double below = heights.GetValueOrDefault(trace.X[i]);
                trace.Base[i] = below;
                heights[trace.X[i]] = below + (double.IsFinite(trace.Y[i]) ? trace.Y[i] : 0);
            }
        }
    }

    private static (double Low, double High) Range(JsonObject axis, IEnumerable<double> values, bool log, double margin)
    {
        // Plotly gives the range of a logarithmic axis in powers of ten.
        if (Numbers(axis["range"]) is [double from, double to]) return log ? (Math.Pow(10, from), Math.Pow(10, to)) : (from, to);
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (!double.IsFinite(value) || (log && value <= 0)) continue;
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        if (low > high) return log ? (1, 10) : (0, 1);
        if (log) return (low / 1.5, Math.Max(high * 1.5, low * 10));
        if (low == high) return (low - 1, high + 1);
        double room = margin * (high - low);
        return (low == 0 ? 0 : low - room, high + room);
    }

    private static double Fraction(double value, double low, double high, bool log) => log
        ? Math.Log(Math.Max(value, low * 1e-3) / low) / Math.Log(high / low)
        : (value - low) / (high - low);

    private static bool IsLog(JsonObject axis) => axis["type"]?.GetValue<string>() == "log";

    private static string Title(JsonObject axis) => axis["title"]?["text"]?.GetValue<string>() ?? "";

    private static string Css(string? color)
    {
        if (color is null) return "var(--k-data)";
        if (!color.StartsWith("--", StringComparison.Ordinal)) return Html.Escape(color);
        string[] parts = color.Split('/');
        return parts.Length == 1
            ? $"var({parts[0]})"
            : string.Create(CultureInfo.InvariantCulture, $"color-mix(in srgb, var({parts[0]}) {100 * double.Parse(parts[1], CultureInfo.InvariantCulture):0}%, transparent)");
    }

    /// <summary>What can be drawn of one trace.</summary>
    private sealed class Trace
    {
        public required string Name { get; init; }

        public required bool Bars { get; init; }

        public required double[] X { get; init; }

        public required double[] Y { get; init; }

        public required double[] Base { get; init; }

        public required double[] Errors { get; init; }

        public required double[] Widths { get; init; }

        public required string Mode { get; init; }

        public required string Shape { get; init; }

        public required bool Dashed { get; init; }

        public required string Color { get; init; }

        public required string Axis { get; init; }

        public required bool ShowLegend { get; init; }

        public static Trace? Read(JsonObject trace)
        {
            string type = trace["type"]?.GetValue<string>() ?? "scatter";
            if (type is not ("bar" or "scatter" or "scattergl")) return null;
            double[] y = Numbers(trace["y"]);
            double[] x = trace["x"] is JsonArray ? Numbers(trace["x"]) : [.. Enumerable.Range(0, y.Length).Select(i => (double)i)];
            if (x.Length == 0 || x.All(double.IsNaN)) return null;
            double[] widths = trace["width"] is JsonArray ? Numbers(trace["width"])
                : double.IsFinite(Number(trace["width"])) ? [.. x.Select(_ => Number(trace["width"]))]
                : [.. x.Select(_ => x.Length > 1 ? 0.8 * Math.Abs(x[1] - x[0]) : 0.8)];
            return new Trace
            {
                Name = trace["name"]?.GetValue<string>() ?? "",
                Bars = type == "bar",
                X = x,
                Y = y,
                Base = new double[x.Length],
                Errors = Numbers(trace["error_y"]?["array"]),
                Widths = widths,
                Mode = trace["mode"]?.GetValue<string>() ?? "lines",
                Shape = trace["line"]?["shape"]?.GetValue<string>() ?? "linear",
                Dashed = trace["line"]?["dash"] is not null,
                Color = Css(trace["marker"]?["color"] is JsonValue marker && marker.TryGetValue(out string? text) ? text : trace["line"]?["color"]?.GetValue<string>()),
                Axis = (trace["yaxis"]?.GetValue<string>() ?? "y")[1..],
                ShowLegend = trace["showlegend"]?.GetValue<bool>() ?? true,
            };
        }

        public IEnumerable<double> Abscissae() => Bars ? X.SelectMany((x, i) => new[] { x - (Widths[i] / 2), x + (Widths[i] / 2) }) : X;

        public IEnumerable<double> Ordinates(bool log)
        {
            for (int i = 0; i < Math.Min(X.Length, Y.Length); i++)
            {
                yield return Base[i] + Y[i];
                if (Bars && !log) yield return 0;
                if (i >= Errors.Length || !double.IsFinite(Errors[i])) continue;
                yield return Y[i] + Errors[i];
                if (!log) yield return Y[i] - Errors[i];
            }
        }

        public void Add(StringBuilder html, Func<double, double> x, Func<double, double> y, double floor, bool log)
        {
            int count = Math.Min(X.Length, Y.Length);
            if (Bars)
            {
                html.Add($"<path style=\"fill:{Color}\" d=\"");
                for (int i = 0; i < count; i++)
                {
                    if (!double.IsFinite(Y[i]) || Y[i] == 0) continue;
                    double bottom = Base[i] == 0 ? floor : y(Base[i]);
                    html.Add($"M{x(X[i] - (Widths[i] / 2))} {bottom}V{y(Base[i] + Y[i])}H{x(X[i] + (Widths[i] / 2))}V{bottom}z");
                }

                html.Append("\"/>");
            }

            if (!Bars && Mode.Contains("lines", StringComparison.Ordinal)) AddLine(html, x, y, count, log);
            if (Errors.Length > 0)
            {
                html.Add($"<path fill=\"none\" style=\"stroke:{Color}\" d=\"");
                for (int i = 0; i < Math.Min(count, Errors.Length); i++)
                {
                    if (double.IsFinite(Y[i]) && double.IsFinite(Errors[i])) html.Add($"M{x(X[i])} {y(Y[i] - Errors[i])}V{y(Y[i] + Errors[i])}");
                }

                html.Append("\"/>");
            }

            if (Bars || !Mode.Contains("markers", StringComparison.Ordinal)) return;
            // Points of no length with round ends are dots, at a third of the size of circles.
            html.Add($"<path fill=\"none\" stroke-width=\"5.2\" stroke-linecap=\"round\" style=\"stroke:{Color}\" d=\"");
            for (int i = 0; i < count; i++)
            {
                if (double.IsFinite(Y[i]) && double.IsFinite(X[i])) html.Add($"M{x(X[i])} {y(Y[i])}h0");
            }

            html.Append("\"/>");
        }

        private void AddLine(StringBuilder html, Func<double, double> x, Func<double, double> y, int count, bool log)
        {
            string dashes = Dashed ? " stroke-dasharray=\"5 4\"" : "";
            html.Add($"<path fill=\"none\" stroke-width=\"1.6\"{dashes} style=\"stroke:{Color}\" d=\"");
            bool pen = false;
            for (int i = 0; i < count; i++)
            {
                if (!double.IsFinite(Y[i]) || (log && Y[i] <= 0))
                {
                    pen = false;
                    continue;
                }

                if (!pen) html.Add($"M{x(X[i])} {y(Y[i])}");
                else if (Shape == "hvh") html.Add($"H{x((X[i - 1] + X[i]) / 2)}V{y(Y[i])}H{x(X[i])}");
                else html.Add($"L{x(X[i])} {y(Y[i])}");
                pen = true;
            }

            html.Append("\"/>");
        }
    }
}
