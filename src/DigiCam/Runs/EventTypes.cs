namespace DigiCam.Runs;

/// <summary>Why the camera recorded an event; a set of bits.</summary>
[Flags]
public enum EventTypes : uint
{
    /// <summary>Not given.</summary>
    None = 0,

    /// <summary>Camera trigger on sums of 7 patches ("internal").</summary>
    Patch7 = 1,

    /// <summary>Camera trigger on sums of 19 patches.</summary>
    Patch19 = 2,

    /// <summary>Muon trigger.</summary>
    Muon = 4,

    /// <summary>External trigger or internal pulser: LED flashes, calibration events.</summary>
    Pulser = 8,

    /// <summary>External master trigger.</summary>
    ExternalMaster = 0x10,

    /// <summary>Continuous readout.</summary>
    Continuous = 0x80,
}
