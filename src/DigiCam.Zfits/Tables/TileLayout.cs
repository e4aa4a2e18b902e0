using System.Buffers.Binary;

namespace DigiCam.Zfits.Tables;

/// <summary>Where the blocks of one tile are: the catalog compared with the tile and block headers. Reused from tile to tile; not thread-safe.</summary>
internal sealed class TileLayout(ZFitsTable table)
{
    public const int TileHeaderSize = 16;
    public const int BlockHeaderSize = 10;

    /// <summary>A block with one process and no data.</summary>
    public const int SmallestBlock = BlockHeaderSize + 2;

    private readonly long[] _sizes = new long[table.Columns.Count];
    private readonly long[] _offsets = new long[table.Columns.Count];
    private byte[] _catalog = [];

    public ZFitsTable Table => table;

    public int Tile { get; private set; } = -1;

    public long FirstRow { get; private set; }

    public int Rows { get; private set; }

    /// <summary>Offset of the tile header from the start of the heap.</summary>
    public long HeapOffset { get; private set; }

    /// <summary>Size without the tile header.</summary>
    public long Size { get; private set; }

    private long HeapStart => table.Hdu.DataOffset + table.HeapOffset;

    public long BlockFileOffset(int column) => HeapStart + _offsets[column];

    public long BlockSize(int column) => _sizes[column];

    public ZFitsLocation At(string? column, long? fileOffset) =>
        table.Hdu.At(fileOffset) with { Column = column, Tile = Tile, FirstRow = FirstRow, RowCount = Rows };

    /// <summary>Reads catalog and tile header of a tile; block headers are left to whoever reads the block.</summary>
    /// <param name="tile">Number of the tile.</param>
    /// <param name="everyBlock">Compare the header of every block with the catalog right away.</param>
    public void Load(int tile, bool everyBlock)
    {
        Tile = tile;
        FirstRow = table.GetTileFirstRow(tile);
        Rows = table.GetTileRowCount(tile);
        if (table.Shrink > 1)
        {
            LoadAt(tile, table.GetWalkedTileOffset(tile));
            if (tile % table.Shrink != 0) return;
            ReadCatalog((int)(tile / table.Shrink), 1);
            for (int c = 0; c < _sizes.Length; c++)
            {
                (long size, long offset) = Entry(0, c);
                if (size != _sizes[c] || offset != _offsets[c]) FailEntry(c, (int)(tile / table.Shrink), size, offset, $"the block found has size {_sizes[c]} and offset {_offsets[c]}");
            }

            return;
        }

        LoadFromCatalog(tile);
        if (everyBlock) WalkBlocks(compare: true);
    }

    /// <summary>Reads tile and block headers of a tile at an offset in the heap, whatever the catalog says.</summary>
    public void LoadAt(int tile, long heapOffset)
    {
        ReadTileHeaderAt(tile, heapOffset);
        WalkBlocks(compare: false);
    }

    /// <summary>Reads a tile header at an offset in the heap and returns the size behind it; for walking through the heap.</summary>
    public long ReadTileHeaderAt(int tile, long heapOffset)
    {
        Tile = tile;
        FirstRow = table.GetTileFirstRow(tile);
        Rows = table.GetTileRowCount(tile);
        ReadTileHeader(heapOffset);
        return Size;
    }

    private void LoadFromCatalog(int tile)
    {
        int rows = tile == 0 ? 1 : 2;
        ReadCatalog(tile + 1 - rows, rows);
        int last = _sizes.Length - 1;
        long start = 0;
        if (tile > 0)
        {
            (long size, long offset) = Entry(0, last);
            if (size < SmallestBlock || offset < TileHeaderSize || size > table.HeapLength || offset > table.HeapLength - size)
            {
                FailEntry(last, tile - 1, size, offset, $"a block inside the heap of {table.HeapLength} bytes expected (end of the tile before)");
            }

            start = offset + size;
        }

        for (int c = 0; c < _sizes.Length; c++) (_sizes[c], _offsets[c]) = Entry(rows - 1, c);
        CheckSigns(0);
        if (_offsets[0] != start + TileHeaderSize && tile > 0 && TileMap.EndOf(table, _offsets[0] - TileHeaderSize, Rows) != TileMap.Unknown)
        {
            (long size, long offset) = Entry(0, last);
            FailEntry(last, tile - 1, size, offset, $"the next tile begins at {_offsets[0] - TileHeaderSize}");
        }

        if (_offsets[0] != start + TileHeaderSize) FailEntry(0, tile, _sizes[0], _offsets[0], $"offset {start + TileHeaderSize} expected");
        ReadTileHeader(start);
        long position = start + TileHeaderSize;
        long end = position + Size;
        for (int c = 0; c < _sizes.Length; c++)
        {
            CheckSigns(c);
            if (_offsets[c] != position || _sizes[c] < SmallestBlock || _sizes[c] > end - position)
            {
                // Find out which of the headers disagrees first, so that the right column is named.
                WalkBlocks(compare: true);
                FailEntry(c, tile, _sizes[c], _offsets[c], $"offset {position} and a size of {SmallestBlock} to {end - position} expected");
            }

            position += _sizes[c];
        }

        if (position != end)
        {
            WalkBlocks(compare: true);
            FailTileSize(position);
        }

        if (!table.IsCatalogRow(tile, start)) FailEntry(0, tile, _sizes[0], _offsets[0], "which is not where the rows of this tile begin: the catalog rows before it are damaged, missing or in another order");
    }

