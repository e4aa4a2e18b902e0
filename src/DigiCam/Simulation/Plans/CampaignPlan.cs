using System.Collections.Immutable;

namespace DigiCam.Simulation.Plans;

/// <summary>A campaign of runs with one camera: everything that decides what the simulated files hold.</summary>
public sealed record CampaignPlan
{
    /// <summary>Name of the campaign.</summary>
    public string Name { get; init; } = "campaign";

    /// <summary>Seed of all random numbers.</summary>
    public ulong Seed { get; init; } = 20180822;

    /// <summary>Telescope id.</summary>
    public int TelescopeId { get; init; } = 22;

    /// <summary>Time of the first event of the first run (UTC); every further run starts as many whole hours after the one before as that one's events take with a tenth in reserve, at least one.</summary>
    public DateTime Start { get; init; } = new(2018, 8, 22, 20, 0, 0, DateTimeKind.Utc);

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public int SampleCount { get; init; } = 50;

    /// <summary>The parameters of the pixels.</summary>
    public CameraPlan Camera { get; init; } = new();

    /// <summary>The pulse of one avalanche.</summary>
    public PulsePlan Pulse { get; init; } = new();

    /// <summary>The light.</summary>
    public LightPlan Light { get; init; } = new();

    /// <summary>The digital trigger.</summary>
    public TriggerPlan Trigger { get; init; } = new();

    /// <summary>Faults of the camera.</summary>
    public FaultPlan Faults { get; init; } = new();

    /// <summary>The runs in the order they are taken.</summary>
    public ImmutableArray<RunPlan> Runs { get; init; } = [];
}
