using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>
/// A verdict that a notebook has shown. Any HTML output can state one: an element whose attribute <c>data-digicam-verdict</c> holds
/// JSON {"outcome": "pass" | "warn" | "fail", "title": text, "checks": [{"name", "measured", "required", "outcome"}]}.
/// </summary>
/// <param name="Place">Anchor of the output in the report.</param>
/// <param name="Outcome">pass, warn or fail.</param>
/// <param name="Title">What was judged.</param>
/// <param name="Checks">What was checked.</param>
internal sealed record ReportVerdict(string Place, string Outcome, string Title, IReadOnlyList<ReportCheck> Checks)
{
    private const string Attribute = " data-digicam-verdict=\"";

    // Shape as well as colour tells the outcomes apart.
    private static readonly Dictionary<string, string> Signs = new(StringComparer.Ordinal) { ["pass"] = "✓", ["warn"] = "!", ["fail"] = "✗" };

    /// <summary>How many checks had which outcome, the worst first.</summary>
    public string Counts => string.Join(", ", Signs.Keys.Reverse()
        .Select(outcome => (Outcome: outcome, Count: Checks.Count(check => check.Outcome == outcome)))
        .Where(group => group.Count > 0)
        .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count} {group.Outcome}")));

    /// <summary>A character for an outcome.</summary>
    public static string Sign(string outcome) => Signs[outcome];

    /// <summary>All verdicts of a notebook, top to bottom; the last one is the notebook's own.</summary>
    public static IReadOnlyList<ReportVerdict> All(NotebookDocument document) =>
        [.. ReportOutputs.Html(document).Select(output => Read(output.Html, output.Place)).OfType<ReportVerdict>()];

    private static ReportVerdict? Read(string html, string place)
    {
        int start = html.IndexOf(Attribute, StringComparison.Ordinal);
        // Within a tag, not in a text that speaks of one.
        if (start < 0 || html.LastIndexOf('<', start) <= html.LastIndexOf('>', start)) return null;
        start += Attribute.Length;
        int end = html.IndexOf('"', start);
        if (end < 0) return null;
        try
        {
            return JsonNode.Parse(WebUtility.HtmlDecode(html[start..end])) is JsonObject json && Outcome(json) is { } outcome
                ? new ReportVerdict(place, outcome, Text(json, "title"), [.. (json["checks"] as JsonArray ?? []).OfType<JsonObject>().Select(Check).OfType<ReportCheck>()])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }

        static ReportCheck? Check(JsonObject json) => Outcome(json) is { } outcome ? new ReportCheck(Text(json, "name"), Text(json, "measured"), Text(json, "required"), outcome) : null;

        static string? Outcome(JsonObject json) => Text(json, "outcome") is var text && Signs.ContainsKey(text) ? text : null;

        static string Text(JsonObject json, string key) => json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
    }
}

/// <summary>One check of a verdict.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Measured">What was found, with unit.</param>
/// <param name="Required">What was asked for, with unit.</param>
/// <param name="Outcome">pass, warn or fail.</param>
internal sealed record ReportCheck(string Name, string Measured, string Required, string Outcome);
