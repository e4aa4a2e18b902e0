using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace DigiCam.Kernel.Reports;

/// <summary>Markdown of one report as HTML: unique anchors for headings, pictures embedded, raw HTML shown as text.</summary>
internal sealed class MarkdownText(string? baseDirectory)
{
    private const long MaxPictureLength = 20_000_000;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseGridTables()
        .UseEmphasisExtras()
        .UseListExtras()
        .UseTaskLists()
        .UseAutoLinks()
        .UseDefinitionLists()
        .UseMathematics()
        .DisableHtml()
        .Build();

    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);

    /// <summary>All headings rendered so far.</summary>
    public List<ReportHeading> Headings { get; } = [];

    public string ToHtml(string markdown, JsonObject? attachments = null)
    {
        MarkdownDocument document = Markdown.Parse(markdown, Pipeline);
        foreach (HeadingBlock heading in document.Descendants<HeadingBlock>())
        {
            string text = Text(heading.Inline);
            string anchor = Anchor(text);
            heading.GetAttributes().Id = anchor;
            Headings.Add(new ReportHeading(heading.Level, text, anchor));
        }

        foreach (LinkInline link in document.Descendants<LinkInline>().ToList()) Adjust(link, attachments);
        foreach (AutolinkInline link in document.Descendants<AutolinkInline>().ToList())
        {
            if (!link.IsEmail && !IsHarmless(link.Url)) link.ReplaceBy(new LiteralInline(link.Url));
        }

        using StringWriter writer = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        HtmlRenderer renderer = new(writer);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        // There is no typesetter offline: formulas read better as bare TeX.
        return writer.ToString()
            .Replace("<span class=\"math\">\\(", "<span class=\"math\">", StringComparison.Ordinal)
            .Replace("\\)</span>", "</span>", StringComparison.Ordinal)
            .Replace("<div class=\"math\">\n\\[", "<div class=\"math\">", StringComparison.Ordinal)
            .Replace("\\]</div>", "</div>", StringComparison.Ordinal);
    }

    private void Adjust(LinkInline link, JsonObject? attachments)
    {
        string url = link.Url ?? "";
        if (!link.IsImage)
        {
            if (!IsHarmless(url)) link.Url = "#";
            return;
        }

        if (Embed(url, attachments) is { } data)
        {
            link.Url = data;
            return;
        }

        // A report must not ask the network for anything; a link that a reader may follow is something else.
        string text = Text(link) is { Length: > 0 } alternative ? alternative : url;
        if (url.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            link.IsImage = false;
            if (link.FirstChild is null) link.AppendChild(new LiteralInline(text));
        }
        else
        {
            link.ReplaceBy(new LiteralInline($"[picture: {text}]"), copyChildren: false);
        }
    }

    private string? Embed(string url, JsonObject? attachments)
    {
        if (url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)) return url;
        if (url.StartsWith("attachment:", StringComparison.Ordinal))
        {
            if (attachments?[Uri.UnescapeDataString(url["attachment:".Length..])] is not JsonObject bundle) return null;
            foreach ((string mimeType, JsonNode? content) in bundle.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                string text = content is JsonArray lines ? string.Concat(lines.Select(line => (string?)line)) : (string?)content ?? "";
                if (!mimeType.StartsWith("image/", StringComparison.Ordinal)) continue;
                return mimeType == "image/svg+xml" ? DataUrl(mimeType, Encoding.UTF8.GetBytes(text)) : $"data:{mimeType};base64,{string.Concat(text.Where(c => !char.IsWhiteSpace(c)))}";
            }

            return null;
        }

        if (baseDirectory is null || url.Contains(':', StringComparison.Ordinal) || MimeType(url) is not { } type) return null;
        FileInfo file = new(Path.GetFullPath(Uri.UnescapeDataString(url), baseDirectory));
        return file.Exists && file.Length <= MaxPictureLength ? DataUrl(type, File.ReadAllBytes(file.FullName)) : null;
    }

    private static string DataUrl(string mimeType, byte[] content) => $"data:{mimeType};base64,{Convert.ToBase64String(content)}";

    private static string? MimeType(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PNG" => "image/png",
        ".JPG" or ".JPEG" => "image/jpeg",
        ".GIF" => "image/gif",
        ".SVG" => "image/svg+xml",
        ".WEBP" => "image/webp",
        _ => null,
    };

    private static bool IsHarmless(string url)
    {
        int colon = url.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || url.IndexOfAny(['/', '?', '#']) is >= 0 and var other && other < colon) return true;
        return url[..colon].Trim().ToUpperInvariant() is "HTTP" or "HTTPS" or "MAILTO";
    }

    private string Anchor(string text)
    {
        StringBuilder anchor = new();
        foreach (char c in text.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c)) anchor.Append(c);
            else if (anchor.Length > 0 && anchor[^1] != '-') anchor.Append('-');
        }

        string stem = anchor.ToString().Trim('-') is { Length: > 0 } slug ? "h-" + slug : "h-section";
        string name = stem;
        for (int i = 2; !_anchors.Add(name); i++) name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}");
        return name;
    }

    private static string Text(ContainerInline? container)
    {
        if (container is null) return "";
        StringBuilder text = new();
        foreach (Inline inline in container.Descendants())
        {
            if (inline is LiteralInline literal) text.Append(literal.Content.ToString());
            else if (inline is CodeInline code) text.Append(code.Content);
            else if (inline is LineBreakInline) text.Append(' ');
            else if (inline is HtmlEntityInline entity) text.Append(entity.Transcoded.ToString());
        }

        return text.ToString().Trim();
    }
}
