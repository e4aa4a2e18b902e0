using DigiCam.Results;
using static System.FormattableString;

namespace DigiCam.Cli.Jobs;

/// <summary>Keeps the record of the job that this process is, from its begin to its end.</summary>
internal sealed class RunningJob : IDisposable
{
    private readonly string _path;
    private readonly Lock _lock = new();

    // Held while the record is written, which may take long; who reports how far the job is does not wait for that.
    private readonly Lock _writing = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Timer _timer;
    private JobRecord _record;

    private RunningJob(string path, IReadOnlyList<string> command)
    {
        DateTime now = DateTime.UtcNow;
        _path = path;
        _record = new JobRecord
        {
            State = JobState.Running,
            Command = [.. command],
            KitVersion = Provenance.CurrentKitVersion,
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            SlurmJob = SlurmJob,
            Started = now,
            SignOfLife = now,
        };
        _record.Write(path);
        _timer = new Timer(_ => Beat(), null, JobRecord.Heartbeat, JobRecord.Heartbeat);
    }

    /// <summary>The job that is running; null when this process keeps no record.</summary>
    public static RunningJob? Current { get; private set; }

    /// <summary>What Slurm calls this process; null elsewhere.</summary>
    public static string? SlurmJob =>
        Environment.GetEnvironmentVariable("SLURM_ARRAY_JOB_ID") is { Length: > 0 } array ? Invariant($"{array}_{Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID")}")
        : Environment.GetEnvironmentVariable("SLURM_JOB_ID") is { Length: > 0 } job ? job : null;

    /// <summary>Cancelled once the record is that of another process, which has taken the job over: nothing more is written to it.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>The last thing that was said on stderr.</summary>
    public string? LastMessage { get; private set; }

    /// <summary>Begins the record.</summary>
    /// <param name="path">Where it is kept.</param>
    /// <param name="command">The arguments of digicam.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static RunningJob Begin(string path, IReadOnlyList<string> command) => Current = new RunningJob(path, command);

    /// <summary>How far the job is; written with the next sign of life, and at once when it begins with something else.</summary>
    public void Report(string doing, long progress, long total)
    {
        lock (_lock)
        {
            bool isNew = doing != _record.Doing || total != _record.Total;
            _record = _record with { Doing = doing, Progress = progress, Total = total };
            if (isNew && _record.State == JobState.Running) _timer.Change(TimeSpan.Zero, JobRecord.Heartbeat);
        }
    }

    /// <summary>What is said on stderr: the last sentence is why a job failed.</summary>
    public void Say(string message) => LastMessage = message;

    /// <summary>Ends the record, if it is still that of this process.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void End(JobState state, string? error = null, IReadOnlyList<JobFile>? inputs = null, IReadOnlyList<JobFile>? outputs = null)
    {
        lock (_writing)
        {
            WriteOwn(Change(record => record with { State = state, Error = error, Inputs = [.. inputs ?? []], Outputs = [.. outputs ?? []], SignOfLife = DateTime.UtcNow }));
        }
    }

    public void Dispose()
    {
        // A sign of life may be on its way.
        lock (_writing)
        {
            Change(record => record.State == JobState.Running ? record with { State = JobState.Cancelled } : record);
            _timer.Dispose();
            _lost.Dispose();
        }

        Current = null;
    }

    private JobRecord Change(Func<JobRecord, JobRecord> change)
    {
        lock (_lock) return _record = change(_record);
    }

    private void Beat()
    {
        lock (_writing)
        {
            JobRecord record = Change(record => record.State == JobState.Running ? record with { SignOfLife = DateTime.UtcNow } : record);
            if (record.State != JobState.Running) return;
            try
            {
                WriteOwn(record);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The next one may succeed; a job does not end because a file server is slow.
            }
        }
    }

    // What cannot be read is nobody's.
    private void WriteOwn(JobRecord record)
    {
        if (!_lost.IsCancellationRequested && JobRecord.ReadOrNull(_path) is { } found && !found.IsOfProcessOf(record)) _ = _lost.CancelAsync();
        if (!_lost.IsCancellationRequested) record.Write(_path);
    }
}
