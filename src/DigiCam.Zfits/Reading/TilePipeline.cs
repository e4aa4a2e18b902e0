using System.Runtime.ExceptionServices;

namespace DigiCam.Zfits.Reading;

/// <summary>
/// Reads tiles in a given order. They are decoded in the caller's thread, or ahead of it on the thread pool, each by a reader of its own; the readers go
/// round, so that memory holds as many tiles as there are readers: one for every thread, and one for the caller to look at. One caller at a time.
/// </summary>
internal sealed class TilePipeline : IDisposable, IAsyncDisposable
{
    private readonly ZFitsTable _table;
    private readonly ZFitsColumn[] _columns;
    private readonly ZFitsReadOptions _options;
    private readonly CancellationToken _ct;
    private readonly int _threads;
    private readonly int _readers;

    // Everything below is shared with the threads of the pool.
    private readonly Lock _gate = new();
    private readonly IEnumerator<int> _tiles;
    private readonly Stack<ZFitsTileReader> _free = new();

    /// <summary>Tiles that are read or being read, in order; the caller looks at the first of them.</summary>
    private readonly Queue<Work> _queue = new();
    private int _readersMade;
    private int _threadsAtWork;
    private bool _stopping;

    private Work? _current;

    /// <summary>Prepares to read.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns to be decoded.</param>
    /// <param name="tiles">Numbers of the tiles in the order of reading.</param>
    /// <param name="options">The damage policy.</param>
    /// <param name="threads">Number of tiles that are decoded at the same time on the thread pool; 0 decodes in the caller's thread.</param>
    /// <param name="ct">Stops before the next tile is handed over.</param>
    public TilePipeline(ZFitsTable table, ZFitsColumn[] columns, IEnumerable<int> tiles, ZFitsReadOptions options, int threads, CancellationToken ct)
    {
        _table = table;
        _columns = columns;
        _tiles = tiles.GetEnumerator();
        _options = options;
        _threads = threads;
        _readers = threads + 1;
        _ct = ct;
    }

    /// <summary>The tile that was reached; valid until the next step.</summary>
    public ZFitsTileReader Current => _current!.Reader;

    /// <summary>Goes to the next tile, waiting for it in this thread.</summary>
    /// <returns>False behind the last one.</returns>
    public bool MoveNext()
    {
        while (Advance() is { } work)
        {
            work.Done.Task.Wait(CancellationToken.None);
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
            await work.Done.Task.ConfigureAwait(false);
            if (Accept(work)) return true;
        }

        return false;
    }

    public void Dispose()
    {
        foreach (Work work in Stop()) work.Done.Task.Wait(CancellationToken.None);
        Release();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Work work in Stop()) await work.Done.Task.ConfigureAwait(false);
        Release();
    }

    /// <summary>Frees the reader of the tile before, sets threads to work and returns the next tile; null behind the last one.</summary>
    private Work? Advance()
    {
        _ct.ThrowIfCancellationRequested();
        if (_current is not null)
        {
            lock (_gate) _free.Push(_current.Reader);
            _current = null;
        }

        // A thread that finds no free reader goes home; now there is one again.
        for (Work? work = Begin(newThread: true); work is not null; work = Begin(newThread: true))
        {
            if (_threads == 0) DecodeFrom(work);
            else ThreadPool.UnsafeQueueUserWorkItem(DecodeFrom, work, preferLocal: false);
        }

        lock (_gate) return _queue.TryDequeue(out _current) ? _current : null;
    }

    /// <summary>Takes the next tile to be decoded; null when there is none, or no reader or thread for it.</summary>
    private Work? Begin(bool newThread)
    {
        lock (_gate)
        {
            // With nothing in the queue no thread is decoding, even if one is still on its way to ask for more: the caller must not take that for the end.
            bool hasThread = !newThread || _threadsAtWork < _threads || _queue.Count == 0;
            bool hasReader = _free.Count > 0 || _readersMade < _readers;
            if (_stopping || !hasThread || !hasReader || !_tiles.MoveNext())
            {
                if (!newThread) _threadsAtWork--;
                return null;
            }

            if (newThread) _threadsAtWork++;
            if (!_free.TryPop(out ZFitsTileReader? reader))
            {
                reader = new ZFitsTileReader(_table, _columns);
                _readersMade++;
            }

            Work work = new(reader, _tiles.Current, _options.Damage);
            _queue.Enqueue(work);
            return work;
        }
    }

    /// <summary>Decodes tile after tile.</summary>
    private void DecodeFrom(Work first)
    {
        for (Work? work = first; work is not null; work = Begin(newThread: false)) work.Read();
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

    private Work[] Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            return [.. _queue];
        }
    }

    private void Release()
    {
        _current?.Reader.Dispose();
        foreach (Work work in _queue) work.Reader.Dispose();
        foreach (ZFitsTileReader reader in _free) reader.Dispose();
        _tiles.Dispose();
    }

    /// <summary>One tile and the reader that reads it.</summary>
    private sealed class Work(ZFitsTileReader reader, int tile, ZFitsDamagePolicy policy)
    {
        public ZFitsTileReader Reader => reader;

        public int Tile => tile;

        /// <summary>Completes when the tile is read, and never fails: an error waits until the caller arrives at the tile.</summary>
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

            Done.SetResult();
        }
    }
}
