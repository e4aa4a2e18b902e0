namespace DigiCam.Histograms;

/// <summary>
/// The bins of a histogram, after the model of boost-histogram: bin i covers [Edge(i), Edge(i + 1)), values outside all bins are counted below and above.
/// Axes are equal when they are of the same kind with the same bins and unit.
/// </summary>
/// <param name="Unit">Unit of the values, for displays.</param>
public abstract record Axis(string Unit)
{
    /// <summary>Number of bins, at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>Lower edge of a bin; of bin <see cref="Count"/>, the upper edge of the last.</summary>
    /// <param name="bin">0..Count.</param>
    public abstract double Edge(int bin);

    /// <summary>The bin that holds a value: -1 below the axis, <see cref="Count"/> above it and for NaN.</summary>
    /// <param name="value">The value.</param>
    public abstract int Index(double value);

    /// <summary>The axis whose bins are some neighbouring bins of this one put together; bins left over at the upper end fall off.</summary>
    /// <param name="factor">Number of bins that make one, 1..Count.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not in this range.</exception>
    public Axis Rebin(int factor)
    {
        if (factor < 1 || factor > Count) throw new ArgumentOutOfRangeException(nameof(factor), factor, FormattableString.Invariant($"the {Count} bins of {this} cannot be put together by {factor}"));
        return factor == 1 ? this : Merged(factor, Count / factor);
    }

    /// <summary>The axis of some neighbouring bins of this one.</summary>
    /// <param name="first">First bin.</param>
    /// <param name="last">Last bin.</param>
    /// <exception cref="ArgumentOutOfRangeException">These are no bins of the axis.</exception>
    public Axis Slice(int first, int last)
    {
        if (first < 0 || last < first || last >= Count) throw new ArgumentOutOfRangeException(nameof(first), FormattableString.Invariant($"bins {first}..{last} are not among the {Count} of {this}"));
        return first == 0 && last == Count - 1 ? this : Part(first, last - first + 1);
    }

    /// <summary>The edges of all bins (bin + 1).</summary>
    public double[] Edges() => [.. Enumerable.Range(0, Count + 1).Select(Edge)];

    /// <summary>The centres of all bins (bin).</summary>
    public double[] Centers() => [.. Enumerable.Range(0, Count).Select(i => 0.5 * (Edge(i) + Edge(i + 1)))];

    private protected abstract Axis Merged(int factor, int count);

    private protected abstract Axis Part(int first, int count);
}
