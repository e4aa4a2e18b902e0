using System.Buffers.Binary;
using DigiCam.Zfits;
using DigiCam.Zfits.Messages;
using DigiCam.Zfits.Messages.ProtoDataModel;

namespace DigiCam.Zfits.Tests.Fuzzing;

/// <summary>Reads a mutant in every way there is, and checks what reading it may do: end in values or in one of the two errors that name the
/// file, and allocate no more than the file and one tile justify.</summary>
internal sealed class FuzzReader(string path)
{
    /// <summary>What does not depend on the file: the fixed tables of the decoders, their buffers for reading, the errors of a damaged tile [bytes].</summary>
    private const long FixedAllocation = 1_000_000;

    /// <summary>Cards, columns and look-ups are larger than the text of the header; code tables of Huffman streams are laid out for decoding.</summary>
    private const long AllocationPerFileByte = 16;

    /// <summary>A decoded block, the block before its last transform, and the growth of both by doubling.</summary>
    private const long AllocationPerDecodedByte = 6;

    /// <summary>Rows read as messages; a tile without data may have any number of rows.</summary>
    private const int MessageRows = 50;

    /// <summary>What an error may be.</summary>
    private static bool IsDamage(Exception e) => e is ZFitsFormatException or ZFitsNotSupportedException;

    /// <summary>Reads the file.</summary>
    /// <param name="bytes">Its contents.</param>
    /// <param name="knownTables">Hashes of the tables of undamaged files.</param>
    public FuzzOutcome Read(byte[] bytes, IReadOnlySet<int> knownTables)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ZFitsFile file;
        try
        {
            file = ZFitsFile.Open(path);
        }
        catch (Exception e) when (IsDamage(e))
        {
            CheckAllocation("opening", before, bytes.Length, 0);
            CheckMessage(e);
            return FuzzOutcome.Refused;
        }

