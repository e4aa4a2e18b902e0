namespace DigiCam.Zfits.Copying;

/// <summary>What is copied from a file, and how the copy is written.</summary>
public sealed record ZFitsCopyOptions
{
    /// <summary>Name of the table that <see cref="Columns"/>, <see cref="Rows"/>, <see cref="Events"/> and <see cref="Camera"/> concern; all others are copied whole.</summary>
    public string Table { get; init; } = "Events";

    /// <summary>Names of the columns that are kept, in any order; none means all.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The rows that are kept; null means all.</summary>
    public ZFitsRowSet? Rows { get; init; }

    /// <summary>The event numbers that are kept; null means all. A row is kept when <see cref="Rows"/> has it as well.</summary>
    public ZFitsRowSet? Events { get; init; }

    /// <summary>The column of event numbers; null for <c>eventNumber</c> or <c>event_id</c>.</summary>
    public string? IdColumn { get; init; }

    /// <summary>Recipe of all columns of all tables; null when it follows from <see cref="Camera"/>, or else is the one the source is stored with.</summary>
    public ZFitsRecipe? Recipe { get; init; }

    /// <summary>Recipes of a camera for the columns of <see cref="Table"/>; other tables stay as they are stored.</summary>
    public CameraRecipes? Camera { get; init; }

    /// <summary>Recipes of single columns by their name, in all tables that have them; these come before all others.</summary>
    public IReadOnlyDictionary<string, ZFitsRecipe> ColumnRecipes { get; init; } = new Dictionary<string, ZFitsRecipe>();

    /// <summary>How the recipes with zlib compress.</summary>
    public ZFitsDeflate Deflate { get; init; } = ZFitsDeflate.Fast;

    /// <summary>Rows in every tile but the last, in all tables; null keeps the number of the source.</summary>
    public int? RowsPerTile { get; init; }

    /// <summary>Threads that compress, that of the caller included, which also decodes; 0 means one per processor. Each holds a tile in memory.</summary>
    public int Threads { get; init; } = 1;
}
