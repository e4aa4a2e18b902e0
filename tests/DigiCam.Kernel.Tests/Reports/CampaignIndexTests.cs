using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Reports;
using DigiCam.Kernel.Tests.Support;

namespace DigiCam.Kernel.Tests.Reports;

public sealed partial class CampaignIndexTests
{
    [Fact]
    public void Render_Verdicts_AreShownWithMainNumbersAndLinks()
    {
        string html = CampaignIndex.Render("My <campaign>", [Page("01-a", "Task A", Verdict("pass", "A, 10 events", ("good pixels", "1290", "≥ 1270", "pass"), ("noise", "1.02 LSB", "0.7 .. 1.3 LSB", "pass"))), Page("02-b", "Task B", Verdict("fail", "B", ("good pixels", "12", "≥ 1270", "fail")))]);
        Assert.Contains("<title>My &lt;campaign&gt;</title>", html, StringComparison.Ordinal);
        string[] items = Items(html);
        Assert.Equal(2, items.Length);
        Assert.Contains("<a href=\"01-a.html\">Task A</a>", items[0], StringComparison.Ordinal);
        Assert.Contains("<div><dt>noise</dt><dd>1.02 LSB</dd></div>", items[0], StringComparison.Ordinal);
        Assert.Contains("<b>✓ PASS</b> A, 10 events <span class=\"muted\">2 pass</span>", items[0], StringComparison.Ordinal);
        Assert.Contains("href=\"01-a.html#output-1-1\"", items[0], StringComparison.Ordinal);
        Assert.Contains("<a href=\"01-a.ipynb\">notebook</a>", items[0], StringComparison.Ordinal);
        Assert.DoesNotContain(".pdf", items[0], StringComparison.Ordinal);
        Assert.Contains("<b>✗ FAIL</b> B <span class=\"muted\">1 fail</span>", items[1], StringComparison.Ordinal);
        Assert.Contains("<span class=\"badge fail\">1 fails</span><span class=\"badge pass\">1 passes</span>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_FailedRun_FailsWhateverItsVerdict()
    {
        CampaignPage page = Page("a b", "Task", Verdict("pass", "fine"));
        page.Document.Cells.Add(new NotebookCell(CellKind.Code, "throw"));
        page.Document.Cells[^1].Outputs.Add(new ErrorOutput("Error", "cell 2, line 1: no <file>\nmore", []));
        page.Document.Metadata["digicam"] = new JsonObject { ["run"] = new JsonObject { ["status"] = "cellFailed", ["seconds"] = 75.25, ["started"] = "2026-01-02T03:04:05Z" } };
        string html = CampaignIndex.Render("C", [page]);
        string item = Assert.Single(Items(html));
        Assert.Contains("<b>✗ run failed</b>: cell 2, line 1: no &lt;file&gt;</p>", item, StringComparison.Ordinal);
        Assert.Contains("<span>75 s</span>", item, StringComparison.Ordinal);
        Assert.Contains("href=\"a%20b.html\"", item, StringComparison.Ordinal);
        Assert.Contains("<span class=\"badge fail\">1 fails</span><span>2026-01-02 03:04:05 UTC</span>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NotExecutedOrWithoutVerdict_SaysSo()
    {
        CampaignPage bare = new("x.ipynb", Notebooks.Create("1"));
        string html = CampaignIndex.Render("C", [bare]);
        Assert.Contains("<h2>x.ipynb</h2>", html, StringComparison.Ordinal);
        Assert.Contains("<span>not executed</span>", html, StringComparison.Ordinal);
        Assert.Contains("1 gives no verdict", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Problem_FailsWithItsReasonAndShowsNothingElse()
    {
        CampaignPage page = Page("a", "Task", Verdict("pass", "of an earlier run")) with { Title = "Task (second)", Problem = "no file for <x>" };
        string html = CampaignIndex.Render("C", [page]);
        string item = Assert.Single(Items(html));
        Assert.Contains("<h2>Task (second)</h2>\n<p class=\"outcome fail\"><b>✗ not done</b>: no file for &lt;x&gt;</p>", item, StringComparison.Ordinal);
        Assert.DoesNotContain("href", item, StringComparison.Ordinal);
        Assert.DoesNotContain("earlier run", item, StringComparison.Ordinal);
        Assert.Contains("<span class=\"badge fail\">1 fails</span>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<p> data-digicam-verdict=\"{&quot;outcome&quot;:&quot;pass&quot;}\"</p>")]
    [InlineData("<p data-digicam-verdict=\"{not json\">")]
    [InlineData("<p data-digicam-verdict=\"[]\">")]
    [InlineData("<p data-digicam-verdict=\"{&quot;outcome&quot;:&quot;great&quot;}\">")]
    [InlineData("<p data-digicam-verdict=\"{")]
    public void Render_WhatIsNoVerdict_IsNotTakenForOne(string html)
    {
        NotebookDocument document = Notebooks.Create("1");
        document.Cells[0].Outputs.Add(new DisplayDataOutput(new MimeBundle("text/html", html)));
        Assert.Contains("gives no verdict", CampaignIndex.Render("C", [new CampaignPage("x", document)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Thumbnail_KeepsShapesAndColours()
    {
        NotebookDocument document = Notebooks.Create("1");
        document.Cells[0].Outputs.Add(new DisplayDataOutput(new MimeBundle(
            "text/html",
            "<svg><g class=\"p\" data-digicam-thumbnail=\"\" transform=\"scale(2 3)\"><polygon points=\"0,-2 4,0 4,2\" fill=\"#123456\"/><polygon points=\"10,10 14,12 8,13\" fill=\"#123456\"/><polygon points=\"1,1 2,2 3,1\" class=\"k-none\"/><polygon points=\"1,1 2,2 3,1\" fill=\"url(//evil)\"/></g></svg>")));
        string html = CampaignIndex.Render("C", [new CampaignPage("x", document)]);
        Assert.Contains(
            "<svg class=\"picture\" viewBox=\"0 -6 28 45\" aria-hidden=\"true\"><g transform=\"scale(2 3)\"><path class=\"none\" d=\"M1 1l1 1 1-1zM1 1l1 1 1-1z\"/><path fill=\"#123456\" d=\"M0 -2l4 2 0 2zM10 10l4 2-6 1z\"/></g></svg>",
            html,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Render_AnyCulture_IsTheSameAndSelfContained()
    {
        CampaignPage[] pages = [Page("01", "One", Verdict("warn", "W", ("x", "1.5", "≤ 1", "warn")))];
        pages[0].Document.Metadata["digicam"] = new JsonObject { ["run"] = new JsonObject { ["status"] = "succeeded", ["seconds"] = 1.25 } };
        string invariant = CampaignIndex.Render("C", pages);
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal(invariant, CampaignIndex.Render("C", pages));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.Contains("1.3 s", invariant, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)(src|href)=\"?(https?:)?//", invariant);
        Assert.DoesNotContain("@import", invariant, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_OfACampaign_LeadsToItsNeighboursAndBeginsWithTheVerdict()
    {
        CampaignPage page = Page("02", "Two", Verdict("warn", "Two, 5 events", ("x", "1.5", "≤ 1", "warn"), ("y", "1", "any", "pass")));
        string html = HtmlReport.Render(page.Document, new HtmlReportOptions { Name = "02.ipynb", Links = new ReportLinks("index.html", new ReportLink("01 a.html", "One & all"), null) });
        Assert.Contains("<a rel=\"prev\" href=\"01%20a.html\">← One &amp; all</a>", html, StringComparison.Ordinal);
        Assert.Contains("<a class=\"all\" href=\"index.html\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\" href", html, StringComparison.Ordinal);
        int verdict = html.IndexOf("<section class=\"verdict warn\">", StringComparison.Ordinal);
        Assert.InRange(verdict, 0, html.IndexOf("<h1", StringComparison.Ordinal));
        Assert.Contains("<a href=\"#output-1-1\"><b>! WARN</b></a> Two, 5 events <span class=\"muted\">1 warn, 1 pass</span>", html, StringComparison.Ordinal);
        Assert.Contains("<li class=\"warn\">! x: <b>1.5</b>, required ≤ 1</li>", html, StringComparison.Ordinal);
        Assert.Contains("id=\"output-1-1\"", html, StringComparison.Ordinal);
    }

    private static CampaignPage Page(string name, string title, string output)
    {
        NotebookDocument document = Notebooks.Create("verdict");
        document.Cells.Insert(0, new NotebookCell(CellKind.Markdown, "# " + title));
        document.Cells[1].Outputs.Add(new ExecuteResultOutput(new MimeBundle("text/html", output), 1));
        return new CampaignPage(name + ".ipynb", document) { Html = name + ".html", Notebook = name + ".ipynb" };
    }

    private static string Verdict(string outcome, string title, params (string Name, string Measured, string Required, string Outcome)[] checks)
    {
        JsonObject json = new()
        {
            ["outcome"] = outcome,
            ["title"] = title,
            ["checks"] = new JsonArray([.. checks.Select(check => (JsonNode)new JsonObject { ["name"] = check.Name, ["measured"] = check.Measured, ["required"] = check.Required, ["outcome"] = check.Outcome })]),
        };
        return $"<div class=\"any\" data-digicam-verdict=\"{WebUtility.HtmlEncode(json.ToJsonString())}\">text</div>";
    }

    private static string[] Items(string html) => [.. Item().Matches(html).Select(match => match.Value)];

    [GeneratedRegex("<li class=\"(pass|warn|fail|none)\">\n<div class=\"thumbnail\">.*?</li>", RegexOptions.Singleline)]
    private static partial Regex Item();
}
