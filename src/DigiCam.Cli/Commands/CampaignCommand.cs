using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using DigiCam.Cli.Campaigns;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Files;

namespace DigiCam.Cli.Commands;

/// <summary>digicam campaign: all tasks of a plan in the order of their dependencies, with executed notebooks and an index page at the end.</summary>
internal static class CampaignCommand
{
    private const string Name = "campaign";
    private const int MostJobsByDefault = 4;

    public static Command Create()
    {
        Argument<string> plan = new("PLAN") { Description = "plan of the campaign (YAML)" };
        Option<string?> output = new("--output_directory", "-o") { Description = "folder of all that is written [default: what the plan says]" };
        Option<int> jobs = new("--jobs", "-j") { Description = "processes that run at the same time", DefaultValueFactory = _ => Math.Min(MostJobsByDefault, Environment.ProcessorCount) };
        Option<bool> dryRun = new("--dry-run") { Description = "tell what would be run and why, and run nothing" };
        Option<bool> index = new("--index") { Description = "write reports and index of what there is, and run nothing" };
        Option<bool> slurm = new("--slurm") { Description = "write scripts for Slurm instead of running anything" };
        SlurmOptionSet slurmOptions = new();
        Command command = new(Name, "Run the tasks of a plan in the order of their dependencies, with notebooks and an index page at the end. What is up to date is not run again.") { plan, output, jobs, dryRun, index, slurm };
        foreach (Option option in slurmOptions.All) command.Add(option);
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, async () =>
        {
            if (result.GetValue(jobs) is < 1 and var few) throw new UsageException(FormattableString.Invariant($"--jobs {few}: at least 1 process is needed"));
            bool[] modes = [result.GetValue(dryRun), result.GetValue(index), result.GetValue(slurm)];
            if (modes.Count(mode => mode) > 1) throw new UsageException("only one of --dry-run, --index and --slurm makes sense");
            if (!result.GetValue(slurm) && slurmOptions.All.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } alone) throw new UsageException($"{alone.Name} needs --slurm");
            PlannedCampaign campaign = PlannedCampaign.Of(CommissioningPlanReader.Read(result.GetRequiredValue(plan), result.GetValue(output)));
            foreach (PlannedTask task in campaign.Tasks.Where(task => task.Problem is not null)) CommandHost.Say(Name, $"{task.Task.Name}: {task.Problem}");
            if (result.GetValue(index)) return WriteIndex(campaign, cancellationToken);
            if (result.GetValue(dryRun)) return await TellAsync(campaign, cancellationToken);
            return result.GetValue(slurm)
                ? await SubmitAsync(campaign, slurmOptions.Read(result), slurmOptions.Submit(result), cancellationToken)
                : await RunAsync(campaign, result.GetValue(jobs), cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(PlannedCampaign campaign, int jobs, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using FileStream _ = Lock(campaign);
        JobStep indexStep = campaign.IndexStep;
        JobFolder all = new(campaign.JobFolder, [.. campaign.Steps, indexStep]);
        all.Write(KeepsOthers(campaign));
        CampaignRunner runner = new(all with { Steps = campaign.Steps }, jobs);
        await runner.RunAsync(cancellationToken);

        // Always: the title, the tasks of the plan and files that are away change the page where no step has to be run.
        using (RunningJob job = RunningJob.Begin(all.RecordPath(indexStep, 0), indexStep.Arguments))
        {
            try
            {
                CampaignReports.Write(campaign, cancellationToken);
                job.End(JobState.Done, outputs: [await JobFile.Look(campaign.IndexPath)!.HashAsync(cancellationToken)]);
            }
            catch (Exception exception)
            {
                job.End(exception is OperationCanceledException ? JobState.Cancelled : JobState.Failed, exception.Message);
                throw;
            }
        }

        Console.WriteLine($"index: {campaign.IndexPath}");
        int unplanned = campaign.Tasks.Count(task => task.Problem is not null);
        string failures = (runner.Failed + runner.Blocked > 0 ? FormattableString.Invariant($", {runner.Failed} failed, {runner.Blocked} not begun") : "")
            + (unplanned > 0 ? FormattableString.Invariant($", {Display.Count(unplanned, "task")} left out") : "");
        Console.WriteLine(FormattableString.Invariant($"campaign: {Display.Count(runner.Run, "step")} run, {runner.UpToDate} up to date{failures}, {watch.Elapsed.TotalSeconds:F1} s"));
        return runner.Failed + runner.Blocked + unplanned == 0 ? 0 : CommandHost.Failure;
    }

    private static int WriteIndex(PlannedCampaign campaign, CancellationToken cancellationToken)
    {
        CampaignReports.Write(campaign, cancellationToken);
        Console.WriteLine($"index: {campaign.IndexPath}");
        return 0;
    }

    private static async Task<int> TellAsync(PlannedCampaign campaign, CancellationToken cancellationToken)
    {
        HashSet<string> runs = [];
        int upToDate = 0;
        int toRun = 0;
        foreach (JobStep step in campaign.Steps)
        {
            foreach (int element in step.Elements)
            {
                string record = step.RecordPath(campaign.JobFolder, element);
                string? why = await JobRecord.WhyToRunAsync(record, JobRecord.ReadOrNull(record), step.ArgumentsOf(element), step.Inputs, step.OutputsOf(element), cancellationToken);
                string? before = step.After.FirstOrDefault(runs.Contains);
                if (why is null && before is null)
                {
                    upToDate++;
                    continue;
                }

                toRun++;
                runs.Add(step.Name);
                Console.WriteLine($"{step.TitleOf(element)}: {(why is null ? $"may have to be run, {before} comes before it" : $"would be run: {why}")}");
            }
        }

        Console.WriteLine(FormattableString.Invariant($"campaign: {Display.Count(toRun, "step")} to run, {upToDate} up to date"));
        return campaign.Tasks.All(task => task.Problem is null) ? 0 : CommandHost.Failure;
    }

    private static async Task<int> SubmitAsync(PlannedCampaign campaign, SlurmOptions options, bool submit, CancellationToken cancellationToken)
    {
        SubmitCommand.Check(campaign.Steps);
        JobFolder job = new(campaign.JobFolder, [.. campaign.Steps, campaign.IndexStep with { Always = true }]);
        SlurmScripts.Write(job, options, KeepsOthers(campaign));
        Console.WriteLine(FormattableString.Invariant($"{job.Path}: scripts of {Display.Count(job.Steps.Length, "step")}"));
        if (submit) Console.Write(await SlurmScripts.SubmitAsync(job, cancellationToken));
        else Console.WriteLine($"submit them by {SlurmScripts.Quote(Path.Combine(job.Path, SlurmScripts.SubmitName))}");
        return campaign.Tasks.All(task => task.Problem is null) ? 0 : CommandHost.Failure;
    }

    // A task that has lost a file for a while has not lost what it had done.
    private static bool KeepsOthers(PlannedCampaign campaign) => campaign.Tasks.Any(task => task.Problem is not null);

    // Two of them would run the same steps into the same files.
    private static FileStream Lock(PlannedCampaign campaign)
    {
        string path = Path.Combine(campaign.JobFolder, ".lock");
        AtomicFile.CheckTarget(path);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception)
        {
            throw new IOException($"{campaign.Plan.Output}: another digicam campaign runs there: {exception.Message}", exception);
        }
    }
}
