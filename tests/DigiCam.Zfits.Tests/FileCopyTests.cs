using DigiCam.Zfits.Copying;
using DigiCam.Zfits.Verification;

namespace DigiCam.Zfits.Tests;

public sealed class FileCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Target => _folder.File("target.fits.fz");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("example_10_evts.000")]
    [InlineData("SST1M_01_20180822_001")]
    public void Copy_AsStored_KeepsHashesCodecsAndCards(string name)
    {
        string source = TestEnvironment.Shared("data", "real", name + ".fits.fz");
        Copy(source, new ZFitsCopyOptions());
        Assert.Equal(Hashes(source), Hashes(Target));
        using ZFitsFile before = ZFitsFile.Open(source);
        using ZFitsFile after = ZFitsFile.Open(Target);
        Assert.All(after.Hdus, hdu => Assert.True(hdu.VerifyChecksums(Cancel) is { DataSumOk: true, CheckSumOk: true }));
        foreach ((ZFitsTable a, ZFitsTable b) in before.Tables.Zip(after.Tables))
        {
            Assert.Equal(a.SummarizeColumns(Cancel).Select(c => string.Join('|', c.Codecs)), b.SummarizeColumns(Cancel).Select(c => string.Join('|', c.Codecs)));
            Assert.Equal((a.MessageName, a.RowsPerTile, a.TileCount), (b.MessageName, b.RowsPerTile, b.TileCount));
            Assert.NotEmpty(a.GetUserCards());
            Assert.Equal(a.GetUserCards(), b.GetUserCards());
        }
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("zstd9")]
    [InlineData("lzorice")]
    [InlineData("riceman16")]
    [InlineData("samevalues32")]
    [InlineData("rrice")]
    public void Copy_OneRecipe_KeepsHashes(string name)
    {
        string source = TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz");
        ZFitsRecipe recipe = ZFitsRecipe.Parse(name);
        Copy(source, new ZFitsCopyOptions { Recipe = recipe, RowsPerTile = 3, Threads = 2 });
        Assert.Equal(Hashes(source), Hashes(Target));
        using ZFitsFile file = ZFitsFile.Open(Target);
        Assert.Equal([3, 3, 3, 1], Enumerable.Range(0, 4).Select(file.Tables[0].GetTileRowCount));
        Assert.All(file.Tables[0].SummarizeColumns(Cancel), column => Assert.Equal([string.Join(' ', recipe.Processes.Select(Zfits.Codecs.ProcessIds.NameOf))], column.Codecs));
    }

    [Fact]
    public void Copy_RecipesOfACamera_ConcernTheEventsOnlyAndSingleColumnsComeFirst()
    {
        string source = TestEnvironment.Shared("data", "real", "SST1M_01_20180822_001.fits.fz");
        Copy(source, new ZFitsCopyOptions
        {
            Camera = CameraRecipes.Digicam,
            ColumnRecipes = new Dictionary<string, ZFitsRecipe> { ["hv"] = ZFitsRecipe.Lzo, ["trigger_output_muon"] = ZFitsRecipe.Zstd },
        });
        Assert.Equal(Hashes(source), Hashes(Target));
        Assert.Equal(["splithilo16 zlib", "lzo"], CodecsOf("DigicamConfig", "sn", "hv"));
        Assert.Equal(["diff16 huffman16", "splithilo16 smoothing halfman16", "zstd"], CodecsOf("Events", "hiGain_waveforms_samples", "eventNumber", "trigger_output_muon"));
    }

    [Fact]
    public void Copy_RowsAndEvents_KeepsThoseThatAreInBoth()
    {
        string source = TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz");
        using ZFitsFile before = ZFitsFile.Open(source);
        uint first = before.Tables[0].ReadRow(0, "eventNumber").GetScalar<uint>("eventNumber");
        Copy(source, new ZFitsCopyOptions { Rows = ZFitsRowSet.Parse("1-3,5-"), Events = ZFitsRowSet.Range(first, 7), RowsPerTile = 2 });
        using ZFitsFile after = ZFitsFile.Open(Target);
        long[] expected = [1, 2, 3, 5, 6];
        Assert.Equal(expected.Length, after.Tables[0].RowCount);
        foreach ((long row, ZFitsRow found) in expected.Zip(after.Tables[0].Rows()))
        {
            foreach (ZFitsColumn column in before.Tables[0].Columns) Assert.True(before.Tables[0].ReadRow(row).GetBytes(column.Name).SequenceEqual(found.GetBytes(column.Name)), $"row {row}, {column.Name}");
        }
    }

    [Fact]
    public void Copy_Columns_KeepsTheirOrderInTheFileAndOtherTablesWhole()
    {
        string source = TestEnvironment.Shared("data", "real", "SST1M_01_20180822_001.fits.fz");
        ZFitsCopyReport report = Copy(source, new ZFitsCopyOptions { Columns = ["event_type", "eventNumber"] });
        Assert.Equal([("DigicamConfig", 1L), ("Events", 1L)], report.Tables);
        Assert.Equal(2, report.RowCount);
        Assert.Empty(report.Notes);
        Dictionary<string, string> hashes = Hashes(source);
        Dictionary<string, string> kept = Hashes(Target);
        Assert.Equal([.. hashes.Keys.Where(key => key.StartsWith("DigicamConfig", StringComparison.Ordinal)), "Events/eventNumber", "Events/event_type"], kept.Keys);
        Assert.All(kept, pair => Assert.Equal(hashes[pair.Key], pair.Value));
    }

    [Fact]
    public void Copy_Threads_MakeNoDifference()
    {
        SmallFile.Write(_folder.File("small.fits.fz"));
        List<byte[]> copies = [];
        foreach (int threads in new[] { 1, 2, 0, 9 })
        {
            Copy(_folder.File("small.fits.fz"), new ZFitsCopyOptions { Threads = threads, RowsPerTile = 1 });
            copies.Add(File.ReadAllBytes(Target));
        }

        Assert.All(copies, copy => Assert.Equal(copies[0], copy));
    }

    [Fact]
    public void Copy_UnsetRows_BecomeDefaults()
    {
        string source = _folder.File("unset.fits.fz");
        SmallFile.Write(source);
        FileDamage.RemoveLastPayload(source);
        Copy(source, new ZFitsCopyOptions());
        using ZFitsFile file = ZFitsFile.Open(Target);
        ZFitsRow row = file.Tables[0].ReadRow(4);
        Assert.False(row.IsUnset("trigger_output_patch7"));
        Assert.Empty(row.GetArray<byte>("trigger_output_patch7"));
    }

    [Fact]
    public void Copy_WhatIsNoTableWithRows_IsNoted()
    {
        string source = _folder.File("more.fits.fz");
        SmallFile.Write(source);
        byte[] image = System.Text.Encoding.ASCII.GetBytes(string.Concat(((string[])["XTENSION= 'IMAGE   '", "BITPIX  =                    8", "NAXIS   =                    0", "PCOUNT  =                    0", "GCOUNT  =                    1", "EXTNAME = 'PICTURE'", "END"]).Select(card => card.PadRight(80))).PadRight(2880));
        byte[] small = File.ReadAllBytes(source);
        System.Text.Encoding.ASCII.GetBytes("OBSERVER= 'somebody'".PadRight(80)).CopyTo(small, 6 * 80);
        File.WriteAllBytes(source, [.. small, .. image]);
        ZFitsCopyReport report = Copy(source, new ZFitsCopyOptions());
        Assert.Equal(2, report.Notes.Count);
        Assert.Equal("HDU 2 (PICTURE) is no zfits table and is left out", report.Notes[0]);
        Assert.Contains("OBSERVER", report.Notes[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_OptionsThatDoNotFit_AreRefusedBeforeTheTargetIsTouched()
    {
        string source = _folder.File("small.fits.fz");
        SmallFile.Write(source);
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { Recipe = ZFitsRecipe.Raw, Camera = CameraRecipes.Lst }, "either");
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { RowsPerTile = 0 }, "at least one row");
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { ColumnRecipes = new Dictionary<string, ZFitsRecipe> { ["nothing"] = ZFitsRecipe.Raw } }, "nothing");
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { Rows = ZFitsRowSet.Of(5) }, "no row 5");
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { Rows = ZFitsRowSet.Of() }, "no row of table Events is selected");
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { Events = ZFitsRowSet.Range(0, 999) }, "no row of table Events is selected");
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { Recipe = ZFitsRecipe.SameLossyFloats }, "samelossyfloats", "telescopeID");
        AssertRefused<ArgumentException>(new ZFitsCopyOptions { ColumnRecipes = new Dictionary<string, ZFitsRecipe> { ["eventNumber"] = ZFitsRecipe.LossyInt32Of(5) } }, "lossyint32:5", "eventNumber");
        AssertRefused<ZFitsFormatException>(new ZFitsCopyOptions { Columns = ["nothing"] }, "small.fits.fz", "no column nothing");
        AssertRefused<ZFitsFormatException>(new ZFitsCopyOptions { Table = "None", Rows = ZFitsRowSet.Of(0) }, "no table None");
        AssertRefused<ZFitsFormatException>(new ZFitsCopyOptions { Events = ZFitsRowSet.Of(0), IdColumn = "hiGain_waveforms_samples" }, "hiGain_waveforms_samples");

        void AssertRefused<T>(ZFitsCopyOptions options, params string[] words) where T : Exception
        {
            T error = Assert.ThrowsAny<T>(() => Copy(source, options));
            Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
            AssertNothingBeside(source);
        }
    }

    [Fact]
    public void Copy_RoundedArrays_LoseNoMoreThanHalfAQuantum()
    {
        string source = _folder.File("small.fits.fz");
        SmallFile.Write(source);
        Copy(source, new ZFitsCopyOptions { ColumnRecipes = new Dictionary<string, ZFitsRecipe> { ["hiGain_waveforms_samples"] = ZFitsRecipe.LossyInt16Of(4) } });
        using ZFitsFile file = ZFitsFile.Open(Target);
        foreach (ZFitsRow row in file.Tables[0].Rows("hiGain_waveforms_samples"))
        {
            short[] rounded = row.GetArray<short>("hiGain_waveforms_samples");
            Assert.All(rounded.Zip(SmallFile.SamplesOf((int)row.Row)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 2));
            Assert.All(rounded, value => Assert.Equal(0, value % 4));
        }
    }

    [Fact]
    public void Copy_DamagedSource_LeavesTheOldTargetAlone()
    {
        string source = _folder.File("small.fits.fz");
        SmallFile.Write(source);
        FileDamage.BreakPayload(source, 1, "local_time_sec");
        File.WriteAllText(Target, "old");
        ZFitsFormatException error = Assert.Throws<ZFitsFormatException>(() => Copy(source, new ZFitsCopyOptions()));
        Assert.Equal(("local_time_sec", 1), (error.Column, error.Tile));
        Assert.Equal("old", File.ReadAllText(Target));
        AssertNothingBeside(source, Target);

        // Without the damaged column the file can still be copied.
        Copy(source, new ZFitsCopyOptions { Columns = ["eventNumber", "hiGain_waveforms_samples"] });
        using ZFitsFile copy = ZFitsFile.Open(Target);
        Assert.Equal(5, copy.Tables[0].RowCount);
    }

    [Fact]
    public void Copy_Cancelled_LeavesNothing()
    {
        string source = _folder.File("small.fits.fz");
        SmallFile.Write(source);
        using CancellationTokenSource cancellation = new();
        using ZFitsFile file = ZFitsFile.Open(source);
        Assert.Throws<OperationCanceledException>(() => ZFitsCopy.Copy(file, Target, new ZFitsCopyOptions(), new CancelAtOnce(cancellation), cancellation.Token));
        AssertNothingBeside(source);
    }

    /// <summary>Hashes of all columns by table and name, in file order.</summary>
    internal static Dictionary<string, string> Hashes(string path)
    {
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsVerificationReport report = ZFitsVerification.Verify(file, ct: Cancel);
        Assert.True(report.Ok, report.Problem);
        return report.Tables.SelectMany(table => table.Columns.Select(column => (Key: $"{table.Name}/{column.Column.Name}", column.Sha256))).ToDictionary(pair => pair.Key, pair => pair.Sha256!);
    }

    private ZFitsCopyReport Copy(string source, ZFitsCopyOptions options)
    {
        using ZFitsFile file = ZFitsFile.Open(source);
        return ZFitsCopy.Copy(file, Target, options, ct: Cancel);
    }

    private IEnumerable<string> CodecsOf(string table, params string[] columns)
    {
        using ZFitsFile file = ZFitsFile.Open(Target);
        IReadOnlyList<ZFitsColumnSummary> summaries = file.GetTable(table).SummarizeColumns(Cancel);
        return [.. columns.Select(name => string.Join('|', summaries.Single(column => column.Column.Name == name).Codecs))];
    }

    private void AssertNothingBeside(params string[] paths) => Assert.Equal(paths.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(_folder.FullName).Order(StringComparer.Ordinal));

    private sealed class CancelAtOnce(CancellationTokenSource source) : IProgress<long>
    {
        public void Report(long value) => source.Cancel();
    }
}
