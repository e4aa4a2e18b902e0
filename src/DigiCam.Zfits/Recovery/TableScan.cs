using System.Buffers.Binary;
using System.Globalization;
using DigiCam.Zfits.Codecs;
using DigiCam.Zfits.Fits;
using DigiCam.Zfits.Tables;
using DigiCam.Zfits.Writing;
using static System.FormattableString;

namespace DigiCam.Zfits.Recovery;

/// <summary>Finds the complete tiles of a table by their markers. Of the header only what a writer knows from the beginning is believed:
/// columns, tile length and where the heap begins; not the counts, and not the catalog.</summary>
internal sealed class TableScan
{
    private const long MaximumBlock = 1L << 31;

    /// <summary>No coder makes more bytes out of one: zstd runs of 128 KiB in four bytes.</summary>
    private const long LargestExpansion = 33_000;

    private const long LargestConstant = 1L << 26;

    private const int ChunkSize = 1 << 20;

    private readonly ZFitsFile _file;
    private readonly CodecChain _chain = new();
    private readonly List<(int Start, int Length)> _rows = [];
    private readonly bool[] _isArray;
    private ByteBuffer _decoded = new();
    private byte[] _block = [];

    private TableScan(ZFitsTable table, long announcedRows)
    {
        _file = table.File;
        Table = table;
        AnnouncedRows = announcedRows;
        _isArray = new bool[table.Columns.Count];
    }

    /// <summary>The table as it would be without rows.</summary>
    public ZFitsTable Table { get; }

    public long AnnouncedRows { get; }

    public List<FoundTile> Tiles { get; } = [];

    public List<ZFitsLostPart> Lost { get; } = [];

    /// <summary>Where the next header may begin.</summary>
    public long End { get; private set; }

    /// <summary>Scans a table.</summary>
    /// <exception cref="ZFitsFormatException">The header does not describe a table.</exception>
    public static TableScan Run(ZFitsFile file, int index, FitsHeader header, long headerOffset, long dataOffset, CancellationToken ct)
    {
        header.TryGetInteger("ZNAXIS2", out long rows);
        FitsHdu hdu = new(file, index, WithoutCounts(header, file.Length - dataOffset), headerOffset, dataOffset, file.Length - dataOffset);
        TableScan scan = new(new ZFitsTable(file, hdu), Math.Max(0, rows));
        scan.Walk(ct);
        scan._chain.Dispose();
        return scan;
    }

    /// <summary>Layout of the rows of a column; without a definition what fits all tiles.</summary>
    public ZFitsColumnKind KindOf(ZFitsColumn column)
    {
        if (column.IsKnownField) return column.Kind;
        if (column.ElementType == ZFitsElementType.Int8) return ZFitsColumnKind.Text;
        return _isArray[column.Index] || !CanBeScalar(column) ? ZFitsColumnKind.Array : ZFitsColumnKind.Scalar;
    }

    /// <summary>Decodes the rows of a column of a tile.</summary>
    /// <returns>The decoded bytes, and where in them the elements of every row are; none for a block without data.</returns>
    public (byte[] Data, (int Start, int Length)[] Rows) Decode(FoundTile tile, ZFitsColumn column)
    {
        long offset = tile.Offset + TileLayout.TileHeaderSize + tile.Blocks.Take(column.Index).Sum(block => block.Size);
        using CodecChain chain = new();
        _rows.Clear();
        Decode(chain, column, offset, tile.Blocks[column.Index].Size, tile.Rows);
        return (_rows.Count == 0 ? [] : _decoded.Span.ToArray(), [.. _rows]);
    }

    /// <summary>No field of a message has single values of one or two bytes, but for bools.</summary>
    private static bool CanBeScalar(ZFitsColumn column) => column.ElementType is not (ZFitsElementType.Int8 or ZFitsElementType.UInt8 or ZFitsElementType.Int16 or ZFitsElementType.UInt16);

