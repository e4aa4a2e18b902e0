namespace DigiCam.Simulation.Plans;

/// <summary>Thresholds of the digital trigger. They decide the bits of trigger_output_patch7 and patch19, not which events are written.</summary>
public sealed record TriggerPlan
{
    /// <summary>A bit of patch7 is set where the sum of 7 patches is larger than this [LSB].</summary>
    public int Cluster7ThresholdLsb { get; init; } = 300;

    /// <summary>A bit of patch19 is set where the sum of 19 patches is larger than this [LSB].</summary>
    public int Cluster19ThresholdLsb { get; init; } = 700;
}
