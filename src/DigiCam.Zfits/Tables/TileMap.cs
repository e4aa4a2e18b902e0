using System.Buffers.Binary;

namespace DigiCam.Zfits.Tables;

/// <summary>Where the tiles of a damaged table are. The catalog and the chain of tile headers say the same thing twice; where one of them is
/// damaged, the other one leads to the tile.</summary>
internal static class TileMap
{
    /// <summary>Offset of a tile that cannot be found.</summary>
    public const long Unknown = -1;

    private const int ChunkSize = 1 << 16;

    /// <summary>Looks for every tile; reads headers, decodes nothing.</summary>
    /// <returns>Offset of every tile header from the start of the heap, or <see cref="Unknown"/>.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static long[] Locate(ZFitsTable table)
    {
        long[] catalog = ReadCatalog(table);
        long[] tiles = new long[table.TileCount];
        long next = 0;
        long free = 0;
        for (int tile = 0; tile < tiles.Length; tile++)
        {
            int rows = table.GetTileRowCount(tile);
            long end = Unknown;
            // The order in the heap is the order of the rows: a chain of whole tiles counts more than the catalog, whose rows may be swapped.
            if (next != Unknown && IsWhole(table, next, rows, out end)) tiles[tile] = next;
            else if (catalog[tile] >= free && (next == Unknown || catalog[tile] == next)) (tiles[tile], end) = (catalog[tile], EndOf(table, catalog[tile], rows));
            else tiles[tile] = Unknown;
            next = end;
            free = Math.Max(free, end);
        }

        return tiles;
    }

    /// <summary>End of the tile that begins at an offset, <see cref="Unknown"/> when no header of a tile of that many rows is there.</summary>
    public static long EndOf(ZFitsTable table, long start, int rows)
    {
        if (start < 0 || start > table.HeapLength - TileLayout.TileHeaderSize) return Unknown;
        Span<byte> header = stackalloc byte[TileLayout.TileHeaderSize];
        table.File.ReadExactly(table.Hdu.DataOffset + table.HeapOffset + start, header);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        bool fits = header.StartsWith("TILE"u8) && BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == (uint)rows && size <= (ulong)(table.HeapLength - start - TileLayout.TileHeaderSize);
        return fits ? start + TileLayout.TileHeaderSize + (long)size : Unknown;
    }

    /// <summary>How many rows of the catalog, from the first on, describe tiles that follow each other from the start of the heap. What comes
    /// behind them may belong to other tiles, for instance when a row is missing.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static int CountConsistentRows(ZFitsTable table)
    {
        int width = table.CatalogRowSize;
        byte[] rows = new byte[Math.Max(1, Math.Min(table.TileCount, ChunkSize / width)) * width];
        long position = 0;
        for (int tile = 0; tile < table.TileCount; tile++)
        {
            int at = (int)((long)tile * width % rows.Length);
            if (at == 0) table.File.ReadExactly(table.Hdu.DataOffset + (long)tile * width, rows.AsSpan(0, (int)Math.Min(rows.Length, (long)(table.TileCount - tile) * width)));
            ReadOnlySpan<byte> row = rows.AsSpan(at, width);
            if (BinaryPrimitives.ReadInt64BigEndian(row[8..]) != position + TileLayout.TileHeaderSize) return tile;
            long size = BinaryPrimitives.ReadInt64BigEndian(row[^16..]);
            long offset = BinaryPrimitives.ReadInt64BigEndian(row[^8..]);
            if (offset < position || size < 0 || size > table.HeapLength || offset > table.HeapLength - size) return tile;
            position = offset + size;
        }

        return table.TileCount;
    }

    /// <summary>Offsets according to the catalog, of those tiles whose entries agree with the tile header they lead to.</summary>
    private static long[] ReadCatalog(ZFitsTable table)
    {
        long[] offsets = new long[table.TileCount];
        byte[] row = new byte[table.CatalogRowSize];
        for (int tile = 0; tile < offsets.Length; tile++)
        {
            offsets[tile] = Unknown;
            if (tile % table.Shrink != 0) continue;
            table.File.ReadExactly(table.Hdu.DataOffset + tile / table.Shrink * row.Length, row);
            long position = BinaryPrimitives.ReadInt64BigEndian(row.AsSpan(8));
            long start = position - TileLayout.TileHeaderSize;
            bool contiguous = position >= TileLayout.TileHeaderSize;
            for (int at = 0; at < row.Length && contiguous; at += 16)
            {
                long size = BinaryPrimitives.ReadInt64BigEndian(row.AsSpan(at));
                contiguous = BinaryPrimitives.ReadInt64BigEndian(row.AsSpan(at + 8)) == position && size >= TileLayout.SmallestBlock && size <= table.HeapLength - position;
                position += size;
            }

            if (contiguous && EndOf(table, start, table.GetTileRowCount(tile)) == position) offsets[tile] = start;
        }

        return WithoutDisorder(offsets);
    }

    /// <summary>Drops the offsets that are not in ascending order with all others: no telling which tile they belong to.</summary>
    private static long[] WithoutDisorder(long[] offsets)
    {
        bool[] dropped = new bool[offsets.Length];
        long highest = Unknown;
        for (int tile = 0; tile < offsets.Length; tile++)
        {
            if (offsets[tile] == Unknown) continue;
            dropped[tile] = offsets[tile] <= highest;
            highest = Math.Max(highest, offsets[tile]);
        }

        long lowest = long.MaxValue;
        for (int tile = offsets.Length - 1; tile >= 0; tile--)
        {
            if (offsets[tile] == Unknown) continue;
            bool drop = dropped[tile] || offsets[tile] >= lowest;
            lowest = Math.Min(lowest, offsets[tile]);
            if (drop) offsets[tile] = Unknown;
        }

        return offsets;
    }

    /// <summary>True when a tile of that many rows begins at an offset and its blocks fill it exactly.</summary>
    private static bool IsWhole(ZFitsTable table, long start, int rows, out long end)
    {
        end = EndOf(table, start, rows);
        if (end == Unknown) return false;
        Span<byte> header = stackalloc byte[TileLayout.BlockHeaderSize];
        long position = start + TileLayout.TileHeaderSize;
        for (int block = 0; block < table.Columns.Count; block++)
        {
            if (end - position < TileLayout.SmallestBlock) return Broken(out end);
            table.File.ReadExactly(table.Hdu.DataOffset + table.HeapOffset + position, header);
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header);
            if (size < TileLayout.SmallestBlock || size > (ulong)(end - position)) return Broken(out end);
            position += (long)size;
        }

        return position == end || Broken(out end);

        static bool Broken(out long end)
        {
            end = Unknown;
            return false;
        }
    }
}
