using System.Collections.Immutable;
using System.Text.Json;
using DigiCam.Files;
using DigiCam.Results;

namespace DigiCam.Cli.Jobs;

/// <summary>A folder with the steps of a job: what is to be run (jobs.json), the records of what has been, and the logs.</summary>
/// <param name="Path">The folder, absolute.</param>
/// <param name="Steps">The steps in an order in which they can be run.</param>
internal sealed record JobFolder(string Path, ImmutableArray<JobStep> Steps)
{
    /// <summary>Name of the file of the steps.</summary>
    public const string FileName = "jobs.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The folder of what the steps print.</summary>
    public string LogFolder => System.IO.Path.Combine(Path, "logs");

    /// <summary>The record of one element of a step.</summary>
    public string RecordPath(JobStep step, int element) => step.RecordPath(Path, element);

    /// <summary>What one element of a step prints.</summary>
    public string LogPath(JobStep step, object element) => System.IO.Path.Combine(LogFolder, System.IO.Path.GetFileNameWithoutExtension(step.RecordPath(Path, element)) + ".log");

    /// <summary>The folders of jobs in a folder: itself, or those that lie in it.</summary>
    /// <exception cref="IOException">There is none.</exception>
    /// <exception cref="InvalidDataException">A file of steps is none.</exception>
    public static IReadOnlyList<JobFolder> Find(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: no such folder");
        string[] found = [.. ((string[])[folder, .. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)]).Where(path => File.Exists(System.IO.Path.Combine(path, FileName)))];
        if (found.Length == 0) throw new FileNotFoundException($"{folder}: has no {FileName}, nor has a folder in it: digicam submit writes it");
        return [.. (found[0] == folder ? found.Take(1) : found).Select(Read)];
    }

    /// <summary>Reads the steps of a folder.</summary>
    /// <exception cref="IOException">There is no file of steps.</exception>
    /// <exception cref="InvalidDataException">The file is none.</exception>
    public static JobFolder Read(string folder)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), FileName);
        try
        {
            Content content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is empty");
            if (content.Steps.IsDefault) throw new JsonException("there are no steps");
            HashSet<string> before = [];
            foreach (JobStep? step in content.Steps)
            {
                if (step?.Name is null) throw new JsonException("a step has no name");
                if (step.Shards < 0 || (step.Shards > 0 && step.Outputs.Length != step.Shards) || ((ImmutableArray<string>[])[step.Arguments, step.Inputs, step.Outputs, step.After]).Any(words => words.IsDefault || words.Any(word => word is null)))
                {
                    throw new JsonException($"the step {step.Name} makes no sense");
                }

                if (step.After.FirstOrDefault(name => !before.Contains(name)) is { } unknown) throw new JsonException($"the step {step.Name} comes after {unknown}, which is not before it");
                if (!before.Add(step.Name)) throw new JsonException($"there are two steps {step.Name}");
            }

            return new JobFolder(System.IO.Path.GetDirectoryName(path)!, content.Steps);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: not a file of steps: {exception.Message}", exception);
        }
    }

    /// <summary>Writes the steps and removes the records of steps that were others before: what they say would be misleading.</summary>
    /// <param name="keepsOthers">Records of steps that are not here are kept: they may come back.</param>
    /// <exception cref="IOException">The folder cannot be written, or a record that would be removed is that of a job which is running.</exception>
    public void Write(bool keepsOthers = false)
    {
        Directory.CreateDirectory(LogFolder);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "records"));
        Dictionary<string, ImmutableArray<string>> commands = Steps.SelectMany(step => step.Elements.Select(element => (RecordPath(step, element), step.ArgumentsOf(element)))).ToDictionary();
        JobStatus status = new();
        List<string> outdated = [];
        foreach (string path in Directory.GetFiles(System.IO.Path.Combine(Path, "records"), "*.json"))
        {
            JobRecord? record = JobRecord.ReadOrNull(path);
            if (commands.TryGetValue(path, out ImmutableArray<string> command) ? record is not null && record.IsOf(command) : keepsOthers) continue;
            if (record is { State: JobState.Running } && status.IsAlive(path, record))
            {
                throw new IOException(FormattableString.Invariant($"{Path}: {System.IO.Path.GetFileNameWithoutExtension(path)} is running there with other options (process {record.ProcessId} on {record.Host}); wait for it, end it or take another folder"));
            }

            outdated.Add(path);
        }

        foreach (string path in outdated) File.Delete(path);

        AtomicFile.Write(System.IO.Path.Combine(Path, FileName), stream => JsonSerializer.Serialize(stream, new Content(Provenance.CurrentKitVersion, Steps), Json));
    }

    private sealed record Content(string KitVersion, ImmutableArray<JobStep> Steps);
}
