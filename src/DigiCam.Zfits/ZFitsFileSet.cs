using System.Runtime.CompilerServices;
using DigiCam.Zfits.Reading;

namespace DigiCam.Zfits;

/// <summary>
/// Several files as one run, in the order of event numbers: consecutive files, or the parallel streams of one run that share its events.
/// Opening reads headers and the column of event numbers. Several threads may read at the same time.
/// </summary>
public sealed class ZFitsFileSet : IDisposable
{
    /// <summary>Columns that number events, the first one present is taken: L0 events of the cameras, then R1 and DL0.</summary>
    private static readonly string[] IdColumns = ["eventNumber", "event_id"];

    private ZFitsFileSet(IReadOnlyList<ZFitsTable> tables, string idColumn, ZFitsEventOrder order)
    {
        Tables = tables;
        IdColumn = idColumn;
        Order = order;
    }

    /// <summary>The table of events of every file, in the order of the files.</summary>
    public IReadOnlyList<ZFitsTable> Tables { get; }

    /// <summary>The column that numbers the events.</summary>
    public string IdColumn { get; }

    /// <summary>The events in order, with what is missing and what occurs twice.</summary>
    public ZFitsEventOrder Order { get; }

    /// <summary>Number of events of all files.</summary>
    public long RowCount => Order.Count;

