using DigiCam.Zfits.Copying;

namespace DigiCam.Zfits.Tests;

public sealed class MergeTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ZFitsColumnDefinition Id => SmallFile.Columns[1];

    private static ZFitsColumnDefinition Samples => SmallFile.Columns[2];

    private static ZFitsColumnDefinition Slots { get; } = new("sn", "2", ZFitsElementType.UInt32, ZFitsColumnKind.Array, ZFitsRecipe.ZRice);

    private string Target => _folder.File("target.fits.fz");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("0,2,4,6,8", "1,3,5,7,9")]
    [InlineData("7-9", "0-2", "3-6")]
    [InlineData("0-9")]
    public void Merge_PartsOfARealFile_HaveItsHashesAgain(params string[] parts)
    {
        string original = TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz");
        List<string> paths = [];
        using (ZFitsFile file = ZFitsFile.Open(original))
        {
            foreach (string rows in parts)
            {
                paths.Add(_folder.File($"part{paths.Count}.fits.fz"));
                ZFitsCopy.Copy(file, paths[^1], new ZFitsCopyOptions { Rows = ZFitsRowSet.Parse(rows), RowsPerTile = 2 }, ct: Cancel);
            }
        }

        ZFitsMergeReport report = ZFitsMerge.Merge(paths, Target, new ZFitsMergeOptions { Threads = 2 }, ct: Cancel);
        Assert.Equal(FileCopyTests.Hashes(original), FileCopyTests.Hashes(Target));
        Assert.Equal([("Events", 10L)], report.Tables);
        Assert.Equal((0, 0, 0L), (report.Gaps.Count, report.Duplicates.Count, report.DroppedCount));
        Assert.Empty(report.Notes);
        using ZFitsFile merged = ZFitsFile.Open(Target);
        Assert.Equal(5, merged.Tables[0].TileCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Merge_GapsAndDuplicates_AreReported(bool drop)
    {
        Write("a.fits.fz", 1, [10, 11, 15]);
        Write("b.fits.fz", 2, [11, 12, 15, 15]);
        ZFitsMergeReport report = Merge(new ZFitsMergeOptions { DropDuplicates = drop }, "a.fits.fz", "b.fits.fz");
        Assert.Equal([(13L, 14L)], report.Gaps);
        Assert.Equal((UInt128)2, report.MissingCount);
        Assert.Equal([11L, 15L, 15L], report.Duplicates);
        Assert.Equal(drop ? 3 : 0, report.DroppedCount);

        // Equal numbers stay in the order of files and rows; the value tells the file.
        (uint, short)[] all = [(10, 1), (11, 1), (11, 2), (12, 2), (15, 1), (15, 2), (15, 2)];
        (uint, short)[] first = [(10, 1), (11, 1), (12, 2), (15, 1)];
        Assert.Equal(drop ? first : all, Events());
    }

    [Fact]
    public void Merge_OtherTables_ComeFromTheFirstFileThatHasThem()
    {
        Write("a.fits.fz", 1, [1]);
        Write("b.fits.fz", 2, [2], slots: [7, 8]);
        Write("c.fits.fz", 3, [3], slots: [7, 9]);
        Write("d.fits.fz", 4, [4], slots: [7, 8]);
        ZFitsMergeReport report = Merge(null, "a.fits.fz", "b.fits.fz", "c.fits.fz", "d.fits.fz");
        Assert.Equal([("DigicamConfig", 1L), ("Events", 4L)], report.Tables);
        string note = Assert.Single(report.Notes);
        Assert.Contains("table DigicamConfig of", note, StringComparison.Ordinal);
        Assert.Contains("c.fits.fz differs from that of", note, StringComparison.Ordinal);
        using ZFitsFile file = ZFitsFile.Open(Target);
        Assert.Equal([7u, 8u], file.GetTable("DigicamConfig").ReadRow(0).GetArray<uint>("sn"));
    }

    [Fact]
    public void Merge_CardsThatDiffer_AreNoted()
    {
        Write("a.fits.fz", 1, [1], card: FitsCard.Text("TARGET", "Crab"));
        Write("b.fits.fz", 2, [2], card: FitsCard.Text("TARGET", "Vela"));
        ZFitsMergeReport report = Merge(null, "a.fits.fz", "b.fits.fz");
        string note = Assert.Single(report.Notes);
        Assert.Contains("TARGET", note, StringComparison.Ordinal);
        Assert.Contains("a.fits.fz are kept", note, StringComparison.Ordinal);
        using ZFitsFile file = ZFitsFile.Open(Target);
        Assert.True(file.Tables[0].Header.TryGetString("TARGET", out string? target));
        Assert.Equal("Crab", target);
    }

    [Fact]
    public void Merge_ColumnsInAnotherOrder_AreThoseOfTheFirstFile()
    {
        Write("a.fits.fz", 1, [1]);
        Write("b.fits.fz", 2, [2], columns: [Samples, Id]);
        Merge(null, "a.fits.fz", "b.fits.fz");
        Assert.Equal([(1u, (short)1), (2u, (short)2)], Events());
    }

    [Fact]
    public void Merge_FileWithoutEvents_IsRefused()
    {
        Write("a.fits.fz", 1, [], slots: [7]);
        Write("b.fits.fz", 2, [2]);
        Assert.Contains("no table Events", Assert.Throws<ZFitsFormatException>(() => Merge(null, "a.fits.fz", "b.fits.fz")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_OtherColumnsOrTypes_NamesTheColumnAndBothFiles()
    {
        Write("a.fits.fz", 1, [1]);
        Write("b.fits.fz", 2, [2], columns: [Id]);
        Write("c.fits.fz", 3, [3], columns: [Id, Samples with { ElementType = ZFitsElementType.UInt16 }]);
        foreach (string other in new[] { "b.fits.fz", "c.fits.fz" })
        {
            ZFitsFormatException error = Assert.Throws<ZFitsFormatException>(() => Merge(null, "a.fits.fz", other));
            Assert.Contains("hiGain_waveforms_samples", error.Message, StringComparison.Ordinal);
            Assert.Contains("a.fits.fz", error.Message, StringComparison.Ordinal);
            Assert.Contains(other, error.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Target));
        Assert.Throws<ArgumentException>(() => Merge(null, "a.fits.fz", "a.fits.fz"));
        Assert.Throws<ArgumentException>(() => ZFitsMerge.Merge([], Target, ct: Cancel));
    }

    [Fact]
    public void Merge_DamageOrCancelling_LeavesNothing()
    {
        Write("a.fits.fz", 1, [1, 2, 3]);
        Write("b.fits.fz", 2, [4, 5, 6]);
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => ZFitsMerge.Merge([_folder.File("a.fits.fz"), _folder.File("b.fits.fz")], Target, null, new CancelAtOnce(source), source.Token));
        FileDamage.BreakPayload(_folder.File("b.fits.fz"), 1, Samples.Name);
        Assert.Equal(Samples.Name, Assert.Throws<ZFitsFormatException>(() => Merge(null, "a.fits.fz", "b.fits.fz")).Column);
        Assert.Equal(["a.fits.fz", "b.fits.fz"], Directory.GetFileSystemEntries(_folder.FullName).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    private ZFitsMergeReport Merge(ZFitsMergeOptions? options, params string[] names) => ZFitsMerge.Merge([.. names.Select(_folder.File)], Target, options, ct: Cancel);

    private (uint Id, short Value)[] Events()
    {
        using ZFitsFile file = ZFitsFile.Open(Target);
        return [.. file.GetTable("Events").Rows().Select(row => (row.GetScalar<uint>("eventNumber"), row.GetArray<short>(Samples.Name)[0]))];
    }

    /// <summary>A file of two events a tile; the samples hold the number of the file.</summary>
    private void Write(string name, short value, uint[] ids, uint[]? slots = null, FitsCard? card = null, ZFitsColumnDefinition[]? columns = null)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(_folder.File(name));
        if (slots is not null)
        {
            ZFitsTableWriter config = writer.BeginTable("DigicamConfig", DigiCamColumns.ConfigMessage, [Slots]);
            config.SetArray<uint>(0, slots);
            config.CommitRow();
            config.Finish();
        }

        columns ??= [Id, Samples];
        ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, columns, new ZFitsTableOptions { RowsPerTile = 2, Cards = card is null ? [] : [card] });
        foreach (uint id in ids)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                if (columns[c].Name == Id.Name) table.SetScalar(c, id);
                else table.SetRaw(c, [.. BitConverter.GetBytes(value), 0, 0]);
            }

            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
    }

    private sealed class CancelAtOnce(CancellationTokenSource source) : IProgress<long>
    {
        public void Report(long value) => source.Cancel();
    }
}
