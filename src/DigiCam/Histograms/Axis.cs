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

    /// <summary>The edges of all bins (bin + 1).</summary>
    public double[] Edges() => [.. Enumerable.Range(0, Count + 1).Select(Edge)];

    /// <summary>The centres of all bins (bin).</summary>
    public double[] Centers() => [.. Enumerable.Range(0, Count).Select(i => 0.5 * (Edge(i) + Edge(i + 1)))];
}
