namespace DigiCam.Zfits;

/// <summary>A tile that strict reading refuses.</summary>
/// <param name="Table">The table.</param>
/// <param name="Tile">Number of the tile, from 0.</param>
/// <param name="FirstRow">First row of the tile.</param>
/// <param name="RowCount">Number of rows of the tile.</param>
/// <param name="IsLost">True when the tile was skipped: all of its rows are lost, whatever column is damaged and whichever rows were asked for. False when only
/// what says where it is was damaged, in the catalog or in the tile before, and it was found another way: its rows were read and are right.</param>
/// <param name="Error">The error that strict reading ends with.</param>
public sealed record ZFitsDamagedTile(ZFitsTable Table, int Tile, long FirstRow, int RowCount, bool IsLost, Exception Error)
{
    /// <summary>The damage in one sentence.</summary>
    public override string ToString() => FormattableString.Invariant($"rows {FirstRow}-{FirstRow + RowCount - 1} {(IsLost ? "lost" : "read despite damage")}: {Error.Message}");
}
