using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using DigiCam.Hosting;
using DigiCam.Zfits;
using MathNet.Numerics.Statistics;

namespace DigiCam.Runs;

/// <summary>
/// One or several files of camera events as one run in the order of event numbers. Reading by foreach, by index, or with
/// <see cref="Process{TState}"/> on all processors. Several threads may read at the same time.
/// </summary>
public sealed class Run : IEnumerable<CameraEvent>, IDisposable
{
    /// <summary>Events between two looks at progress and cancellation, if nothing else is said.</summary>
    public const int DefaultBatchEvents = 100;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Rank of an event that is not used.</summary>
    private const int NotUsed = int.MaxValue;

    private readonly ZFitsEventOrder _order;

    // Place in the run of every row of every file.
    private readonly int[][] _rank;

    // What Process reads (file).
    private readonly ImmutableArray<(int First, int Count)> _tiles;
    private readonly ImmutableArray<string> _emptyFiles;
    private readonly Lazy<RunSummary> _summary;

    private Run(ImmutableArray<RunFile> files, ImmutableArray<string> emptyFiles, RunOptions options)
    {
        _emptyFiles = emptyFiles;
        Files = files;
        Options = options;
        _order = new ZFitsEventOrder([.. files.Select(f => f.EventNumbers)], options.MaximumEvents);
        _rank = [.. files.Select(f => Enumerable.Repeat(NotUsed, f.EventCount).ToArray())];
        for (int i = 0; i < _order.Count; i++) _rank[_order[i].File][_order[i].Row] = i;
        _tiles = (options.Shard ?? RunShard.OfTiles(1, 1)).TilesIn([.. files.Select(f => (f.Path, f.Events.TileCount))], emptyFiles);
        _summary = new Lazy<RunSummary>(Summarize);
    }

    /// <summary>The files that hold events, in the order of their first events.</summary>
    public ImmutableArray<RunFile> Files { get; }

    /// <summary>How the run is read.</summary>
    public RunOptions Options { get; }

    /// <summary>Number of events that are used.</summary>
    public long EventCount => _order.Count;

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public int SampleCount => Files[0].SampleCount;

    /// <summary>What the run consists of, and what is odd about it.</summary>
    public RunSummary Summary => _summary.Value;

    /// <summary>Event numbers in event order.</summary>
    public IEnumerable<long> EventNumbers => _order.Select(e => e.Id);

    /// <summary>Event times in event order: nanoseconds since 1970-01-01 UTC.</summary>
    public IEnumerable<long> UnixTimesNs => _order.Select(e => Files[e.File].TimesNs[e.Row]);

    /// <summary>The events in order, by file (as in <see cref="Files"/>) and row.</summary>
    internal ZFitsEventOrder Order => _order;

    /// <summary>First tile and number of tiles of each file that <see cref="Process"/> reads: those of the part in <see cref="RunOptions.Shard"/>, or all.</summary>
    internal ImmutableArray<(int First, int Count)> Tiles => _tiles;

    /// <summary>Opens a run.</summary>
    /// <param name="input">Paths or patterns with * and ?, separated by commas.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    public static Run Open(string input, RunOptions? options = null) => Open(RunFileList.FromInput(input), options);

    /// <summary>Opens a run.</summary>
    /// <param name="paths">Its files in any order.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is not of this camera, the files do not belong together, or a file of the part to be read is not among them.</exception>
    public static Run Open(IReadOnlyList<string> paths, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        options ??= new RunOptions();
        if (paths.Count == 0) throw new ArgumentException("a run needs at least one file", nameof(paths));
        if (options.MaximumEvents is < 0) throw new ArgumentOutOfRangeException(nameof(options), options.MaximumEvents, "the number of events cannot be negative");
        List<RunFile> files = [];
        try
        {
            foreach (string path in paths) files.Add(RunFile.Open(path));
            ImmutableArray<string> empty = [.. files.Where(f => f.EventCount == 0).Select(f => f.Path)];
            CheckThatFilesBelongTogether(files);
            return new Run([.. files.OrderBy(f => f.EventNumbers.Min())], empty, options);
        }
        catch
        {
            foreach (RunFile file in files) file.Dispose();
            throw;
        }
    }

    /// <summary>The events in event order; each is yours to keep.</summary>
    /// <param name="content">The parts to read.</param>
    public IEnumerable<CameraEvent> Events(EventContent content = EventContent.All)
    {
        return Events(content, Enumerable.Range(0, _order.Count));
    }

    /// <summary>Some events; neighbouring ones share the decoding of their tile.</summary>
    internal IEnumerable<CameraEvent> Events(EventContent content, IEnumerable<int> indices)
    {
        EventReader?[] readers = new EventReader?[Files.Length];
        try
        {
            foreach (int index in indices)
            {
                (_, int file, int row) = _order[index];
                readers[file] ??= new EventReader(Files[file], Options, content);
                CameraEvent target = new();
                readers[file]!.Read(row, index, target);
                RunMetrics.Events.Add(1);
                yield return target;
            }
        }
        finally
        {
            foreach (EventReader? reader in readers) reader?.Dispose();
        }
    }

