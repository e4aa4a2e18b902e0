using System.Collections.Immutable;

namespace DigiCam.Simulation.Plans;

/// <summary>Which pixels the light test device (CTS) lights.</summary>
public enum LightCoverage
{
    /// <summary>All 1296 pixels.</summary>
    All,

    /// <summary>528 pixels around sector 1.</summary>
    Cts0,

    /// <summary>528 pixels around sector 2.</summary>
    Cts120,

    /// <summary>528 pixels around sector 3.</summary>
    Cts240,
}

/// <summary>The light test device: flashes of the AC LEDs, continuous light of the DC LEDs.</summary>
public sealed record LightPlan
{
    /// <summary>Which pixels are lit, by flashes and continuous light alike.</summary>
    public LightCoverage Coverage { get; init; } = LightCoverage.Cts0;

    /// <summary>DAC value below which the AC LEDs give no light.</summary>
    public double AcThresholdDac { get; init; } = 40;

    /// <summary>
    /// Mean number of photo-electrons of a flash in a pixel of efficiency 1 as a polynomial without constant term in the DAC value above the
    /// threshold: coefficient k in pe/DAC^(k+1), at most four.
    /// </summary>
    public ImmutableArray<double> AcCoefficients { get; init; } = [2e-3, 2e-5, 2e-8, 3e-9];

    /// <summary>Efficiency of each pixel's AC LED; scales its light.</summary>
    public Distribution AcEfficiency { get; init; } = Distribution.Normal(1, 0.12, minimum: 0.5, maximum: 1.5);

    /// <summary>Rate of photo-electrons in continuous light at <see cref="DcReferenceDac"/> [MHz].</summary>
    public double DcReferenceRateMHz { get; init; } = 40;

    /// <summary>DAC value of the DC LEDs at which the reference rate holds.</summary>
    public double DcReferenceDac { get; init; } = 292;

    /// <summary>Growth of the rate with the DAC value: rate = reference x exp(slope (DAC - reference DAC)) [1/DAC]; DAC 0 is off.</summary>
    public double DcSlopePerDac { get; init; } = 0.0596;

    /// <summary>Efficiency of each pixel's DC LED; scales its light.</summary>
    public Distribution DcEfficiency { get; init; } = Distribution.Normal(1, 0.12, minimum: 0.5, maximum: 1.5);

    /// <summary>Start of the pulse of a flash in the readout window [ns]; the peak comes 14.2 ns later.</summary>
    public double FlashTimeNs { get; init; } = 60;

    /// <summary>Standard deviation of the start from flash to flash, common to all pixels [ns].</summary>
    public double FlashJitterNs { get; init; } = 0.3;

    /// <summary>Constant delay of each pixel against the flash (cables) [ns].</summary>
    public Distribution PixelDelayNs { get; init; } = Distribution.Normal(0, 1, minimum: -8, maximum: 8);

    /// <summary>Mean number of photo-electrons of a flash in a pixel of efficiency 1 [pe]; not checked, a polynomial may become negative.</summary>
    /// <param name="acDac">DAC value of the AC LEDs; 0 is off.</param>
    public double FlashMean(int acDac)
    {
        double above = acDac - AcThresholdDac;
        if (acDac == 0 || above <= 0) return 0;
        double mean = 0;
        for (int i = AcCoefficients.Length - 1; i >= 0; i--) mean = (mean + AcCoefficients[i]) * above;
        return mean;
    }

    /// <summary>Rate of photo-electrons of continuous light in a pixel of efficiency 1 [MHz].</summary>
    /// <param name="dcDac">DAC value of the DC LEDs; 0 is off.</param>
    public double LightRateMHz(int dcDac) => dcDac == 0 ? 0 : DcReferenceRateMHz * PortableMath.Exp(DcSlopePerDac * (dcDac - DcReferenceDac));
}
