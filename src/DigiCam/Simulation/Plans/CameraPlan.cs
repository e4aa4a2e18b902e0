namespace DigiCam.Simulation.Plans;

/// <summary>How the parameters of the pixels are distributed over the camera. All charges are on the scale of the pulse's peak.</summary>
public sealed record CameraPlan
{
    /// <summary>Baseline without any light or dark counts [LSB]; its fraction counts.</summary>
    public Distribution Baseline { get; init; } = Distribution.Normal(285.3, 6);

    /// <summary>Standard deviation of the electronic noise of one sample, before rounding [LSB].</summary>
    public Distribution Noise { get; init; } = Distribution.Normal(1.0, 0.06, minimum: 0.5);

    /// <summary>Gain: peak of the pulse of one avalanche [LSB/pe].</summary>
    public Distribution Gain { get; init; } = Distribution.Normal(5.2, 0.2, minimum: 3);

    /// <summary>Spread of the amplitude of one avalanche, s_1 [LSB].</summary>
    public Distribution SinglePeSpread { get; init; } = Distribution.Normal(0.48, 0.03, minimum: 0.1);

    /// <summary>Crosstalk: mean number of avalanches that one avalanche sets off itself; 0 or more and below 1.</summary>
    public Distribution CrossTalk { get; init; } = Distribution.Normal(0.08, 0.01, minimum: 0.01, maximum: 0.3);

    /// <summary>Rate of dark counts, crosstalk not counted [MHz].</summary>
    public Distribution DarkCountRateMHz { get; init; } = Distribution.Normal(3, 0.4, minimum: 0.5);

    /// <summary>Mean number of afterpulses of one avalanche; 0 or more and below 1.</summary>
    public Distribution Afterpulsing { get; init; } = Distribution.Constant(0);

    /// <summary>Mean delay of afterpulses [ns].</summary>
    public double AfterpulseDelayNs { get; init; } = 30;

    /// <summary>Recovery time of a cell [ns]: an afterpulse after a delay t has 1 - exp(-t / recovery) of a full amplitude.</summary>
    public double RecoveryNs { get; init; } = 50;

    /// <summary>Bias resistance times cell capacitance [ns]: light of rate f (1/ns) lowers gain and s_1 by 1 / (1 + f R C).</summary>
    public double ResistanceCapacitanceNs { get; init; } = 0.85;
}
