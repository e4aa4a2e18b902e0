using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>
/// The small picture that stands for a notebook: the polygons of the first SVG group with the attribute <c>data-digicam-thumbnail</c>, in
/// their colours; those without a colour of their own get the class "none". Any HTML output can offer one.
/// </summary>
internal static partial class ReportPicture
{
    private const string Attribute = " data-digicam-thumbnail";

    /// <summary>The picture as SVG; null when the notebook offers none.</summary>
    public static string? Of(NotebookDocument document) => ReportOutputs.Html(document).Select(output => Draw(output.Html)).FirstOrDefault(picture => picture is not null);

    private static string? Draw(string html)
    {
        int mark = html.IndexOf(Attribute, StringComparison.Ordinal);
        int start = mark < 0 ? -1 : html.LastIndexOf("<g ", mark, StringComparison.Ordinal);
        int end = start < 0 ? -1 : html.IndexOf("</g>", start, StringComparison.Ordinal);
        if (end < 0) return null;
        XElement group;
        try
        {
            group = XElement.Parse(html[start..end] + "</g>");
        }
        catch (XmlException)
        {
            return null;
        }

        // Shapes of one colour share a path: that is a third of the text.
        SortedDictionary<string, StringBuilder> paths = new(StringComparer.Ordinal);
        (int Left, int Top, int Right, int Bottom) box = (int.MaxValue, int.MaxValue, int.MinValue, int.MinValue);
        foreach (XElement polygon in group.Elements("polygon"))
        {
            int[] numbers = [.. Number().Matches((string?)polygon.Attribute("points") ?? "").Select(match => (int)Math.Round(double.Parse(match.ValueSpan, CultureInfo.InvariantCulture)))];
            if (numbers.Length < 6 || numbers.Length % 2 != 0) continue;
            string fill = (string?)polygon.Attribute("fill") is { } color && Color().IsMatch(color) ? color : "";
            if (!paths.TryGetValue(fill, out StringBuilder? path)) paths[fill] = path = new StringBuilder();
            path.Append(CultureInfo.InvariantCulture, $"M{numbers[0]} {numbers[1]}l");
            for (int i = 2; i < numbers.Length; i += 2)
            {
                int x = numbers[i] - numbers[i - 2];
                int y = numbers[i + 1] - numbers[i - 1];
                if (i > 2 && x >= 0) path.Append(' ');
                path.Append(x.ToString(CultureInfo.InvariantCulture)).Append(y >= 0 ? " " : "").Append(y.ToString(CultureInfo.InvariantCulture));
            }

            path.Append('z');
            for (int i = 0; i < numbers.Length; i += 2)
            {
                box = (Math.Min(box.Left, numbers[i]), Math.Min(box.Top, numbers[i + 1]), Math.Max(box.Right, numbers[i]), Math.Max(box.Bottom, numbers[i + 1]));
            }
        }

        if (paths.Count == 0) return null;
        (double scaleX, double scaleY) = Scale().Match((string?)group.Attribute("transform") ?? "") is { Success: true } match
            ? (double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
            : (1, 1);
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"picture\" viewBox=\"{box.Left * scaleX:0.#} {box.Top * scaleY:0.#} {(box.Right - box.Left) * scaleX:0.#} {(box.Bottom - box.Top) * scaleY:0.#}\" aria-hidden=\"true\">")
            .Append(CultureInfo.InvariantCulture, $"<g transform=\"scale({scaleX:0.####} {scaleY:0.####})\">");
        foreach ((string fill, StringBuilder path) in paths)
        {
            svg.Append(fill.Length > 0 ? $"<path fill=\"{fill}\" d=\"" : "<path class=\"none\" d=\"").Append(path).Append("\"/>");
        }

        return svg.Append("</g></svg>").ToString();
    }

    [GeneratedRegex(@"-?[0-9]+(\.[0-9]+)?")]
    private static partial Regex Number();

    [GeneratedRegex("^#[0-9a-fA-F]{3,8}$")]
    private static partial Regex Color();

    [GeneratedRegex(@"scale\(([0-9.]+)[ ,]+([0-9.]+)\)")]
    private static partial Regex Scale();
}
