using DigiCam.Zfits;
using DigiCam.Zfits.Tests.Damage;

namespace DigiCam.Zfits.Tests;

/// <summary>Every case of the catalogue of hostile input ends in one clear error that says where and costs no memory; whatever the defect
/// does not touch can still be read; variations that are legal are read.</summary>
public sealed class HostileInputTests : IDisposable
{
    private const string FileName = "bad.fits.fz";
    private const string GoodName = "good.fits.fz";

    /// <summary>What an error may cost: the exception, the layout of a small table, a few codec tables. The files are smaller than 40 kB, but for the bombs.</summary>
    private const long MemoryLimit = 2_000_000;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly byte[] _good;

    public HostileInputTests() => _good = SmallFile.Bytes(_folder);

    public static TheoryData<string> Names => [.. HostileCatalogue.All.Keys];

    /// <summary>How many cases the catalogue has in every section.</summary>
    public static TheoryData<string, int> SectionSizes => new()
    {
        { "FITS container", 27 },
        { "Table geometry", 15 },
        { "Column description", 17 },
        { "Catalog", 9 },
        { "Tile header", 7 },
        { "Block header and process list", 16 },
        { "zlib and zstd", 10 },
        { "Huffman16 and halfman16", 20 },
        { "Rice and LZO", 8 },
        { "Transforms", 7 },
        { "Rows", 10 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(SectionSizes))]
    public void Catalogue_Section_IsComplete(string section, int count)
    {
        Assert.Equal(count, HostileCatalogue.Sections[section].Length);
        Assert.Equal(146, HostileCatalogue.Sections.Values.Sum(cases => cases.Length));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_HostileFile_NamesThePlaceAndSparesTheRest(string name)
    {
        HostileCase hostile = HostileCatalogue.All[name];
        (TableBytes layout, byte[] bytes) = hostile.Make(_good);
        string path = _folder.File(FileName);
        File.WriteAllBytes(path, bytes);
        // What the first reading of any file costs once is not counted.
        using (ZFitsFile file = ZFitsFile.Open(_folder.File(GoodName))) file.Tables[0].ReadRow(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception error = hostile.Tile is null ? Assert.ThrowsAny<Exception>(() => ZFitsFile.Open(path)) : ReadTile(path, hostile);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryLimit + bytes.Length);

        Assert.IsType(hostile.IsNotSupported ? typeof(ZFitsNotSupportedException) : typeof(ZFitsFormatException), error);
        ZFitsLocation place = error is ZFitsFormatException format ? format.Location : ((ZFitsNotSupportedException)error).Location;
        string detail = error is ZFitsFormatException e ? e.Detail : ((ZFitsNotSupportedException)error).Detail;
        Assert.Contains(hostile.Message, detail, StringComparison.Ordinal);
        Assert.Equal(path, place.Path);
        Assert.Equal(hostile.Hdu, place.HduIndex);
        Assert.Equal(hostile.NamesTable ? "Events" : null, place.Table);
        Assert.Equal(hostile.Column, place.Column);
        Assert.Equal(hostile.Tile, place.Tile);
        Assert.Equal(hostile.Tile * layout.Get("ZTILELEN"), place.FirstRow);
        Assert.Equal(hostile.Row, place.Row);
        Assert.Equal(hostile.Offset(layout), place.ByteOffset);
        Assert.Equal($"{place}: {detail}", error.Message);
        Assert.StartsWith(FileName, error.Message, StringComparison.Ordinal);

        if (hostile.Tile is int tile) CheckTheRest(path, hostile, tile);
        Assert.Equal(bytes, File.ReadAllBytes(path));
        // An open handle would refuse this one.
        File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    /// <summary>Reads the tile by the column that is to blame, and by all columns: the error is the same.</summary>
    private static Exception ReadTile(string path, HostileCase hostile)
    {
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.Tables[0];
        using ZFitsTileReader one = table.CreateTileReader(hostile.Column ?? HostileCatalogue.Presence);
        using ZFitsTileReader all = table.CreateTileReader();
        Exception error = Assert.ThrowsAny<Exception>(() => one.ReadTile(hostile.Tile!.Value));
        Assert.Equal(error.Message, Assert.ThrowsAny<Exception>(() => all.ReadTile(hostile.Tile!.Value)).Message);
        Assert.Equal(-1, one.TileIndex);
        Assert.Throws<InvalidOperationException>(() => one[0]);
        return error;
    }

    /// <summary>The other tile, and the other columns if the defect is in one column, have the values of the undamaged file.</summary>
    private void CheckTheRest(string path, HostileCase hostile, int damaged)
    {
        using ZFitsFile goodFile = ZFitsFile.Open(_folder.File(GoodName));
        using ZFitsFile badFile = ZFitsFile.Open(path);
        ZFitsTable good = goodFile.Tables[0];
        ZFitsTable bad = badFile.Tables[0];
        string[] others = [.. good.Columns.Select(column => column.Name).Where(name => name != hostile.Column)];
        if (hostile.IsOneColumn)
        {
            for (int tile = 0; tile < good.TileCount; tile++) AssertSameTile(good, bad, tile, others, strict: true);
        }

        // Where the numbers in the table header are wrong, the other tile has other rows.
        bool sameTiles = good.RowCount == bad.RowCount && good.RowsPerTile == bad.RowsPerTile && good.HeapOffset == bad.HeapOffset;
        if (sameTiles) AssertSameTile(good, bad, 1 - damaged, bad.Columns[2].Format == good.Columns[2].Format ? [] : others, strict: false);
        // The catalog says nothing that the tile headers do not say as well.
        if (HostileCatalogue.Sections["Catalog"].Any(c => c.Name == hostile.Name)) AssertSameTile(good, bad, damaged, [], strict: false);
    }

    private static void AssertSameTile(ZFitsTable good, ZFitsTable bad, int tile, string[] columns, bool strict)
    {
        using ZFitsTileReader expected = good.CreateTileReader(columns);
        using ZFitsTileReader found = bad.CreateTileReader(columns);
        expected.ReadTile(tile);
        if (strict) found.ReadTile(tile);
        else Assert.True(found.TryReadTile(tile, out Exception? damage), damage?.Message);
        Assert.Equal(expected.RowCount, found.RowCount);
        for (int c = 0; c < expected.Columns.Count; c++)
        {
            for (int row = 0; row < expected.RowCount; row++) Assert.Equal(expected[c].GetRowBytes(row).ToArray(), found[c].GetRowBytes(row).ToArray());
        }
    }
}
