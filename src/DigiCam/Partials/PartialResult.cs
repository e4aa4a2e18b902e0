using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using DigiCam.Files;
using DigiCam.Histograms;
using DigiCam.Results;
using DigiCam.Runs;

namespace DigiCam.Partials;

/// <summary>
/// What a pass filled from a part of a run, as a file (HDF5): the histograms, and all that tells which part of which run they are of and how they were filled. <see cref="PartialSet"/> puts
/// the parts together.
/// </summary>
/// <remarks>
/// In group /partial the dataset description, JSON: task and stage; all files of the run with length, rows, tiles and fingerprint; the tiles that are in it; the settings of the filling; and the
/// provenance that the result of the whole run has, in which each part knows the SHA-256 of the files whose first tile it read.
/// </remarks>
public sealed class PartialResult
{
    private const string Description = "/partial/description";
    private const int CurrentFormat = 1;

    // All there is to say must be said.
    private static readonly JsonSerializerOptions Json = new() { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    private PartialResult(string path, Content content) => (Path, Is) = (path, content);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Name of the task.</summary>
    public string Task => Is.Provenance.Task;

    /// <summary>What was filled for it: one of the stages of <see cref="PartialStage"/>.</summary>
    public PartialStage Stage => Is.Stage;

    /// <summary>The parts of the run that are in it, each as "2/4" or as a list of files.</summary>
    public ImmutableArray<string> Shards => Is.Shards;

    /// <summary>Number of events that were filled.</summary>
    public long EventCount => Is.FilledEvents;

    /// <summary>Where it comes from; inputs that other parts have read have no SHA-256.</summary>
    public Provenance Provenance => Is.Provenance;

    internal Content Is { get; }

    /// <summary>The usual place of a partial result: beside the histograms of the whole run, STEM.shard-2-of-4.h5.</summary>
    /// <param name="histogramPath">The file of the histograms.</param>
    /// <param name="shard">The part.</param>
    public static string PathFor(string histogramPath, RunShard shard)
    {
        ArgumentNullException.ThrowIfNull(shard);
        return $"{ResultFiles.Stem(histogramPath)}.{shard.Name}.h5";
    }

    /// <summary>Writes what was filled from a part of a run, or from all of it.</summary>
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="stage">What was filled.</param>
    /// <param name="run">The run.</param>
    /// <param name="histograms">What was filled from the part that <see cref="RunOptions.Shard"/> of the run says.</param>
    /// <param name="provenance">Where it comes from, made with the same options: the files of the run first, further inputs behind.</param>
    /// <param name="problems">What a result of the whole run should tell of its input, one sentence each.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, PartialStage stage, Run run, RunHistograms histograms, Provenance provenance, IEnumerable<string> problems)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(histograms);
        ArgumentNullException.ThrowIfNull(provenance);
        Write(path, histograms, new Content(
            CurrentFormat, stage, histograms.FileGroup, [run.Options.Shard?.ToString() ?? "1/1"],
            [.. run.Files.Select(file => new PartialInput(System.IO.Path.GetFileName(file.Path), file.File.Length, file.EventCount, file.Events.TileCount, file.Fingerprint()))],
            [.. run.Tiles.Select((tiles, file) => new TileRange(file, tiles.First, tiles.Count)).Where(tiles => tiles.Count > 0)],
            histograms.Settings.Append(("module_swaps", string.Join(", ", run.Options.ModuleSwaps.Select(Text))))
                .ToImmutableSortedDictionary(setting => setting.Name, setting => Convert.ToString(setting.Value, CultureInfo.InvariantCulture) ?? "", StringComparer.Ordinal),
            histograms.FilledEvents, [.. problems], provenance));

        static string Text(ModuleSwap swap) => FormattableString.Invariant($"{swap.TelescopeId}: {swap.FirstModule} <-> {swap.SecondModule} {swap.From:yyyy-MM-dd}..{swap.To:yyyy-MM-dd}");
    }

    /// <summary>True for an HDF5 file, such as a partial result; zfits files are none. Looks at the first bytes only.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsHdf5(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path}: is a directory");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file", path);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] start = new byte[Hdf5Seal.Length + 8];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return IsSignature(0) || IsSignature(Hdf5Seal.Length);

        bool IsSignature(int at) => length >= at + 8 && start.AsSpan(at, 8).SequenceEqual("\u0089HDF\r\n\u001a\n".Select(c => (byte)c).ToArray());
    }

    /// <summary>Reads what a file says of itself, without its histograms.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no partial result, of another version of the kit, or damaged.</exception>
    public static PartialResult Read(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return Read(file);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{System.IO.Path.GetFileName(Path)}: part {string.Join(" and ", Shards)} of {Task}, {Stage}, {EventCount} events");

    internal static PartialResult Read(Hdf5File file)
    {
        if (!file.Contains(Description)) throw new InvalidDataException($"{file.Path}: is no partial result, which --shard makes");
        string[] texts = file.ReadTexts(Description);
        if (texts.Length != 1) throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: {Description} holds {texts.Length} texts, expected one"));
        Content? content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(texts[0], Json);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file.Path}: {Description} cannot be understood: {exception.Message}", exception);
        }

        if (content is null || content.Files.Length > content.Provenance.Inputs.Length || content.Tiles.Any(tiles => !IsIn(tiles, content.Files))) throw new InvalidDataException($"{file.Path}: {Description} is not consistent");
        if (content.Format != CurrentFormat) throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: is a partial result of form {content.Format}, this version of the kit reads form {CurrentFormat}"));
        return new PartialResult(file.Path, content);
    }

    private static bool IsIn(TileRange tiles, ImmutableArray<PartialInput> files) =>
        tiles.File >= 0 && tiles.File < files.Length && tiles.First >= 0 && tiles.Count > 0 && (long)tiles.First + tiles.Count <= files[tiles.File].Tiles;

    internal static void Write(string path, RunHistograms histograms, Content content)
    {
        Hdf5Writer writer = new();
        writer.AddTexts(Description, [JsonSerializer.Serialize(content)], "which part of which run this is of, and how it was filled, JSON");
        histograms.WriteTo(writer);
        writer.Write(path);
    }

    /// <summary>What a partial result says of itself.</summary>
    /// <param name="Format">Form of the file.</param>
    /// <param name="Stage">What was filled.</param>
    /// <param name="Group">Group of the histograms.</param>
    /// <param name="Shards">Parts of the run as the user asked for them.</param>
    /// <param name="Files">All files of the run that hold events, in its order.</param>
    /// <param name="Tiles">The tiles that are in it, in order.</param>
    /// <param name="Settings">What the counts depend on.</param>
    /// <param name="FilledEvents">Number of events that were filled.</param>
    /// <param name="Problems">What a result of the whole run should tell of its input.</param>
    /// <param name="Provenance">That of the whole result; the inputs begin with <paramref name="Files"/>.</param>
    internal sealed record Content(
        int Format,
        PartialStage Stage,
        string Group,
        ImmutableArray<string> Shards,
        ImmutableArray<PartialInput> Files,
        ImmutableArray<TileRange> Tiles,
        ImmutableSortedDictionary<string, string> Settings,
        long FilledEvents,
        ImmutableArray<string> Problems,
        Provenance Provenance);
}
