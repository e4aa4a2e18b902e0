using System.Collections.Immutable;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Scans;

/// <summary>
/// The events of a scan, each with its level. A file that holds one level alone decides for its events; otherwise the event number does: the level is the one whose events, as
/// planned, include it. Missing events shift nothing, and every event that belongs to a level is used. Several threads may read at the same time.
/// </summary>
/// <remarks>
/// Event numbers either run on through all files, or begin anew in each. Where they run on, the smallest number is taken for the first event of the scan, or what
/// <see cref="ScanPlan.FirstEventNumber"/> says; the first events of a file with several levels may then be missing as well.
/// </remarks>
public sealed class Scan : IDisposable
{
    // Level of an event that is not used.
    private const int NoLevel = -1;

    private const int MostRangesTold = 5;

    // By place of the event in the run.
    private readonly int[] _level;
    private readonly int[] _placeInLevel;

    private Scan(ScanPlan plan, Run run, RunInput input, int[] level, int[] placeInLevel, ImmutableArray<long> eventCounts, ImmutableArray<string> problems) =>
        (Plan, Run, Input, _level, _placeInLevel, EventCounts, Problems) = (plan, run, input, level, placeInLevel, eventCounts, problems);

    /// <summary>The levels as planned.</summary>
    public ScanPlan Plan { get; }

    /// <summary>All events of all files. Where event numbers begin anew in each file, their order is not that of the levels.</summary>
    public Run Run { get; }

    /// <summary>The files that are there and how they are read.</summary>
    public RunInput Input { get; }

    /// <summary>Number of levels.</summary>
    public int LevelCount => Plan.LevelCount;

    /// <summary>Number of events used (level).</summary>
    public ImmutableArray<long> EventCounts { get; }

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public int SampleCount => Run.SampleCount;

    /// <summary>
    /// Where plan and files do not agree, one sentence each: files that are not there, levels with fewer or more events than planned, events beyond the last level, levels of the same light. Levels without
    /// such a sentence are as planned.
    /// </summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>Opens a scan whose plan names its files. A file that is not there is told among the problems; its levels have no events.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">Folder of the files; empty for the current one.</param>
    /// <param name="options">How to read them; null for the defaults. A largest number of events is one of the whole scan.</param>
    /// <exception cref="ArgumentException">The plan names no files.</exception>
    /// <exception cref="FileNotFoundException">None of the files exists.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or not of this camera, or the files do not belong together, such as one of 92 samples among those of 50.</exception>
    public static Scan Open(ScanPlan plan, string folder, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(folder);
        if (!plan.NamesFiles) throw new ArgumentException("the plan names no files", nameof(plan));
        string[] paths = [.. plan.Files.Select(file => Path.Combine(folder, file))];
        bool[] exists = [.. paths.Select(File.Exists)];
        if (!exists.Contains(true)) throw new FileNotFoundException($"{paths[0]}: no such file, nor any other of the {paths.Length} of the scan plan", paths[0]);
        return Open(plan, paths, exists, options ?? new RunOptions());
    }

    /// <summary>Opens a scan whose plan counts events through all files.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="files">The files in any order.</param>
    /// <param name="options">How to read them; null for the defaults. A largest number of events is one of the whole scan.</param>
    /// <exception cref="ArgumentException">The plan names its files.</exception>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or not of this camera, the files do not belong together, or two have events of the same number.</exception>
    public static Scan Open(ScanPlan plan, IReadOnlyList<string> files, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(files);
        if (plan.NamesFiles) throw new ArgumentException("the plan names its files itself", nameof(files));
        return Open(plan, [.. files], [.. files.Select(_ => true)], options ?? new RunOptions());
    }

    /// <summary>The level of an event; -1 for one that belongs to none.</summary>
    /// <param name="index">Place of the event in <see cref="Run"/>.</param>
    public int LevelOf(long index) => _level[index];

