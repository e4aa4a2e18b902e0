using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;

namespace DigiCam.Cli.Campaigns;

/// <summary>
/// Runs the steps of a campaign on this machine, each as <c>digicam job</c> in a process of its own: in the order of their dependencies, several at the same time, without those that are up to date. A step that fails
/// stops what depends on it and nothing else.
/// </summary>
/// <param name="job">The folder and the steps.</param>
/// <param name="jobs">Processes that run at the same time at most.</param>
internal sealed class CampaignRunner(JobFolder job, int jobs)
{
    // Some terminals do not say how wide they are.
    private const int MinimalWidth = 20;
    private const int WidthWithoutTerminal = 120;

    // A process that is told to end stops within a batch of events; after this time it is killed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(jobs);
    private readonly ConcurrentDictionary<string, JobStep> _running = new(StringComparer.Ordinal);
    private readonly Lock _console = new();
    private readonly bool _showsProgress = !Console.IsErrorRedirected;
    private int _width;
    private int _run;
    private int _upToDate;
    private int _failed;
    private int _blocked;

    /// <summary>Elements of steps that were run to their end.</summary>
    public int Run => _run;

    /// <summary>Elements of steps that were up to date.</summary>
    public int UpToDate => _upToDate;

    /// <summary>Elements of steps that failed.</summary>
    public int Failed => _failed;

    /// <summary>Elements of steps that were not begun because one before them failed.</summary>
    public int Blocked => _blocked;

    /// <summary>Runs all steps.</summary>
    /// <param name="cancellationToken">Tells all processes to end, and waits for them.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, Task<bool>> steps = new(StringComparer.Ordinal);
        foreach (JobStep step in job.Steps)
        {
            Task<bool>[] before = [.. step.After.Select(name => steps[name])];
            steps.Add(step.Name, Task.Run(() => RunAsync(step, before, cancellationToken), CancellationToken.None));
        }

        Task all = Task.WhenAll(steps.Values);
        while (await Task.WhenAny(all, Task.Delay(ProgressInterval, CancellationToken.None)) != all) ShowProgress();
        ShowProgress();
        await all;
    }

    private async Task<bool> RunAsync(JobStep step, Task<bool>[] before, CancellationToken cancellationToken)
    {
        if ((await Task.WhenAll(before)).Contains(false))
        {
            Interlocked.Add(ref _blocked, step.Elements.Count());
            Say($"{step.Name}: not begun, a step before it failed");
            return false;
        }

        return !(await Task.WhenAll(step.Elements.Select(element => RunAsync(step, element, cancellationToken)))).Contains(false);
    }

    private async Task<bool> RunAsync(JobStep step, int element, CancellationToken cancellationToken)
    {
        string path = job.RecordPath(step, element);
        await _places.WaitAsync(cancellationToken);
        try
        {
            string? why = await JobRecord.WhyToRunAsync(path, JobRecord.ReadOrNull(path), step.ArgumentsOf(element), step.Inputs, step.OutputsOf(element), cancellationToken);
            if (why is null)
            {
                Interlocked.Increment(ref _upToDate);
                return true;
            }

            Say($"{step.TitleOf(element)}: begins ({why})");
            Stopwatch watch = Stopwatch.StartNew();
            _running[path] = step;
            int exitCode = await RunProcessAsync(step, element, path, cancellationToken);
            _running.TryRemove(path, out _);
            cancellationToken.ThrowIfCancellationRequested();
            if (exitCode == 0)
            {
                Interlocked.Increment(ref _run);
                Say(FormattableString.Invariant($"{step.TitleOf(element)}: done in {watch.Elapsed.TotalSeconds:F1} s"));
                return true;
            }

            JobRecord? record = JobRecord.ReadOrNull(path);
            return Fail(record is { State: JobState.Failed, Error: { } error } ? error : FormattableString.Invariant($"its process ended with exit code {exitCode}; see {job.LogPath(step, element)}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Fail(exception.Message);
        }
        finally
        {
            _running.TryRemove(path, out _);
            _places.Release();
        }

        bool Fail(string cause)
        {
            Interlocked.Increment(ref _failed);
            Hide(() => CommandHost.Say("campaign", $"{step.TitleOf(element)} failed: {cause}"));
            return false;
        }
    }

    private async Task<int> RunProcessAsync(JobStep step, int element, string record, CancellationToken cancellationToken)
    {
        string[] program = SlurmScripts.RunningProgram();
        ProcessStartInfo start = new(program[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        IEnumerable<string> arguments =
        [
            .. program.Skip(1), "job", "--attached", "--record", record, .. step.Inputs.SelectMany(path => (string[])["--input", path]), .. step.OutputsOf(element).SelectMany(path => (string[])["--output", path]),
            "--", .. step.ArgumentsOf(element),
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using FileStream log = new(job.LogPath(step, element), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1);
        using Process process = Process.Start(start)!;
        Task[] copies = [CopyAsync(process.StandardOutput.BaseStream, log), CopyAsync(process.StandardError.BaseStream, log)];
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It listens at the other end.
            process.StandardInput.Close();
            using CancellationTokenSource patience = new(Patience);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        await Task.WhenAll(copies);
        return process.ExitCode;
    }

    private static async Task CopyAsync(Stream from, FileStream log)
    {
        byte[] buffer = new byte[1 << 14];
        IOException? failure = null;
        while (await from.ReadAsync(buffer) is > 0 and var count)
        {
            // Nobody else empties the pipe, and a process that finds it full waits.
            if (failure is not null) continue;
            try
            {
                lock (log) log.Write(buffer, 0, count);
            }
            catch (IOException exception)
            {
                failure = exception;
            }
        }

        if (failure is not null) throw new IOException($"{log.Name}: cannot be written: {failure.Message}", failure);
    }

    private void Say(string text) => Hide(() => Console.WriteLine(text));

    // Lines go above that of the progress.
    private void Hide(Action print)
    {
        lock (_console)
        {
            Progress("");
            print();
        }
    }

    private void ShowProgress()
    {
        if (!_showsProgress) return;
        string[] running = [.. _running.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Describe(pair.Key, pair.Value))];
        lock (_console) Progress(string.Join(", ", running));
    }

    private static string Describe(string path, JobStep step)
    {
        JobRecord? record = JobRecord.ReadOrNull(path);
        string name = Path.GetFileNameWithoutExtension(path);
        return record is { State: JobState.Running, Total: > 0 } ? FormattableString.Invariant($"{name} {100.0 * record.Progress / record.Total:F0} %") : step.Shards > 0 ? name : step.Name;
    }

    private void Progress(string text)
    {
        if (!_showsProgress || (text.Length == 0 && _width == 0)) return;
        int room = Console.BufferWidth > MinimalWidth ? Console.BufferWidth - 1 : WidthWithoutTerminal;
        string line = text.Length > room ? text[..(room - 3)] + "..." : text;
        Console.Error.Write('\r' + line.PadRight(_width) + (line.Length == 0 ? "\r" : ""));
        _width = line.Length;
    }
}
