using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Results;

namespace DigiCam.Exchange;

/// <summary>Reads tables of comma-separated numbers with a header and a line for each pixel, those of the kit and those of other tools.</summary>
internal static class PixelTableReader
{
    private const long LargestFile = 1 << 28;

    // Names of the column that says which pixel a line is of; pandas writes its index as a first column without a name.
    private static readonly string[] IdNames = ["pixel", "pixel_id", ""];

    // Units that results have, with what a column of a table has behind its name.
    private static readonly (string Suffix, string Unit)[] Units =
        [.. ((string[])["LSB/pe", "LSB^2", "LSB", "pe", "MHz", "kHz", "GHz", "Hz", "1/ns", "ns", "samples"]).Select(unit => (ResultTable.UnitSuffix(unit), unit)).OrderByDescending(unit => unit.Item1.Length)];

    private static readonly Dictionary<string, PixelFlags> FlagsByName = PixelFlagNames.All.ToDictionary(flag => flag.Name, flag => flag.Flag, StringComparer.Ordinal);

    /// <summary>Reads a table; numbers come back to the last bit, empty ones as NaN.</summary>
    /// <param name="path">The file; lines of pixels in any order.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such table; the message names file and line.</exception>
    public static PixelTable Read(string path)
    {
        string[] lines = Lines(path);
        string[] header = Header(path, lines[0]);
        string idName = IdNames.FirstOrDefault(name => name.Length > 0 ? header.Contains(name) : header[0].Length == 0) ?? throw Defect(path, 1, "has no column 'pixel' or 'pixel_id'");
        int id = Array.IndexOf(header, idName);
        (int Line, string[] Cells)[] rows = Rows(path, lines, header, id);
        (string Name, string Unit)[] names = [.. header.Select(Split)];
        List<PixelTableColumn> columns = [];
        for (int k = 0; k < header.Length; k++)
        {
            if (k == id) continue;
            (int Line, string Text)[] cells = [.. rows.Select(row => (row.Line, row.Cells[k]))];

            // Without its unit a name can be that of another column.
            (string name, string unit) = names.Count(other => other.Name == names[k].Name) == 1 ? names[k] : (header[k], "");
            columns.Add(Column(path, name, unit, cells));
        }

        return columns.Count > 0 ? new PixelTable("csv", null, [.. columns]) : throw Defect(path, 1, "names no column beside the pixel");
    }

    private static string[] Lines(string path)
    {
        if (new FileInfo(path).Length > LargestFile) throw new InvalidDataException($"{path}: the file is larger than 256 MB, too large for a table of pixels");
        try
        {
            string[] lines = File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            return lines is [""] ? throw new InvalidDataException($"{path}: is empty, not a table of pixels") : lines;
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{path}: is not text in UTF-8", exception);
        }
    }

    private static string[] Header(string path, string line)
    {
        string[] header = [.. Cells(path, 1, line).Select(name => name.Trim())];
        if (header.Length == 1 && line.Contains(';', StringComparison.Ordinal)) throw Defect(path, 1, "columns are separated by semicolons, commas are needed");
        if (header.Any(name => name.Length > 0 && Number(name) is not null)) throw Defect(path, 1, $"is no header: '{header.First(name => name.Length > 0 && Number(name) is not null)}' is no name of a column");
        if (header.Skip(1).Any(name => name.Length == 0)) throw Defect(path, 1, "a column has no name");
        if (header.FirstOrDefault(name => name.Contains('/', StringComparison.Ordinal)) is { } slash) throw Defect(path, 1, $"column '{slash}' has a slash in its name");
        return header.CountBy(name => name).FirstOrDefault(count => count.Value > 1).Key is { } twice ? throw Defect(path, 1, $"column {twice} is there twice") : header;
    }

