using System.Security.Cryptography;
using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>Catalogs, threads, failures and large files of the writer.</summary>
public sealed class WriterPipelineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    [InlineData(23L)]
    [InlineData(1000L)]
    public void ExactCatalog_WhateverWasExpected_HasOneRowPerTile(long? expected)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("exact.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            // Three tables of which none, some or all have to be rewritten.
            foreach ((string name, int rows) in new[] { ("One", 3), ("Many", 23), ("Last", 5) }) WriteTable(writer, name, rows, new ZFitsTableOptions { RowsPerTile = 5, ExpectedRows = expected });
            writer.Finish();
        }

        Assert.Single(Directory.GetFileSystemEntries(folder.FullName));
        using ZFitsFile file = ZFitsFile.Open(path);
        foreach (ZFitsTable table in file.Tables)
        {
            Assert.Equal(table.TileCount, table.CatalogCapacity);
            Assert.True(table.Header.TryGetInteger("THEAP", out long theap));
            Assert.Equal(table.HeapOffset, theap);
            Assert.True(table.VerifyChecksums(Token) is { DataSumOk: true, CheckSumOk: true });
            AssertRows(table);
        }

        Assert.Equal([3L, 23, 5], file.Tables.Select(table => table.RowCount));
        Assert.Equal([1, 5, 1], file.Tables.Select(table => table.TileCount));
    }

    [Fact]
    public void Catalogs_ReservedAndExactInOneFile_KeepTheirLengths()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("mixed.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            WriteTable(writer, "Reserved", 7, new ZFitsTableOptions { RowsPerTile = 2, ReservedTiles = 50 });
            WriteTable(writer, "Exact", 7, new ZFitsTableOptions { RowsPerTile = 2 });
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.Equal([50L, 4], file.Tables.Select(table => table.CatalogCapacity));
        foreach (ZFitsTable table in file.Tables)
        {
            Assert.True(table.VerifyChecksums(Token) is { DataSumOk: true, CheckSumOk: true });
            AssertRows(table);
        }
    }

    [Fact]
    public void Threads_AnyNumber_GiveTheSameBytes()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string[] hashes = [.. new[] { 1, 2, 3, 8, 0 }.Select(threads =>
        {
            string path = folder.File("t.fits.fz");
            using (ZFitsWriter writer = ZFitsWriter.Create(path, new ZFitsWriterOptions { Threads = threads }))
            {
                WriteTable(writer, "A", 230, new ZFitsTableOptions { RowsPerTile = 4 });
                WriteTable(writer, "B", 1, new ZFitsTableOptions { RowsPerTile = 4, ReservedTiles = 3 });
                writer.Finish();
            }

            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        })];
        Assert.Single(hashes.Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Worker_ThatFails_StopsTheWritingWithThePlace(int threads)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("x.fits.fz");
        File.WriteAllText(path, "the file of before");
        using (ZFitsWriter writer = ZFitsWriter.Create(path, new ZFitsWriterOptions { Threads = threads }))
        {
            ZFitsTableWriter table = writer.BeginTable("T", "Unknown.Event", [new("good", "1", ZFitsElementType.Float32, ZFitsColumnKind.Array, ZFitsRecipe.ZLib), new("gains", "2", ZFitsElementType.Float32, ZFitsColumnKind.Array, ZFitsRecipe.SameLossyFloats)], new ZFitsTableOptions { RowsPerTile = 2 });
            InvalidOperationException e = Assert.Throws<InvalidOperationException>(() =>
            {
                for (int row = 0; row < 1000; row++)
                {
                    table.SetArray<float>(1, [row == 7 ? float.NaN : 1f]);
                    table.CommitRow();
                }

                table.Finish();
            });
            Assert.Contains("table T, column gains, tile 3 (rows 6-7): lossyfloats", e.Message, StringComparison.Ordinal);
            Assert.Equal(e.Message, Assert.Throws<InvalidOperationException>(table.CommitRow).Message);
            Assert.Throws<InvalidOperationException>(table.Finish);
            Assert.Contains("a table is not finished", Assert.Throws<InvalidOperationException>(writer.Finish).Message, StringComparison.Ordinal);
        }

        Assert.Equal("the file of before", File.ReadAllText(Assert.Single(Directory.GetFiles(folder.FullName))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancellation_AtAnyRow_LeavesNothing(int threads)
    {
        foreach (int cancelled in new[] { 1, 10, 11, 57, 99, 100, 101 })
        {
            using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
            using CancellationTokenSource source = new();
            using (ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"), new ZFitsWriterOptions { Threads = threads, Cancellation = source.Token }))
            {
                Assert.ThrowsAny<OperationCanceledException>(() =>
                {
                    ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, SmallFile.Columns, new ZFitsTableOptions { RowsPerTile = 10 });
                    for (int row = 0; row < 100; row++)
                    {
                        if (row + 1 == cancelled) source.Cancel();
                        Set(table, row);
                        table.CommitRow();
                    }

                    if (cancelled == 100) source.Cancel();
                    table.Finish();
                    source.Cancel();
                    writer.Finish();
                });
            }

            Assert.Empty(Directory.GetFileSystemEntries(folder.FullName));
        }
    }

    [Fact]
    public void CommitRow_SteadyState_AllocatesAlmostNothing()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        // Columns of very different sizes: their buffers must not change places.
        ZFitsTableWriter table = writer.BeginTable("T", "Unknown.Event", [.. Enumerable.Range(0, 6).Select(i => new ZFitsColumnDefinition($"c{i}", $"{i + 1}", ZFitsElementType.UInt16, ZFitsColumnKind.Array, new[] { ZFitsRecipe.Custom("raw split", 0x05, 0x00), ZFitsRecipe.Raw, ZFitsRecipe.RRice }[i % 3]))], new ZFitsTableOptions { RowsPerTile = 10, ReservedTiles = 1000 });
        ushort[] values = [.. Enumerable.Range(0, 20_000).Select(i => (ushort)(i * 7))];
        Write(200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(400);
        // Forty tiles of 600 kB; the list of block sizes may double once.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000);
        table.Finish();

        void Write(int rows)
        {
            for (int row = 0; row < rows; row++)
            {
                table.SetArray<ushort>(1, values);
                table.SetArray<ushort>(2, values.AsSpan(0, 100));
                table.SetArray<ushort>(3, values.AsSpan(0, 1000));
                table.SetArray<ushort>(4, values.AsSpan(0, 10_000));
                table.CommitRow();
            }
        }
    }

    [Fact]
    public void Rows_TooLongForTheTiles_AreRefusedBeforeTheyAreUnreadable()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("x.fits.fz");
        short[] row = new short[3_000_000];
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            // One row of 6 MB is no reason to refuse a table of tiles that could have 1000 of them.
            ZFitsTableWriter single = writer.BeginTable("Single", "Unknown.Event", [SmallFile.Columns[2] with { Recipe = ZFitsRecipe.DiffMan16 }], new ZFitsTableOptions { RowsPerTile = 1000 });
            single.SetArray<short>(0, row);
            single.CommitRow();
            single.Finish();

            ZFitsTableWriter table = writer.BeginTable("Many", "Unknown.Event", [SmallFile.Columns[2] with { Recipe = ZFitsRecipe.DiffMan16 }], new ZFitsTableOptions { RowsPerTile = 1000 });
            for (int i = 0; i < 1000; i++) table.CommitRow();
            table.SetArray<short>(0, row);
            table.CommitRow();
            Assert.Contains("table Many, column hiGain_waveforms_samples: a row has 3000000 elements, tiles of 1000 rows allow for", Assert.Throws<InvalidOperationException>(table.Finish).Message, StringComparison.Ordinal);
        }

        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter single = writer.BeginTable("Single", "Unknown.Event", [SmallFile.Columns[2] with { Recipe = ZFitsRecipe.DiffMan16 }], new ZFitsTableOptions { RowsPerTile = 1000 });
            single.SetArray<short>(0, row);
            single.CommitRow();
            single.Finish();
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.Equal(row, file.Tables[0].ReadRow(0).GetArray<short>("hiGain_waveforms_samples"));
        Assert.True((long)file.Tables[0].RowsPerTile * 6_000_000 <= uint.MaxValue);
    }

    /// <summary>Catalogs of four thousand million bytes are holes in the file; what comes behind them lies beyond 2 and 4 GiB.</summary>
    [Fact]
    public void File_BeyondFourGiB_IsWrittenSparselyAndRead()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("large.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path, new ZFitsWriterOptions { Threads = 2 }))
        {
            foreach (string name in new[] { "First", "Second" }) WriteTable(writer, name, 23, new ZFitsTableOptions { RowsPerTile = 5, ReservedTiles = 25_000_000 });
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.True(file.Length > 2 * 25_000_000L * 16 * 7);
        Assert.True(file.Tables[0].GetTile(0).FileOffset > int.MaxValue);
        Assert.True(file.Tables[1].GetTile(4).FileOffset > uint.MaxValue);
        foreach (ZFitsTable table in file.Tables) AssertRows(table);
        file.Tables[1].Header.TryGetInteger("PCOUNT", out long pcount);
        Assert.Equal(25_000_000L * 112 - 5 * 112 + file.Tables[1].GetTile(4).HeapOffset + 16 + file.Tables[1].GetTile(4).Size, pcount);

        // The catalog is no part of an exact copy.
        string exact = folder.File("exact.fits.fz");
        Recovery.ZFitsRecoveryReport report = Recovery.ZFitsRecovery.Recover(path, exact, Token);
        Assert.True(report.IsComplete);
        Assert.True(new FileInfo(exact).Length < 100_000);
        using ZFitsFile copy = ZFitsFile.Open(exact);
        foreach (ZFitsTable table in copy.Tables) AssertRows(table);
    }

    [Fact]
    public void Open_UnfinishedFile_SaysThatTheWriterDidNotFinish()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        WriteTable(writer, "Events", 12, new ZFitsTableOptions { RowsPerTile = 5, ReservedTiles = 3 });
        string temporary = Assert.Single(Directory.GetFiles(folder.FullName, "*" + ZFitsWriter.UnfinishedExtension));
        Assert.Contains("the writer did not finish this file", Assert.Throws<ZFitsFormatException>(() => ZFitsFile.Open(temporary)).Message, StringComparison.Ordinal);
        // Its tiles are there all the same.
        Recovery.ZFitsRecoveryReport report = Recovery.ZFitsRecovery.Recover(temporary, folder.File("recovered.fits.fz"), Token);
        Assert.Equal(12, Assert.Single(report.Tables).Rows);
    }

    [Fact]
    public void Cards_ThatNoHeaderCanHold_AreArgumentExceptions()
    {
        Assert.Throws<ArgumentException>(() => FitsCard.Text("LONG", new string('x', 69)));
        Assert.Throws<ArgumentException>(() => FitsCard.Text("QUOTES", new string('\'', 35)));
        Assert.Throws<ArgumentException>(() => FitsCard.Text("TOOLONGKEY", "x"));
        Assert.Throws<ArgumentException>(() => FitsCard.Text("lower", "x"));
        Assert.Throws<ArgumentException>(() => FitsCard.Text("UMLAUT", "é"));
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        foreach (string keyword in new[] { "SIMPLE", "ZHEAPPTR", "TZERO1", "TSCAL2", "DATE-END", "THEAP" })
        {
            Assert.Contains(keyword, Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", SmallFile.Columns, new ZFitsTableOptions { Cards = [FitsCard.Integer(keyword, 1)] })).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", new string('M', 69), SmallFile.Columns));
        // A refused table does not block the next one.
        WriteTable(writer, "Events", 1, new ZFitsTableOptions());
        writer.Finish();
    }

    private static void WriteTable(ZFitsWriter writer, string name, int rows, ZFitsTableOptions options)
    {
        ZFitsTableWriter table = writer.BeginTable(name, DigiCamColumns.EventMessage, SmallFile.Columns, options);
        for (int row = 0; row < rows; row++)
        {
            Set(table, row);
            table.CommitRow();
        }

        table.Finish();
    }

    private static void Set(ZFitsTableWriter table, int row)
    {
        table.SetScalar(1, 1000u + (uint)row);
        table.SetArray<short>(2, SmallFile.SamplesOf(row % 7));
        table.SetArray<byte>(6, [.. Enumerable.Range(0, row % 27).Select(i => (byte)(i * row))]);
    }

    private static void AssertRows(ZFitsTable table)
    {
        foreach (ZFitsRow row in table.Rows())
        {
            Assert.Equal(1000u + (uint)row.Row, row.GetScalar<uint>("eventNumber"));
            Assert.Equal(SmallFile.SamplesOf((int)row.Row % 7), row.GetArray<short>("hiGain_waveforms_samples"));
            Assert.Equal(Enumerable.Range(0, (int)row.Row % 27).Select(i => (byte)(i * row.Row)), row.GetArray<byte>("trigger_output_patch7"));
        }
    }
}
