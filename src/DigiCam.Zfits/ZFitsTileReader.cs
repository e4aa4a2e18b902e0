using DigiCam.Zfits.Tables;

namespace DigiCam.Zfits;

/// <summary>Reads a table tile by tile. Its buffers are reused from tile to tile: values live until the next <see cref="ReadTile"/>.
/// One thread at a time; several readers may work on one table in parallel.</summary>
public sealed class ZFitsTileReader : IDisposable
{
    private readonly ZFitsColumn[] _columns;
    private readonly ColumnBlock[] _blocks;
    private readonly TileLayout _layout;
    private readonly BlockDecoder _decoder = new();
    private bool _disposed;

    internal ZFitsTileReader(ZFitsTable table, ZFitsColumn[] columns)
    {
        Table = table;
        _columns = columns;
        _blocks = Array.ConvertAll(columns, column => new ColumnBlock(column));
        _layout = new TileLayout(table);
    }

    /// <summary>The table.</summary>
    public ZFitsTable Table { get; }

    /// <summary>The columns that are read, in the order they were asked for.</summary>
    public IReadOnlyList<ZFitsColumn> Columns => _columns;

    /// <summary>Number of the tile that was read, -1 before the first and after a failed reading.</summary>
    public int TileIndex { get; private set; } = -1;

    /// <summary>First row of the tile.</summary>
    public long FirstRow { get; private set; }

    /// <summary>Number of rows of the tile.</summary>
    public int RowCount { get; private set; }

    /// <summary>A column of the tile, in the order the columns were asked for.</summary>
    /// <exception cref="InvalidOperationException">No tile has been read.</exception>
    public ColumnBlock this[int index]
    {
        get
        {
            if (TileIndex < 0) throw new InvalidOperationException("no tile has been read");
            return _blocks[index];
        }
    }

    /// <summary>A column of the tile by its name.</summary>
    /// <exception cref="InvalidOperationException">No tile has been read.</exception>
    /// <exception cref="ArgumentException">The column is not among those asked for.</exception>
    public ColumnBlock this[string name]
    {
        get
        {
            for (int i = 0; i < _columns.Length; i++) if (_columns[i].Name == name) return this[i];
            throw new ArgumentException($"column {name} is not among those this reader reads", nameof(name));
        }
    }

    /// <summary>Reads and decodes a tile.</summary>
    /// <param name="tile">Number of the tile, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tile.</exception>
    /// <exception cref="ZFitsFormatException">The tile is damaged; the message says where.</exception>
    /// <exception cref="ZFitsNotSupportedException">The tile is compressed in a way this reader does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void ReadTile(int tile)
    {
        Reset();
        _layout.Load(tile, everyBlock: false);
        Decode(tile);
    }

    /// <summary>Reads and decodes a tile whatever its neighbours are like. When the catalog or the tile header before it is damaged, the
    /// other one tells where the tile is.</summary>
    /// <param name="tile">Number of the tile, from 0.</param>
    /// <param name="damage">The error of <see cref="ReadTile"/>, whether or not the tile could be read in spite of it; null when there is none:
    /// a <see cref="ZFitsFormatException"/> or a <see cref="ZFitsNotSupportedException"/>.</param>
    /// <returns>True when the tile was read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tile.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal bool TryReadTile(int tile, out Exception? damage)
    {
        damage = null;
        try
        {
            ReadTile(tile);
            return true;
        }
        catch (Exception e) when (IsDamage(e))
        {
            damage = e;
        }

        if (IsWhereTheCatalogSays(tile)) return false;
        long position = Table.LocateTile(tile);
        if (position == TileMap.Unknown) return false;
        try
        {
            _layout.LoadAt(tile, position);
            Decode(tile);
            return true;
        }
        catch (Exception e) when (IsDamage(e))
        {
            return false;
        }
    }

    /// <summary>Releases the decoders.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _decoder.Dispose();
    }

    /// <summary>True when this reader was made for exactly these columns.</summary>
    internal bool Reads(IReadOnlyList<string> columns)
    {
        if (columns.Count == 0) return _columns.AsSpan().SequenceEqual([.. Table.Columns]);
        if (columns.Count != _columns.Length) return false;
        for (int i = 0; i < _columns.Length; i++) if (_columns[i].Name != columns[i]) return false;
        return true;
    }

    private static bool IsDamage(Exception e) => e is ZFitsFormatException or ZFitsNotSupportedException;

    private void Reset()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        TileIndex = -1;
        RowCount = 0;
    }

    private void Decode(int tile)
    {
        foreach (ColumnBlock block in _blocks) block.Read(_decoder, _layout);
        TileIndex = tile;
        FirstRow = _layout.FirstRow;
        RowCount = _layout.Rows;
    }

    /// <summary>True when catalog, tile header and block headers agree: then the damage is in the data, and there is nothing to be looked for.</summary>
    private bool IsWhereTheCatalogSays(int tile)
    {
        try
        {
            _layout.Load(tile, everyBlock: true);
            return true;
        }
        catch (ZFitsFormatException)
        {
            return false;
        }
    }
}
