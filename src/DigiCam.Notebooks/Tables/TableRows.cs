using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Tables;

/// <summary>The rows of a table for programs: CSV, and what the table's script needs for its pages.</summary>
internal static class TableRows
{
    // An output stays below 1 MB: a row of ten columns is some 250 characters, half of that packed.
    private const int MaxCells = 40_000;
    private const int MaxCharacters = 1_500_000;
    private const int PackFrom = 8192;

    // What a name of a file may hold everywhere.
    private const int MaxNameLength = 60;

    /// <summary>The rows as an element that the script reads, as many as an output may hold.</summary>
    public static string Element(Table table)
    {
        int?[] decimals = [.. table.Columns.Select((_, i) => table.Decimals(i))];
        string[][] texts = [.. table.Rows.Take(Math.Max(table.MaxRows, MaxCells / Math.Max(table.Columns.Count, 1)))
            .Select(row => row.Select((cell, i) => table.Pretty(cell, i, decimals[i])).ToArray())];
        int kept = 0;
        for (int characters = 0; kept < texts.Length && characters < MaxCharacters; kept++) characters += texts[kept].Sum(text => text.Length);
        string json = Html.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("file", FileName(table.Caption));
            writer.WriteNumber("count", kept);
            writer.WriteNumber("left", table.Rows.Count - kept);
            writer.WriteNumber("page", table.MaxRows);
            writer.WriteStartArray("columns");
            for (int i = 0; i < table.Columns.Count; i++) WriteColumn(writer, table, i, texts, kept);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        if (json.Length < PackFrom) return $"<script type=\"application/json\" class=\"k-rows\">{json}</script>";
        using MemoryStream stream = new();
        using (DeflateStream deflate = new(stream, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(Encoding.UTF8.GetBytes(json));
        return $"<script type=\"application/json\" class=\"k-rows\" data-packed=\"deflate-raw\">{Convert.ToBase64String(stream.GetBuffer(), 0, (int)stream.Length)}</script>";
    }

    /// <summary>All rows as comma-separated values.</summary>
    public static string Csv(Table table)
    {
        StringBuilder csv = new();
        bool[] hasError = [.. table.Columns.Select((_, i) => HasErrors(table, i))];
        List<string> fields = [];
        for (int i = 0; i < table.Columns.Count; i++)
        {
            string unit = table.Columns[i].Unit is { Length: > 0 } name ? $" [{name}]" : "";
            fields.Add(table.Columns[i].Name + unit);
            if (hasError[i]) fields.Add($"{table.Columns[i].Name} error{unit}");
        }

        AddLine(csv, fields);
        foreach (IReadOnlyList<object?> row in table.Rows)
        {
            fields.Clear();
            for (int i = 0; i < row.Count; i++)
            {
                fields.Add(Exact(row[i]) ?? "");
                if (hasError[i]) fields.Add(ErrorOf(row[i]) ?? "");
            }

            AddLine(csv, fields);
        }

        return csv.ToString();
    }

    private static void WriteColumn(Utf8JsonWriter writer, Table table, int column, string[][] texts, int kept)
    {
        bool isNumeric = table.IsNumeric(column);
        object?[] cells = [.. table.Rows.Take(kept).Select(row => row[column])];
        writer.WriteStartObject();
        writer.WriteString("name", table.Columns[column].Name);
        if (table.Columns[column].Unit.Length > 0) writer.WriteString("unit", table.Columns[column].Unit);
        if (isNumeric) writer.WriteBoolean("right", true);
        if (isNumeric) Write("raw", cells.Select(Exact));
        if (HasErrors(table, column)) Write("error", cells.Select(ErrorOf));

        // The script writes whole numbers itself.
        if (!isNumeric || !cells.All(IsWhole)) Write("text", Enumerable.Range(0, kept).Select(i => texts[i][column]));
        if (!isNumeric && cells.Where((cell, i) => Exact(cell) != texts[i][column]).Any()) Write("csv", cells.Select(cell => Exact(cell) ?? ""));
        writer.WriteEndObject();

        void Write(string name, IEnumerable<string?> values)
        {
            writer.WriteStartArray(name);
            foreach (string? value in values) writer.WriteStringValue(value);
            writer.WriteEndArray();
        }
    }

    private static bool IsWhole(object? cell) => cell is null or sbyte or byte or short or ushort or int or uint or long;

    private static bool HasErrors(Table table, int column) => table.Rows.Any(row => row[column] is Measurement);

    // Numbers with every digit; null for nothing.
    private static string? Exact(object? cell) => cell switch
    {
        null => null,
        Measurement measurement => measurement.Value.ToString("R", CultureInfo.InvariantCulture),
        bool flag => flag ? "yes" : "no",
        _ => Words.Exact(cell),
    };

    private static string? ErrorOf(object? cell) => cell is Measurement measurement ? measurement.Error.ToString("R", CultureInfo.InvariantCulture) : null;

    private static void AddLine(StringBuilder csv, List<string> fields) => csv.AppendJoin(',', fields.Select(Field)).Append('\n');

    private static string Field(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string FileName(string caption)
    {
        string name = string.Concat(caption.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' '));
        name = string.Join('-', name.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return (name.Length == 0 ? "table" : name[..Math.Min(name.Length, MaxNameLength)]) + ".csv";
    }
}
