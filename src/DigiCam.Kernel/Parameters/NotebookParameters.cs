using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DigiCam.Kernel.Parameters;

/// <summary>Values for a notebook's parameters, by name. Immutable: the methods return a new set in which later values win.</summary>
public sealed class NotebookParameters
{
    private NotebookParameters(ImmutableSortedDictionary<string, ParameterValue> values) => Values = values;

    /// <summary>No values.</summary>
    public static NotebookParameters Empty { get; } =
        new(ImmutableSortedDictionary<string, ParameterValue>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>The values in ordinal order of their names.</summary>
    public ImmutableSortedDictionary<string, ParameterValue> Values { get; }

    /// <summary>Adds a value.</summary>
    public NotebookParameters With(string name, ParameterValue value) => new(Values.SetItem(name, value));

    /// <summary>Adds a value written <c>name=value</c>.</summary>
    /// <exception cref="ParameterException">The text is not of that form.</exception>
    public NotebookParameters WithAssignment(string assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? "" : assignment[..equals].Trim();
        if (name.Length == 0) throw new ParameterException($"parameter '{assignment}': expected name=value");
        return With(name, ParameterValue.Typed(assignment[(equals + 1)..]));
    }

    /// <summary>Adds the values of a YAML or JSON file: a flat map of names to values or lists of values.</summary>
    /// <exception cref="ParameterException">The file is missing or not such a map.</exception>
    public NotebookParameters WithFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ParameterException(File.Exists(path) ? $"{path}: cannot be read: {exception.Message}" : $"{path}: no such parameter file", exception);
        }

        IEnumerable<KeyValuePair<string, ParameterValue>> values =
            Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(path, text) : ReadYaml(path, text);
        return new NotebookParameters(Values.SetItems(values));
    }

    private static List<KeyValuePair<string, ParameterValue>> ReadJson(string path, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new ParameterException($"{path}: expected an object of names and values");
            return [.. document.RootElement.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, FromJson(path, property.Name, property.Value)))];
        }
        catch (JsonException exception)
        {
            throw new ParameterException(
                string.Create(CultureInfo.InvariantCulture, $"{path}: line {exception.LineNumber + 1}: not JSON: {exception.Message.Split(" LineNumber:")[0]}"), exception);
        }
    }

    private static ParameterValue FromJson(string path, string name, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => ParameterValue.Null,
        JsonValueKind.String => ParameterValue.Scalar(element.GetString()!),
        JsonValueKind.Array => ParameterValue.List([.. element.EnumerateArray().Select(item => FromJson(path, name, item))]),
        JsonValueKind.Object => throw new ParameterException($"{path}: {name}: a value or a list is expected, not an object"),
        _ => ParameterValue.Scalar(element.GetRawText()),
    };

    private static List<KeyValuePair<string, ParameterValue>> ReadYaml(string path, string text)
    {
        try
        {
            YamlStream stream = [];
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0) return [];
            if (stream.Documents[0].RootNode is not YamlMappingNode map) throw new ParameterException($"{path}: expected a map of names and values");
            return [.. map.Children.Select(entry => KeyValuePair.Create(
                (entry.Key as YamlScalarNode)?.Value ?? throw new ParameterException($"{path}: line {entry.Key.Start.Line.ToString(CultureInfo.InvariantCulture)}: a name is expected"),
                FromYaml(path, entry.Value)))];
        }
        catch (YamlException exception)
        {
            throw new ParameterException(
                string.Create(CultureInfo.InvariantCulture, $"{path}: line {exception.Start.Line}: not YAML: {exception.Message}"), exception);
        }
    }

    private static ParameterValue FromYaml(string path, YamlNode node) => node switch
    {
        YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" } => ParameterValue.Null,
        YamlScalarNode scalar => ParameterValue.Scalar(scalar.Value ?? ""),
        YamlSequenceNode list => ParameterValue.List([.. list.Children.Select(item => FromYaml(path, item))]),
        _ => throw new ParameterException(string.Create(CultureInfo.InvariantCulture, $"{path}: line {node.Start.Line}: a value or a list is expected, not a map")),
    };
}
