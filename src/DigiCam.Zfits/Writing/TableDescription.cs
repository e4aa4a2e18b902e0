using System.Globalization;
using DigiCam.Zfits.Fits;
using static System.FormattableString;

namespace DigiCam.Zfits.Writing;

/// <summary>What is known about a table before its first row, and the header it has at any time. Immutable.</summary>
internal sealed class TableDescription
{
    private static readonly string[] ReservedStems =
        ["NAXIS", "ZTABLE", "ZNAXIS", "ZPCOUNT", "ZHEAPPTR", "ZTILELEN", "ZRATIO", "ZSHRINK", "TFORM", "TTYPE", "TZERO", "TSCAL", "TNULL", "TDIM", "ZFORM", "ZCTYP", "TPBID"];

    /// <summary>Takes a description.</summary>
    /// <exception cref="ArgumentException">The table cannot be written as described.</exception>
    public TableDescription(string name, string messageName, IReadOnlyList<ZFitsColumnDefinition> columns, ZFitsTableOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(messageName);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count is 0 or > 999) throw new ArgumentException("a table has 1 to 999 columns", nameof(columns));
        if (options.RowsPerTile < 1) throw new ArgumentException("a tile has at least one row", nameof(options));
        if (options.ReservedTiles < 1) throw new ArgumentException("the catalog has room for at least one tile", nameof(options));
        if (options.ExpectedRows < 1) throw new ArgumentException("at least one row is expected", nameof(options));
        foreach (ZFitsColumnDefinition column in columns) Check(column);
        if (columns.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count() != columns.Count) throw new ArgumentException("two columns have the same name", nameof(columns));
        foreach (FitsCard card in options.Cards)
        {
            if (IsReserved(card.Keyword)) throw new ArgumentException($"the card {card.Keyword} is written by the table itself", nameof(options));
        }

