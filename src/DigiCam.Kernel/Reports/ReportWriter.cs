using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>Writes one report.</summary>
internal sealed partial class ReportWriter(NotebookDocument document, HtmlReportOptions options)
{
    private const int MaxPreview = 90;
    private const string CodeSwitch = "<button type=\"button\" id=\"toggle-code\" hidden>Show all code</button>";

    /// <summary>Which representation of a value a page shows, best first.</summary>
    private static readonly string[] Preference =
        ["text/html", "image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp", "text/markdown", "text/latex", "application/json", "text/plain"];

    private readonly MarkdownText _markdown = new(options.BaseDirectory);
    private readonly StringBuilder _body = new();
    private readonly List<Failure> _failures = [];
    private readonly ReportRun _run = new(document);

    public string Write()
    {
        int number = 0;
        for (int i = 0; i < document.Cells.Count; i++)
        {
            NotebookCell cell = document.Cells[i];
            if (cell.Kind == CellKind.Code) WriteCode(cell, ++number);
            else if (cell.Kind == CellKind.Markdown) _body.Append("<section class=\"text\">\n").Append(_markdown.ToHtml(cell.Source, cell.Attachments)).Append("</section>\n");
        }

        // Markdown in outputs adds headings too; the title is the first heading of the notebook's own text.
        string title = document.Title ?? options.Name;
        List<ReportHeading> headings = [.. _markdown.Headings.Where((heading, i) => heading.Level <= 3 && !(i == 0 && heading.Level == 1))];
        bool side = headings.Count > 1 || options.Links is not null;
        StringBuilder main = new();
        main.Append(side ? "<div class=\"page\">\n" : "<div class=\"page plain\">\n");
        if (side) WriteSide(main, title, headings);
        main.Append("<main>\n");
        WriteRun(main);
        WriteVerdicts(main);
        if (document.Title is null) main.Append("<h1>").Append(Encode(options.Name)).Append("</h1>\n");
        main.Append(_body);
        WriteNeighbours(main);
        WriteFooter(main);
        main.Append("</main>\n</div>\n");
        return ReportPage.Wrap(title, main.ToString());
    }

    private void WriteSide(StringBuilder page, string title, List<ReportHeading> headings)
    {
        page.Append("<nav class=\"toc\" aria-label=\"Contents\">\n");
        if (options.Links?.Index is { } index) page.Append("<p class=\"up\"><a href=\"").Append(ReportPage.Href(index)).Append("\">All notebooks</a></p>\n");
        page.Append("<p class=\"toc-title\"><a href=\"#\">").Append(Encode(title)).Append("</a></p>\n");
        if (headings.Count > 0) WriteToc(page, headings);
        page.Append("</nav>\n");
    }

