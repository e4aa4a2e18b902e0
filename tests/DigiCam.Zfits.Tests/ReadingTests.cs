using DigiCam.Zfits;
using DigiCam.Zfits.Messages.ProtoDataModel;

namespace DigiCam.Zfits.Tests;

/// <summary>Tiles and rows in order: on several threads, asynchronously, in part, past damage.</summary>
public sealed class ReadingTests : IDisposable
{
    private const int Rows = 47;
    private const int RowsPerTile = 5;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly string _path;

    public ReadingTests()
    {
        _path = _folder.File("run.fits.fz");
        RunFiles.Write(_path, Enumerable.Range(0, Rows).Select(i => (uint)i), RowsPerTile);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(0)]
    public void ReadTiles_AnyThreads_InOrderWithEqualValues(int threads)
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        int expected = 0;
        foreach (ZFitsTileReader tile in file.Tables[0].ReadTiles(new ZFitsReadOptions { Threads = threads }))
        {
            Assert.Equal(expected, tile.FirstRow);
            for (int i = 0; i < tile.RowCount; i++, expected++)
            {
                Assert.Equal((uint)expected, tile["eventNumber"].GetScalar<uint>(i));
                Assert.Equal(RunFiles.SamplesOf((uint)expected), tile["hiGain_waveforms_samples"].GetRow<short>(i).ToArray());
            }
        }

        Assert.Equal(Rows, expected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ReadTiles_MoreTilesThanReaders_NeverHoldsMore(int threads)
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        HashSet<ZFitsTileReader> readers = [.. file.Tables[0].ReadTiles(new ZFitsReadOptions { Threads = threads })];
        Assert.InRange(readers.Count, 1, threads == 1 ? 1 : threads + 1);
    }

    /// <summary>Tiles that take no time to decode, and a caller who takes none either: whoever is first, no tile may be missed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task ReadTiles_ManySmallTiles_MissesNone(int threads)
    {
        string path = _folder.File("small.fits.fz");
        RunFiles.Write(path, Enumerable.Range(0, 300).Select(i => (uint)i), rowsPerTile: 1);
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsReadOptions options = new() { Columns = ["eventNumber"], Threads = threads };
        for (int round = 0; round < 40; round++)
        {
            Assert.Equal(Enumerable.Range(0, 300), file.Tables[0].ReadTiles(options).Select(tile => tile.TileIndex));
            int expected = 0;
            await foreach (ZFitsTileReader tile in file.Tables[0].ReadTilesAsync(options)) Assert.Equal(expected++, tile.TileIndex);
            Assert.Equal(300, expected);
        }
    }

