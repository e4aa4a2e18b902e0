using System.Collections.Immutable;
using System.Globalization;

namespace DigiCam.Exchange;

/// <summary>A column of a <see cref="PandasFrame"/>: float64, int64 or bool.</summary>
internal sealed class PandasColumn
{
    private readonly Array _values;

    private PandasColumn(string name, Array values) => (Name, _values) = (name, values);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => _values.Length;

    /// <summary>True for whole numbers.</summary>
    public bool IsInteger => _values is long[];

    /// <summary>True for truth values.</summary>
    public bool IsBool => _values is bool[];

    /// <summary>The type as numpy calls it.</summary>
    public string TypeName => IsInteger ? "int64" : IsBool ? "bool" : "float64";

    /// <summary>The whole numbers.</summary>
    /// <exception cref="InvalidCastException">The column holds others.</exception>
    public ReadOnlySpan<long> Integers => (long[])_values;

    /// <summary>The truth values.</summary>
    /// <exception cref="InvalidCastException">The column holds others.</exception>
    public ReadOnlySpan<bool> Bools => (bool[])_values;

    public static PandasColumn Of(string name, IEnumerable<double> values) => new(name, values.ToArray());

    public static PandasColumn Of(string name, IEnumerable<long> values) => new(name, values.ToArray());

    public static PandasColumn Of(string name, IEnumerable<bool> values) => new(name, values.ToArray());

    /// <summary>The values as float64, whatever they are: truth values as 0 and 1.</summary>
    public double[] ToDoubles() => _values switch
    {
        double[] values => [.. values],
        long[] values => [.. values.Select(value => (double)value)],
        _ => [.. ((bool[])_values).Select(value => value ? 1.0 : 0.0)],
    };

    /// <summary>A value as a text that gives it again: 0.1, 7, True.</summary>
    public string TextOf(int row) => _values switch
    {
        double[] values => values[row].ToString("R", CultureInfo.InvariantCulture),
        long[] values => values[row].ToString(CultureInfo.InvariantCulture),
        _ => ((bool[])_values)[row] ? "True" : "False",
    };
}

/// <summary>A table as pandas has it: columns of one type each, rows with a number. Columns are labelled by texts or, all of them, by numbers.</summary>
internal sealed class PandasFrame
{
    /// <summary>Creates a frame with rows 0, 1, 2, ...</summary>
    /// <param name="columns">Its columns, all of the same length; at least one with at least one row.</param>
    /// <param name="labels">Numbers that label the columns in place of their names; default for none.</param>
    /// <param name="index">Numbers of the rows; default for 0, 1, 2, ...</param>
    /// <exception cref="ArgumentException">There are no columns or rows, lengths differ, or two columns have the same name.</exception>
    public PandasFrame(IEnumerable<PandasColumn> columns, ImmutableArray<double> labels = default, ImmutableArray<long> index = default)
    {
        Columns = [.. columns];
        if (Columns.Length == 0 || Columns[0].RowCount == 0) throw new ArgumentException("a frame has at least one column and one row", nameof(columns));
        if (Columns.FirstOrDefault(column => column.RowCount != Columns[0].RowCount) is { } other) throw new ArgumentException(FormattableString.Invariant($"column {other.Name} has {other.RowCount} rows, {Columns[0].Name} {Columns[0].RowCount}"), nameof(columns));
        if (Columns.CountBy(column => column.Name).FirstOrDefault(count => count.Value > 1).Key is { } twice) throw new ArgumentException($"column {twice} is there twice", nameof(columns));
        if (!labels.IsDefault && labels.Length != Columns.Length) throw new ArgumentException(FormattableString.Invariant($"{labels.Length} labels for {Columns.Length} columns"), nameof(labels));
        if (!index.IsDefault && index.Length != RowCount) throw new ArgumentException(FormattableString.Invariant($"an index of {index.Length} for {RowCount} rows"), nameof(index));
        Labels = labels;
        Index = index.IsDefault ? [.. Enumerable.Range(0, RowCount).Select(row => (long)row)] : index;
    }

    /// <summary>The columns in order.</summary>
    public ImmutableArray<PandasColumn> Columns { get; }

    /// <summary>Numbers that label the columns; default where they have names.</summary>
    public ImmutableArray<double> Labels { get; }

    /// <summary>Number of each row.</summary>
    public ImmutableArray<long> Index { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => Columns[0].RowCount;

    /// <summary>A column by its name; null when there is none.</summary>
    public PandasColumn? this[string name] => Columns.FirstOrDefault(column => column.Name == name);
}
