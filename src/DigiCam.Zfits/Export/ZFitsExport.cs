using System.Text;
using System.Text.Json;

namespace DigiCam.Zfits.Export;

/// <summary>Writes rows of a table in formats that other programs read. Memory holds the tiles that are being decoded, however long the table.</summary>
/// <remarks>Numbers do not depend on the culture: integers have all their digits, real numbers as many as it takes to read the same value back.</remarks>
public static class ZFitsExport
{
    /// <summary>Writes rows as comma-separated values: UTF-8, a line with the names of the columns, lines end with a line feed.</summary>
    /// <remarks>A scalar is a bare number, true or false. An array is one quoted cell, its elements separated by semicolons: <c>"3;4;5"</c>.
    /// A text is quoted, quotes in it are doubled; one that is not UTF-8 is written as hexadecimal digits behind <c>0x</c>. An unset value is an
    /// empty cell without quotes. Reals that are no numbers are NaN, Infinity and -Infinity.</remarks>
    /// <param name="table">The table.</param>
    /// <param name="options">Which rows and columns, on how many threads, and what happens with damaged tiles.</param>
    /// <param name="destination">Receives the text; stays open.</param>
    /// <param name="progress">Told after every tile how many rows are done.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>Number of rows written.</returns>
    /// <exception cref="ZFitsFormatException">The table lacks a column, or its data are damaged.</exception>
    /// <exception cref="ArgumentException">The options do not go together, or the table does not have a row.</exception>
    /// <exception cref="IOException">The file cannot be read, or the destination cannot be written.</exception>
    public static long WriteCsv(ZFitsTable table, ZFitsReadOptions options, Stream destination, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Utf8Output output = new(destination);
        byte[][] names = [.. ColumnNames(table, options).Select(Encoding.UTF8.GetBytes)];
        for (int i = 0; i < names.Length; i++)
        {
            if (i > 0) output.Append((byte)',');
            bool quoted = names[i].AsSpan().ContainsAny(" ,\""u8);
            if (quoted) output.Append((byte)'"');
            RowText.AppendDoubled(output, names[i]);
            if (quoted) output.Append((byte)'"');
        }

        output.Append((byte)'\n');
        long rows = ForEachRow(table, options, progress, ct, (tile, row) =>
        {
            for (int i = 0; i < names.Length; i++)
            {
                if (i > 0) output.Append((byte)',');
                RowText.AppendCell(output, tile[i], row);
            }

            output.Append((byte)'\n');
        });
        output.Flush();
        return rows;
    }

    /// <summary>Writes rows as JSON: one object a row, one line an object, names of columns as keys.</summary>
    /// <remarks>Scalars are numbers, true or false, arrays are arrays, texts are strings; a text that is not UTF-8 is a string of hexadecimal
    /// digits behind <c>0x</c>. An unset value is null. Reals that are no numbers are the strings "NaN", "Infinity" and "-Infinity".
    /// Integers of 64 bits have all their digits; readers that take every number for a double round them.</remarks>
    /// <param name="table">The table.</param>
    /// <param name="options">Which rows and columns, on how many threads, and what happens with damaged tiles.</param>
    /// <param name="asLines">True for one object a line and nothing else (JSON lines), false for one array of objects.</param>
    /// <param name="destination">Receives the text; stays open.</param>
    /// <param name="progress">Told after every tile how many rows are done.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <inheritdoc cref="WriteCsv" path="/returns"/>
    /// <inheritdoc cref="WriteCsv" path="/exception"/>
    public static long WriteJson(ZFitsTable table, ZFitsReadOptions options, bool asLines, Stream destination, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Utf8Output output = new(destination);
        byte[][] keys = [.. ColumnNames(table, options).Select((name, i) => Encoding.UTF8.GetBytes($"{(i == 0 ? '{' : ',')}\"{JsonEncodedText.Encode(name)}\":"))];
        bool first = true;
        if (!asLines) output.Append("["u8);
        long rows = ForEachRow(table, options, progress, ct, (tile, row) =>
        {
            if (!asLines) output.Append(first ? "\n"u8 : ",\n"u8);
            first = false;
            for (int i = 0; i < keys.Length; i++)
            {
                output.Append(keys[i]);
                RowText.AppendValue(output, tile[i], row);
            }

            output.Append(asLines ? "}\n"u8 : "}"u8);
        });
        if (!asLines) output.Append("\n]\n"u8);
        output.Flush();
        return rows;
    }

