using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DigiCam.Zfits.Codecs;
using DigiCam.Zfits.Reading;
using DigiCam.Zfits.Tables;

namespace DigiCam.Zfits;

/// <summary>One table of a zfits file: rows (messages) in tiles, columns (leaf fields of the message) compressed separately.
/// All members may be used from several threads at once; a <see cref="ZFitsTileReader"/> by one at a time.</summary>
public sealed class ZFitsTable
{
    private readonly TableHeader _geometry;
    private readonly Dictionary<string, ZFitsColumn> _columnsByName;
    private TileChain? _chain;
    private long[]? _locatedTiles;
    private int _consistentRows = -1;
    private ZFitsTileReader? _rowReader;

    internal ZFitsTable(ZFitsFile file, FitsHdu hdu)
    {
        File = file;
        Hdu = hdu;
        _geometry = new TableHeader(hdu, GuessKind);
        _columnsByName = _geometry.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        Columns = Array.AsReadOnly(_geometry.Columns);
    }

    /// <summary>The file.</summary>
    public ZFitsFile File { get; }

    /// <summary>The header and data unit that holds the table.</summary>
    public FitsHdu Hdu { get; }

    /// <summary>Name of the table (EXTNAME).</summary>
    public string Name => Hdu.Name;

    /// <summary>Name of the protobuf message as written (PBFHEAD), for example <c>DataModel.CameraEvent</c>.</summary>
    public string MessageName => _geometry.MessageName;

    /// <summary>The header.</summary>
    public FitsHeader Header => Hdu.Header;

    /// <summary>Number of rows (messages).</summary>
    public long RowCount => _geometry.Rows;

    /// <summary>Rows in every tile but the last.</summary>
    public int RowsPerTile => _geometry.RowsPerTile;

    /// <summary>Number of tiles.</summary>
    public int TileCount => _geometry.Tiles;

    /// <summary>Number of tiles the catalog has room for.</summary>
    public long CatalogCapacity => _geometry.CatalogCapacity;

    /// <summary>Offset of the heap, which holds the tiles, from the start of the data [bytes].</summary>
    public long HeapOffset => _geometry.HeapOffset;

    /// <summary>Every how many tiles the catalog has an entry (ZSHRINK); 1 except where a writer ran out of catalog space.</summary>
    public long Shrink => _geometry.Shrink;

    /// <summary>The columns in file order.</summary>
    public IReadOnlyList<ZFitsColumn> Columns { get; }

    /// <summary>Bytes of the heap, from its start to the end of the data.</summary>
    internal long HeapLength => _geometry.HeapLength;

    internal int CatalogRowSize => _geometry.CatalogRowSize;

    /// <summary>The column of this name.</summary>
    /// <exception cref="ZFitsFormatException">There is no such column; the message names those present.</exception>
    public ZFitsColumn GetColumn(string name)
    {
        if (TryGetColumn(name, out ZFitsColumn? column)) return column;
        throw new ZFitsFormatException($"no column {name}; columns present: {string.Join(", ", Columns.Select(c => c.Name))}", Hdu.At(null));
    }