    private void CheckSigns(int column)
    {
        if (_sizes[column] < 0 || _offsets[column] < 0) FailEntry(column, Tile, _sizes[column], _offsets[column], "both at least 0 expected");
    }

    private void ReadTileHeader(long heapOffset)
    {
        long fileOffset = HeapStart + heapOffset;
        if (heapOffset > table.HeapLength - TileHeaderSize) Fail(null, fileOffset, $"the tile header at {heapOffset} lies beyond the heap of {table.HeapLength} bytes");
        Span<byte> header = stackalloc byte[TileHeaderSize];
        table.File.ReadExactly(fileOffset, header);
        if (!header.StartsWith("TILE"u8)) Fail(null, fileOffset, $"tile marker is {Convert.ToHexString(header[..4])}, expected 54494C45 (TILE)");
        uint rows = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (rows != (uint)Rows) Fail(null, fileOffset, $"the tile header announces {rows} rows, expected {Rows}");
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        ulong left = (ulong)(table.HeapLength - heapOffset - TileHeaderSize);
        if (size > left) Fail(null, fileOffset, $"the tile header announces {size} bytes, the table has {left} left");
        HeapOffset = heapOffset;
        Size = (long)size;
    }

    /// <summary>Goes from block header to block header and compares them with the catalog, or takes the sizes from them.</summary>
    private void WalkBlocks(bool compare)
    {
        Span<byte> header = stackalloc byte[BlockHeaderSize];
        long position = HeapOffset + TileHeaderSize;
        long end = position + Size;
        for (int c = 0; c < _sizes.Length; c++)
        {
            string column = table.Columns[c].Name;
            if (compare && _offsets[c] != position) FailEntry(c, Tile, _sizes[c], _offsets[c], $"offset {position} expected");
            if (end - position < SmallestBlock) Fail(column, HeapStart + position, $"{end - position} bytes are left in the tile, a block has at least {SmallestBlock}");
            table.File.ReadExactly(HeapStart + position, header);
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header);
            if (compare && size != (ulong)_sizes[c])
            {
                // The end that the block header announces tells which of the two is wrong: the next block begins there, or does not.
                long next = c + 1 < _sizes.Length ? _offsets[c + 1] : end;
                if (size == (ulong)(next - position)) FailEntry(c, Tile, _sizes[c], _offsets[c], $"the block header there announces {size} bytes");
                Fail(column, HeapStart + position, $"the block header announces {size} bytes, the catalog {_sizes[c]}");
            }

            if (compare && size > (ulong)(end - position) && size <= (ulong)(table.HeapLength - position)) FailTileSize(position + (long)size);
            if (size < SmallestBlock || size > (ulong)(end - position)) Fail(column, HeapStart + position, $"the block header announces {size} bytes, {SmallestBlock} to {end - position} expected");
            _sizes[c] = (long)size;
            _offsets[c] = position;
            position += (long)size;
        }

        if (position != end) FailTileSize(position);
    }

    private void ReadCatalog(int firstRow, int rows)
    {
        int size = table.CatalogRowSize * rows;
        if (_catalog.Length < size) _catalog = new byte[2 * table.CatalogRowSize];
        table.File.ReadExactly(CatalogOffset(firstRow), _catalog.AsSpan(0, size));
    }

    private (long Size, long Offset) Entry(int row, int column)
    {
        ReadOnlySpan<byte> entry = _catalog.AsSpan(row * table.CatalogRowSize + 16 * column, 16);
        return (BinaryPrimitives.ReadInt64BigEndian(entry), BinaryPrimitives.ReadInt64BigEndian(entry[8..]));
    }

    private long CatalogOffset(int row) => table.Hdu.DataOffset + (long)row * table.CatalogRowSize;

    private void FailEntry(int column, int catalogRow, long size, long offset, string expected) =>
        Fail(table.Columns[column].Name, CatalogOffset(catalogRow) + 16 * column, FormattableString.Invariant($"catalog entry has size {size} and offset {offset}, {expected}"));

    private void FailTileSize(long end) =>
        Fail(null, HeapStart + HeapOffset, FormattableString.Invariant($"the tile header announces {Size} bytes, its blocks have {end - HeapOffset - TileHeaderSize}"));

    private void Fail(string? column, long fileOffset, string detail) => throw new ZFitsFormatException(detail, At(column, fileOffset));
}
