namespace DigiCam.Runs;

/// <summary>The parts of an event beyond number, time and type. Only the columns of the parts asked for are read and decoded.</summary>
[Flags]
public enum EventContent
{
    /// <summary>Number, time and type only.</summary>
    None = 0,

    /// <summary>The waveforms.</summary>
    Waveforms = 1,

    /// <summary>The baselines that the firmware computed.</summary>
    Baselines = 2,

    /// <summary>One flag word per pixel.</summary>
    PixelStatus = 4,

    /// <summary>The digitised sums that enter the trigger.</summary>
    TriggerInput = 8,

    /// <summary>The decisions of the trigger algorithms.</summary>
    TriggerOutput = 16,

    /// <summary>Everything.</summary>
    All = Waveforms | Baselines | PixelStatus | TriggerInput | TriggerOutput,
}
