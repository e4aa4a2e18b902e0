using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using DigiCam.Zfits.Codecs;
using DigiCam.Zfits.Tables;

namespace DigiCam.Zfits;

/// <summary>The decoded rows of one column in one tile. The contents change when the reader reads another tile; spans handed out before
/// are then no longer valid.</summary>
public sealed class ColumnBlock
{
    private ByteBuffer _data = new();
    private int[] _starts = [];
    private int[] _lengths = [];
    private bool _isScalar;

    internal ColumnBlock(ZFitsColumn column) => Column = column;

    /// <summary>The column.</summary>
    public ZFitsColumn Column { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; private set; }

    /// <summary>True when the block holds no data: all its rows are unset (empty, or the default value).</summary>
    public bool IsUnset { get; private set; }

    /// <summary>Length of the decoded block with length prefixes and padding [bytes]; 0 when unset.</summary>
    public int DecodedLength => IsUnset ? 0 : _data.Length;

    /// <summary>The decoded block as it is, with length prefixes and padding.</summary>
    internal ReadOnlySpan<byte> DecodedBytes => IsUnset ? [] : _data.Span;

    /// <summary>The little-endian bytes of the elements of a row, without length prefix.</summary>
    /// <param name="row">Row in the tile, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<byte> GetRowBytes(int row)
    {
        if ((uint)row >= (uint)RowCount) ThrowRow(row);
        if (IsUnset) return [];
        return _isScalar
            ? _data.Array.AsSpan(row * Column.ElementSize, Column.ElementSize)
            : _data.Array.AsSpan(_starts[row], _lengths[row]);
    }

    /// <summary>The elements of a row, without copying.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <param name="row">Row in the tile, from 0.</param>
    /// <exception cref="InvalidOperationException">The column holds elements of another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<T> GetRow<T>(int row) where T : unmanaged
    {
        ZFitsElementTypes.Check<T>(Column.ElementType, Column.Name);
        return MemoryMarshal.Cast<byte, T>(GetRowBytes(row));
    }

    /// <summary>The value of a row with one element; the default value when the row is unset.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <param name="row">Row in the tile, from 0.</param>
    /// <exception cref="InvalidOperationException">The column holds elements of another type, or the row has another number of elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public T GetScalar<T>(int row) where T : unmanaged
    {
        ReadOnlySpan<T> values = GetRow<T>(row);
        if (values.Length == 1) return values[0];
        if (!IsUnset) ThrowNotOne(values.Length);
        return default;
    }

    /// <summary>The text of a row, read as UTF-8; empty when the row is unset.</summary>
    /// <param name="row">Row in the tile, from 0.</param>
    /// <exception cref="InvalidOperationException">The column does not hold text.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public string GetText(int row)
    {
        if (Column.ElementType != ZFitsElementType.Int8) throw new InvalidOperationException($"column {Column.Name} holds {Column.ElementType} elements, not text");
        return Encoding.UTF8.GetString(GetRowBytes(row));
    }

    /// <summary>Number of elements of a row; 0 when unset.</summary>
    /// <param name="row">Row in the tile, from 0.</param>
    public int GetElementCount(int row) => GetRowBytes(row).Length / Column.ElementSize;

    /// <summary>Decodes the column of a tile.</summary>
    internal void Read(BlockDecoder decoder, TileLayout layout)
    {
        RowCount = 0;
        // Asked for first: it may have to look at the data of other tiles.
        ZFitsColumnKind kind = Column.Kind;
        IsUnset = !decoder.Decode(layout, Column, ref _data);
        if (!IsUnset) FindRows(layout, kind);
        RowCount = layout.Rows;
    }

    private void FindRows(TileLayout layout, ZFitsColumnKind kind)
    {
        int rows = layout.Rows;
        ReadOnlySpan<byte> data = _data.Span;
        _isScalar = kind == ZFitsColumnKind.Scalar;
        long end;
        if (_isScalar)
        {
            end = (long)rows * Column.ElementSize;
            if (end > data.Length) Fail(layout, null, data.Length, $"the block holds {data.Length} bytes, {rows} rows of {Column.ElementSize} bytes expected");
            if (Column.ElementType == ZFitsElementType.Bool) CheckBooleans(layout, 0, data[..(int)end], 0);
        }
        else
        {
            // Every row has a prefix of four bytes: nothing is allocated for rows that cannot be there.
            if (4L * rows > data.Length) Fail(layout, null, data.Length, $"the block holds {data.Length} bytes, too few for {rows} rows");
            if (_starts.Length < rows)
            {
                _starts = new int[rows];
                _lengths = new int[rows];
            }

            end = FindArrays(layout, data, kind);
        }

        if (data.Length - end is < 0 or > 3) Fail(layout, null, end, $"{data.Length - end} bytes follow the last row, 0 to 3 expected");
    }

    private long FindArrays(TileLayout layout, ReadOnlySpan<byte> data, ZFitsColumnKind kind)
    {
        int elementSize = Column.ElementSize;
        bool countsElements = kind == ZFitsColumnKind.Repeated;
        int at = 0;
        for (int row = 0; row < layout.Rows; row++)
        {
            if (data.Length - at < 4) Fail(layout, row, at, $"the block ends before row {layout.FirstRow + row}: {data.Length - at} bytes left");
            int prefix = BinaryPrimitives.ReadInt32LittleEndian(data[at..]);
            long length = countsElements ? (uint)prefix * (long)elementSize : prefix;
            if (length < 0) Fail(layout, row, at, FormattableString.Invariant($"row length is {prefix}, at least 0 expected"));
            at += 4;
            if (length > data.Length - at) Fail(layout, row, at - 4, $"row of {length} bytes, {data.Length - at} bytes are left in the block");
            if (length % elementSize != 0) Fail(layout, row, at - 4, $"row of {length} bytes, a multiple of the element size {elementSize} expected");
            if (length / elementSize > Column.MaxElements) Fail(layout, row, at - 4, $"row of {length / elementSize} elements, at most {Column.MaxElements} expected (ZFORM {Column.Format})");
            _starts[row] = at;
            _lengths[row] = (int)length;
            if (Column.ElementType == ZFitsElementType.Bool) CheckBooleans(layout, row, data.Slice(at, (int)length), at);
            at += (int)length;
        }

        return at;
    }

    private void CheckBooleans(TileLayout layout, int row, ReadOnlySpan<byte> values, int start)
    {
        int bad = values.IndexOfAnyExcept((byte)0, (byte)1);
        if (bad < 0) return;
        if (_isScalar) row = bad;
        Fail(layout, row, start + bad, $"boolean byte is {values[bad]}, expected 0 or 1");
    }

    private void Fail(TileLayout layout, int? row, long at, string detail) =>
        throw new ZFitsFormatException(
            FormattableString.Invariant($"{detail} (byte {at} of the decoded block)"),
            layout.At(Column.Name, layout.BlockFileOffset(Column.Index)) with { Row = row is int r ? layout.FirstRow + r : null });

    private static void ThrowRow(int row) => throw new ArgumentOutOfRangeException(nameof(row), row, "no such row in this tile");

    private void ThrowNotOne(int count) => throw new InvalidOperationException($"the row of column {Column.Name} has {count} elements, not one");
}
