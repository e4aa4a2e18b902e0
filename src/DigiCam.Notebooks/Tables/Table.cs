using System.Globalization;
using System.Text;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Tables;

/// <summary>A table with caption and units; it shows its first rows only and says how many there are.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<Table>))]
public sealed class Table : IHtml
{
    /// <summary>Takes a table.</summary>
    /// <param name="caption">What it shows; may be empty.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="rows">Cells by row: text, numbers, <see cref="Measurement"/> or anything with a short ToString; null and NaN are shown as a dash.</param>
    /// <exception cref="ArgumentException">A row has another number of cells than there are columns.</exception>
    public Table(string caption, IReadOnlyList<TableColumn> columns, IEnumerable<IReadOnlyList<object?>> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        (Caption, Columns, Rows) = (caption, [.. columns], [.. rows]);
        for (int i = 0; i < Rows.Count; i++)
        {
            if (Rows[i].Count != Columns.Count) throw new ArgumentException($"{caption}: row {i} has {Rows[i].Count} cells for {Columns.Count} columns", nameof(rows));
        }
    }

    /// <summary>What the table shows.</summary>
    public string Caption { get; }

    /// <summary>Its columns.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>Its cells by row.</summary>
    public IReadOnlyList<IReadOnlyList<object?>> Rows { get; }

    /// <summary>Number of rows shown.</summary>
    public int MaxRows { get; init; } = 20;

    /// <inheritdoc/>
    public string ToHtml()
    {
        int?[] decimals = [.. Columns.Select((_, i) => Decimals(i))];
        StringBuilder body = new();
        body.Append("<table class=\"k-table\">");
        if (Caption.Length > 0) body.Add($"<caption>{Html.Escape(Caption)}</caption>");
        body.Append("<thead><tr>");
        for (int i = 0; i < Columns.Count; i++) body.Add($"<th scope=\"col\"{Align(i)}>{Html.Escape(Columns[i].Name)}</th>");
        body.Append("</tr>");
        if (Columns.Any(c => c.Unit.Length > 0))
        {
            body.Append("<tr class=\"k-units\">");
            for (int i = 0; i < Columns.Count; i++) body.Add($"<td{Align(i)}>{Html.Escape(Columns[i].Unit)}</td>");
            body.Append("</tr>");
        }

        body.Append("</thead><tbody>");
        foreach (IReadOnlyList<object?> row in Rows.Take(MaxRows))
        {
            body.Append("<tr>");
            for (int i = 0; i < Columns.Count; i++) body.Add($"<td{Align(i)}>{Html.Escape(Cell(row[i], i, decimals[i], pretty: true))}</td>");
            body.Append("</tr>");
        }

        body.Append("</tbody></table>");
        if (Remainder() is { } note) body.Add($"<div class=\"k-quiet\">{Html.Escape(note)}</div>");
        return Fragment.Wrap("table", body.ToString());
    }

    /// <summary>The same table as aligned text.</summary>
    public override string ToString()
    {
        int?[] decimals = [.. Columns.Select((_, i) => Decimals(i))];
        List<string[]> lines = [[.. Columns.Select(c => c.ToString())]];
        foreach (IReadOnlyList<object?> row in Rows.Take(MaxRows)) lines.Add([.. row.Select((cell, i) => Cell(cell, i, decimals[i], pretty: false))]);
        StringBuilder text = new(Caption);
        int[] widths = [.. Columns.Select((_, i) => lines.Max(l => l[i].Length))];
        foreach (string[] line in lines)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(string.Join("  ", line.Select((cell, i) => IsNumeric(i) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
        }

        if (Remainder() is { } note) text.Append('\n').Append(note);
        return text.ToString();
    }

    // Numbers of a column have the same decimals, so that they can be compared; null when their sizes differ too much for that.
    private int? Decimals(int column)
    {
        double[] sizes = [.. Rows.Take(MaxRows).Select(r => r[column]).OfType<double>().Where(double.IsFinite).Select(Math.Abs).Where(v => v > 0)];
        if (sizes.Length == 0) return null;
        double largest = sizes.Max();
        return largest is >= 1e-3 and < 1e6 && sizes.Min() >= largest * 1e-3
            ? Math.Clamp(Columns[column].Digits - 1 - (int)Math.Floor(Math.Log10(largest)), 0, 9)
            : null;
    }

    private string Cell(object? value, int index, int? decimals, bool pretty)
    {
        TableColumn column = Columns[index];
        string text = value switch
        {
            null or double.NaN or float.NaN => "–",
            double number when decimals is { } places && double.IsFinite(number) => Html.Minus(number.ToString(string.Create(CultureInfo.InvariantCulture, $"F{places}"), CultureInfo.InvariantCulture)),
            double number => Html.Digits(number, column.Digits),
            float number => Html.Digits(number, column.Digits),
            Measurement measurement => pretty ? measurement.ToPretty() : (measurement with { Unit = "" }).ToString(),
            bool flag => flag ? "yes" : "no",
            sbyte or byte or short or ushort or int or uint or long => pretty ? Html.Grouped(Convert.ToInt64(value, CultureInfo.InvariantCulture)) : Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return pretty || value is string ? text : text.Replace('−', '-');
    }

    private string? Remainder() => Rows.Count > MaxRows
        ? string.Create(CultureInfo.InvariantCulture, $"first {MaxRows} of {Rows.Count} rows")
        : null;

    private string Align(int column) => IsNumeric(column) ? " class=\"k-r\"" : "";

    private bool IsNumeric(int column) => Rows.Select(r => r[column]).FirstOrDefault(c => c is not null)
        is Measurement or double or float or sbyte or byte or short or ushort or int or uint or long;
}
