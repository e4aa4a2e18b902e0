using System.Collections.Immutable;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Plans;
using DigiCam.Runs;
using DigiCam.Synchronisation;
using DigiCam.Zfits;

namespace DigiCam.Cli.Campaigns;

/// <summary>The steps of a campaign, task by task.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Tasks">The tasks in the order of the plan.</param>
internal sealed record PlannedCampaign(CommissioningPlan Plan, ImmutableArray<PlannedTask> Tasks)
{
    /// <summary>Name of the step that writes reports and index.</summary>
    public const string IndexName = "index";

    /// <summary>The folder of the records, logs and scripts.</summary>
    public string JobFolder => Path.Combine(Plan.Output, "jobs");

    /// <summary>The index page.</summary>
    public string IndexPath => Path.Combine(Plan.Output, Kernel.Reports.CampaignIndex.FileName);

    /// <summary>All steps but that of the index, in an order in which they can be run.</summary>
    public ImmutableArray<JobStep> Steps => [.. Tasks.SelectMany(task => task.Steps.Concat(task.Reports.Select(report => report.Step).OfType<JobStep>()))];

    /// <summary>The reports with their titles, in the order of the tasks.</summary>
    public IEnumerable<(PlannedTask Task, PlannedReport Report)> Reports => Tasks.SelectMany(task => task.Reports.Select(report => (task, report)));

    /// <summary>The step that writes reports and index of what there is, whatever became of the steps before.</summary>
    public JobStep IndexStep => new()
    {
        Name = IndexName,
        Description = "writes the reports of the notebooks and the index page",
        Arguments = ["campaign", Plan.Path, "--output_directory", Plan.Output, "--index"],
        Outputs = [IndexPath],
        After = [.. Steps.Select(step => step.Name)],
    };

    /// <summary>Takes a plan apart. A task whose files cannot be found has a problem instead of steps, and so have those that need it.</summary>
    /// <exception cref="PlanException">The options of a task make no sense.</exception>
    public static PlannedCampaign Of(CommissioningPlan plan)
    {
        Dictionary<CommissioningTask, PlannedTask> planned = [];
        Dictionary<string, string> makers = new(StringComparer.Ordinal);
        foreach (CommissioningTask task in plan.Tasks)
        {
            PlannedTask made = Of(plan, task, planned, makers);
            planned.Add(task, made);
            foreach (JobStep step in made.Steps)
            {
                foreach (string output in step.Outputs) makers[output] = step.Name;
            }
        }

        return new PlannedCampaign(plan, [.. plan.Tasks.Select(task => planned[task])]);
    }

    private static PlannedTask Of(CommissioningPlan plan, CommissioningTask task, Dictionary<CommissioningTask, PlannedTask> planned, Dictionary<string, string> makers)
    {
        string? problem = task.Before.Select(before => planned[before].Problem is { } cause ? Because(before, cause) : null).OfType<string>().FirstOrDefault();
        ImmutableArray<JobStep> steps = [];
        if (problem is null)
        {
            try
            {
                steps = TaskSteps.Of(CommandLine(plan, task), task.Shards, task.Name, Path.GetDirectoryName(plan.Path));
            }
            catch (Exception exception) when (exception is UsageException or PlanException)
            {
                throw new PlanException(plan.Path, task.Line, task.Name, exception.Message, exception);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or ZFitsFormatException)
            {
                problem = exception.Message;
            }
        }

        // A step waits for those that make what it reads; the first ones also for what the plan says.
        string[] explicitly = [.. task.After.SelectMany(before => planned[before].Steps).Select(step => step.Name)];
        steps = [.. steps.Select(step => step with { After = [.. step.After.Concat(step.Inputs.Select(input => makers.GetValueOrDefault(input)).OfType<string>()).Concat(step.After.IsEmpty ? explicitly : []).Distinct()] })];
        return new PlannedTask(task, steps, task.Report ? [.. task.Kind.Notebooks.Select(notebook => Report(plan, task, notebook, steps))] : [], problem);
    }

    private static string Because(CommissioningTask task, string problem) => problem.Contains(" cannot be run: ", StringComparison.Ordinal) ? problem : $"{task.Name} cannot be run: {problem}";

