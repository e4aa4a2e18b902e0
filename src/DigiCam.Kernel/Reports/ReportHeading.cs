namespace DigiCam.Kernel.Reports;

/// <summary>A heading of a report.</summary>
internal sealed record ReportHeading(int Level, string Text, string Anchor);