    // Lines by pixel.
    private static (int Line, string[] Cells)[] Rows(string path, string[] lines, string[] header, int id)
    {
        (int Line, string[] Cells)[] rows = new (int, string[])[CameraGeometry.PixelCount];
        for (int i = 1; i < lines.Length; i++)
        {
            int line = i + 1;
            string[] cells = Cells(path, line, lines[i]);
            if (cells.Length != header.Length)
            {
                string comma = cells.Length > header.Length ? "; numbers have a decimal point, not a comma" : "";
                throw Defect(path, line, FormattableString.Invariant($"has {cells.Length} columns, the header {header.Length}{comma}"));
            }

            // Some tools write the numbers of pixels as 7.0.
            if (Number(cells[id]) is not { } number || !double.IsInteger(number) || number < 0 || number >= CameraGeometry.PixelCount)
                throw Defect(path, line, FormattableString.Invariant($"'{cells[id]}' is not a pixel between 0 and {CameraGeometry.PixelCount - 1}"));
            ref (int Line, string[] Cells) row = ref rows[(int)number];
            if (row.Cells is not null) throw Defect(path, line, FormattableString.Invariant($"pixel {number} is there twice, first in line {row.Line}"));
            row = (line, cells);
        }

        int[] missing = [.. Enumerable.Range(0, rows.Length).Where(pixel => rows[pixel].Cells is null)];
        if (missing.Length == 0) return rows;
        string more = missing.Length > 1 ? FormattableString.Invariant($" and {missing.Length - 1} others are missing") : " is missing";
        throw new InvalidDataException(FormattableString.Invariant($"{path}: pixel {missing[0]}{more}; a line for each of the {CameraGeometry.PixelCount} pixels is needed"));
    }

    private static PixelTableColumn Column(string path, string name, string unit, (int Line, string Text)[] cells)
    {
        if (name is "status" or "flags" && cells.Any(cell => Number(cell.Text) is null))
        {
            long[] codes = [.. cells.Select(cell => Code(path, cell.Line, name, cell.Text))];
            return new PixelTableColumn(name, "", PandasColumn.Of(name, codes), [.. cells.Select(cell => cell.Text)]);
        }

        if (cells.All(cell => cell.Text is "True" or "False")) return new PixelTableColumn(name, unit, PandasColumn.Of(name, cells.Select(cell => cell.Text == "True")));

        // Measured numbers are float64, also where they are whole by chance; -0 is no whole number.
        if (unit.Length == 0 && cells.All(cell => cell.Text != "-0" && Whole(cell.Text) is not null)) return new PixelTableColumn(name, unit, PandasColumn.Of(name, cells.Select(cell => Whole(cell.Text)!.Value)));
        return new PixelTableColumn(name, unit, PandasColumn.Of(name, cells.Select(cell => Number(cell.Text) ?? throw NoNumber(path, cell.Line, name, cell.Text))));
    }

    private static long Code(string path, int line, string name, string text)
    {
        if (name == "status") return Array.IndexOf(ResultFiles.StatusNames, text) is >= 0 and int code ? code : throw Defect(path, line, $"'{text}' is no status; there are {string.Join(", ", ResultFiles.StatusNames)}");
        if (text == PixelFlagNames.Describe(PixelFlags.None)) return 0;
        PixelFlags flags = PixelFlags.None;
        foreach (string flag in text.Split(' ')) flags |= FlagsByName.TryGetValue(flag, out PixelFlags known) ? known : throw Defect(path, line, $"'{flag}' is no flag; there are {string.Join(", ", FlagsByName.Keys)}");
        return (long)flags;
    }

    private static InvalidDataException NoNumber(string path, int line, string column, string text) =>
        Defect(path, line, $"column {column} holds '{text}', which is no number" + (text.Contains(',', StringComparison.Ordinal) ? ": numbers have a decimal point, not a comma" : ""));

    private static (string Name, string Unit) Split(string header)
    {
        // Names of the observatory such as sigma_pe have no unit in them.
        if (PixelTable.UnitOf(header).Length > 0) return (header, "");
        (string suffix, string unit) = Units.FirstOrDefault(unit => header.Length > unit.Suffix.Length && header.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return suffix is null ? (header, "") : (header[..^suffix.Length], unit);
    }

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static double? Number(string text) => text.Trim().ToLowerInvariant() switch
    {
        "" or "nan" => double.NaN,
        "inf" or "+inf" or "infinity" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        var digits => double.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) ? value : null,
    };

    // Values between commas; one in quotation marks can have commas in it.
    private static string[] Cells(string path, int line, string text)
    {
        if (!text.Contains('"', StringComparison.Ordinal)) return text.Split(',');
        List<string> cells = [];
        StringBuilder cell = new();
        bool quoted = false;
        foreach (char c in text)
        {
            if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        if (quoted) throw Defect(path, line, "a quotation mark is not closed");
        return [.. cells, cell.ToString()];
    }

    private static InvalidDataException Defect(string path, int line, string what) => new(FormattableString.Invariant($"{path}: line {line}: {what}"));
}
