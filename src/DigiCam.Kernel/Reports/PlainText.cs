using System.Net;
using System.Text.RegularExpressions;

namespace DigiCam.Kernel.Reports;

/// <summary>Console text for a page: colours and cursor movements removed, characters escaped.</summary>
internal static partial class PlainText
{
    public static string Encode(string text) => WebUtility.HtmlEncode(Clean(text));

    /// <summary>What a terminal would show in the end: a carriage return starts the line anew.</summary>
    public static string Clean(string text)
    {
        text = AnsiCode().Replace(text, "").Replace("\r\n", "\n", StringComparison.Ordinal);
        if (!text.Contains('\r')) return text;
        return string.Join('\n', text.Split('\n').Select(line =>
        {
            string[] parts = line.TrimEnd('\r').Split('\r');
            return parts[^1];
        }));
    }

    [GeneratedRegex(@"\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)?|[@-Z\\^_])")]
    private static partial Regex AnsiCode();
}
