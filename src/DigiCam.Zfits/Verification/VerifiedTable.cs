namespace DigiCam.Zfits.Verification;

/// <summary>What was found in one table.</summary>
/// <param name="HduIndex">Number of its header and data unit in the file.</param>
/// <param name="Name">Name of the table (EXTNAME).</param>
/// <param name="MessageName">Name of the message (PBFHEAD).</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Tiles">Number of tiles.</param>
/// <param name="Columns">The columns in file order.</param>
/// <param name="Defects">What is wrong in the tiles, in the order of the tiles; empty when all is well.</param>
/// <param name="Warnings">What is odd but harms no value, one sentence each.</param>
public sealed record VerifiedTable(
    int HduIndex, string Name, string MessageName, long Rows, int Tiles, IReadOnlyList<VerifiedColumn> Columns, IReadOnlyList<ZFitsDefect> Defects, IReadOnlyList<string> Warnings)
{
    /// <summary>Number of tiles with a defect.</summary>
    public int DamagedTiles => Defects.Select(defect => defect.Tile).Distinct().Count();
}
