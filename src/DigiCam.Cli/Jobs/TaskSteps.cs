using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using DigiCam.Cli.Reporting;
using DigiCam.Partials;
using DigiCam.Runs;

namespace DigiCam.Cli.Jobs;

/// <summary>The steps of a task from its command line: filling, in parts that are merged where there are several, and fitting.</summary>
internal static class TaskSteps
{
    /// <summary>Checks a command line as the command itself would, and takes it apart.</summary>
    /// <param name="arguments">The command line: the task and its options.</param>
    /// <param name="shards">Number of parts in which histograms are filled; 1 for no parts.</param>
    /// <param name="name">First part of the names of the steps; null for the name of the task.</param>
    /// <param name="folder">What relative paths are relative to; null for the current folder.</param>
    /// <returns>The steps in an order in which they can be run. Stages that are not asked for are left out.</returns>
    /// <exception cref="UsageException">There is no such task, or its options make no sense.</exception>
    /// <exception cref="IOException">There is no file of the input, or the plan of the scan cannot be read.</exception>
    public static ImmutableArray<JobStep> Of(IReadOnlyList<string> arguments, int shards, string? name = null, string? folder = null)
    {
        if (shards < 1) throw new UsageException(FormattableString.Invariant($"--shards {shards}: at least 1 is needed"));
        TaskDefinition task = TaskDefinition.All.FirstOrDefault(t => t.Command.Name == arguments[0])
            ?? throw new UsageException($"{arguments[0]} is not a task; tasks are {string.Join(", ", TaskDefinition.All.Select(t => t.Command.Name))}");
        ParseResult given = Parse(task, arguments);
        if (given.CommandResult.Children.OfType<OptionResult>().Any(option => option is { Implicit: false, Option.Name: "--shard" })) throw new UsageException($"{task.Command.Name}: --shard is for one part; --shards tells how many there are");
        string[] stages = [.. task.StageOptions.Where(option => given.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        if (stages.Length == 0) throw new UsageException($"{task.Command.Name}: nothing to do without {string.Join(" or ", task.StageOptions.Select(option => option.Aliases.FirstOrDefault() ?? option.Name))}");
        ImmutableArray<string> words = task.Absolute(given, folder ?? Environment.CurrentDirectory);
        ImmutableArray<JobStep>.Builder steps = ImmutableArray.CreateBuilder<JobStep>();
        foreach (TaskStage stage in task.Stages(Parse(task, [.. words, .. stages])))
        {
            JobStep step = new()
            {
                Name = $"{name ?? task.Command.Name}-{stage.Name}",
                Description = stage.Description,
                Arguments = [words[0], .. stage.Options, .. words.Skip(1)],
                Inputs = [.. stage.Inputs.Distinct()],
                Outputs = [.. stage.Outputs],
                After = steps.Count > 0 ? [steps[^1].Name] : [],
            };
            if (stage.Target is null || shards == 1)
            {
                steps.Add(step);
                continue;
            }

            ImmutableArray<string> parts = [.. Enumerable.Range(1, shards).Select(i => PartialResult.PathFor(stage.Target, RunShard.OfTiles(i, shards)))];
            steps.Add(step with { Shards = shards, Outputs = parts });
            steps.Add(step with
            {
                Name = $"{step.Name}-merge",
                Description = FormattableString.Invariant($"adds up the {shards} parts of {step.Name}"),
                Arguments = ["merge", .. words.Contains("--strict") ? (string[])["--strict"] : [], "--force", stage.Target, .. parts],
                Inputs = parts,
                After = [step.Name],
            });
        }

        return steps.ToImmutable();
    }

    /// <summary>The folder that the steps of a task write their files to.</summary>
    public static string OutputFolder(ImmutableArray<JobStep> steps) => steps[0].Arguments[steps[0].Arguments.IndexOf("--output_directory") + 1];

    private static ParseResult Parse(TaskDefinition task, IReadOnlyList<string> arguments)
    {
        ParseResult parsed = task.Command.Parse([.. arguments.Skip(1)]);
        if (parsed.Errors.Count > 0) throw new UsageException($"{task.Command.Name}: {parsed.Errors[0].Message}");

        // What is no option is taken for the folder of the output.
        string? unknown = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value).FirstOrDefault(value => value.StartsWith('-'));
        return unknown is null ? parsed : throw new UsageException($"{task.Command.Name}: there is no option {unknown}");
    }
}
