using System.Collections.Immutable;
using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Files;

namespace DigiCam.Cli.Commands;

/// <summary>digicam submit: a task as scripts for Slurm, the filling of histograms in parts.</summary>
internal static class SubmitCommand
{
    private const string Name = "submit";

    public static Command Create()
    {
        Argument<string> task = new("TASK") { Description = "hvoff, dark, dark-spe, dark-rate, ac-dac-scan or led-calibration" };
        Argument<string[]> words = new("OPTIONS") { Description = "the options of the task, after --", Arity = ArgumentArity.ZeroOrMore };
        Option<int> shards = new("--shards") { Description = "number of parts in which histograms are filled at the same time", DefaultValueFactory = _ => 1 };
        Option<string?> folder = new("--folder") { Description = "folder of the scripts, records and logs, which all nodes see [default: jobs-TASK in the output directory]" };
        SlurmOptionSet slurm = new();
        Command command = new(Name, "Write a task as scripts for Slurm: an array of jobs for the parts of the input, then merge and fit. All options of the task are checked first.") { task, words, shards, folder };
        foreach (Option option in slurm.All) command.Add(option);
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => RunAsync(
            result.GetRequiredValue(task), result.GetValue(words) ?? [], result.GetValue(shards), result.GetValue(folder), slurm.Read(result), slurm.Submit(result), cancellationToken)));
        return command;
    }

    /// <summary>Finds out before anything waits in a queue whether all can be read and written.</summary>
    /// <exception cref="IOException">A file is not there, or cannot be written.</exception>
    public static void Check(IEnumerable<JobStep> steps)
    {
        HashSet<string> made = [];
        foreach (JobStep step in steps)
        {
            if (step.Inputs.FirstOrDefault(path => !made.Contains(path) && !File.Exists(path)) is { } missing) throw new FileNotFoundException($"{missing}: no such file; {step.Name} reads it", missing);
            foreach (string path in step.Outputs) AtomicFile.CheckTarget(path);
            made.UnionWith(step.Outputs);
        }
    }

    // Stages and parts of the same task may come and go; the steps of another would be forgotten.
    private static void CheckFolder(JobFolder job, string task)
    {
        if (!File.Exists(Path.Combine(job.Path, JobFolder.FileName))) return;
        string[] others = [.. JobFolder.Read(job.Path).Steps.Where(step => step.Arguments.FirstOrDefault() is not "merge" and var command && command != task).Select(step => step.Name)];
        if (others.Length > 0) throw new UsageException($"{job.Path}: holds another job ({string.Join(", ", others)}); another --folder is needed");
    }

    private static async Task<int> RunAsync(string task, string[] words, int shards, string? folder, SlurmOptions options, bool submit, CancellationToken cancellationToken)
    {
        ImmutableArray<JobStep> steps = TaskSteps.Of([task, .. words], shards);
        Check(steps);
        JobFolder job = new(Path.GetFullPath(folder ?? Path.Combine(TaskSteps.OutputFolder(steps), $"jobs-{task}")), steps);
        CheckFolder(job, task);
        SlurmScripts.Write(job, options);
        foreach (JobStep step in steps)
        {
            string parts = step.Shards > 0 ? FormattableString.Invariant($", {Display.Count(step.Shards, "part")}") : "";
            Console.WriteLine($"{SlurmScripts.ScriptPath(job, step)}: {step.Description}{parts}{(step.After.IsEmpty ? "" : $", after {string.Join(", ", step.After)}")}");
        }

        if (submit) Console.Write(await SlurmScripts.SubmitAsync(job, cancellationToken));
        else Console.WriteLine($"submit them by {SlurmScripts.Quote(Path.Combine(job.Path, SlurmScripts.SubmitName))}");
        return 0;
    }
}
