using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Reports;
using DigiCam.Notebooks.Tables;
using DigiCam.Notebooks.Tests.Samples;

namespace DigiCam.Notebooks.Tests.Tables;

/// <summary>What reports read from the outputs of the kit.</summary>
public sealed class VerdictReportTests
{
    [Fact]
    public void Index_OfKitOutputs_HasVerdictNumbersAndPicture()
    {
        Verdict verdict = new("HV off \"quick\" <2>, 100 events", [Check.Limits("pixels without any flag", 1290, "", 1270, null), Check.Limits("noise & more", 1.5, "LSB", null, 1, Outcome.Warn)]);
        NotebookDocument document = new();
        document.Cells.Add(new NotebookCell(CellKind.Code, "camera"));
        document.Cells.Add(new NotebookCell(CellKind.Code, "verdict"));
        document.Cells[0].Outputs.Add(new ExecuteResultOutput(new MimeBundle("text/html", SampleCamera.Create().ToHtml()), 1));
        document.Cells[1].Outputs.Add(new ExecuteResultOutput(new MimeBundle("text/html", verdict.ToHtml()), 2));
        string html = CampaignIndex.Render("C", [new CampaignPage("n.ipynb", document) { Html = "n.html" }]);
        Assert.Contains("<b>! WARN</b> HV off &quot;quick&quot; &lt;2&gt;, 100 events <span class=\"muted\">1 warn, 1 pass</span>", html, StringComparison.Ordinal);
        Assert.Contains("<dt>noise &amp; more</dt><dd>1.5 LSB</dd>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"n.html#output-2-1\"", html, StringComparison.Ordinal);

        // All 1296 pixels, two of them not measured.
        int start = html.IndexOf("<svg class=\"picture\"", StringComparison.Ordinal);
        string picture = html[start..html.IndexOf("</svg>", start, StringComparison.Ordinal)];
        Assert.Equal(1296, picture.Count(c => c == 'M'));
        string missing = picture[picture.IndexOf("class=\"none\"", StringComparison.Ordinal)..];
        Assert.Equal(2, missing[..missing.IndexOf("/>", StringComparison.Ordinal)].Count(c => c == 'M'));
        Assert.InRange(picture.Length, 10_000, 60_000);
    }
}
