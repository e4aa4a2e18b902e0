namespace DigiCam.Zfits.Writing;

/// <summary>Which cards of a table header belong to the writer.</summary>
internal static class TableCards
{
    private static readonly string[] Stems =
        ["NAXIS", "ZTABLE", "ZNAXIS", "ZPCOUNT", "ZHEAPPTR", "ZTILELEN", "ZRATIO", "ZSHRINK", "TFORM", "TTYPE", "TZERO", "TSCAL", "TNULL", "TDIM", "ZFORM", "ZCTYP", "TPBID"];

    /// <summary>True for a card that a user cannot add: of a repeated keyword the last card counts, so that it could change the structure.</summary>
    public static bool IsReserved(string keyword) =>
        keyword is "SIMPLE" or "XTENSION" or "BITPIX" or "PCOUNT" or "GCOUNT" or "TFIELDS" or "EXTNAME" or "CHECKSUM" or "DATASUM" or "THEAP" or "RAWSUM" or "PBFHEAD" or "CREATOR" or "DATE" or "DATEEND" or "DATE-END" or "END"
        || Array.Exists(Stems, stem => keyword.StartsWith(stem, StringComparison.Ordinal));
}
