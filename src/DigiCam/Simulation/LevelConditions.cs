using System.Collections.Immutable;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>What each physical pixel sees and does during one level of a run; arrays (pixel).</summary>
public sealed record LevelConditions
{
    /// <summary>The level.</summary>
    public required ScanLevel Level { get; init; }

    /// <summary>Mean number of primary photo-electrons of a flash [pe]; 0 without flashes.</summary>
    public required ImmutableArray<double> FlashMean { get; init; }

    /// <summary>Rate of primary photo-electrons of continuous light [MHz].</summary>
    public required ImmutableArray<double> LightRateMHz { get; init; }

    /// <summary>Rate of dark counts [MHz]; 0 with high voltage off and in dead pixels.</summary>
    public required ImmutableArray<double> DarkCountRateMHz { get; init; }

    /// <summary>Gain under this light [LSB/pe]: that of the dark camera times the gain drop 1 / (1 + f R C).</summary>
    public required ImmutableArray<double> Gain { get; init; }

    /// <summary>Spread of the amplitude of one avalanche under this light, lowered as the gain is [LSB].</summary>
    public required ImmutableArray<double> SinglePeSpread { get; init; }

    /// <summary>Mean of a sample outside flashes minus the baseline: rate x mean cascade x pulse integral [LSB].</summary>
    public required ImmutableArray<double> BaselineShift { get; init; }

    /// <summary>Variance of a sample outside flashes beyond the electronic noise, by Campbell's theorem [LSB^2].</summary>
    public required ImmutableArray<double> ShotNoiseVariance { get; init; }
}