    [Fact]
    public void ReadTiles_NotAskedFor_ReadsNothing()
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        long before = file.BytesRead;
        IEnumerable<ZFitsTileReader> tiles = file.Tables[0].ReadTiles(new ZFitsReadOptions { Columns = ["eventNumber"], Threads = 2 });
        Assert.Equal(before, file.BytesRead);
        Assert.Equal(10, tiles.Count());
        long all = file.BytesRead - before;
        before = file.BytesRead;
        Assert.Equal(2, file.Tables[0].ReadTiles(new ZFitsReadOptions { Columns = ["eventNumber"], Rows = ZFitsRowSet.Range(3, 3) }).Count());
        long two = file.BytesRead - before;
        Assert.InRange(two, 1, all / 4);
        before = file.BytesRead;
        _ = file.Tables[0].ReadTiles(new ZFitsReadOptions { Rows = ZFitsRowSet.Range(3, 3) }).Count();
        Assert.True(file.BytesRead - before > 2 * two, "all columns are more than one");
    }

    [Fact]
    public void Rows_Subset_GivesJustThose()
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        ZFitsReadOptions options = new() { Columns = ["eventNumber", "telescopeID"], Rows = ZFitsRowSet.Parse("3-6, 20, 45-"), Threads = 2 };
        ZFitsRow[] rows = [.. file.Tables[0].Rows(options)];
        Assert.Equal([3, 4, 5, 6, 20, 45, 46], rows.Select(row => row.Row));
        Assert.Equal([3u, 4, 5, 6, 20, 45, 46], rows.Select(row => row.GetScalar<uint>("eventNumber")));
        Assert.Equal(["eventNumber", "telescopeID"], rows[0].Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task RowsAsync_Subset_EqualsRows()
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        foreach (int threads in (int[])[1, 2, 5])
        {
            ZFitsReadOptions options = new() { Columns = ["eventNumber"], Rows = ZFitsRowSet.Parse("0,7-31"), Threads = threads };
            List<uint> numbers = [];
            await foreach (ZFitsRow row in file.Tables[0].RowsAsync(options)) numbers.Add(row.GetScalar<uint>("eventNumber"));
            Assert.Equal(file.Tables[0].Rows(options).Select(row => row.GetScalar<uint>("eventNumber")), numbers);
            Assert.Equal(26, numbers.Count);
        }
    }

    [Fact]
    public async Task ReadMessages_OptionsAndAsync_EqualTheReader()
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        ZFitsTable table = file.Tables[0];
        CameraEvent[] all = [.. table.ReadMessages<CameraEvent>()];
        Assert.Equal(Rows, all.Length);
        ZFitsReadOptions options = new() { Rows = ZFitsRowSet.Parse("4-5,30"), Threads = 2 };
        CameraEvent[] expected = [all[4], all[5], all[30]];
        Assert.Equal(expected, table.ReadMessages<CameraEvent>(options));
        List<CameraEvent> messages = [];
        await foreach (CameraEvent message in table.ReadMessagesAsync<CameraEvent>(options)) messages.Add(message);
        Assert.Equal(expected, messages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void ReadTiles_Cancelled_StopsBetweenTiles(int threads)
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        using CancellationTokenSource stop = new();
        int tiles = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (ZFitsTileReader _ in file.Tables[0].ReadTiles(new ZFitsReadOptions { Threads = threads }, stop.Token))
            {
                if (++tiles == 3) stop.Cancel();
            }
        });
        Assert.Equal(3, tiles);
    }

    [Fact]
    public async Task RowsAsync_Cancelled_StopsBetweenTiles()
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        using CancellationTokenSource stop = new();
        int rows = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ZFitsRow _ in file.Tables[0].RowsAsync(new ZFitsReadOptions { Threads = 2 }).WithCancellation(stop.Token))
            {
                if (++rows == 12) await stop.CancelAsync();
            }
        });
        Assert.Equal(15, rows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ReadTiles_DamagedTile_StrictEndsThereSkipTileGoesOn(int threads)
    {
        // In tile 4, rows 20 to 24.
        BreakWaveforms(tile: 4);
        using ZFitsFile file = ZFitsFile.Open(_path);
        List<long> rows = [];
        ZFitsFormatException strict = Assert.Throws<ZFitsFormatException>(() => rows.AddRange(file.Tables[0].Rows(new ZFitsReadOptions { Threads = threads }).Select(row => row.Row).Select(row =>
        {
            rows.Add(row);
            return row;
        }).ToArray()));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), rows);

        ZFitsDamageReport lost = new();
        ZFitsReadOptions skip = new() { Threads = threads, Damage = ZFitsDamagePolicy.SkipTile, DamageReport = lost };
        Assert.Equal(Enumerable.Range(0, Rows).Where(i => i is < 20 or > 24).Select(i => (long)i), file.Tables[0].Rows(skip).Select(row => row.Row));
        ZFitsDamagedTile tile = Assert.Single(lost.Tiles);
        Assert.Equal((4, 20L, 5, true), (tile.Tile, tile.FirstRow, tile.RowCount, tile.IsLost));
        Assert.Equal(strict.Message, tile.Error.Message);
        Assert.Equal(5, lost.LostRowCount);
        Assert.StartsWith("rows 20-24 lost: run.fits.fz: table Events, column hiGain_waveforms_samples, tile 4 (rows 20-24), offset ", lost.ToString(), StringComparison.Ordinal);

        // Columns that are whole are not lost when only they are read, and tiles that are not read cannot be.
        ZFitsDamageReport none = new();
        Assert.Equal(Rows, file.Tables[0].Rows(skip with { Columns = ["eventNumber"], DamageReport = none }).Count());
        Assert.Equal(20, file.Tables[0].Rows(skip with { Rows = ZFitsRowSet.Range(0, 20), DamageReport = none }).Count());
        Assert.Empty(none.Tiles);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ReadTiles_DamagedCatalog_FindsTheTileAndSaysSo(int threads)
    {
        byte[] bytes = File.ReadAllBytes(_path);
        using (ZFitsFile file = ZFitsFile.Open(_path)) bytes[file.Tables[0].Hdu.DataOffset + 3 * 16 * 4 + 7] ^= 0x20;
        File.WriteAllBytes(_path, bytes);
        using ZFitsFile damaged = ZFitsFile.Open(_path);
        ZFitsDamageReport report = new();
        ZFitsReadOptions options = new() { Threads = threads, Damage = ZFitsDamagePolicy.SkipTile, DamageReport = report };
        Assert.Equal(Rows, damaged.Tables[0].Rows(options).Count());
        ZFitsDamagedTile tile = Assert.Single(report.Tiles);
        Assert.Equal((4, false, 0L), (tile.Tile, tile.IsLost, report.LostRowCount));
        Assert.StartsWith("rows 20-24 read despite damage: ", report.ToString(), StringComparison.Ordinal);
        Assert.Throws<ZFitsFormatException>(() => damaged.Tables[0].Rows(options with { Damage = ZFitsDamagePolicy.Strict }).Count());
    }

    [Fact]
    public async Task RowsAsync_DamagedTile_IsReportedOnce()
    {
        BreakWaveforms(tile: 0);
        using ZFitsFile file = ZFitsFile.Open(_path);
        ZFitsDamageReport lost = new();
        ZFitsReadOptions options = new() { Threads = 2, Damage = ZFitsDamagePolicy.SkipTile, DamageReport = lost };
        for (int round = 0; round < 2; round++)
        {
            int rows = 0;
            await foreach (ZFitsRow _ in file.Tables[0].RowsAsync(options)) rows++;
            Assert.Equal(Rows - RowsPerTile, rows);
        }

        Assert.Single(lost.Tiles);
    }

    [Fact]
    public void ReadTiles_OptionsThatDoNotFit_AreRefusedAtOnce()
    {
        using ZFitsFile file = ZFitsFile.Open(_path);
        ZFitsTable table = file.Tables[0];
        Assert.Throws<ArgumentException>(() => table.ReadTiles(new ZFitsReadOptions { Damage = ZFitsDamagePolicy.SkipTile }));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.ReadTiles(new ZFitsReadOptions { Threads = -1 }));
        Assert.Throws<ArgumentException>(() => table.ReadTilesAsync(new ZFitsReadOptions { Columns = ["eventNumber", "eventNumber"] }));
        Assert.Contains("no column noSuch", Assert.Throws<ZFitsFormatException>(() => table.Rows("noSuch")).Message, StringComparison.Ordinal);
        ArgumentException rows = Assert.Throws<ArgumentException>(() => table.Rows(new ZFitsReadOptions { Rows = ZFitsRowSet.Parse("3,47") }));
        Assert.Contains("has 47 rows, there is no row 47", rows.Message, StringComparison.Ordinal);
    }

    /// <summary>All columns with the recipes of the camera, every value looked at: after the first tiles nothing is allocated, whatever the number of events.</summary>
    [Fact]
    public void ReadTile_WarmReader_AllocatesNothing()
    {
        string path = _folder.File("camera.fits.fz");
        WriteCameraEvents(path, rows: 60, rowsPerTile: 10);
        using ZFitsFile file = ZFitsFile.Open(path);
        using ZFitsTileReader reader = file.Tables[0].CreateTileReader();
        long sum = ReadAll(reader) + ReadAll(reader);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sum += ReadAll(reader);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, sum % 3);
        Assert.Equal(0, allocated);

        static long ReadAll(ZFitsTileReader reader)
        {
            long sum = 0;
            for (int tile = 0; tile < reader.Table.TileCount; tile++)
            {
                reader.ReadTile(tile);
                for (int c = 0; c < reader.Columns.Count; c++)
                {
                    for (int row = 0; row < reader.RowCount; row++) foreach (byte value in reader[c].GetRowBytes(row)) sum += value;
                }
            }

            return sum;
        }
    }

    [Theory]
    [InlineData("5", "5", 1)]
    [InlineData("3-5,1,4-8, 9", "1,3-9", 8)]
    [InlineData("7-", "7-", 93)]
    [InlineData("50-,60,10-12", "10-12,50-", 53)]
    [InlineData("0-99", "0-99", 100)]
    public void RowSet_Parse_MergesRanges(string text, string expected, long countWithin100)
    {
        ZFitsRowSet set = ZFitsRowSet.Parse(text);
        Assert.Equal(expected, set.ToString());
        Assert.Equal(countWithin100, set.CountWithin(100));
        long[] rows = [.. Enumerable.Range(0, 100).Select(i => (long)i).Where(set.Contains)];
        Assert.Equal(countWithin100, rows.Length);
        Assert.Equal(rows, set.Within(0, 100));
        for (int first = 0; first < 100; first += 7)
        {
            Assert.Equal(rows.Where(row => row >= first && row < first + 9), set.Within(first, 9).Where(row => row < 100));
            Assert.Equal(rows.Any(row => row >= first && row < first + 4), set.Overlaps(first, 4) && set.Within(first, 4).Any(row => row < 100));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1,,2")]
    [InlineData("-3")]
    [InlineData("5-3")]
    [InlineData("1-2-3")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public void RowSet_ParseOther_NamesThePart(string text) => Assert.Contains("'", Assert.Throws<ArgumentException>(() => ZFitsRowSet.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void RowSet_OfAndRange_HoldWhatTheySay()
    {
        Assert.Equal("1-3,9", ZFitsRowSet.Of(3, 1, 2, 9, 2).ToString());
        Assert.Equal("", ZFitsRowSet.Range(5, 0).ToString());
        Assert.False(ZFitsRowSet.Range(5, 0).Overlaps(0, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => ZFitsRowSet.Of(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ZFitsRowSet.Range(2, long.MaxValue));
        Assert.True(ZFitsRowSet.All.Contains(long.MaxValue - 1));
    }

    /// <summary>Events of a small camera with all columns of DigiCam: noise, a few pulses, counters.</summary>
    private static void WriteCameraEvents(string path, int rows, int rowsPerTile)
    {
        const int Pixels = 144;
        Random random = new(11);
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, DigiCamColumns.Events, new ZFitsTableOptions { RowsPerTile = rowsPerTile });
        for (int row = 0; row < rows; row++)
        {
            for (int c = 0; c < DigiCamColumns.Events.Count; c++)
            {
                ZFitsColumnDefinition column = DigiCamColumns.Events[c];
                switch (column.Kind, column.ElementType)
                {
                    case (ZFitsColumnKind.Array, ZFitsElementType.Int16):
                        table.SetArray<short>(c, [.. Enumerable.Range(0, 50 * Pixels).Select(i => (short)(300 + random.Next(7) + (i % 5000 < 20 ? random.Next(3000) : 0)))]);
                        break;
                    case (ZFitsColumnKind.Array, ZFitsElementType.UInt16):
                        table.SetArray<ushort>(c, [.. Enumerable.Range(0, Pixels).Select(i => (ushort)(Pixels - 1 - i))]);
                        break;
                    case (ZFitsColumnKind.Array, ZFitsElementType.UInt8):
                        table.SetArray<byte>(c, [.. Enumerable.Range(0, 3000).Select(i => (byte)(i % 3 == 0 ? random.Next(40) : 0))]);
                        break;
                    case (ZFitsColumnKind.Scalar, ZFitsElementType.Int32):
                        table.SetScalar(c, 22);
                        break;
                    case (ZFitsColumnKind.Scalar, ZFitsElementType.UInt32):
                        table.SetScalar(c, (uint)row);
                        break;
                    case (ZFitsColumnKind.Scalar, ZFitsElementType.UInt64):
                        table.SetScalar(c, 1_534_972_300UL + (ulong)row);
                        break;
                    default:
                        throw new InvalidOperationException($"no values for {column}");
                }
            }

            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
    }

    private void BreakWaveforms(int tile)
    {
        byte[] bytes = File.ReadAllBytes(_path);
        long offset;
        using (ZFitsFile file = ZFitsFile.Open(_path))
        {
            ZFitsTable table = file.Tables[0];
            offset = table.GetTile(tile).Blocks[table.GetColumn("hiGain_waveforms_samples").Index].FileOffset;
        }

        // The number of symbols of the Huffman stream, behind the block header and the size of the stream.
        bytes[offset + 14 + 4] ^= 0x55;
        File.WriteAllBytes(_path, bytes);
    }
}
