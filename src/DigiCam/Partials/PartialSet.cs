using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Histograms;
using DigiCam.Hosting;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Synchronisation;

namespace DigiCam.Partials;

/// <summary>
/// Partial results of one run that go together: of the same files, filled in the same way, no tile in two of them. Their sum does not depend on how the run was divided or on their order; with
/// all parts it is what one pass over the whole run fills.
/// </summary>
public sealed class PartialSet
{
    private const int MostRangesTold = 5;

    private static readonly Dictionary<string, Func<Hdf5File, RunHistograms>> Readers = new(StringComparer.Ordinal)
    {
        [SampleHistograms.Group] = SampleHistograms.ReadFrom,
        [DarkHistograms.Group] = DarkHistograms.ReadFrom,
        [PulseTimeHistograms.Group] = PulseTimeHistograms.ReadFrom,
        [ChargeHistograms.Group] = ChargeHistograms.ReadFrom,
    };

    private readonly PartialResult.Content _first;
    private readonly ImmutableArray<TileRange> _tiles;

    private PartialSet(ImmutableArray<PartialResult> parts)
    {
        Parts = parts;
        _first = parts[0].Is;
        EventCount = parts.Sum(part => part.EventCount);
        _tiles = [.. TileRange.Joined(parts.SelectMany(part => part.Is.Tiles))];
    }

    /// <summary>The partial results.</summary>
    public ImmutableArray<PartialResult> Parts { get; }

    /// <summary>Name of the task.</summary>
    public string Task => _first.Provenance.Task;

    /// <summary>What was filled.</summary>
    public PartialStage Stage => _first.Stage;

    /// <summary>Number of events that were filled.</summary>
    public long EventCount { get; }

    /// <summary>What a result of the whole run should tell of its input, one sentence each.</summary>
    public ImmutableArray<string> Problems => _first.Problems;

