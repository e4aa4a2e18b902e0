namespace DigiCam.Histograms;

/// <summary>One histogram of integer values; a copy, independent of where it came from.</summary>
public sealed class Histogram
{
    private readonly uint[] _counts;

    internal Histogram(IntegerAxis axis, ReadOnlySpan<uint> counts, long underflow, long overflow, bool isValid)
    {
        Axis = axis;
        _counts = counts.ToArray();
        Underflow = underflow;
        Overflow = overflow;
        IsValid = isValid;
    }

    /// <summary>The axis; bins are one unit wide.</summary>
    public IntegerAxis Axis { get; }

    /// <summary>Entries of each bin (bin).</summary>
    public ReadOnlySpan<uint> Counts => _counts;

    /// <summary>Entries below the axis.</summary>
    public long Underflow { get; }

    /// <summary>Entries above the axis.</summary>
    public long Overflow { get; }

    /// <summary>False when the histogram came from a file with counts that are not finite, not whole or negative.</summary>
    public bool IsValid { get; }

    /// <summary>Number, mean, spread and skewness of the entries on the axis.</summary>
    public HistogramMoments Moments => HistogramMoments.Of(_counts, Axis.First);

    /// <inheritdoc/>
    public override string ToString()
    {
        HistogramMoments m = Moments;
        return FormattableString.Invariant(
            $"histogram {Axis}: {m.Entries} entries, mean {m.Mean:F3}, std {m.StandardDeviation:F3} {Axis.Unit}, underflow {Underflow}, overflow {Overflow}");
    }
}
