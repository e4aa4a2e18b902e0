namespace DigiCam.Zfits;

/// <summary>Collects the damaged tiles that reading with <see cref="ZFitsDamagePolicy.SkipTile"/> met. May be shared by several readings and threads.</summary>
public sealed class ZFitsDamageReport
{
    private readonly Lock _lock = new();
    private readonly List<ZFitsDamagedTile> _tiles = [];

    /// <summary>The damaged tiles so far, each once, in the order in which they were met.</summary>
    public IReadOnlyList<ZFitsDamagedTile> Tiles
    {
        get
        {
            lock (_lock) return [.. _tiles];
        }
    }

    /// <summary>Number of rows lost so far.</summary>
    public long LostRowCount => Tiles.Where(tile => tile.IsLost).Sum(tile => (long)tile.RowCount);

    /// <summary>All damage, one sentence a line; empty when there was none.</summary>
    public override string ToString() => string.Join('\n', Tiles);

    internal void Add(ZFitsDamagedTile tile)
    {
        // A tile that is needed several times is damaged once.
        lock (_lock)
        {
            if (!_tiles.Exists(known => known.Table == tile.Table && known.Tile == tile.Tile)) _tiles.Add(tile);
        }
    }
}
