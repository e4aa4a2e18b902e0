namespace DigiCam.Zfits.Copying;

/// <summary>Writes the tables of a file into a new one: with other compression, other tiles, or only some of the rows and columns. Memory holds
/// the tiles that are being worked on, however long the tables. The copy appears under its name when it is complete.</summary>
/// <remarks>Cards that say nothing about the structure are kept; checksums are those of the new content. Rows that are unset in the source
/// become default values, which is what they mean in a message.</remarks>
public static class ZFitsCopy
{
    /// <summary>Copies a file.</summary>
    /// <param name="source">The open file.</param>
    /// <param name="target">Path of the copy; an existing file is replaced.</param>
    /// <param name="options">What is copied, and how it is written.</param>
    /// <param name="progress">Told after every tile how many rows are done, of all tables together.</param>
    /// <param name="ct">Stops between tiles; no file is left.</param>
    /// <returns>What was copied.</returns>
    /// <exception cref="ArgumentException">The options do not go together or with the tables: an unknown column or row, no row that is left, a recipe that does not suit a column.</exception>
    /// <exception cref="ZFitsFormatException">The source lacks a table or column, or is damaged.</exception>
    /// <exception cref="NotSupportedException">The source is stored in a way that cannot be written.</exception>
    /// <exception cref="IOException">The source cannot be read, or the target cannot be written.</exception>
    public static ZFitsCopyReport Copy(ZFitsFile source, string target, ZFitsCopyOptions options, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Recipe is not null && options.Camera is not null) throw new ArgumentException("either one recipe or those of a camera", nameof(options));
        if (options.RowsPerTile < 1) throw new ArgumentException("a tile has at least one row", nameof(options));
        if (options.ColumnRecipes.Keys.FirstOrDefault(name => source.Tables.All(table => !table.TryGetColumn(name, out _))) is { } unknown) throw new ArgumentException($"no table has a column {unknown}", nameof(options));
        ZFitsTable? selected = HasSelection(options) || options.Camera is not null ? source.GetTable(options.Table) : null;

        // Everything that can be refused is, before the target is touched.
        TableCopy[] copies = [.. source.Tables.Select(table => Plan(table, table == selected, options, ct))];
        if (copies.Any(copy => copy.Table == selected && copy.RowCount == 0)) throw new ArgumentException($"no row of table {options.Table} is selected", nameof(options));

        copies = [.. copies.Where(copy => copy.RowCount > 0)];
        if (copies.Length == 0) throw new ArgumentException($"no table of {source.Path} has rows", nameof(source));
        Write(target, options.Threads, ct, writer =>
        {
            long done = 0;
            foreach (TableCopy copy in copies) done = copy.Write(writer, done, progress);
        });
        return new ZFitsCopyReport([.. copies.Select(copy => (copy.Table.Name, copy.RowCount))], [.. Losses(source)]);
    }

    /// <summary>Writes a file; what the writer refuses is due to the options.</summary>
    internal static void Write(string target, int threads, CancellationToken ct, Action<ZFitsWriter> write)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(target, new ZFitsWriterOptions { Threads = threads, Cancellation = ct });
        try
        {
            write(writer);
            writer.Finish();
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            throw new ArgumentException(e.Message, e);
        }
    }

    /// <summary>What a file holds that a new file does not get.</summary>
    internal static IEnumerable<string> Losses(ZFitsFile source)
    {
        foreach (ZFitsTable table in source.Tables.Where(table => table.RowCount == 0)) yield return $"table {table.Name} has no rows and is left out";
        foreach (FitsHdu hdu in source.Hdus.Where(hdu => hdu.Index > 0 && source.Tables.All(table => table.Hdu != hdu)))
        {
            yield return FormattableString.Invariant($"HDU {hdu.Index} ({(hdu.Name.Length > 0 ? hdu.Name : "unnamed")}) is no zfits table and is left out");
        }

        string[] cards = [.. source.Hdus[0].Header.Where(card => card.Kind != FitsCardKind.Commentary && !IsPrimary(card.Keyword)).Select(card => card.Keyword)];
        if (cards.Length > 0) yield return $"cards of the primary header are left out: {string.Join(", ", cards)}";
    }

    private static bool IsPrimary(string keyword) => keyword is "SIMPLE" or "BITPIX" or "NAXIS" or "EXTEND" or "CHECKSUM" or "DATASUM";

    private static bool HasSelection(ZFitsCopyOptions options) => options.Columns.Count > 0 || options.Rows is not null || options.Events is not null;

    private static TableCopy Plan(ZFitsTable table, bool isSelected, ZFitsCopyOptions options, CancellationToken ct)
    {
        IReadOnlyList<ZFitsColumnDefinition> definitions =
            options.Recipe is not null ? table.GetDefinitions(options.Recipe)
            : isSelected && options.Camera is not null ? table.GetDefinitions(options.Camera)
            : table.GetDefinitions();
        if (isSelected && options.Columns.Count > 0)
        {
            foreach (string column in options.Columns) table.GetColumn(column);
            definitions = [.. definitions.Where(definition => options.Columns.Contains(definition.Name))];
        }

        definitions = [.. definitions.Select(definition => options.ColumnRecipes.TryGetValue(definition.Name, out ZFitsRecipe? recipe) ? definition with { Recipe = recipe } : definition)];
        foreach (ZFitsColumnDefinition definition in definitions) RecipeFit.Check(definition);
        ZFitsTableOptions written = table.GetWriterOptions() with { Deflate = options.Deflate };
        if (options.RowsPerTile is int rowsPerTile) written = written with { RowsPerTile = rowsPerTile };
        return new TableCopy(table, definitions, isSelected ? SelectRows(table, options, ct) : null, written);
    }

    private static ZFitsRowSet? SelectRows(ZFitsTable table, ZFitsCopyOptions options, CancellationToken ct)
    {
        options.Rows?.CheckWithin(table);
        if (options.Events is null) return options.Rows;
        using ZFitsFileSet set = ZFitsFileSet.Open([table.File.Path], table.Name, options.IdColumn, ct);
        return ZFitsRowSet.Of(set.Order.Where(place => options.Events.Contains(place.Id) && options.Rows?.Contains(place.Row) != false).Select(place => (long)place.Row));
    }
}
