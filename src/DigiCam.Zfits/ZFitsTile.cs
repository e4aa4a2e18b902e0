namespace DigiCam.Zfits;

/// <summary>Headers of one tile.</summary>
/// <param name="Index">Number of the tile, from 0.</param>
/// <param name="FirstRow">First row of the table in this tile.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="HeapOffset">Offset of the tile header from the start of the heap [bytes].</param>
/// <param name="FileOffset">Offset of the tile header from the start of the file [bytes].</param>
/// <param name="Size">Size without the 16 bytes of the tile header [bytes].</param>
/// <param name="Blocks">The blocks in column order.</param>
public sealed record ZFitsTile(int Index, long FirstRow, int Rows, long HeapOffset, long FileOffset, long Size, IReadOnlyList<ZFitsBlock> Blocks);
