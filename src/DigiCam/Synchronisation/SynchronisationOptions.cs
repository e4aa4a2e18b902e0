namespace DigiCam.Synchronisation;

/// <summary>What <see cref="SynchronisationPass"/> looks at.</summary>
public sealed record SynchronisationOptions
{
    /// <summary>Events of each level that are used, the first ones by number; 0 for all.</summary>
    public int EventsPerLevel { get; init; } = 500;

    /// <summary>Height of the largest sample above the baseline from which on a leading edge is measured [LSB]: six photo-electrons.</summary>
    public double EdgeThresholdLsb { get; init; } = 30;

    /// <summary>First samples of a waveform whose median is the baseline where that of high voltage off is not known or not right, as with continuous light.</summary>
    public int BaselineSamples { get; init; } = 8;
}
