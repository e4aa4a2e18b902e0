using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Documents;

/// <summary>JSON as Jupyter's own nbformat library writes it: sorted keys, indented by one space, non-ASCII text as is.</summary>
/// <remarks>
/// Utf8JsonWriter is not used because it escapes characters outside the basic plane (and others) whatever encoder it gets;
/// a notebook saved by Jupyter and by the kit should not differ in such places.
/// </remarks>
internal static class NotebookJson
{
    public static string Write(JsonNode node)
    {
        StringBuilder text = new();
        Write(text, node, 0);
        text.Append('\n');
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int depth)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject { Count: 0 }:
                text.Append("{}");
                break;
            case JsonArray { Count: 0 }:
                text.Append("[]");
                break;
            case JsonObject entries:
                char separator = '{';
                foreach ((string key, JsonNode? value) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    NewItem(text, separator, depth + 1);
                    WriteString(text, key);
                    text.Append(": ");
                    Write(text, value, depth + 1);
                    separator = ',';
                }

                NewLine(text, depth).Append('}');
                break;
            case JsonArray items:
                separator = '[';
                foreach (JsonNode? item in items)
                {
                    NewItem(text, separator, depth + 1);
                    Write(text, item, depth + 1);
                    separator = ',';
                }

                NewLine(text, depth).Append(']');
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String) WriteString(text, node.GetValue<string>());
                else text.Append(node.ToJsonString());
                break;
        }
    }

    private static void NewItem(StringBuilder text, char separator, int depth)
    {
        text.Append(separator);
        NewLine(text, depth);
    }

    private static StringBuilder NewLine(StringBuilder text, int depth) => text.Append('\n').Append(' ', depth);

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                default:
                    // Half a surrogate pair has no UTF-8 form; escaped it survives.
                    bool pair = char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
                    if (pair) text.Append(c).Append(value[++i]);
                    else if (c < ' ' || char.IsSurrogate(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    else text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