    /// <summary>The same header for a table without rows, and with what every table has in common: of a repeated keyword the last card counts.</summary>
    private static FitsHeader WithoutCounts(FitsHeader header, long dataLength)
    {
        long width = 0;
        header.TryGetInteger("TFIELDS", out long columns);
        for (int n = 1; n <= Math.Min(columns, 999); n++)
        {
            if (!header.TryGetString(Invariant($"ZFORM{n}"), out string? format) || format!.Length == 0) continue;
            int size = format[^1] switch { 'I' => 2, 'J' or 'E' => 4, 'K' or 'D' => 8, _ => 1 };
            long count = format.Length == 1 ? 1 : long.TryParse(format.AsSpan(0, format.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
            width += Math.Min(count, long.MaxValue / 16 / 999) * size;
        }

        if (!header.TryGetInteger("ZSHRINK", out long shrink) || shrink < 1) shrink = 1;
        header.TryGetInteger("ZTILELEN", out long tileLength);
        // Where the tiles begin is found out, if it has to be.
        if (!header.TryGetInteger("ZHEAPPTR", out long heap) || heap < 0 || heap > dataLength) heap = 0;
        FitsCard[] cards =
        [
            FitsCard.Integer("BITPIX", 8),
            FitsCard.Integer("NAXIS", 2),
            FitsCard.Integer("NAXIS1", 16 * Math.Clamp(columns, 0, 1000)),
            FitsCard.Integer("NAXIS2", 0),
            FitsCard.Integer("GCOUNT", 1),
            FitsCard.Integer("ZPCOUNT", 0),
            FitsCard.Integer("ZHEAPPTR", heap),
            FitsCard.Integer("ZNAXIS1", width),
            FitsCard.Integer("ZNAXIS2", 0),
            FitsCard.Integer("ZSHRINK", 1),
            FitsCard.Integer("ZTILELEN", tileLength / shrink),
            FitsCard.Text("DATASUM", ""),
        ];
        return new FitsHeader(header.Concat(cards), Enumerable.Repeat(0L, header.Count + cards.Length));
    }

    private void Walk(CancellationToken ct)
    {
        long position = Table.Hdu.DataOffset + Table.HeapOffset;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (TryReadTile(position, out FoundTile? tile, out string reason))
            {
                Tiles.Add(tile);
                position = tile.End;
                continue;
            }

            long next = FindNext(position, ct, out bool isTile);
            // Zeros pad the table. Before the first tile there is the catalog; some writers say only in the end how long it is.
            bool isCatalog = isTile && Tiles.Count == 0 && AnnouncedRows == 0;
            if (!isCatalog && !IsZero(position, next)) Lost.Add(new ZFitsLostPart(position, next - position, reason));
            position = next;
            if (isTile) continue;
            End = next;
            return;
        }
    }

    /// <summary>The next complete tile, else the next header, else the end of the file.</summary>
    private long FindNext(long from, CancellationToken ct, out bool isTile)
    {
        ReadOnlySpan<byte> tileMark = "TILE"u8;
        ReadOnlySpan<byte> headerMark = "XTENSION= "u8;
        byte[] chunk = new byte[ChunkSize + headerMark.Length];
        isTile = false;
        for (long start = from; start < _file.Length; start += ChunkSize)
        {
            ct.ThrowIfCancellationRequested();
            Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, _file.Length - start));
            _file.ReadExactly(start, bytes);
            long header = FindHeader(bytes, start);
            for (int at = 0; at < ChunkSize; at++)
            {
                int mark = at < bytes.Length ? bytes[at..].IndexOf(tileMark) : -1;
                if (mark < 0 || at + mark >= ChunkSize) break;
                at += mark;
                if (header >= 0 && start + at > header) break;
                isTile = TryReadTile(start + at, out _, out _);
                if (isTile) return start + at;
            }

            if (header >= 0) return header;
        }

        return _file.Length;

