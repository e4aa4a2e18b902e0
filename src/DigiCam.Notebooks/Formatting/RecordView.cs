using System.Reflection;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Formatting;

/// <summary>
/// An object of the kit that no view was made for: its text, its properties with long lists summarised, and the lists of records in it as tables.
/// </summary>
internal sealed class RecordView(object item) : IHtml
{
    private const int MaxTextLength = 2000;
    private const int MaxTitleLength = 120;
    private const int MaxProperties = 60;
    private const int MaxTables = 3;
    private const int MaxColumns = 12;

    /// <summary>Names and values of the properties, below the object's own line.</summary>
    /// <param name="below">Names of the lists that are shown as tables.</param>
    private KeyValues Facts(IEnumerable<string> below)
    {
        PropertyInfo[] properties = Words.Properties(item.GetType());
        string title = Words.Name(item.GetType());
        if (Words.HasOwnText(item.GetType())) title += ": " + Words.Line(item, MaxTitleLength).ReplaceLineEndings(" ");
        IEnumerable<(string, string)> items = properties.Length == 0
            ? [("can be called", Words.Methods(item.GetType()))]
            : properties.Take(MaxProperties).Select(p => (p.Name, below.Contains(p.Name) ? FormattableString.Invariant($"{Words.Items(Words.Read(p, item))!.Count}, see below") : Words.Of(Words.Read(p, item))));
        if (properties.Length > MaxProperties) items = items.Append(("…", FormattableString.Invariant($"{properties.Length - MaxProperties} more properties")));
        return new KeyValues(title, items);
    }

    /// <summary>A table of the records in a list; null when it holds anything else than records of one type of the kit.</summary>
    /// <param name="caption">What they are.</param>
    /// <param name="list">The list.</param>
    /// <param name="owner">What it belongs to, which need not be told again in each row.</param>
    public static Table? Records(string caption, object? list, object? owner = null)
    {
        if (Words.Items(list) is not { Count: > 0 } items || items.First() is not { } first || !KitViews.IsOfKit(first.GetType()) || items.Any(i => i?.GetType() != first.GetType())) return null;
        PropertyInfo[] properties = [.. Words.Properties(first.GetType()).Where(p => owner is null || Words.Read(p, first) != owner).Take(MaxColumns)];
        if (properties.Length == 0 || first.GetType().IsEnum) return null;

        // A cell that is no number and no plain word is summarised.
        return new Table(caption, [new("#"), .. properties.Select(p => new TableColumn(p.Name))], items.Select((record, row) => (object?[])[row, .. properties.Select(p => Cell(Words.Read(p, record!)))]));
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        // One record in a list is told in its line.
        (string Name, Table Table)[] tables =
        [
            .. Words.Properties(item.GetType()).Select(p => (p.Name, Table: Words.Read(p, item) is { } list && Words.Items(list) is { Count: > 1 } ? Records(p.Name, list, item) : null))
                .Where(t => t.Table is not null).Select(t => (t.Name, t.Table!)).Take(MaxTables),
        ];
        return string.Concat(tables.Select(t => (IHtml)t.Table).Prepend(Facts(tables.Select(t => t.Name))).Select(part => part.ToHtml()));
    }

    /// <summary>One line, or the few that the object has for itself.</summary>
    public override string ToString() => Words.Line(item, MaxTextLength);

    private static object? Cell(object? value) => value switch
    {
        null or double or float or bool or Results.Measurement => value,
        sbyte or byte or short or ushort or int or uint or long => value,
        _ => Words.Of(value),
    };
}
