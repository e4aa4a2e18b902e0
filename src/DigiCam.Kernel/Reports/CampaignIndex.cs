using System.Globalization;
using System.Net;
using System.Text;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>
/// The front page of a campaign: its notebooks in order, each with its verdict, the numbers behind it, run time, a small picture and links, as one HTML file that
/// needs nothing else. The same notebooks give the same file.
/// </summary>
public static class CampaignIndex
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "index.html";

    private const int MainNumbers = 4;

    /// <summary>Writes the index to a file, replacing it only when the new content is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">Title of the page.</param>
    /// <param name="pages">The notebooks in order.</param>
    public static void Save(string path, string title, IReadOnlyList<CampaignPage> pages)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteAllText(path, Render(title, pages));
    }

    /// <summary>The index as HTML.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="pages">The notebooks in order.</param>
    public static string Render(string title, IReadOnlyList<CampaignPage> pages)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(pages);
        StringBuilder body = new();
        StringBuilder list = new();
        Dictionary<string, int> outcomes = new(StringComparer.Ordinal);
        foreach (CampaignPage page in pages)
        {
            string outcome = Write(list, page);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        body.Append("<div class=\"page plain\">\n<main>\n<h1>").Append(Encode(title)).Append("</h1>\n<p class=\"run\">");
        foreach ((string outcome, string one, string many) in (IEnumerable<(string, string, string)>)[("fail", "fails", "fail"), ("warn", "warns", "warn"), ("pass", "passes", "pass"), ("none", "gives no verdict", "give no verdict")])
        {
            if (outcomes.TryGetValue(outcome, out int count)) body.Append(CultureInfo.InvariantCulture, $"<span class=\"badge {outcome}\">{count} {(count == 1 ? one : many)}</span>");
        }

        ReportRun[] runs = [.. pages.Select(page => new ReportRun(page.Document))];
        if (runs.Select(run => run.Started).Where(started => started is not null).Min(StringComparer.Ordinal) is { } first) body.Append("<span>").Append(Encode(first)).Append("</span>");
        if (runs.Any(run => run.Seconds is not null)) body.Append("<span>").Append(ReportRun.Duration(runs.Sum(run => run.Seconds ?? 0))).Append(" of run time</span>");
        body.Append("</p>\n<ol class=\"campaign\">\n").Append(list).Append("</ol>\n</main>\n</div>\n");
        return ReportPage.Wrap(title, body.ToString());
    }

    /// <summary>Writes one notebook.</summary>
    /// <returns>The worst of its verdicts, "none" without any; a run that failed is a failure whatever they say.</returns>
    private static string Write(StringBuilder list, CampaignPage page)
    {
        ReportRun run = new(page.Document);
        IReadOnlyList<ReportVerdict> verdicts = ReportVerdict.All(page.Document);
        if (page.Problem is { } problem)
        {
            list.Append("<li class=\"fail\">\n<div class=\"thumbnail\"></div>\n<div>\n<h2>").Append(Encode(page.Title)).Append("</h2>\n<p class=\"outcome fail\"><b>✗ not done</b>: ").Append(Encode(problem)).Append("</p>\n</div>\n</li>\n");
            return "fail";
        }

        string outcome = run.Failed || verdicts.Any(verdict => verdict.Outcome == "fail") ? "fail"
            : verdicts.Any(verdict => verdict.Outcome == "warn") ? "warn"
            : verdicts.Count > 0 ? "pass"
            : "none";
        list.Append("<li class=\"").Append(outcome).Append("\">\n<div class=\"thumbnail\">").Append(ReportPicture.Of(page.Document)).Append("</div>\n<div>\n<h2>");
        Link(list, page.Html, page.Title);
        list.Append("</h2>\n");
        if (run.Failed) list.Append("<p class=\"outcome fail\"><b>✗ ").Append(Encode(run.StatusWords)).Append("</b>").Append(Encode(Reason(page.Document))).Append("</p>\n");
        if (verdicts.Count > 0) WriteNumbers(list, verdicts[^1]);
        foreach (ReportVerdict verdict in verdicts.Reverse()) WriteChecks(list, verdict, page.Html);
        list.Append("<p class=\"facts\">");
        if (!run.Failed) list.Append("<span>").Append(Encode(run.StatusWords)).Append("</span>");
        if (run.Started is { } started) list.Append("<span>").Append(Encode(started)).Append("</span>");
        if (run.Seconds is { } seconds) list.Append("<span>").Append(ReportRun.Duration(seconds)).Append("</span>");
        foreach ((string? path, string kind) in (IEnumerable<(string?, string)>)[(page.Html, "report"), (page.Pdf, "PDF"), (page.Notebook, "notebook")])
        {
            if (path is not null) Link(list, path, kind);
        }

        list.Append("</p>\n</div>\n</li>\n");
        return outcome;
    }

    /// <summary>The first checks of the notebook's own verdict: its main numbers.</summary>
    private static void WriteNumbers(StringBuilder list, ReportVerdict verdict)
    {
        list.Append("<dl class=\"numbers\">");
        foreach (ReportCheck check in verdict.Checks.Take(MainNumbers)) list.Append("<div><dt>").Append(Encode(check.Name)).Append("</dt><dd>").Append(Encode(check.Measured)).Append("</dd></div>");
        list.Append("</dl>\n");
    }

    private static void WriteChecks(StringBuilder list, ReportVerdict verdict, string? report)
    {
        list.Append(CultureInfo.InvariantCulture, $"<details><summary class=\"outcome {verdict.Outcome}\"><b>{ReportVerdict.Sign(verdict.Outcome)} {verdict.Outcome.ToUpperInvariant()}</b> {Encode(verdict.Title)} <span class=\"muted\">{verdict.Counts}</span></summary>\n");
        list.Append("<table><thead><tr><th scope=\"col\">check</th><th scope=\"col\">measured</th><th scope=\"col\">required</th><th scope=\"col\">outcome</th></tr></thead><tbody>\n");
        foreach (ReportCheck check in verdict.Checks)
        {
            list.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encode(check.Name)}</td><td>{Encode(check.Measured)}</td><td>{Encode(check.Required)}</td><td class=\"outcome {check.Outcome}\">{ReportVerdict.Sign(check.Outcome)} {check.Outcome}</td></tr>\n");
        }

        list.Append("</tbody></table>\n");
        if (report is not null) list.Append("<p><a href=\"").Append(ReportPage.Href(report)).Append('#').Append(verdict.Place).Append("\">in the report</a></p>\n");
        list.Append("</details>\n");
    }

    private static string Reason(NotebookDocument document)
    {
        string? error = document.Cells.SelectMany(cell => cell.Outputs).OfType<ErrorOutput>().FirstOrDefault()?.Value;
        return error is null ? "" : ": " + PlainText.Clean(error).Split('\n')[0];
    }

    private static void Link(StringBuilder list, string? path, string text)
    {
        if (path is null) list.Append(Encode(text));
        else list.Append("<a href=\"").Append(ReportPage.Href(path)).Append("\">").Append(Encode(text)).Append("</a>");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
