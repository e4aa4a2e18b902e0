using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Documents;

/// <summary>Cell outputs to and from the JSON of nbformat 4.</summary>
internal static class OutputJson
{
    public static JsonObject Write(CellOutput output) => output switch
    {
        StreamOutput stream => new JsonObject
        {
            ["output_type"] = "stream",
            ["name"] = stream.Name,
            ["text"] = WriteLines(stream.Text),
        },
        DisplayDataOutput display => new JsonObject
        {
            ["output_type"] = "display_data",
            ["data"] = WriteBundle(display.Data, lines: true),
            ["metadata"] = display.Metadata.DeepClone(),
        },
        ExecuteResultOutput result => new JsonObject
        {
            ["output_type"] = "execute_result",
            ["data"] = WriteBundle(result.Data, lines: true),
            ["execution_count"] = result.ExecutionCount,
            ["metadata"] = result.Metadata.DeepClone(),
        },
        ErrorOutput error => new JsonObject
        {
            ["output_type"] = "error",
            ["ename"] = error.Name,
            ["evalue"] = error.Value,
            ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
        },
        _ => throw new ArgumentException($"no output of type {output.GetType()} exists in a notebook", nameof(output)),
    };

    public static CellOutput Read(JsonReader reader, JsonObject output, string place)
    {
        string type = reader.Text(output["output_type"], place + ".output_type");
        switch (type)
        {
            case "stream":
                return new StreamOutput(reader.Text(output["name"], place + ".name"), reader.Lines(output["text"], place + ".text"));
            case "display_data":
                return new DisplayDataOutput(ReadBundle(reader, output["data"], place + ".data")) { Metadata = reader.Metadata(output["metadata"], place) };
            case "execute_result":
                return new ExecuteResultOutput(
                    ReadBundle(reader, output["data"], place + ".data"),
                    reader.Count(output["execution_count"], place + ".execution_count"))
                { Metadata = reader.Metadata(output["metadata"], place) };
            case "error":
                JsonArray traceback = output["traceback"] as JsonArray ?? [];
                return new ErrorOutput(
                    reader.Text(output["ename"], place + ".ename"),
                    reader.Text(output["evalue"], place + ".evalue"),
                    [.. traceback.Select((line, i) => reader.Text(line, $"{place}.traceback[{i}]"))]);
            default:
                throw reader.Error(place + ".output_type", $"unknown output type '{type}'");
        }
    }

    /// <summary>A text as the list of its lines, each with its line feed, so that version control shows changed lines.</summary>
    public static JsonArray WriteLines(string text)
    {
        JsonArray lines = [];
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..end]);
            start = end;
        }

        return lines;
    }

    /// <summary>Representations by media type.</summary>
    /// <param name="bundle">The representations.</param>
    /// <param name="lines">Texts as lists of their lines, as in files; messages hold them whole.</param>
    public static JsonObject WriteBundle(MimeBundle bundle, bool lines)
    {
        JsonObject data = [];
        foreach ((string mimeType, string text) in bundle)
        {
            data[mimeType] = MimeBundle.IsJson(mimeType) ? ParseOrText(text)
                : !lines || (mimeType.StartsWith("image/", StringComparison.Ordinal) && mimeType != "image/svg+xml") ? text
                : WriteLines(text);
        }

        return data;
    }

    private static JsonNode? ParseOrText(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static MimeBundle ReadBundle(JsonReader reader, JsonNode? node, string place)
    {
        JsonObject data = reader.Object(node, place);
        return new MimeBundle(data.Select(entry => KeyValuePair.Create(
            entry.Key,
            MimeBundle.IsJson(entry.Key) ? entry.Value?.ToJsonString() ?? "null" : reader.Lines(entry.Value, $"{place}['{entry.Key}']"))));
    }
}
