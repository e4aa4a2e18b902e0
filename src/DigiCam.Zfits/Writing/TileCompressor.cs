using System.Runtime.ExceptionServices;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Writing;

/// <summary>Compresses the columns of tiles on several threads. The thread that waits for a tile takes part, so that one thread means no other one.</summary>
internal sealed class TileCompressor(string table, int threads, int rowsPerTile) : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _progress = new(0);
    private readonly Queue<(TileRows Tile, int Column)> _jobs = new();
    private readonly Stack<CodecChain> _chains = new();
    private int _helpers;
    private bool _waiting;
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>Number of threads, that of the caller included.</summary>
    public int Threads => threads;

    /// <summary>Throws what went wrong while a block was compressed.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Hands over a sealed tile.</summary>
    public void Submit(TileRows tile)
    {
        int started = 0;
        lock (_gate)
        {
            tile.Pending = tile.Columns.Length;
            for (int c = 0; c < tile.Columns.Length; c++) _jobs.Enqueue((tile, c));
            for (; _helpers < threads - 1 && started < _jobs.Count; _helpers++) started++;
        }

        for (; started > 0; started--) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>True when all columns of a tile are compressed.</summary>
    public bool IsDone(TileRows tile)
    {
        lock (_gate) return tile.Pending == 0;
    }

    /// <summary>Returns when all columns of a tile are compressed.</summary>
    public void Complete(TileRows tile, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            ThrowIfFailed();
            (TileRows Tile, int Column) job;
            bool found;
            lock (_gate)
            {
                if (tile.Pending == 0) return;
                found = _jobs.TryDequeue(out job);
                _waiting = !found;
            }

            if (found) Run(job);
            else _progress.Wait(ct);
        }
    }

    /// <summary>Compresses blocks until none are left.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            (TileRows Tile, int Column) job;
            lock (_gate)
            {
                if (!_jobs.TryDequeue(out job))
                {
                    _helpers--;
                    Wake();
                    return;
                }
            }

            Run(job);
        }
    }

    /// <summary>Drops the blocks that are not begun and waits for the others.</summary>
    public void Dispose()
    {
        while (true)
        {
            lock (_gate)
            {
                _jobs.Clear();
                if (_helpers == 0) break;
                _waiting = true;
            }

            _progress.Wait();
        }

        foreach (CodecChain chain in _chains) chain.Dispose();
        _progress.Dispose();
    }

    private void Run((TileRows Tile, int Column) job)
    {
        ColumnRows column = job.Tile.Columns[job.Column];
        CodecChain? chain;
        lock (_gate) _chains.TryPop(out chain);
        chain ??= new CodecChain();
        try
        {
            column.Encode(chain);
        }
        catch (Exception e)
        {
            // The first failure counts; the caller gets it with his next row.
            long first = (long)job.Tile.Tile * rowsPerTile;
            string place = FormattableString.Invariant($"table {table}, column {column.Definition.Name}, tile {job.Tile.Tile} (rows {first}-{first + job.Tile.Rows - 1})");
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(new InvalidOperationException($"{place}: {e.Message}", e)), null);
        }

        lock (_gate)
        {
            _chains.Push(chain);
            if (--job.Tile.Pending == 0 || _failure is not null) Wake();
        }
    }

    private void Wake()
    {
        if (!_waiting) return;
        _waiting = false;
        _progress.Release();
    }
}
