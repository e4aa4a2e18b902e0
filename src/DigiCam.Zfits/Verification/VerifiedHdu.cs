namespace DigiCam.Zfits.Verification;

/// <summary>The checksums of one header and data unit.</summary>
/// <param name="Index">Number in the file; the primary HDU is 0.</param>
/// <param name="Name">EXTNAME, empty when there is none.</param>
/// <param name="Sums">The sums in the header compared with those of the bytes.</param>
public sealed record VerifiedHdu(int Index, string Name, ChecksumReport Sums);
