namespace DigiCam.Simulation.Plans;

/// <summary>The pulse of one avalanche.</summary>
public sealed record PulsePlan
{
    /// <summary>A measured pulse; null for the analytic one.</summary>
    public PulseTemplate? Template { get; init; }

    /// <summary>Level of the plateau behind the analytic pulse, relative to its peak; 0 for none. Measured pulses have 0.04 to 0.05.</summary>
    public double TailLevel { get; init; }

    /// <summary>Time since the start of the pulse until the plateau lasts [ns]; it then falls linearly to zero within <see cref="TailFallNs"/>.</summary>
    public double TailEndNs { get; init; } = 50;

    /// <summary>Time the plateau takes to fall to zero [ns].</summary>
    public double TailFallNs { get; init; } = 10;
}
