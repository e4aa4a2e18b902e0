using System.Collections.Immutable;

namespace DigiCam.Simulation;

/// <summary>One level of a simulated run: its conditions, and what was drawn for the events that were written; arrays (pixel).</summary>
public sealed record TrueLevel
{
    /// <summary>What the pixels saw and did.</summary>
    public required LevelConditions Conditions { get; init; }

    /// <summary>Number of the first event written; 0 where none was.</summary>
    public required uint FirstEvent { get; init; }

    /// <summary>Events written.</summary>
    public required int EventCount { get; init; }

    /// <summary>Primary photo-electrons of the flashes of all events.</summary>
    public required ImmutableArray<long> FlashPrimaries { get; init; }

    /// <summary>Avalanches of the flashes of all events, crosstalk included, afterpulses not.</summary>
    public required ImmutableArray<long> FlashAvalanches { get; init; }

    /// <summary>Dark counts and photo-electrons of continuous light that start inside the readout windows, crosstalk not counted.</summary>
    public required ImmutableArray<long> RandomPulses { get; init; }
}
