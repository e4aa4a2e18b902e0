using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits;

/// <summary>A named list of compression processes for a column. Immutable.</summary>
public sealed class ZFitsRecipe
{
    private readonly ushort[] _processes;

    private ZFitsRecipe(string name, int zstdLevel, params ushort[] processes)
    {
        Name = name;
        ZstdLevel = zstdLevel;
        _processes = processes;
    }

    /// <summary>No compression.</summary>
    public static ZFitsRecipe Raw { get; } = new("raw", 0, ProcessIds.Raw);

    /// <summary>zlib alone.</summary>
    public static ZFitsRecipe ZLib { get; } = new("zlib", 0, ProcessIds.ZLib);

    /// <summary>zstd at the default level of the library.</summary>
    public static ZFitsRecipe Zstd { get; } = new("zstd", 3, ProcessIds.Zstd);

    /// <summary>Huffman coding of 16-bit words.</summary>
    public static ZFitsRecipe Huffman16 { get; } = new("huffman16", 0, ProcessIds.Huffman16);

    /// <summary>Smoothing, then Huffman coding: smooth 16-bit waveforms.</summary>
    public static ZFitsRecipe Fact { get; } = new("fact", 0, ProcessIds.Smoothing, ProcessIds.Huffman16);

    /// <summary>Differences, then Huffman coding: 16-bit waveforms.</summary>
    public static ZFitsRecipe DiffMan16 { get; } = new("diffman16", 0, ProcessIds.Diff16, ProcessIds.Huffman16);

    /// <summary>Differences (one, despite the name), split bytes, zlib: slowly changing 16-bit values.</summary>
    public static ZFitsRecipe DoubleDiffMan16 { get; } = new("doublediffman16", 0, ProcessIds.Diff16, ProcessIds.Offset128, ProcessIds.SplitHiLo16, ProcessIds.ZLib);

    /// <summary>Split bytes of 16-bit words, then zlib.</summary>
    public static ZFitsRecipe ZRice { get; } = new("zrice", 0, ProcessIds.SplitHiLo16, ProcessIds.ZLib);

    /// <summary>Split halves of 32-bit words, then zlib.</summary>
    public static ZFitsRecipe ZRice32 { get; } = new("zrice32", 0, ProcessIds.SplitHiLo32, ProcessIds.ZLib);

    /// <summary>Split bytes, smoothing, two Huffman streams: counters.</summary>
    public static ZFitsRecipe RiceFact { get; } = new("ricefact", 0, ProcessIds.SplitHiLo16, ProcessIds.Smoothing, ProcessIds.HalfMan16);

    /// <summary>Smoothing, split bytes, two Huffman streams.</summary>
    public static ZFitsRecipe FactRice { get; } = new("factrice", 0, ProcessIds.Smoothing, ProcessIds.SplitHiLo16, ProcessIds.HalfMan16);

    /// <summary>Split halves of 32-bit words, two Huffman streams.</summary>
    public static ZFitsRecipe RiceMan16 { get; } = new("riceman16", 0, ProcessIds.SplitHiLo32, ProcessIds.HalfMan16);

    /// <summary>Runs of equal 32-bit words, split halves, zlib.</summary>
    public static ZFitsRecipe SameValues32 { get; } = new("samevalues32", 0, ProcessIds.SameValues32, ProcessIds.SplitHiLo32, ProcessIds.ZLib);

    /// <summary>Name of the recipe.</summary>
    public string Name { get; }

    /// <summary>Process numbers in the order of encoding.</summary>
    public IReadOnlyList<int> Processes => Array.ConvertAll(_processes, id => (int)id);

    internal int ZstdLevel { get; }

    internal ReadOnlySpan<ushort> ProcessList => _processes;

    /// <summary>zstd at a given level.</summary>
    /// <param name="level">1 (fast) to 22 (small).</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not 1 to 22.</exception>
    public static ZFitsRecipe ZstdLevelOf(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 22);
        return new ZFitsRecipe(FormattableString.Invariant($"zstd{level}"), level, ProcessIds.Zstd);
    }

    /// <summary>A list of processes of one's own.</summary>
    /// <param name="name">A name for messages.</param>
    /// <param name="processes">Process numbers in the order of encoding; the last one is a coder.</param>
    /// <exception cref="ArgumentException">The list has no coder at the end, or names a process without inverse.</exception>
    /// <exception cref="NotSupportedException">A process of the list cannot be written.</exception>
    public static ZFitsRecipe Custom(string name, params IReadOnlyList<int> processes)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(processes);
        if (processes.Count > byte.MaxValue || processes.Any(id => id is < 0 or > ushort.MaxValue)) throw new ArgumentException("a process list holds up to 255 numbers of 16 bits", nameof(processes));
        ushort[] ids = [.. processes.Select(id => (ushort)id)];
        try
        {
            CodecChain.Check(ids);
        }
        catch (CodecException e)
        {
            throw new ArgumentException(e.Message, nameof(processes));
        }

        return new ZFitsRecipe(name, 3, ids);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
