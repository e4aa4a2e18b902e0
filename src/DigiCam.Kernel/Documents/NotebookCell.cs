using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Documents;

/// <summary>One cell of a notebook.</summary>
public sealed class NotebookCell
{
    /// <summary>Creates a cell.</summary>
    public NotebookCell(CellKind kind, string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Kind = kind;
        Source = source;
    }

    /// <summary>Code, markdown or raw.</summary>
    public CellKind Kind { get; }

    /// <summary>The cell's identifier; null in files older than nbformat 4.5.</summary>
    public string? Id { get; set; }

    /// <summary>The text of the cell, lines separated by line feeds.</summary>
    public string Source { get; set; }

    /// <summary>The cell's metadata as in the file.</summary>
    public JsonObject Metadata { get; init; } = [];

    /// <summary>Images that the markdown refers to as <c>attachment:name</c>; null when there are none.</summary>
    public JsonObject? Attachments { get; init; }

    /// <summary>The number of the cell's last execution; null when it was not executed or is no code cell.</summary>
    public int? ExecutionCount { get; set; }

    /// <summary>The outputs of a code cell, in the order in which they appeared.</summary>
    public IList<CellOutput> Outputs { get; } = [];

    /// <summary>The tags in the metadata; change them through <see cref="Metadata"/>.</summary>
    public IReadOnlyList<string> Tags => Metadata["tags"] is JsonArray tags
        ? [.. tags.OfType<JsonValue>().Where(tag => tag.TryGetValue(out string? _)).Select(tag => tag.GetValue<string>())]
        : [];

    /// <summary>Properties of the cell that nbformat 4.5 does not know.</summary>
    internal JsonObject Extra { get; init; } = [];

    /// <summary>Kind and first line.</summary>
    public override string ToString() => $"{Kind}: {Source.Split('\n')[0]}";
}