    private static ImmutableArray<string> CommandLine(CommissioningPlan plan, CommissioningTask task)
    {
        List<string> words = [task.Kind.Name, .. task.Kind.Stages, "--output_directory", task.Output];
        if (task.Scan is { } scan) words.AddRange("--directory", scan.Output);
        if (task.ScanPlan is { } scanPlan) words.AddRange("--scan_plan", scanPlan);
        if (task.Files.Length > 0)
        {
            string[] files = [.. InputFiles(plan, task).Select(file => Path.GetRelativePath(plan.Input, file))];
            if (files.FirstOrDefault(file => file.Contains(',', StringComparison.Ordinal)) is { } comma) throw new UsageException($"{comma}: the name of a camera file holds a comma, which separates files");
            words.AddRange("--directory", plan.Input, "--file_list", string.Join(',', files));
        }

        if (task.HvOff is { } hvOff) words.AddRange(task.Kind.IsScan ? "--input_fit_hvoff_filename" : "--input_fit_filename", hvOff.Path);
        if (task.Dark is { } dark) words.AddRange("--input_fit_dark_filename", dark.Path);
        return [.. words, .. task.Options];
    }

    private static ImmutableArray<string> InputFiles(CommissioningPlan plan, CommissioningTask task)
    {
        ImmutableArray<string> files = [.. task.Files.SelectMany(file => RunFileList.FromInput(Path.Combine(plan.Input, file))).Distinct()];
        return files.FirstOrDefault(file => !File.Exists(file)) is { } missing ? throw new FileNotFoundException($"{missing}: no such file", missing) : files;
    }

    private static PlannedReport Report(CommissioningPlan plan, CommissioningTask task, string notebook, ImmutableArray<JobStep> steps)
    {
        PlannedReport report = new(Path.Combine(plan.Notebooks, notebook + ".ipynb"), Path.Combine(task.Output, notebook + ".ipynb"), null);
        if (steps.IsEmpty) return report;
        CommissioningTask data = task.Scan ?? task;
        string peaks = Path.Combine(data.Output, Path.ChangeExtension(SynchronisationFiles.DefaultHistogramName, ".h5"));
        string histograms = Path.Combine(data.Output, data.Kind.Histograms);
        bool isSynchronisation = notebook == "05-synchronisation";
        List<(string Name, string Value)> parameters = [data.ScanPlan is { } scanPlan ? ("plan", Shared(scanPlan)) : ("input", Shared([.. InputFiles(plan, data)]))];
        if (data.Kind.IsScan && data.Files.Length > 0) parameters.Add(("input", Shared([.. InputFiles(plan, data)])));
        if (data.HvOff is { } hvOff) parameters.Add(("hvOff", Shared(hvOff.Path)));
        if (data.Dark is { } dark && !isSynchronisation) parameters.Add(("dark", Shared(dark.Path)));
        if (data.Kind.IsScan && !isSynchronisation) parameters.Add(("peaks", Shared(peaks)));
        parameters.Add(("histograms", Shared(isSynchronisation ? peaks : histograms)));
        if (data.ValueOf("--evt_max") is { } maximum) parameters.Add(("maximumEvents", maximum));
        if (data.ValueOf("--pixel_order") is { } order) parameters.Add(("pixelOrder", order));
        string?[] read = [report.Source, isSynchronisation ? peaks : histograms, data.Kind.IsScan && !isSynchronisation ? peaks : null, data.HvOff?.Path, isSynchronisation ? null : data.Dark?.Path, data.ScanPlan];
        return report with
        {
            Step = new JobStep
            {
                Name = $"{task.Name}-{notebook}",
                Description = $"runs the notebook {notebook} on the histograms",
                Arguments = ["run", report.Source, "--directory", plan.Output, "--output_directory", task.Output, "--no-html", .. parameters.SelectMany(p => (string[])["--parameter", $"{p.Name}={p.Value}"])],
                Inputs = [.. read.OfType<string>().Distinct()],
                Outputs = [report.Executed],
                After = [.. steps.Select(step => step.Name)],
            },
        };

        // Reports are given to others, to whom the folders of this machine mean nothing.
        string Shared(params IEnumerable<string> paths) => string.Join(',', paths.Select(path => Path.GetRelativePath(plan.Output, path)));
    }
}

/// <summary>A task of a campaign with its steps.</summary>
/// <param name="Task">The task.</param>
/// <param name="Steps">Its steps, those of the notebooks apart; empty where there is a problem.</param>
/// <param name="Reports">Its notebooks.</param>
/// <param name="Problem">Why it cannot be run; null when it can.</param>
internal sealed record PlannedTask(CommissioningTask Task, ImmutableArray<JobStep> Steps, ImmutableArray<PlannedReport> Reports, string? Problem);

/// <summary>A notebook of a task.</summary>
/// <param name="Source">The notebook.</param>
/// <param name="Executed">The executed notebook.</param>
/// <param name="Step">The step that runs it; null where the task has a problem.</param>
internal sealed record PlannedReport(string Source, string Executed, JobStep? Step);