    /// <summary>Opens files.</summary>
    /// <param name="paths">The files, in any order.</param>
    /// <param name="tableName">Name of the table of events.</param>
    /// <param name="idColumn">Column that numbers the events, one integer a row; null for <c>eventNumber</c> or <c>event_id</c>.</param>
    /// <param name="ct">Stops reading event numbers.</param>
    /// <exception cref="ArgumentException">No file is named, or one twice.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ZFitsFormatException">A file is damaged, lacks the table or the column of event numbers, or the tables do not
    /// have the same message and columns; the message names the file.</exception>
    public static ZFitsFileSet Open(IReadOnlyList<string> paths, string tableName = "Events", string? idColumn = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        if (paths.Count == 0) throw new ArgumentException("a file set needs at least one file", nameof(paths));
        if (paths.GroupBy(Path.GetFullPath).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new ArgumentException($"{twice.First()} is named twice", nameof(paths));
        List<ZFitsTable> tables = [];
        try
        {
            foreach (string path in paths)
            {
                ZFitsFile file = ZFitsFile.Open(path);
                try
                {
                    tables.Add(file.GetTable(tableName));
                }
                catch (ZFitsFormatException)
                {
                    file.Dispose();
                    throw;
                }
            }

            foreach (ZFitsTable table in tables.Skip(1)) CheckSame(tables[0], table);
            idColumn ??= IdColumns.FirstOrDefault(name => tables[0].TryGetColumn(name, out _))
                ?? throw new ZFitsFormatException($"no column numbers the events ({string.Join(" or ", IdColumns)})", tables[0].Hdu.At(null));
            return new ZFitsFileSet(tables.AsReadOnly(), idColumn, new ZFitsEventOrder([.. tables.Select(table => ReadIds(table, idColumn, ct))]));
        }
        catch
        {
            foreach (ZFitsTable table in tables) table.File.Dispose();
            throw;
        }
    }

    /// <summary>Opens all files that match a pattern, in the order of their names.</summary>
    /// <param name="pattern">Paths or patterns with * and ? in the file name, separated by commas or line ends.</param>
    /// <param name="tableName">Name of the table of events.</param>
    /// <param name="idColumn">Column that numbers the events, one integer a row; null for <c>eventNumber</c> or <c>event_id</c>.</param>
    /// <param name="ct">Stops reading event numbers.</param>
    /// <exception cref="FileNotFoundException">Something matches no file.</exception>
    /// <inheritdoc cref="Open(IReadOnlyList{string}, string, string?, CancellationToken)"/>
    public static ZFitsFileSet Open(string pattern, string tableName = "Events", string? idColumn = null, CancellationToken ct = default) =>
        Open(FindFiles(pattern), tableName, idColumn, ct);

    /// <summary>Files from one text.</summary>
    /// <param name="patterns">Paths or patterns with * and ? in the file name, separated by commas or line ends.</param>
    /// <inheritdoc cref="FindFiles(IEnumerable{string})"/>
    public static IReadOnlyList<string> FindFiles(string patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        return FindFiles(patterns.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Files that match patterns.</summary>
    /// <param name="patterns">Paths or patterns with * and ? in the file name.</param>
    /// <returns>The paths, those of one pattern in the order of their names; each once. A path without * and ? is not looked for.</returns>
    /// <exception cref="FileNotFoundException">Nothing is named, or a pattern matches no file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of a pattern does not exist.</exception>
    public static IReadOnlyList<string> FindFiles(IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        string[] files = [.. patterns.SelectMany(Expand).Distinct()];
        return files.Length > 0 ? files : throw new FileNotFoundException("no input file is named");

        static IEnumerable<string> Expand(string pattern)
        {
            if (pattern.AsSpan().IndexOfAny('*', '?') < 0) return [pattern];
            string folder = Path.GetDirectoryName(pattern) is { Length: > 0 } name ? name : ".";
            if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: no such folder");
            string[] found = [.. Directory.EnumerateFiles(folder, Path.GetFileName(pattern)).Order(StringComparer.Ordinal)];
            return found.Length > 0 ? found : throw new FileNotFoundException($"{pattern}: no file matches", pattern);
        }
    }

    /// <summary>Goes through the events in the order of their numbers. Every tile is decoded once as long as the rows of each file ascend
    /// in event number; where they do not, a tile is decoded again. Memory holds one tile of every file that has begun and not ended,
    /// and those that are decoded ahead.</summary>
    /// <param name="options">Columns, threads and damage policy; <see cref="ZFitsReadOptions.Rows"/> selects event numbers.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>The events; each is valid until the next one is asked for. Events in tiles that are skipped are left out.</returns>
    /// <exception cref="ZFitsFormatException">A table lacks a column, or data are damaged.</exception>
    /// <exception cref="ArgumentException">The options do not go together.</exception>
    public IEnumerable<ZFitsSetEvent> ReadEvents(ZFitsReadOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        ZFitsColumn[][] columns = [.. Tables.Select(table => table.Select(options.Columns))];
        return Iterate();

        IEnumerable<ZFitsSetEvent> Iterate()
        {
            using SetReader reader = new(this, columns, options, inBackground: false, ct);
            foreach (ZFitsEventPlace place in reader.Places)
            {
                if (reader.MoveTo(place)) yield return reader.Event(place);
            }
        }
    }

    /// <summary>Goes through the events in the order of their numbers without blocking the caller's thread.</summary>
    /// <inheritdoc cref="ReadEvents"/>
    public IAsyncEnumerable<ZFitsSetEvent> ReadEventsAsync(ZFitsReadOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        ZFitsColumn[][] columns = [.. Tables.Select(table => table.Select(options.Columns))];
        return Iterate(ct);

        async IAsyncEnumerable<ZFitsSetEvent> Iterate([EnumeratorCancellation] CancellationToken token)
        {
            SetReader reader = new(this, columns, options, inBackground: true, token);
            try
            {
                foreach (ZFitsEventPlace place in reader.Places)
                {
                    if (await reader.MoveToAsync(place).ConfigureAwait(false)) yield return reader.Event(place);
                }
            }
            finally
            {
                await reader.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Goes through the events in the order of their numbers, a copy of each.</summary>
    /// <inheritdoc cref="ReadEvents"/>
    /// <returns>Event number, file and row, and the values, which stay valid.</returns>
    public IEnumerable<(ZFitsEventPlace Place, ZFitsRow Values)> Rows(ZFitsReadOptions options, CancellationToken ct = default) =>
        ReadEvents(options, ct).Select(e => (e.Place, ZFitsRow.Copy(e.Tile, e.Place.Row)));

    /// <summary>Closes the files. Data handed out before stay valid.</summary>
    public void Dispose()
    {
        foreach (ZFitsTable table in Tables) table.File.Dispose();
    }

    /// <summary>Number of files and events in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Tables.Count} file{(Tables.Count == 1 ? "" : "s")}, {RowCount} events by {IdColumn}, {Order.MissingCount} missing, {Order.Duplicates.Count} occurring again");

    private static void CheckSame(ZFitsTable first, ZFitsTable other)
    {
        void Fail(string detail) => throw new ZFitsFormatException($"{detail} in {first.File.Path}: not the same run", other.Hdu.At(null));
        if (Messages.MessageRegistry.Canonical(first.MessageName) != Messages.MessageRegistry.Canonical(other.MessageName)) Fail($"the table holds {other.MessageName} messages, it holds {first.MessageName}");
        foreach (ZFitsColumn column in first.Columns)
        {
            if (!other.TryGetColumn(column.Name, out ZFitsColumn? same)) Fail($"there is no column {column.Name}, there is one");
            else if (same.ElementType != column.ElementType || same.FieldPath != column.FieldPath) Fail($"column {column.Name} holds {same.ElementType} elements of field {same.FieldPath}, it holds {column.ElementType} elements of field {column.FieldPath}");
        }

        if (other.Columns.FirstOrDefault(column => !first.TryGetColumn(column.Name, out _)) is { } more) Fail($"there is a column {more.Name}, there is none");
    }

    private static long[] ReadIds(ZFitsTable table, string idColumn, CancellationToken ct)
    {
        ZFitsColumn column = table.GetColumn(idColumn);
        Func<ColumnBlock, int, long> read = column.ElementType switch
        {
            ZFitsElementType.Int32 => static (block, row) => block.GetScalar<int>(row),
            ZFitsElementType.UInt32 => static (block, row) => block.GetScalar<uint>(row),
            ZFitsElementType.Int64 => static (block, row) => block.GetScalar<long>(row),
            ZFitsElementType.UInt64 => static (block, row) => checked((long)block.GetScalar<ulong>(row)),
            _ => throw new ZFitsFormatException($"the column holds {column.ElementType} elements, event numbers are integers of 32 or 64 bits", table.Hdu.At(null) with { Column = idColumn }),
        };
        if (column.Kind != ZFitsColumnKind.Scalar) throw new ZFitsFormatException($"the rows of the column are of kind {column.Kind}, one event number a row expected", table.Hdu.At(null) with { Column = idColumn });
        if (table.RowCount > Array.MaxLength) throw new NotSupportedException($"{table.File.Path}: {table.RowCount} events in one file are too many for a file set");
        long[] ids = new long[table.RowCount];
        foreach (ZFitsTileReader tile in table.ReadTiles(new ZFitsReadOptions { Columns = [idColumn] }, ct))
        {
            for (int i = 0; i < tile.RowCount; i++)
            {
                try
                {
                    ids[tile.FirstRow + i] = read(tile[0], i);
                }
                catch (OverflowException)
                {
                    throw new ZFitsFormatException("event number beyond 63 bits", table.Hdu.At(null) with { Column = idColumn, Row = tile.FirstRow + i });
                }
            }
        }

        return ids;
    }
}
