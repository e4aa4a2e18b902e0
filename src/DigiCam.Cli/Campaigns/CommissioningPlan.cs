using System.Collections.Immutable;

namespace DigiCam.Cli.Campaigns;

/// <summary>What a campaign consists of: the tasks with their files and options.</summary>
/// <param name="Path">The file of the plan, absolute.</param>
/// <param name="Title">Title of the index page.</param>
/// <param name="Input">Folder of the camera files, absolute.</param>
/// <param name="Output">Folder of all that is written, absolute.</param>
/// <param name="Notebooks">Folder of the notebooks, absolute.</param>
/// <param name="Tasks">The tasks, each behind those whose results it needs.</param>
internal sealed record CommissioningPlan(string Path, string Title, string Input, string Output, string Notebooks, ImmutableArray<CommissioningTask> Tasks);

/// <summary>A task of a campaign.</summary>
internal sealed record CommissioningTask
{
    /// <summary>Which task.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>Its name, one of its own within the campaign, which is that of its folder too.</summary>
    public required string Name { get; init; }

    /// <summary>Line of the plan where it begins.</summary>
    public required int Line { get; init; }

    /// <summary>Folder of what it writes, absolute.</summary>
    public required string Output { get; init; }

    /// <summary>Names or patterns of its camera files, relative to the folder of the camera files; empty where the plan of a scan names them.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The plan of a scan, absolute; null for other tasks.</summary>
    public string? ScanPlan { get; init; }

    /// <summary>Its options as the plan gives them: long names with --, and values.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>Number of parts in which histograms are filled.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Whether its notebooks are run.</summary>
    public bool Report { get; init; } = true;

    /// <summary>The result with high voltage off that it uses; null for none.</summary>
    public TaskSource? HvOff { get; init; }

    /// <summary>The result that dark count rates come from; null for none.</summary>
    public TaskSource? Dark { get; init; }

    /// <summary>The scan whose result it uses; null for none.</summary>
    public CommissioningTask? Scan { get; init; }

    /// <summary>Further tasks that come first.</summary>
    public ImmutableArray<CommissioningTask> After { get; init; } = [];

    /// <summary>The file of its result.</summary>
    public string FitPath => Path.Combine(Output, Kind.Fit);

    /// <summary>All tasks that come first.</summary>
    public IEnumerable<CommissioningTask> Before => ((CommissioningTask?[])[HvOff?.Task, Dark?.Task, Scan, .. After]).OfType<CommissioningTask>().Distinct();

    /// <summary>The value of an option; null where it is not given.</summary>
    /// <param name="option">The option with --.</param>
    public string? ValueOf(string option) => Options.IndexOf(option) is >= 0 and var place ? Options[place + 1] : null;
}

/// <summary>A result that a task uses.</summary>
/// <param name="Path">The file, absolute.</param>
/// <param name="Task">The task of the campaign that makes it; null for a file that was there before.</param>
internal sealed record TaskSource(string Path, CommissioningTask? Task);
