using DigiCam.Zfits;
using DigiCam.Zfits.Tests.Damage;

namespace DigiCam.Zfits.Tests;

/// <summary>Variations of the small file that are legal, or do no harm: they are read, with the same values.</summary>
public sealed class ToleratedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly byte[] _good;

    public ToleratedFileTests() => _good = SmallFile.Bytes(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_PaddingOfABlockIsGarbage_GivesTheSame()
    {
        TableImage image = new(_good);
        Assert.Equal(new byte[] { 0, 1, 0, 0 }, image.Tiles[0].Blocks[4].Payload);
        image.Tiles[0].Blocks[4].Payload[3] = 0xee;
        AssertReadsTheSame(image.Build().Bytes);
    }

    [Fact]
    public void Read_OrderingByteR_GivesTheSame()
    {
        TableBytes file = new TableImage(_good).Build();
        foreach (int block in file.Blocks.SelectMany(tile => tile)) file.Bytes[block + 8] = (byte)'R';
        file.Seal();
        AssertReadsTheSame(file.Bytes);
    }

    [Fact]
    public void Read_InflatedZForm_GivesTheSame()
    {
        TableImage image = new(_good);
        image.Set("ZFORM3", "'240I'");
        image.Set("ZNAXIS1", "548");
        AssertReadsTheSame(image.Build().Bytes);
    }

    [Fact]
    public void Read_Tag32768_IsUnsigned()
    {
        TableImage image = new(_good);
        image.Set("TZERO4", "32768");
        AssertReadsTheSame(image.Build().Bytes);
    }

    [Fact]
    public void Read_CardsNobodyNeeds_GivesTheSame()
    {
        TableImage image = new(_good);
        foreach (string keyword in new[] { "CREATOR", "RAWSUM", "ZRATIO", "THEAP", "TFORM2", "DATASUM", "CHECKSUM", "ZSHRINK" }) image.Remove(keyword);
        image.Set("RAWSUM", "'4294967295'");
        image.Set("UNKNOWN", "'something else'");
        image.Add("");
        image.Add("HIERARCH CTA CAMERA SERVER = 'an ESO card'");
        image.Add("HISTORY written twice");
        AssertReadsTheSame(image.Build().Bytes, sumsPresent: false);
    }

    [Fact]
    public void Read_OtherUnitsInTheFile_GivesTheSame()
    {
        string header = string.Concat(new[] { "XTENSION= 'IMAGE   '", "BITPIX  =                   16", "NAXIS   =                    2", "NAXIS1  =                   10", "NAXIS2  =                    3", "PCOUNT  =                    0", "GCOUNT  =                    1", "END" }.Select(card => card.PadRight(80)));
        byte[] unit = [.. System.Text.Encoding.ASCII.GetBytes(header.PadRight(2880)), .. new byte[2880]];
        AssertReadsTheSame([.. _good[..2880], .. unit, .. _good[2880..], .. unit]);
    }

    [Fact]
    public void Read_EmptyRows_AreEmpty()
    {
        TableImage image = new(_good);
        image.Tiles[0].Blocks[2] = new BlockImage([0], new byte[12]);
        using ZFitsFile file = Open(image.Build().Bytes);
        Assert.Equal([0, 0, 0, 120, 120], file.Tables[0].Rows("hiGain_waveforms_samples").Select(row => row.GetArray<short>("hiGain_waveforms_samples").Length));
    }

    [Fact]
    public void Read_TableWithoutRows_HasNone()
    {
        TableImage image = new(_good);
        image.Tiles.Clear();
        image.Set("NAXIS2", "0".PadLeft(20));
        image.Set("ZNAXIS2", "0".PadLeft(20));
        using ZFitsFile file = Open(image.Build().Bytes);
        Assert.Equal((0L, 0), (file.Tables[0].RowCount, file.Tables[0].TileCount));
        Assert.Empty(file.Tables[0].Rows());
        Assert.Empty(file.Tables[0].FindStrayBytes(TestContext.Current.CancellationToken));
        Assert.True(file.Tables[0].VerifyChecksums(TestContext.Current.CancellationToken).Ok);
    }

    [Fact]
    public void Read_EventNumbersInAnyOrder_AreReadAsTheyAre()
    {
        TableImage image = new(_good);
        image.Tiles[0].Blocks[1] = new BlockImage([0], [9, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0]);
        using ZFitsFile file = Open(image.Build().Bytes);
        Assert.Equal([9u, 0u, 9u, 1003u, 1004u], file.Tables[0].Rows("eventNumber").Select(row => row.GetScalar<uint>("eventNumber")));
    }

    [Fact]
    public void GetTable_TwoOfTheSameName_IsTheFirstAndBothAreThere()
    {
        using ZFitsFile file = Open([.. _good, .. _good[2880..]]);
        Assert.Equal([1, 2], file.Tables.Select(table => table.Hdu.Index));
        Assert.Same(file.Tables[0], file.GetTable("Events"));
        Assert.Equal(5, file.Tables[1].Rows().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void VerifyChecksums_ChangedValue_IsReportedAndStillDecodes(bool inData)
    {
        TableBytes layout = new TableImage(_good).Build();
        if (inData) layout.Bytes[layout.Payload(0, 4)] ^= 1;
        else layout.Set("CREATOR", "'Somebody else'");
        using ZFitsFile file = Open(layout.Bytes);
        ChecksumReport report = file.Tables[0].VerifyChecksums(TestContext.Current.CancellationToken);
        Assert.True(report is { DataSumPresent: true, CheckSumPresent: true, CheckSumOk: false, Ok: false });
        Assert.Equal(!inData, report.DataSumOk);
        Assert.Equal(inData, file.Tables[0].ReadRow(0).GetScalar<bool>("uctsDataPresence"));
        Assert.True(file.Hdus[0].VerifyChecksums(TestContext.Current.CancellationToken).Ok);
    }

    [Fact]
    public void FindStrayBytes_CleanTable_FindsNone()
    {
        using ZFitsFile file = Open(_good);
        Assert.Empty(file.Tables[0].FindStrayBytes(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void FindStrayBytes_BytesThatBelongToNothing_AreNamedAndDoNoHarm()
    {
        TableBytes file = new TableImage(_good).Build();
        int free = file.DataOffset + 2 * file.CatalogRowSize;
        file.Bytes[free + 7] = 1;
        file.Bytes[free + 100] = 2;
        file.Bytes[file.HeapEnd] = 3;
        file.Bytes[^1] = 4;
        file.Seal();
        IReadOnlyList<string> warnings = AssertReadsTheSame(file.Bytes);
        Assert.Equal(
            [
                FormattableString.Invariant($"bad.fits.fz: table Events, offset {free + 7}: 2 of the 224 bytes between the catalog and the heap are not zero"),
                FormattableString.Invariant($"bad.fits.fz: table Events, offset {file.HeapEnd}: 2 of the {file.Bytes.Length - file.HeapEnd} bytes after the last tile are not zero"),
            ],
            warnings);
    }

    [Fact]
    public void FindStrayBytes_CatalogOfTheLastTileDamaged_StillKnowsWhereItEnds()
    {
        TableBytes file = new TableImage(_good).Build();
        file.SetEntry(1, 6, 5, null);
        file.Seal();
        using ZFitsFile damaged = Open(file.Bytes);
        Assert.Empty(damaged.Tables[0].FindStrayBytes(TestContext.Current.CancellationToken));
    }

    private ZFitsFile Open(byte[] bytes)
    {
        string path = _folder.File("bad.fits.fz");
        File.WriteAllBytes(path, bytes);
        return ZFitsFile.Open(path);
    }

    /// <summary>Compares all values with those of the small file; returns the warnings.</summary>
    private IReadOnlyList<string> AssertReadsTheSame(byte[] bytes, bool sumsPresent = true)
    {
        using ZFitsFile goodFile = ZFitsFile.Open(_folder.File("good.fits.fz"));
        using ZFitsFile file = Open(bytes);
        ZFitsTable table = Assert.Single(file.Tables);
        ChecksumReport sums = table.VerifyChecksums(TestContext.Current.CancellationToken);
        Assert.True(sums.Ok);
        Assert.Equal((sumsPresent, sumsPresent), (sums.DataSumPresent, sums.CheckSumPresent));
        Assert.Equal(goodFile.Tables[0].Columns.Select(column => (column.Name, column.ElementType, column.Kind)), table.Columns.Select(column => (column.Name, column.ElementType, column.Kind)));
        foreach ((ZFitsRow expected, ZFitsRow found) in goodFile.Tables[0].Rows().Zip(table.Rows(), (a, b) => (a, b)))
        {
            foreach (ZFitsColumn column in expected.Columns) Assert.Equal(expected.GetBytes(column.Name).ToArray(), found.GetBytes(column.Name).ToArray());
        }

        Assert.Equal(5, table.Rows().Count());
        return table.FindStrayBytes(TestContext.Current.CancellationToken);
    }
}
