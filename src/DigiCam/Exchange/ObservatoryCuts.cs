namespace DigiCam.Exchange;

/// <summary>
/// The observatory's cuts on its own numbers: a pixel is good when its fit is accurate and every number lies within its limits, both ends included. A number that is NaN
/// lies within none. Charges are sums of 5 samples.
/// </summary>
public sealed record ObservatoryCuts
{
    /// <summary>Least number of dark counts per waveform of 200 ns (dcr).</summary>
    public double LeastDarkCounts { get; init; }

    /// <summary>Largest number of dark counts per waveform of 200 ns (dcr).</summary>
    public double MostDarkCounts { get; init; } = 1.5;

    /// <summary>Least crosstalk parameter (X_talk).</summary>
    public double LeastCrosstalk { get; init; }

    /// <summary>Largest crosstalk parameter (X_talk).</summary>
    public double MostCrosstalk { get; init; } = 0.3;

    /// <summary>Least gain (gain) [LSB/pe].</summary>
    public double LeastGain { get; init; } = 16;

    /// <summary>Largest gain (gain) [LSB/pe].</summary>
    public double MostGain { get; init; } = 35;

    /// <summary>Least spread of one photo-electron (sigma_pe) [LSB].</summary>
    public double LeastSpread { get; init; } = 1;

    /// <summary>Largest spread of one photo-electron (sigma_pe) [LSB].</summary>
    public double MostSpread { get; init; } = 5.5;

    /// <summary>Least electronic noise (sigma_el) [LSB].</summary>
    public double LeastNoise { get; init; }

    /// <summary>Largest electronic noise (sigma_el) [LSB].</summary>
    public double MostNoise { get; init; } = 7;

    /// <summary>Largest chi2 by degree of freedom (P_chi2).</summary>
    public double MostChiSquare { get; init; } = 15;

    /// <summary>Least crosstalk above the mean dark charge (true_Xtalk).</summary>
    public double LeastTrueCrosstalk { get; init; } = 0.05;

    /// <summary>Largest crosstalk above the mean dark charge (true_Xtalk).</summary>
    public double MostTrueCrosstalk { get; init; } = 0.25;

    /// <summary>Every cut with the name of its column.</summary>
    internal IEnumerable<(string Column, double Least, double Most)> All =>
    [
        ("dcr", LeastDarkCounts, MostDarkCounts), ("X_talk", LeastCrosstalk, MostCrosstalk), ("gain", LeastGain, MostGain), ("sigma_pe", LeastSpread, MostSpread),
        ("sigma_el", LeastNoise, MostNoise), ("P_chi2", 0, MostChiSquare), ("true_Xtalk", LeastTrueCrosstalk, MostTrueCrosstalk),
    ];
}
