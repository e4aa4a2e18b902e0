using System.Text.Json.Serialization;

namespace DigiCam.Partials;

/// <summary>Neighbouring tiles of a file of a run.</summary>
/// <param name="File">Place of the file in the run.</param>
/// <param name="First">First tile, from 0.</param>
/// <param name="Count">Number of tiles, at least 1.</param>
internal readonly record struct TileRange(int File, int First, int Count)
{
    /// <summary>The tile behind the last one.</summary>
    [JsonIgnore]
    public int End => First + Count;

    /// <summary>Puts ranges in order and joins those that touch.</summary>
    public static IEnumerable<TileRange> Joined(IEnumerable<TileRange> ranges)
    {
        TileRange? open = null;
        foreach (TileRange range in ranges.OrderBy(range => range.File).ThenBy(range => range.First))
        {
            if (open is { } last && last.File == range.File && last.End == range.First)
            {
                open = last with { Count = last.Count + range.Count };
                continue;
            }

            if (open is { } complete) yield return complete;
            open = range;
        }

        if (open is { } end) yield return end;
    }

    /// <summary>For example "tiles 4-7 of run_000.fits.fz".</summary>
    public string Of(IReadOnlyList<PartialInput> files) =>
        FormattableString.Invariant($"{(Count == 1 ? FormattableString.Invariant($"tile {First}") : FormattableString.Invariant($"tiles {First}-{End - 1}"))} of {files[File].Name}");
}
