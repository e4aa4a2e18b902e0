namespace DigiCam.Dark;

/// <summary>What <see cref="PulseFinder"/> takes for a pulse.</summary>
public sealed record PulseFinderOptions
{
    /// <summary>Least height of a pulse in the filtered trace, in units of the noise there.</summary>
    public double ThresholdSigmas { get; init; } = 4.5;

    /// <summary>Samples behind a pulse in which no other is looked for; 6 samples after its peak a pulse has fallen to 2 %.</summary>
    public int DeadSamples { get; init; } = 6;

    /// <summary>Samples at either end of a trace in which pulses are not counted, at least <see cref="PulseFinder.LeastEdge"/>.</summary>
    public int EdgeSamples { get; init; } = 6;

    /// <summary>Samples summed around the peak; 1 for the amplitude.</summary>
    public int ChargeSamples { get; init; } = 1;
}
