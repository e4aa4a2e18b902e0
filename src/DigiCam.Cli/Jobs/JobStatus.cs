using System.Collections.Immutable;
using System.Diagnostics;

namespace DigiCam.Cli.Jobs;

/// <summary>How one element of a step is seen from outside.</summary>
internal enum ElementState
{
    /// <summary>It has not begun.</summary>
    Waiting,

    /// <summary>It shows signs of life.</summary>
    Running,

    /// <summary>Its record says that it runs, but there is no sign of life: it was killed, its machine is down, or it waits to be started again.</summary>
    Silent,

    /// <summary>It was told to end.</summary>
    Cancelled,

    /// <summary>It ended with an error, or what it made is gone.</summary>
    Failed,

    /// <summary>All its files are there.</summary>
    Done,
}

/// <summary>One element of a step: a part of the input, or the whole.</summary>
/// <param name="Step">The step.</param>
/// <param name="Element">The part, from 1 on; 0 for the whole.</param>
/// <param name="State">Its state.</param>
/// <param name="Record">Its record; null when it has not begun, or its record cannot be read.</param>
/// <param name="Problem">Why it failed; null otherwise.</param>
/// <param name="Log">What it printed; null when there is no such file.</param>
internal sealed record ElementStatus(JobStep Step, int Element, ElementState State, JobRecord? Record, string? Problem, string? Log);

/// <summary>Looks at the steps of jobs through their records and files, without asking anybody.</summary>
internal sealed class JobStatus
{
    // File servers may show a change a minute late.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Signs of life come every 5 s; a process that is gone from this machine is not waited for longer.
    private static readonly TimeSpan PatienceWithTheGone = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, (DateTime SignOfLife, long Seen)> _seen = [];

    /// <summary>Looks once.</summary>
    public ImmutableArray<ElementStatus> Look(JobFolder job)
    {
        DateTime now = FileServerTime(job.Path);
        return [.. job.Steps.SelectMany(step => step.Elements.Select(element => Look(job, step, element, now)))];
    }

    /// <summary>Whether the process of a record that says so may still be running; to be asked again and again.</summary>
    /// <param name="path">Where the record is kept.</param>
    /// <param name="record">The record, another process's.</param>
    public bool IsAlive(string path, JobRecord record) =>
        !(record.Host == Environment.MachineName && (record.ProcessId == Environment.ProcessId || !Exists(record.ProcessId))) && !IsSilent(path, record, FileServerTime(Path.GetDirectoryName(Path.GetFullPath(path))!));

    private ElementStatus Look(JobFolder job, JobStep step, int element, DateTime now)
    {
        string path = job.RecordPath(step, element);
        string log = job.LogPath(step, element);
        JobRecord? record;
        try
        {
            record = JobRecord.Read(path);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The others have theirs.
            return new ElementStatus(step, element, ElementState.Failed, null, exception.Message, File.Exists(log) ? log : null);
        }

        string? problem = record?.State switch { JobState.Failed => record.Error, JobState.Done => Missing(record), _ => null };
        ElementState state = record?.State switch
        {
            null => ElementState.Waiting,
            JobState.Running => IsSilent(path, record, now) ? ElementState.Silent : ElementState.Running,
            JobState.Cancelled => ElementState.Cancelled,
            JobState.Failed => ElementState.Failed,
            _ => problem is null ? ElementState.Done : ElementState.Failed,
        };
        return new ElementStatus(step, element, state, record, problem, File.Exists(log) ? log : null);
    }

    // Whether a file still has the right content is for the next step to find out: reading all would take long.
    private static string? Missing(JobRecord record) =>
        record.Outputs.FirstOrDefault(file => JobFile.Look(file.Path)?.Size != file.Size) is { } file ? $"{file.Path} is missing or has another size than when it was written" : null;

    // Clocks of other machines may be wrong. What counts is when the file server saw the last change, and for who looks again, whether there was another one.
    private bool IsSilent(string path, JobRecord record, DateTime now)
    {
        TimeSpan age = now - File.GetLastWriteTimeUtc(path);
        if (_seen.TryGetValue(path, out (DateTime SignOfLife, long Seen) before))
        {
            if (before.SignOfLife != record.SignOfLife) age = TimeSpan.Zero;
            else if (Stopwatch.GetElapsedTime(before.Seen) is var unchanged && unchanged > age) age = unchanged;
        }

        if (before.SignOfLife != record.SignOfLife) _seen[path] = (record.SignOfLife, Stopwatch.GetTimestamp());
        return age > Patience || (age > PatienceWithTheGone && record.Host == Environment.MachineName && !Exists(record.ProcessId));
    }

    private static bool Exists(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // The time by the clock that stamps the records; where nothing may be written, that of this machine.
    private static DateTime FileServerTime(string folder)
    {
        string path = Path.Combine(folder, $".clock.{Guid.NewGuid():N}.tmp");
        try
        {
            using FileStream stream = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            stream.WriteByte(0);
            stream.Flush();
            return File.GetLastWriteTimeUtc(stream.SafeFileHandle);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return DateTime.UtcNow;
        }
    }
}
