using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DigiCam.Notebooks.Formatting;
using Plotly.NET;

namespace DigiCam.Notebooks.Plots;

/// <summary>
/// A Plotly.NET chart as a notebook output: it follows the theme, needs nothing from outside, has the same HTML in every run,
/// and shows a still picture where JavaScript is off or the library is not there. The library itself is in the output of
/// <see cref="Kit.Start"/>, once per notebook.
/// </summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<Chart>))]
public sealed class Chart : IHtml
{
    private const int DefaultHeight = 380;

    // What Plotly.NET writes when nobody asked for a size.
    private const int PlotlyNetSize = 600;

    private readonly Func<JsonObject> _figure;
    private readonly Func<object> _plotly;

    /// <summary>Wraps a chart made with Plotly.NET.</summary>
    /// <param name="plotly">The chart.</param>
    /// <param name="title">Title above it; empty = the one in the chart's layout.</param>
    public Chart(GenericChart plotly, string title = "")
    {
        ArgumentNullException.ThrowIfNull(plotly);
        ArgumentNullException.ThrowIfNull(title);
        (_figure, _plotly, Title) = (() => PlotlyCharts.Write(plotly), () => plotly, title);
    }

    /// <summary>A chart of the kit.</summary>
    internal Chart(IReadOnlyList<FigurePart> traces, FigurePart layout, string title) =>
        (_figure, _plotly, Title) = (() => FigureJson.Write(traces, layout), () => PlotlyCharts.Create(traces, layout), title);

    private Chart(Chart chart, string subtitle) => (_figure, _plotly, Title, Subtitle) = (chart._figure, chart._plotly, chart.Title, subtitle);

    /// <summary>The chart for further changes with Plotly.NET.</summary>
    public GenericChart Plotly => (GenericChart)_plotly();

    /// <summary>Title above the chart.</summary>
    public string Title { get; }

    /// <summary>A line beside the title; may be empty.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The same chart with another line beside the title.</summary>
    internal Chart With(string subtitle) => new(this, subtitle);

    /// <inheritdoc/>
    public string ToHtml()
    {
        JsonObject figure = Figure(out string title, out int height);
        string json = figure.ToJsonString(Html.JsonOptions);
        string id = Html.Id("chart", title + Subtitle + json);
        StringBuilder html = new();
        html.Add($"<div id=\"{id}\" class=\"dc-output\">\n<style>\n{Asset.Read("theme.css", id)}\n{Asset.Read("chart.css", id)}\n</style>\n");
        if (title.Length + Subtitle.Length > 0)
        {
            html.Add($"<div class=\"k-head\"><span class=\"k-title\">{Html.Escape(title)}</span><span class=\"k-sub\">{Html.Escape(Subtitle)}</span></div>\n");
        }

        html.Add($"<div class=\"k-chart\" style=\"height:{height}px\"><div class=\"k-static\">");
        StillChart.Add(html, figure, height, ToString());
        html.Append("</div><div class=\"k-plotly\"></div></div>\n");
        html.Add($"<script type=\"application/json\" class=\"k-data\">{json}</script>\n");
        html.Add($"<script>\n{Asset.Read("chart.js", id)}\n</script>\n</div>\n");
        return html.ToString();
    }

    /// <summary>Title and what each trace holds.</summary>
    public override string ToString()
    {
        JsonObject figure = Figure(out string title, out _);
        StringBuilder text = new(title.Length > 0 ? title : "chart");
        if (Subtitle.Length > 0) text.Append(" (").Append(Subtitle).Append(')');
        if (TextOf(figure["layout"]!["xaxis"]!["title"]) is { Length: > 0 } horizontal) text.Append("\n  x: ").Append(horizontal);
        if (TextOf(figure["layout"]!["yaxis"]!["title"]) is { Length: > 0 } vertical) text.Append("\n  y: ").Append(vertical);
        foreach (JsonObject trace in figure["data"]!.AsArray().OfType<JsonObject>())
        {
            string name = trace["name"]?.GetValue<string>() ?? trace["type"]?.GetValue<string>() ?? "trace";
            double[] y = StillChart.Numbers(trace["y"]);
            double[] finite = [.. y.Where(double.IsFinite)];
            text.Append(CultureInfo.InvariantCulture, $"\n  {name}");
            if (finite.Length > 0) text.Append(CultureInfo.InvariantCulture, $": {y.Length} points, y {finite.Min():G5} .. {finite.Max():G5}");
        }

        return text.ToString();
    }

    // The chart's own traces and layout in the kit's looks; what depends on the theme is filled in by chart.js.
    private JsonObject Figure(out string title, out int height)
    {
        JsonObject figure = _figure();
        JsonObject layout = figure["layout"]!.AsObject();
        layout.Remove("template");
        layout.Remove("width");
        height = (int?)Number(layout["height"]) is { } asked and not PlotlyNetSize ? asked : DefaultHeight;
        layout["height"] = height;
        title = Title.Length > 0 ? Title : TextOf(layout["title"]);
        layout.Remove("title");

        layout["paper_bgcolor"] = "rgba(0,0,0,0)";
        layout["plot_bgcolor"] = "rgba(0,0,0,0)";
        layout["font"] = new JsonObject { ["color"] = "--k-fg", ["size"] = 12 };
        layout["margin"] = new JsonObject { ["l"] = 66, ["r"] = 16, ["t"] = 34, ["b"] = 50 };
        layout["separators"] = ".\u202f";
        layout["hoverlabel"] = new JsonObject { ["bgcolor"] = "--k-bg", ["bordercolor"] = "--k-quiet", ["font"] = new JsonObject { ["color"] = "--k-fg" } };
        layout["legend"] = new JsonObject { ["orientation"] = "h", ["traceorder"] = "normal", ["x"] = 0, ["y"] = 1.02, ["yanchor"] = "bottom", ["font"] = new JsonObject { ["size"] = 12 } };
        layout["modebar"] = new JsonObject { ["bgcolor"] = "rgba(0,0,0,0)", ["color"] = "--k-line", ["activecolor"] = "--k-quiet" };
        foreach (string name in (string[])["xaxis", "yaxis"])
        {
            if (layout[name] is not JsonObject) layout[name] = new JsonObject();
        }

        foreach ((string name, JsonNode? node) in layout)
        {
            if (node is not JsonObject axis || !(name.StartsWith("xaxis", StringComparison.Ordinal) || name.StartsWith("yaxis", StringComparison.Ordinal))) continue;
            axis["gridcolor"] = "--k-line";
            axis["linecolor"] = "--k-quiet";
            axis["tickcolor"] = "--k-quiet";
            axis["zeroline"] = false;
            bool log = axis["type"]?.GetValue<string>() == "log";
            axis["exponentformat"] = log ? "none" : "power";
            axis["ticks"] ??= name.StartsWith('x') ? "outside" : "";
            axis["showgrid"] ??= name.StartsWith('y');
            axis["showline"] ??= name.StartsWith('x');
            if (TextOf(axis["title"]) is { Length: > 0 } text) axis["title"] = new JsonObject { ["text"] = text, ["standoff"] = 8, ["font"] = new JsonObject { ["size"] = 12 } };
        }

        return figure;
    }

    private static double? Number(JsonNode? node) => StillChart.Number(node) is double number && double.IsFinite(number) ? number : null;

    private static string TextOf(JsonNode? node) => node switch
    {
        JsonObject title => title["text"]?.GetValue<string>() ?? "",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => "",
    };
}
