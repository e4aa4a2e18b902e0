using System.Text;
using System.Text.RegularExpressions;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Reports;

namespace DigiCam.Kernel.Tests.Reports;

public sealed partial class PdfReportTests
{
    private static readonly Lazy<bool> HasBrowser = new(() =>
    {
        try
        {
            return PdfReport.FindBrowser().Length > 0;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    });

    [Fact]
    public async Task Save_Report_HasItsPagesAndText()
    {
        TestEnvironment.Require(HasBrowser.Value, "needs Chromium (set DIGICAM_CHROMIUM)");
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        NotebookDocument document = new();
        document.Cells.Add(new NotebookCell(CellKind.Markdown, "# Baseline (and noise)\n\n" + string.Join("\n\n", Enumerable.Range(1, 80).Select(i => $"Paragraph {i}."))));
        string html = folder.File("a report.html");
        HtmlReport.Save(html, document, new HtmlReportOptions());
        string pdf = folder.File("a report.pdf");
        await File.WriteAllTextAsync(pdf, "old", TestContext.Current.CancellationToken);
        await PdfReport.SaveAsync(html, pdf, TestContext.Current.CancellationToken);
        Assert.Equal(["a report.html", "a report.pdf"], Directory.GetFiles(folder.FullName).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

        // The browser compresses what is on the pages, but not the structure of the file.
        string content = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(pdf, TestContext.Current.CancellationToken));
        Assert.StartsWith("%PDF-", content, StringComparison.Ordinal);
        Assert.EndsWith("%%EOF", content.TrimEnd(), StringComparison.Ordinal);
        Assert.InRange(Page().Count(content), 2, 10);
        Assert.Contains(@"/Title (Baseline \(and noise\))", content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_NoReport_SaysSo()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        FileNotFoundException exception = await Assert.ThrowsAsync<FileNotFoundException>(() => PdfReport.SaveAsync(folder.File("none.html"), folder.File("none.pdf"), TestContext.Current.CancellationToken));
        Assert.Contains("none.html", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)")]
    private static partial Regex Page();
}
