using System.Globalization;
using System.Text;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Tables;

/// <summary>A table of checks against limits; the worst of them is the verdict.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<Verdict>))]
public sealed class Verdict : IHtml
{
    /// <summary>Takes the checks.</summary>
    /// <param name="title">What is judged.</param>
    /// <param name="checks">The checks in the order shown.</param>
    public Verdict(string title, IEnumerable<Check> checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        (Title, Checks) = (title, [.. checks]);
    }

    /// <summary>What is judged.</summary>
    public string Title { get; }

    /// <summary>The checks in the order shown.</summary>
    public IReadOnlyList<Check> Checks { get; }

    /// <summary>The worst outcome of all checks; without any check there is nothing to pass.</summary>
    public Outcome Outcome => Checks.Count == 0 ? Outcome.Warn : Checks.Max(c => c.Outcome);

    /// <summary>The verdict in one line, for streams and logs.</summary>
    public string Summary
    {
        get
        {
            string word = Outcome.ToString().ToUpperInvariant();
            IEnumerable<string> groups = Checks.GroupBy(c => c.Outcome).OrderByDescending(g => g.Key)
                .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {Word(g.Key)}"));
            return Checks.Count == 0 ? $"{word}: {Title} (nothing was checked)" : $"{word}: {Title} ({string.Join(", ", groups)})";
        }
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder body = new();
        body.Add($"<div class=\"k-verdict {Class(Outcome)}\" data-digicam-verdict=\"{Html.Escape(Json())}\"><b>{Sign(Outcome)} {Outcome.ToString().ToUpperInvariant()}</b> {Html.Escape(Title)}</div>");
        body.Append("<table class=\"k-table\"><thead><tr><th scope=\"col\">check</th><th scope=\"col\" class=\"k-r\">measured</th><th scope=\"col\" class=\"k-r\">required</th><th scope=\"col\">outcome</th></tr></thead><tbody>");
        foreach (Check check in Checks)
        {
            body.Add($"<tr><td>{Html.Escape(check.Name)}</td><td class=\"k-r\">{Html.Escape(check.Measured)}</td><td class=\"k-r\">{Html.Escape(check.Required)}</td><td class=\"{Class(check.Outcome)}\">{Sign(check.Outcome)} {Word(check.Outcome)}</td></tr>");
        }

        body.Append("</tbody></table>");
        return Fragment.Wrap("verdict", body.ToString());
    }

    /// <summary>The verdict and every check as text.</summary>
    public override string ToString() => string.Join('\n', Checks.Select(c => c.ToString()).Prepend(Summary));

    /// <summary>The verdict as reports read it.</summary>
    private string Json() => Html.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("outcome", Word(Outcome));
        writer.WriteString("title", Title);
        writer.WriteStartArray("checks");
        foreach (Check check in Checks)
        {
            writer.WriteStartObject();
            writer.WriteString("name", check.Name);
            writer.WriteString("measured", check.Measured);
            writer.WriteString("required", check.Required);
            writer.WriteString("outcome", Word(check.Outcome));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "pass",
        Outcome.Warn => "warn",
        _ => "fail",
    };

    private static string Class(Outcome outcome) => "k-" + Word(outcome);

    // Shape as well as colour tells the outcomes apart.
    private static string Sign(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "✓",
        Outcome.Warn => "!",
        _ => "✗",
    };
}
