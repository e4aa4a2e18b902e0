using System.Collections.Immutable;
using System.Numerics;
using DigiCam.Charges;
using DigiCam.Files;

namespace DigiCam.Histograms;

/// <summary>
/// One histogram for every level of a scan (or block of events) and every pixel, all on the same axis. Each keeps only the bins between its first and its
/// last entry, with some reserve, so that a scan of 81 levels with 1296 pixels and 2146 bins takes 0.9 GB when every bin is in use, and a tenth of that in practice.
/// </summary>
/// <remarks>
/// Filling is safe for any number of threads, which share the memory and wait for each other only within a level; counts do not depend on their order.
/// Reading, merging and writing are not: they want filling to have ended.
/// </remarks>
public sealed class LevelHistograms
{
    // Bins added where a histogram has to grow, besides a part of what it has; on either side of the first entry, enough for counting close samples.
    private const int Reserve = CloseSamples.Bins / 2;
    private const int ReservePart = 4;

    private readonly Row[] _rows;
    private readonly Lock[] _locks;
    private readonly long[] _events;

    // Bin of the integer 0 on an axis of integers.
    private readonly int _shift;
    private readonly bool _isInteger;

    /// <summary>Creates empty histograms.</summary>
    /// <param name="axis">The axis of all of them.</param>
    /// <param name="levelCount">Number of levels.</param>
    /// <param name="pixelCount">Number of pixels.</param>
    /// <param name="scale">What a charge on the axis means; null for amplitudes.</param>
    public LevelHistograms(Axis axis, int levelCount, int pixelCount, ChargeScale? scale = null)
    {
        ArgumentNullException.ThrowIfNull(axis);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(levelCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixelCount);
        (Axis, LevelCount, PixelCount, Scale) = (axis, levelCount, pixelCount, scale ?? ChargeScale.Amplitude);
        _isInteger = axis is IntegerAxis;
        _shift = axis is IntegerAxis integers ? -integers.First : 0;
        _rows = new Row[checked(levelCount * pixelCount)];
        Array.Fill(_rows, new Row { Counts = [] });
        _locks = [.. Enumerable.Range(0, levelCount).Select(_ => new Lock())];
        _events = new long[levelCount];
    }

    /// <summary>The axis of every histogram.</summary>
    public Axis Axis { get; }

    /// <summary>Number of levels.</summary>
    public int LevelCount { get; }

    /// <summary>Number of pixels.</summary>
    public int PixelCount { get; }

    /// <summary>What a charge on the axis means.</summary>
    public ChargeScale Scale { get; }

    /// <summary>Events filled (level), by <see cref="FillEvent(int, ReadOnlySpan{short})"/> and its like.</summary>
    public ImmutableArray<long> EventCounts => [.. _events];

    /// <summary>Memory of the counts [bytes].</summary>
    public long CountBytes => _rows.Sum(row => (long)row.Counts.Length * sizeof(uint));

    /// <summary>A copy of the histogram of a level and a pixel.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id of the pixel.</param>
    public Histogram this[int level, int pixel]
    {
        get
        {
            ref readonly Row row = ref At(level, pixel);
            uint[] counts = new uint[Axis.Count];
            row.Counts.CopyTo(counts.AsSpan(row.First));
            return new Histogram(Axis, counts, row.Underflow, row.Overflow, Scale, !row.IsInvalid);
        }
    }

    /// <summary>Entries of the bins in use; all others are empty.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id of the pixel.</param>
    /// <param name="firstBin">The first bin of the counts.</param>
    /// <returns>Entries (bin from the first on), with empty bins at either end where there are some in reserve.</returns>
    public ReadOnlySpan<uint> GetCounts(int level, int pixel, out int firstBin)
    {
        ref readonly Row row = ref At(level, pixel);
        firstBin = row.First;
        return row.Counts;
    }

    /// <summary>Entries below the axis.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id of the pixel.</param>
    public long GetUnderflow(int level, int pixel) => At(level, pixel).Underflow;

    /// <summary>Entries above the axis, NaN among them.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id of the pixel.</param>
    public long GetOverflow(int level, int pixel) => At(level, pixel).Overflow;

    /// <summary>All entries, under- and overflow included.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id of the pixel.</param>
    public long GetEntries(int level, int pixel) => At(level, pixel).Entries;

