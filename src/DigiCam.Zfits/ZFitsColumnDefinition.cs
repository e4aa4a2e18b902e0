namespace DigiCam.Zfits;

/// <summary>A column to be written.</summary>
/// <param name="Name">Name (TTYPE): field names of the message joined with <c>_</c>.</param>
/// <param name="FieldPath">Field numbers joined with dots (TPBID).</param>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="Kind">Layout of the rows.</param>
/// <param name="Recipe">Compression.</param>
public sealed record ZFitsColumnDefinition(string Name, string FieldPath, ZFitsElementType ElementType, ZFitsColumnKind Kind, ZFitsRecipe Recipe);
