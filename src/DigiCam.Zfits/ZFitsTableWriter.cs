using System.Runtime.InteropServices;
using System.Text;
using DigiCam.Zfits.Writing;
using Microsoft.Win32.SafeHandles;

namespace DigiCam.Zfits;

/// <summary>Writes one table row by row; a tile goes to the file whenever it is full. After an exception from <see cref="CommitRow"/> or
/// <see cref="Finish"/> the table cannot be continued. Not thread-safe.</summary>
public sealed class ZFitsTableWriter
{
    /// <summary>The largest block before compression, and the largest table width times rows per tile, that readers accept [bytes].</summary>
    private const long LargestBlock = 1L << 31;

    private readonly ZFitsWriter _owner;
    private readonly TableDescription _description;
    private readonly TileCompressor _compressor;
    private readonly Queue<TileRows> _inWork = new();
    private readonly Stack<TileRows> _free = new();
    private readonly long[] _maxElements;
    private readonly long[] _maxBlocks;
    private TableOutput? _output;
    private TileRows _current;
    private int _tiles;
    private bool _finished;

    internal ZFitsTableWriter(ZFitsWriter owner, TableDescription description)
    {
        _owner = owner;
        _description = description;
        _compressor = new TileCompressor(description.Name, owner.Options.Threads == 0 ? Environment.ProcessorCount : owner.Options.Threads, description.Options.RowsPerTile);
        _maxElements = new long[description.Columns.Length];
        // A table without elements has a width, too.
        Array.Fill(_maxElements, 1);
        _maxBlocks = new long[description.Columns.Length];
        _current = new TileRows(description.Columns, description.Options.Deflate);
    }

    /// <summary>Rows committed so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>The columns.</summary>
    public IReadOnlyList<ZFitsColumnDefinition> Columns => _description.Columns;

    private TableOutput Output => _output ??= _owner.BeginOutput(_description, Capacity(), [.. _maxElements]);

    /// <summary>Number of a column by its name.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public int IndexOf(string name)
    {
        int index = Array.FindIndex(_description.Columns, column => column.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"no column {name}", nameof(name));
    }

    /// <summary>Sets the value of a column of kind Scalar in the current row.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <param name="column">Number of the column.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">The column is of another kind or type.</exception>
    public void SetScalar<T>(int column, T value) where T : unmanaged
    {
        _current.Columns[column].Check<T>(scalar: true);
        _current.Columns[column].Set(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
    }

    /// <summary>Sets the elements of a column of kind Array or Repeated in the current row.</summary>
    /// <typeparam name="T">The .NET type of the elements.</typeparam>
    /// <param name="column">Number of the column.</param>
    /// <param name="values">The elements; copied.</param>
    /// <exception cref="InvalidOperationException">The column is of another kind or type.</exception>
    public void SetArray<T>(int column, ReadOnlySpan<T> values) where T : unmanaged
    {
        _current.Columns[column].Check<T>(scalar: false);
        _current.Columns[column].Set(MemoryMarshal.AsBytes(values));
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
        ZFitsColumnDefinition definition = _description.Columns[column];
        if (definition.Kind != ZFitsColumnKind.Text) throw new InvalidOperationException($"column {definition.Name} is of kind {definition.Kind}");
        _current.Columns[column].Set(bytes);
    }

    /// <summary>Sets the elements of a column of any kind in the current row, as <see cref="ColumnBlock.GetRowBytes"/> gives them.</summary>
    /// <param name="column">Number of the column.</param>
    /// <param name="elements">Little-endian bytes of the elements, without length prefix; copied. None stand for the value zero in a column of kind Scalar.</param>
    /// <exception cref="ArgumentException">The bytes are no whole number of elements, not one element in a column of kind Scalar, or not 0 or 1 in a column of bool.</exception>
    public void SetRaw(int column, ReadOnlySpan<byte> elements) => _current.Columns[column].SetRaw(elements);

    /// <summary>Ends the current row. Columns that were not set get zero or an empty row.</summary>
    /// <exception cref="InvalidOperationException">The catalog has no room for another tile, a row is too long for the tiles of the table, or a column does not suit its recipe; the message names it. It may belong to an earlier row.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="ZFitsWriterOptions.Cancellation"/> was cancelled.</exception>
    public void CommitRow()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        _owner.Options.Cancellation.ThrowIfCancellationRequested();
        _compressor.ThrowIfFailed();
        if (_current.Rows == 0 && _tiles == _description.Options.ReservedTiles) throw new InvalidOperationException($"the catalog of table {_description.Name} is full: {_tiles} tiles of {_description.Options.RowsPerTile} rows were reserved");
        _current.CommitRow();
        RowCount++;
        if (_current.Rows == _description.Options.RowsPerTile) EndTile();
    }

    /// <summary>Completes the table. A table without rows leaves no trace in the file.</summary>
    /// <exception cref="InvalidOperationException">A row is too long for the tiles of the table, or a column does not suit its recipe; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="ZFitsWriterOptions.Cancellation"/> was cancelled.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        _owner.Options.Cancellation.ThrowIfCancellationRequested();
        if (_current.Rows > 0) EndTile();
        while (_inWork.Count > 0) WriteTile();
        if (_output is not null)
        {
            (_, long tileLength) = Geometry(out long[] counts);
            _output.Complete(counts, tileLength);
        }

