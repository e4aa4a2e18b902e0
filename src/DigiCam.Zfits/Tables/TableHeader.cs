using System.Globalization;
using DigiCam.Zfits.Fits;
using DigiCam.Zfits.Messages;
using Google.Protobuf.Reflection;
using static System.FormattableString;

namespace DigiCam.Zfits.Tables;

/// <summary>The structural keywords of a zfits table, checked against each other and against the size of the data.</summary>
internal sealed class TableHeader
{
    private const int MaximumColumns = 999;

    public TableHeader(FitsHdu hdu, Func<ZFitsColumn, ZFitsColumnKind> guessKind)
    {
        ZFitsLocation location = hdu.At(hdu.HeaderOffset);
        HeaderKeys keys = new(hdu.Header, location);
        FitsHeader header = hdu.Header;
        if (!header.Contains("PBFHEAD") && !header.Contains("TPBID1"))
        {
            throw new ZFitsNotSupportedException("not a protobuf zfits table (PBFHEAD and TPBID are missing): the FACT flavour of zfits is not supported", location);
        }

        keys.Text("EXTNAME");
        MessageName = keys.Text("PBFHEAD");
        keys.Expect("BITPIX", 8);
        keys.Expect("NAXIS", 2);
        keys.Expect("GCOUNT", 1);
        keys.Expect("ZPCOUNT", 0);
        long columns = keys.Integer("TFIELDS");
        if (columns is < 1 or > MaximumColumns) keys.Fail("TFIELDS", Invariant($"TFIELDS is {columns}, expected 1 to {MaximumColumns}"));
        keys.Expect("NAXIS1", 16 * columns);
        CatalogRowSize = (int)(16 * columns);
        long tiles = keys.AtLeast("NAXIS2", 0);
        Rows = keys.AtLeast("ZNAXIS2", 0);
        long tileLength = keys.AtLeast("ZTILELEN", 1);
        Shrink = header.Contains("ZSHRINK") ? keys.AtLeast("ZSHRINK", 1) : 1;
        if (tileLength % Shrink != 0) keys.Fail("ZTILELEN", Invariant($"ZTILELEN is {tileLength}, not a multiple of ZSHRINK = {Shrink}"));
        if (tileLength / Shrink > int.MaxValue) keys.Fail("ZTILELEN", Invariant($"ZTILELEN is {tileLength}, at most {int.MaxValue} rows per tile expected"));
        RowsPerTile = (int)(tileLength / Shrink);
        long expectedTiles = Rows / RowsPerTile + (Rows % RowsPerTile == 0 ? 0 : 1);
        if (tiles != expectedTiles) keys.Fail("NAXIS2", Invariant($"NAXIS2 is {tiles} tiles, but ZNAXIS2 = {Rows} rows make {expectedTiles} tiles of {RowsPerTile}"));

        HeapOffset = keys.AtLeast("ZHEAPPTR", 0);
        if (HeapOffset > hdu.DataLength) keys.Fail("ZHEAPPTR", Invariant($"ZHEAPPTR is {HeapOffset}, beyond the {hdu.DataLength} bytes of the table"));
        CatalogCapacity = HeapOffset / CatalogRowSize;
        long used = Shrink == 1 ? tiles : tiles / Shrink + (tiles % Shrink == 0 ? 0 : 1);
        if (used > CatalogCapacity) keys.Fail("ZHEAPPTR", Invariant($"ZHEAPPTR is {HeapOffset}: the heap begins inside the catalog of {used} rows of {CatalogRowSize} bytes"));
        if (Shrink > 1 && HeapOffset % CatalogRowSize != 0) keys.Fail("ZHEAPPTR", Invariant($"ZHEAPPTR is {HeapOffset}, not a multiple of the catalog row of {CatalogRowSize} bytes"));
        HeapLength = hdu.DataLength - HeapOffset;
        // A tile has a header and at least one process per block, so that this bounds every structure that grows with the number of tiles.
        if ((UInt128)tiles * (UInt128)(16 + 12 * columns) > (UInt128)HeapLength) keys.Fail("NAXIS2", Invariant($"NAXIS2 is {tiles} tiles, the heap of {HeapLength} bytes cannot hold them"));
        Tiles = (int)tiles;

        if (header.Contains("DATASUM") && keys.Text("DATASUM") is { } sum && sum.Trim(' ').Length > 0 && !FitsChecksum.TryParseDataSum(sum, out _))
        {
            keys.Fail("DATASUM", $"DATASUM is '{sum}', expected a decimal number");
        }

        Columns = ReadColumns(keys, (int)columns, MessageName, guessKind);
        UInt128 width = 0;
        foreach (ZFitsColumn column in Columns) width += (UInt128)column.MaxElements * (UInt128)column.ElementSize;
        long announced = keys.Integer("ZNAXIS1");
        if (announced < 0 || (UInt128)announced != width) keys.Fail("ZNAXIS1", Invariant($"ZNAXIS1 is {announced}, the ZFORM widths of the columns add up to {width}"));
    }

    public string MessageName { get; }

    public int CatalogRowSize { get; }

    public int Tiles { get; }

    public long Rows { get; }

    public int RowsPerTile { get; }

    public long Shrink { get; }

    public long HeapOffset { get; }