    /// <summary>Adds all samples of an event.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="samples">The samples of all pixels (pixel, sample), flat.</param>
    /// <exception cref="ArgumentException">The number of samples is not a multiple of that of the pixels.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries.</exception>
    public void FillEvent(int level, ReadOnlySpan<short> samples)
    {
        if (samples.Length % PixelCount != 0) throw new ArgumentException(FormattableString.Invariant($"{samples.Length} samples are not those of {PixelCount} pixels"), nameof(samples));
        int sampleCount = samples.Length / PixelCount;
        Span<Row> rows = Level(level);
        lock (_locks[level])
        {
            for (int pixel = 0; pixel < rows.Length; pixel++) Fill(ref rows[pixel], samples.Slice(pixel * sampleCount, sampleCount));
            _events[level]++;
        }
    }

    /// <summary>Adds one value of each pixel of an event.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="values">The values (pixel); NaN counts as overflow.</param>
    /// <exception cref="ArgumentException">The number of values is not that of the pixels.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries.</exception>
    public void FillEvent(int level, ReadOnlySpan<double> values)
    {
        if (values.Length != PixelCount) throw new ArgumentException(FormattableString.Invariant($"{values.Length} values for {PixelCount} pixels"), nameof(values));
        Span<Row> rows = Level(level);
        lock (_locks[level])
        {
            for (int pixel = 0; pixel < rows.Length; pixel++) Count(ref rows[pixel], Axis.Index(values[pixel]), 1);
            _events[level]++;
        }
    }

    /// <summary>
    /// Adds one value of each pixel for several events of a level: going to each histogram once for all of them misses the cache once, not once for each event.
    /// </summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="values">The values (pixel, event), flat.</param>
    /// <param name="stride">Places of a pixel among the values.</param>
    /// <param name="count">Number of events, the first places of each pixel.</param>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries.</exception>
    internal void FillEvents(int level, ReadOnlySpan<int> values, int stride, int count)
    {
        Span<Row> rows = Level(level);
        lock (_locks[level])
        {
            for (int pixel = 0; pixel < rows.Length; pixel++) Fill(ref rows[pixel], values.Slice(pixel * stride, count));
            _events[level] += count;
        }
    }

    /// <summary>Adds samples to the histogram of a level and a pixel.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id of the pixel.</param>
    /// <param name="samples">The values (sample).</param>
    /// <exception cref="OverflowException">The histogram would hold more than 4294967295 entries.</exception>
    public void Fill(int level, int pixel, ReadOnlySpan<short> samples)
    {
        ref Row row = ref At(level, pixel);
        lock (_locks[level]) Fill(ref row, samples);
    }

    /// <summary>Adds a value to the histogram of a level and a pixel; NaN counts as overflow.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id of the pixel.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="OverflowException">The histogram would hold more than 4294967295 entries.</exception>
    public void Fill(int level, int pixel, double value)
    {
        ref Row row = ref At(level, pixel);
        lock (_locks[level]) Count(ref row, Axis.Index(value), 1);
    }

