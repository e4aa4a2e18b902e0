using DigiCam.Simulation;

namespace DigiCam.LightScan;

/// <summary>How the charges of a scan are fitted.</summary>
public sealed record LightScanOptions
{
    /// <summary>The pulse of one avalanche, for the charges of dark counts.</summary>
    public PulseShape Pulse { get; init; } = PulseShape.Analytic;

    /// <summary>Levels of a pixel that are fitted together, at most; those whose light is spread most evenly between the bounds.</summary>
    public int MostLevels { get; init; } = 8;

    /// <summary>Light below which a level says little of gain and crosstalk [pe].</summary>
    public double LeastMu { get; init; } = 0.1;

    /// <summary>Light above which a level says little of the gain [pe].</summary>
    public double MostMu { get; init; } = 20;

    /// <summary>True to fit the rate of dark counts where it is known, too.</summary>
    public bool FreeRate { get; init; }

    /// <summary>How well pedestal and noise of the charge are known from a run with high voltage off [LSB]: they then constrain the fit. 0 to leave them free.</summary>
    public double PedestalError { get; init; }

    /// <summary>Typical peak of the pulse of one avalanche, where nothing else tells the gain [LSB].</summary>
    public double StartGain { get; init; } = 5.2;

    /// <summary>Typical crosstalk, where fits start.</summary>
    public double StartCrossTalk { get; init; } = 0.08;

    /// <summary>Typical spread of the charge of one avalanche relative to the gain, where fits start.</summary>
    public double StartSpread { get; init; } = 0.09;
}