    private static void WriteToc(StringBuilder page, List<ReportHeading> headings)
    {
        page.Append("<ul>\n");
        int top = headings.Min(heading => heading.Level);
        foreach (ReportHeading heading in headings)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li class=\"l{heading.Level - top + 1}\"><a href=\"#{Encode(heading.Anchor)}\">{Encode(heading.Text)}</a></li>\n");
        }

        page.Append("</ul>\n");
    }

    private void WriteRun(StringBuilder page)
    {
        int cells = document.Cells.Count(cell => cell.Kind == CellKind.Code);
        if (_failures.Count == 0 && !_run.Failed)
        {
            page.Append("<p class=\"run\">");
            if (_run.Status.Length > 0) page.Append("<span class=\"badge good\">run succeeded</span>").Append(RunFacts());
            if (cells > 0 && !options.HideCode) page.Append(CodeSwitch);
            page.Append("</p>\n");
            return;
        }

        string what = _run.Status switch
        {
            "timedOut" => "Run stopped: time limit reached",
            "cancelled" => "Run cancelled",
            _ => _failures.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"Run failed in {_failures.Count} cells") : "Run failed",
        };
        page.Append("<section class=\"failure\" role=\"alert\">\n<p class=\"failure-title\">").Append(what).Append("</p>\n");
        foreach (Failure failure in _failures)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p><a href=\"#error-{failure.Cell}\">Cell {failure.Cell}{LinePart(failure.Line)}</a>: {PlainText.Encode(failure.Message)}</p>\n");
        }

        int notRun = _run.Cells.Count(cell => cell.Status == "notRun");
        if (notRun > 0) page.Append(CultureInfo.InvariantCulture, $"<p class=\"muted\">{notRun} of {cells} code cells did not run.</p>\n");
        page.Append("<p class=\"run\">").Append(RunFacts());
        if (!options.HideCode) page.Append(CodeSwitch);
        page.Append("</p>\n</section>\n");
    }

    /// <summary>What the notebook itself concludes: its last verdict, then those before it.</summary>
    private void WriteVerdicts(StringBuilder page)
    {
        foreach (ReportVerdict verdict in ReportVerdict.All(document).Reverse())
        {
            page.Append(CultureInfo.InvariantCulture, $"<section class=\"verdict {verdict.Outcome}\">\n<p><a href=\"#{verdict.Place}\"><b>{ReportVerdict.Sign(verdict.Outcome)} {verdict.Outcome.ToUpperInvariant()}</b></a> {Encode(verdict.Title)}")
                .Append(CultureInfo.InvariantCulture, $" <span class=\"muted\">{verdict.Counts}</span></p>\n");
            ReportCheck[] open = [.. verdict.Checks.Where(check => check.Outcome != "pass")];
            if (open.Length > 0)
            {
                page.Append("<ul>\n");
                foreach (ReportCheck check in open) page.Append(CultureInfo.InvariantCulture, $"<li class=\"{check.Outcome}\">{ReportVerdict.Sign(check.Outcome)} {Encode(check.Name)}: <b>{Encode(check.Measured)}</b>, required {Encode(check.Required)}</li>\n");
                page.Append("</ul>\n");
            }

            page.Append("</section>\n");
        }
    }

    private void WriteNeighbours(StringBuilder page)
    {
        if (options.Links is not { } links || (links.Index ?? (object?)links.Previous ?? links.Next) is null) return;
        page.Append("<nav class=\"neighbours\" aria-label=\"Campaign\">\n");
        if (links.Previous is { } previous) page.Append("<a rel=\"prev\" href=\"").Append(ReportPage.Href(previous.Path)).Append("\">← ").Append(Encode(previous.Title)).Append("</a>\n");
        if (links.Index is { } index) page.Append("<a class=\"all\" href=\"").Append(ReportPage.Href(index)).Append("\">All notebooks</a>\n");
        if (links.Next is { } next) page.Append("<a rel=\"next\" href=\"").Append(ReportPage.Href(next.Path)).Append("\">").Append(Encode(next.Title)).Append(" →</a>\n");
        page.Append("</nav>\n");
    }

    private string RunFacts()
    {
        StringBuilder facts = new();
        if (_run.Started is { } started) facts.Append("<span>").Append(Encode(started)).Append("</span>");
        if (_run.Seconds is { } seconds) facts.Append("<span>").Append(ReportRun.Duration(seconds)).Append("</span>");
        return facts.ToString();
    }

    private void WriteCode(NotebookCell cell, int number)
    {
        ErrorOutput? error = cell.Outputs.OfType<ErrorOutput>().FirstOrDefault();
        if (string.IsNullOrWhiteSpace(cell.Source) && cell.Outputs.Count == 0) return;
        _body.Append(CultureInfo.InvariantCulture, $"<section class=\"cell\" id=\"cell-{number}\">\n");
        if (!options.HideCode) WriteSource(cell, number);
        int index = 0;
        foreach (CellOutput output in cell.Outputs)
        {
            index++;
            switch (output)
            {
                case StreamOutput stream:
                    _body.Append("<pre class=\"output stream").Append(stream.Name == "stderr" ? " stderr" : "").Append("\">").Append(PlainText.Encode(stream.Text.TrimEnd('\n'))).Append("</pre>\n");
                    break;
                case DisplayDataOutput display:
                    WriteBundle(display.Data, ReportOutputs.Place(number, index));
                    break;
                case ExecuteResultOutput result:
                    WriteBundle(result.Data, ReportOutputs.Place(number, index));
                    break;
                case ErrorOutput failure when ReferenceEquals(failure, error):
                    WriteError(cell, failure, number);
                    break;
                case ErrorOutput other:
                    _body.Append("<pre class=\"output stream stderr\">").Append(PlainText.Encode(other.Value)).Append("</pre>\n");
                    break;
            }
        }

        _body.Append("</section>\n");
    }

    private void WriteSource(NotebookCell cell, int number)
    {
        string[] lines = [.. cell.Source.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        string preview = lines.FirstOrDefault(line => !line.StartsWith("//", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "";
        if (preview.Length > MaxPreview) preview = preview[..MaxPreview] + "...";
        string tag = cell.Tags.Contains("injected-parameters") ? "<span class=\"tag\">parameters of this run</span>"
            : cell.Tags.Contains("parameters") ? "<span class=\"tag\">parameters</span>"
            : "";
        (_, string? status, double? seconds) = _run.Cells.FirstOrDefault(run => run.Cell == number);
        if (status == "notRun") tag += "<span class=\"tag\">did not run</span>";
        string time = seconds >= 0.1 ? $"<span class=\"time\">{ReportRun.Duration(seconds.Value)}</span>" : "";
        _body.Append(CultureInfo.InvariantCulture, $"<details class=\"code\"><summary><span class=\"number\">[{number}]</span><code>{Encode(preview)}</code>{tag}{time}</summary>\n")
            .Append("<pre class=\"source\"><code>").Append(string.Join('\n', CSharpHighlighter.Lines(cell.Source.TrimEnd()))).Append("</code></pre></details>\n");
    }

    private void WriteBundle(MimeBundle data, string id)
    {
        string? type = Preference.FirstOrDefault(data.ContainsKey) ?? data.Keys.FirstOrDefault();
        if (type is null) return;
        string text = data[type];
        _body.Append("<div class=\"output\" id=\"").Append(id).Append("\">");
        switch (type)
        {
            case "text/html":
                _body.Append(text);
                break;
            case "text/markdown":
                int headings = _markdown.Headings.Count;
                _body.Append(_markdown.ToHtml(text));
                // Headings in outputs are results, not chapters.
                _markdown.Headings.RemoveRange(headings, _markdown.Headings.Count - headings);
                break;
            case "image/svg+xml":
                _body.Append("<img alt=\"\" src=\"data:image/svg+xml;base64,").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))).Append("\">");
                break;
            case { } image when image.StartsWith("image/", StringComparison.Ordinal):
                _body.Append("<img alt=\"\" src=\"data:").Append(Encode(image)).Append(";base64,").Append(Encode(string.Concat(text.Where(c => !char.IsWhiteSpace(c))))).Append("\">");
                break;
            default:
                _body.Append("<pre>").Append(PlainText.Encode(text)).Append("</pre>");
                break;
        }

        _body.Append("</div>\n");
    }

    private void WriteError(NotebookCell cell, ErrorOutput error, int number)
    {
        int? line = FailingLine(error, number);
        _failures.Add(new Failure(number, line, WithoutPlace(error.Value)));
        _body.Append(CultureInfo.InvariantCulture, $"<div class=\"error\" id=\"error-{number}\">\n<p class=\"error-title\">Cell {number} failed{(line is null ? "" : " at" + LinePart(line).TrimStart(','))}</p>\n")
            .Append("<p class=\"error-message\">").Append(PlainText.Encode(WithoutPlace(error.Value))).Append("</p>\n")
            .Append("<pre class=\"source numbered\"><code>");
        IReadOnlyList<string> lines = CSharpHighlighter.Lines(cell.Source.TrimEnd());
        for (int i = 0; i < lines.Count; i++)
        {
            _body.Append(i + 1 == line ? "<span class=\"failing\">" : "<span>").Append(lines[i].Length == 0 ? " " : lines[i]).Append("</span>\n");
        }

        _body.Append("</code></pre>\n");
        if (error.Traceback.Count > 1)
        {
            _body.Append("<details class=\"traceback\" open><summary>Traceback</summary><pre>").Append(PlainText.Encode(string.Join('\n', error.Traceback))).Append("</pre></details>\n");
        }

        _body.Append("</div>\n");
    }

    private void WriteFooter(StringBuilder page)
    {
        page.Append("<footer>\n<p>").Append(Encode(options.Name));
        if (_run.Started is { } started) page.Append(" &middot; run ").Append(Encode(started));
        if (_run.Seconds is { } total) page.Append(" &middot; ").Append(ReportRun.Duration(total)).Append(" in all");
        string[] slow = [.. _run.Cells.Where(cell => cell.Seconds >= 0.1).OrderByDescending(cell => cell.Seconds).Take(3)
            .Select(cell => string.Create(CultureInfo.InvariantCulture, $"<a href=\"#cell-{cell.Cell}\">cell {cell.Cell}</a> {ReportRun.Duration(cell.Seconds!.Value)}"))];
        if (slow.Length > 0) page.Append(" &middot; slowest: ").AppendJoin(", ", slow);
        page.Append("</p>\n</footer>\n");
    }

    /// <summary>The line of this cell that the error names first, in its message or its traceback.</summary>
    private static int? FailingLine(ErrorOutput error, int number)
    {
        foreach (string text in error.Traceback.Prepend(error.Value))
        {
            foreach (Match match in CellPlace().Matches(text))
            {
                if (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) == number) return int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    private static string WithoutPlace(string message) => LeadingPlace().Replace(message, "");

    private static string LinePart(int? line) => line is { } number ? string.Create(CultureInfo.InvariantCulture, $", line {number}") : "";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex(@"\bcell ([0-9]{1,6}), line ([0-9]{1,6})")]
    private static partial Regex CellPlace();

    [GeneratedRegex(@"^cell [0-9]+(, line [0-9]+)?(, column [0-9]+)?: ")]
    private static partial Regex LeadingPlace();

    private sealed record Failure(int Cell, int? Line, string Message);
}
