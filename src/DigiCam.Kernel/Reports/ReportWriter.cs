using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>Writes one report.</summary>
internal sealed partial class ReportWriter(NotebookDocument document, HtmlReportOptions options)
{
    private const int MaxPreview = 90;

    /// <summary>Which representation of a value a page shows, best first.</summary>
    private static readonly string[] Preference =
        ["text/html", "image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp", "text/markdown", "text/latex", "application/json", "text/plain"];

    private readonly MarkdownText _markdown = new(options.BaseDirectory);
    private readonly StringBuilder _body = new();
    private readonly List<Failure> _failures = [];
    private readonly JsonObject? _run = (document.Metadata["digicam"] as JsonObject)?["run"] as JsonObject;

    /// <summary>The account of the cells, as far as it is one: the file may come from anywhere.</summary>
    private IEnumerable<JsonObject> RunCells => (_run?["cells"] as JsonArray)?.OfType<JsonObject>() ?? [];

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
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n")
            .Append("<meta name=\"generator\" content=\"DigiCamNotebooks\">\n")
            .Append("<title>").Append(Encode(title)).Append("</title>\n")
            .Append("<style>\n").Append(Asset("report.css")).Append("</style>\n</head>\n<body>\n")
            // First, so that scripts in outputs find the body as an editor would give it.
            .Append("<script>\n").Append(Asset("theme.js")).Append("</script>\n");
        List<ReportHeading> headings = [.. _markdown.Headings.Where((heading, i) => heading.Level <= 3 && !(i == 0 && heading.Level == 1))];
        bool toc = headings.Count > 1;
        page.Append(toc ? "<div class=\"page\">\n" : "<div class=\"page plain\">\n");
        if (toc) WriteToc(page, title, headings);
        page.Append("<main>\n");
        WriteVerdict(page);
        if (document.Title is null) page.Append("<h1>").Append(Encode(options.Name)).Append("</h1>\n");
        page.Append(_body);
        WriteFooter(page);
        page.Append("</main>\n</div>\n<script>\n").Append(Asset("report.js")).Append("</script>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void WriteToc(StringBuilder page, string title, List<ReportHeading> headings)
    {
        page.Append("<nav class=\"toc\" aria-label=\"Contents\">\n<p class=\"toc-title\"><a href=\"#\">").Append(Encode(title)).Append("</a></p>\n<ul>\n");
        int top = headings.Min(heading => heading.Level);
        foreach (ReportHeading heading in headings)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li class=\"l{heading.Level - top + 1}\"><a href=\"#{Encode(heading.Anchor)}\">{Encode(heading.Text)}</a></li>\n");
        }

        page.Append("</ul>\n</nav>\n");
    }

    private void WriteVerdict(StringBuilder page)
    {
        int cells = document.Cells.Count(cell => cell.Kind == CellKind.Code);
        string status = Text(_run?["status"]) ?? "";
        if (_failures.Count == 0 && status is "" or "succeeded")
        {
            page.Append("<p class=\"run\">");
            if (status.Length > 0) page.Append("<span class=\"badge good\">run succeeded</span>").Append(RunFacts());
            if (cells > 0 && !options.HideCode) page.Append("<button type=\"button\" id=\"toggle-code\" hidden>Show all code</button>");
            page.Append("</p>\n");
            return;
        }

        string what = status switch
        {
            "timedOut" => "Run stopped: time limit reached",
            "cancelled" => "Run cancelled",
            _ => _failures.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"Run failed in {_failures.Count} cells") : "Run failed",
        };
        page.Append("<section class=\"verdict\" role=\"alert\">\n<p class=\"verdict-title\">").Append(what).Append("</p>\n");
        foreach (Failure failure in _failures)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p><a href=\"#error-{failure.Cell}\">Cell {failure.Cell}{LinePart(failure.Line)}</a>: {PlainText.Encode(failure.Message)}</p>\n");
        }

        int notRun = RunCells.Count(cell => Text(cell["status"]) == "notRun");
        if (notRun > 0) page.Append(CultureInfo.InvariantCulture, $"<p class=\"muted\">{notRun} of {cells} code cells did not run.</p>\n");
        page.Append("<p class=\"run\">").Append(RunFacts());
        if (!options.HideCode) page.Append("<button type=\"button\" id=\"toggle-code\" hidden>Show all code</button>");
        page.Append("</p>\n</section>\n");
    }

    private string RunFacts()
    {
        if (_run is null) return "";
        StringBuilder facts = new();
        string started = Text(_run["started"]) ?? "";
        if (started.Length > 0) facts.Append("<span>").Append(Encode(started.Replace('T', ' ').Replace("Z", " UTC", StringComparison.Ordinal))).Append("</span>");
        if (Seconds(_run["seconds"]) is { } seconds) facts.Append("<span>").Append(Duration(seconds)).Append("</span>");
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
                    WriteBundle(display.Data, string.Create(CultureInfo.InvariantCulture, $"output-{number}-{index}"));
                    break;
                case ExecuteResultOutput result:
                    WriteBundle(result.Data, string.Create(CultureInfo.InvariantCulture, $"output-{number}-{index}"));
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
        JsonObject? account = RunCells.FirstOrDefault(run => run["cell"] is JsonValue value && value.TryGetValue(out int n) && n == number);
        double? seconds = Seconds(account?["seconds"]);
        if (Text(account?["status"]) == "notRun") tag += "<span class=\"tag\">did not run</span>";
        string time = seconds >= 0.1 ? $"<span class=\"time\">{Duration(seconds.Value)}</span>" : "";
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
        if (_run is not null)
        {
            if (Text(_run["started"]) is { } started) page.Append(" &middot; run ").Append(Encode(started.Replace('T', ' ').Replace("Z", " UTC", StringComparison.Ordinal)));
            if (Seconds(_run["seconds"]) is { } total) page.Append(" &middot; ").Append(Duration(total)).Append(" in all");
            JsonObject[] slow = [.. RunCells.Where(cell => cell["cell"] is JsonValue && Seconds(cell["seconds"]) >= 0.1).OrderByDescending(cell => Seconds(cell["seconds"])).Take(3)];
            if (slow.Length > 0)
            {
                page.Append(" &middot; slowest: ").AppendJoin(", ", slow.Select(cell => $"<a href=\"#cell-{Encode(cell["cell"]!.ToJsonString())}\">cell {Encode(cell["cell"]!.ToJsonString())}</a> {Duration(Seconds(cell["seconds"])!.Value)}"));
            }
        }

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

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static double? Seconds(JsonNode? node) => node is JsonValue value && value.TryGetValue(out double seconds) ? seconds : null;

    private static string Duration(double seconds) => seconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {seconds % 60:0} s"),
    };

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Asset(string name)
    {
        using Stream stream = typeof(ReportWriter).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"resource {name} is missing");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\bcell ([0-9]{1,6}), line ([0-9]{1,6})")]
    private static partial Regex CellPlace();

    [GeneratedRegex(@"^cell [0-9]+(, line [0-9]+)?(, column [0-9]+)?: ")]
    private static partial Regex LeadingPlace();

    private sealed record Failure(int Cell, int? Line, string Message);
}
