using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Documents;

/// <summary>A Jupyter notebook (nbformat 4). Metadata the kit does not know survives loading and saving. Not thread-safe.</summary>
public sealed class NotebookDocument
{
    private static readonly HashSet<string> KnownCellProperties =
        new(["cell_type", "id", "source", "metadata", "outputs", "execution_count", "attachments"], StringComparer.Ordinal);

    private JsonObject _extra = [];

    /// <summary>Creates an empty nbformat 4.5 notebook without metadata.</summary>
    public NotebookDocument()
    {
    }

    /// <summary>Minor version of nbformat 4; cells have identifiers from 5 on.</summary>
    public int FormatMinor { get; private set; } = 5;

    /// <summary>The notebook's metadata as in the file.</summary>
    public JsonObject Metadata { get; private set; } = [];

    /// <summary>The cells, top to bottom.</summary>
    public IList<NotebookCell> Cells { get; } = [];

    /// <summary>The language of the kernel, from <c>kernelspec</c> or else <c>language_info</c>; null when the file does not say.</summary>
    public string? Language =>
        Text(Metadata["kernelspec"] as JsonObject, "language") ?? Text(Metadata["language_info"] as JsonObject, "name");

    /// <summary>The name of the kernel, for example <c>.net-csharp</c>; null when the file does not say.</summary>
    public string? KernelName => Text(Metadata["kernelspec"] as JsonObject, "name");

    /// <summary>The first markdown heading, without markup; null when there is none.</summary>
    public string? Title => Cells.Where(cell => cell.Kind == CellKind.Markdown).Select(cell => FirstHeading(cell.Source)).FirstOrDefault(title => title is not null);

    /// <summary>Reads a notebook from a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="NotebookFormatException">The file is not a notebook of nbformat 4.</exception>
    public static NotebookDocument Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file", path);
        return Parse(File.ReadAllText(path, Encoding.UTF8), path);
    }

    /// <summary>Reads a notebook from its JSON text.</summary>
    /// <param name="json">The content of an .ipynb file.</param>
    /// <param name="name">The name that error messages use.</param>
    /// <exception cref="NotebookFormatException">The text is not a notebook of nbformat 4.</exception>
    public static NotebookDocument Parse(string json, string name)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonReader reader = new(name);
        JsonObject root = reader.Object(ParseJson(json, name), "");
        if (root["nbformat"] is null || (root["cells"] is null && root["worksheets"] is null))
        {
            throw reader.Error("", "JSON, but not a notebook (no nbformat and cells)");
        }

        int format = reader.Integer(root["nbformat"], "nbformat");
        if (format != 4) throw reader.Error("nbformat", $"version {format.ToString(CultureInfo.InvariantCulture)} is not supported, only version 4 is; save the notebook with a current Jupyter");

        NotebookDocument document = new()
        {
            FormatMinor = root["nbformat_minor"] is null ? 0 : reader.Integer(root["nbformat_minor"], "nbformat_minor"),
            Metadata = root["metadata"] is null ? [] : reader.Object(root["metadata"], "metadata").DeepClone().AsObject(),
            _extra = Without(root, key => key is "nbformat" or "nbformat_minor" or "metadata" or "cells"),
        };
        JsonArray cells = reader.Array(root["cells"], "cells");
        for (int i = 0; i < cells.Count; i++)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"cells[{i}]");
            document.Cells.Add(ReadCell(reader, reader.Object(cells[i], place), place));
        }

        return document;
    }

    /// <summary>Writes the notebook to a file, replacing it only when the new content is complete; creates the folder if needed.</summary>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteAllText(path, ToJson());
    }

    /// <summary>The notebook as the text of an .ipynb file: the same text for the same content.</summary>
    public string ToJson()
    {
        JsonObject root = _extra.DeepClone().AsObject();
        root["cells"] = new JsonArray([.. Cells.Select(WriteCell)]);
        root["metadata"] = Metadata.DeepClone();
        root["nbformat"] = 4;
        root["nbformat_minor"] = FormatMinor;
        return NotebookJson.Write(root);
    }

    /// <summary>Removes outputs and execution counts of all cells.</summary>
    public void ClearOutputs()
    {
        foreach (NotebookCell cell in Cells)
        {
            cell.Outputs.Clear();
            cell.ExecutionCount = null;
        }
    }

    private static string? FirstHeading(string markdown)
    {
        bool fenced = false;
        foreach (string line in markdown.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal)) fenced = !fenced;
            string text = line.TrimStart('#');
            if (fenced || text.Length == line.Length || !text.StartsWith(' ')) continue;
            text = text.Replace("*", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal).Trim().TrimEnd('#').TrimEnd();
            if (text.Length > 0) return text;
        }

        return null;
    }

    private static JsonNode? ParseJson(string json, string name)
    {
        try
        {
            return JsonNode.Parse(json.TrimStart('\uFEFF'), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            string place = exception.LineNumber is { } line
                ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, byte {(exception.BytePositionInLine ?? 0) + 1}")
                : "";
            string cause = exception.Message.Split(" LineNumber:")[0].Split(" Path:")[0];
            throw new NotebookFormatException(name, place, $"not JSON, so not a notebook: {cause}", exception);
        }
    }

    private static NotebookCell ReadCell(JsonReader reader, JsonObject json, string place)
    {
        string type = reader.Text(json["cell_type"], place + ".cell_type");
        CellKind kind = type switch
        {
            "code" => CellKind.Code,
            "markdown" => CellKind.Markdown,
            "raw" => CellKind.Raw,
            _ => throw reader.Error(place + ".cell_type", $"unknown cell type '{type}'"),
        };
        NotebookCell cell = new(kind, reader.Lines(json["source"], place + ".source").Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            Id = json["id"] is null ? null : reader.Text(json["id"], place + ".id"),
            Metadata = reader.Metadata(json["metadata"], place),
            Attachments = json["attachments"] is null ? null : reader.Object(json["attachments"], place + ".attachments").DeepClone().AsObject(),
            ExecutionCount = reader.Count(json["execution_count"], place + ".execution_count"),
            Extra = Without(json, KnownCellProperties.Contains),
        };
        if (kind != CellKind.Code || json["outputs"] is null) return cell;
        JsonArray outputs = reader.Array(json["outputs"], place + ".outputs");
        for (int i = 0; i < outputs.Count; i++)
        {
            string outputPlace = string.Create(CultureInfo.InvariantCulture, $"{place}.outputs[{i}]");
            cell.Outputs.Add(OutputJson.Read(reader, reader.Object(outputs[i], outputPlace), outputPlace));
        }

        return cell;
    }

    private static JsonNode WriteCell(NotebookCell cell)
    {
        JsonObject json = cell.Extra.DeepClone().AsObject();
        json["cell_type"] = cell.Kind switch { CellKind.Code => "code", CellKind.Markdown => "markdown", _ => "raw" };
        if (cell.Id is not null) json["id"] = cell.Id;
        if (cell.Attachments is not null) json["attachments"] = cell.Attachments.DeepClone();
        json["metadata"] = cell.Metadata.DeepClone();
        json["source"] = OutputJson.WriteLines(cell.Source);
        if (cell.Kind != CellKind.Code) return json;
        json["execution_count"] = cell.ExecutionCount;
        json["outputs"] = new JsonArray([.. cell.Outputs.Select(OutputJson.Write)]);
        return json;
    }

    private static JsonObject Without(JsonObject json, Func<string, bool> known) =>
        new(json.Where(entry => !known(entry.Key)).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));

    private static string? Text(JsonObject? json, string key) =>
        json?[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
