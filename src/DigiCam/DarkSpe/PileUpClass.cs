namespace DigiCam.DarkSpe;

/// <summary>Pulses of nearly the same charge among those of a case.</summary>
/// <param name="Case">What follows the first dark count.</param>
/// <param name="Charge">Mean charge on the scale of the peaks of isolated pulses [p.e.].</param>
/// <param name="Spread">Variance of the charge without electronic noise, in units of that of one isolated avalanche.</param>
/// <param name="DelayNs">How much later than an isolated pulse they are found [ns].</param>
/// <param name="Share">Part of the pulses of the case.</param>
public readonly record struct PileUpClass(PileUpCase Case, double Charge, double Spread, double DelayNs, double Share)
{
    /// <summary>Avalanches of the first dark count.</summary>
    public int First => Case switch { PileUpCase.AfterTwo => 2, PileUpCase.AfterThree => 3, _ => 1 };
}
