namespace DigiCam.DarkSpe;

/// <summary>How dark single photo-electron spectra are fitted.</summary>
public sealed record DarkSpeOptions
{
    /// <summary>Peaks of the model, from one photo-electron on; at least 2.</summary>
    public int Peaks { get; init; } = 5;

    /// <summary>Lower end of the fit above the baseline, in units of the first peak's distance from it. Below it lie false pulses of the noise; the finder's own threshold does not reach so far.</summary>
    public double LowerEnd { get; init; } = 0.5;
}
