namespace DigiCam.Zfits.Recovery;

/// <summary>What a recovery found.</summary>
/// <param name="Source">The file of the writer that died.</param>
/// <param name="Target">The new file.</param>
/// <param name="Tables">The tables found, in file order. Those without a complete tile are not in the new file.</param>
/// <param name="Lost">What was found outside the tables and is not in the new file.</param>
public sealed record ZFitsRecoveryReport(string Source, string Target, IReadOnlyList<ZFitsRecoveredTable> Tables, IReadOnlyList<ZFitsLostPart> Lost)
{
    /// <summary>True when nothing that was found had to be left out. What a writer had not yet written cannot be known.</summary>
    public bool IsComplete => Lost.Count == 0 && Tables.All(table => table.Lost.Count == 0);
}

/// <summary>What was found of one table.</summary>
/// <param name="Name">Name (EXTNAME).</param>
/// <param name="MessageName">Name of the message (PBFHEAD).</param>
/// <param name="Tiles">Complete tiles found.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="AnnouncedRows">Rows according to the header of the source; 0 in a table that was not finished.</param>
/// <param name="ReencodedRows">Rows that were compressed anew, because a tile with fewer rows than the others stood before them.</param>
/// <param name="Lost">Broken tiles and what lies between them, in file order.</param>
public sealed record ZFitsRecoveredTable(string Name, string MessageName, int Tiles, long Rows, long AnnouncedRows, long ReencodedRows, IReadOnlyList<ZFitsLostPart> Lost);

/// <summary>A part of the source that is not in the new file.</summary>
/// <param name="Offset">Where it begins in the source [bytes].</param>
/// <param name="Length">Its length [bytes].</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record ZFitsLostPart(long Offset, long Length, string Reason);
