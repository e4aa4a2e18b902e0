using System.Globalization;
using System.Text;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;

namespace DigiCam.Notebooks.Views;

/// <summary>
/// The footer of a notebook: what was read with which options by which version, so that it can be done again.
/// Time and machine are in the provenance file beside the results, not here: two runs of a notebook give the same output.
/// </summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<ProvenanceFooter>))]
public sealed class ProvenanceFooter : IHtml
{
    private const int HashDigits = 16;

    /// <summary>Takes the provenance of a result.</summary>
    /// <param name="provenance">Where the result comes from.</param>
    public ProvenanceFooter(Provenance provenance)
    {
        ArgumentNullException.ThrowIfNull(provenance);
        List<(string, string)> items = [("task", provenance.Task), ("kit", provenance.KitVersion)];
        foreach (InputFile input in provenance.Inputs)
        {
            string events = input.Events is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} events") : "";
            string checksums = input.Checksums is { } state ? $", checksums {state}" : "";
            items.Add(("input", $"{input.Name}{events}{checksums}, sha256 {input.Sha256[..Math.Min(HashDigits, input.Sha256.Length)]}…"));
        }

        items.AddRange(provenance.Parameters.Where(p => p.Value.Length > 0).Select(p => (p.Key, p.Value)));
        Items = items;
    }

    /// <summary>Names and values in the order shown.</summary>
    public IReadOnlyList<(string Key, string Value)> Items { get; }

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder body = new();
        body.Append("<div class=\"k-provenance\"><div class=\"k-caption\">Provenance</div><dl>");
        foreach ((string key, string value) in Items) body.Add($"<dt>{Html.Escape(key)}</dt><dd>{Html.Escape(value)}</dd>");
        body.Append("</dl></div>");
        return Fragment.Wrap("provenance", body.ToString());
    }

    /// <summary>The same as text.</summary>
    public override string ToString() => new KeyValues("Provenance", Items).ToString();
}
