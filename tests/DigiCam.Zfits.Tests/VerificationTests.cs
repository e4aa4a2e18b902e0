using System.Text.Json;
using DigiCam.Zfits.Verification;

namespace DigiCam.Zfits.Tests;

public sealed class VerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Path => _folder.File("small.fits.fz");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("example_10_evts.000", 1)]
    [InlineData("example_10_evts.000", 2)]
    [InlineData("SST1M_01_20180822_001", 1)]
    [InlineData("SST1M_01_20180822_001", 2)]
    public void Verify_RealFile_HashesAreThoseOfTheGoldens(string name, int threads)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(TestEnvironment.Shared("data", "goldens", name + ".json")));
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
        ZFitsVerificationReport report = ZFitsVerification.Verify(file, threads, ct: Cancel);
        Assert.True(report.Ok);
        Assert.Equal(("", file.Length), (report.Problem, report.Bytes));
        Assert.Equal(file.Hdus.Count, report.Hdus.Count);
        JsonElement[] tables = [.. golden.RootElement.GetProperty("tables").EnumerateArray()];
        Assert.Equal(tables.Length, report.Tables.Count);
        foreach ((JsonElement expected, VerifiedTable found) in tables.Zip(report.Tables))
        {
            Assert.Equal(
                (expected.GetProperty("extname").GetString(), expected.GetProperty("pbfhead").GetString(), expected.GetProperty("rows").GetInt64(), expected.GetProperty("n_tiles").GetInt32()),
                (found.Name, found.MessageName, found.Rows, found.Tiles));
            JsonElement[] columns = [.. expected.GetProperty("columns").EnumerateArray()];
            Assert.Equal(columns.Select(c => c.GetProperty("name").GetString()), found.Columns.Select(c => c.Column.Name));
            Assert.Equal(columns.Select(c => c.GetProperty("all_rows_sha256").GetString()), found.Columns.Select(c => c.Sha256));
            Assert.All(found.Columns, c => Assert.Equal(found.Rows, c.Rows));
            foreach ((JsonElement column, VerifiedColumn c) in columns.Zip(found.Columns))
            {
                JsonElement lengths = column.GetProperty("row_lengths");
                Assert.Equal(lengths.GetArrayLength() == 0 ? found.Rows : lengths.EnumerateArray().Sum(n => n.GetInt64()), c.Elements);
            }

            Assert.Empty(found.Defects);
            Assert.Empty(found.Warnings);
        }
    }

    [Fact]
    public void Verify_DamagedPayloads_AllAreListedAndWholeColumnsKeepTheirHash()
    {
        string[] good = Hashes(Write(tiles: 5));
        FileDamage.BreakPayload(Path, 1, "local_time_sec");
        FileDamage.BreakPayload(Path, 1, "hiGain_waveforms_samples");
        FileDamage.BreakPayload(Path, 3, "local_time_sec");
        ZFitsVerificationReport report = Verify();
        VerifiedTable table = Assert.Single(report.Tables);
        Assert.Equal(
            [(1, 3L, 3, "hiGain_waveforms_samples"), (1, 3L, 3, "local_time_sec"), (3, 9L, 3, "local_time_sec")],
            table.Defects.Select(d => (d.Tile, d.FirstRow, d.RowCount, d.Column!)));
        Assert.All(table.Defects, d => Assert.StartsWith(FormattableString.Invariant($"small.fits.fz: table Events, column {d.Column}, tile {d.Tile} (rows {d.FirstRow}-{d.FirstRow + 2}), offset "), d.Message, StringComparison.Ordinal));
        foreach ((VerifiedColumn column, string hash) in table.Columns.Zip(good))
        {
            int lost = column.Column.Name switch { "local_time_sec" => 6, "hiGain_waveforms_samples" => 3, _ => 0 };
            Assert.Equal((15 - lost, lost == 0 ? hash : null), (column.Rows, column.Sha256));
        }

        Assert.False(report.Ok);
        Assert.False(report.ChecksumsOk);
        Assert.Equal("table Events has 2 damaged tiles of 5; checksums of Events do not match the content", report.Problem);
    }

    [Fact]
    public void Verify_EveryTileDamaged_IsListedToTheLast()
    {
        Write(tiles: 4);
        for (int tile = 0; tile < 4; tile++) FileDamage.BreakPayload(Path, tile, "eventNumber");
        VerifiedTable table = Verify().Tables[0];
        Assert.Equal([0, 1, 2, 3], table.Defects.Select(d => d.Tile));
        Assert.Equal(4, table.DamagedTiles);
    }

    [Fact]
    public void Verify_WrongCatalogEntry_IsADefectOfThatTileWhoseRowsAreStillFound()
    {
        string[] good = Hashes(Write(tiles: 3));
        FileDamage.BreakCatalog(Path, 1, 2);
        VerifiedTable table = Verify().Tables[0];
        Assert.Contains(table.Defects, d => d is { Tile: 1, Column: "hiGain_waveforms_samples" });
        Assert.DoesNotContain(table.Defects, d => d.Tile == 0);
        Assert.Equal(good, table.Columns.Select(column => column.Sha256));
        Assert.Equal(table.Defects.Count, table.Defects.Distinct().Count());
    }

    [Fact]
    public void Verify_WrongSumOnly_HasNoDefects()
    {
        string[] good = Hashes(Write(tiles: 2));
        byte[] bytes = File.ReadAllBytes(Path);
        SmallFile.SetCard(bytes, "CREATOR", "'another'");
        File.WriteAllBytes(Path, bytes);
        ZFitsVerificationReport report = Verify();
        Assert.Empty(report.Tables[0].Defects);
        Assert.Equal(good, report.Tables[0].Columns.Select(c => c.Sha256));
        Assert.Equal((true, false), (report.Hdus[1].Sums.DataSumOk, report.Hdus[1].Sums.CheckSumOk));
        Assert.False(report.Ok);
        Assert.Equal("checksums of Events do not match the content", report.Problem);
    }

    [Fact]
    public void Verify_ColumnsThatNoDefinitionKnows_AreWarnings()
    {
        AnyTypeFile.Write(Path);
        ZFitsVerificationReport report = Verify();
        Assert.True(report.Ok);
        Assert.Contains("Test.Message", Assert.Single(report.Tables[0].Warnings), StringComparison.Ordinal);

        using (ZFitsWriter writer = ZFitsWriter.Create(Path))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage,
                [SmallFile.Columns[1], new("news", "4711", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw), SmallFile.Columns[0] with { ElementType = ZFitsElementType.Float64 }]);
            table.CommitRow();
            table.Finish();
            writer.Finish();
        }

        IReadOnlyList<string> warnings = Verify().Tables[0].Warnings;
        Assert.Equal(2, warnings.Count);
        Assert.Contains("column news (field 4711) is not in the definition", warnings[0], StringComparison.Ordinal);
        Assert.Contains("column telescopeID holds Float64", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_Progress_CountsTheRowsOfAllTables()
    {
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "SST1M_01_20180822_001.fits.fz"));
        List<long> reports = [];
        ZFitsVerification.Verify(file, progress: new Listener(reports.Add), ct: Cancel);
        Assert.Equal([1, 2], reports);
    }

    [Fact]
    public void Verify_Cancelled_Throws()
    {
        Write(tiles: 3);
        using ZFitsFile file = ZFitsFile.Open(Path);
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => ZFitsVerification.Verify(file, progress: new Listener(_ => source.Cancel()), ct: source.Token));
    }

    private static string[] Hashes(ZFitsVerificationReport report)
    {
        Assert.True(report.Ok);
        return [.. report.Tables[0].Columns.Select(column => column.Sha256!)];
    }

    /// <summary>A file of three rows a tile.</summary>
    private ZFitsVerificationReport Write(int tiles)
    {
        using (ZFitsWriter writer = ZFitsWriter.Create(Path))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, SmallFile.Columns, new ZFitsTableOptions { RowsPerTile = 3, ReservedTiles = tiles });
            for (int row = 0; row < 3 * tiles; row++)
            {
                table.SetScalar(0, 22);
                table.SetScalar(1, 1000u + (uint)row);
                table.SetArray<short>(2, SmallFile.SamplesOf(row));
                table.SetScalar(5, 1534972300UL + (ulong)row);
                table.CommitRow();
            }

            table.Finish();
            writer.Finish();
        }

        return Verify();
    }

    private ZFitsVerificationReport Verify()
    {
        using ZFitsFile file = ZFitsFile.Open(Path);
        return ZFitsVerification.Verify(file, threads: 2, ct: Cancel);
    }

    private sealed class Listener(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
