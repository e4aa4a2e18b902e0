namespace DigiCam.Dark;

/// <summary>What <see cref="PulseFinder"/> takes for a pulse.</summary>
public sealed record PulseFinderOptions
{
    /// <summary>Least height of a pulse in the filtered trace, in units of the noise there.</summary>
    public double ThresholdSigmas { get; init; } = 4.5;

    /// <summary>Samples at either end of a trace in which pulses are not counted, at least <see cref="PulseFinder.LeastEdge"/>; at its beginning, 8 samples at least, for the rise of a pulse.</summary>
    public int EdgeSamples { get; init; } = PulseFinder.LeastEdge;

    /// <summary>Samples summed around the peak; 1 for the amplitude.</summary>
    public int ChargeSamples { get; init; } = 1;
}
