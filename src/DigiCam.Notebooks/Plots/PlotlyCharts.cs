using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Plotly.NET;

namespace DigiCam.Notebooks.Plots;

/// <summary>
/// Charts of Plotly.NET, to and fro. Plotly.NET's own writer also starts its HTML library, whose F# core may be another one than the notebook engine's and then fails; the values are plain enough to
/// write them here.
/// </summary>
internal static class PlotlyCharts
{
    /// <summary>A chart as the JSON of plotly.js.</summary>
    public static JsonObject Write(GenericChart chart) => FigureJson.Write(GenericChart.getTraces(chart), GenericChart.getLayout(chart), Plain);

    /// <summary>A chart of the kit as one of Plotly.NET.</summary>
    public static GenericChart Create(IReadOnlyList<FigurePart> traces, FigurePart layout)
    {
        GenericChart chart = GenericChart.combine(traces.Select(part =>
        {
            Trace trace = new((string)part["type"]);
            foreach ((string name, object value) in part) trace.SetProperty(name, value);
            return GenericChart.ofTraceObject(false, trace);
        }));
        Layout made = new();
        foreach ((string name, object value) in layout) made.SetProperty(name, value);
        return GenericChart.setLayout(made, chart);
    }

    // What is neither a number nor text nor a list.
    private static object? Plain(object value) => value switch
    {
        Color color => color.Value,
        ARGB c => string.Create(CultureInfo.InvariantCulture, $"rgba({c.R}, {c.G}, {c.B}, {c.A / 255.0:0.0###})"),
        DynamicObj.DynamicObj item => item.GetProperties(true).ToDictionary(p => p.Key, p => p.Value),
        _ => Option(value, out object? inner) ? inner : Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    // F#'s Some(x).
    private static bool Option(object value, out object? inner)
    {
        Type type = value.GetType();
        PropertyInfo? property = type.IsGenericType && type.Name.StartsWith("FSharpOption", StringComparison.Ordinal) ? type.GetProperty("Value") : null;
        inner = property?.GetValue(value);
        return property is not null;
    }
}
