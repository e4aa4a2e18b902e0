using System.Globalization;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Scans;
using Microsoft.Data.Analysis;

namespace DigiCam.Notebooks;

/// <summary>
/// Tables, results, histograms and scans as a <see cref="DataFrame"/> of Microsoft.Data.Analysis, to filter, join and group; in a notebook it is shown as a table of the kit.
/// Nothing of the library runs before one of these is called.
/// </summary>
public static class DataFrames
{
    internal const string TypeName = "Microsoft.Data.Analysis.DataFrame";

    // What is shown of a larger one; the table of the output is cut further.
    private const int MaxRows = 20_000;
    private const int MaxColumns = 40;

    /// <summary>The cells of a table with every digit: whole numbers, floating-point numbers, a <see cref="Measurement"/> as value and NAME_error, text; null where there is nothing.</summary>
    /// <param name="table">The table.</param>
    public static DataFrame ToDataFrame(this Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        List<DataFrameColumn> columns = [];
        for (int i = 0; i < table.Columns.Count; i++)
        {
            object?[] cells = [.. table.Rows.Select(row => row[i])];
            string name = Free(columns, table.Columns[i].Name);
            if (cells.All(cell => cell is null or bool) && cells.Any(cell => cell is bool)) columns.Add(new BooleanDataFrameColumn(name, cells.Select(cell => (bool?)cell)));
            else if (!table.IsNumeric(i)) columns.Add(new StringDataFrameColumn(name, cells.Select(cell => cell is null ? null! : Words.Exact(cell))));
            else if (cells.All(cell => cell is null or sbyte or byte or short or ushort or int or uint or long)) columns.Add(new Int64DataFrameColumn(name, cells.Select(cell => cell is null ? (long?)null : Convert.ToInt64(cell, CultureInfo.InvariantCulture))));
            else columns.Add(new DoubleDataFrameColumn(name, cells.Select(Number)));
            if (cells.Any(cell => cell is Measurement)) columns.Add(new DoubleDataFrameColumn(Free(columns, name + "_error"), cells.Select(cell => (cell as Measurement?)?.Error)));
        }

        return new DataFrame(columns);
    }

    /// <summary>A result, one row per pixel, with the names of its csv file: pixel, quantities and errors, chi2, ndf, p_value, entries, status, flags.</summary>
    /// <param name="result">The result.</param>
    public static DataFrame ToDataFrame(this CameraResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        List<DataFrameColumn> columns = [new Int32DataFrameColumn("pixel", Enumerable.Range(0, result.PixelCount))];
        foreach (PixelQuantity quantity in result.Quantities)
        {
            columns.Add(new DoubleDataFrameColumn(quantity.Key, quantity.Values));
            if (quantity.HasErrors) columns.Add(new DoubleDataFrameColumn(quantity.Key + "_error", quantity.Errors));
        }

        columns.Add(new DoubleDataFrameColumn("chi2", result.Fits.Select(fit => fit.Minimum)));
        columns.Add(new Int32DataFrameColumn("ndf", result.Fits.Select(fit => fit.DegreesOfFreedom)));
        columns.Add(new DoubleDataFrameColumn("p_value", result.Fits.Select(fit => fit.PValue)));
        columns.Add(new Int64DataFrameColumn("entries", Enumerable.Range(0, result.PixelCount).Select(result.Histograms.GetEntries)));
        columns.Add(new StringDataFrameColumn("status", result.Fits.Select(fit => fit.Status.ToString())));
        columns.Add(new StringDataFrameColumn("flags", result.Flags.Select(PixelFlagNames.Describe)));
        return new DataFrame(columns);
    }

    /// <summary>The light of the levels of a scan, one row per level and pixel: level, pixel, mu and mu_error [pe], chi2, ndf, flags.</summary>
    /// <param name="result">The fits.</param>
    public static DataFrame ToLevelsDataFrame(this LightScanResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        (int Level, int Pixel)[] places = [.. Enumerable.Range(0, result.LevelCount).SelectMany(level => Enumerable.Range(0, result.PixelCount).Select(pixel => (level, pixel)))];
        LightLevel[] levels = [.. places.Select(place => result[place.Level, place.Pixel])];
        return new DataFrame(
            new Int32DataFrameColumn("level", places.Select(place => place.Level)),
            new Int32DataFrameColumn("pixel", places.Select(place => place.Pixel)),
            new DoubleDataFrameColumn("mu", levels.Select(level => level.Mu)),
            new DoubleDataFrameColumn("mu_error", levels.Select(level => level.MuError)),
            new DoubleDataFrameColumn("chi2", levels.Select(level => level.ChiSquare)),
            new Int32DataFrameColumn("ndf", levels.Select(level => level.DegreesOfFreedom)),
            new StringDataFrameColumn("flags", levels.Select(level => PixelFlagNames.Describe(level.Flags))));
    }

    /// <summary>A histogram, one row per bin: low and high edge [unit of the axis], counts.</summary>
    /// <param name="histogram">The histogram.</param>
    public static DataFrame ToDataFrame(this Histogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        int[] bins = [.. Enumerable.Range(0, histogram.Axis.Count)];
        return new DataFrame(
            new DoubleDataFrameColumn("low", bins.Select(histogram.Axis.Edge)),
            new DoubleDataFrameColumn("high", bins.Select(bin => histogram.Axis.Edge(bin + 1))),
            new Int64DataFrameColumn("counts", histogram.Counts.ToArray().Select(count => (long)count)));
    }

    /// <summary>The levels of a scan as they were planned and as they are there, one row per level.</summary>
    /// <param name="scan">The scan.</param>
    public static DataFrame ToDataFrame(this Scan scan) => Show.Scan(scan).Levels.ToDataFrame();

    /// <summary>What is shown of a data frame.</summary>
    internal static Table View(object item)
    {
        DataFrame frame = (DataFrame)item;
        DataFrameColumn[] columns = [.. frame.Columns.Take(MaxColumns)];
        string caption = string.Create(CultureInfo.InvariantCulture, $"{frame.Rows.Count} rows of {frame.Columns.Count} columns");
        if (frame.Rows.Count > MaxRows || frame.Columns.Count > MaxColumns) caption += string.Create(CultureInfo.InvariantCulture, $"; here the first {Math.Min(frame.Rows.Count, MaxRows)} of {columns.Length}");
        return new Table(caption, [new("#"), .. columns.Select(column => new TableColumn(column.Name))],
            Enumerable.Range(0, (int)Math.Min(frame.Rows.Count, MaxRows)).Select(row => (object?[])[row, .. columns.Select(column => column[row])]));
    }

    private static double? Number(object? cell) => cell switch
    {
        null => null,
        Measurement measurement => measurement.Value,
        _ => Convert.ToDouble(cell, CultureInfo.InvariantCulture),
    };

    // A data frame finds its columns by their names.
    private static string Free(List<DataFrameColumn> columns, string name)
    {
        string free = name;
        for (int i = 2; columns.Any(column => column.Name == free); i++) free = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        return free;
    }
}
