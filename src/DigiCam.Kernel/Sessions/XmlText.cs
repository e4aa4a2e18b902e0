using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace DigiCam.Kernel.Sessions;

/// <summary>XML documentation as text.</summary>
internal static partial class XmlText
{
    /// <summary>The summary, and what each parameter is.</summary>
    public static string Summary(string? xml)
    {
        if (string.IsNullOrWhiteSpace(xml)) return "";
        XElement root;
        try
        {
            root = XElement.Parse(xml);
        }
        catch (XmlException)
        {
            return "";
        }

        IEnumerable<string> parameters = root.Elements("param").Select(p => $"{(string?)p.Attribute("name")}: {Text(p)}").Where(line => !line.EndsWith(": ", StringComparison.Ordinal));
        string summary = root.Element("summary") is { } element ? Text(element) : "";
        return string.Join("\n", ((string[])[summary, .. parameters]).Where(line => line.Length > 0));
    }

    private static string Text(XElement element) => Space().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" } see => (string?)see.Attribute("langword") ?? ShortName((string?)see.Attribute("cref") ?? ""),
        XElement { Name.LocalName: "paramref" or "typeparamref" } reference => (string?)reference.Attribute("name") ?? "",
        XElement other => Text(other),
        _ => "",
    };

    /// <summary>The last part of an identifier such as <c>M:System.Math.Abs(System.Double)</c>.</summary>
    private static string ShortName(string cref)
    {
        string name = cref.Split('(')[0];
        return name[(name.LastIndexOfAny(['.', ':']) + 1)..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