    /// <summary>Opens partial results and compares what they say of themselves.</summary>
    /// <param name="paths">The files in any order.</param>
    /// <exception cref="FileNotFoundException">One does not exist.</exception>
    /// <exception cref="InvalidDataException">One is no partial result, two are of different runs or were filled in different ways, or tiles are in two of them; one sentence with the names.</exception>
    public static PartialSet Open(params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0) throw new ArgumentException("there is nothing to put together", nameof(paths));
        if (paths.GroupBy(Path.GetFullPath).FirstOrDefault(same => same.Count() > 1) is { } twice) throw new InvalidDataException($"{twice.First()}: is named twice");
        ImmutableArray<PartialResult> parts = [.. paths.Select(PartialResult.Read)];
        foreach (PartialResult part in parts) CheckBelongs(parts[0], part);
        CheckOverlaps(parts);
        return new PartialSet(parts);
    }

    /// <summary>Where the sum comes from: as for one pass over the run, made now on this machine. Inputs whose first tile is in no part have no SHA-256, and without the last tile no state of checksums.</summary>
    public Provenance MakeProvenance() => Provenance.Now(Task, [.. _first.Provenance.Inputs.Select((_, i) => Known(i))], _first.Provenance.Parameters.Select(p => (p.Key, (object?)p.Value)));

    /// <summary>Makes sure that no part of the run is missing.</summary>
    /// <exception cref="InvalidDataException">Some are; one sentence that says which.</exception>
    public void RequireComplete()
    {
        List<TileRange> missing = [];
        for (int file = 0; file < _first.Files.Length; file++)
        {
            int end = 0;
            foreach (TileRange tiles in _tiles.Where(tiles => tiles.File == file))
            {
                if (tiles.First > end) missing.Add(new TileRange(file, end, tiles.First - end));
                end = tiles.End;
            }

            if (end < _first.Files[file].Tiles) missing.Add(new TileRange(file, end, _first.Files[file].Tiles - end));
        }

        if (missing.Count == 0) return;
        string[] shards = [.. MissingShards(missing)];
        string which = shards.Length == 0 ? "" : $" (shard{(shards.Length == 1 ? "" : "s")} {string.Join(", ", shards)})";
        string more = missing.Count > MostRangesTold ? FormattableString.Invariant($" and {missing.Count - MostRangesTold} more stretches") : "";
        string these = Parts.Length == 1 ? $"{Parts[0].Path}: is not the whole input" : FormattableString.Invariant($"the {Parts.Length} partial results from {Parts[0].Path} to {Parts[^1].Path} are not the whole input");
        throw new InvalidDataException($"{these}: missing {string.Join(", ", missing.Take(MostRangesTold).Select(tiles => tiles.Of(_first.Files)))}{more}{which}");
    }

    /// <summary>The sum of all parts. No more than the sum is in memory.</summary>
    /// <typeparam name="T">What was filled.</typeparam>
    /// <param name="progress">Told the number of events of the parts that are done.</param>
    /// <param name="cancellationToken">Stops between two parts.</param>
    /// <exception cref="InvalidDataException">A file is damaged, was changed since it was opened, or holds something else.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries.</exception>
    public T Sum<T>(IProgress<long>? progress = null, CancellationToken cancellationToken = default) where T : RunHistograms =>
        Sum(progress, HostCancellation.Or(cancellationToken)) as T ?? throw new InvalidDataException($"{Parts[0].Path}: holds {_first.Group[1..]}, which are no {typeof(T).Name}");

    /// <summary>Puts the parts together in a partial result of all of them.</summary>
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="progress">Told the number of events of the parts that are done.</param>
    /// <param name="cancellationToken">Stops between two parts.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or was changed since it was opened.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries.</exception>
    public void WritePartial(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        RunHistograms sum = Sum(progress, HostCancellation.Or(cancellationToken));
        PartialResult.Write(path, sum, _first with
        {
            Shards = [.. Parts.SelectMany(part => part.Shards)],
            Tiles = _tiles,
            FilledEvents = sum.FilledEvents,
            Provenance = MakeProvenance(),
        });
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Parts.Length} partial results of {Task}, {Stage}, {EventCount} events");

    private static void CheckBelongs(PartialResult first, PartialResult other)
    {
        (PartialResult.Content a, PartialResult.Content b) = (first.Is, other.Is);
        if (a.Provenance.Task != b.Provenance.Task || a.Stage != b.Stage || a.Group != b.Group) throw Foreign($"is a part of {other.Task} ({other.Stage}), {first.Path} one of {first.Task} ({first.Stage})");
        if (a.Provenance.KitVersion != b.Provenance.KitVersion) throw Foreign($"was made by version {b.Provenance.KitVersion} of the kit, {first.Path} by {a.Provenance.KitVersion}");
        string[][] names = [[.. a.Files.Select(file => file.Name)], [.. b.Files.Select(file => file.Name)]];
        if (!names[0].SequenceEqual(names[1]))
        {
            string only = names[1].Except(names[0]).Select(name => $"{name}, which {first.Path} does not have").Concat(names[0].Except(names[1]).Select(name => $"files without {name}, which {first.Path} has")).FirstOrDefault() ?? "the same files in another order";
            throw Foreign($"is of another run than {first.Path}: of {only}");
        }

        foreach ((PartialInput mine, PartialInput its) in a.Files.Zip(b.Files))
        {
            if (mine != its) throw Foreign($"was made of another {its.Name} than {first.Path}");
        }

        InputFile[][] further = [[.. a.Provenance.Inputs.Skip(a.Files.Length)], [.. b.Provenance.Inputs.Skip(b.Files.Length)]];
        if (!further[0].SequenceEqual(further[1]))
        {
            InputFile? odd = further[1].Except(further[0]).Concat(further[0].Except(further[1])).FirstOrDefault();
            throw Foreign($"was filled with another {odd?.Name ?? "order of inputs"} than {first.Path}");
        }

        foreach ((string name, string mine, string its) in Differences(a.Provenance.Parameters, b.Provenance.Parameters).Concat(Differences(a.Settings, b.Settings)))
            throw Foreign($"differs from {first.Path} in {name}{(Math.Max(mine.Length, its.Length) <= 40 ? $" ({(its.Length > 0 ? its : "none")}, not {(mine.Length > 0 ? mine : "none")})" : "")}");

        InvalidDataException Foreign(string what) => new($"{other.Path}: {what}");
    }

    private static IEnumerable<(string Name, string Mine, string Its)> Differences(ImmutableSortedDictionary<string, string> mine, ImmutableSortedDictionary<string, string> its) =>
        mine.Keys.Union(its.Keys).Select(key => (key, mine.GetValueOrDefault(key, ""), its.GetValueOrDefault(key, ""))).Where(each => each.Item2 != each.Item3);

    private static void CheckOverlaps(ImmutableArray<PartialResult> parts)
    {
        (TileRange Tiles, PartialResult Part)[] all = [.. parts.SelectMany(part => part.Is.Tiles.Select(tiles => (tiles, part))).OrderBy(each => each.tiles.File).ThenBy(each => each.tiles.First)];
        for (int i = 1; i < all.Length; i++)
        {
            ((TileRange before, PartialResult first), (TileRange tiles, PartialResult second)) = (all[i - 1], all[i]);
            if (before.File != tiles.File || tiles.First >= before.End) continue;
            TileRange both = tiles with { Count = Math.Min(before.End, tiles.End) - tiles.First };
            throw new InvalidDataException($"{second.Path}: has {both.Of(second.Is.Files)}, which {first.Path} has as well");
        }
    }

    // Those of the divisions in use of which nothing is there.
    private IEnumerable<string> MissingShards(List<TileRange> missing)
    {
        RunShard[] used = [.. Parts.SelectMany(part => part.Shards).Select(RunShard.Parse).Where(shard => shard.Count > 0)];
        (string, int)[] files = [.. _first.Files.Select((file, i) => (FormattableString.Invariant($"{i}"), file.Tiles))];
        foreach (int count in used.Select(shard => shard.Count).Distinct().Where(count => count > 1))
        {
            for (int index = 1; index <= count; index++)
            {
                RunShard shard = RunShard.OfTiles(index, count);
                TileRange[] tiles = [.. shard.TilesIn(files, []).Select((range, file) => new TileRange(file, range.First, range.Count)).Where(range => range.Count > 0)];
                if (tiles.Length > 0 && tiles.All(range => missing.Any(hole => hole.File == range.File && hole.First <= range.First && hole.End >= range.End))) yield return shard.ToString();
            }
        }
    }

    // What is known of a file comes from the parts that have looked.
    private InputFile Known(int input) => Parts.Select(part => part.Is.Provenance.Inputs[input]).Aggregate((a, b) => a with { Sha256 = a.Sha256.Length > 0 ? a.Sha256 : b.Sha256, Checksums = a.Checksums ?? b.Checksums });

    private RunHistograms Sum(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (!Readers.TryGetValue(_first.Group, out Func<Hdf5File, RunHistograms>? read)) throw new InvalidDataException($"{Parts[0].Path}: holds {_first.Group}, which this version of the kit does not know");
        RunHistograms? sum = null;
        long events = 0;
        for (int i = 0; i < Parts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using Hdf5File file = Hdf5File.Open(Parts[i].Path);
            PartialResult now = PartialResult.Read(file);
            if (!now.Is.Tiles.SequenceEqual(Parts[i].Is.Tiles) || now.Provenance.TimeUtc != Parts[i].Provenance.TimeUtc) throw new InvalidDataException($"{now.Path}: was replaced while it was being put together with others");
            if (sum is null) sum = read(file);
            else sum.AddFrom(file);
            events += Parts[i].EventCount;
            progress?.Report(events);
        }

        return sum!;
    }
}