    /// <summary>Looks a column up by its name.</summary>
    public bool TryGetColumn(string name, [NotNullWhen(true)] out ZFitsColumn? column)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _columnsByName.TryGetValue(name, out column);
    }

    /// <summary>First row of a tile.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tile.</exception>
    public long GetTileFirstRow(int tile)
    {
        CheckTile(tile);
        return (long)tile * RowsPerTile;
    }

    /// <summary>Number of rows of a tile.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tile.</exception>
    public int GetTileRowCount(int tile)
    {
        CheckTile(tile);
        return (int)Math.Min(RowsPerTile, RowCount - (long)tile * RowsPerTile);
    }

    /// <summary>Reads the headers of a tile and of all its blocks, and compares them with the catalog.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tile.</exception>
    /// <exception cref="ZFitsFormatException">The headers are damaged.</exception>
    public ZFitsTile GetTile(int tile)
    {
        TileLayout layout = new(this);
        layout.Load(tile, everyBlock: true);
        ZFitsBlock[] blocks = new ZFitsBlock[Columns.Count];
        byte[] header = new byte[TileLayout.BlockHeaderSize + 2 * byte.MaxValue];
        foreach (ZFitsColumn column in Columns)
        {
            long offset = layout.BlockFileOffset(column.Index);
            long size = layout.BlockSize(column.Index);
            Span<byte> bytes = header.AsSpan(0, (int)Math.Min(header.Length, size));
            File.ReadExactly(offset, bytes);
            int processes = BlockDecoder.CheckHeader(bytes, column, layout);
            int[] ids = new int[processes];
            for (int i = 0; i < processes; i++) ids[i] = BlockDecoder.ProcessAt(bytes, i);
            blocks[column.Index] = new ZFitsBlock(column, offset, size, ids);
        }

        return new ZFitsTile(tile, layout.FirstRow, layout.Rows, layout.HeapOffset, Hdu.DataOffset + HeapOffset + layout.HeapOffset, layout.Size, blocks);
    }

    /// <summary>How every column is stored; reads the headers of all tiles, decodes nothing.</summary>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>One summary per column, in the order of the columns.</returns>
    /// <exception cref="ZFitsFormatException">A tile is damaged; the message says where.</exception>
    public IReadOnlyList<ZFitsColumnSummary> SummarizeColumns(CancellationToken ct = default)
    {
        long[] compressed = new long[Columns.Count];
        List<string>[] codecs = [.. Columns.Select(_ => new List<string>())];
        for (int tile = 0; tile < TileCount; tile++)
        {
            ct.ThrowIfCancellationRequested();
            foreach (ZFitsBlock block in GetTile(tile).Blocks)
            {
                int index = block.Column.Index;
                compressed[index] += block.Size;
                string codec = string.Join(' ', block.ProcessNames);
                if (!codecs[index].Contains(codec)) codecs[index].Add(codec);
            }
        }

        return [.. Columns.Select(c => new ZFitsColumnSummary(c, codecs[c.Index], compressed[c.Index], RowCount * c.MaxElements * c.ElementSize))];
    }

    /// <summary>Makes a reader of whole tiles that reads and decodes only the columns asked for.</summary>
    /// <param name="columns">Names of the columns; none means all.</param>
    /// <exception cref="ZFitsFormatException">The table lacks a column.</exception>
    /// <exception cref="ArgumentException">A column is named twice.</exception>
    public ZFitsTileReader CreateTileReader(params IReadOnlyList<string> columns) => new(this, Select(columns));

    /// <summary>Reads one row. Rows of the same tile that are read one after another decode it once.</summary>
    /// <param name="row">Number of the row, from 0.</param>
    /// <param name="columns">Names of the columns; none means all.</param>
    /// <returns>The values of the row, independent of anything read later.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ZFitsFormatException">The table lacks a column, or its data are damaged.</exception>
    public ZFitsRow ReadRow(long row, params IReadOnlyList<string> columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowCount);
        ArgumentNullException.ThrowIfNull(columns);
        // The last reader is taken, not shared: another thread meanwhile makes its own.
        ZFitsTileReader? reader = Interlocked.Exchange(ref _rowReader, null);
        if (reader is null || !reader.Reads(columns))
        {
            reader?.Dispose();
            reader = CreateTileReader(columns);
        }

        int tile = (int)(row / RowsPerTile);
        if (reader.TileIndex != tile) reader.ReadTile(tile);
        ZFitsRow result = ZFitsRow.Copy(reader, row);
        Interlocked.Exchange(ref _rowReader, reader)?.Dispose();
        return result;
    }

    /// <summary>Goes through all rows; every tile is decoded once.</summary>
    /// <param name="columns">Names of the columns; none means all.</param>
    /// <returns>The rows, each independent of the others. Nothing is read before the first one is asked for.</returns>
    /// <exception cref="ZFitsFormatException">The table lacks a column, or its data are damaged.</exception>
    public IEnumerable<ZFitsRow> Rows(params IReadOnlyList<string> columns) => Rows(new ZFitsReadOptions { Columns = columns });

    /// <summary>Goes through rows in order; every tile is decoded once.</summary>
    /// <param name="options">Which rows and columns, on how many threads, and what happens with damaged tiles.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>The rows, each independent of the others. Nothing is read before the first one is asked for.</returns>
    /// <exception cref="ZFitsFormatException">The table lacks a column, or its data are damaged.</exception>
    /// <exception cref="ArgumentException">The options do not go together, or the table does not have a row.</exception>
    public IEnumerable<ZFitsRow> Rows(ZFitsReadOptions options, CancellationToken ct = default)
    {
        IEnumerable<ZFitsTileReader> tiles = ReadTiles(options, ct);
        return tiles.SelectMany(tile => SelectedRows(tile, options).Select(row => ZFitsRow.Copy(tile, row)));
    }

    /// <summary>Goes through rows in order without blocking the caller's thread; every tile is decoded once.</summary>
    /// <param name="options">Which rows and columns, on how many threads, and what happens with damaged tiles.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>The rows, each independent of the others. Nothing is read before the first one is asked for.</returns>
    /// <exception cref="ZFitsFormatException">The table lacks a column, or its data are damaged.</exception>
    /// <exception cref="ArgumentException">The options do not go together, or the table does not have a row.</exception>
    public IAsyncEnumerable<ZFitsRow> RowsAsync(ZFitsReadOptions options, CancellationToken ct = default)
    {
        IAsyncEnumerable<ZFitsTileReader> tiles = ReadTilesAsync(options, ct);
        return Iterate(ct);

        async IAsyncEnumerable<ZFitsRow> Iterate([EnumeratorCancellation] CancellationToken token)
        {
            await foreach (ZFitsTileReader tile in tiles.WithCancellation(token).ConfigureAwait(false))
            {
                foreach (long row in SelectedRows(tile, options)) yield return ZFitsRow.Copy(tile, row);
            }
        }
    }

    /// <summary>Goes through tiles in order. This is the fast way: values are spans into the decoded tile, nothing is copied.</summary>
    /// <param name="options">Which rows and columns, on how many threads, and what happens with damaged tiles. Of the rows only those count
    /// that decide which tiles are read: a tile always has all of its rows, <see cref="ZFitsRowSet.Within"/> picks those asked for.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>The reader that holds the tile, valid until the next step. Nothing is read before the first one is asked for.</returns>
    /// <exception cref="ZFitsFormatException">The table lacks a column, or its data are damaged.</exception>
    /// <exception cref="ArgumentException">The options do not go together, or the table does not have a row.</exception>
    public IEnumerable<ZFitsTileReader> ReadTiles(ZFitsReadOptions options, CancellationToken ct = default)
    {
        ZFitsColumn[] columns = Prepare(options);
        return Iterate();

        IEnumerable<ZFitsTileReader> Iterate()
        {
            using TilePipeline pipeline = new(this, columns, SelectedTiles(options.Rows), options, options.PoolThreads, ct);
            while (pipeline.MoveNext()) yield return pipeline.Current;
        }
    }

    /// <summary>Goes through tiles in order without blocking the caller's thread.</summary>
    /// <inheritdoc cref="ReadTiles"/>
    public IAsyncEnumerable<ZFitsTileReader> ReadTilesAsync(ZFitsReadOptions options, CancellationToken ct = default)
    {
        ZFitsColumn[] columns = Prepare(options);
        return Iterate(ct);

        async IAsyncEnumerable<ZFitsTileReader> Iterate([EnumeratorCancellation] CancellationToken token)
        {
            TilePipeline pipeline = new(this, columns, SelectedTiles(options.Rows), options, Math.Max(1, options.PoolThreads), token);
            await using (pipeline.ConfigureAwait(false))
            {
                while (await pipeline.MoveNextAsync().ConfigureAwait(false)) yield return pipeline.Current;
            }
        }
    }

    /// <inheritdoc cref="FitsHdu.VerifyChecksums(CancellationToken)"/>
    public ChecksumReport VerifyChecksums(CancellationToken ct = default) => Hdu.VerifyChecksums(ct);

    /// <summary>Looks for bytes that belong to nothing: between the used catalog and the heap, and after the last tile. A correct writer leaves
    /// zeros there. They do not disturb the reading, but say that the file was not written as it should be, or was changed.</summary>
    /// <param name="ct">Stops the reading.</param>
    /// <returns>One sentence with the place for every stretch that is not zero; none when all is well.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<string> FindStrayBytes(CancellationToken ct = default) => StrayBytes.Find(this, ct);

    /// <summary>Name, message, rows and columns in one line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name}: {RowCount} x {MessageName}, {Columns.Count} columns, {TileCount} tiles");

    /// <summary>Offset of a tile in the heap, for tables whose catalog does not list every tile.</summary>
    internal long GetWalkedTileOffset(int tile)
    {
        TileChain chain = LazyInitializer.EnsureInitialized(ref _chain, WalkTiles);
        if (tile < chain.Offsets.Count) return chain.Offsets[tile];
        throw new ZFitsFormatException(chain.Damage!.Detail, chain.Damage.Location, chain.Damage);
    }

    /// <summary>Offset of a tile in the heap as far as a damaged table still tells it, otherwise <see cref="TileMap.Unknown"/>.</summary>
    internal long LocateTile(int tile) => LazyInitializer.EnsureInitialized(ref _locatedTiles, () => TileMap.Locate(this))[tile];

    /// <summary>True when a tile begins where its row of the catalog says: all rows before it are consistent, or the tile headers say so as well.</summary>
    internal bool IsCatalogRow(int tile, long heapOffset)
    {
        // The first tile begins where the heap begins; reading it alone need not look at the whole catalog.
        if (tile == 0) return heapOffset == 0;
        if (_consistentRows < 0) _consistentRows = TileMap.CountConsistentRows(this);
        return tile < _consistentRows || LocateTile(tile) == heapOffset;
    }

    private TileChain WalkTiles()
    {
        List<long> offsets = [];
        TileLayout layout = new(this);
        long position = 0;
        try
        {
            for (int tile = 0; tile < TileCount; tile++)
            {
                long size = layout.ReadTileHeaderAt(tile, position);
                offsets.Add(position);
                position += TileLayout.TileHeaderSize + size;
            }
        }
        catch (ZFitsFormatException e)
        {
            // The tiles before the damaged one can still be read.
            return new TileChain(offsets, e);
        }

        return new TileChain(offsets, null);
    }

    /// <summary>Without a definition only the data tell a scalar from an array: it is one if every tile holds exactly one element per row.</summary>
    private ZFitsColumnKind GuessKind(ZFitsColumn column)
    {
        switch (column.ElementType)
        {
            case ZFitsElementType.Int8:
                return ZFitsColumnKind.Text;
            case ZFitsElementType.UInt8 or ZFitsElementType.Int16 or ZFitsElementType.UInt16:
                return ZFitsColumnKind.Array;
        }

        if (column.MaxElements != 1) return ZFitsColumnKind.Array;
        using BlockDecoder decoder = new();
        TileLayout layout = new(this);
        ByteBuffer data = new();
        for (int tile = 0; tile < TileCount; tile++)
        {
            try
            {
                layout.Load(tile, everyBlock: false);
                if (!decoder.Decode(layout, column, ref data)) continue;
            }
            catch (Exception e) when (e is ZFitsFormatException or NotSupportedException)
            {
                // Whoever reads this tile gets the error; it must not spoil the others.
                continue;
            }

            if (data.Length != ((long)layout.Rows * column.ElementSize + 3) / 4 * 4) return ZFitsColumnKind.Array;
        }

        return ZFitsColumnKind.Scalar;
    }

    private static IEnumerable<long> SelectedRows(ZFitsTileReader tile, ZFitsReadOptions options) => (options.Rows ?? ZFitsRowSet.All).Within(tile.FirstRow, tile.RowCount);

    /// <summary>Checks options at once, not when the first tile is asked for.</summary>
    private ZFitsColumn[] Prepare(ZFitsReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        options.Rows?.CheckWithin(this);
        return Select(options.Columns);
    }

    internal ZFitsColumn[] Select(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ZFitsColumn[] selected = columns.Count == 0 ? [.. Columns] : [.. columns.Select(GetColumn)];
        if (selected.Distinct().Count() != selected.Length) throw new ArgumentException("a column is named twice", nameof(columns));
        return selected;
    }

    private IEnumerable<int> SelectedTiles(ZFitsRowSet? rows) =>
        Enumerable.Range(0, TileCount).Where(tile => rows is null || rows.Overlaps(GetTileFirstRow(tile), GetTileRowCount(tile)));

    private void CheckTile(int tile)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tile);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tile, TileCount);
    }

    /// <summary>Offsets of the tiles from the start of the heap, up to the first damaged one.</summary>
    private sealed record TileChain(IReadOnlyList<long> Offsets, ZFitsFormatException? Damage);
}
