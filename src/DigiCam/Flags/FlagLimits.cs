namespace DigiCam.Flags;

/// <summary>Every threshold behind the flags of all tasks, in one place; kept with each result and in its files.</summary>
public sealed record FlagLimits
{
    /// <summary>Samples below which a pixel's ADC histogram is LOW_STATISTICS (HV off, all samples in the dark).</summary>
    public long MinimumSamples { get; init; } = 1000;

    /// <summary>Pulses below which a pixel's single photo-electron spectrum is LOW_STATISTICS.</summary>
    public long MinimumPulses { get; init; } = 200;

    /// <summary>Waveforms below which a pixel's histogram with one entry an event is LOW_STATISTICS.</summary>
    public long MinimumWaveforms { get; init; } = 500;

    /// <summary>Flashes with a leading edge below which a pixel's time is LOW_STATISTICS.</summary>
    public long MinimumFlashes { get; init; } = 20;

    /// <summary>Part of the events whose largest sample must be at one position, beyond what chance gives, for a pixel to be lit; fewer are NO_LED.</summary>
    public double MinimumConcentration { get; init; } = 0.1;

    /// <summary>chi2/ndf above which a pixel is BAD_CHI2, if its p-value is below <see cref="MaximumBadPValue"/> as well.</summary>
    public double MaximumChiSquarePerNdf { get; init; } = 3;

    /// <summary>p-value below which a large chi2/ndf counts; few degrees of freedom scatter widely.</summary>
    public double MaximumBadPValue { get; init; } = 1e-6;

    /// <summary>Error of a width or gain relative to its value above which a fit counts as poor: the data hardly constrain it.</summary>
    public double MaximumRelativeError { get; init; } = 0.25;

    /// <summary>Distance from the camera's median, in spreads, above which a value is an outlier.</summary>
    public double OutlierSigmas { get; init; } = 5;

    /// <summary>Least number of good pixels for outliers to be looked for: a spread of fewer means little.</summary>
    public int MinimumPixelsForOutliers { get; init; } = 20;

    /// <summary>Dark count rate above which a pixel is HOT, in multiples of the camera's median.</summary>
    public double HotRateFactor { get; init; } = 4;

    /// <summary>Dark count rate below which a pixel with high voltage on is DEAD: it sees noise but no pulses, in multiples of the camera's median.</summary>
    public double DeadRateFactor { get; init; } = 0.02;
}
