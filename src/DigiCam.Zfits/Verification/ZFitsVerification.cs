using DigiCam.Zfits.Messages;

namespace DigiCam.Zfits.Verification;

/// <summary>Reads a whole file: the checksums of every header and data unit, the headers of every tile and block, the rows of every column.
/// It does not stop at the first defect.</summary>
public static class ZFitsVerification
{
    /// <summary>Verifies a file.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="threads">Number of tiles that are decoded at the same time; 0 means one per processor.</param>
    /// <param name="progress">Told after every tile how many rows are done, of all tables together.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>What was found; damage is part of the report, not an exception.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ZFitsVerificationReport Verify(ZFitsFile file, int threads = 1, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        VerifiedHdu[] hdus = [.. file.Hdus.Select(hdu => new VerifiedHdu(hdu.Index, hdu.Name, hdu.VerifyChecksums(ct)))];
        List<VerifiedTable> tables = [];
        foreach (ZFitsTable table in file.Tables)
        {
            using TablePass pass = new(table, progress, tables.Sum(done => done.Rows));
            tables.Add(pass.Run(threads, ct));
        }

        return new ZFitsVerificationReport(file.Path, file.Length, hdus, tables);
    }

    /// <summary>One pass through a table.</summary>
    private sealed class TablePass(ZFitsTable table, IProgress<long>? progress, long rowsBefore) : IDisposable
    {
        private readonly ColumnDigest[] _digests = [.. table.Columns.Select(column => new ColumnDigest(column))];
        private readonly SortedDictionary<int, List<ZFitsDefect>> _defects = [];

        public VerifiedTable Run(int threads, CancellationToken ct)
        {
            ZFitsDamageReport damage = new();
            int next = 0;
            foreach (ZFitsTileReader tile in table.ReadTiles(new ZFitsReadOptions { Threads = threads, Damage = ZFitsDamagePolicy.SkipTile, DamageReport = damage }, ct))
            {
                // The hashes need the rows in order, those of the tiles before that could be read in part as well.
                for (; next < tile.TileIndex; next++) ReadByColumn(next);
                for (int i = 0; i < _digests.Length; i++) _digests[i].Add(tile[i]);
                next++;
                progress?.Report(rowsBefore + tile.FirstRow + tile.RowCount);
            }

            for (; next < table.TileCount; next++) ReadByColumn(next);

            // Also tiles whose rows are right, but not what the catalog says about them.
            foreach (ZFitsDamagedTile tile in damage.Tiles) AddDefect(tile.Tile, tile.Error);
            return new VerifiedTable(
                table.Hdu.Index, table.Name, table.MessageName, table.RowCount, table.TileCount,
                [.. _digests.Select(digest => digest.Finish(table.RowCount))], [.. _defects.Values.SelectMany(defects => defects)], [.. UnknownColumns(), .. table.FindStrayBytes(ct)]);
        }

        public void Dispose()
        {
            foreach (ColumnDigest digest in _digests) digest.Dispose();
        }

        /// <summary>Reads a damaged tile column by column, so that each defect is reported and each column that is whole keeps its hash.</summary>
        private void ReadByColumn(int tile)
        {
            foreach (ZFitsColumn column in table.Columns)
            {
                using ZFitsTileReader reader = table.CreateTileReader(column.Name);
                try
                {
                    reader.ReadTile(tile);
                    _digests[column.Index].Add(reader[0]);
                }
                catch (Exception e) when (e is ZFitsFormatException or ZFitsNotSupportedException)
                {
                    AddDefect(tile, e);
                }
            }
        }

        private void AddDefect(int tile, Exception error)
        {
            if (!_defects.TryGetValue(tile, out List<ZFitsDefect>? defects)) _defects.Add(tile, defects = []);
            // A defect in a header meets every column that is read.
            if (defects.Any(known => known.Message == error.Message)) return;
            string? column = (error as ZFitsFormatException)?.Column ?? (error as ZFitsNotSupportedException)?.Location.Column;
            defects.Add(new ZFitsDefect(tile, table.GetTileFirstRow(tile), table.GetTileRowCount(tile), column, error.Message));
        }

        private IEnumerable<string> UnknownColumns()
        {
            if (!table.Columns.Any(column => column.IsKnownField))
            {
                yield return $"the definition of {table.MessageName} is not known: the columns are read by their data";
                yield break;
            }

            foreach (ZFitsColumn column in table.Columns)
            {
                if (column.Field is null) yield return $"column {column.Name} (field {column.FieldPath}) is not in the definition of {table.MessageName}: it is read by its data";
                else if (MessageRegistry.KindOf(column.Field, column.ElementType) is null) yield return $"column {column.Name} holds {column.ElementType} elements, which is not the type of the field in {table.MessageName}: it is read by its data";
            }
        }
    }
}