    /// <summary>One event by its place in the run.</summary>
    /// <param name="index">Place in event order, from 0.</param>
    /// <param name="content">The parts to read.</param>
    public CameraEvent GetEvent(long index, EventContent content = EventContent.All)
    {
        if (index < 0 || index >= EventCount) throw new ArgumentOutOfRangeException(nameof(index), index, FormattableString.Invariant($"the run has {EventCount} events"));
        (_, int file, int row) = _order[(int)index];
        using EventReader reader = new(Files[file], Options, content);
        CameraEvent target = new();
        reader.Read(row, index, target);
        RunMetrics.Events.Add(1);
        return target;
    }

    /// <summary>
    /// Reads all events, or those of the part in <see cref="RunOptions.Shard"/>, on several threads, tile by tile in no particular order, each thread with a state of its own.
    /// The memory in use is that of one decoded tile per thread, whatever the size of the run.
    /// </summary>
    /// <typeparam name="TState">What a thread accumulates.</typeparam>
    /// <param name="content">The parts of the events to read.</param>
    /// <param name="createState">Makes a thread's state.</param>
    /// <param name="use">Takes an event; the event is refilled afterwards.</param>
    /// <param name="progress">Told about the progress, about ten times a second.</param>
    /// <param name="threads">Number of threads; 0 for one per processor.</param>
    /// <param name="batchEvents">Events between two looks at progress and cancellation; results do not depend on it.</param>
    /// <param name="cancellationToken">Stops after the current batch.</param>
    /// <returns>The states of all threads.</returns>
    public IReadOnlyList<TState> Process<TState>(
        EventContent content,
        Func<TState> createState,
        Action<TState, CameraEvent> use,
        IProgress<RunProgress>? progress = null,
        int threads = 0,
        int batchEvents = DefaultBatchEvents,
        CancellationToken cancellationToken = default) =>
        ProcessSome(content, createState, use, isUsed: null, progress, threads, batchEvents, cancellationToken);

    /// <summary>The same for some of the events, chosen by their places in the run; tiles without one are not decoded.</summary>
    internal IReadOnlyList<TState> ProcessSome<TState>(
        EventContent content,
        Func<TState> createState,
        Action<TState, CameraEvent> use,
        Func<int, bool>? isUsed,
        IProgress<RunProgress>? progress,
        int threads,
        int batchEvents,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(createState);
        ArgumentNullException.ThrowIfNull(use);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchEvents);
        cancellationToken = HostCancellation.Or(cancellationToken);

