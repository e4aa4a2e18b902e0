using System.Collections.Immutable;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Running;

/// <summary>How the run of a notebook went.</summary>
/// <param name="NotebookPath">The notebook.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Message">One sentence for people; empty when the run succeeded.</param>
public sealed record NotebookRunResult(string NotebookPath, RunStatus Status, string Message)
{
    /// <summary>The exit code that the command line gives for this result.</summary>
    public int ExitCode => Status == RunStatus.EngineFailed ? (int)RunStatus.CellFailed : (int)Status;

    /// <summary>When the run started (UTC).</summary>
    public DateTime Started { get; init; }

    /// <summary>How long the run took, the start of the process included.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The code cells in order; empty when nothing was run.</summary>
    public IReadOnlyList<CellRun> Cells { get; init; } = [];

    /// <summary>Largest memory that the notebook's process held [bytes]; 0 when it did not end by itself.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>
    /// Sums of all whole-number counters (System.Diagnostics.Metrics) that the notebook's code counted, by instrument name;
    /// empty when its process did not end by itself.
    /// </summary>
    public ImmutableSortedDictionary<string, long> Counters { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>The notebook with the outputs; null when it could not be read.</summary>
    public NotebookDocument? Document { get; init; }

    /// <summary>The executed notebook; null when none was written.</summary>
    public string? OutputPath { get; init; }

    /// <summary>The HTML report; null when none was written.</summary>
    public string? HtmlPath { get; init; }
}