    /// <summary>Adds the histograms of another set, filled on the same axis from other events.</summary>
    /// <param name="other">The set to add.</param>
    /// <exception cref="ArgumentException">Axis, charge scale or numbers of levels or pixels differ.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries; nothing is added then.</exception>
    public void Merge(LevelHistograms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Axis != Axis || other.PixelCount != PixelCount || other.LevelCount != LevelCount || other.Scale != Scale)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"histograms of {other.LevelCount} levels and {other.PixelCount} pixels on {other.Axis} ({other.Scale}) cannot be added to {LevelCount} levels and {PixelCount} pixels on {Axis} ({Scale})"), nameof(other));
        }

        for (int i = 0; i < _rows.Length; i++) CheckEntries(in _rows[i], other._rows[i].Entries);
        for (int i = 0; i < _rows.Length; i++)
        {
            ref readonly Row from = ref other._rows[i];
            Add(ref _rows[i], from.First, from.Counts, from.Underflow, from.Overflow, from.IsInvalid);
        }

        for (int level = 0; level < LevelCount; level++) _events[level] += other._events[level];
    }

    /// <summary>Some levels; the counts are copied.</summary>
    /// <param name="levels">Places of the levels, at least one.</param>
    public LevelHistograms SelectLevels(params ReadOnlySpan<int> levels)
    {
        LevelHistograms target = new(Axis, levels.Length, PixelCount, Scale);
        for (int i = 0; i < levels.Length; i++)
        {
            ReadOnlySpan<Row> rows = Level(levels[i]);
            for (int pixel = 0; pixel < PixelCount; pixel++) target._rows[(i * PixelCount) + pixel] = rows[pixel] with { Counts = [.. rows[pixel].Counts] };
            target._events[i] = _events[levels[i]];
        }

        return target;
    }

    /// <summary>The histograms of one level; the counts are copied.</summary>
    /// <param name="level">Place of the level.</param>
    public PixelHistograms GetLevel(int level) => Sum([level]);

    /// <summary>The sum over all levels.</summary>
    /// <exception cref="OverflowException">A pixel would hold more than 4294967295 entries.</exception>
    public PixelHistograms Sum() => Sum(Enumerable.Range(0, LevelCount));

    /// <summary>The sum over some levels.</summary>
    /// <param name="levels">Places of the levels; one that is named twice counts twice.</param>
    /// <exception cref="OverflowException">A pixel would hold more than 4294967295 entries.</exception>
    public PixelHistograms Sum(IEnumerable<int> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        PixelHistograms sum = new(Axis, PixelCount, Scale);
        foreach (int level in levels)
        {
            ReadOnlySpan<Row> rows = Level(level);
            for (int pixel = 0; pixel < rows.Length; pixel++) sum.AddCounts(pixel, rows[pixel].First, rows[pixel].Counts, rows[pixel].Underflow, rows[pixel].Overflow, !rows[pixel].IsInvalid);
            sum.EventCount += _events[level];
        }

        return sum;
    }

    /// <summary>Adds the histograms to an HDF5 file; <see cref="ReadFrom"/> reads them.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="group">Their group, for example /dark/sample_blocks.</param>
    /// <param name="description">What they are.</param>
    /// <exception cref="ArgumentException">The group is there already.</exception>
    public void WriteTo(Hdf5Writer writer, string group, string description)
    {
        ArgumentNullException.ThrowIfNull(writer);
        HistogramRows.Add(writer, group, Axis, Scale, [LevelCount, PixelCount], Source, description);
        writer.Add<long>(group + "/event_count", _events, "", "events filled (level)");

        ReadOnlySpan<uint> Source(int place, out int firstBin, out uint underflow, out uint overflow, out bool isValid)
        {
            ref readonly Row row = ref _rows[place];
            (firstBin, underflow, overflow, isValid) = (row.First, row.Underflow, row.Overflow, !row.IsInvalid);
            return row.Counts;
        }
    }

    /// <summary>Reads histograms from an HDF5 file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">Their group.</param>
    /// <exception cref="InvalidDataException">There are none, or they are damaged: one sentence that names file and dataset.</exception>
    public static LevelHistograms ReadFrom(Hdf5File file, string group)
    {
        ArgumentNullException.ThrowIfNull(file);
        (Axis axis, ChargeScale scale) = HistogramRows.ReadAxis(file, group);
        int[] shape = HistogramRows.ReadShape(file, group, 2);
        LevelHistograms histograms = new(axis, shape[0], shape[1], scale);
        histograms.AddFrom(file, group);
        return histograms;
    }

    /// <summary>Adds histograms in an HDF5 file, which are not held in memory besides these.</summary>
    /// <exception cref="InvalidDataException">There are none, they are on another axis or of other levels and pixels, or they are damaged.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries; these here are not valid any more.</exception>
    internal void AddFrom(Hdf5File file, string group)
    {
        HistogramRows.Add(file, group, Axis, Scale, [LevelCount, PixelCount], (place, firstBin, counts, underflow, overflow, isValid) => Add(ref _rows[place], firstBin, counts, underflow, overflow, !isValid));
        long[] events = file.Read<long>(group + "/event_count", [LevelCount], "");
        for (int level = 0; level < LevelCount; level++) _events[level] += events[level];
    }

    /// <summary>Adds counts of neighbouring bins to the histogram of a level and a pixel.</summary>
    internal void AddCounts(int level, int pixel, int firstBin, ReadOnlySpan<uint> counts, bool isValid) => Add(ref At(level, pixel), firstBin, counts, 0, 0, !isValid);

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{LevelCount} x {PixelCount} histograms, {Axis}, {_events.Sum()} events, {CountBytes / 1048576.0:F1} MB");

    private static void CheckEntries(in Row row, long entries)
    {
        if (row.Entries + entries > uint.MaxValue) throw new OverflowException(FormattableString.Invariant($"a histogram would hold {row.Entries + entries} entries, at most {uint.MaxValue} can be counted"));
    }

    private ref Row At(int level, int pixel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)level, (uint)LevelCount, nameof(level));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pixel, (uint)PixelCount, nameof(pixel));
        return ref _rows[(level * PixelCount) + pixel];
    }

    private Span<Row> Level(int level)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)level, (uint)LevelCount, nameof(level));
        return _rows.AsSpan(level * PixelCount, PixelCount);
    }

    private void Fill(ref Row row, ReadOnlySpan<short> samples)
    {
        CheckEntries(in row, samples.Length);
        row.Entries += samples.Length;
        if (!_isInteger)
        {
            foreach (short sample in samples) Increment(ref row, Axis.Index(sample), 1);
            return;
        }

        for (int looked; samples.Length > 0; samples = samples[looked..])
        {
            for (ulong left = CloseSamples.Count(samples, _shift - row.First, row.Counts, out looked); left != 0; left &= left - 1) Increment(ref row, samples[BitOperations.TrailingZeroCount(left)] + _shift);
        }
    }

    private void Fill(ref Row row, ReadOnlySpan<int> values)
    {
        CheckEntries(in row, values.Length);
        row.Entries += values.Length;
        foreach (int value in values)
        {
            if (_isInteger) Increment(ref row, value + _shift);
            else Increment(ref row, Axis.Index(value), 1);
        }
    }

    // Nearly always one of the bins in use.
    private void Increment(ref Row row, int bin)
    {
        if ((uint)(bin - row.First) < (uint)row.Counts.Length) row.Counts[bin - row.First]++;
        else Increment(ref row, bin, 1);
    }

    private void Count(ref Row row, int bin, uint entries)
    {
        CheckEntries(in row, entries);
        row.Entries += entries;
        Increment(ref row, bin, entries);
    }

    private void Increment(ref Row row, int bin, uint entries)
    {
        if (bin < 0) row.Underflow += entries;
        else if (bin >= Axis.Count) row.Overflow += entries;
        else
        {
            if ((uint)(bin - row.First) >= (uint)row.Counts.Length) Grow(ref row, bin, bin);
            row.Counts[bin - row.First] += entries;
        }
    }

    private void Add(ref Row row, int firstBin, ReadOnlySpan<uint> counts, uint underflow, uint overflow, bool isInvalid)
    {
        long entries = (long)underflow + overflow;
        foreach (uint count in counts) entries += count;
        CheckEntries(in row, entries);
        row.Entries += entries;
        row.Underflow += underflow;
        row.Overflow += overflow;
        row.IsInvalid |= isInvalid;
        int first = counts.IndexOfAnyExcept(0u);
        if (first < 0) return;
        int last = counts.LastIndexOfAnyExcept(0u);
        if (row.Counts.Length == 0) (row.First, row.Counts) = (firstBin + first, new uint[last - first + 1]);
        else if (firstBin + first < row.First || firstBin + last >= row.First + row.Counts.Length) Grow(ref row, firstBin + first, firstBin + last);
        for (int i = first; i <= last; i++) row.Counts[firstBin + i - row.First] += counts[i];
    }

    private void Grow(ref Row row, int first, int last)
    {
        int from = row.Counts.Length == 0 ? first : row.First;
        int to = row.Counts.Length == 0 ? last + 1 : row.First + row.Counts.Length;
        int reserve = Reserve + ((to - from) / ReservePart);
        int newFrom = first < from || row.Counts.Length == 0 ? Math.Max(first - reserve, 0) : from;
        int newTo = last >= to || row.Counts.Length == 0 ? Math.Min(last + 1 + reserve, Axis.Count) : to;
        uint[] counts = new uint[newTo - newFrom];
        row.Counts.CopyTo(counts.AsSpan(from - newFrom));
        (row.First, row.Counts) = (newFrom, counts);
    }

    private record struct Row
    {
        public uint[] Counts;
        public int First;
        public uint Underflow;
        public uint Overflow;
        public bool IsInvalid;
        public long Entries;
    }
}
