namespace DigiCam.Zfits.Copying;

/// <summary>One table that is to be written again.</summary>
/// <param name="table">The source.</param>
/// <param name="definitions">The columns of the copy.</param>
/// <param name="rows">The rows that are copied; null means all.</param>
/// <param name="options">How the copy is written.</param>
internal sealed class TableCopy(ZFitsTable table, IReadOnlyList<ZFitsColumnDefinition> definitions, ZFitsRowSet? rows, ZFitsTableOptions options)
{
    private const int CompressorsPerDecoder = 4;

    private readonly ZFitsRowSet _rows = rows ?? ZFitsRowSet.All;

    public ZFitsTable Table => table;

    /// <summary>Rows of the copy.</summary>
    public long RowCount => _rows.CountWithin(table.RowCount);

    /// <summary>Writes the table.</summary>
    /// <returns>Rows that are done now, those before included.</returns>
    public long Write(ZFitsWriter writer, long done, IProgress<long>? progress)
    {
        ZFitsTableWriter copy = Begin(writer, table, definitions, RowCount, options);
        foreach (ZFitsTileReader tile in table.ReadTiles(ReadOptions(writer, definitions) with { Rows = rows }, writer.Options.Cancellation))
        {
            foreach (long row in _rows.Within(tile.FirstRow, tile.RowCount))
            {
                CopyRow(tile, (int)(row - tile.FirstRow), copy);
                done++;
            }

            progress?.Report(done);
        }

        copy.Finish();
        return done;
    }

    /// <summary>Begins a table of a known number of rows.</summary>
    public static ZFitsTableWriter Begin(ZFitsWriter writer, ZFitsTable like, IReadOnlyList<ZFitsColumnDefinition> definitions, long rowCount, ZFitsTableOptions options) =>
        writer.BeginTable(like.Name, like.MessageName, definitions, options with { ExpectedRows = rowCount });

    /// <summary>How the rows for a writer are read: columns in the order of the writer, and as many threads as keep it busy. Decoding takes a
    /// fraction of the time of compressing, so that up to some threads the one that hands over the rows is enough.</summary>
    public static ZFitsReadOptions ReadOptions(ZFitsWriter writer, IReadOnlyList<ZFitsColumnDefinition> definitions)
    {
        int threads = writer.Options.Threads == 0 ? Environment.ProcessorCount : writer.Options.Threads;
        return new ZFitsReadOptions { Columns = [.. definitions.Select(definition => definition.Name)], Threads = Math.Max(1, threads / CompressorsPerDecoder) };
    }

    /// <summary>Copies a row between a reader and a writer of the same columns.</summary>
    public static void CopyRow(ZFitsTileReader tile, int row, ZFitsTableWriter copy)
    {
        for (int column = 0; column < tile.Columns.Count; column++) copy.SetRaw(column, tile[column].GetRowBytes(row));
        copy.CommitRow();
    }
}
