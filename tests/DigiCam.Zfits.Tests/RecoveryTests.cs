using System.Diagnostics;
using System.Globalization;
using System.Text;
using DigiCam.Zfits;
using DigiCam.Zfits.Recovery;

namespace DigiCam.Zfits.Tests;

/// <summary>Files whose writer died, and what can be made of them.</summary>
public sealed class RecoveryTests
{
    private const int Kills = 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Kill_AtAnyTime_LeavesNoHalfFileAndLosesNoCompleteTile()
    {
        Random random = new(20180822);
        int recovered = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
            string path = folder.File("run.fits.fz");
            int threads = 1 + kill % 2;
            using Process process = KilledWriter.Start(path, threads);
            // A third of them close to the end: while the second file is written, flushed and renamed.
            string last = kill % 3 == 0 ? "finishing" : (KilledWriter.RowsPerTile * random.Next(1, KilledWriter.Rows / KilledWriter.RowsPerTile)).ToString(CultureInfo.InvariantCulture);
            long announced = 0;
            while (process.StandardOutput.ReadLine() is string line && line != last) announced = long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long rows) ? rows : announced;
            if (kill % 3 == 0) Thread.SpinWait(random.Next(500_000));
            process.Kill();
            process.WaitForExit();

            string[] leftovers = Directory.GetFiles(folder.FullName, "*" + ZFitsWriter.UnfinishedExtension);
            if (File.Exists(path)) AssertWhole(path);
            else Assert.NotEmpty(leftovers);
            long best = File.Exists(path) ? KilledWriter.Rows : 0;
            foreach (string leftover in leftovers)
            {
                byte[] before = File.ReadAllBytes(leftover);
                if (before.Length < 2880)
                {
                    // Killed before anything of this file was written: the second one of a rewriting.
                    Assert.Throws<ZFitsFormatException>(() => ZFitsFile.Open(leftover));
                    continue;
                }

                // Between the last flush and the renaming the file is whole.
                if (Encoding.ASCII.GetString(before, 0, 30).EndsWith('F')) Assert.Contains("did not finish", Assert.Throws<ZFitsFormatException>(() => ZFitsFile.Open(leftover)).Message, StringComparison.Ordinal);
                else AssertWhole(leftover);
                best = Math.Max(best, RecoverEvents(leftover, folder.File("recovered.fits.fz")));
                Assert.Equal(before, File.ReadAllBytes(leftover));
                recovered++;
            }

