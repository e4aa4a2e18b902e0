namespace DigiCam.Zfits;

/// <summary>What happens when a tile cannot be read.</summary>
public enum ZFitsDamagePolicy
{
    /// <summary>Reading ends with the error of the tile.</summary>
    Strict,

    /// <summary>Reading goes on with the next tile, and finds tiles whose place is damaged by those around them; all damage goes to a <see cref="ZFitsDamageReport"/>, without which this is not possible.</summary>
    SkipTile,
}
