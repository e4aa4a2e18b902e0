namespace DigiCam.Scans;

/// <summary>The light of one level of a scan.</summary>
/// <param name="AcDac">DAC value of the AC LEDs; 0 for none.</param>
/// <param name="DcDac">DAC value of the DC LEDs; 0 for none.</param>
public readonly record struct ScanLevel(int AcDac, int DcDac)
{
    /// <summary>The largest value of the LEDs' DACs.</summary>
    public const int LargestDac = 4095;

    /// <summary>For example "AC 160, DC 0".</summary>
    public override string ToString() => FormattableString.Invariant($"AC {AcDac}, DC {DcDac}");
}
