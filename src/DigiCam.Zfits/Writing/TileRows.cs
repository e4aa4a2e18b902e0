namespace DigiCam.Zfits.Writing;

/// <summary>The rows of one tile, and the blocks they become.</summary>
internal sealed class TileRows(IReadOnlyList<ZFitsColumnDefinition> columns, ZFitsDeflate deflate)
{
    public ColumnRows[] Columns { get; } = [.. columns.Select(column => new ColumnRows(column, deflate))];

    /// <summary>Number of the tile in the table; set when it is sealed.</summary>
    public int Tile { get; private set; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Columns that are not compressed yet; guarded by the compressor.</summary>
    public int Pending { get; set; }

    public void CommitRow()
    {
        foreach (ColumnRows column in Columns) column.Commit();
        Rows++;
    }

    public void DiscardRow()
    {
        foreach (ColumnRows column in Columns) column.Discard();
    }

    /// <summary>Ends the tile; it can be compressed now.</summary>
    public void Seal(int tile)
    {
        Tile = tile;
        foreach (ColumnRows column in Columns) column.Seal();
    }

    /// <summary>Starts over with an empty tile.</summary>
    public void Clear()
    {
        Rows = 0;
        foreach (ColumnRows column in Columns) column.Clear();
    }
}