    public long HeapLength { get; }

    public long CatalogCapacity { get; }

    public ZFitsColumn[] Columns { get; }

    /// <summary>True for the header of a zfits table of any flavour.</summary>
    public static bool IsZFits(FitsHeader header) =>
        header.TryGetString("XTENSION", out string? extension) && extension == "BINTABLE" && header.TryGetLogical("ZTABLE", out bool compressed) && compressed;

    private static ZFitsColumn[] ReadColumns(HeaderKeys keys, int count, string messageName, Func<ZFitsColumn, ZFitsColumnKind> guessKind)
    {
        ZFitsColumn[] columns = new ZFitsColumn[count];
        HashSet<string> names = new(StringComparer.Ordinal);
        // All columns together tell which definition fits; a missing card is reported below, where its column is read.
        MessageDescriptor? message = MessageRegistry.Resolve(messageName, [.. Enumerable.Range(1, count).Select(n =>
            (keys.Header.TryGetString(Invariant($"TPBID{n}"), out string? path) ? path ?? "" : "", keys.Header.TryGetString(Invariant($"TTYPE{n}"), out string? name) ? name ?? "" : ""))]);
        for (int i = 0; i < count; i++)
        {
            string Key(string stem) => stem + (i + 1).ToString(CultureInfo.InvariantCulture);
            string number = Invariant($"{i + 1}");
            string name = keys.Text(Key("TTYPE"), number);
            if (name.Length == 0) keys.Fail(Key("TTYPE"), $"{Key("TTYPE")} is empty, expected a column name", number);
            if (!names.Add(name)) keys.Fail(Key("TTYPE"), $"{Key("TTYPE")} is '{name}', the name of another column as well", name);
            string format = keys.Text(Key("ZFORM"), name);
            (long maxElements, char letter) = ParseFormat(keys, Key("ZFORM"), format, name);
            string compression = keys.Text(Key("ZCTYP"), name);
            if (compression is not ("CTA" or "FACT")) keys.Fail(Key("ZCTYP"), $"{Key("ZCTYP")} is '{compression}', expected 'CTA'", name);
            decimal? tag = ParseTag(keys, Key("TZERO"), name);
            ZFitsElementType? type = TypeOf(letter, tag);
            if (type is null) keys.Fail(Key("TZERO"), Invariant($"{Key("TZERO")} is {tag}, not a tag of the element type {letter}"), name);
            string path = keys.Text(Key("TPBID"), name);
            if (!IsFieldPath(path)) keys.Fail(Key("TPBID"), $"{Key("TPBID")} is '{path}', expected field numbers joined with dots", name);

            FieldDescriptor? field = message is null ? null : MessageRegistry.FindField(message, path, name);
            ZFitsColumnKind? kind = field is null ? null : MessageRegistry.KindOf(field, type!.Value);
            columns[i] = new ZFitsColumn(i, name, path, format, maxElements, type!.Value, tag, field, kind is ZFitsColumnKind known ? _ => known : guessKind);
        }

        return columns;
    }

    private static (long Count, char Letter) ParseFormat(HeaderKeys keys, string keyword, string format, string column)
    {
        if (format.Length == 0 || !"LABIJKED".Contains(format[^1], StringComparison.Ordinal)) keys.Fail(keyword, $"{keyword} is '{format}', expected a count and one letter of LABIJKED", column);
        ReadOnlySpan<char> digits = format.AsSpan(0, format.Length - 1);
        long count = 1;
        if (digits.Length > 0 && (digits.ContainsAnyExceptInRange('0', '9') || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count)))
        {
            keys.Fail(keyword, $"{keyword} is '{format}', its count is not a number of up to 63 bits", column);
        }

        return (count, format[^1]);
    }

    private static decimal? ParseTag(HeaderKeys keys, string keyword, string column)
    {
        if (!keys.Header.TryGetCard(keyword, out FitsCard? card)) return null;
        decimal tag = 0;
        if (card!.Kind is not (FitsCardKind.Integer or FitsCardKind.Real)
            || !decimal.TryParse(card.Value.Replace('D', 'E'), NumberStyles.Float, CultureInfo.InvariantCulture, out tag))
        {
            keys.Fail(keyword, $"{keyword} is '{card.Value}', expected the tag of an unsigned type", column);
        }

        return tag;
    }

    private static ZFitsElementType? TypeOf(char letter, decimal? tag) => (letter, tag ?? 0) switch
    {
        ('L', 0) => ZFitsElementType.Bool,
        ('A', 0) => ZFitsElementType.Int8,
        ('B', 0 or -128) => ZFitsElementType.UInt8,
        ('I', 0) => ZFitsElementType.Int16,
        ('I', 32678 or 32768) => ZFitsElementType.UInt16,
        ('J', 0) => ZFitsElementType.Int32,
        ('J', 2147483648) => ZFitsElementType.UInt32,
        ('K', 0) => ZFitsElementType.Int64,
        ('K', 9223372036854775807 or 9223372036854775808) => ZFitsElementType.UInt64,
        ('E', 0) => ZFitsElementType.Float32,
        ('D', 0) => ZFitsElementType.Float64,
        _ => null,
    };

    private static bool IsFieldPath(string path) => path.Split('.').All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
