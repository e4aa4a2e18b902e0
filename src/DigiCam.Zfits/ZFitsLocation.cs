using System.Globalization;
using System.Text;

namespace DigiCam.Zfits;

/// <summary>What is known about the place of a defect: every part that is not known is null.</summary>
public sealed record ZFitsLocation
{
    /// <summary>Path of the file as it was opened.</summary>
    public string? Path { get; init; }

    /// <summary>Number of the HDU, the primary HDU being 0.</summary>
    public int? HduIndex { get; init; }

    /// <summary>Name of the table (EXTNAME).</summary>
    public string? Table { get; init; }

    /// <summary>Name of the column (TTYPE).</summary>
    public string? Column { get; init; }

    /// <summary>Number of the tile in the table, from 0.</summary>
    public int? Tile { get; init; }

    /// <summary>First row of the tile.</summary>
    public long? FirstRow { get; init; }

    /// <summary>Number of rows of the tile.</summary>
    public int? RowCount { get; init; }

    /// <summary>Row of the table, where a single row is concerned.</summary>
    public long? Row { get; init; }

    /// <summary>Byte offset from the start of the file.</summary>
    public long? ByteOffset { get; init; }

    /// <summary>The place as one phrase, for example <c>run1.fits.fz: table Events, column samples, tile 0 (rows 0-2), offset 9172</c>.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Path is null ? "zfits data" : System.IO.Path.GetFileName(Path));
        string separator = ": ";
        if (Table is not null) Add($"table {Table}");
        else if (HduIndex is int hdu) Add(hdu == 0 ? $"primary HDU" : (FormattableString)$"HDU {hdu}");
        if (Column is not null) Add($"column {Column}");
        if (Tile is int tile)
        {
            if (FirstRow is long first && RowCount is int rows and > 0) Add($"tile {tile} (rows {first}-{first + rows - 1})");
            else if (FirstRow is long only) Add($"tile {tile} (from row {only})");
            else Add($"tile {tile}");
        }

        if (Row is long row) Add($"row {row}");
        if (ByteOffset is long offset) Add($"offset {offset}");
        return text.ToString();

        void Add(FormattableString part)
        {
            text.Append(separator).Append(part.ToString(CultureInfo.InvariantCulture));
            separator = ", ";
        }
    }
}
