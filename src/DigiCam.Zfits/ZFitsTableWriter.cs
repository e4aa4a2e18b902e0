using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using DigiCam.Zfits.Codecs;
using DigiCam.Zfits.Fits;
using DigiCam.Zfits.Writing;

namespace DigiCam.Zfits;

/// <summary>Writes one table row by row; a tile goes to the file whenever it is full. Not thread-safe.</summary>
public sealed class ZFitsTableWriter
{
    private static readonly byte[] Zeros = new byte[1 << 16];

    private readonly ZFitsWriter _owner;
    private readonly FileStream _stream;
    private readonly string _name;
    private readonly string _messageName;
    private readonly ZFitsTableOptions _options;
    private readonly ColumnWriter[] _columns;
    private readonly List<(long Size, long Offset)> _catalog = [];
    private readonly CodecChain _chain = new();
    private readonly long _headerOffset;
    private readonly long _dataOffset;
    private readonly long _heapStart;
    private FitsChecksum _heapSum;
    private long _heapLength;
    private long _rawBytes;
    private int _tiles;
    private int _rowsInTile;
    private bool _finished;

    internal ZFitsTableWriter(ZFitsWriter owner, FileStream stream, string name, string messageName, IReadOnlyList<ZFitsColumnDefinition> columns, ZFitsTableOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(messageName);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count is 0 or > 999) throw new ArgumentException("a table has 1 to 999 columns", nameof(columns));
        if (options.RowsPerTile < 1) throw new ArgumentException("a tile has at least one row", nameof(options));
        if (options.ReservedTiles < 1) throw new ArgumentException("the catalog has room for at least one tile", nameof(options));
        foreach (ZFitsColumnDefinition column in columns) CheckDefinition(column);
        if (columns.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count() != columns.Count) throw new ArgumentException("two columns have the same name", nameof(columns));
        foreach (FitsCard card in options.Cards)
        {
            if (TableCards.IsReserved(card.Keyword)) throw new ArgumentException($"the card {card.Keyword} is written by the table itself", nameof(options));
        }

