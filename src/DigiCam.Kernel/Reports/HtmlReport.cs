using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>A notebook as one HTML file.</summary>
public static class HtmlReport
{
    /// <summary>Writes it.</summary>
    public static void Save(string path, NotebookDocument document, HtmlReportOptions options) => AtomicFile.WriteAllText(path, Render(document, options));

    /// <summary>Renders it.</summary>
    public static string Render(NotebookDocument document, HtmlReportOptions options) => options.Name + document.Title;
}
