namespace DigiCam.Zfits;

/// <summary>How a column is stored in a table.</summary>
/// <param name="Column">The column.</param>
/// <param name="Codecs">The process lists of its blocks in encoding order, joined by blanks; more than one if tiles differ.</param>
/// <param name="CompressedBytes">Size of all its blocks, headers included [bytes].</param>
/// <param name="RawBytes">Rows times largest number of elements times element size [bytes]: exact when all rows are equally long, an upper bound otherwise.</param>
public sealed record ZFitsColumnSummary(ZFitsColumn Column, IReadOnlyList<string> Codecs, long CompressedBytes, long RawBytes);