        Name = name;
        MessageName = messageName;
        Columns = [.. columns];
        Options = options;
        // Its values change, the number of its cards does not: a value that no card can hold is found here.
        HeaderSize = HeaderWriter.SizeOf(Cards(new TableNumbers { Counts = new long[columns.Count], TileLength = options.RowsPerTile }).Count);
    }

    public string Name { get; }

    public string MessageName { get; }

    public ZFitsColumnDefinition[] Columns { get; }

    public ZFitsTableOptions Options { get; }

    /// <summary>Bytes of the header.</summary>
    public long HeaderSize { get; }

    /// <summary>True for a card that a user cannot add: of a repeated keyword the last card counts, so that it could change the structure.</summary>
    public static bool IsReserved(string keyword) =>
        keyword is "SIMPLE" or "XTENSION" or "BITPIX" or "PCOUNT" or "GCOUNT" or "TFIELDS" or "EXTNAME" or "CHECKSUM" or "DATASUM" or "THEAP" or "RAWSUM" or "PBFHEAD" or "CREATOR" or "DATE" or "DATEEND" or "DATE-END" or "END"
        || Array.Exists(ReservedStems, stem => keyword.StartsWith(stem, StringComparison.Ordinal));

    /// <summary>Length of a catalog of this many tiles.</summary>
    public long CatalogLength(long tiles) => checked(tiles * 16 * Columns.Length);

    /// <summary>Bytes of a row with this many elements in its columns.</summary>
    public UInt128 WidthOf(long[] counts)
    {
        UInt128 width = 0;
        for (int c = 0; c < counts.Length; c++) width += (UInt128)counts[c] * (UInt128)Columns[c].ElementType.ElementSize();
        return width;
    }

    /// <summary>The header with the numbers of the moment.</summary>
    public byte[] Header(TableNumbers numbers) => HeaderWriter.Format(Cards(numbers), numbers.DataSum);

    private static void Check(ZFitsColumnDefinition column)
    {
        void Fail(string reason) => throw new ArgumentException($"column {column.Name}: {reason}", nameof(column));
        _ = FitsCard.Text("TTYPE", column.Name);
        if (column.Name.Trim(' ').Length == 0) Fail("the name is empty");
        if (!column.FieldPath.Split('.').All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))) Fail($"'{column.FieldPath}' is not a field path");
        if (column.Kind == ZFitsColumnKind.Text && column.ElementType != ZFitsElementType.Int8) Fail("text has elements of type Int8");
        bool scalarType = column.ElementType is not (ZFitsElementType.Int8 or ZFitsElementType.UInt8 or ZFitsElementType.Int16 or ZFitsElementType.UInt16);
        if (column.Kind is ZFitsColumnKind.Scalar or ZFitsColumnKind.Repeated && !scalarType) Fail($"no message field has single values of type {column.ElementType}");
        if (!column.IsTagged && column.ElementType != ZFitsElementType.UInt8) Fail($"elements of type {column.ElementType} need their tag");
    }

    private List<FitsCard> Cards(TableNumbers numbers)
    {
        long used = CatalogLength(numbers.Tiles);
        long heap = CatalogLength(numbers.Capacity);
        float ratio = numbers.HeapLength == 0 ? 0 : (float)numbers.RawBytes / numbers.HeapLength;
        List<FitsCard> cards =
        [
            FitsCard.Text("XTENSION", "BINTABLE", "binary table extension"),
            FitsCard.Integer("BITPIX", 8, "8-bit bytes"),
            FitsCard.Integer("NAXIS", 2, "2-dimensional binary table"),
            FitsCard.Integer("NAXIS1", CatalogLength(1), "width of table in bytes"),
            FitsCard.Integer("NAXIS2", numbers.Tiles, "number of rows in table"),
            FitsCard.Integer("PCOUNT", heap - used + numbers.HeapLength, "size of special data area"),
            FitsCard.Integer("GCOUNT", 1, "one data group (required keyword)"),
            FitsCard.Integer("TFIELDS", Columns.Length, "number of fields in each row"),
            FitsCard.Text("EXTNAME", Name, "name of extension table"),
            HeaderWriter.CheckSum,
            HeaderWriter.DataSum(numbers.DataSum.ToString(CultureInfo.InvariantCulture)),
            FitsCard.Logical("ZTABLE", true, "Table is compressed"),
            FitsCard.Integer("ZNAXIS1", (long)WidthOf(numbers.Counts), "Width of uncompressed rows"),
            FitsCard.Integer("ZNAXIS2", numbers.Rows, "Number of uncompressed rows"),
            FitsCard.Integer("ZPCOUNT", 0, ""),
            FitsCard.Integer("ZHEAPPTR", heap, "Offset of the compressed data"),
            FitsCard.Integer("ZTILELEN", numbers.TileLength, "Number of rows per tile"),
            FitsCard.Integer("THEAP", used, "End of the used catalog"),
            FitsCard.Text("RAWSUM", "0", "Checksum of raw little endian data"),
            new FitsCard("ZRATIO", FitsCardKind.Real, RealText(ratio), "Compression ratio"),
            FitsCard.Integer("ZSHRINK", 1, "Catalog shrink factor"),
            FitsCard.Text("PBFHEAD", MessageName, "Written message name"),
            .. Options.Cards,
            FitsCard.Text("CREATOR", Options.Creator, "Program that wrote this file"),
        ];
        if (Options.Date is DateTime date) cards.Add(FitsCard.Text("DATE", DateText(date), "File creation date"));
        if (Options.DateEnd is DateTime dateEnd) cards.Add(FitsCard.Text("DATEEND", DateText(dateEnd), "File closing date"));
        for (int c = 0; c < Columns.Length; c++)
        {
            ZFitsColumnDefinition column = Columns[c];
            string number = (c + 1).ToString(CultureInfo.InvariantCulture);
            cards.Add(FitsCard.Text("TFORM" + number, "1QB", $"format of {column.Name} [var. Length]"));
            cards.Add(FitsCard.Text("TTYPE" + number, column.Name));
            if (column.IsTagged && column.ElementType.Tag() is decimal tag)
            {
                cards.Add(new FitsCard("TZERO" + number, FitsCardKind.Integer, tag.ToString(CultureInfo.InvariantCulture), Invariant($"Offset for {column.ElementType.ToString().ToLowerInvariant()}")));
            }

            cards.Add(FitsCard.Text("ZFORM" + number, Invariant($"{numbers.Counts[c]}{column.ElementType.Letter()}"), $"format of {column.Name}"));
            cards.Add(FitsCard.Text("ZCTYP" + number, "CTA", "Custom CTA compression"));
            cards.Add(FitsCard.Text("TPBID" + number, column.FieldPath, "Protobuf ID"));
        }

        return cards;
    }

    private static string RealText(float value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".";
    }

    private static string DateText(DateTime date) => date.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>The numbers in the header of a table that change while it is written.</summary>
internal readonly record struct TableNumbers
{
    public int Tiles { get; init; }

    public long Rows { get; init; }

    /// <summary>Tiles the catalog has room for.</summary>
    public long Capacity { get; init; }

    public long HeapLength { get; init; }

    /// <summary>Bytes before compression.</summary>
    public long RawBytes { get; init; }

    public uint DataSum { get; init; }

    /// <summary>Largest number of elements in any row, for every column (ZFORM).</summary>
    public required long[] Counts { get; init; }

    /// <summary>Rows in every tile but the last.</summary>
    public required long TileLength { get; init; }
}
