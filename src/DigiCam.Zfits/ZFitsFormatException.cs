namespace DigiCam.Zfits;

/// <summary>A file is damaged, truncated or not a zfits file. The message names the place, what was found and what was expected.</summary>
public sealed class ZFitsFormatException : Exception
{
    /// <summary>Describes a defect at a known place.</summary>
    /// <param name="detail">What was found and what was expected.</param>
    /// <param name="location">Where it was found.</param>
    /// <param name="inner">The cause, if another exception revealed the defect.</param>
    public ZFitsFormatException(string detail, ZFitsLocation location, Exception? inner = null)
        : base($"{location}: {detail}", inner)
    {
        Detail = detail;
        Location = location;
    }

    /// <summary>Describes a defect without a known place.</summary>
    /// <param name="detail">What was found and what was expected.</param>
    public ZFitsFormatException(string detail) : this(detail, new ZFitsLocation())
    {
    }

    /// <summary>The defect without its place.</summary>
    public string Detail { get; }

    /// <summary>The place of the defect.</summary>
    public ZFitsLocation Location { get; }

    /// <inheritdoc cref="ZFitsLocation.Path"/>
    public string? Path => Location.Path;

    /// <inheritdoc cref="ZFitsLocation.HduIndex"/>
    public int? HduIndex => Location.HduIndex;

    /// <inheritdoc cref="ZFitsLocation.Table"/>
    public string? Table => Location.Table;

    /// <inheritdoc cref="ZFitsLocation.Column"/>
    public string? Column => Location.Column;

    /// <inheritdoc cref="ZFitsLocation.Tile"/>
    public int? Tile => Location.Tile;

    /// <inheritdoc cref="ZFitsLocation.FirstRow"/>
    public long? FirstRow => Location.FirstRow;

    /// <inheritdoc cref="ZFitsLocation.Row"/>
    public long? Row => Location.Row;

    /// <inheritdoc cref="ZFitsLocation.ByteOffset"/>
    public long? ByteOffset => Location.ByteOffset;
}
