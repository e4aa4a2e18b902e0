using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>One notebook of a campaign.</summary>
/// <param name="Name">Name of the notebook file.</param>
/// <param name="Document">The notebook, executed as far as it came.</param>
public sealed record CampaignPage(string Name, NotebookDocument Document)
{
    /// <summary>The HTML report, relative to the index; null: there is none.</summary>
    public string? Html { get; init; }

    /// <summary>The executed notebook, relative to the index; null: there is none.</summary>
    public string? Notebook { get; init; }

    /// <summary>The report as PDF, relative to the index; null: there is none.</summary>
    public string? Pdf { get; init; }

    /// <summary>What the notebook is about: its first heading, or else its name, unless it is given a title of its own.</summary>
    public string Title { get; init; } = Document.Title ?? Name;

    /// <summary>Why there is nothing to see of the notebook, in half a sentence; null where it was run. Such a page counts as a failure.</summary>
    public string? Problem { get; init; }
}
