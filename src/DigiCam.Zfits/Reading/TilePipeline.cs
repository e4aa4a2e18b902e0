using System.Runtime.ExceptionServices;

namespace DigiCam.Zfits.Reading;

/// <summary>Reads tiles in a given order. They may be decoded ahead on the thread pool, each by a reader of its own;
/// the readers go round, so that memory holds as many tiles as there are readers. One caller at a time.</summary>
internal sealed class TilePipeline : IDisposable, IAsyncDisposable
{
    private readonly ZFitsTable _table;
    private readonly ZFitsColumn[] _columns;
    private readonly IEnumerator<int> _tiles;
    private readonly ZFitsReadOptions _options;
    private readonly CancellationToken _ct;
    private readonly int _ahead;
    private readonly bool _inBackground;

    /// <summary>Tiles that are read or being read, in order; the caller looks at the first of them.</summary>
    private readonly Queue<Work> _queue = new();
    private bool _started;

    /// <summary>Prepares to read.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns to be decoded.</param>
    /// <param name="tiles">Numbers of the tiles in the order of reading.</param>
    /// <param name="options">The damage policy.</param>
    /// <param name="ahead">Number of tiles that are decoded ahead on the thread pool.</param>
    /// <param name="inBackground">Leave the caller's thread alone even when nothing is decoded ahead.</param>
    /// <param name="ct">Stops before the next tile is handed over.</param>
    public TilePipeline(
        ZFitsTable table, ZFitsColumn[] columns, IEnumerable<int> tiles, ZFitsReadOptions options, int ahead, bool inBackground, CancellationToken ct)
    {
        _table = table;
        _columns = columns;
        _tiles = tiles.GetEnumerator();
        _options = options;
        _ct = ct;
        _ahead = ahead;
        _inBackground = inBackground || ahead > 0;
    }

    /// <summary>The tile that was reached; valid until the next step.</summary>
    public ZFitsTileReader Current => _queue.Peek().Reader;

    /// <summary>Goes to the next tile, waiting for it in this thread.</summary>
    /// <returns>False behind the last one.</returns>
    public bool MoveNext()
    {
        while (Advance() is { } work)
        {
            work.Done.Wait(CancellationToken.None);
            if (Accept(work)) return true;
        }

        return false;
    }

    /// <summary>Goes to the next tile.</summary>
    /// <returns>False behind the last one.</returns>
    public async ValueTask<bool> MoveNextAsync()
    {
        while (Advance() is { } work)
        {
            await work.Done.ConfigureAwait(false);
            if (Accept(work)) return true;
        }

        return false;
    }

    public void Dispose()
    {
        foreach (Work work in _queue) work.Done.Wait(CancellationToken.None);
        Release();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Work work in _queue) await work.Done.ConfigureAwait(false);
        Release();
    }

    /// <summary>Gives the reader of the tile before new work and returns the next tile; null behind the last one.</summary>
    private Work? Advance()
    {
        _ct.ThrowIfCancellationRequested();
        if (!_started)
        {
            _started = true;
            for (int i = 0; i <= _ahead && Start(null); i++)
            {
            }
        }
        else if (_queue.Count > 0)
        {
            // While the caller was looking at a tile, the others went on; one more may begin before this reader is free.
            Work free = _queue.Dequeue();
            if (!Start(free.Reader)) free.Reader.Dispose();
        }

        return _queue.Count > 0 ? _queue.Peek() : null;
    }

    private bool Start(ZFitsTileReader? reader)
    {
        if (!_tiles.MoveNext()) return false;
        int tile = _tiles.Current;
        Work work = new(reader ?? new ZFitsTileReader(_table, _columns), tile, _options.Damage);
        _queue.Enqueue(work);
        if (_inBackground) work.Done = Task.Run(work.Read, CancellationToken.None);
        else work.Read();
        return true;
    }

    /// <summary>False for a tile that is left out.</summary>
    private bool Accept(Work work)
    {
        work.Failure?.Throw();
        if (work.Damage is { } damage)
        {
            _options.DamageReport!.Add(new ZFitsDamagedTile(_table, work.Tile, _table.GetTileFirstRow(work.Tile), _table.GetTileRowCount(work.Tile), !work.IsRead, damage));
        }

        return work.IsRead;
    }

    private void Release()
    {
        foreach (Work work in _queue) work.Reader.Dispose();
        _queue.Clear();
        _tiles.Dispose();
    }

    /// <summary>One tile and the reader that reads it. The task never fails: an error waits until the caller arrives at the tile.</summary>
    private sealed class Work(ZFitsTileReader reader, int tile, ZFitsDamagePolicy policy)
    {
        public ZFitsTileReader Reader => reader;

        public int Tile => tile;

        public Task Done { get; set; } = Task.CompletedTask;

        /// <summary>What strict reading refuses the tile for.</summary>
        public Exception? Damage { get; private set; }

        /// <summary>What ends the reading.</summary>
        public ExceptionDispatchInfo? Failure { get; private set; }

        public bool IsRead { get; private set; }

        public void Read()
        {
            try
            {
                if (policy == ZFitsDamagePolicy.Strict)
                {
                    reader.ReadTile(tile);
                    IsRead = true;
                }
                else
                {
                    IsRead = reader.TryReadTile(tile, out Exception? damage);
                    Damage = damage;
                }
            }
            catch (Exception e)
            {
                Failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
