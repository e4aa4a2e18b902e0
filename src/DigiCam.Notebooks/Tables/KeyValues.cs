using System.Text;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Tables;

/// <summary>A list of names and values, such as what is in a run.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<KeyValues>))]
public sealed class KeyValues : IHtml
{
    /// <summary>Takes a list.</summary>
    /// <param name="title">What it describes; may be empty.</param>
    /// <param name="items">Names and values in the order shown.</param>
    public KeyValues(string title, IEnumerable<(string Key, string Value)> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        (Title, Items) = (title, [.. items]);
    }

    /// <summary>What the list describes.</summary>
    public string Title { get; }

    /// <summary>Names and values in the order shown.</summary>
    public IReadOnlyList<(string Key, string Value)> Items { get; }

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder body = new();
        body.Append("<table class=\"k-table k-keys\">");
        if (Title.Length > 0) body.Add($"<caption>{Html.Escape(Title)}</caption>");
        body.Append("<tbody>");
        foreach ((string key, string value) in Items) body.Add($"<tr><th scope=\"row\">{Html.Escape(key)}</th><td>{Html.Escape(value)}</td></tr>");
        body.Append("</tbody></table>");
        return Fragment.Wrap("keys", body.ToString());
    }

    /// <summary>The same list as text, one line each.</summary>
    public override string ToString()
    {
        int width = Items.Count > 0 ? Items.Max(i => i.Key.Length) : 0;
        IEnumerable<string> lines = Items.Select(i => $"{i.Key.PadRight(width)}  {i.Value}");
        return string.Join('\n', Title.Length > 0 ? lines.Prepend(Title) : lines);
    }
}
