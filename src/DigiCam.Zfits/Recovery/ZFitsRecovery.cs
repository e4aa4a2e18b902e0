using DigiCam.Zfits.Fits;
using DigiCam.Zfits.Tables;
using static System.FormattableString;

namespace DigiCam.Zfits.Recovery;

/// <summary>Makes a whole file of what a writer left that died, of this library or another one.</summary>
/// <remarks>
/// The tiles are found by their markers: counts and catalog of the source are not used. A tile counts when its blocks are consistent and
/// decode; it is copied as it is. Behind a broken tile the next complete one is looked for. All tiles of a table but the last must have
/// equally many rows; where a shorter one stands before others, its rows and all that follow are compressed anew, with the processes they
/// had. The new file has an exact catalog, right counts and sums, and the cards of the source.
/// </remarks>
public static class ZFitsRecovery
{
    /// <summary>Recovers a file. The source is not changed.</summary>
    /// <param name="source">The file that was not finished, or is cut.</param>
    /// <param name="target">The new file; a file of this name is replaced when the recovery is complete.</param>
    /// <param name="ct">Stops the recovery; no file is left.</param>
    /// <returns>What was found and what was lost.</returns>
    /// <exception cref="ArgumentException">A path is empty, or both are the same.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="ZFitsFormatException">The source is no FITS file, or no complete tile was found in it, or a table header that is damaged as well makes a table that cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ZFitsRecoveryReport Recover(string source, string target, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(target);
        if (Path.GetFullPath(source) == Path.GetFullPath(target)) throw new ArgumentException("source and target are the same file", nameof(target));
        using ZFitsFile file = ZFitsFile.OpenUnread(source);
        List<ZFitsLostPart> lost = [];
        List<TableScan> scans = Scan(file, lost, ct);
        if (scans.TrueForAll(scan => scan.Tiles.Count == 0))
        {
            string reason = lost.Concat(scans.SelectMany(scan => scan.Lost)).FirstOrDefault() is ZFitsLostPart first ? Invariant($" (offset {first.Offset}: {first.Reason})") : "";
            throw new ZFitsFormatException($"no complete tile was found{reason}", new ZFitsLocation { Path = source });
        }

        List<ZFitsRecoveredTable> tables = [];
        using ZFitsWriter writer = ZFitsWriter.Create(target, new ZFitsWriterOptions { Cancellation = ct });
        foreach (TableScan scan in scans)
        {
            try
            {
                tables.Add(new(scan.Table.Name, scan.Table.MessageName, scan.Tiles.Count, scan.Tiles.Sum(tile => (long)tile.Rows), scan.AnnouncedRows, Write(writer, scan, ct), scan.Lost));
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException)
            {
                // What the writer has to say about the table is about the source here.
                throw new ZFitsFormatException($"the table cannot be written again: {e.Message}", scan.Table.Hdu.At(scan.Table.Hdu.HeaderOffset), e);
            }
        }

        writer.Finish();
        return new ZFitsRecoveryReport(source, target, tables, lost);
    }

    private static List<TableScan> Scan(ZFitsFile file, List<ZFitsLostPart> lost, CancellationToken ct)
    {
        FitsReader.CheckMagic(file);
        List<TableScan> scans = [];
        byte[] start = new byte[10];
        long position = FitsBlocks.BlockSize;
        for (int hdu = 1; position < file.Length;)
        {
            ct.ThrowIfCancellationRequested();
            bool isHeader = file.Length - position >= start.Length;
            if (isHeader) file.ReadExactly(position, start);
            if (!isHeader || !start.AsSpan().SequenceEqual("XTENSION= "u8))
            {
                position += FitsBlocks.BlockSize;
                continue;
            }

            long header = position;
            try
            {
                FitsHeader cards = FitsReader.ReadHeader(file, hdu, header, out long data);
                position = data;
                if (TableHeader.IsZFits(cards))
                {
                    TableScan scan = TableScan.Run(file, hdu, cards, header, data, ct);
                    scans.Add(scan);
                    position = scan.End;
                }
                else
                {
                    lost.Add(new(header, data - header, "an HDU that is no zfits table"));
                }
            }
            catch (Exception e) when (e is ZFitsFormatException or NotSupportedException)
            {
                position = header + FitsBlocks.BlockSize;
                lost.Add(new(header, Math.Min(position, file.Length) - header, e.Message));
            }

            hdu++;
        }

        return scans;
    }

    /// <summary>Writes the tiles found.</summary>
    /// <returns>Number of rows that were compressed anew.</returns>
    private static long Write(ZFitsWriter writer, TableScan scan, CancellationToken ct)
    {
        if (scan.Tiles.Count == 0) return 0;
        ZFitsTable source = scan.Table;
        IReadOnlyList<ZFitsColumnDefinition> columns = [.. source.Columns.Select(column => ZFitsDefinitionExtensions.DefinitionOf(column, scan.KindOf(column), RecipeOf(scan, column)))];
        ZFitsTableOptions options = source.GetWriterOptions() with { ExpectedRows = scan.Tiles.Sum(tile => (long)tile.Rows) };
        if (source.Header.TryGetString("CREATOR", out string? creator)) options = options with { Creator = creator! };
        ZFitsTableWriter target = writer.BeginTable(source.Name, source.MessageName, columns, options);
        long reencoded = 0;
        for (int i = 0; i < scan.Tiles.Count; i++)
        {
            ct.ThrowIfCancellationRequested();
            FoundTile tile = scan.Tiles[i];
            bool fits = reencoded == 0 && (tile.Rows == source.RowsPerTile || i == scan.Tiles.Count - 1);
            if (fits)
            {
                target.CopyTile(source.File.Handle, tile.Offset, tile.Rows, tile.Blocks);
                continue;
            }

            (byte[] Data, (int Start, int Length)[] Rows)[] blocks = [.. source.Columns.Select(column => scan.Decode(tile, column))];
            for (int row = 0; row < tile.Rows; row++)
            {
                for (int c = 0; c < blocks.Length; c++)
                {
                    // A block without data leaves the field unset.
                    if (blocks[c].Rows.Length > 0) target.SetRaw(c, blocks[c].Data.AsSpan(blocks[c].Rows[row].Start, blocks[c].Rows[row].Length));
                }

                target.CommitRow();
            }

            reencoded += tile.Rows;
        }

        target.Finish();
        return reencoded;
    }

    private static ZFitsRecipe RecipeOf(TableScan scan, ZFitsColumn column)
    {
        FoundTile first = scan.Tiles[0];
        byte[] header = new byte[TileLayout.BlockHeaderSize + 2 * byte.MaxValue];
        long offset = first.Offset + TileLayout.TileHeaderSize + first.Blocks.Take(column.Index).Sum(block => block.Size);
        Span<byte> bytes = header.AsSpan(0, (int)Math.Min(header.Length, first.Blocks[column.Index].Size));
        scan.Table.File.ReadExactly(offset, bytes);
        return ZFitsDefinitionExtensions.RecipeOf(column, [.. Enumerable.Range(0, header[9]).Select(i => (int)BlockDecoder.ProcessAt(header, i))]);
    }
}
