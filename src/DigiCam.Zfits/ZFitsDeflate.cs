namespace DigiCam.Zfits;

/// <summary>How the recipes with zlib compress. Both make the same bytes on every machine, and any reader reads them.</summary>
public enum ZFitsDeflate
{
    /// <summary>Fast, and not larger on camera data than <see cref="Reference"/>.</summary>
    Fast,

    /// <summary>The bytes of reference zlib at level 6, which the official writers use: re-encodes their files byte for byte. Many times slower.</summary>
    Reference,
}
