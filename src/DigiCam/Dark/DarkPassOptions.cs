using DigiCam.Runs;

namespace DigiCam.Dark;

/// <summary>What <see cref="DarkPass"/> fills.</summary>
public sealed record DarkPassOptions
{
    /// <summary>What is a pulse.</summary>
    public PulseFinderOptions Pulses { get; init; } = new();

    /// <summary>Samples of the window whose largest sum in a waveform is filled (dark count rate from the events without a pulse).</summary>
    public int WindowSamples { get; init; } = 7;

    /// <summary>Samples of the window of the maximum-window model.</summary>
    public int MaximumWindowSamples { get; init; } = 5;

    /// <summary>Blocks of events: event number modulo this.</summary>
    public int Blocks { get; init; } = 50;

    /// <summary>Types of which an event needs one to be used; none = all events.</summary>
    public EventTypes Types { get; init; } = EventTypes.None;
}
