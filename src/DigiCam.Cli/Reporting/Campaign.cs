using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Reports;

namespace DigiCam.Cli.Reporting;

/// <summary>Reports of notebooks in one folder that lead to each other, with an index.</summary>
internal static class Campaign
{
    /// <summary>Title of an index that was not given one.</summary>
    public const string DefaultTitle = "Commissioning campaign";

    /// <summary>The links of each report; none for a notebook that stands alone.</summary>
    /// <param name="notebooks">The notebooks in order; those that cannot be read go by their file names.</param>
    public static ReportLinks?[] Links(IReadOnlyList<string> notebooks)
    {
        if (notebooks.Count < 2) return [.. notebooks.Select(_ => (ReportLinks?)null)];
        ReportLink[] links = [.. notebooks.Select(path => new ReportLink(Path.GetFileNameWithoutExtension(path) + ".html", Title(path)))];
        return [.. links.Select((_, i) => new ReportLinks(CampaignIndex.FileName, i > 0 ? links[i - 1] : null, i < links.Length - 1 ? links[i + 1] : null))];
    }

    /// <summary>Writes the index of the reports in a folder.</summary>
    /// <param name="folder">The folder of the reports; what of a notebook is not there is not linked.</param>
    /// <param name="title">Title of the page.</param>
    /// <param name="notebooks">File names and executed notebooks in order.</param>
    /// <returns>The index.</returns>
    public static string WriteIndex(string folder, string title, IEnumerable<(string Name, NotebookDocument Document)> notebooks)
    {
        string index = Path.Combine(folder, CampaignIndex.FileName);
        CampaignIndex.Save(index, title, [.. notebooks.Select(notebook => new CampaignPage(notebook.Name, notebook.Document)
        {
            Html = IfThere(Path.ChangeExtension(notebook.Name, ".html")),
            Notebook = IfThere(notebook.Name),
            Pdf = IfThere(Path.ChangeExtension(notebook.Name, ".pdf")),
        })]);
        return index;

        string? IfThere(string name) => File.Exists(Path.Combine(folder, name)) ? name : null;
    }

    private static string Title(string path)
    {
        try
        {
            return NotebookDocument.Load(path).Title ?? Path.GetFileNameWithoutExtension(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotebookFormatException)
        {
            return Path.GetFileNameWithoutExtension(path);
        }
    }
}
