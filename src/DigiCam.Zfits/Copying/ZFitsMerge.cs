namespace DigiCam.Zfits.Copying;

/// <summary>Makes one file of the files of one run, be they consecutive or parallel streams: events in the order of their numbers, every other
/// table from the first file that has it. Memory holds one tile of every file that has begun and not ended, and the event numbers.</summary>
public static class ZFitsMerge
{
    /// <summary>Tells about the program that wrote a file, not about its content.</summary>
    private const string TimeOfBuild = "COMPILED";

    /// <summary>Merges files.</summary>
    /// <param name="sources">The files, in any order.</param>
    /// <param name="target">Path of the merged file; an existing file is replaced. It has the compression, the tiles and the cards of the first file.</param>
    /// <param name="options">How they are merged.</param>
    /// <param name="progress">Told after every tile's worth of rows how many events are done.</param>
    /// <param name="ct">Stops between rows; no file is left.</param>
    /// <returns>What was merged, missing and twice.</returns>
    /// <exception cref="ArgumentException">No file is named, or one twice.</exception>
    /// <exception cref="ZFitsFormatException">A file lacks the table or the column of event numbers, has other columns than the first one, or is damaged.</exception>
    /// <exception cref="NotSupportedException">A file is stored in a way that cannot be written.</exception>
    /// <exception cref="IOException">A file cannot be read, or the target cannot be written.</exception>
    public static ZFitsMergeReport Merge(IReadOnlyList<string> sources, string target, ZFitsMergeOptions? options = null, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        options ??= new ZFitsMergeOptions();
        using ZFitsFileSet set = ZFitsFileSet.Open(sources, options.Table, options.IdColumn, ct);
        ZFitsFile[] files = [.. set.Tables.Select(table => table.File)];
        long dropped = options.DropDuplicates ? set.Order.Duplicates.Count : 0;
        if (set.RowCount == 0) throw new ArgumentException($"no file has a row in table {options.Table}", nameof(sources));

        ZFitsTable events = set.Tables[0];
        List<string> notes = [];
        notes.AddRange(files.SelectMany(file => ZFitsCopy.Losses(file).Select(loss => $"{file.Path}: {loss}")));
        string[] different = [.. set.Tables.Skip(1).SelectMany(other => DifferentCards(events, other)).Distinct()];
        if (different.Length > 0) notes.Add($"header cards of table {events.Name} differ between the files: {string.Join(", ", different)}; those of {events.File.Path} are kept");
        List<ZFitsTable> tables = [.. files[0].Tables];
        foreach (ZFitsFile file in files.Skip(1)) AddTables(file, events, tables, notes, ct);

        tables.RemoveAll(table => table.RowCount == 0 && table != events);
        long rows = set.RowCount - dropped;
        ZFitsCopy.Write(target, options.Threads, ct, writer =>
        {
            foreach (ZFitsTable table in tables)
            {
                if (table == events) WriteEvents(set, rows, writer, options.DropDuplicates, progress);
                else new TableCopy(table, table.GetDefinitions(), null, table.GetWriterOptions()).Write(writer, 0, null);
            }
        });
        return new ZFitsMergeReport([.. tables.Select(table => (table.Name, table == events ? rows : table.RowCount))], set.Order.Gaps, set.Order.MissingCount, set.Order.Duplicates, dropped, notes);
    }

    private static void WriteEvents(ZFitsFileSet set, long rows, ZFitsWriter writer, bool dropDuplicates, IProgress<long>? progress)
    {
        // A first file without events has no compression to be taken over.
        ZFitsTable first = set.Tables.First(table => table.RowCount > 0);
        IReadOnlyList<ZFitsColumnDefinition> definitions = first.GetDefinitions();
        ZFitsTableWriter merged = TableCopy.Begin(writer, first, definitions, rows, set.Tables[0].GetWriterOptions());
        long? before = null;
        foreach (ZFitsSetEvent next in set.ReadEvents(TableCopy.ReadOptions(writer, definitions), writer.Options.Cancellation))
        {
            if (dropDuplicates && next.Place.Id == before) continue;
            before = next.Place.Id;
            TableCopy.CopyRow(next.Tile, next.RowInTile, merged);
            if (merged.RowCount % first.RowsPerTile == 0) progress?.Report(merged.RowCount);
        }

        progress?.Report(merged.RowCount);
        merged.Finish();
    }

    /// <summary>Tables that no file before has are added, the others compared with what is there.</summary>
    private static void AddTables(ZFitsFile file, ZFitsTable events, List<ZFitsTable> tables, List<string> notes, CancellationToken ct)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (ZFitsTable table in file.Tables)
        {
            if (!seen.Add(table.Name))
            {
                notes.Add($"{file.Path} has several tables {table.Name}; only the first one counts");
                continue;
            }

            if (table.Name == events.Name) continue;
            ZFitsTable? known = tables.Find(other => other.Name == table.Name);
            if (known is null) tables.Insert(tables.IndexOf(events), table);
            else if (!HaveSameRows(known, table, ct)) notes.Add($"table {table.Name} of {file.Path} differs from that of {known.File.Path}, which is kept");
        }
    }

    private static bool HaveSameRows(ZFitsTable a, ZFitsTable b, CancellationToken ct)
    {
        if (a.RowCount != b.RowCount || a.MessageName != b.MessageName || a.Columns.Count != b.Columns.Count) return false;
        if (!a.Columns.All(column => b.TryGetColumn(column.Name, out ZFitsColumn? other) && other.ElementType == column.ElementType && other.FieldPath == column.FieldPath)) return false;
        return a.Rows(new ZFitsReadOptions(), ct).Zip(b.Rows(new ZFitsReadOptions(), ct)).All(rows => a.Columns.All(column => rows.First.GetBytes(column.Name).SequenceEqual(rows.Second.GetBytes(column.Name))));
    }

    private static IEnumerable<string> DifferentCards(ZFitsTable first, ZFitsTable other)
    {
        Dictionary<string, string> kept = ValuesOf(first);
        Dictionary<string, string> values = ValuesOf(other);
        return kept.Keys.Union(values.Keys).Where(keyword => kept.GetValueOrDefault(keyword) != values.GetValueOrDefault(keyword));

        static Dictionary<string, string> ValuesOf(ZFitsTable table) => table.GetUserCards()
            .Where(card => card.Kind != FitsCardKind.Commentary && card.Keyword != TimeOfBuild)
            .GroupBy(card => card.Keyword).ToDictionary(cards => cards.Key, cards => cards.Last().Value);
    }
}
