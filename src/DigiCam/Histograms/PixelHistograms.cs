using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DigiCam.Charges;

namespace DigiCam.Histograms;

/// <summary>
/// One histogram of integer values for every pixel of a camera, all on the same axis, with explicit under- and overflow.
/// Filling is not thread safe: give each thread its own set and merge them; counts do not depend on how the data were split.
/// </summary>
public sealed class PixelHistograms
{
    // One row per pixel: underflow, the bins, overflow.
    private readonly uint[] _counts;
    private readonly int _stride;

    // Entries ever put into a pixel. While this stays below 2^32 no bin can wrap, which spares the check in the filling loop.
    private readonly long[] _filled;
    private readonly bool[] _invalid;

    /// <summary>Creates empty histograms.</summary>
    /// <param name="axis">The axis of all of them.</param>
    /// <param name="pixelCount">Number of pixels.</param>
    /// <param name="scale">What a charge on the axis means; null for amplitudes.</param>
    public PixelHistograms(IntegerAxis axis, int pixelCount, ChargeScale? scale = null)
    {
        ArgumentNullException.ThrowIfNull(axis);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixelCount);
        Axis = axis;
        PixelCount = pixelCount;
        Scale = scale ?? ChargeScale.Amplitude;
        _stride = axis.Count + 2;
        _counts = new uint[checked(_stride * pixelCount)];
        _filled = new long[pixelCount];
        _invalid = new bool[pixelCount];
    }

    /// <summary>The axis of every histogram.</summary>
    public IntegerAxis Axis { get; }

    /// <summary>Number of pixels.</summary>
    public int PixelCount { get; }

    /// <summary>What a charge on the axis means.</summary>
    public ChargeScale Scale { get; }

    /// <summary>Number of events that were filled, as counted by whoever fills; 0 when it is not known, as after reading from a file.</summary>
    public long EventCount { get; set; }

    /// <summary>A copy of one pixel's histogram.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public Histogram this[int pixel] => new(Axis, GetCounts(pixel), GetUnderflow(pixel), GetOverflow(pixel), IsValid(pixel));

    /// <summary>Entries of each bin of a pixel (bin), without under- and overflow.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public ReadOnlySpan<uint> GetCounts(int pixel) => Row(pixel).Slice(1, Axis.Count);

    /// <summary>Entries of a pixel below the axis.</summary>
    /// <param name="pixel">Software id of the pixel.</param>
    public long GetUnderflow(int pixel) => Row(pixel)[0];

    /// <summary>Entries of a pixel above the axis.</summary>
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
        AddFilled(pixel, samples.Length);
        ref uint row = ref MemoryMarshal.GetReference(Row(pixel));
        int shift = 1 - Axis.First;
        uint inside = (uint)Axis.Count;
        foreach (short sample in samples)
        {
            int bin = sample + shift;
            if ((uint)(bin - 1) >= inside) bin = bin < 1 ? 0 : _stride - 1;
            Unsafe.Add(ref row, (nint)bin)++;
        }
    }

    /// <summary>Adds the histograms of another set, filled on the same axis from other events.</summary>
    /// <param name="other">The set to add.</param>
    /// <exception cref="ArgumentException">Axis or number of pixels differ.</exception>
    /// <exception cref="OverflowException">A pixel would hold more than 4294967295 entries.</exception>
    public void Merge(PixelHistograms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Axis != Axis || other.PixelCount != PixelCount || other.Scale != Scale)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"histograms of {other.PixelCount} pixels on {other.Axis} ({other.Scale}) cannot be added to {PixelCount} pixels on {Axis} ({Scale})"), nameof(other));
        }

        for (int pixel = 0; pixel < PixelCount; pixel++)
        {
            AddFilled(pixel, other._filled[pixel]);
            _invalid[pixel] |= other._invalid[pixel];
        }

        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        EventCount += other.EventCount;
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

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{PixelCount} histograms, {Axis}, {EventCount} events, {_filled.Sum()} entries");

    private static bool IsCount(double value) => double.IsInteger(value) && value >= 0;

    private Span<uint> Row(int pixel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pixel, (uint)PixelCount, nameof(pixel));
        return _counts.AsSpan(pixel * _stride, _stride);
    }

    private void AddFilled(int pixel, long entries)
    {
        if (_filled[pixel] + entries > uint.MaxValue)
        {
            throw new OverflowException(FormattableString.Invariant($"pixel {pixel} would hold {_filled[pixel] + entries} entries, at most {uint.MaxValue} can be counted"));
        }

        _filled[pixel] += entries;
    }
}
