namespace DigiCam.Zfits.Copying;

/// <summary>What was copied.</summary>
/// <param name="Tables">The tables of the copy with their number of rows, in file order.</param>
/// <param name="Notes">What the copy lacks or has otherwise than the source, one sentence each.</param>
public sealed record ZFitsCopyReport(IReadOnlyList<(string Name, long Rows)> Tables, IReadOnlyList<string> Notes)
{
    /// <summary>Rows of all tables.</summary>
    public long RowCount => Tables.Sum(table => table.Rows);
}
