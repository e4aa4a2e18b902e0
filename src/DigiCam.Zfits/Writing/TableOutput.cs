using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using DigiCam.Zfits.Fits;
using DigiCam.Zfits.Tables;
using Microsoft.Win32.SafeHandles;

namespace DigiCam.Zfits.Writing;

/// <summary>A table on its way to the file: tiles are appended, catalog and final header follow at the end. From the first tile on the file
/// holds a complete header of a table without rows, so that the tiles of a killed writer can be found.</summary>
internal sealed class TableOutput
{
    private const int CopySize = 1 << 20;

    private readonly FileStream _stream;
    private readonly TableDescription _description;
    private readonly long _capacity;
    private readonly long _headerOffset;
    private readonly long _dataOffset;
    private readonly long _heapStart;
    private readonly List<long> _blockSizes = [];
    private FitsChecksum _heapSum;
    private long _heapLength;
    private long _rawBytes;
    private long[] _counts;
    private long _tileLength;

    /// <summary>Begins a table where the file ends.</summary>
    /// <param name="file">The file.</param>
    /// <param name="description">The table.</param>
    /// <param name="capacity">Tiles the catalog has room for.</param>
    /// <param name="counts">Largest number of elements in any row as far as known.</param>
    public TableOutput(OutputFile file, TableDescription description, long capacity, long[] counts)
    {
        _stream = file.Stream;
        _description = description;
        _capacity = capacity;
        _counts = counts;
        _tileLength = description.Options.RowsPerTile;
        _headerOffset = _stream.Position;
        _dataOffset = _headerOffset + description.HeaderSize;
        _heapStart = checked(_dataOffset + description.CatalogLength(capacity));
        _stream.Write(description.Header(new TableNumbers { Capacity = capacity, Counts = counts, TileLength = _tileLength }));
        // What is passed over reads as zeros and takes no place on the disk.
        _stream.Position = _heapStart;
    }

    public int Tiles { get; private set; }

    public long Rows { get; private set; }

    /// <summary>True when the catalog has not just the rows that are used, and should have.</summary>
    public bool NeedsRewriting => _description.Options.ReservedTiles is null && Tiles != _capacity;

    /// <summary>Appends a compressed tile.</summary>
    public void AddTile(TileRows tile)
    {
        long size = 0;
        foreach (ColumnRows column in tile.Columns)
        {
            size += column.Block.Length;
            _rawBytes += column.RawLength;
        }

        BeginTile(tile.Rows, size);
        foreach (ColumnRows column in tile.Columns)
        {
            _blockSizes.Add(column.Block.Length);
            WriteHeap(column.Block);
        }

        EndTile(tile.Rows);
    }

    /// <summary>Appends a tile of another table as it is.</summary>
    /// <param name="source">The file that holds it.</param>
    /// <param name="offset">Offset of its tile header in that file.</param>
    /// <param name="rows">Its number of rows.</param>
    /// <param name="blockSizes">Sizes of its blocks with their headers.</param>
    /// <param name="rawBytes">Bytes of its blocks before compression.</param>
    public void CopyTile(SafeFileHandle source, long offset, int rows, ReadOnlySpan<long> blockSizes, long rawBytes)
    {
        long left = 0;
        foreach (long size in blockSizes) left += size;
        BeginTile(rows, left);
        _blockSizes.AddRange(blockSizes);
        _rawBytes += rawBytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(CopySize, Math.Max(left, 1)));
        try
        {
            for (long at = offset + TileLayout.TileHeaderSize; left > 0;)
            {
                int count = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, left)), at);
                if (count == 0) throw new EndOfStreamException("A file has become shorter while a tile was copied from it.");
                WriteHeap(buffer.AsSpan(0, count));
                at += count;
                left -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        EndTile(rows);
    }

    /// <summary>Writes catalog and final header; the position is then where the next table begins.</summary>
    /// <param name="counts">Largest number of elements in any row.</param>
    /// <param name="tileLength">Rows in every tile but the last.</param>
    /// <remarks>A table whose catalog is too small keeps its provisional numbers: it has to be rewritten.</remarks>
    public void Complete(long[] counts, long tileLength)
    {
        _counts = counts;
        _tileLength = tileLength;
        long length = _stream.Position - _dataOffset;
        long end = _dataOffset + FitsBlocks.RoundUp(length);
        _stream.SetLength(end);
        TableNumbers numbers = new() { Capacity = _capacity, HeapLength = _heapLength, RawBytes = _rawBytes, Counts = counts, TileLength = tileLength };
        if (Tiles <= _capacity)
        {
            FitsChecksum sum = _heapSum;
            _stream.Position = _dataOffset;
            WriteCatalog(ref sum);
            numbers = numbers with { Tiles = Tiles, Rows = Rows, DataSum = sum.Value };
        }

        _stream.Position = _headerOffset;
        _stream.Write(_description.Header(numbers));
        _stream.Position = end;
        _stream.Flush();
    }

    /// <summary>Writes the table once more; an exact catalog has then just the rows that are used.</summary>
    /// <exception cref="IOException">What was read back is not what was written.</exception>
    public void Rewrite(OutputFile target, CancellationToken ct)
    {
        _stream.Flush();
        TableOutput copy = new(target, _description, _description.Options.ReservedTiles ?? Tiles, _counts) { _rawBytes = _rawBytes };
        ReadOnlySpan<long> sizes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_blockSizes);
        int columns = _description.Columns.Length;
        long offset = _heapStart;
        for (int tile = 0; tile < Tiles; tile++)
        {
            ct.ThrowIfCancellationRequested();
            int rows = (int)Math.Min(_description.Options.RowsPerTile, Rows - copy.Rows);
            copy.CopyTile(_stream.SafeFileHandle, offset, rows, sizes.Slice(tile * columns, columns), 0);
            offset = _heapStart + copy._heapLength;
        }

        if (copy._heapLength != _heapLength || copy._heapSum.Value != _heapSum.Value) throw new IOException($"The tiles of table {_description.Name} were not read back as they were written.");
        copy.Complete(_counts, _tileLength);
    }

    private void BeginTile(int rows, long size)
    {
        Span<byte> header = stackalloc byte[TileLayout.TileHeaderSize];
        "TILE"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], rows);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], size);
        WriteHeap(header);
    }

    private void EndTile(int rows)
    {
        Tiles++;
        Rows += rows;
        // A writer that is killed loses what it has in memory, not the tile.
        _stream.Flush();
    }

    private void WriteHeap(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        // A ones' complement sum of shifted bytes is the rotated sum, so that pieces of any length can be added where they stand.
        int shift = (int)(_heapLength & 3);
        _heapSum.Add(BitOperations.RotateRight(FitsChecksum.SumOf(bytes), 8 * shift));
        _heapLength += bytes.Length;
    }

    private void WriteCatalog(ref FitsChecksum sum)
    {
        int columns = _description.Columns.Length;
        byte[] row = new byte[16 * columns];
        long offset = 0;
        for (int tile = 0; tile < Tiles; tile++)
        {
            offset += TileLayout.TileHeaderSize;
            for (int c = 0; c < columns; c++)
            {
                long size = _blockSizes[tile * columns + c];
                BinaryPrimitives.WriteInt64BigEndian(row.AsSpan(16 * c), size);
                BinaryPrimitives.WriteInt64BigEndian(row.AsSpan(16 * c + 8), offset);
                offset += size;
            }

            _stream.Write(row);
            sum.Add(row);
        }
    }
}
