namespace DigiCam.Zfits.Tests.Damage;

/// <summary>Every way in which a small file can be damaged or made to harm, in the sections of the catalogue of hostile input.</summary>
internal static partial class HostileCatalogue
{
    public const string EventNumber = "eventNumber";
    public const string Samples = "hiGain_waveforms_samples";
    public const string PixelIds = "hiGain_waveforms_pixelsIndices";
    public const string Presence = "uctsDataPresence";
    public const string Patches = "trigger_output_patch7";

    /// <summary>The sections with their cases.</summary>
    public static IReadOnlyDictionary<string, HostileCase[]> Sections { get; } = new Dictionary<string, HostileCase[]>
    {
        ["FITS container"] = Container,
        ["Table geometry"] = Geometry,
        ["Column description"] = ColumnDescription,
        ["Catalog"] = Catalog,
        ["Tile header"] = TileHeader,
        ["Block header and process list"] = BlockHeader,
        ["zlib and zstd"] = Deflated,
        ["Huffman16 and halfman16"] = Huffman,
        ["Rice and LZO"] = RiceAndLzo,
        ["Transforms"] = Transforms,
        ["Rows"] = Rows,
    };

    /// <summary>Cases beyond the catalogue.</summary>
    public static IReadOnlyList<HostileCase> Further { get; } = [.. FurtherHeaders, .. FurtherBlocks];

    /// <summary>All cases by name.</summary>
    public static IReadOnlyDictionary<string, HostileCase> All { get; } = Sections.Values.SelectMany(cases => cases).Concat(Further).ToDictionary(c => c.Name, StringComparer.Ordinal);

    /// <summary>Number of a column of the small file.</summary>
    private static int IndexOf(string column) => SmallFile.Columns.Select(c => c.Name).ToList().IndexOf(column);
}
