using System.CommandLine;
using System.CommandLine.Parsing;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Files;

namespace DigiCam.Cli.Commands;

/// <summary>digicam job: runs a command and keeps a record of it, by which others see how far it is, and by which it is not run again in vain.</summary>
internal static class JobCommand
{
    private const string Name = "job";

    private static readonly TimeSpan WaitInterval = TimeSpan.FromSeconds(1);

    /// <summary>Makes the command.</summary>
    /// <param name="root">The command whose commands it runs.</param>
    public static Command Create(Command root)
    {
        Option<string> record = new("--record") { Description = "file of the record (JSON)", Required = true };
        Option<string[]> inputs = new("--input") { Description = "a file that the command reads; may be given several times", DefaultValueFactory = _ => [] };
        Option<string[]> outputs = new("--output") { Description = "a file that the command writes; may be given several times", DefaultValueFactory = _ => [] };
        Option<bool> always = new("--always") { Description = "run it even where the record says that it is done" };
        Option<bool> attached = new("--attached") { Description = "end as at Ctrl+C when stdin is closed, as when the program that started this one is gone", Hidden = true };
        Argument<string[]> words = new("COMMAND") { Description = "the command and its options, after --", Arity = ArgumentArity.OneOrMore };
        Command command = new(Name, "Run a command and keep a record of it. What the record says is done, with inputs and outputs unchanged, is not done again.") { record, inputs, outputs, always, attached, words };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => WhileAttachedAsync(result.GetValue(attached), cancellationToken, ct => RunAsync(
            root, result.GetRequiredValue(record), [.. result.GetRequiredValue(inputs).Select(Path.GetFullPath)], [.. result.GetRequiredValue(outputs).Select(Path.GetFullPath)],
            result.GetRequiredValue(words), result.GetValue(always), ct))));
        return command;
    }

    // Whoever started this may be killed, and then cannot tell anybody; its end of the pipe is closed all the same.
    private static async Task<int> WhileAttachedAsync(bool attached, CancellationToken cancellationToken, Func<CancellationToken, Task<int>> work)
    {
        if (!attached) return await work(cancellationToken);
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using Stream input = Console.OpenStandardInput();
        _ = Task.Factory.StartNew(
            () =>
            {
                while (input.ReadByte() >= 0)
                {
                }

                try
                {
                    source.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // The work was done just then.
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await work(source.Token);
    }

    private static async Task<int> RunAsync(Command root, string path, string[] inputs, string[] outputs, string[] words, bool always, CancellationToken cancellationToken)
    {
        if (words[0] == Name) throw new UsageException("a job does not run another");
        AtomicFile.CheckTarget(path);
        for (bool isFirst = true; ; isFirst = false)
        {
            // What has once been lost to another process is not taken back from it.
            await WaitForOtherAsync(path, takesRequeued: isFirst, cancellationToken);
            if (!always && await JobRecord.WhyToRunAsync(path, JobRecord.ReadOrNull(path), words, inputs, outputs, cancellationToken) is null)
            {
                Console.WriteLine($"up to date: {string.Join(' ', words)}");
                return 0;
            }

            using RunningJob job = RunningJob.Begin(path, words);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, job.Lost);
            try
            {
                int exitCode = await RunAsync(root, job, path, inputs, outputs, words, either.Token);
                if (IsOurs()) return exitCode;
            }
            catch (Exception exception)
            {
                if (exception is OperationCanceledException) job.End(JobState.Cancelled);
                else job.End(JobState.Failed, CommandHost.IsBadInput(exception) ? exception.Message : $"{exception.GetType().Name}: {exception.Message}");
                if (IsOurs()) throw;
            }

            bool IsOurs() => cancellationToken.IsCancellationRequested || !job.Lost.IsCancellationRequested;
        }
    }

    // Two processes at the same job would replace each other's files. One that Slurm has started again is the only one, whatever the record says.
    private static async Task WaitForOtherAsync(string path, bool takesRequeued, CancellationToken cancellationToken)
    {
        JobStatus status = new();
        for (bool isSaid = false; JobRecord.ReadOrNull(path) is { State: JobState.Running } other && status.IsAlive(path, other); isSaid = true)
        {
            if (takesRequeued && other.SlurmJob is { } slurmJob && slurmJob == RunningJob.SlurmJob) return;
            if (!isSaid) Console.WriteLine(FormattableString.Invariant($"waiting: process {other.ProcessId} on {other.Host} is at it since {other.Started:yyyy-MM-dd HH:mm:ss} UTC"));
            await Task.Delay(WaitInterval, cancellationToken);
        }
    }

    private static async Task<int> RunAsync(Command root, RunningJob job, string path, string[] inputs, string[] outputs, string[] words, CancellationToken cancellationToken)
    {
        ParseResult parsed = root.Parse(words);
        if (parsed.Errors.Count > 0) throw new UsageException($"{words[0]}: {parsed.Errors[0].Message}");

        // Times before the command reads: a file that changes while it is read is then seen to have changed.
        JobFile[] before = [.. inputs.Select(Existing)];
        JobFile?[] old = [.. outputs.Select(JobFile.Look)];
        int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
        if (exitCode == CommandHost.Cancelled)
        {
            job.End(JobState.Cancelled);
            return exitCode;
        }

        if (exitCode != 0)
        {
            job.End(JobState.Failed, job.LastMessage ?? FormattableString.Invariant($"exit code {exitCode}"));
            return exitCode;
        }

        job.Report("checking files", 0, 0);
        List<JobFile> read = [];
        foreach (JobFile file in before)
        {
            read.Add(JobRecord.IsForThis(path, read.Count) ? await file.HashAsync(cancellationToken) : file);
            if (!Existing(file.Path).LooksLike(file)) throw new InvalidDataException($"{file.Path}: was changed while it was read");
        }

        List<JobFile> written = [];
        foreach (string output in outputs)
        {
            // What lay there before is not what the command has made.
            JobFile? now = JobFile.Look(output);
            if (now is null || (old[written.Count] is { } then && now.LooksLike(then))) throw new IOException($"{output}: {words[0]} did not write it");
            written.Add(await now.HashAsync(cancellationToken));
        }

        job.End(JobState.Done, inputs: read, outputs: written);
        return 0;
    }

    private static JobFile Existing(string path) => JobFile.Look(path) ?? throw new FileNotFoundException($"{path}: no such file", path);
}
