namespace DigiCam.Zfits;

/// <summary>A tile that could not be read.</summary>
/// <param name="Table">The table.</param>
/// <param name="Tile">Number of the tile, from 0.</param>
/// <param name="FirstRow">First row that is lost.</param>
/// <param name="RowCount">Number of rows of the tile. All of them are lost, whatever column is damaged and whichever rows were asked for.</param>
/// <param name="Error">Why: the error that strict reading ends with.</param>
public sealed record ZFitsLostTile(ZFitsTable Table, int Tile, long FirstRow, int RowCount, Exception Error)
{
    /// <summary>The loss in one sentence.</summary>
    public override string ToString() => FormattableString.Invariant($"{RowCount} rows lost ({FirstRow}-{FirstRow + RowCount - 1}): {Error.Message}");
}
