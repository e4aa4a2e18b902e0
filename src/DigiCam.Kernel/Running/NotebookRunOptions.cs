using DigiCam.Kernel.Parameters;
using DigiCam.Kernel.Reports;

namespace DigiCam.Kernel.Running;

/// <summary>What to run and how.</summary>
public sealed record NotebookRunOptions
{
    /// <summary>The notebook to run.</summary>
    public required string NotebookPath { get; init; }

    /// <summary>Working directory of the notebook's code; null: the notebook's folder. The <c>#r</c> of a notebook is relative to its folder in any case.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Where the executed notebook goes, complete or partial; may be the notebook itself. Null: it is not written.</summary>
    public string? OutputPath { get; init; }

    /// <summary>Where the HTML report goes. Null: none is written.</summary>
    public string? HtmlPath { get; init; }

    /// <summary>Links of the report to the others of a campaign; null: it stands alone.</summary>
    public ReportLinks? Links { get; init; }

    /// <summary>Values for the notebook's parameters.</summary>
    public NotebookParameters Parameters { get; init; } = NotebookParameters.Empty;

    /// <summary>How long one cell may take; null: as long as it likes.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>How long the whole run may take; null: as long as it likes.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>True to run the cells after a failed one.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>Told when a cell starts and ends, from the runner's thread.</summary>
    public IProgress<CellProgress>? Progress { get; init; }
}
