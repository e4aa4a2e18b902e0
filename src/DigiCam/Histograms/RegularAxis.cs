namespace DigiCam.Histograms;

/// <summary>An axis of bins of equal width.</summary>
public sealed record RegularAxis : Axis
{
    /// <summary>Creates an axis.</summary>
    /// <param name="lower">Lower edge of the first bin.</param>
    /// <param name="upper">Upper edge of the last bin.</param>
    /// <param name="count">Number of bins, at least 1.</param>
    /// <param name="unit">Unit of the values, for displays.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no bin, or the edges do not ascend as doubles.</exception>
    public RegularAxis(double lower, double upper, int count, string unit = "LSB")
        : base(unit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        (Lower, Upper, Count) = (lower, upper, count);
        if (!double.IsFinite(upper - lower) || !(Edge(1) > lower) || !(upper > Edge(count - 1)))
            throw new ArgumentOutOfRangeException(nameof(upper), FormattableString.Invariant($"{count} bins from {lower} to {upper} have no width"));
    }

    /// <summary>Lower edge of the first bin.</summary>
    public double Lower { get; }

    /// <summary>Upper edge of the last bin.</summary>
    public double Upper { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>Width of a bin.</summary>
    public double Width => (Upper - Lower) / Count;

    /// <inheritdoc/>
    public override double Edge(int bin) => bin == Count ? Upper : Lower + (bin * ((Upper - Lower) / Count));

    /// <inheritdoc/>
    public override int Index(double value)
    {
        if (value < Lower) return -1;
        if (!(value < Upper)) return Count;

        // The division may end in the bin beside; the edges decide.
        int bin = Math.Min((int)((value - Lower) / Width), Count - 1);
        while (value < Edge(bin)) bin--;
        while (value >= Edge(bin + 1)) bin++;
        return bin;
    }

    private protected override Axis Merged(int factor, int count) => new RegularAxis(Lower, Edge(factor * count), count, Unit);

    private protected override Axis Part(int first, int count) => new RegularAxis(Edge(first), Edge(first + count), count, Unit);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Count} bins from {Lower} to {Upper} {Unit}");
}
