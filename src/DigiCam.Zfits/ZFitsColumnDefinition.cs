namespace DigiCam.Zfits;

/// <summary>A column to be written.</summary>
/// <param name="Name">Name (TTYPE): field names of the message joined with <c>_</c>.</param>
/// <param name="FieldPath">Field numbers joined with dots (TPBID).</param>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="Kind">Layout of the rows.</param>
/// <param name="Recipe">Compression.</param>
public sealed record ZFitsColumnDefinition(string Name, string FieldPath, ZFitsElementType ElementType, ZFitsColumnKind Kind, ZFitsRecipe Recipe)
{
    /// <summary>False leaves TZERO out of the header of a column of type UInt8, as it is for arrays of type NONE. Other types need their tag.</summary>
    public bool IsTagged { get; init; } = true;
}
