using DigiCam.Charges;

namespace DigiCam.Histograms;

/// <summary>One histogram; a copy, independent of where it came from.</summary>
public sealed class Histogram
{
    private readonly uint[] _counts;

    internal Histogram(Axis axis, ReadOnlySpan<uint> counts, long underflow, long overflow, ChargeScale scale, bool isValid = true)
    {
        Axis = axis;
        _counts = counts.ToArray();
        Underflow = underflow;
        Overflow = overflow;
        Scale = scale;
        IsValid = isValid;
    }

    /// <summary>The axis.</summary>
    public Axis Axis { get; }

    /// <summary>What a charge on the axis means.</summary>
    public ChargeScale Scale { get; }

    /// <summary>Entries of each bin (bin).</summary>
    public ReadOnlySpan<uint> Counts => _counts;

    /// <summary>Entries below the axis.</summary>
    public long Underflow { get; }

    /// <summary>Entries above the axis, NaN among them.</summary>
    public long Overflow { get; }

    /// <summary>All entries, under- and overflow included.</summary>
    public long Entries => Underflow + Overflow + _counts.Sum(count => (long)count);

    /// <summary>False when the histogram came from a file with counts that are not finite, not whole or negative.</summary>
    public bool IsValid { get; }

    /// <summary>Number, mean, spread and skewness of the entries on the axis.</summary>
    /// <exception cref="InvalidOperationException">The axis is not one of integers.</exception>
    public HistogramMoments Moments => HistogramMoments.Of(_counts, PixelHistograms.Integers(Axis).First);

    /// <inheritdoc/>
    public override string ToString()
    {
        if (Axis is not IntegerAxis) return FormattableString.Invariant($"histogram {Axis}: {Entries} entries, underflow {Underflow}, overflow {Overflow}");
        HistogramMoments m = Moments;
        return FormattableString.Invariant(
            $"histogram {Axis}: {m.Entries} entries, mean {m.Mean:F3}, std {m.StandardDeviation:F3} {Axis.Unit}, underflow {Underflow}, overflow {Overflow}");
    }
}
