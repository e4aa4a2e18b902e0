using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DigiCam.Charges;
using DigiCam.Files;

namespace DigiCam.Histograms;

/// <summary>
/// One histogram for every pixel of a camera, all on the same axis, with explicit under- and overflow.
/// Filling is not thread safe: give each thread its own set and merge them; counts do not depend on how the data were split.
/// </summary>
public sealed class PixelHistograms
{
    private const string EventCountAttribute = "event_count";

    // One row per pixel: underflow, the bins, overflow.
    private readonly uint[] _counts;
    private readonly int _stride;

    // Entries ever put into a pixel. While this stays below 2^32 no bin can wrap, which spares the check in the filling loop.
    private readonly long[] _filled;
    private readonly bool[] _invalid;

    // Bin of the row that holds the integer 0; the axes of integers are filled without going through doubles.
    private readonly int _shift;
    private readonly bool _isInteger;

    /// <summary>Creates empty histograms.</summary>
    /// <param name="axis">The axis of all of them.</param>
    /// <param name="pixelCount">Number of pixels.</param>
    /// <param name="scale">What a charge on the axis means; null for amplitudes.</param>
    public PixelHistograms(Axis axis, int pixelCount, ChargeScale? scale = null)
    {
        ArgumentNullException.ThrowIfNull(axis);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixelCount);
        Axis = axis;
        PixelCount = pixelCount;
        Scale = scale ?? ChargeScale.Amplitude;
        _isInteger = axis is IntegerAxis;
        _shift = axis is IntegerAxis integers ? 1 - integers.First : 0;
        _stride = axis.Count + 2;
        _counts = new uint[checked(_stride * pixelCount)];
        _filled = new long[pixelCount];
        _invalid = new bool[pixelCount];
    }

    /// <summary>The axis of every histogram.</summary>
    public Axis Axis { get; }

    /// <summary>The axis of every histogram, where it is one of integers.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public IntegerAxis IntegerAxis => Integers(Axis);

    /// <summary>Number of pixels.</summary>
    public int PixelCount { get; }

    /// <summary>What a charge on the axis means.</summary>
    public ChargeScale Scale { get; }

    /// <summary>Number of events that were filled, as counted by whoever fills; 0 when it is not known, as after reading from a file.</summary>
    public long EventCount { get; set; }

    /// <summary>A copy of one pixel's histogram.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public Histogram this[int pixel] => new(Axis, GetCounts(pixel), GetUnderflow(pixel), GetOverflow(pixel), Scale, IsValid(pixel));

    /// <summary>Entries of each bin of a pixel (bin), without under- and overflow.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public ReadOnlySpan<uint> GetCounts(int pixel) => Row(pixel).Slice(1, Axis.Count);

    /// <summary>Entries of a pixel below the axis.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public long GetUnderflow(int pixel) => Row(pixel)[0];

    /// <summary>Entries of a pixel above the axis, NaN among them.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public long GetOverflow(int pixel) => Row(pixel)[_stride - 1];

    /// <summary>All entries of a pixel, under- and overflow included.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public long GetEntries(int pixel) => _filled[pixel];

    /// <summary>False for a pixel whose counts in a file were not finite, not whole or negative; its bins are then empty.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public bool IsValid(int pixel) => !_invalid[pixel];

    /// <summary>Adds samples to one pixel's histogram.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    /// <param name="samples">The values (sample).</param>
    /// <exception cref="OverflowException">The pixel would hold more than 4294967295 entries.</exception>
    public void Fill(int pixel, ReadOnlySpan<short> samples)
    {
        if (!_isInteger)
        {
            FillSpread(pixel, samples);
            return;
        }

        AddFilled(pixel, samples.Length);
        Span<uint> row = Row(pixel);
        for (int looked; samples.Length > 0; samples = samples[looked..])
        {
            for (ulong left = CloseSamples.Count(samples, _shift - 1, row[1..^1], out looked); left != 0; left &= left - 1) row[Math.Clamp(samples[BitOperations.TrailingZeroCount(left)] + _shift, 0, row.Length - 1)]++;
        }
    }

    /// <summary>Adds a value to one pixel's histogram; NaN counts as overflow.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="OverflowException">The pixel would hold more than 4294967295 entries.</exception>
    public void Fill(int pixel, double value)
    {
        AddFilled(pixel, 1);
        Row(pixel)[Axis.Index(value) + 1]++;
    }

    /// <inheritdoc cref="Fill(int, double)"/>
    public void Fill(int pixel, int value)
    {
        if (!_isInteger)
        {
            Fill(pixel, (double)value);
            return;
        }

        AddFilled(pixel, 1);
        Row(pixel)[(int)Math.Clamp((long)value + _shift, 0, _stride - 1)]++;
    }

    /// <summary>Adds the histograms of another set, filled on the same axis from other events.</summary>
    /// <param name="other">The set to add.</param>
    /// <exception cref="ArgumentException">Axis, charge scale or number of pixels differ.</exception>
    /// <exception cref="OverflowException">A pixel would hold more than 4294967295 entries; nothing is added then.</exception>
    public void Merge(PixelHistograms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Axis != Axis || other.PixelCount != PixelCount || other.Scale != Scale)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"histograms of {other.PixelCount} pixels on {other.Axis} ({other.Scale}) cannot be added to {PixelCount} pixels on {Axis} ({Scale})"), nameof(other));
        }

        for (int pixel = 0; pixel < PixelCount; pixel++) CheckFilled(pixel, other._filled[pixel]);
        for (int pixel = 0; pixel < PixelCount; pixel++)
        {
            _filled[pixel] += other._filled[pixel];
            _invalid[pixel] |= other._invalid[pixel];
        }

        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        EventCount += other.EventCount;
    }

    /// <summary>The same entries in wider bins; bins left over at the upper end are counted as overflow.</summary>
    /// <param name="factor">Number of bins that make one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The axis has fewer bins.</exception>
    public PixelHistograms Rebin(int factor)
    {
        PixelHistograms target = Onto(Axis.Rebin(factor));
        for (int pixel = 0; pixel < PixelCount; pixel++)
        {
            ReadOnlySpan<uint> from = Row(pixel);
            Span<uint> to = target.Row(pixel);
            to[0] = from[0];
            for (int bin = 1; bin < from.Length; bin++) to[bin == from.Length - 1 ? to.Length - 1 : Math.Min(((bin - 1) / factor) + 1, to.Length - 1)] += from[bin];
        }

        return target;
    }

    /// <summary>Some neighbouring bins; entries of the others are counted as under- and overflow.</summary>
    /// <param name="first">First bin.</param>
    /// <param name="last">Last bin.</param>
    /// <exception cref="ArgumentOutOfRangeException">These are no bins of the axis.</exception>
    public PixelHistograms Slice(int first, int last)
    {
        PixelHistograms target = Onto(Axis.Slice(first, last));
        for (int pixel = 0; pixel < PixelCount; pixel++)
        {
            ReadOnlySpan<uint> from = Row(pixel);
            Span<uint> to = target.Row(pixel);
            for (int bin = 0; bin < from.Length; bin++) to[Math.Clamp(bin - first, 0, to.Length - 1)] += from[bin];
        }

        return target;
    }

    /// <summary>The bins from the one that holds one value to the one that holds another; entries of the others are counted as under- and overflow.</summary>
    /// <param name="lower">A value of the first bin; below the axis, its first bin.</param>
    /// <param name="upper">A value of the last bin; above the axis, its last bin.</param>
    /// <exception cref="ArgumentOutOfRangeException">No bin is left.</exception>
    public PixelHistograms SliceValues(double lower, double upper) => Slice(Math.Max(Axis.Index(lower), 0), Math.Min(Axis.Index(upper), Axis.Count - 1));

    /// <summary>The sum over all pixels.</summary>
    /// <exception cref="OverflowException">A bin of the sum would hold more than 4294967295 entries.</exception>
    public Histogram Sum() => Sum(Enumerable.Range(0, PixelCount));

    /// <summary>The sum over some pixels.</summary>
    /// <param name="pixels">Their software ids.</param>
    /// <exception cref="OverflowException">A bin of the sum would hold more than 4294967295 entries.</exception>
    public Histogram Sum(IEnumerable<int> pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        uint[] counts = new uint[Axis.Count];
        (long underflow, long overflow, bool isValid) = (0, 0, true);
        foreach (int pixel in pixels)
        {
            ReadOnlySpan<uint> row = GetCounts(pixel);
            for (int bin = 0; bin < counts.Length; bin++) counts[bin] = checked(counts[bin] + row[bin]);
            underflow += GetUnderflow(pixel);
            overflow += GetOverflow(pixel);
            isValid &= IsValid(pixel);
        }

        return new Histogram(Axis, counts, underflow, overflow, Scale, isValid);
    }

    /// <summary>Sets one pixel's histogram to counts read from a file; counts that are not whole numbers make the pixel invalid.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    /// <param name="counts">Entries of each bin (bin).</param>
    /// <param name="underflow">Entries below the axis.</param>
    /// <param name="overflow">Entries above the axis.</param>
    /// <exception cref="ArgumentException">The number of counts is not that of the bins.</exception>
    public void SetCounts(int pixel, ReadOnlySpan<double> counts, double underflow = 0, double overflow = 0)
    {
        if (counts.Length != Axis.Count)
        {
            throw new ArgumentException(FormattableString.Invariant($"{counts.Length} counts for an axis of {Axis.Count} bins"), nameof(counts));
        }

        Span<uint> row = Row(pixel);
        row.Clear();
        _filled[pixel] = 0;
        bool valid = IsCount(underflow) && IsCount(overflow);
        double sum = underflow + overflow;
        foreach (double count in counts)
        {
            valid &= IsCount(count);
            sum += count;
        }

        _invalid[pixel] = !(valid && sum <= uint.MaxValue);
        if (_invalid[pixel]) return;
        row[0] = (uint)underflow;
        row[^1] = (uint)overflow;
        for (int i = 0; i < counts.Length; i++) row[i + 1] = (uint)counts[i];
        _filled[pixel] = (long)sum;
    }

    /// <summary>Adds the histograms to an HDF5 file; <see cref="ReadFrom"/> reads them.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="group">Their group, for example /dark/pulses.</param>
    /// <param name="description">What they are.</param>
    /// <exception cref="ArgumentException">The group is there already.</exception>
    public void WriteTo(Hdf5Writer writer, string group, string description)
    {
        ArgumentNullException.ThrowIfNull(writer);
        HistogramRows.Add(writer, group, Axis, Scale, [PixelCount], Source, description);
        writer.AddAttribute(group, EventCountAttribute, EventCount);

        ReadOnlySpan<uint> Source(int pixel, out int firstBin, out uint underflow, out uint overflow, out bool isValid)
        {
            ReadOnlySpan<uint> row = Row(pixel);
            (firstBin, underflow, overflow, isValid) = (0, row[0], row[^1], IsValid(pixel));
            return row[1..^1];
        }
    }

    /// <summary>Reads histograms from an HDF5 file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">Their group.</param>
    /// <exception cref="InvalidDataException">There are none, or they are damaged: one sentence that names file and dataset.</exception>
    public static PixelHistograms ReadFrom(Hdf5File file, string group)
    {
        ArgumentNullException.ThrowIfNull(file);
        (Axis axis, ChargeScale scale) = HistogramRows.ReadAxis(file, group);
        int[] shape = HistogramRows.ReadShape(file, group, 1);
        if ((axis.Count + 2L) * shape[0] > Array.MaxLength) throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: {group} has {shape[0]} histograms of {axis.Count} bins, more than memory can hold"));
        PixelHistograms histograms = new(axis, shape[0], scale);
        histograms.AddFrom(file, group);
        return histograms;
    }

    /// <summary>Adds histograms in an HDF5 file, which are not held in memory besides these.</summary>
    /// <exception cref="InvalidDataException">There are none, they are on another axis or of other pixels, or they are damaged.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries; these here are not valid any more.</exception>
    internal void AddFrom(Hdf5File file, string group)
    {
        HistogramRows.Add(file, group, Axis, Scale, [PixelCount], AddCounts);
        EventCount += file.GetNumber<long>(group, EventCountAttribute);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{PixelCount} histograms, {Axis}, {EventCount} events, {_filled.Sum()} entries");

    internal static IntegerAxis Integers(Axis axis) =>
        axis as IntegerAxis ?? throw new InvalidOperationException($"the histograms are on {axis}, not on an axis of integers");

    // Adds counts of neighbouring bins, as trimmed rows have them.
    internal void AddCounts(int pixel, int firstBin, ReadOnlySpan<uint> counts, uint underflow, uint overflow, bool isValid)
    {
        long entries = (long)underflow + overflow;
        foreach (uint count in counts) entries += count;
        AddFilled(pixel, entries);
        Span<uint> row = Row(pixel);
        row[0] += underflow;
        row[^1] += overflow;
        Span<uint> bins = row.Slice(1 + firstBin, counts.Length);
        for (int i = 0; i < bins.Length; i++) bins[i] += counts[i];
        _invalid[pixel] |= !isValid;
    }

    // The same for values that are not close to each other, as charges.
    internal void FillSpread(int pixel, ReadOnlySpan<short> values)
    {
        AddFilled(pixel, values.Length);
        ref uint row = ref MemoryMarshal.GetReference(Row(pixel));
        if (!_isInteger)
        {
            foreach (short value in values) Unsafe.Add(ref row, (nint)(Axis.Index(value) + 1))++;
            return;
        }

        int shift = _shift;
        uint inside = (uint)(_stride - 2);
        foreach (short value in values)
        {
            int bin = value + shift;
            if ((uint)(bin - 1) >= inside) bin = bin < 1 ? 0 : _stride - 1;
            Unsafe.Add(ref row, (nint)bin)++;
        }
    }

    private static bool IsCount(double value) => double.IsInteger(value) && value >= 0;

    // Empty bins on another axis for the same entries.
    private PixelHistograms Onto(Axis axis)
    {
        PixelHistograms target = new(axis, PixelCount, Scale) { EventCount = EventCount };
        _filled.CopyTo(target._filled.AsSpan());
        _invalid.CopyTo(target._invalid.AsSpan());
        return target;
    }

    private Span<uint> Row(int pixel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pixel, (uint)PixelCount, nameof(pixel));
        return _counts.AsSpan(pixel * _stride, _stride);
    }

    private void AddFilled(int pixel, long entries)
    {
        CheckFilled(pixel, entries);
        _filled[pixel] += entries;
    }

    private void CheckFilled(int pixel, long entries)
    {
        if (_filled[pixel] + entries > uint.MaxValue)
        {
            throw new OverflowException(FormattableString.Invariant($"pixel {pixel} would hold {_filled[pixel] + entries} entries, at most {uint.MaxValue} can be counted"));
        }
    }
}
