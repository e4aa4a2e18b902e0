namespace DigiCam.Zfits.Reading;

/// <summary>Reads the events of several files in one order: a pipeline of tiles for every file that has begun and not ended.</summary>
internal sealed class SetReader : IDisposable, IAsyncDisposable
{
    private readonly FileReader[] _files;
    private readonly ZFitsEventPlace[] _places;
    private FileReader? _current;

    public SetReader(ZFitsFileSet set, ZFitsColumn[][] columns, ZFitsReadOptions options, bool inBackground, CancellationToken ct)
    {
        _places = options.Rows is { } wanted ? [.. set.Order.Where(place => wanted.Contains(place.Id))] : [.. set.Order];
        _files = [.. set.Tables.Select((table, file) => new FileReader(table, columns[file], options, ct))];
        for (int i = 0; i < _places.Length; i++) _files[_places[i].File].Expect(_places[i].Row, i);

        // The threads are shared by the files that are read side by side, and so is the memory of the tiles ahead.
        int least = inBackground || options.PoolThreads > 0 ? 1 : 0;
        int threads = Math.Max(least, options.PoolThreads / Math.Max(1, SideBySide()));
        foreach (FileReader file in _files) file.Threads = threads;
    }

    /// <summary>The events that were asked for, in order.</summary>
    public IReadOnlyList<ZFitsEventPlace> Places => _places;

    /// <summary>Goes to the next event.</summary>
    /// <returns>False when it is lost in a tile that is skipped.</returns>
    public bool MoveTo(ZFitsEventPlace place)
    {
        FileReader file = _files[place.File];
        if (_current is { IsDone: true } && _current != file) _current.Dispose();
        _current = file;
        return file.Settle(place.Row) ?? file.Settle(place.Row, file.Pipeline.MoveNext());
    }

    /// <inheritdoc cref="MoveTo"/>
    public async ValueTask<bool> MoveToAsync(ZFitsEventPlace place)
    {
        FileReader file = _files[place.File];
        if (_current is { IsDone: true } && _current != file) await _current.DisposeAsync().ConfigureAwait(false);
        _current = file;
        return file.Settle(place.Row) ?? file.Settle(place.Row, await file.Pipeline.MoveNextAsync().ConfigureAwait(false));
    }

    public ZFitsSetEvent Event(ZFitsEventPlace place)
    {
        ZFitsTileReader tile = _files[place.File].Pipeline.Current;
        return new ZFitsSetEvent(place, tile, (int)(place.Row - tile.FirstRow));
    }

    public void Dispose()
    {
        foreach (FileReader file in _files) file.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FileReader file in _files) await file.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The largest number of files between their first and last event at any place of the order.</summary>
    private int SideBySide()
    {
        int open = 0;
        int most = 0;
        foreach ((int _, int step) in _files.Where(file => file.FirstPlace >= 0).SelectMany(file => new[] { (file.FirstPlace, 1), (file.LastPlace + 1, -1) }).Order())
        {
            open += step;
            most = Math.Max(most, open);
        }

        return most;
    }

    /// <summary>One file. The order of events, and with it the order in which its tiles are needed, is known before reading begins.</summary>
    private sealed class FileReader(ZFitsTable table, ZFitsColumn[] columns, ZFitsReadOptions options, CancellationToken ct) : IDisposable, IAsyncDisposable
    {
        private readonly List<int> _visits = [];
        private TilePipeline? _pipeline;
        private long _rowsLeft;
        private int _wantedTile = -1;
        private bool _isThere;
        private bool _isAhead;

        /// <summary>Tiles that are decoded at the same time on the thread pool; 0 for the caller's thread.</summary>
        public int Threads { get; set; }

        /// <summary>Places in the order of the first and the last event; -1 for a file without.</summary>
        public int FirstPlace { get; private set; } = -1;

        public int LastPlace { get; private set; } = -1;

        public bool IsDone => _rowsLeft == 0;

        public TilePipeline Pipeline => _pipeline ??= new TilePipeline(table, columns, _visits, options, Threads, ct);

        /// <summary>Notes the next row that will be read.</summary>
        public void Expect(int row, int place)
        {
            if (FirstPlace < 0) FirstPlace = place;
            LastPlace = place;
            _rowsLeft++;
            int tile = row / table.RowsPerTile;
            if (_visits.Count == 0 || _visits[^1] != tile) _visits.Add(tile);
        }

        /// <summary>Whether the row is in a tile that is at hand, null when the pipeline has to go on to tell.</summary>
        public bool? Settle(int row)
        {
            _rowsLeft--;
            int tile = row / table.RowsPerTile;
            if (tile == _wantedTile) return _isThere;
            _wantedTile = tile;
            // After skipped tiles the pipeline may stand at a later one already.
            if (_isAhead) return Settle(row, moved: true);
            return null;
        }

        public bool Settle(int row, bool moved)
        {
            _isThere = moved && Pipeline.Current.TileIndex == row / table.RowsPerTile;
            _isAhead = moved && !_isThere;
            return _isThere;
        }

        public void Dispose()
        {
            _pipeline?.Dispose();
            _pipeline = null;
        }

        public async ValueTask DisposeAsync()
        {
            if (_pipeline is not null) await _pipeline.DisposeAsync().ConfigureAwait(false);
            _pipeline = null;
        }
    }
}
