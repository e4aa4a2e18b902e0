using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Files;

namespace DigiCam.Exchange;

/// <summary>A column of float64 of a <see cref="FitsTable"/>.</summary>
/// <param name="Name">Its name: up to 68 printable characters without quotes.</param>
/// <param name="Unit">Unit; empty for pure numbers.</param>
/// <param name="Values">The values (row).</param>
internal sealed record FitsColumn(string Name, string Unit, ImmutableArray<double> Values);

/// <summary>FITS files with one binary table whose columns hold one float64 in each row (NOST 100-2.0, section 8.3; FITS Standard 4.0, section 7.3).</summary>
internal static class FitsTable
{
    private const int Block = 2880;
    private const int Card = 80;
    private const int MostHeaderBlocks = 100;

    /// <summary>Writes a table.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, string extension, IReadOnlyList<FitsColumn> columns)
    {
        int rows = columns[0].Values.Length;
        List<string> cards =
        [
            Text("XTENSION", "BINTABLE"), Number("BITPIX", 8), Number("NAXIS", 2), Number("NAXIS1", 8 * columns.Count), Number("NAXIS2", rows), Number("PCOUNT", 0), Number("GCOUNT", 1),
            Number("TFIELDS", columns.Count),
        ];
        for (int k = 0; k < columns.Count; k++)
        {
            cards.Add(Text(FormattableString.Invariant($"TTYPE{k + 1}"), columns[k].Name));
            cards.Add(Text(FormattableString.Invariant($"TFORM{k + 1}"), "D"));
            if (columns[k].Unit.Length > 0) cards.Add(Text(FormattableString.Invariant($"TUNIT{k + 1}"), columns[k].Unit));
        }

        cards.Add(Text("EXTNAME", extension));
        byte[] data = new byte[Padded(8 * columns.Count * rows)];
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < columns.Count; k++) BinaryPrimitives.WriteDoubleBigEndian(data.AsSpan(8 * ((row * columns.Count) + k)), columns[k].Values[row]);
        }

        AtomicFile.Write(path, stream =>
        {
            stream.Write(Header(["SIMPLE  =                    T", Number("BITPIX", 8), Number("NAXIS", 0), "EXTEND  =                    T"]));
            stream.Write(Header(cards));
            stream.Write(data);
        });
    }

    /// <summary>Reads the table of a file, the first extension.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such file: another type of column, cut short; the message names the file and what.</exception>
    public static ImmutableArray<FitsColumn> Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file", path);
        byte[] bytes = File.ReadAllBytes(path);
        int place = 0;
        Dictionary<string, string> primary = ReadHeader(path, bytes, ref place);
        if (!primary.ContainsKey("SIMPLE")) throw Defect(path, "is not a FITS file");
        if (Whole(path, primary, "NAXIS") != 0) throw Defect(path, "holds an image in its first part, expected a table behind an empty one");
        Dictionary<string, string> header = ReadHeader(path, bytes, ref place);
        if (header.GetValueOrDefault("XTENSION") != "BINTABLE") throw Defect(path, "has no binary table as its first extension");
        (int fields, int width, int rows) = (Whole(path, header, "TFIELDS"), Whole(path, header, "NAXIS1"), Whole(path, header, "NAXIS2"));
        if (fields is < 1 or > 999 || rows < 1) throw Defect(path, FormattableString.Invariant($"has a table of {fields} columns and {rows} rows"));
        string[] names = new string[fields];
        for (int k = 0; k < fields; k++)
        {
            names[k] = header.GetValueOrDefault(FormattableString.Invariant($"TTYPE{k + 1}")) ?? throw Defect(path, FormattableString.Invariant($"has no name of column {k + 1} (TTYPE{k + 1})"));
            string form = header.GetValueOrDefault(FormattableString.Invariant($"TFORM{k + 1}")) ?? "";
            if (form is not ("D" or "1D")) throw Defect(path, $"column {names[k]} has the format '{form}', expected one float64 in each row ('D')");
        }

        if (width != 8 * fields) throw Defect(path, FormattableString.Invariant($"has rows of {width} bytes for {fields} columns of 8"));
        if (names.Distinct(StringComparer.Ordinal).Count() != fields) throw Defect(path, "has two columns of one name");
        if (bytes.Length - place < (long)width * rows) throw Defect(path, FormattableString.Invariant($"is cut short: {bytes.Length - place} bytes for {rows} rows of {width}"));
        return
        [
            .. names.Select((name, k) => new FitsColumn(
                name, header.GetValueOrDefault(FormattableString.Invariant($"TUNIT{k + 1}")) ?? "",
                [.. Enumerable.Range(0, rows).Select(row => BinaryPrimitives.ReadDoubleBigEndian(bytes.AsSpan(place + (row * width) + (8 * k))))])),
        ];
    }

    private static Dictionary<string, string> ReadHeader(string path, byte[] bytes, ref int place)
    {
        Dictionary<string, string> header = new(StringComparer.Ordinal);
        int start = place;
        for (int block = 0; block < MostHeaderBlocks; block++)
        {
            if (bytes.Length - place < Block) throw Defect(path, place == 0 ? "is not a FITS file" : "is cut short within a header");
            string text = Encoding.ASCII.GetString(bytes, place, Block);
            if (block == 0 && !text.StartsWith(start == 0 ? "SIMPLE  =" : "XTENSION=", StringComparison.Ordinal)) throw Defect(path, start == 0 ? "is not a FITS file" : "has no extension behind its first part");
            place += Block;
            for (int card = 0; card < Block; card += Card)
            {
                string key = text.Substring(card, 8).TrimEnd();
                if (key == "END") return header;
                if (text.AsSpan(card + 8, 2) is "= ") header.TryAdd(key, Value(text.Substring(card + 10, Card - 10)));
            }
        }

        throw Defect(path, "has a header without an end");
    }

    private static string Value(string text)
    {
        string trimmed = text.Trim();
        if (!trimmed.StartsWith('\'')) return trimmed.Split('/')[0].Trim();
        int end = trimmed.IndexOf('\'', 1);
        return end < 0 ? trimmed[1..] : trimmed[1..end].TrimEnd();
    }

    private static int Whole(string path, Dictionary<string, string> header, string key) =>
        header.TryGetValue(key, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Defect(path, $"has no whole number {key} in its header");

    private static byte[] Header(IReadOnlyCollection<string> cards)
    {
        byte[] header = new byte[Padded(Card * (cards.Count + 1))];
        header.AsSpan().Fill((byte)' ');
        int place = 0;
        foreach (string card in (IEnumerable<string>)[.. cards, "END"]) place += Encoding.ASCII.GetBytes(card.PadRight(Card), header.AsSpan(place, Card));
        return header;
    }

    private static string Number(string key, int value) => FormattableString.Invariant($"{key,-8}= {value,20}");

    private static string Text(string key, string value) => FormattableString.Invariant($"{key,-8}= '{value,-8}'");

    private static int Padded(int length) => (length + Block - 1) / Block * Block;

    private static InvalidDataException Defect(string path, string what) => new($"{path}: {what}");
}
