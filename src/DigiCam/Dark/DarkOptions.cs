using DigiCam.Fitting.Models;

namespace DigiCam.Dark;

/// <summary>Settings of the fit to all samples of a dark run.</summary>
public sealed record DarkOptions
{
    /// <summary>The pulse of one avalanche; the camera's analytic one by default.</summary>
    public ShotNoisePulse Pulse { get; init; } = ShotNoisePulse.Analytic;

    /// <summary>Typical gain on the amplitude scale, where the fit starts [LSB/pe].</summary>
    public double StartGain { get; init; } = 5.2;

    /// <summary>Typical spread of the amplitude of one avalanche, where the fit starts [LSB].</summary>
    public double StartSpread { get; init; } = 0.48;

    /// <summary>True to hold the spread of one avalanche at <see cref="StartSpread"/>.</summary>
    public bool FixSpread { get; init; }

    /// <summary>Samples of a pixel below which the spread of one avalanche is held as well: they tell it to no better than 30 %.</summary>
    public long MinimumSamplesForSpread { get; init; } = 50_000;
}