        Release();
        _owner.TableFinished(_output);
    }

    /// <summary>Sets elements that are known to fit the column.</summary>
    internal void SetElements(int column, ReadOnlySpan<byte> elements) => _current.Columns[column].Set(elements);

    /// <summary>Forgets what was set in the current row.</summary>
    internal void DiscardRow() => _current.DiscardRow();

    /// <summary>Appends a tile of another table as it is. All rows before fill whole tiles.</summary>
    /// <param name="source">The file that holds it.</param>
    /// <param name="offset">Offset of its tile header in that file.</param>
    /// <param name="rows">Its number of rows.</param>
    /// <param name="blocks">Its blocks in the order of the columns.</param>
    internal void CopyTile(SafeFileHandle source, long offset, int rows, IReadOnlyList<CopiedBlock> blocks)
    {
        if (_current.Rows > 0 || _inWork.Count > 0) throw new InvalidOperationException("a tile can be copied only behind whole tiles");
        for (int c = 0; c < blocks.Count; c++) Widen(c, blocks[c].MaxElements, blocks[c].RawLength);
        _tiles++;
        RowCount += rows;
        CheckWidth();
        Output.CopyTile(source, offset, rows, [.. blocks.Select(block => block.Size)], blocks.Sum(block => block.RawLength));
    }

    /// <summary>Ends the table as it is.</summary>
    internal void Release()
    {
        if (_finished) return;
        _finished = true;
        _compressor.Dispose();
    }

    private long Capacity()
    {
        ZFitsTableOptions options = _description.Options;
        if (options.ReservedTiles is int reserved) return reserved;
        // Without a hint: right for the tables of one tile, and whatever has to be copied anyway loses least.
        return options.ExpectedRows is long rows ? (rows - 1) / options.RowsPerTile + 1 : 1;
    }

    private void EndTile()
    {
        TileRows tile = _current;
        tile.Seal(_tiles++);
        bool widened = _tiles <= 2;
        for (int c = 0; c < tile.Columns.Length; c++) widened |= Widen(c, tile.Columns[c].MaxElements, tile.Columns[c].RawLength);
        if (widened) CheckWidth();
        _compressor.Submit(tile);
        _inWork.Enqueue(tile);
        // With one thread nobody else compresses meanwhile.
        int most = _compressor.Threads == 1 ? 0 : _compressor.Threads;
        while (_inWork.Count > most || (_inWork.TryPeek(out TileRows? next) && _compressor.IsDone(next))) WriteTile();
        if (!_free.TryPop(out _current!)) _current = new TileRows(_description.Columns, _description.Options.Deflate);
    }

    /// <summary>Takes note of the rows of a tile.</summary>
    /// <returns>True if they are wider than all before.</returns>
    private bool Widen(int column, long elements, long block)
    {
        bool widened = elements > _maxElements[column] || block > _maxBlocks[column];
        _maxElements[column] = Math.Max(_maxElements[column], elements);
        _maxBlocks[column] = Math.Max(_maxBlocks[column], block);
        return widened;
    }

    /// <summary>Writes the oldest tile.</summary>
    private void WriteTile()
    {
        TileRows tile = _inWork.Peek();
        _compressor.Complete(tile, _owner.Options.Cancellation);
        _compressor.ThrowIfFailed();
        Output.AddTile(tile);
        _inWork.Dequeue();
        tile.Clear();
        _free.Push(tile);
    }

    /// <summary>Readers take the longest row of the table for all rows of a tile, when they reserve memory.</summary>
    private void CheckWidth()
    {
        int rows = (int)Math.Min(_description.Options.RowsPerTile, RowCount);
        for (int c = 0; c < _maxElements.Length; c++)
        {
            ZFitsColumnDefinition column = _description.Columns[c];
            long most = (LargestBlock / rows - 4) / column.ElementType.ElementSize();
            if (_maxElements[c] > most) throw new InvalidOperationException(FormattableString.Invariant($"table {_description.Name}, column {column.Name}: a row has {_maxElements[c]} elements, tiles of {rows} rows allow for {most}; write fewer rows per tile"));
        }

        (UInt128 width, long tileLength) = Geometry(out _);
        if (width * (UInt128)tileLength > uint.MaxValue) throw new InvalidOperationException(FormattableString.Invariant($"table {_description.Name}: rows of up to {width} bytes in tiles of {tileLength} rows, the official reader unpacks {uint.MaxValue} bytes at most; write fewer rows per tile"));
    }

    /// <summary>Widths and tile length for the header. The official reader unpacks a block into ZNAXIS1 * ZTILELEN bytes, 32 bits of them.</summary>
    private (UInt128 Width, long TileLength) Geometry(out long[] counts)
    {
        long tileLength = _description.Options.RowsPerTile;
        UInt128 width = Raise(tileLength, counts = [.. _maxElements]);
        // A single tile has all the rows, whatever number of them would make it full.
        if (width * (UInt128)tileLength > uint.MaxValue && _tiles == 1) width = Raise(tileLength = RowCount, counts = [.. _maxElements]);
        return (width, tileLength);
    }

    /// <summary>Raises a count where a block needs more room than the longest rows have.</summary>
    private UInt128 Raise(long tileLength, long[] counts)
    {
        UInt128 width = _description.WidthOf(counts);
        UInt128 needed = (UInt128)((_maxBlocks.Max() + tileLength - 1) / tileLength);
        int wide = Array.FindIndex(_description.Columns, column => column.Kind != ZFitsColumnKind.Scalar);
        if (needed <= width || wide < 0) return width;
        int size = _description.Columns[wide].ElementType.ElementSize();
        counts[wide] += ((long)(needed - width) + size - 1) / size;
        return _description.WidthOf(counts);
    }
}
