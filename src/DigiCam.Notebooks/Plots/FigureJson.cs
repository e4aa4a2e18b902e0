using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;

namespace DigiCam.Notebooks.Plots;

/// <summary>Writes a chart as the JSON of plotly.js.</summary>
internal static class FigureJson
{
    private const int MaximumDepth = 24;

    /// <summary>The traces as the array "data", the layout as "layout".</summary>
    public static JsonObject Write(IEnumerable<object> traces, object layout, Func<object, object?>? foreign = null)
    {
        foreign ??= static value => Convert.ToString(value, CultureInfo.InvariantCulture);
        return new JsonObject { ["data"] = new JsonArray([.. traces.Select(trace => Node(trace, 0, foreign))]), ["layout"] = Node(layout, 0, foreign) };
    }

    private static JsonNode? Node(object? value, int depth, Func<object, object?> foreign)
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
            IDictionary map => Object(map.Keys.Cast<object>().Select(key => (Convert.ToString(key, CultureInfo.InvariantCulture) ?? "", map[key])), depth, foreign),
            IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(item => Node(item, depth + 1, foreign))]),
            _ => Node(foreign(value), depth + 1, foreign),
        };
    }

    private static JsonObject Object(IEnumerable<(string Key, object? Value)> members, int depth, Func<object, object?> foreign)
    {
        JsonObject json = [];
        foreach ((string key, object? value) in members)
        {
            if (value is not null) json[key] = Node(value, depth + 1, foreign);
        }

        return json;
    }
}
