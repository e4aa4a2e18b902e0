using System.Collections.Immutable;
using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>digicam status: how far the steps of jobs are, from their records.</summary>
internal static class StatusCommand
{
    private const string Name = "status";

    /// <summary>Exit code when all that is wrong is that something has not ended yet.</summary>
    private const int NotReady = 2;

    // Beside what is done, in the order in which they are shown.
    private static readonly ImmutableArray<ElementState> OtherStates = [ElementState.Running, ElementState.Failed, ElementState.Cancelled, ElementState.Silent, ElementState.Waiting];

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        Argument<string> folder = new("FOLDER") { Description = "folder of a job, or one with several of them [default: .]", DefaultValueFactory = _ => "." };
        Option<bool> json = new("--json") { Description = "print JSON" };
        Option<bool> watch = new("--watch") { Description = "look again and again until all has ended" };
        Command command = new(Name, "How far submitted jobs are, from their records and files. Exit code 0: all done, 1: something failed, was cancelled or is silent, 2: not ready yet.") { folder, json, watch };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => RunAsync(result.GetRequiredValue(folder), result.GetValue(json), result.GetValue(watch), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string folder, bool json, bool watch, CancellationToken cancellationToken)
    {
        if (json && watch) throw new UsageException("--json and --watch do not go together");
        JobStatus status = new();
        while (true)
        {
            (JobFolder Job, ImmutableArray<ElementStatus> Elements)[] jobs = [.. JobFolder.Find(folder).Select(job => (job, status.Look(job)))];
            ElementStatus[] all = [.. jobs.SelectMany(job => job.Elements)];
            if (json) WriteJson(jobs);
            else Write(jobs, all);
            int exitCode = all.Any(e => e.State is ElementState.Failed or ElementState.Cancelled or ElementState.Silent) ? CommandHost.Failure
                : all.Any(e => e.State is ElementState.Waiting or ElementState.Running) ? NotReady : 0;

            // What is silent or waits may yet be started; what waits for something that failed will not.
            bool isOver = all.All(e => e.State is not (ElementState.Running or ElementState.Silent)) && exitCode != NotReady;
            if (!watch || isOver) return exitCode;
            await Task.Delay(WatchInterval, cancellationToken);
        }
    }

    private static void Write((JobFolder Job, ImmutableArray<ElementStatus> Elements)[] jobs, ElementStatus[] all)
    {
        foreach ((JobFolder job, ImmutableArray<ElementStatus> elements) in jobs)
        {
            if (jobs.Length > 1) Console.WriteLine(job.Path);
            Table table = Display.CreateTable(["step"], ["done", .. OtherStates.Select(Word)]);
            foreach (IGrouping<string, ElementStatus> step in elements.GroupBy(e => e.Step.Name))
            {
                table.AddRow([Markup.Escape(step.Key), FormattableString.Invariant($"{Count(step, ElementState.Done)} of {step.Count()}"),
                    .. OtherStates.Select(state => Count(step, state) is > 0 and var n ? FormattableString.Invariant($"{n}") : "")]);
            }

            Display.Write(table);
            foreach (ElementStatus element in elements)
            {
                if (Describe(element) is { } text) Console.WriteLine($"{element.Step.TitleOf(element.Element)}: {text}");
            }
        }

        IEnumerable<string> counts = OtherStates.Where(state => Count(all, state) > 0).Select(state => FormattableString.Invariant($"{Count(all, state)} {Word(state)}"));
        Console.WriteLine(string.Join(", ", [FormattableString.Invariant($"{Count(all, ElementState.Done)} of {all.Length} done"), .. counts]));
    }

    private static int Count(IEnumerable<ElementStatus> elements, ElementState state) => elements.Count(e => e.State == state);

    private static string Word(ElementState state) => state.ToString().ToLowerInvariant();

    private static string? Describe(ElementStatus element)
    {
        string log = element.Log is null ? "" : $"; see {element.Log}";
        return element.State switch
        {
            ElementState.Running => FormattableString.Invariant($"running on {element.Record!.Host} since {element.Record.Started:yyyy-MM-dd HH:mm:ss} UTC{Progress(element.Record)}"),
            ElementState.Failed => $"failed: {element.Problem}{log}",
            ElementState.Cancelled => $"cancelled{log}",
            ElementState.Silent => FormattableString.Invariant($"no sign of life from process {element.Record!.ProcessId} on {element.Record.Host}{Progress(element.Record)}: it was killed, or waits to be started again{log}"),
            _ => null,
        };
    }

    private static string Progress(JobRecord record) => record.Total > 0 ? FormattableString.Invariant($", {record.Doing} {record.Progress} of {record.Total} ({100.0 * record.Progress / record.Total:F0} %)") : record.Doing is null ? "" : $", {record.Doing}";

    private static void WriteJson((JobFolder Job, ImmutableArray<ElementStatus> Elements)[] jobs) => Display.WriteJson(jobs.Select(job => new
    {
        Folder = job.Job.Path,
        Steps = job.Elements.GroupBy(e => e.Step.Name).Select(step => new
        {
            Name = step.Key,
            Done = Count(step, ElementState.Done),
            Total = step.Count(),
            Elements = step.Select(e => new
            {
                Name = e.Step.TitleOf(e.Element),
                State = Word(e.State),
                e.Record?.Host,
                e.Record?.ProcessId,
                e.Record?.SlurmJob,
                e.Record?.Started,
                e.Record?.SignOfLife,
                e.Record?.Doing,
                e.Record?.Progress,
                e.Record?.Total,
                Error = e.Problem,
                e.Log,
            }),
        }),
    }));
}
