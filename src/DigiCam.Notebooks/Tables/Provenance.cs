using System.Text;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Tables;

/// <summary>The footer of a notebook: what was read with which options by which version, so that it can be done again.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<Provenance>))]
public sealed class Provenance : IHtml
{
    /// <summary>Takes the facts.</summary>
    /// <param name="items">Names and values in the order shown.</param>
    public Provenance(IEnumerable<(string Key, string Value)> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        Items = [.. items];
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
