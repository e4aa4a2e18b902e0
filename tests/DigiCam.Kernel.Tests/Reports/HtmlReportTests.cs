using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Reports;
using DigiCam.Kernel.Tests.Support;

namespace DigiCam.Kernel.Tests.Reports;

public sealed partial class HtmlReportTests
{
    [Fact]
    public void Render_Headings_BecomeTitleAndContents()
    {
        string html = Render(Document("# The *title*\n\ntext", "## One\n### Part\n## One", "```\n# no heading\n```"));
        Assert.Contains("<title>The title</title>", html, StringComparison.Ordinal);
        string toc = Toc().Match(html).Value;
        Assert.Equal(["#", "#h-one", "#h-part", "#h-one-2"], Href().Matches(toc).Select(match => match.Groups[1].Value));
        Assert.Contains("<h2 id=\"h-one-2\">One</h2>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_IsSelfContainedAndDeterministic()
    {
        NotebookDocument document = Document("# T\n\n![p](https://example.org/x.png) [l](https://example.org) [j](javascript:alert) <script>bad()</script> ![gone](no.png)", "## A\n## B");
        string html = Render(document);
        Assert.Equal(html, Render(NotebookDocument.Parse(document.ToJson(), "x")));
        Assert.DoesNotMatch("(?i)<(script|link|img|iframe)[^>]*(src|href)=\"?(https?:)?//", html);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>bad", html, StringComparison.Ordinal);
        Assert.Contains("[picture: gone]", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Pictures_AreEmbedded()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        File.WriteAllBytes(folder.File("a b.png"), [1, 2, 3]);
        NotebookDocument document = new();
        document.Cells.Add(new NotebookCell(CellKind.Markdown, "![x](a%20b.png) ![y](attachment:c.png)")
        {
            Attachments = new JsonObject { ["c.png"] = new JsonObject { ["image/png"] = "QUFB\n" } },
        });
        string html = HtmlReport.Render(document, new HtmlReportOptions { BaseDirectory = folder.FullName });
        Assert.Contains("data:image/png;base64,AQID", html, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,QUFB\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Outputs_AreEscapedOrInsertedByKind()
    {
        NotebookDocument document = Notebooks.Create("var a = 1 < 2;");
        NotebookCell cell = document.Cells[0];
        cell.Outputs.Add(new StreamOutput("stdout", "\u001b[31mred\u001b[0m <b> 10 %\r100 %\n"));
        cell.Outputs.Add(new DisplayDataOutput(new MimeBundle([new("text/html", "<script>var here = 1;</script>"), new("text/plain", "plain")])));
        cell.Outputs.Add(new ExecuteResultOutput(new MimeBundle("text/plain", "<x>"), 1));
        cell.Outputs.Add(new DisplayDataOutput(new MimeBundle("image/png", "QUFB\n")));
        cell.Outputs.Add(new DisplayDataOutput(new MimeBundle("text/markdown", "**strong**")));
        string html = Render(document);
        Assert.Contains("<pre class=\"output stream\">100 %</pre>", html, StringComparison.Ordinal);
        Assert.Contains("<div class=\"output\" id=\"output-1-2\"><script>var here = 1;</script></div>", html, StringComparison.Ordinal);
        Assert.DoesNotContain(">plain<", html, StringComparison.Ordinal);
        Assert.Contains("<pre>&lt;x&gt;</pre>", html, StringComparison.Ordinal);
        Assert.Contains("src=\"data:image/png;base64,QUFB\"", html, StringComparison.Ordinal);
        Assert.Contains("<strong>strong</strong>", html, StringComparison.Ordinal);
        Assert.Contains("<details class=\"code\"><summary>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"k\">var</span> a = <span class=\"n\">1</span> &lt; <span class=\"n\">2</span>;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Error_ShowsVerdictAndFailingLine()
    {
        NotebookDocument document = Notebooks.Create("1", "int a = 0;\nvar s = @\"x\ny\"; // two lines\n1 / a");
        document.Cells[1].Outputs.Add(new ErrorOutput("Error", "System.Exception: <bad>", ["System.Exception: <bad>", "   F, cell 1, line 9: x", "   cell 2, line 4: 1 / a"]));
        string html = Render(document);
        Assert.Contains("<section class=\"failure\"", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#error-2\">Cell 2, line 4</a>: System.Exception: &lt;bad&gt;", html, StringComparison.Ordinal);
        Assert.Contains("id=\"error-2\"", html, StringComparison.Ordinal);
        string failing = Assert.Single(Failing().Matches(html)).Groups[1].Value;
        Assert.Equal("1 / a", Tag().Replace(failing, ""));
        Assert.Contains("<details class=\"traceback\" open>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_UnderDecimalComma_IsTheSame()
    {
        NotebookDocument document = Document("# T");
        document.Metadata["digicam"] = new JsonObject { ["run"] = new JsonObject { ["started"] = "2026-01-02T03:04:05Z", ["seconds"] = 1.25, ["status"] = "succeeded", ["cells"] = new JsonArray() } };
        string invariant = Render(document);
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal(invariant, Render(document));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.Contains("run succeeded", invariant, StringComparison.Ordinal);
        Assert.Contains("2026-01-02 03:04:05 UTC", invariant, StringComparison.Ordinal);
    }

    private static NotebookDocument Document(params string[] markdown)
    {
        NotebookDocument document = new();
        foreach (string text in markdown) document.Cells.Add(new NotebookCell(CellKind.Markdown, text));
        return document;
    }

    private static string Render(NotebookDocument document) => HtmlReport.Render(document, new HtmlReportOptions { Name = "test.ipynb" });

    [GeneratedRegex("<nav.*?</nav>", RegexOptions.Singleline)]
    private static partial Regex Toc();

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Href();

    [GeneratedRegex("<span class=\"failing\">(.*)</span>\n")]
    private static partial Regex Failing();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
