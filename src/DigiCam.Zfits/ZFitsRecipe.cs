using System.Collections.Frozen;
using System.Globalization;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits;

/// <summary>A named list of compression processes for a column. Immutable.</summary>
/// <remarks>
/// All recipes give back every bit, but for the lossy ones: <see cref="SameLossyFloats"/> and <see cref="SparseLossyFloats"/> store float32
/// arrays in hundredths, <see cref="LossyInt16"/> and <see cref="LossyInt32"/> integer arrays in multiples of a quantum that has to be asked for.
/// The official reader can crash on tables of several tiles with the recipes for lossy floats.
/// </remarks>
public sealed class ZFitsRecipe
{
    private const int DefaultZstdLevel = 3;
    private const int LargestZstdLevel = 22;

    /// <summary>Stands between the name of a recipe and its quantum.</summary>
    private const char QuantumMark = ':';

    private readonly ushort[] _processes;

    private ZFitsRecipe(string name, params ushort[] processes)
        : this(name, new CodecSettings(DefaultZstdLevel, Quantum: 1), processes)
    {
    }

    private ZFitsRecipe(string name, CodecSettings settings, params ushort[] processes)
    {
        Name = name;
        Settings = settings;
        _processes = processes;
    }

    /// <summary>No compression.</summary>
    public static ZFitsRecipe Raw { get; } = new("raw", ProcessIds.Raw);

    /// <summary>zlib alone.</summary>
    public static ZFitsRecipe ZLib { get; } = new("zlib", ProcessIds.ZLib);

    /// <summary>zstd at the default level of the library, 3.</summary>
    public static ZFitsRecipe Zstd { get; } = new("zstd", ProcessIds.Zstd);

    /// <summary>Huffman coding of 16-bit words.</summary>
    public static ZFitsRecipe Huffman16 { get; } = new("huffman16", ProcessIds.Huffman16);

    /// <summary>Smoothing, then Huffman coding: smooth 16-bit waveforms.</summary>
    public static ZFitsRecipe Fact { get; } = new("fact", ProcessIds.Smoothing, ProcessIds.Huffman16);

    /// <summary>Differences, then Huffman coding: 16-bit waveforms.</summary>
    public static ZFitsRecipe DiffMan16 { get; } = new("diffman16", ProcessIds.Diff16, ProcessIds.Huffman16);

    /// <summary>Differences (one, despite the name), split bytes, zlib: slowly changing 16-bit values.</summary>
    public static ZFitsRecipe DoubleDiffMan16 { get; } = new("doublediffman16", ProcessIds.Diff16, ProcessIds.Offset128, ProcessIds.SplitHiLo16, ProcessIds.ZLib);

    /// <summary>Split bytes of 16-bit words, then zlib.</summary>
    public static ZFitsRecipe ZRice { get; } = new("zrice", ProcessIds.SplitHiLo16, ProcessIds.ZLib);

    /// <summary>Split halves of 32-bit words, then zlib.</summary>
    public static ZFitsRecipe ZRice32 { get; } = new("zrice32", ProcessIds.SplitHiLo32, ProcessIds.ZLib);

    /// <summary>LZO alone: fast to decode.</summary>
    public static ZFitsRecipe Lzo { get; } = new("lzo", ProcessIds.Lzo);

    /// <summary>Split bytes of 16-bit words, then LZO.</summary>
    public static ZFitsRecipe LzoRice { get; } = new("lzorice", ProcessIds.SplitHiLo16, ProcessIds.Lzo);

    /// <summary>Rice coding of 16-bit words.</summary>
    public static ZFitsRecipe Rice { get; } = new("rice", ProcessIds.Rice);

    /// <summary>Split bytes of 16-bit words, then Rice coding.</summary>
    public static ZFitsRecipe RRice { get; } = new("rrice", ProcessIds.SplitHiLo16, ProcessIds.Rice);

    /// <summary>Split bytes, smoothing, two Huffman streams: counters.</summary>
    public static ZFitsRecipe RiceFact { get; } = new("ricefact", ProcessIds.SplitHiLo16, ProcessIds.Smoothing, ProcessIds.HalfMan16);

    /// <summary>Smoothing, split bytes, two Huffman streams.</summary>
    public static ZFitsRecipe FactRice { get; } = new("factrice", ProcessIds.Smoothing, ProcessIds.SplitHiLo16, ProcessIds.HalfMan16);