        _owner = owner;
        _stream = stream;
        _name = name;
        _messageName = messageName;
        _options = options;
        _columns = [.. columns.Select(column => new ColumnWriter(column))];
        _headerOffset = stream.Position;
        // The header is written last; its values change, the number of its cards does not.
        _dataOffset = _headerOffset + HeaderWriter.SizeOf(Cards(0).Count);
        _heapStart = _dataOffset + CatalogLength(options.ReservedTiles);
    }

    /// <summary>Rows committed so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Number of a column by its name.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public int IndexOf(string name)
    {
        int index = Array.FindIndex(_columns, column => column.Definition.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"no column {name}", nameof(name));
    }

    /// <summary>Sets the value of a column of kind Scalar in the current row.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <param name="column">Number of the column.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">The column is of another kind or type.</exception>
    public void SetScalar<T>(int column, T value) where T : unmanaged
    {
        _columns[column].Check<T>(scalar: true);
        _columns[column].Set(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
    }

    /// <summary>Sets the elements of a column of kind Array or Repeated in the current row.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <param name="column">Number of the column.</param>
    /// <param name="values">The elements; copied.</param>
    /// <exception cref="InvalidOperationException">The column is of another kind or type.</exception>
    public void SetArray<T>(int column, ReadOnlySpan<T> values) where T : unmanaged
    {
        _columns[column].Check<T>(scalar: false);
        _columns[column].Set(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Sets the text of a column of kind Text in the current row, as UTF-8.</summary>
    /// <param name="column">Number of the column.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public void SetText(int column, string text) => SetText(column, Encoding.UTF8.GetBytes(text));

    /// <summary>Sets the bytes of a column of kind Text in the current row.</summary>
    /// <param name="column">Number of the column.</param>
    /// <param name="bytes">The bytes; copied.</param>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public void SetText(int column, ReadOnlySpan<byte> bytes)
    {
        if (_columns[column].Definition.Kind != ZFitsColumnKind.Text) throw new InvalidOperationException($"column {_columns[column].Definition.Name} is of kind {_columns[column].Definition.Kind}");
        _columns[column].Set(bytes);
    }

    /// <summary>Sets the elements of a column of any kind in the current row, as <see cref="ColumnBlock.GetRowBytes"/> gives them.</summary>
    /// <param name="column">Number of the column.</param>
    /// <param name="elements">Little-endian bytes of the elements, without length prefix; copied. None stand for the value zero in a column of kind Scalar.</param>
    /// <exception cref="ArgumentException">The bytes are no whole number of elements, not one element in a column of kind Scalar, or not 0 or 1 in a column of bool.</exception>
    public void SetRaw(int column, ReadOnlySpan<byte> elements) => _columns[column].SetRaw(elements);

    /// <summary>Ends the current row. Columns that were not set get zero or an empty row.</summary>
    /// <exception cref="InvalidOperationException">The catalog has no room for another tile, or the table is finished.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void CommitRow()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (_rowsInTile == 0 && _tiles == _options.ReservedTiles) throw new InvalidOperationException($"the catalog of table {_name} is full: {_tiles} tiles of {_options.RowsPerTile} rows were reserved");
        foreach (ColumnWriter column in _columns) column.Commit();
        RowCount++;
        if (++_rowsInTile == _options.RowsPerTile) WriteTile();
    }

    /// <summary>Completes the table. A table without rows leaves no trace in the file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (_rowsInTile > 0) WriteTile();
        bool written = _tiles > 0;
        if (written) Complete();
        Release();
        _owner.TableFinished(written);
    }

    /// <summary>Ends the table as it is.</summary>
    internal void Release()
    {
        _finished = true;
        _chain.Dispose();
    }

    private static void CheckDefinition(ZFitsColumnDefinition column)
    {
        void Fail(string reason) => throw new ArgumentException($"column {column.Name}: {reason}", nameof(column));
        _ = FitsCard.Text("TTYPE", column.Name);
        if (column.Name.Trim(' ').Length == 0) Fail("the name is empty");
        if (!column.FieldPath.Split('.').All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))) Fail($"'{column.FieldPath}' is not a field path");
        if ((column.Kind == ZFitsColumnKind.Text) && column.ElementType != ZFitsElementType.Int8) Fail("text has elements of type Int8");
        bool scalarType = column.ElementType is not (ZFitsElementType.Int8 or ZFitsElementType.UInt8 or ZFitsElementType.Int16 or ZFitsElementType.UInt16);
        if (column.Kind is ZFitsColumnKind.Scalar or ZFitsColumnKind.Repeated && !scalarType) Fail($"no message field has single values of type {column.ElementType}");
        if (!column.IsTagged && column.ElementType != ZFitsElementType.UInt8) Fail($"elements of type {column.ElementType} need their tag");
    }

    private void WriteTile()
    {
        if (_tiles == 0) WriteZeros(_heapStart - _stream.Position);
        // The size of the tile is known only when all blocks are encoded; they are kept, the column buffers hold them anyway.
        (byte[] Header, ReadOnlyMemory<byte> Payload)[] blocks = new (byte[], ReadOnlyMemory<byte>)[_columns.Length];
        long size = 0;
        for (int c = 0; c < _columns.Length; c++)
        {
            try
            {
                blocks[c] = _columns[c].Encode(_chain, ref _rawBytes);
            }
            catch (CodecException e)
            {
                throw new InvalidOperationException($"column {_columns[c].Definition.Name}: {e.Message}", e);
            }

            size += blocks[c].Header.Length + blocks[c].Payload.Length;
        }

        Span<byte> header = stackalloc byte[16];
        "TILE"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], _rowsInTile);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], size);
        WriteHeap(header);
        foreach ((byte[] blockHeader, ReadOnlyMemory<byte> payload) in blocks)
        {
            _catalog.Add((blockHeader.Length + payload.Length, _heapLength));
            WriteHeap(blockHeader);
            WriteHeap(payload.Span);
        }

        _tiles++;
        _rowsInTile = 0;
    }

    private void WriteHeap(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        // A ones' complement sum of shifted bytes is the rotated sum, so that pieces of any length can be added where they stand.
        int shift = (int)(_heapLength & 3);
        _heapSum.Add(BitOperations.RotateRight(FitsChecksum.SumOf(bytes), 8 * shift));
        _heapLength += bytes.Length;
    }

    private void WriteZeros(long count)
    {
        for (; count > 0; count -= Math.Min(count, Zeros.Length)) _stream.Write(Zeros, 0, (int)Math.Min(count, Zeros.Length));
    }

    private long CatalogLength(long rows) => checked(rows * 16 * _columns.Length);

    private void Complete()
    {
        WriteZeros(FitsBlocks.RoundUp(_stream.Position - _dataOffset) - (_stream.Position - _dataOffset));
        long end = _stream.Position;

        byte[] catalog = new byte[16 * _catalog.Count];
        for (int i = 0; i < _catalog.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(catalog.AsSpan(16 * i), _catalog[i].Size);
            BinaryPrimitives.WriteInt64BigEndian(catalog.AsSpan(16 * i + 8), _catalog[i].Offset);
        }

        FitsChecksum sum = _heapSum;
        sum.Add(catalog);
        _stream.Position = _dataOffset;
        _stream.Write(catalog);
        _stream.Position = _headerOffset;
        _stream.Write(HeaderWriter.Format(Cards(sum.Value), sum.Value));
        _stream.Position = end;
    }

    /// <summary>ZFORM counts: the longest rows, raised where the official reader, which unpacks a block into ZNAXIS1 * ZTILELEN bytes, needs more.</summary>
    private long[] MaxElements()
    {
        long[] counts = Array.ConvertAll(_columns, column => column.MaxElements);
        long width = 0;
        for (int c = 0; c < counts.Length; c++) width += counts[c] * _columns[c].Definition.ElementType.ElementSize();
        long needed = (_columns.Max(column => column.MaxBlock) + _options.RowsPerTile - 1) / _options.RowsPerTile;
        int wide = Array.FindIndex(_columns, column => column.Definition.Kind != ZFitsColumnKind.Scalar);
        if (needed > width && wide >= 0)
        {
            int size = _columns[wide].Definition.ElementType.ElementSize();
            counts[wide] += (needed - width + size - 1) / size;
        }

        return counts;
    }

    private List<FitsCard> Cards(uint dataSum)
    {
        long[] counts = MaxElements();
        long width = 0;
        for (int c = 0; c < counts.Length; c++) width += counts[c] * _columns[c].Definition.ElementType.ElementSize();
        long used = CatalogLength(_tiles);
        long heap = CatalogLength(_options.ReservedTiles);
        float ratio = _heapLength == 0 ? 0 : (float)_rawBytes / _heapLength;
        List<FitsCard> cards =
        [
            FitsCard.Text("XTENSION", "BINTABLE", "binary table extension"),
            FitsCard.Integer("BITPIX", 8, "8-bit bytes"),
            FitsCard.Integer("NAXIS", 2, "2-dimensional binary table"),
            FitsCard.Integer("NAXIS1", CatalogLength(1), "width of table in bytes"),
            FitsCard.Integer("NAXIS2", _tiles, "number of rows in table"),
            FitsCard.Integer("PCOUNT", heap - used + _heapLength, "size of special data area"),
            FitsCard.Integer("GCOUNT", 1, "one data group (required keyword)"),
            FitsCard.Integer("TFIELDS", _columns.Length, "number of fields in each row"),
            FitsCard.Text("EXTNAME", _name, "name of extension table"),
            HeaderWriter.CheckSum,
            HeaderWriter.DataSum(dataSum.ToString(CultureInfo.InvariantCulture)),
            FitsCard.Logical("ZTABLE", true, "Table is compressed"),
            FitsCard.Integer("ZNAXIS1", width, "Width of uncompressed rows"),
            FitsCard.Integer("ZNAXIS2", RowCount, "Number of uncompressed rows"),
            FitsCard.Integer("ZPCOUNT", 0, ""),
            FitsCard.Integer("ZHEAPPTR", heap, "Offset of the compressed data"),
            FitsCard.Integer("ZTILELEN", _options.RowsPerTile, "Number of rows per tile"),
            FitsCard.Integer("THEAP", used, "End of the used catalog"),
            FitsCard.Text("RAWSUM", "0", "Checksum of raw little endian data"),
            new FitsCard("ZRATIO", FitsCardKind.Real, RealText(ratio), "Compression ratio"),
            FitsCard.Integer("ZSHRINK", 1, "Catalog shrink factor"),
            FitsCard.Text("PBFHEAD", _messageName, "Written message name"),
            .. _options.Cards,
            FitsCard.Text("CREATOR", _options.Creator, "Program that wrote this file"),
        ];
        if (_options.Date is DateTime date) cards.Add(FitsCard.Text("DATE", DateText(date), "File creation date"));
        if (_options.DateEnd is DateTime dateEnd) cards.Add(FitsCard.Text("DATEEND", DateText(dateEnd), "File closing date"));
        for (int c = 0; c < _columns.Length; c++)
        {
            ZFitsColumnDefinition column = _columns[c].Definition;
            string number = (c + 1).ToString(CultureInfo.InvariantCulture);
            cards.Add(FitsCard.Text("TFORM" + number, "1QB", $"format of {column.Name} [var. Length]"));
            cards.Add(FitsCard.Text("TTYPE" + number, column.Name));
            if (column.IsTagged && column.ElementType.Tag() is decimal tag)
            {
                cards.Add(new FitsCard("TZERO" + number, FitsCardKind.Integer, tag.ToString(CultureInfo.InvariantCulture), FormattableString.Invariant($"Offset for {column.ElementType.ToString().ToLowerInvariant()}")));
            }

            cards.Add(FitsCard.Text("ZFORM" + number, FormattableString.Invariant($"{counts[c]}{column.ElementType.Letter()}"), $"format of {column.Name}"));
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
