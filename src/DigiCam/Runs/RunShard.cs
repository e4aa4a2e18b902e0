using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DigiCam.Runs;

/// <summary>
/// A part of a run: one of several blocks of neighbouring tiles through all its files, or some of its files. Only <see cref="Run.Process"/> and what is built on it keep to the part; event
/// numbers, levels, limits and the summary are those of the whole run. Immutable.
/// </summary>
public sealed record RunShard
{
    private RunShard(int index, int count, ImmutableArray<string> files) => (Index, Count, Files) = (index, count, files);

    /// <summary>Number of the block of tiles, from 1; 0 for a part made of files.</summary>
    public int Index { get; }

    /// <summary>Number of blocks that the tiles are divided into; 0 for a part made of files.</summary>
    public int Count { get; }

    /// <summary>The files as the user names them: by path, or by name without folder; empty for a block of tiles.</summary>
    public ImmutableArray<string> Files { get; }

    /// <summary>
    /// What names of partial results have for the part: "shard-2-of-4", "shard-run_003" or, for several files, "shard-run_003-and-2-more-4f1c02ab". What the first name alone does not tell, other files or the
    /// folder, is in the number at the end, the beginning of a SHA-256 of what the user wrote.
    /// </summary>
    public string Name
    {
        get
        {
            if (Count > 0) return FormattableString.Invariant($"shard-{Index}-of-{Count}");
            string first = Path.GetFileName(Files[0]);
            if (first.EndsWith(RunFileList.Extension, StringComparison.Ordinal)) first = first[..^RunFileList.Extension.Length];
            if (Files.Length == 1 && Files[0] == Path.GetFileName(Files[0])) return $"shard-{first}";
            string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())))[..8];
            return FormattableString.Invariant($"shard-{first}{(Files.Length > 1 ? FormattableString.Invariant($"-and-{Files.Length - 1}-more") : "")}-{digest}");
        }
    }

    /// <summary>One of several parts of equal numbers of tiles, up to one. There may be more parts than tiles; some are empty then.</summary>
    /// <param name="index">Which part, from 1.</param>
    /// <param name="count">Number of parts.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public static RunShard OfTiles(int index, int count)
    {
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), FormattableString.Invariant($"shard {index}/{count}: there is at least one part"));
        if (index < 1 || index > count) throw new ArgumentOutOfRangeException(nameof(index), FormattableString.Invariant($"shard {index}/{count}: parts are counted from 1 to {count}"));
        return new RunShard(index, count, []);
    }

    /// <summary>The part that consists of some files.</summary>
    /// <param name="files">Files of the run, by path or by name.</param>
    /// <exception cref="ArgumentException">There is none, or one without a name.</exception>
    public static RunShard OfFiles(params ImmutableArray<string> files)
    {
        if (files.IsDefaultOrEmpty || files.Any(string.IsNullOrWhiteSpace)) throw new ArgumentException("a shard has the names of its files", nameof(files));
        return new RunShard(0, 0, files);
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <param name="text">"2/4", or names of files separated by commas.</param>
    /// <exception cref="FormatException">It is neither; the message says why.</exception>
    public static RunShard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] numbers = text.Split('/');
        if (numbers.Length == 2 && TryNumber(numbers[0], out int index) && TryNumber(numbers[1], out int count))
        {
            if (count < 1) throw new FormatException($"'{text}': there is at least one part");
            if (index < 1 || index > count) throw new FormatException(FormattableString.Invariant($"'{text}': parts are counted from 1 to {count}"));
            return OfTiles(index, count);
        }

        string[] files = text.Split(',', StringSplitOptions.TrimEntries);
        bool isNoName = files.Contains("") || (text.Contains('/', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyExcept("0123456789/ +-"));
        return isNoName ? throw new FormatException($"'{text}' is neither a part as in 2/4 nor a list of files") : OfFiles([.. files]);

        static bool TryNumber(string digits, out int number) => int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Equal when it is the same part, files in the same order.</summary>
    /// <param name="other">Another part.</param>
    public bool Equals(RunShard? other) => other is not null && (Index, Count) == (other.Index, other.Count) && Files.SequenceEqual(other.Files);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Index, Count, Files.Length, Files.Length > 0 ? Files[0] : "");

    /// <summary>"2/4", or the files separated by commas.</summary>
    public override string ToString() => Count > 0 ? FormattableString.Invariant($"{Index}/{Count}") : string.Join(",", Files);

    /// <summary>The tiles of the part in each file of a run.</summary>
    /// <param name="files">The files that hold events, with their numbers of tiles.</param>
    /// <param name="emptyFiles">Further files of the run, without events.</param>
    /// <returns>First tile and number of tiles (file).</returns>
    /// <exception cref="InvalidDataException">A file of the part is none of the run, or several files have its name.</exception>
    internal ImmutableArray<(int First, int Count)> TilesIn(IReadOnlyList<(string Path, int Tiles)> files, IReadOnlyList<string> emptyFiles)
    {
        if (Count == 0)
        {
            HashSet<string> mine = [.. Files.Select(name => PathOf(name, [.. files.Select(file => file.Path), .. emptyFiles]))];
            return [.. files.Select(file => (0, mine.Contains(file.Path) ? file.Tiles : 0))];
        }

        long all = files.Sum(file => (long)file.Tiles);
        (long from, long to) = (all * (Index - 1) / Count, all * Index / Count);
        ImmutableArray<(int, int)>.Builder tiles = ImmutableArray.CreateBuilder<(int, int)>(files.Count);
        long before = 0;
        foreach ((_, int count) in files)
        {
            int first = (int)Math.Clamp(from - before, 0, count);
            tiles.Add((first, (int)Math.Clamp(to - before, first, count) - first));
            before += count;
        }

        return tiles.MoveToImmutable();
    }

    private static string PathOf(string name, IReadOnlyList<string> paths)
    {
        string full = Path.GetFullPath(name);
        if (paths.FirstOrDefault(path => Path.GetFullPath(path) == full) is { } exact) return exact;
        string[] found = [.. paths.Where(path => Path.GetFileName(path) == name || Path.GetFileName(path) == name + RunFileList.Extension)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new InvalidDataException($"shard: {name} is none of the input files {string.Join(", ", paths.Select(Path.GetFileName))}"),
            _ => throw new InvalidDataException($"shard: {name} may be {string.Join(" or ", found)}: the whole path tells them apart"),
        };
    }
}
