namespace DigiCam.Kernel.Reports;

/// <summary>Where the report of a notebook leads within its campaign.</summary>
/// <param name="Index">The index of the campaign, relative to the report; null: there is none.</param>
/// <param name="Previous">The report before; null for the first.</param>
/// <param name="Next">The report after; null for the last.</param>
public sealed record ReportLinks(string? Index, ReportLink? Previous, ReportLink? Next);

/// <summary>A link to another report.</summary>
/// <param name="Path">The file, relative to where the link stands, with slashes; not yet encoded.</param>
/// <param name="Title">What the other report is about.</param>
public sealed record ReportLink(string Path, string Title);
