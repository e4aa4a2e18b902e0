namespace DigiCam.Zfits.Verification;

/// <summary>What was found in a file.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Bytes">Its length [bytes].</param>
/// <param name="Hdus">The checksums of every header and data unit.</param>
/// <param name="Tables">The zfits tables in file order.</param>
public sealed record ZFitsVerificationReport(string Path, long Bytes, IReadOnlyList<VerifiedHdu> Hdus, IReadOnlyList<VerifiedTable> Tables)
{
    /// <summary>True when no checksum that is present is wrong.</summary>
    public bool ChecksumsOk => Hdus.All(hdu => hdu.Sums.Ok);

    /// <summary>True when checksums, structure and content are right. Warnings do not count.</summary>
    public bool Ok => ChecksumsOk && Tables.All(table => table.Defects.Count == 0);

    /// <summary>What is wrong, in one sentence without the name of the file; empty when nothing is.</summary>
    public string Problem
    {
        get
        {
            List<string> problems = [.. Tables.Where(table => table.Defects.Count > 0).Select(table =>
                FormattableString.Invariant($"table {table.Name} has {table.DamagedTiles} damaged tile{(table.DamagedTiles == 1 ? "" : "s")} of {table.Tiles}"))];
            string[] sums = [.. Hdus.Where(hdu => !hdu.Sums.Ok).Select(hdu => hdu.Index == 0 ? "the primary HDU" : hdu.Name.Length > 0 ? hdu.Name : FormattableString.Invariant($"HDU {hdu.Index}"))];
            if (sums.Length > 0) problems.Add($"checksums of {string.Join(", ", sums)} do not match the content");
            return string.Join("; ", problems);
        }
    }
}