        (int File, int Tile)[] tiles = [.. _tiles.SelectMany((part, file) => Enumerable.Range(part.First, part.Count).Select(tile => (file, tile)))];
        int workers = Math.Max(1, Math.Min(threads == 0 ? Environment.ProcessorCount : threads, tiles.Length));
        ProgressMeter meter = new(progress, tiles.Sum(tile => (long)Rows(tile).Count(row => IsUsed(_rank[tile.File][row]))));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int next = -1;
        Task<TState>[] tasks = [.. Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(tasks, CancellationToken.None);
        }
        catch (AggregateException exception)
        {
            // The first failure stopped the other threads; theirs is only the echo.
            Exception cause = exception.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) ?? exception.InnerExceptions[0];
            cancellationToken.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(cause);
        }

        meter.Finish();
        return [.. tasks.Select(t => t.Result)];

        bool IsUsed(int rank) => rank != NotUsed && isUsed?.Invoke(rank) != false;

        IEnumerable<int> Rows((int File, int Tile) place) => Enumerable.Range((int)Files[place.File].Events.GetTileFirstRow(place.Tile), Files[place.File].Events.GetTileRowCount(place.Tile));

        TState Work()
        {
            TState state = createState();
            CameraEvent target = new();
            EventReader? reader = null;
            int readerFile = -1;
            int batch = 0;
            try
            {
                while (Interlocked.Increment(ref next) is int item && item < tiles.Length)
                {
                    // Also between tiles: a batch may be longer than the whole run.
                    stop.Token.ThrowIfCancellationRequested();
                    (int file, _) = tiles[item];
                    if (readerFile != file)
                    {
                        reader?.Dispose();
                        reader = new EventReader(Files[file], Options, content);
                        readerFile = file;
                    }

                    foreach (int row in Rows(tiles[item]))
                    {
                        if (batch == 0) stop.Token.ThrowIfCancellationRequested();
                        int rank = _rank[file][row];
                        if (!IsUsed(rank)) continue;
                        reader!.Read(row, rank, target);
                        use(state, target);
                        if (++batch < batchEvents) continue;
                        meter.Add(batch);
                        batch = 0;
                    }
                }

                meter.Add(batch);
                return state;
            }
            catch
            {
                stop.Cancel();
                throw;
            }
            finally
            {
                reader?.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerator<CameraEvent> GetEnumerator() => Events().GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RunFile file in Files) file.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"run of {Files.Length} file{(Files.Length == 1 ? "" : "s")}, {EventCount} events");

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void CheckThatFilesBelongTogether(List<RunFile> files)
    {
        if (files.GroupBy(f => System.IO.Path.GetFullPath(f.Path)).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new InvalidDataException($"{twice.Key}: named twice in one run");
        }

        RunFile[] filled = [.. files.Where(f => f.EventCount > 0)];
        if (filled.Length == 0) throw new InvalidDataException($"{string.Join(", ", files.Select(f => f.Path))}: no events");
        RunFile first = filled[0];
        foreach (RunFile file in filled)
        {
            if (file.SampleCount != first.SampleCount)
            {
                throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: {file.SampleCount} samples per pixel, but {first.Path} has {first.SampleCount}: not the same run"));
            }

            if (file.TelescopeId != first.TelescopeId)
            {
                throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: telescope {file.TelescopeId}, but {first.Path} is of telescope {first.TelescopeId}: not the same run"));
            }
        }

        foreach (RunFile empty in files.Where(f => f.EventCount == 0)) empty.Dispose();
        files.RemoveAll(f => f.EventCount == 0);
    }

    private RunSummary Summarize()
    {
        List<string> problems = [];
        long[] numbers = [.. EventNumbers];
        long[] times = [.. UnixTimesNs];
        if (numbers.Length == 0)
        {
            return new RunSummary(Files[0].TelescopeId, 0, SampleCount, 0, 0, 0, 0, DateTime.UnixEpoch, DateTime.UnixEpoch, ImmutableSortedDictionary<uint, long>.Empty, double.NaN, 0, ["no events"]);
        }

        long duplicates = _order.Duplicates.Count;
        long missing = (long)UInt128.Min(_order.MissingCount, long.MaxValue);
        foreach (string path in _emptyFiles) problems.Add($"{path} holds no events");
        if (Files.Any(f => !f.HasEventNumbers)) problems.Add("there are no event numbers; events are numbered by row");
        if (duplicates > 0) problems.Add(FormattableString.Invariant($"{duplicates} event numbers occur more than once"));
        if (missing > 0) problems.Add(FormattableString.Invariant($"{missing} event numbers are missing between {numbers[0]} and {numbers[^1]}"));
        int impossible = times.Count(t => t == RunFile.ImpossibleTimeNs);
        if (impossible > 0) problems.Add(FormattableString.Invariant($"{impossible} event times are impossible (later than 2262)"));
        int backwards = 0;
        for (int i = 1; i < times.Length; i++) backwards += times[i] < times[i - 1] ? 1 : 0;
        if (backwards > 0) problems.Add(FormattableString.Invariant($"the clock goes back {backwards} times in event order"));

        (double ratio, int scale) = MeasureBaselineScale();
        if (!double.IsNaN(ratio) && scale == 0) problems.Add(FormattableString.Invariant($"firmware baselines are {ratio:F2} times the median sample, neither 1 nor 16: their scale is not known"));
        ImmutableSortedDictionary<uint, long> types = _order.GroupBy(e => Files[e.File].Types[e.Row]).ToImmutableSortedDictionary(g => g.Key, g => g.LongCount());
        return new RunSummary(
            Files[0].TelescopeId, EventCount, SampleCount, numbers[0], numbers[^1], missing, duplicates,
            Time(times.Min()), Time(times.Max()), types, ratio, scale, [.. problems]);

        static DateTime Time(long unixNs) => DateTime.UnixEpoch.AddTicks(unixNs / 100);
    }

    private (double Ratio, int Scale) MeasureBaselineScale()
    {
        const double Tolerance = 0.1;
        CameraEvent first = GetEvent(0, EventContent.Waveforms | EventContent.Baselines);
        if (first.FirmwareBaselines.Length == 0) return (double.NaN, 0);
        double ratio = Enumerable.Range(0, first.PixelCount)
            .Select(pixel => first.FirmwareBaselines[pixel] / first.GetWaveform(pixel).ToArray().Select(s => (double)s).Median())
            .Where(double.IsFinite).Median();
        int scale = Math.Abs(ratio - 1) < Tolerance ? 1 : Math.Abs((ratio / 16) - 1) < Tolerance ? 16 : 0;
        return (ratio, scale);
    }

    private sealed class ProgressMeter(IProgress<RunProgress>? progress, long total)
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly Lock _lock = new();
        private long _events;
        // The first batch is told at once: who waits sees that it goes on, however short the run.
        private TimeSpan _reported = -ProgressInterval;

        public void Add(int events)
        {
            RunMetrics.Events.Add(events);
            if (progress is null) return;
            lock (_lock)
            {
                _events += events;
                if (_watch.Elapsed - _reported < ProgressInterval) return;
                _reported = _watch.Elapsed;
                progress.Report(new RunProgress(_events, total, _watch.Elapsed));
            }
        }

        public void Finish() => progress?.Report(new RunProgress(total, total, _watch.Elapsed));
    }
}
