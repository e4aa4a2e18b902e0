namespace DigiCam.Zfits;

/// <summary>An event of a file set, in the decoded tile that holds it; valid until the next event is asked for.</summary>
/// <param name="Place">Event number, file and row.</param>
/// <param name="Tile">The tile.</param>
/// <param name="RowInTile">Row in the tile, from 0.</param>
public readonly record struct ZFitsSetEvent(ZFitsEventPlace Place, ZFitsTileReader Tile, int RowInTile);
