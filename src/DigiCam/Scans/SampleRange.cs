namespace DigiCam.Scans;

/// <summary>Neighbouring samples of a waveform.</summary>
/// <param name="First">First sample, from 0.</param>
/// <param name="Last">Last sample, not before the first.</param>
public readonly record struct SampleRange(int First, int Last)
{
    /// <summary>First sample, from 0.</summary>
    public int First { get; } = First >= 0 ? First : throw new ArgumentOutOfRangeException(nameof(First), First, "samples are counted from 0");

    /// <summary>Last sample, not before the first.</summary>
    public int Last { get; } = Last >= First ? Last : throw new ArgumentOutOfRangeException(nameof(Last), Last, FormattableString.Invariant($"the last sample of a range lies before its first, {First}"));

    /// <summary>The range from the first sample of both to the last of both.</summary>
    /// <param name="other">Another range.</param>
    public SampleRange Around(SampleRange other) => new(Math.Min(First, other.First), Math.Max(Last, other.Last));

    /// <summary>For example "14-24", as in scan plans.</summary>
    public override string ToString() => FormattableString.Invariant($"{First}-{Last}");
}