            // Tiles in the memory of the threads are lost, tiles in the file are not.
            Assert.InRange(best, announced - (threads == 1 ? 0 : threads * KilledWriter.RowsPerTile), KilledWriter.Rows);
        }

        Assert.InRange(recovered, Kills / 2, 2 * Kills);
    }

    [Fact]
    public void Recover_OfACutFile_GivesTheTilesBeforeTheCut()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("run.fits.fz");
        KilledWriter.Write(path, 1, _ => { });
        byte[] bytes = File.ReadAllBytes(path);
        long[] ends;
        using (ZFitsFile file = ZFitsFile.Open(path)) ends = [.. Enumerable.Range(0, file.Tables[1].TileCount).Select(t => file.Tables[1].GetTile(t)).Select(t => t.FileOffset + 16 + t.Size)];
        Random random = new(1);
        foreach (long cut in Enumerable.Range(0, 25).Select(_ => random.NextInt64(2880, bytes.Length)).Append(ends[3]).Append(ends[^1] - 1).Append(ends[^1]))
        {
            string source = folder.File("cut.fits.fz");
            File.WriteAllBytes(source, bytes[..(int)cut]);
            int tiles = ends.Count(end => end <= cut);
            string target = folder.File("recovered.fits.fz");
            File.Delete(target);
            Assert.Equal(Math.Min((long)tiles * KilledWriter.RowsPerTile, KilledWriter.Rows), RecoverEvents(source, target));
        }
    }

    [Fact]
    public void Recover_BrokenTiles_KeepsTheOthersAndNamesTheBroken()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("run.fits.fz");
        KilledWriter.Write(path, 1, _ => { });
        byte[] bytes = File.ReadAllBytes(path);
        ZFitsTile[] tiles;
        using (ZFitsFile file = ZFitsFile.Open(path)) tiles = [.. Enumerable.Range(0, file.Tables[1].TileCount).Select(file.Tables[1].GetTile)];
        // A marker, a number of rows, a block size, and a byte inside a deflate stream.
        bytes[tiles[2].FileOffset] ^= 1;
        bytes[tiles[7].FileOffset + 6] ^= 1;
        bytes[tiles[11].Blocks[3].FileOffset + 2] ^= 1;
        bytes[tiles[20].Blocks[5].FileOffset + 20] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        string target = folder.File("recovered.fits.fz");
        ZFitsRecoveryReport report = ZFitsRecovery.Recover(path, target, Token);
        Assert.False(report.IsComplete);
        ZFitsRecoveredTable events = report.Tables[1];
        Assert.Equal(new[] { 2, 7, 11, 20 }.Select(t => (tiles[t].FileOffset, tiles[t].Size + 16)), events.Lost.Select(lost => (lost.Offset, lost.Length)));
        Assert.Contains("no tile marker", events.Lost[0].Reason, StringComparison.Ordinal);
        Assert.Contains("announces", events.Lost[1].Reason, StringComparison.Ordinal);
        Assert.Contains("column hiGain_waveforms_pixelsIndices: the block header announces", events.Lost[2].Reason, StringComparison.Ordinal);
        Assert.Contains("column local_time_sec", events.Lost[3].Reason, StringComparison.Ordinal);
        Assert.Equal((tiles.Length - 4, KilledWriter.Rows - 4 * KilledWriter.RowsPerTile, (long)KilledWriter.Rows, 0L), (events.Tiles, events.Rows, events.AnnouncedRows, events.ReencodedRows));
        AssertRows(target, [.. Enumerable.Range(0, KilledWriter.Rows).Where(row => row / KilledWriter.RowsPerTile is not (2 or 7 or 11 or 20))]);
    }

    /// <summary>Two runs one after another in one table, as nothing but a damaged tile length can make them.</summary>
    [Fact]
    public void Recover_ShortTileBeforeOthers_CompressesTheRowsBehindItAnew()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] small = SmallFile.Bytes(folder);
        string path = folder.File("two.fits.fz");
        ZFitsTile[] tiles;
        using (ZFitsFile file = ZFitsFile.Open(folder.File("good.fits.fz"))) tiles = [.. Enumerable.Range(0, 2).Select(file.Tables[0].GetTile)];
        byte[] heap = small[(int)tiles[0].FileOffset..(int)(tiles[1].FileOffset + 16 + tiles[1].Size)];
        File.WriteAllBytes(path, [.. small[..(int)tiles[0].FileOffset], .. heap, .. heap]);
        string target = folder.File("recovered.fits.fz");
        ZFitsRecoveryReport report = ZFitsRecovery.Recover(path, target, Token);
        Assert.True(report.IsComplete);
        Assert.Equal((4, 10L, 7L), (report.Tables[0].Tiles, report.Tables[0].Rows, report.Tables[0].ReencodedRows));
        using ZFitsFile recovered = ZFitsFile.Open(target);
        Assert.Equal([3, 3, 3, 1], Enumerable.Range(0, 4).Select(recovered.Tables[0].GetTileRowCount));
        using ZFitsFile good = ZFitsFile.Open(folder.File("good.fits.fz"));
        ZFitsRow[] expected = [.. good.Tables[0].Rows(), .. good.Tables[0].Rows()];
        foreach (ZFitsRow row in recovered.Tables[0].Rows())
        {
            foreach (ZFitsColumn column in recovered.Tables[0].Columns) Assert.True(expected[row.Row].GetBytes(column.Name).SequenceEqual(row.GetBytes(column.Name)), column.Name);
        }
    }

    /// <summary>The official writer knows neither counts nor the length of the catalog before the end.</summary>
    [Fact]
    public void Recover_HeaderWithoutCounts_FindsTheTilesBehindTheCatalog()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        foreach (string keyword in new[] { "NAXIS2", "ZNAXIS2", "PCOUNT", "ZHEAPPTR", "THEAP" }) SmallFile.SetCard(bytes, keyword, "                   0");
        // Its counts are too small as well, and its width is not their sum.
        SmallFile.SetCard(bytes, "ZFORM3", "'1I'");
        string path = folder.File("dead.fits.fz");
        File.WriteAllBytes(path, bytes);
        string target = folder.File("recovered.fits.fz");
        Assert.True(ZFitsRecovery.Recover(path, target, Token).IsComplete);
        using ZFitsFile good = ZFitsFile.Open(folder.File("good.fits.fz"));
        using ZFitsFile recovered = ZFitsFile.Open(target);
        CopyTests.AssertSameRows(good.Tables[0], recovered.Tables[0]);
        Assert.Equal(2, recovered.Tables[0].CatalogCapacity);
    }

    [Fact]
    public void Recover_OfARealFile_ChangesNothing()
    {
        foreach (string name in new[] { "example_10_evts.000", "SST1M_01_20180822_001" })
        {
            using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
            string source = TestEnvironment.Shared("data", "real", name + ".fits.fz");
            string target = folder.File("recovered.fits.fz");
            Assert.True(ZFitsRecovery.Recover(source, target, Token).IsComplete);
            using ZFitsFile real = ZFitsFile.Open(source);
            using ZFitsFile recovered = ZFitsFile.Open(target);
            Assert.Equal(real.Tables.Count, recovered.Tables.Count);
            foreach ((ZFitsTable expected, ZFitsTable found) in real.Tables.Zip(recovered.Tables))
            {
                CopyTests.AssertSameRows(expected, found);
                Assert.True(found.VerifyChecksums(Token) is { DataSumOk: true, CheckSumOk: true });
                Assert.Equal(expected.GetTile(0).Size, found.GetTile(0).Size);
                Assert.Equal(expected.GetUserCards(), found.GetUserCards());
            }
        }
    }

    [Fact]
    public void Recover_NothingThere_SaysSoAndLeavesNothing()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        string path = folder.File("x.fits.fz");
        string target = folder.File("target.fits.fz");
        File.WriteAllBytes(path, bytes[..5000]);
        Assert.Contains("no complete tile was found", Assert.Throws<ZFitsFormatException>(() => ZFitsRecovery.Recover(path, target, Token)).Message, StringComparison.Ordinal);
        File.WriteAllText(path, "no FITS file");
        Assert.Throws<ZFitsFormatException>(() => ZFitsRecovery.Recover(path, target, Token));
        Assert.Throws<ArgumentException>(() => ZFitsRecovery.Recover(path, path, Token));
        File.WriteAllBytes(path, bytes);
        Assert.ThrowsAny<OperationCanceledException>(() => ZFitsRecovery.Recover(path, target, new CancellationToken(true)));
        Assert.False(File.Exists(target));
        Assert.Equal(2, Directory.GetFiles(folder.FullName).Length);
    }

    [Fact]
    public void Recover_AnyDamage_GivesAWholeFileOrAFormatException()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] good = SmallFile.Bytes(folder);
        string source = folder.File("mutant.fits.fz");
        string target = folder.File("recovered.fits.fz");
        int data;
        using (ZFitsFile undamaged = ZFitsFile.Open(folder.File("good.fits.fz"))) data = (int)undamaged.Hdus[1].DataOffset;
        int whole = 0;
        for (int seed = 0; seed < 600; seed++)
        {
            Random random = new(seed);
            byte[] bytes = [.. good];
            // Half of them in the table header, whose cards say how everything else is read.
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bool header = random.Next(2) == 0;
                int at = header ? random.Next(2880, data) : random.Next(data, bytes.Length);
                bytes[at] = header ? (byte)random.Next(32, 127) : (byte)random.Next(256);
            }

            if (random.Next(4) == 0) bytes = bytes[..random.Next(data, bytes.Length)];
            File.WriteAllBytes(source, bytes);
            File.Delete(target);
            ZFitsRecoveryReport report;
            try
            {
                report = ZFitsRecovery.Recover(source, target, Token);
            }
            catch (ZFitsFormatException)
            {
                Assert.False(File.Exists(target));
                continue;
            }

            using ZFitsFile file = ZFitsFile.Open(target);
            ZFitsTable table = Assert.Single(file.Tables);
            Assert.Equal(report.Tables.Sum(t => t.Rows), table.RowCount);
            Assert.Equal(table.RowCount, table.Rows().Count());
            Assert.True(table.VerifyChecksums(Token) is { DataSumOk: true, CheckSumOk: true });
            whole++;
        }

        // Most defects leave a tile.
        Assert.InRange(whole, 300, 600);
        Assert.Empty(Directory.GetFiles(folder.FullName, "*" + ZFitsWriter.UnfinishedExtension));
    }

    /// <summary>Recovers and compares the events; 0 when there is no complete tile.</summary>
    private static long RecoverEvents(string source, string target)
    {
        ZFitsRecoveryReport report;
        try
        {
            report = ZFitsRecovery.Recover(source, target, Token);
        }
        catch (ZFitsFormatException e) when (e.Detail.StartsWith("no complete tile", StringComparison.Ordinal))
        {
            return 0;
        }

        long rows = report.Tables.Where(table => table.Name == "Events").Sum(table => table.Rows);
        if (rows > 0) AssertRows(target, [.. Enumerable.Range(0, (int)rows)]);
        return rows;
    }

    private static void AssertRows(string path, int[] rows)
    {
        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.All(file.Hdus, hdu => Assert.True(hdu.VerifyChecksums(Token) is { DataSumOk: true, CheckSumOk: true }));
        ZFitsTable table = file.GetTable("Events");
        Assert.Equal(rows.Length, table.RowCount);
        Assert.Equal(table.TileCount, table.CatalogCapacity);
        foreach (ZFitsRow row in table.Rows())
        {
            int number = rows[row.Row];
            Assert.Equal((uint)number, row.GetScalar<uint>("eventNumber"));
            Assert.Equal(KilledWriter.SamplesOf(number), row.GetArray<short>("hiGain_waveforms_samples"));
            Assert.Equal(Enumerable.Range(0, number % 28).Select(i => (byte)(i * number)), row.GetArray<byte>("trigger_output_patch7"));
        }
    }

    private static void AssertWhole(string path) => AssertRows(path, [.. Enumerable.Range(0, KilledWriter.Rows)]);
}
