namespace DigiCam.Zfits.Verification;

/// <summary>Something in a tile that is wrong.</summary>
/// <param name="Tile">Number of the tile, from 0.</param>
/// <param name="FirstRow">First row of the tile.</param>
/// <param name="RowCount">Number of rows of the tile.</param>
/// <param name="Column">Name of the column, null when it is not known which one.</param>
/// <param name="Message">What is wrong and where, in one sentence.</param>
public sealed record ZFitsDefect(int Tile, long FirstRow, int RowCount, string? Column, string Message);
