namespace DigiCam.Zfits.Copying;

/// <summary>One table that is to be written again.</summary>
/// <param name="table">The source.</param>
/// <param name="definitions">The columns of the copy.</param>
/// <param name="rows">The rows that are copied; null means all.</param>
/// <param name="options">How the copy is written.</param>
internal sealed class TableCopy(ZFitsTable table, IReadOnlyList<ZFitsColumnDefinition> definitions, ZFitsRowSet? rows, ZFitsTableOptions options)
{
    private readonly ZFitsRowSet _rows = rows ?? ZFitsRowSet.All;

    public ZFitsTable Table => table;

    /// <summary>Rows of the copy.</summary>
    public long RowCount => _rows.CountWithin(table.RowCount);

    /// <summary>Writes the table.</summary>
    /// <returns>Rows that are done now, those before included.</returns>
    public long Write(ZFitsWriter writer, int threads, long done, IProgress<long>? progress, CancellationToken ct)
    {
        ZFitsTableWriter copy = Begin(writer, table, definitions, RowCount, options);
        ZFitsReadOptions reading = new() { Columns = [.. definitions.Select(definition => definition.Name)], Rows = rows, Threads = threads };
        foreach (ZFitsTileReader tile in table.ReadTiles(reading, ct))
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

    /// <summary>Begins a table with a catalog that is just large enough.</summary>
    public static ZFitsTableWriter Begin(ZFitsWriter writer, ZFitsTable like, IReadOnlyList<ZFitsColumnDefinition> definitions, long rowCount, ZFitsTableOptions options)
    {
        long tiles = (rowCount + options.RowsPerTile - 1) / options.RowsPerTile;
        return writer.BeginTable(like.Name, like.MessageName, definitions, options with { ReservedTiles = checked((int)tiles) });
    }

    /// <summary>Copies a row between a reader and a writer of the same columns.</summary>
    public static void CopyRow(ZFitsTileReader tile, int row, ZFitsTableWriter copy)
    {
        for (int column = 0; column < tile.Columns.Count; column++) copy.SetRaw(column, tile[column].GetRowBytes(row));
        copy.CommitRow();
    }
}