    /// <summary>Split halves of 32-bit words, two Huffman streams.</summary>
    public static ZFitsRecipe RiceMan16 { get; } = new("riceman16", ProcessIds.SplitHiLo32, ProcessIds.HalfMan16);

    /// <summary>Runs of equal 32-bit words, split halves, zlib.</summary>
    public static ZFitsRecipe SameValues32 { get; } = new("samevalues32", ProcessIds.SameValues32, ProcessIds.SplitHiLo32, ProcessIds.ZLib);

    /// <summary>32-bit words of which most are -100, split halves, zlib.</summary>
    public static ZFitsRecipe SparseValues32 { get; } = new("sparsevalues32", ProcessIds.SparseValues32, ProcessIds.SplitHiLo32, ProcessIds.ZLib);

    /// <summary>float32 arrays in hundredths, runs of equal values, split halves, zlib.</summary>
    public static ZFitsRecipe SameLossyFloats { get; } = new("samelossyfloats", ProcessIds.LossyFloats, ProcessIds.SameValues32, ProcessIds.SplitHiLo32, ProcessIds.ZLib);

    /// <summary>float32 arrays in hundredths of which most are -1, split halves, zlib.</summary>
    public static ZFitsRecipe SparseLossyFloats { get; } = new("sparselossyfloats", ProcessIds.LossyFloats, ProcessIds.SparseValues32, ProcessIds.SplitHiLo32, ProcessIds.ZLib);

    /// <summary>int16 arrays: differences, then Huffman coding. Loses nothing, the quantum is 1; <see cref="LossyInt16Of"/> rounds.</summary>
    public static ZFitsRecipe LossyInt16 { get; } = new("lossyint16", ProcessIds.LossyInt16, ProcessIds.Diff16, ProcessIds.Huffman16);

    /// <summary>int32 arrays: split halves, two Huffman streams. Loses nothing, the quantum is 1; <see cref="LossyInt32Of"/> rounds.</summary>
    public static ZFitsRecipe LossyInt32 { get; } = new("lossyint32", ProcessIds.LossyInt32, ProcessIds.SplitHiLo32, ProcessIds.HalfMan16);

    /// <summary>The recipes with a name of their own, without the levels of zstd and the quanta of the lossy integers.</summary>
    public static IReadOnlyList<ZFitsRecipe> Named { get; } = Array.AsReadOnly<ZFitsRecipe>(
    [
        Raw, ZLib, Zstd, Huffman16, Fact, DiffMan16,
        DoubleDiffMan16, ZRice, ZRice32, Lzo, LzoRice, Rice,
        RRice, RiceFact, FactRice, RiceMan16, SameValues32, SparseValues32,
        SameLossyFloats, SparseLossyFloats, LossyInt16, LossyInt32,
    ]);

    /// <summary>Name of the recipe; <see cref="Parse"/> knows it, unless the recipe is a custom one.</summary>
    public string Name { get; }

    /// <summary>Process numbers in the order of encoding.</summary>
    public IReadOnlyList<int> Processes => Array.ConvertAll(_processes, id => (int)id);

    /// <summary>Multiples of this number are stored by the lossy integer recipes; 1 for all others.</summary>
    public int Quantum => Settings.Quantum;

    /// <summary>zstd at level -1, which the writer of NectarCAM asks for: faster than level 1 and larger.</summary>
    internal static ZFitsRecipe FastZstd { get; } = new("zstd-1", new CodecSettings(-1, Quantum: 1), ProcessIds.Zstd);

    internal CodecSettings Settings { get; }

    internal ReadOnlySpan<ushort> ProcessList => _processes;