        static long FindHeader(ReadOnlySpan<byte> bytes, long start)
        {
            for (int at = (int)((FitsBlocks.BlockSize - (start % FitsBlocks.BlockSize)) % FitsBlocks.BlockSize); at < Math.Min(ChunkSize, bytes.Length); at += FitsBlocks.BlockSize)
            {
                if (bytes[at..].StartsWith("XTENSION= "u8)) return start + at;
            }

            return -1;
        }
    }

    private bool TryReadTile(long offset, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FoundTile? tile, out string reason)
    {
        tile = null;
        reason = "no tile marker";
        Span<byte> header = stackalloc byte[TileLayout.TileHeaderSize];
        long left = _file.Length - offset;
        if (left < 4) return false;
        _file.ReadExactly(offset, header[..4]);
        if (!header.StartsWith("TILE"u8)) return false;
        reason = "the file ends inside a tile header";
        if (left < header.Length) return false;
        _file.ReadExactly(offset, header);
        uint rows = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        reason = Invariant($"the tile header announces {rows} rows, 1 to {Table.RowsPerTile} expected");
        if (rows == 0 || rows > (uint)Table.RowsPerTile) return false;
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        reason = Invariant($"the file ends inside the tile: {left - header.Length} of {size} bytes");
        if (size > (ulong)(left - header.Length)) return false;

        CopiedBlock[] blocks = new CopiedBlock[Table.Columns.Count];
        long position = offset + header.Length;
        long end = position + (long)size;
        foreach (ZFitsColumn column in Table.Columns)
        {
            reason = Invariant($"column {column.Name}: {end - position} bytes are left in the tile, a block has at least {TileLayout.SmallestBlock}");
            if (end - position < TileLayout.SmallestBlock) return false;
            _file.ReadExactly(position, header[..8]);
            ulong blockSize = BinaryPrimitives.ReadUInt64LittleEndian(header);
            reason = Invariant($"column {column.Name}: the block header announces {blockSize} bytes, {TileLayout.SmallestBlock} to {end - position} expected");
            if (blockSize < TileLayout.SmallestBlock || blockSize > (ulong)(end - position)) return false;
            blocks[column.Index] = new CopiedBlock((long)blockSize, 0, 0);
            position += (long)blockSize;
        }

        reason = Invariant($"the tile header announces {size} bytes, its blocks have {position - offset - header.Length}");
        if (position != end) return false;

        position = offset + header.Length;
        bool[] isArray = [.. _isArray];
        foreach (ZFitsColumn column in Table.Columns)
        {
            CopiedBlock block = blocks[column.Index];
            try
            {
                _rows.Clear();
                (long raw, long elements, bool array) = Decode(_chain, column, position, block.Size, (int)rows);
                blocks[column.Index] = block with { RawLength = raw, MaxElements = elements };
                isArray[column.Index] |= array;
            }
            catch (Exception e) when (e is CodecException or NotSupportedException)
            {
                reason = $"column {column.Name}: {e.Message}";
                return false;
            }

            position += block.Size;
        }

        isArray.CopyTo(_isArray, 0);
        tile = new FoundTile(offset, end, (int)rows, blocks);
        return true;
    }

    /// <summary>Decodes a block and finds its rows.</summary>
    private (long RawLength, long MaxElements, bool IsArray) Decode(CodecChain chain, ZFitsColumn column, long offset, long size, int rows)
    {
        if (size > Array.MaxLength) CodecErrors.Fail(Invariant($"block of {size} bytes, at most {Array.MaxLength} expected"));
        if (_block.Length < size) _block = GC.AllocateUninitializedArray<byte>((int)size);
        _file.ReadExactly(offset, _block.AsSpan(0, (int)size));
        if (_block[8] is not ((byte)'C' or (byte)'R')) CodecErrors.Fail($"ordering byte is 0x{_block[8]:x2}, expected 'C' or 'R'");
        int count = _block[9];
        int header = TileLayout.BlockHeaderSize + 2 * count;
        if (count == 0 || header > size) CodecErrors.Fail(Invariant($"the block announces {count} processes, its {size} bytes cannot hold them"));
        Span<ushort> processes = stackalloc ushort[count];
        for (int i = 0; i < count; i++) processes[i] = BlockDecoder.ProcessAt(_block, i);
        CodecChain.Check(processes);
        if (header == size) return (0, 1, false);

        // A provisional ZFORM says nothing about the length of the rows; what the block can become bounds the memory. A Huffman stream of
        // one symbol can become anything: there the header is believed, within bounds.
        UInt128 announced = (UInt128)rows * (4 + (UInt128)column.MaxElements * (UInt128)column.ElementSize) + 3;
        long limit = Math.Min(Math.Max((long)UInt128.Min(announced, LargestConstant), size * LargestExpansion), MaximumBlock);
        chain.Decode(_block, header, (int)size - header, processes, limit, ref _decoded);
        if ((_decoded.Length & 3) != 0) CodecErrors.Fail(Invariant($"the block decodes to {_decoded.Length} bytes, expected a multiple of 4"));

        bool guess = !column.IsKnownField;
        bool canBeScalar = guess ? CanBeScalar(column) : column.Kind == ZFitsColumnKind.Scalar;
        if (canBeScalar && _decoded.Length == ((long)rows * column.ElementSize + 3) / 4 * 4)
        {
            for (int row = 0; row < rows; row++) _rows.Add((row * column.ElementSize, column.ElementSize));
            CheckBooleans(column);
            return (_decoded.Length, 1, false);
        }

        if (canBeScalar && !guess) CodecErrors.Fail(Invariant($"the block holds {_decoded.Length} bytes, not {rows} rows of {column.ElementSize} bytes"));
        long most = FindArrays(column, rows, !guess && column.Kind == ZFitsColumnKind.Repeated);
        CheckBooleans(column);
        return (_decoded.Length, most, true);
    }

    private void CheckBooleans(ZFitsColumn column)
    {
        if (column.ElementType != ZFitsElementType.Bool) return;
        foreach ((int start, int length) in _rows)
        {
            if (_decoded.Span.Slice(start, length).ContainsAnyExcept((byte)0, (byte)1)) CodecErrors.Fail("a boolean byte is neither 0 nor 1");
        }
    }

    private long FindArrays(ZFitsColumn column, int rows, bool countsElements)
    {
        ReadOnlySpan<byte> data = _decoded.Span;
        long most = 1;
        int at = 0;
        for (int row = 0; row < rows; row++)
        {
            if (data.Length - at < 4) CodecErrors.Fail(Invariant($"the block ends before row {row} of {rows}"));
            int prefix = BinaryPrimitives.ReadInt32LittleEndian(data[at..]);
            long length = countsElements ? (uint)prefix * (long)column.ElementSize : prefix;
            at += 4;
            if (length < 0 || length > data.Length - at || length % column.ElementSize != 0) CodecErrors.Fail(Invariant($"row {row} has a length of {length} bytes, {data.Length - at} bytes are left in the block"));
            _rows.Add((at, (int)length));
            most = Math.Max(most, length / column.ElementSize);
            at += (int)length;
        }

        if (data.Length - at > 3) CodecErrors.Fail(Invariant($"{data.Length - at} bytes follow the last row, 0 to 3 expected"));
        return most;
    }

    private bool IsZero(long from, long to)
    {
        byte[] bytes = new byte[(int)Math.Min(ChunkSize, to - from)];
        for (; from < to; from += bytes.Length)
        {
            Span<byte> chunk = bytes.AsSpan(0, (int)Math.Min(bytes.Length, to - from));
            _file.ReadExactly(from, chunk);
            if (chunk.ContainsAnyExcept((byte)0)) return false;
        }

        return true;
    }
}

/// <summary>A complete tile.</summary>
/// <param name="Offset">Offset of its header in the file.</param>
/// <param name="End">Offset of the byte behind it.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Blocks">Its blocks in the order of the columns.</param>
internal sealed record FoundTile(long Offset, long End, int Rows, CopiedBlock[] Blocks);