        using (file)
        {
            CheckAllocation("opening", before, bytes.Length, 0);
            bool refused = false;
            bool same = true;
            bool sumsOk = CheckSums(file, bytes);
            foreach (ZFitsTable table in file.Tables)
            {
                int? hash = ReadTable(table, bytes.Length);
                refused |= hash is null;
                same &= hash is int h && knownTables.Contains(h);
            }

            if (refused) return FuzzOutcome.PartlyRefused;
            if (same) return FuzzOutcome.Same;
            return sumsOk ? FuzzOutcome.Undetectable : FuzzOutcome.NoticedBySums;
        }
    }

    /// <summary>Hashes of the tables of an undamaged file.</summary>
    public IReadOnlyList<int> Hash()
    {
        using ZFitsFile file = ZFitsFile.Open(path);
        return [.. file.Tables.Select(table => ReadTable(table, file.Length) ?? throw new InvalidOperationException($"a file to start from is damaged: {path}"))];
    }

    /// <summary>Reads all tiles strictly, then the damaged ones in the other ways. Null when there were errors.</summary>
    private int? ReadTable(ZFitsTable table, long fileLength)
    {
        long decoded = table.Columns.Sum(column => Math.Min(table.RowsPerTile * (4.0 + column.MaxElements * (double)column.ElementSize) + 3, 1L << 31) is double limit ? (long)limit : 0);
        HashCode hash = default;
        foreach (ZFitsColumn column in table.Columns) hash.Add((column.Name, column.ElementType));
        List<int> damaged = [];
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (ZFitsTileReader reader = table.CreateTileReader())
        {
            for (int tile = 0; tile < table.TileCount; tile++)
            {
                if (TryRead(() => reader.ReadTile(tile))) AddTo(ref hash, reader);
                else damaged.Add(tile);
            }
        }

        CheckAllocation("reading", before, fileLength, decoded);
        if (damaged.Count > 0) ReadAround(table, damaged, fileLength, decoded);
        bool headers = TryRead(() => table.SummarizeColumns());
        Assert.True(headers || damaged.Count > 0, "the headers are damaged, but all tiles could be read");
        table.FindStrayBytes();
        bool messages = ReadMessages(table);
        return damaged.Count > 0 || !messages ? null : hash.ToHashCode();
    }

    private void ReadAround(ZFitsTable table, List<int> damaged, long fileLength, long decoded)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (ZFitsTileReader reader = table.CreateTileReader())
        {
            foreach (int tile in damaged)
            {
                HashCode ignored = default;
                if (reader.TryReadTile(tile, out Exception? damage)) AddTo(ref ignored, reader);
                else CheckMessage(damage!);
            }
        }

        CheckAllocation("reading around damage", before, fileLength, decoded);
        foreach (int tile in damaged) ReadBehindErrors(table, tile);
    }

    /// <summary>Reads the columns behind a damaged one, so that its error does not hide what they hold.</summary>
    private void ReadBehindErrors(ZFitsTable table, int tile)
    {
        for (int first = 0; first < table.Columns.Count;)
        {
            HashCode ignored = default;
            using ZFitsTileReader reader = table.CreateTileReader([.. table.Columns.Skip(first).Select(column => column.Name)]);
            try
            {
                reader.ReadTile(tile);
                AddTo(ref ignored, reader);
                return;
            }
            catch (Exception e) when (IsDamage(e))
            {
                string? name = e is ZFitsFormatException format ? format.Column : ((ZFitsNotSupportedException)e).Location.Column;
                // An error of the tile or of a column before comes up whatever is read.
                if (name is null || table.GetColumn(name).Index < first) return;
                first = table.GetColumn(name).Index + 1;
            }
        }
    }

    /// <summary>Reads rows as messages where the table holds events; false when they are refused.</summary>
    private bool ReadMessages(ZFitsTable table)
    {
        if (MessageRegistry.Resolve(table) == CameraEvent.Descriptor) return TryRead(() => Count(table.ReadMessages<CameraEvent>()));
        if (MessageRegistry.Resolve(table) == ArrayEvent.Descriptor) return TryRead(() => Count(table.ReadMessages<ArrayEvent>()));
        return true;

        static void Count<T>(IEnumerable<T> messages) => Assert.InRange(messages.Take(MessageRows).Count(), 0, MessageRows);
    }

    private static void AddTo(ref HashCode hash, ZFitsTileReader reader)
    {
        hash.Add((reader.TileIndex, reader.RowCount));
        for (int c = 0; c < reader.Columns.Count; c++)
        {
            ColumnBlock block = reader[c];
            hash.Add(block.IsUnset);
            if (block.IsUnset) continue;
            for (int row = 0; row < block.RowCount; row++)
            {
                ReadOnlySpan<byte> bytes = block.GetRowBytes(row);
                hash.Add(bytes.Length);
                hash.AddBytes(bytes);
            }
        }
    }

    /// <summary>Compares the report on the sums with sums made here, word by word; true when all are present and right.</summary>
    private static bool CheckSums(ZFitsFile file, byte[] bytes)
    {
        bool all = true;
        foreach (FitsHdu hdu in file.Hdus)
        {
            ChecksumReport report = hdu.VerifyChecksums();
            uint data = Sum(bytes.AsSpan((int)hdu.DataOffset, (int)hdu.PaddedDataLength));
            uint whole = Sum(bytes.AsSpan((int)hdu.HeaderOffset, (int)(hdu.DataOffset - hdu.HeaderOffset + hdu.PaddedDataLength)));
            Assert.Equal((data, whole), (report.ComputedDataSum, report.ComputedHduSum));
            Assert.Equal(report.CheckSumPresent && whole is 0 or uint.MaxValue, report.CheckSumOk);
            bool zero = data is 0 or uint.MaxValue;
            Assert.Equal(report.StoredDataSum == data || (zero && report.StoredDataSum is 0 or uint.MaxValue), report.DataSumOk);
            all &= report.DataSumOk && report.CheckSumOk;
        }

        return all;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (int at = 0; at < bytes.Length; at += 4)
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            sum = (sum & uint.MaxValue) + (sum >> 32);
        }

        return (uint)sum;
    }

    private bool TryRead(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (Exception e) when (IsDamage(e))
        {
            CheckMessage(e);
            return false;
        }
    }

    private void CheckMessage(Exception e) => Assert.StartsWith(Path.GetFileName(path) + ": ", e.Message, StringComparison.Ordinal);

    private static void CheckAllocation(string step, long before, long fileLength, long decoded)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        long bound = FixedAllocation + AllocationPerFileByte * fileLength + AllocationPerDecodedByte * decoded;
        Assert.True(allocated <= bound, $"{step} allocates {allocated} bytes, at most {bound} for a file of {fileLength} bytes and tiles of {decoded}");
    }
}