    /// <summary>zstd at a given level.</summary>
    /// <param name="level">1 (fast) to 22 (small).</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not 1 to 22.</exception>
    public static ZFitsRecipe ZstdLevelOf(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, LargestZstdLevel);
        return new ZFitsRecipe(FormattableString.Invariant($"zstd{level}"), new CodecSettings(level, Quantum: 1), ProcessIds.Zstd);
    }

    /// <summary>int16 arrays rounded to multiples of a quantum, then as <see cref="LossyInt16"/>.</summary>
    /// <param name="quantum">1 to 32767; no value changes by more than half of it.</param>
    /// <remarks>A value that would change its highest bit is kept as it is, so that arrays of uint16 can be rounded as well.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The quantum is not 1 to 32767.</exception>
    public static ZFitsRecipe LossyInt16Of(int quantum)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quantum, short.MaxValue);
        return WithQuantum(LossyInt16, quantum);
    }

    /// <summary>int32 arrays rounded to multiples of a quantum, then as <see cref="LossyInt32"/>.</summary>
    /// <param name="quantum">At least 1; no value changes by more than half of it.</param>
    /// <remarks>A value that would change its highest bit is kept as it is, so that arrays of uint32 can be rounded as well.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The quantum is not positive.</exception>
    public static ZFitsRecipe LossyInt32Of(int quantum) => WithQuantum(LossyInt32, quantum);

    /// <summary>The recipe of a name: one of <see cref="Named"/>, <c>zstdN</c> with a level (0 for the default), or
    /// <c>lossyint16:N</c> and <c>lossyint32:N</c> with a quantum. Upper and lower case are equal.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is no such recipe; the message names those there are.</exception>
    public static ZFitsRecipe Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (ZFitsRecipe recipe in Named) if (recipe.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return recipe;
        if (NumberAfter(name, Zstd.Name) is int level)
        {
            if (level == 0) return Zstd;
            if (level <= LargestZstdLevel) return ZstdLevelOf(level);
        }

        if (FastZstd.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return FastZstd;
        if (NumberAfter(name, LossyInt16.Name + QuantumMark) is int quantum and >= 1 and <= short.MaxValue) return LossyInt16Of(quantum);
        if (NumberAfter(name, LossyInt32.Name + QuantumMark) is int quantum32 and >= 1) return LossyInt32Of(quantum32);
        throw new ArgumentException(
            $"no compression recipe '{name}', known are {string.Join(", ", Named.Select(recipe => recipe.Name))}, zstd1 to zstd{LargestZstdLevel}, zstd-1, lossyint16:N and lossyint32:N with a quantum N",
            nameof(name));
    }

    /// <summary>A list of processes of one's own.</summary>
    /// <param name="name">A name for messages.</param>
    /// <param name="processes">Process numbers in the order of encoding; the last one is a coder.</param>
    /// <exception cref="ArgumentException">The list has no coder at the end, names an unknown process or one without inverse, or makes runs of values more than once.</exception>
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

        // Each can double a block that does not suit it; readers allow for one.
        if (ids.Count(id => id is ProcessIds.SameValues32 or ProcessIds.SparseValues32) > 1) throw new ArgumentException("a process list holds samevalues32 or sparsevalues32 once at most", nameof(processes));
        return new ZFitsRecipe(name, ids);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static ZFitsRecipe WithQuantum(ZFitsRecipe recipe, int quantum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantum, 1);
        return new ZFitsRecipe(FormattableString.Invariant($"{recipe.Name}{QuantumMark}{quantum}"), new CodecSettings(DefaultZstdLevel, quantum), recipe._processes);
    }

    private static int? NumberAfter(string name, string start) =>
        name.StartsWith(start, StringComparison.OrdinalIgnoreCase) && int.TryParse(name.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}

/// <summary>The recipes a camera server uses for the fields of its events. Immutable.</summary>
public sealed class CameraRecipes
{
    private CameraRecipes(string name, ZFitsRecipe defaultRecipe, params IEnumerable<(string Field, ZFitsRecipe Recipe)> fields)
    {
        Name = name;
        Default = defaultRecipe;
        Fields = fields.ToFrozenDictionary(entry => entry.Field, entry => entry.Recipe, StringComparer.Ordinal);
    }

    /// <summary>DigiCam (SST-1M), as in its science files of 2017 and 2018.</summary>
    public static CameraRecipes Digicam { get; } = new(
        "digicam",
        ZFitsRecipe.Raw,
        ("telescopeID", ZFitsRecipe.ZRice),
        ("eventNumber", ZFitsRecipe.RiceFact),
        ("hiGain.waveforms.samples", ZFitsRecipe.DiffMan16),
        ("hiGain.waveforms.pixelsIndices", ZFitsRecipe.DoubleDiffMan16),
        ("hiGain.waveforms.baselines", ZFitsRecipe.ZRice),
        ("local_time_nanosec", ZFitsRecipe.ZLib),
        ("local_time_sec", ZFitsRecipe.ZLib),
        ("pixels_flags", ZFitsRecipe.ZLib),
        ("event_type", ZFitsRecipe.ZRice),
        ("trigger_input_traces", ZFitsRecipe.ZLib),
        ("trigger_output_patch7", ZFitsRecipe.ZLib),
        ("trigger_output_patch19", ZFitsRecipe.ZRice32));

