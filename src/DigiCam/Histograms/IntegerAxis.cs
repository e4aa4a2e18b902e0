namespace DigiCam.Histograms;

/// <summary>An axis of integer codes: bin i holds the value First + i and covers half a unit to either side of it.</summary>
/// <param name="First">Value of the first bin.</param>
/// <param name="Count">Number of bins, at least 1.</param>
/// <param name="Unit">Unit of the values, for displays.</param>
public sealed record IntegerAxis(int First, int Count, string Unit = "LSB") : Axis(Unit)
{
    /// <summary>All codes of a 12-bit ADC: 0..4095 [LSB].</summary>
    public static IntegerAxis Adc { get; } = new(0, 4096);

    /// <inheritdoc/>
    public override int Count { get; } = Count > 0 ? Count : throw new ArgumentOutOfRangeException(nameof(Count), Count, "an axis needs at least one bin");

    /// <summary>Value of the last bin.</summary>
    public int Last => First + Count - 1;

    /// <inheritdoc/>
    public override double Edge(int bin) => First + bin - 0.5;

    /// <inheritdoc/>
    public override int Index(double value)
    {
        // Adding 1/2 before would round the last double below an edge up to it.
        double floor = Math.Floor(value);
        double bin = floor + (value - floor < 0.5 ? 0 : 1) - First;
        return bin < 0 ? -1 : bin < Count ? (int)bin : Count;
    }

    private protected override Axis Merged(int factor, int count) => new RegularAxis(Edge(0), Edge(factor * count), count, Unit);

    private protected override Axis Part(int first, int count) => new IntegerAxis(First + first, count, Unit);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{First}..{Last} {Unit}");
}
