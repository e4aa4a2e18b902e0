using System.Globalization;
using System.Text;
using DigiCam.Files;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Tables;

/// <summary>
/// A table with caption and units. In a browser it has pages, sorts by the heading that is clicked, filters, and gives its rows as CSV; without JavaScript, and as text, its
/// first rows are shown, and how many there are.
/// </summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<Table>))]
public sealed class Table : IHtml
{
    // From so many columns on space is short, and headings may take two lines.
    private const int WideColumns = 9;
    private const int MaxCellLength = 300;
    private const double LeastShown = 0.5;
    private const double MostShown = 1e6;

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

    /// <summary>Number of rows of a page, and of the rows shown as text.</summary>
    public int MaxRows { get; init; } = 25;

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder body = new("<div class=\"k-scroll\">");
        AddTo(body);
        body.Append("</div>");
        if (Rows.Count < 2) return Fragment.Wrap("table", body.ToString());
        body.Append("<div class=\"k-tools\"></div>\n").Append(TableRows.Element(this));
        string id = Html.Id("table", body.ToString());
        body.Add($"\n<script>\n{Asset.Read("table.js", id)}\n</script>");
        return Fragment.WrapAs(id, body.ToString(), "grid.css");
    }

    /// <summary>
    /// All rows as comma-separated values below a line of names with units: numbers with every digit, a <see cref="Measurement"/> as value and error, nothing for null, NaN for NaN.
    /// </summary>
    public string ToCsv() => TableRows.Csv(this);

    /// <summary>Writes all rows as comma-separated values, as <see cref="ToCsv"/> gives them.</summary>
    /// <param name="path">The target. Its folder is created if it does not exist.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteCsv(string path) => AtomicFile.WriteText(path, ToCsv());

    /// <summary>Appends the table to an output of several parts.</summary>
    internal void AddTo(StringBuilder body)
    {
        int?[] decimals = [.. Columns.Select((_, i) => Decimals(i))];
        body.Add($"<table class=\"k-table{(Columns.Count >= WideColumns ? " k-wide" : "")}\">");
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
        if (Remainder() is { } note) body.Add($"<div class=\"k-quiet k-more\">{Html.Escape(note)}</div>");
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

    /// <summary>What a cell looks like in HTML.</summary>
    internal string Pretty(object? value, int column, int? decimals) => Cell(value, column, decimals, pretty: true);

    // Numbers of a column have the same decimals, so that they can be compared; null when their sizes differ too much for that.
    internal int? Decimals(int column)
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
            double number when decimals is { } places && Fits(number, places) => Html.Minus(number.ToString(string.Create(CultureInfo.InvariantCulture, $"F{places}"), CultureInfo.InvariantCulture)),
            double number => Html.Digits(number, column.Digits),
            float number => Html.Digits(number, column.Digits),
            Measurement measurement => pretty ? measurement.ToPretty() : (measurement with { Unit = "" }).ToString(),
            bool flag => flag ? "yes" : "no",
            ulong large => large.ToString(CultureInfo.InvariantCulture),
            sbyte or byte or short or ushort or int or uint or long => pretty ? Html.Grouped(Convert.ToInt64(value, CultureInfo.InvariantCulture)) : Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            _ => Words.Exact(value),
        };
        if (text.Length > MaxCellLength) text = string.Concat(text.AsSpan(0, MaxCellLength), "…");
        return pretty || value is string ? text : text.Replace('−', '-');
    }

    // Rows beyond the first page may hold numbers that the decimals of the first would hide.
    private static bool Fits(double number, int places) => number == 0 || (Math.Abs(number) >= LeastShown * Math.Pow(10, -places) && Math.Abs(number) < MostShown);

    private string? Remainder() => Rows.Count > MaxRows
        ? string.Create(CultureInfo.InvariantCulture, $"first {MaxRows} of {Rows.Count} rows")
        : null;

    private string Align(int column) => IsNumeric(column) ? " class=\"k-r\"" : "";

    internal bool IsNumeric(int column) => Rows.Select(r => r[column]).FirstOrDefault(c => c is not null)
        is Measurement or double or float or sbyte or byte or short or ushort or int or uint or long;
}
