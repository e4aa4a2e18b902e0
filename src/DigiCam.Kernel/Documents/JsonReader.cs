using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Documents;

/// <summary>Reads JSON values of an expected kind; every error names the file and the place.</summary>
internal sealed class JsonReader(string file)
{
    public NotebookFormatException Error(string place, string cause) => new(file, place, cause);

    public JsonObject Object(JsonNode? node, string place) => node as JsonObject ?? throw Unexpected(node, place, "an object");

    public JsonArray Array(JsonNode? node, string place) => node as JsonArray ?? throw Unexpected(node, place, "a list");

    public string Text(JsonNode? node, string place) =>
        node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Unexpected(node, place, "a text");

    /// <summary>A text, given whole or as a list of lines.</summary>
    public string Lines(JsonNode? node, string place) =>
        node is JsonArray lines ? string.Concat(lines.Select((line, i) => Text(line, $"{place}[{i}]"))) : Text(node, place);

    public int? Count(JsonNode? node, string place) => node is null ? null : Integer(node, place);

    public int Integer(JsonNode? node, string place) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out int number)
            ? number
            : throw Unexpected(node, place, "a whole number");

    /// <summary>A copy of a metadata object; empty when there is none.</summary>
    public JsonObject Metadata(JsonNode? node, string place) =>
        node is null ? [] : Object(node, place + ".metadata").DeepClone().AsObject();

    private NotebookFormatException Unexpected(JsonNode? node, string place, string expected) =>
        Error(place, $"expected {expected}, found {Describe(node)}");

    private static string Describe(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "nothing",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "the number " + node.ToJsonString(),
        _ => node.ToJsonString(),
    };
}
