namespace DigiCam.Zfits;

/// <summary>How a table is written.</summary>
public sealed record ZFitsTableOptions
{
    /// <summary>Rows in every tile but the last.</summary>
    public int RowsPerTile { get; init; } = 100;

    /// <summary>Tiles the catalog has room for; a table cannot hold more. Takes 16 bytes per tile and column in the file. Null makes a
    /// catalog of exactly the tiles the table has in the end, any number: other FITS readers then find the compressed blocks as well.</summary>
    public int? ReservedTiles { get; init; }

    /// <summary>Number of rows, if it is known, for an exact catalog. A wrong number, or none for a table of several tiles, is put right when
    /// the file is finished: its tiles are copied to a second temporary file, which needs the time and the place of one more file.</summary>
    public long? ExpectedRows { get; init; }

    /// <summary>How the recipes with zlib compress: fast, or to the bytes of reference zlib at level 6.</summary>
    public ZFitsDeflate Deflate { get; init; } = ZFitsDeflate.Fast;

    /// <summary>Cards of the user, written after the structural ones.</summary>
    public IReadOnlyList<FitsCard> Cards { get; init; } = [];

    /// <summary>DATE, in UTC. Not written when null, so that equal data make equal files.</summary>
    public DateTime? Date { get; init; }

    /// <summary>DATEEND, in UTC. Not written when null.</summary>
    public DateTime? DateEnd { get; init; }

    /// <summary>CREATOR.</summary>
    public string Creator { get; init; } = "DigiCam.Zfits";
}
