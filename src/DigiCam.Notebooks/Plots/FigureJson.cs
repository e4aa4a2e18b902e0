using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Plotly.NET;

namespace DigiCam.Notebooks.Plots;

/// <summary>
/// Writes a Plotly.NET chart as the JSON of plotly.js. Plotly.NET's own writer also starts its HTML library, whose F# core may
/// be another one than the notebook engine's and then fails; the values are plain enough to write them here.
/// </summary>
internal static class FigureJson
{
    private const int MaximumDepth = 24;

    /// <summary>The traces as the array "data", the layout as "layout".</summary>
    public static JsonObject Write(GenericChart chart)
    {
        JsonArray data = [];
        foreach (Trace trace in GenericChart.getTraces(chart)) data.Add(Node(trace, 0));
        return new JsonObject { ["data"] = data, ["layout"] = Node(GenericChart.getLayout(chart), 0) };
    }

    private static JsonNode? Node(object? value, int depth)
    {
        if (depth > MaximumDepth) throw new InvalidOperationException("a chart refers to itself");
        return value switch
        {
            null => null,
            string text => JsonValue.Create(text),
            bool flag => JsonValue.Create(flag),
            double number => double.IsFinite(number) ? JsonValue.Create(number) : null,
            float number => float.IsFinite(number) ? JsonValue.Create(number) : null,
            decimal number => JsonValue.Create(number),
            sbyte or byte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            DateTime time => JsonValue.Create(time.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture)),
            DateTimeOffset time => JsonValue.Create(time.ToString("yyyy-MM-ddTHH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture)),
            Color color => Node(color.Value, depth + 1),
            ARGB c => JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"rgba({c.R}, {c.G}, {c.B}, {c.A / 255.0:0.0###})")),
            DynamicObj.DynamicObj item => Object(item.GetProperties(true).Select(p => (p.Key, (object?)p.Value)), depth),
            IDictionary map => Object(map.Keys.Cast<object>().Select(key => (Convert.ToString(key, CultureInfo.InvariantCulture) ?? "", map[key])), depth),
            IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(item => Node(item, depth + 1))]),
            _ => Option(value, out object? inner) ? Node(inner, depth + 1) : JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
        };
    }

    private static JsonObject Object(IEnumerable<(string Key, object? Value)> members, int depth)
    {
        JsonObject json = [];
        foreach ((string key, object? value) in members)
        {
            if (value is not null) json[key] = Node(value, depth + 1);
        }

        return json;
    }

    // F#'s Some(x).
    private static bool Option(object value, out object? inner)
    {
        Type type = value.GetType();
        PropertyInfo? property = type.IsGenericType && type.Name.StartsWith("FSharpOption", StringComparison.Ordinal) ? type.GetProperty("Value") : null;
        inner = property?.GetValue(value);
        return property is not null;
    }
}
