namespace DigiCam.Zfits;

/// <summary>Collects the tiles that were skipped while reading with <see cref="ZFitsDamagePolicy.SkipTile"/>. May be shared by several readings and threads.</summary>
public sealed class ZFitsDamageReport
{
    private readonly Lock _lock = new();
    private readonly List<ZFitsLostTile> _tiles = [];

    /// <summary>The lost tiles so far, in the order in which they were met.</summary>
    public IReadOnlyList<ZFitsLostTile> Tiles
    {
        get
        {
            lock (_lock) return [.. _tiles];
        }
    }

    /// <summary>Number of lost rows so far.</summary>
    public long RowCount => Tiles.Sum(tile => (long)tile.RowCount);

    /// <summary>All losses, one sentence a line; empty when nothing was lost.</summary>
    public override string ToString() => string.Join('\n', Tiles);

    internal void Add(ZFitsLostTile tile)
    {
        // A tile that is needed several times is lost once.
        lock (_lock)
        {
            if (!_tiles.Exists(known => known.Table == tile.Table && known.Tile == tile.Tile)) _tiles.Add(tile);
        }
    }
}