    /// <summary>Reads the events of all levels, or those of them in the part in <see cref="RunOptions.Shard"/>, on several threads, in no particular order, each thread with a state of its own. Nothing depends on how many there are.</summary>
    /// <typeparam name="TState">What a thread accumulates.</typeparam>
    /// <param name="content">The parts of the events to read.</param>
    /// <param name="createState">Makes a thread's state.</param>
    /// <param name="use">Takes an event and its level; the event is refilled afterwards.</param>
    /// <param name="eventsPerLevel">Use only so many events of each level, the first ones by their number; 0 for all. The others are not decoded where that can be avoided.</param>
    /// <param name="progress">Told about the progress, about ten times a second.</param>
    /// <param name="threads">Number of threads; 0 for one per processor.</param>
    /// <param name="batchEvents">Events between two looks at progress and cancellation.</param>
    /// <param name="cancellationToken">Stops after the current batch.</param>
    /// <returns>The states of all threads.</returns>
    public IReadOnlyList<TState> Process<TState>(
        EventContent content,
        Func<TState> createState,
        Action<TState, int, CameraEvent> use,
        int eventsPerLevel = 0,
        IProgress<RunProgress>? progress = null,
        int threads = 0,
        int batchEvents = Run.DefaultBatchEvents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentOutOfRangeException.ThrowIfNegative(eventsPerLevel);
        int most = eventsPerLevel == 0 ? int.MaxValue : eventsPerLevel;
        return Run.ProcessSome(
            content, createState, (state, camera) => use(state, _level[camera.Index], camera), index => _level[index] != NoLevel && _placeInLevel[index] < most, progress, threads, batchEvents, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => Run.Dispose();

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Plan}: {EventCounts.Sum()} events in {Run.Files.Length} file{(Run.Files.Length == 1 ? "" : "s")}{(Problems.IsEmpty ? "" : FormattableString.Invariant($", {Problems.Length} problem{(Problems.Length == 1 ? "" : "s")}"))}");

    private static Scan Open(ScanPlan plan, string[] paths, bool[] exists, RunOptions options)
    {
        Run run = Run.Open([.. paths.Where((_, i) => exists[i])], options with { MaximumEvents = null });
        try
        {
            Sorting sorting = new(plan, run, paths, exists);
            sorting.Sort();
            return sorting.Finish(new RunInput([.. paths.Where((_, i) => exists[i])], options));
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    // Finds the level of every event.
    private sealed class Sorting
    {
        private readonly ScanPlan _plan;
        private readonly Run _run;
        private readonly string[] _paths;
        private readonly bool[] _exists;
        private readonly int[] _level;
        private readonly List<string> _problems = [];

        // For each file of the plan its events in the order of their numbers; for a plan without files one list of all.
        private readonly List<(long Number, int Index)>[] _events;

        // Number of the first event of each level as planned; null where it is not known, or the level does not go on with the next number in another file.
        private readonly long?[] _begin;
        private readonly long[] _plannedSoFar;

        // Events of each level in the order of the scan.
        private readonly List<(long Number, int Index)>[] _ofLevel;

        public Sorting(ScanPlan plan, Run run, string[] paths, bool[] exists)
        {
            (_plan, _run, _paths, _exists) = (plan, run, paths, exists);
            _level = new int[run.EventCount];
            Array.Fill(_level, NoLevel);
            _ofLevel = [.. plan.Steps.Select(_ => new List<(long, int)>())];
            _begin = new long?[plan.LevelCount];
            _plannedSoFar = new long[plan.LevelCount];
            _events = [.. Enumerable.Range(0, plan.NamesFiles ? paths.Length : 1).Select(_ => new List<(long, int)>())];
            int[] placeOf = [.. run.Files.Select(file => plan.NamesFiles ? Array.IndexOf(paths, file.Path) : 0)];
            for (int i = 0; i < run.Order.Count; i++) _events[placeOf[run.Order[i].File]].Add((run.Order[i].Id, i));
        }

        public void Sort()
        {
            for (int i = 0; i < _paths.Length; i++)
            {
                if (!_exists[i]) _problems.Add($"{_paths[i]} is not there");
                else if (!_run.Files.Any(file => file.Path == _paths[i])) _problems.Add($"{_paths[i]} holds no events");
            }

            for (int level = 1; level < _plan.LevelCount; level++)
            {
                ScanLevel light = _plan.Steps[level].Level;
                int before = _plan.Steps.Take(level).ToList().FindIndex(step => step.Level == light);
                if (before >= 0) _problems.Add(FormattableString.Invariant($"level {level} ({light}) has the light of level {before} once more"));
            }

            if (_plan.NamesFiles) SortFiles();
            else SortCounted();
        }

        public Scan Finish(RunInput input)
        {
            long left = input.Options.MaximumEvents ?? long.MaxValue;
            int[] place = new int[_level.Length];
            long[] counts = new long[_ofLevel.Length];
            for (int level = 0; level < _ofLevel.Length; level++)
            {
                for (int i = 0; i < _ofLevel[level].Count; i++)
                {
                    int index = _ofLevel[level][i].Index;
                    place[index] = i;
                    _level[index] = i < left ? level : NoLevel;
                }

                counts[level] = Math.Min(_ofLevel[level].Count, left);
                left -= counts[level];
            }

            return new Scan(_plan, _run, input, _level, place, [.. counts], [.. _problems]);
        }

        private void SortCounted()
        {
            if (_run.Order.Duplicates.Count > 0 && TwiceInDifferentFiles() is var (first, second, number))
            {
                throw new InvalidDataException(FormattableString.Invariant($"{second}: event {number} is in {first} as well: the files count their events each by itself, and the scan needs a plan that names them"));
            }

            (int Level, int Count)[] parts = [.. _plan.Steps.Select((step, level) => (level, step.EventCount))];
            long start = _plan.FirstEventNumber ?? _events[0][0].Number;
            SortByNumber(_events[0], parts, start, "");
            TellCounts();
        }

        private (string First, string Second, long Number)? TwiceInDifferentFiles()
        {
            for (int i = 1; i < _run.Order.Count; i++)
            {
                (ZFitsEventPlace a, ZFitsEventPlace b) = (_run.Order[i - 1], _run.Order[i]);
                if (a.Id == b.Id && a.File != b.File) return (_run.Files[a.File].Path, _run.Files[b.File].Path, a.Id);
            }

            return null;
        }

        private void SortFiles()
        {
            (int Level, int Count)[][] parts = [.. _plan.Files.Select(file => _plan.Steps
                .SelectMany((step, level) => step.Parts.Where(part => part.File == file).Select(part => (level, part.EventCount))).ToArray())];
            long?[] before = EventsBefore(parts);
            long? first = RunsOn() ? FirstNumber(before) : null;

            // Later files may point to an earlier beginning: then the first events are missing, or the numbers went on before all events of a file were taken.
            int firstFile = Array.FindIndex(_events, events => events.Count > 0);
            bool isCertain = _plan.FirstEventNumber is not null || first + before[firstFile] == _events[firstFile][0].Number;
            if (first is { } start && !isCertain && parts[firstFile].Length > 1)
                _problems.Add(FormattableString.Invariant($"{_paths[firstFile]} begins with event {_events[firstFile][0].Number}, the numbers of the other files say that the scan begins with {start}"));
            for (int file = 0; file < _events.Length; file++)
            {
                List<(long Number, int Index)> events = _events[file];
                if (events.Count == 0)
                {
                    Plan(parts[file], null);
                    continue;
                }

                (long own, long last) = (events[0].Number, events[^1].Number);
                long planned = parts[file].Sum(part => (long)part.Count);
                long? expected = first + before[file];
                bool fits = expected <= own && last < expected + planned;
                if (parts[file].Length == 1)
                {
                    Plan(parts[file], fits && isCertain ? expected : null);
                    foreach ((long number, int index) in events) Use(parts[file][0].Level, number, index);
                    continue;
                }

                if (!fits && expected is { } begin) _problems.Add(FormattableString.Invariant($"{_paths[file]} has events {own} to {last}, the plan expects {begin} to {begin + planned - 1}: its levels are counted from its own first event"));
                SortByNumber(events, parts[file], fits ? expected!.Value : own, _paths[file]);
            }

            TellCounts();
        }

        // Events planned before each file; null behind one of which the plan does not say how many it has.
        private static long?[] EventsBefore((int Level, int Count)[][] parts)
        {
            long?[] before = new long?[parts.Length];
            long? sum = 0;
            for (int file = 0; file < parts.Length; file++)
            {
                before[file] = sum;
                sum = parts[file].Any(part => part.Count == 0) ? null : sum + parts[file].Sum(part => (long)part.Count);
            }

            return before;
        }

        private bool RunsOn()
        {
            long last = long.MinValue;
            foreach (List<(long Number, int Index)> events in _events)
            {
                if (events.Count == 0) continue;
                if (events[0].Number <= last) return false;
                last = events[^1].Number;
            }

            return true;
        }

        // The first events of any file may be missing: the earliest beginning that a file points to is right.
        private long? FirstNumber(long?[] before)
        {
            if (_plan.FirstEventNumber is { } known) return known;
            long? first = null;
            for (int file = 0; file < _events.Length; file++)
            {
                if (_events[file].Count == 0 || before[file] is not { } events) continue;
                first = Math.Min(first ?? long.MaxValue, _events[file][0].Number - events);
            }

            return first;
        }

        private void SortByNumber(List<(long Number, int Index)> events, (int Level, int Count)[] parts, long begin, string file)
        {
            Plan(parts, begin);
            int part = 0;
            long partBegin = begin;
            List<long> early = [];
            List<long> late = [];
            foreach ((long number, int index) in events)
            {
                while (part < parts.Length && number >= partBegin + parts[part].Count) partBegin += parts[part++].Count;
                if (number < begin) early.Add(number);
                else if (part == parts.Length) late.Add(number);
                else Use(parts[part].Level, number, index);
            }

            string where = file.Length > 0 ? $" of {file}" : "";
            if (early.Count > 0) _problems.Add(FormattableString.Invariant($"{early.Count} events{where} come before the first level, which begins with event {begin}, and are not used: {Ranges(early)}"));
            if (late.Count > 0) _problems.Add(FormattableString.Invariant($"{late.Count} events{where} come after the last level, which ends with event {begin + parts.Sum(p => (long)p.Count) - 1}, and are not used: {Ranges(late)}"));
        }

        // Takes note of the numbers that levels should have.
        private void Plan((int Level, int Count)[] parts, long? begin)
        {
            foreach ((int level, int count) in parts)
            {
                long? ofLevel = begin - _plannedSoFar[level];
                _begin[level] = _plannedSoFar[level] == 0 || _begin[level] == ofLevel ? ofLevel : null;
                _plannedSoFar[level] += count;
                begin += count;
            }
        }

        private void Use(int level, long number, int index)
        {
            _level[index] = level;
            _ofLevel[level].Add((number, index));
        }

        // Levels that have not the events that were planned; the numbers of missing ones where the plan says which they are.
        private void TellCounts()
        {
            for (int level = 0; level < _ofLevel.Length; level++)
            {
                ScanStep step = _plan.Steps[level];
                int planned = step.EventCount;
                int found = _ofLevel[level].Count;
                string name = FormattableString.Invariant($"level {level} ({step.Level})");
                if (found == 0)
                {
                    _problems.Add($"{name} has no events");
                    continue;
                }

                if (planned == 0 || found == planned) continue;
                string which = found > planned ? "" : Missing(_ofLevel[level], _begin[level], planned);
                _problems.Add(FormattableString.Invariant($"{name} has {found} events, {planned} were planned{which}"));
            }
        }

        private static string Missing(List<(long Number, int Index)> events, long? first, int planned)
        {
            HashSet<long> numbers = [.. events.Select(e => e.Number)];
            (long begin, long end) = first is { } start ? (start, start + planned - 1) : (events[0].Number, events[^1].Number);
            if (end - begin >= 2L * planned) return "";
            List<long> missing = [];
            for (long number = begin; number <= end; number++)
            {
                if (!numbers.Contains(number)) missing.Add(number);
            }

            return missing.Count == 0 ? "" : $", missing {Ranges(missing)}";
        }

        private static string Ranges(List<long> numbers)
        {
            List<string> ranges = [];
            for (int i = 0; i < numbers.Count;)
            {
                int end = i;
                while (end + 1 < numbers.Count && numbers[end + 1] <= numbers[end] + 1) end++;
                if (ranges.Count == MostRangesTold)
                {
                    ranges.Add("...");
                    break;
                }

                ranges.Add(numbers[end] == numbers[i] ? FormattableString.Invariant($"{numbers[i]}") : FormattableString.Invariant($"{numbers[i]}-{numbers[end]}"));
                i = end + 1;
            }

            return string.Join(", ", ranges);
        }
    }
}
