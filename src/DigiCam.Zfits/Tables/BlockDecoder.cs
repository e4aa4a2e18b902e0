using System.Buffers.Binary;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tables;

/// <summary>Reads a block, checks its header and decodes it. Keeps its buffers between blocks; not thread-safe.</summary>
internal sealed class BlockDecoder : IDisposable
{
    /// <summary>Largest decoded block; the format has no room for a larger one.</summary>
    private const long MaximumBlock = 1L << 31;

    private readonly CodecChain _chain = new();
    private byte[] _block = [];

    /// <summary>Decodes the block of a column.</summary>
    /// <returns>False when the block has no data.</returns>
    public bool Decode(TileLayout layout, ZFitsColumn column, ref ByteBuffer result)
    {
        long offset = layout.BlockFileOffset(column.Index);
        long size = layout.BlockSize(column.Index);
        if (size > Array.MaxLength) throw new ZFitsFormatException($"block of {size} bytes, at most {Array.MaxLength} expected", layout.At(column.Name, offset));
        UInt128 limit = ((UInt128)layout.Rows * (4 + (UInt128)column.MaxElements * (UInt128)column.ElementSize) + 3) / 4 * 4;
        if (limit > MaximumBlock) throw new ZFitsFormatException($"{layout.Rows} rows of format {column.Format} can make a block of {limit} bytes, at most {MaximumBlock} expected", layout.At(column.Name, offset));

        if (_block.Length < size) _block = GC.AllocateUninitializedArray<byte>((int)size);
        Span<byte> block = _block.AsSpan(0, (int)size);
        layout.Table.File.ReadExactly(offset, block);
        int count = CheckHeader(block, column, layout);
        int headerSize = TileLayout.BlockHeaderSize + 2 * count;
        Span<ushort> processes = stackalloc ushort[count];
        for (int i = 0; i < count; i++) processes[i] = ProcessAt(block, i);
        try
        {
            CodecChain.Check(processes);
            if (size == headerSize) return false;
            _chain.Decode(_block, headerSize, (int)size - headerSize, processes, (long)limit, ref result);
        }
        catch (CodecException e)
        {
            throw new ZFitsFormatException(e.Message, layout.At(column.Name, offset), e.InnerException);
        }
        catch (NotSupportedException e)
        {
            throw new ZFitsNotSupportedException(e.Message, layout.At(column.Name, offset), e);
        }

        if ((result.Length & 3) != 0) throw new ZFitsFormatException($"the block decodes to {result.Length} bytes, expected a multiple of 4", layout.At(column.Name, offset));
        return true;
    }

    /// <summary>Checks the header of a block and returns the number of processes.</summary>
    /// <param name="block">The block, or at least as much of it as the longest header.</param>
    /// <param name="column">The column, for messages.</param>
    /// <param name="layout">The tile.</param>
    public static int CheckHeader(ReadOnlySpan<byte> block, ZFitsColumn column, TileLayout layout)
    {
        long expected = layout.BlockSize(column.Index);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(block);
        if (size != (ulong)expected) Fail($"the block header announces {size} bytes, the catalog {expected}");
        if (block[8] is not ((byte)'C' or (byte)'R')) Fail($"ordering byte is 0x{block[8]:x2}, expected 'C' or 'R'");
        int count = block[9];
        if (count == 0) Fail("the block has no process, at least one expected");
        if (TileLayout.BlockHeaderSize + 2 * count > expected) Fail($"the block announces {count} processes, its {expected} bytes cannot hold them");
        return count;

        void Fail(string detail) => throw new ZFitsFormatException(detail, layout.At(column.Name, layout.BlockFileOffset(column.Index)));
    }

    public static ushort ProcessAt(ReadOnlySpan<byte> block, int index) => BinaryPrimitives.ReadUInt16LittleEndian(block[(TileLayout.BlockHeaderSize + 2 * index)..]);

    public void Dispose() => _chain.Dispose();
}