    /// <summary>LSTCam.</summary>
    public static CameraRecipes Lst { get; } = new(
        "lst",
        ZFitsRecipe.Raw,
        ("configuration_id", ZFitsRecipe.ZRice32),
        ("event_id", ZFitsRecipe.ZRice32),
        ("tel_event_id", ZFitsRecipe.ZRice32),
        ("trigger_time_s", ZFitsRecipe.ZRice32),
        ("trigger_time_qns", ZFitsRecipe.ZRice32),
        ("trigger_type", ZFitsRecipe.ZRice32),
        ("ped_id", ZFitsRecipe.ZRice32),
        ("waveform", ZFitsRecipe.Fact),
        ("pixel_status", ZFitsRecipe.ZLib),
        ("lstcam.extdevices_presence", ZFitsRecipe.ZRice32),
        ("lstcam.tib_data", ZFitsRecipe.ZRice32),
        ("lstcam.cdts_data", ZFitsRecipe.ZRice32),
        ("lstcam.swat_data", ZFitsRecipe.ZRice32),
        ("lstcam.chips_flags", ZFitsRecipe.ZRice32),
        ("lstcam.drs_tag", ZFitsRecipe.Fact),
        ("lstcam.counters", ZFitsRecipe.ZLib),
        ("lstcam.module_status", ZFitsRecipe.Lzo),
        ("lstcam.drs_tag_status", ZFitsRecipe.Lzo),
        ("lstcam.first_capacitor_id", ZFitsRecipe.DoubleDiffMan16));

    /// <summary>NectarCAM, R1 events of the classic writer.</summary>
    public static CameraRecipes NectarCam { get; } = new(
        "nectarcam",
        ZFitsRecipe.Raw,
        ("waveform", ZFitsRecipe.DiffMan16),
        ("pixel_status", ZFitsRecipe.FastZstd),
        ("nectarcam.counters", ZFitsRecipe.ZRice));

    /// <summary>NectarCAM, L0 events of the flat writer.</summary>
    public static CameraRecipes NectarCamFlat { get; } = new(
        "nectarcam-flat",
        ZFitsRecipe.ZLib,
        ("eventNumber", ZFitsRecipe.RiceFact),
        ("hiGain.waveforms.samples", ZFitsRecipe.DiffMan16),
        ("loGain.waveforms.samples", ZFitsRecipe.DoubleDiffMan16),
        ("hiGain.integrals.gains", ZFitsRecipe.ZRice),
        ("cameraCounters.counters", ZFitsRecipe.ZRice32),
        ("tibData.data", ZFitsRecipe.ZRice32));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CameraRecipes> All { get; } = Array.AsReadOnly<CameraRecipes>([Digicam, Lst, NectarCam, NectarCamFlat]);

    /// <summary>Name, for options and messages.</summary>
    public string Name { get; }

    /// <summary>Recipe of the fields that are not named.</summary>
    public ZFitsRecipe Default { get; }

    /// <summary>Recipes by the dotted name of the field.</summary>
    public IReadOnlyDictionary<string, ZFitsRecipe> Fields { get; }

    /// <summary>The recipe of a field.</summary>
    /// <param name="field">Field names of the message, joined with dots: <c>hiGain.waveforms.samples</c>.</param>
    public ZFitsRecipe this[string field] => Fields.TryGetValue(field, out ZFitsRecipe? recipe) ? recipe : Default;

    /// <summary>The recipes of a camera.</summary>
    /// <param name="name">Name of the camera; upper and lower case are equal.</param>
    /// <exception cref="ArgumentException">There is no such camera; the message names those there are.</exception>
    public static CameraRecipes Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(camera => camera.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"no recipes for a camera '{name}', known are {string.Join(", ", All.Select(camera => camera.Name))}", nameof(name));
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
