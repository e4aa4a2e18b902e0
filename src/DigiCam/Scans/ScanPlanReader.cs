using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DigiCam.Plans;

namespace DigiCam.Scans;

/// <summary>
/// Scan plans from CSV, with a line of column names, or from YAML and JSON, with the same names as keys of a list of levels.
/// </summary>
internal static partial class ScanPlanReader
{
    private const long LargestFile = 1 << 24;
    private const int MostEvents = 100_000_000;
    private const int MostSamples = 1024;

    private static readonly string[] Columns = ["file", "ac", "dc", "n_events", "window"];

    public static ScanPlan Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (Directory.Exists(path)) throw new PlanException(path, 0, "", "this is a folder, not a file");
            if (!File.Exists(path)) throw new PlanException(path, 0, "", "the file does not exist");
            if (new FileInfo(path).Length > LargestFile) throw new PlanException(path, 0, "", "the file is larger than 16 MB, too large for a scan plan");
            return Parse(File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)), path);
        }
        catch (DecoderFallbackException exception)
        {
            throw new PlanException(path, 0, "", "the file is not text in UTF-8", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PlanException(path, 0, "", $"the file cannot be read: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    public static ScanPlan Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        bool isTable = Path.GetExtension(name).ToLowerInvariant() is not (".yaml" or ".yml" or ".json");
        long? first = null;
        Row[] rows = isTable ? [.. TableRows(text, name)] : [.. ListRows(text, name, out first)];
        if (rows.Length == 0) throw new PlanException(name, 0, "", "the plan has no levels");
        try
        {
            return new ScanPlan([.. rows.Select(row => row.Read())]) { FirstEventNumber = first };
        }
        catch (ArgumentException exception)
        {
            throw new PlanException(name, 0, "", Cause(exception), exception);
        }
    }

    // Lines without content and behind # say nothing. Spreadsheets in some languages separate columns by semicolons.
    private static IEnumerable<Row> TableRows(string text, string name)
    {
        string[]? columns = null;
        char separator = ',';
        int number = 0;
        foreach (string raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            if (columns is null)
            {
                separator = line.Contains(';', StringComparison.Ordinal) && !line.Contains(',', StringComparison.Ordinal) ? ';' : ',';
                columns = [.. Fields(line, separator, name, number).Select(column => KnownColumn(column, name, number))];
                if (columns.Distinct().Count() < columns.Length) throw new PlanException(name, number, "", "a column is there twice");
                if (!columns.Contains("ac") && !columns.Contains("dc")) throw new PlanException(name, number, "", "there is neither a column ac nor a column dc");
                continue;
            }

            string[] fields = Fields(line, separator, name, number);
            if (fields.Length != columns.Length) throw new PlanException(name, number, "", FormattableString.Invariant($"the line has {fields.Length} columns, the first one {columns.Length}: {string.Join(", ", columns)}"));
            yield return new Row(name, number, columns.Zip(fields).ToDictionary(pair => pair.First, pair => (pair.Second, number), StringComparer.Ordinal));
        }
    }

    private static string[] Fields(string line, char separator, string name, int number)
    {
        List<string> fields = [];
        int at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                StringBuilder field = new();
                int end = at + 1;
                for (; ; end++)
                {
                    if (end >= line.Length) throw new PlanException(name, number, "", "a quotation mark is not closed");
                    if (line[end] != '"') field.Append(line[end]);
                    else if (end + 1 < line.Length && line[end + 1] == '"') field.Append(line[end++]);
                    else break;
                }

                fields.Add(field.ToString());
                at = end + 1;
                if (at < line.Length && line[at] != separator) throw new PlanException(name, number, "", $"behind a quotation mark comes '{line[at]}' instead of '{separator}'");
            }
            else
            {
                int end = line.IndexOf(separator, at);
                fields.Add((end < 0 ? line[at..] : line[at..end]).Trim());
                at = end < 0 ? line.Length : end;
            }

            if (at >= line.Length) return [.. fields];
            at++;
        }
    }

    private static List<Row> ListRows(string text, string name, out long? first)
    {
        first = null;
        List<Row> rows = [];
        foreach (PlanEntry entry in PlanParser.Parse(name, text).Entries)
        {
            switch (entry.Key)
            {
                case "first_event_number":
                    string number = entry.Value is PlanScalar scalar ? scalar.Text : "";
                    first = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : throw new PlanException(name, entry.Line, entry.Key, $"'{number}' is not a whole number of 0 or more");
                    break;
                case "levels":
                    if (entry.Value is not PlanList list) throw new PlanException(name, entry.Line, entry.Key, "expected a list of levels, each with the keys file, ac, dc, n_events and window as needed");
                    rows.AddRange(list.Items.Select(item => ListRow(item, name)));
                    break;
                default:
                    throw new PlanException(name, entry.Line, entry.Key, "unknown key, known are levels and first_event_number");
            }
        }

        return rows;
    }

    private static Row ListRow(PlanNode item, string name)
    {
        if (item is not PlanTable table) throw new PlanException(name, item.Line, "levels", "a level consists of keys such as 'ac: 160'");
        Dictionary<string, (string, int)> values = new(StringComparer.Ordinal);
        foreach (PlanEntry entry in table.Entries)
        {
            string column = KnownColumn(entry.Key, name, entry.Line);
            if (entry.Value is not PlanScalar scalar) throw new PlanException(name, entry.Line, entry.Key, "expected a single value");
            if (!values.TryAdd(column, (scalar.Text.Trim(), entry.Line))) throw new PlanException(name, entry.Line, entry.Key, "the key is given twice");
        }

        return new Row(name, item.Line, values);
    }

    // "events" is what people write for n_events.
    private static string KnownColumn(string column, string name, int line)
    {
        string known = column.Trim().ToLowerInvariant();
        if (known == "events") return "n_events";
        if (Columns.Contains(known)) return known;
        throw new PlanException(name, line, column, $"unknown column, {(PlanText.Nearest(known, Columns) is { } nearest ? $"did you mean '{nearest}'?" : $"known are {PlanText.List(Columns, "and")}")}");
    }

    // What an argument is called in the code says nothing to the user.
    private static string Cause(ArgumentException exception) =>
        exception.ParamName is { } parameter ? exception.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal).Split('\n')[0] : exception.Message;

    [GeneratedRegex("^(?:(?<samples>[0-9]{1,9})(?: +in +|$))?(?:(?<first>[0-9]{1,9}) *- *(?<last>[0-9]{1,9}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex WindowPattern();

    // The texts of a level by column, with the lines they stand in.
    private sealed record Row(string Name, int Line, Dictionary<string, (string Text, int Line)> Values)
    {
        public ScanStep Read()
        {
            string file = Text("file");
            if (file.AsSpan().IndexOfAny('\n', '\r') >= 0) throw Error("file", "the name of a file has one line");
            int events = Text("n_events").Length > 0 ? Number("n_events", 1, MostEvents) : 0;
            if (file.Length == 0 && events == 0) throw Error("n_events", "the level has neither a file nor a number of events");
            if (Text("ac").Length == 0 && Text("dc").Length == 0) throw Error("ac", "the level has neither ac nor dc");
            (int samples, SampleRange? flash) = Window();
            return new ScanStep(new ScanLevel(Dac("ac"), Dac("dc")), new ScanPart(file, events)) { ChargeSamples = samples, Flash = flash };
        }

        private int Dac(string column) => Text(column).Length == 0 ? 0 : Number(column, 0, ScanLevel.LargestDac);

        private (int Samples, SampleRange? Flash) Window()
        {
            string text = Text("window");
            if (text.Length == 0) return (0, null);
            Match match = WindowPattern().Match(text);
            if (!match.Success) throw Error("window", $"'{text}' is neither a number of samples of the charge, as 7, nor the samples of the flash, as 14-24, nor both, as 7 in 14-24");
            int samples = Group("samples") ?? 0;
            (int? first, int? last) = (Group("first"), Group("last"));
            if (last < first) throw Error("window", $"'{text}' is impossible, the last sample lies before the first");
            SampleRange? flash = first is null ? null : new SampleRange(first.Value, last!.Value);
            if (samples > MostSamples || flash?.Last >= MostSamples || (samples == 0 && flash is null)) throw Error("window", FormattableString.Invariant($"'{text}' is impossible, a waveform has at most {MostSamples} samples and a charge at least one"));
            return (samples, flash);

            int? Group(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : null;
        }

        private int Number(string column, int minimum, int maximum)
        {
            string text = Text(column);
            if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal value) || value != decimal.Truncate(value)) throw Error(column, $"'{text}' is not a whole number");
            return value >= minimum && value <= maximum ? (int)value : throw Error(column, FormattableString.Invariant($"{text} is impossible, it must be from {minimum} to {maximum}"));
        }

        private string Text(string column) => Values.TryGetValue(column, out (string Text, int Line) value) ? value.Text : "";

        private PlanException Error(string column, string cause) => new(Name, Values.TryGetValue(column, out (string Text, int Line) value) ? value.Line : Line, column, cause);
    }
}
