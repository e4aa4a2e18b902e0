namespace DigiCam.Kernel.Reports;

/// <summary>Settings of an HTML report.</summary>
public sealed record HtmlReportOptions
{
    /// <summary>The name of the notebook, shown when it has no heading and in the footer.</summary>
    public string Name { get; init; } = "notebook";

    /// <summary>The folder from which pictures that the markdown names are embedded; null: such pictures are left out.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>True to leave code cells out altogether; failing ones stay.</summary>
    public bool HideCode { get; init; }

    /// <summary>Links to the other reports of a campaign; null: it stands alone.</summary>
    public ReportLinks? Links { get; init; }
}
