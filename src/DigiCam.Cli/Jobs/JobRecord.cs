using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DigiCam.Files;
using DigiCam.Results;

namespace DigiCam.Cli.Jobs;

/// <summary>How far a job is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
internal enum JobState
{
    /// <summary>It says from time to time how far it is.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>All its files are written.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>It ended with an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It was told to end, by Ctrl+C or by whoever manages the machine.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}

/// <summary>A file that a job reads or writes, as it was then.</summary>
/// <param name="Path">The file, absolute.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Modified">When it was changed last, UTC.</param>
/// <param name="Sha256">SHA-256 of its content, lower-case hexadecimal; empty when another part of the same step has it, or the file has not been read.</param>
internal sealed record JobFile(string Path, long Size, DateTime Modified, string Sha256)
{
    /// <summary>What of a file can be had without reading it; null when there is none.</summary>
    public static JobFile? Look(string path)
    {
        FileInfo info = new(path);
        return info.Exists ? new JobFile(path, info.Length, info.LastWriteTimeUtc, "") : null;
    }

    /// <summary>True when there is no sign that one file is another than it was; both looked at, not read.</summary>
    public bool LooksLike(JobFile other) => Path == other.Path && Size == other.Size && Modified == other.Modified;

    /// <summary>The same with the SHA-256 of the content.</summary>
    public async Task<JobFile> HashAsync(CancellationToken cancellationToken) => this with { Sha256 = (await InputFile.HashAsync(Path, null, cancellationToken)).Sha256 };
}

/// <summary>What is known of a job: whether it runs and how far it is, and, once it is done, from what it made what.</summary>
internal sealed partial record JobRecord
{
    /// <summary>Time between two signs of life.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>How far it is.</summary>
    public required JobState State { get; init; }

    /// <summary>The command line: arguments of digicam.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Version of the kit.</summary>
    public required string KitVersion { get; init; }

    /// <summary>Name of the machine.</summary>
    public required string Host { get; init; }

    /// <summary>Number of the process there.</summary>
    public required int ProcessId { get; init; }

    /// <summary>What Slurm calls it, such as 17 or 17_4 for an element of an array; null elsewhere.</summary>
    public string? SlurmJob { get; init; }

    /// <summary>When it began, UTC, by the clock of its machine.</summary>
    public required DateTime Started { get; init; }

    /// <summary>When it was last known to be alive, UTC, by the clock of its machine.</summary>
    public required DateTime SignOfLife { get; init; }

    /// <summary>What it is doing, as in "reading"; null before it has begun with anything that takes long.</summary>
    public string? Doing { get; init; }

    /// <summary>How much of that is done, in events or pixels.</summary>
    public long Progress { get; init; }

    /// <summary>How much there is to do.</summary>
    public long Total { get; init; }

    /// <summary>Why it failed, in one sentence; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>What it was made from; empty until it is done.</summary>
    public ImmutableArray<JobFile> Inputs { get; init; } = [];

    /// <summary>What it has made; empty until it is done.</summary>
    public ImmutableArray<JobFile> Outputs { get; init; } = [];

    /// <summary>Reads a record.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The record; null when there is none.</returns>
    /// <exception cref="InvalidDataException">The file is no record.</exception>
    public static JobRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<JobRecord>(File.ReadAllBytes(path), Json) ?? throw new InvalidDataException($"{path}: not a record of a job: it is empty");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: not a record of a job: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a record, of which one that cannot be read is as good as none.</summary>
    public static JobRecord? ReadOrNull(string path)
    {
        try
        {
            return Read(path);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the record; readers see this one or the one before, never a part.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    /// <summary>Why a job has to be run, with this record of it.</summary>
    /// <param name="path">Where the record is kept.</param>
    /// <param name="record">The record; null when there is none.</param>
    /// <param name="command">The command line as it is now.</param>
    /// <param name="inputs">The files it reads now.</param>
    /// <param name="outputs">The files it writes.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Half a sentence, such as "run_000.fits.fz has changed"; null when all is up to date.</returns>
    /// <remarks>Files of the same size and time of change are taken as unchanged; of others the SHA-256 decides.</remarks>
    public static async Task<string?> WhyToRunAsync(string path, JobRecord? record, IReadOnlyList<string> command, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        if (record is null) return "has not been run";
        if (record.State != JobState.Done) return record.State switch { JobState.Failed => "failed", JobState.Cancelled => "was cancelled", _ => "did not come to its end" };
        if (record.KitVersion != Provenance.CurrentKitVersion) return $"was made by version {record.KitVersion}";
        if (!record.IsOf(command)) return "has another command line";
        if (inputs.FirstOrDefault(input => record.Inputs.All(file => file.Path != input)) is { } added) return $"reads {added} now";
        if (record.Inputs.FirstOrDefault(file => !inputs.Contains(file.Path)) is { } gone) return $"no longer reads {gone.Path}";
        if (outputs.FirstOrDefault(output => record.Outputs.All(file => file.Path != output)) is { } other) return $"writes {other} now";
        foreach (JobFile file in record.Outputs.Concat(record.Inputs))
        {
            JobFile? now = JobFile.Look(file.Path);
            if (now is null) return $"{file.Path} is missing";
            if (now.LooksLike(file)) continue;
            string hash = file.Sha256.Length > 0 ? file.Sha256 : HashByOthers(path, file);
            if (now.Size != file.Size || hash.Length == 0 || (await now.HashAsync(cancellationToken)).Sha256 != hash) return $"{file.Path} has changed";
        }

        return null;
    }

    /// <summary>Whether the content of an input is for this record to know: the parts of a step read the same files, which may be large, and share them out.</summary>
    /// <param name="path">Where the record is kept.</param>
    /// <param name="input">Place of the file among the inputs.</param>
    public static bool IsForThis(string path, int input)
    {
        Match name = ElementName().Match(Path.GetFileName(path));
        return !name.Success || input % int.Parse(name.Groups["shards"].ValueSpan, CultureInfo.InvariantCulture) == int.Parse(name.Groups["shard"].ValueSpan, CultureInfo.InvariantCulture) - 1;
    }

    // What this part of a step has not read, another has.
    private static string HashByOthers(string path, JobFile file)
    {
        Match name = ElementName().Match(Path.GetFileName(path));
        return !name.Success ? "" : Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!, $"{name.Groups["step"]}.*-of-{name.Groups["shards"]}.json")
            .Select(ReadOrNull).SelectMany(record => record?.Inputs ?? []).FirstOrDefault(other => other.LooksLike(file) && other.Sha256.Length > 0)?.Sha256 ?? "";
    }

    [GeneratedRegex(@"^(?<step>.+)\.(?<shard>\d{1,9})-of-(?<shards>[1-9]\d{0,8})\.json$", RegexOptions.CultureInvariant)]
    private static partial Regex ElementName();

    /// <summary>Whether the same process writes both.</summary>
    public bool IsOfProcessOf(JobRecord other) => Host == other.Host && ProcessId == other.ProcessId && Started == other.Started;

    /// <summary>Whether this is the record of a command line, whatever the number of threads.</summary>
    public bool IsOf(IReadOnlyList<string> command) => Meaning(Command).SequenceEqual(Meaning(command));

    /// <summary>The command line without what does not change the result: how many threads share the work.</summary>
    private static IEnumerable<string> Meaning(IReadOnlyList<string> command)
    {
        for (int i = 0; i < command.Count; i++)
        {
            if (command[i] == "--threads") i++;
            else yield return command[i];
        }
    }
}
