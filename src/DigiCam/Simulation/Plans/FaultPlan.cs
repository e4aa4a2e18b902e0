using System.Collections.Immutable;

namespace DigiCam.Simulation.Plans;

/// <summary>What is wrong with a simulated pixel.</summary>
public enum PixelFault
{
    /// <summary>The sensor gives no signal; baseline and electronic noise are as ever.</summary>
    Dead,

    /// <summary>Twenty times the dark counts.</summary>
    Hot,

    /// <summary>Four times the electronic noise.</summary>
    Noisy,

    /// <summary>The channel does not follow its input: one code only.</summary>
    Stuck,

    /// <summary>The baseline lies so high that the last ADC code cuts the noise.</summary>
    Saturated,

    /// <summary>The baseline lies far from the others.</summary>
    Shifted,
}

/// <summary>Two modules whose cables are exchanged: the file holds each one's pixels where the other's belong.</summary>
/// <param name="FirstModule">Module number, 1..108.</param>
/// <param name="SecondModule">Module number, 1..108.</param>
public readonly record struct SwappedModules(int FirstModule, int SecondModule);

/// <summary>Faults of the camera, in all runs of a campaign.</summary>
public sealed record FaultPlan
{
    /// <summary>Faulty pixels by software id.</summary>
    public ImmutableSortedDictionary<int, PixelFault> Pixels { get; init; } = ImmutableSortedDictionary<int, PixelFault>.Empty;

    /// <summary>Modules whose cables are exchanged.</summary>
    public ImmutableArray<SwappedModules> SwappedModules { get; init; } = [];
}
