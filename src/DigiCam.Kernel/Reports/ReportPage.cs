using System.Net;
using System.Text;

namespace DigiCam.Kernel.Reports;

/// <summary>What all pages have in common: one file with its styles and scripts, in both themes.</summary>
internal static class ReportPage
{
    /// <summary>A whole page.</summary>
    /// <param name="title">The title as text.</param>
    /// <param name="body">The page as HTML.</param>
    public static string Wrap(string title, string body) => new StringBuilder()
        .Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .Append("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .Append("<meta name=\"generator\" content=\"DigiCamNotebooks\">\n")
        .Append("<title>").Append(WebUtility.HtmlEncode(title)).Append("</title>\n")
        .Append("<style>\n").Append(Asset("report.css")).Append("</style>\n</head>\n<body>\n")
        // First, so that scripts in outputs find the body as an editor would give it.
        .Append("<script>\n").Append(Asset("theme.js")).Append("</script>\n")
        .Append(body)
        .Append("<script>\n").Append(Asset("report.js")).Append("</script>\n</body>\n</html>\n")
        .ToString();

    /// <summary>A relative path as the value of an attribute.</summary>
    public static string Href(string path) => WebUtility.HtmlEncode(string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));

    private static string Asset(string name)
    {
        using Stream stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"resource {name} is missing");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
