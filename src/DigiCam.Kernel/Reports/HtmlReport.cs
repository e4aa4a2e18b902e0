using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>An executed notebook as one HTML file that needs nothing else: no network, no kernel. The same notebook gives the same file.</summary>
public static class HtmlReport
{
    /// <summary>Writes the report to a file, replacing it only when the new content is complete.</summary>
    public static void Save(string path, NotebookDocument document, HtmlReportOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteAllText(path, Render(document, options));
    }

    /// <summary>The report as HTML.</summary>
    /// <remarks>Outputs of type text/html are inserted as they are and their scripts run; markdown gives only what markdown can say.</remarks>
    public static string Render(NotebookDocument document, HtmlReportOptions options)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(options);
        return new ReportWriter(document, options).Write();
    }
}