    /// <summary>Writes one column as an array of numpy (.npy, format 1.0) in its own element type.</summary>
    /// <remarks>Scalars make the shape (rows), arrays (rows, elements). Texts make fixed-length byte strings as long as the longest of the table.
    /// Unset scalars and texts are zero and empty, as they are in the messages.</remarks>
    /// <param name="table">The table.</param>
    /// <param name="column">Name of the column.</param>
    /// <param name="options">Which rows, on how many threads, and what happens with damaged tiles. Its columns do not count.</param>
    /// <param name="destination">Receives the array; must be able to seek, because the header is written last; stays open.</param>
    /// <param name="progress">Told after every tile how many rows are done.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>Number of rows written.</returns>
    /// <exception cref="InvalidDataException">The rows are not equally long; the message names the row and the lengths.</exception>
    /// <inheritdoc cref="WriteCsv" path="/exception"/>
    public static long WriteNpy(ZFitsTable table, string column, ZFitsReadOptions options, Stream destination, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.CanSeek) throw new ArgumentException("the header of an array is written last, which takes a stream that can seek", nameof(destination));
        ZFitsColumn read = table.GetColumn(column);
        long start = destination.Position;
        destination.Write(new byte[NpyHeader.Length]);
        ZFitsColumnKind kind = read.Kind;
        byte[] padded = new byte[kind switch
        {
            ZFitsColumnKind.Scalar => read.ElementSize,
            ZFitsColumnKind.Text when read.MaxElements <= Array.MaxLength => Math.Max(1, read.MaxElements),
            ZFitsColumnKind.Text => throw new NotSupportedException($"{table.File.Path}: texts of column {column} may have {read.MaxElements} bytes, too many for an array"),
            _ => 0,
        }];
        long? elements = null;
        long firstRow = 0;
        long rows = ForEachRow(table, options with { Columns = [column] }, progress, ct, (tile, row) =>
        {
            ReadOnlySpan<byte> bytes = tile[0].GetRowBytes(row);
            if (padded.Length > 0)
            {
                bytes.CopyTo(padded);
                padded.AsSpan(bytes.Length).Clear();
                destination.Write(padded);
                return;
            }

            long count = bytes.Length / read.ElementSize;
            if (elements is null) (elements, firstRow) = (count, tile.FirstRow + row);
            if (count != elements)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{table.Hdu.At(null) with { Column = column, Row = tile.FirstRow + row }}: {count} elements, but {elements} in row {firstRow}: rows of different lengths make no array; use CSV or JSON"));
            }

            destination.Write(bytes);
        });
        long end = destination.Position;
        destination.Position = start;
        destination.Write(NpyHeader.Format(NpyHeader.TypeOf(read), padded.Length > 0 ? [rows] : [rows, elements ?? 0]));
        destination.Position = end;
        return rows;
    }

    private static IEnumerable<string> ColumnNames(ZFitsTable table, ZFitsReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        return options.Columns.Count > 0 ? options.Columns : table.Columns.Select(column => column.Name);
    }

    private static long ForEachRow(ZFitsTable table, ZFitsReadOptions options, IProgress<long>? progress, CancellationToken ct, Action<ZFitsTileReader, int> write)
    {
        ZFitsRowSet rows = options.Rows ?? ZFitsRowSet.All;
        long done = 0;
        foreach (ZFitsTileReader tile in table.ReadTiles(options, ct))
        {
            foreach (long row in rows.Within(tile.FirstRow, tile.RowCount))
            {
                write(tile, (int)(row - tile.FirstRow));
                done++;
            }

            progress?.Report(done);
        }

        return done;
    }
}
