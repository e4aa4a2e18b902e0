using System.Buffers;

namespace DigiCam.Zfits.Tables;

/// <summary>Bytes that belong to nothing: behind the used catalog and behind the last tile a table has zeros only.</summary>
internal static class StrayBytes
{
    private const int ChunkSize = 1 << 16;

    /// <summary>One sentence for every stretch that should be zero and is not.</summary>
    public static IReadOnlyList<string> Find(ZFitsTable table, CancellationToken ct)
    {
        FitsHdu hdu = table.Hdu;
        long heap = hdu.DataOffset + table.HeapOffset;
        long usedRows = (table.TileCount + table.Shrink - 1) / table.Shrink;
        List<string> warnings = [];
        Check(hdu.DataOffset + usedRows * table.CatalogRowSize, heap, "between the catalog and the heap");
        // Where the last tile is damaged, nobody knows where it ends.
        if (EndOfTiles(table) is long end) Check(heap + end, hdu.DataOffset + hdu.PaddedDataLength, "after the last tile");
        return warnings;

        void Check(long from, long to, string where)
        {
            (long first, long count) = Count(table.File, from, to, ct);
            if (count > 0) warnings.Add(FormattableString.Invariant($"{hdu.At(first)}: {count} of the {to - from} bytes {where} are not zero"));
        }
    }

    private static long? EndOfTiles(ZFitsTable table)
    {
        if (table.TileCount == 0) return 0;
        int last = table.TileCount - 1;
        long start = table.LocateTile(last);
        return start == TileMap.Unknown ? null : TileMap.EndOf(table, start, table.GetTileRowCount(last));
    }

    /// <summary>Offset of the first byte that is not zero, and the number of such bytes.</summary>
    private static (long First, long Count) Count(ZFitsFile file, long from, long to, CancellationToken ct)
    {
        long first = -1;
        long count = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            for (long at = from; at < to;)
            {
                ct.ThrowIfCancellationRequested();
                Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(ChunkSize, to - at));
                file.ReadExactly(at, chunk);
                int strays = chunk.Length - chunk.Count((byte)0);
                if (strays > 0 && count == 0) first = at + chunk.IndexOfAnyExcept((byte)0);
                count += strays;
                at += chunk.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return (first, count);
    }
}
