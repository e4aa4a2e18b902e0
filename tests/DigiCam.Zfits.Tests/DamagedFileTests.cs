using System.Text;
using DigiCam.Zfits;
using DigiCam.Zfits.Tests.Damage;

namespace DigiCam.Zfits.Tests;

/// <summary>Files that are something else, cut short, unfinished, or change while they are read. What can be wrong inside a file: <see cref="HostileInputTests"/>.</summary>
public sealed class DamagedFileTests
{
    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("notes about a run\nwith several lines\n", "a text file")]
    [InlineData("\u001f\u008b\u0008", "gzip-compressed")]
    [InlineData("(\u00b5/\u00fd....", "zstd-compressed")]
    [InlineData("BZh91AY&SY", "bzip2-compressed")]
    [InlineData("\u00fd7zXZ\u0000", "xz-compressed")]
    [InlineData("PK\u0003\u0004....", "zip archive")]
    [InlineData("\u0000\u0001\u0002", "not a FITS file")]
    [InlineData("SIMPLE  =                    T", "the file ends inside the header: 30 bytes left")]
    public void Open_OtherFile_SaysWhatItIs(string content, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => Open(folder, Encoding.Latin1.GetBytes(content)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("bad.fits.fz: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFileOrFolder_IsAnIOException()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        Assert.Contains("nothing.fits.fz does not exist", Assert.Throws<FileNotFoundException>(() => ZFitsFile.Open(folder.File("nothing.fits.fz"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Throws<IOException>(() => ZFitsFile.Open(folder.FullName)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ZFitsFile.Open(""));
    }

    [Fact]
    public void Open_NeitherMessageNorFieldPath_IsNotSupported()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.RemoveCard(bytes, "PBFHEAD");
        SmallFile.RemoveCard(bytes, "TPBID1");
        Assert.Contains("not a protobuf zfits table", Assert.Throws<ZFitsNotSupportedException>(() => Open(folder, bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnyTruncation_IsRefused()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        for (int length = 0; length < bytes.Length; length += 720)
        {
            // After the primary header alone the file is whole, but has no table.
            ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes[..length]));
            Assert.StartsWith("bad.fits.fz: ", e.Message, StringComparison.Ordinal);
        }

        Assert.Contains("not padded", Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes[..^1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UnfinishedWriter_IsNamed()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.SetCard(bytes, "NAXIS2", "0");
        SmallFile.SetCard(bytes, "ZNAXIS2", "0");
        SmallFile.SetCard(bytes, "PCOUNT", "0");
        Assert.Contains("the writer did not finish", Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CutAfterAWholeTile_IsTruncated()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        TableBytes file = new TableImage(SmallFile.Bytes(folder)).Build();
        Assert.Contains("truncated file or wrong header", Assert.Throws<ZFitsFormatException>(() => Open(folder, file.Bytes[..file.Tiles[1]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadTile_FileHasBecomeShorter_IsAnIOException()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsFile file = Open(folder, SmallFile.Bytes(folder));
        using ZFitsTileReader reader = file.Tables[0].CreateTileReader();
        reader.ReadTile(0);
        byte[] row = reader[2].GetRowBytes(0).ToArray();
        using (FileStream shorter = new(folder.File("bad.fits.fz"), FileMode.Open, FileAccess.Write)) shorter.SetLength(file.Tables[0].GetTile(1).FileOffset + 20);
        Assert.Contains("bad.fits.fz has become shorter", Assert.Throws<EndOfStreamException>(() => reader.ReadTile(1)).Message, StringComparison.Ordinal);
        // No damage of the file as it was: not for a policy that leaves damaged tiles out.
        Assert.Throws<EndOfStreamException>(() => reader.TryReadTile(1, out _));
        Assert.Equal(row, file.Tables[0].ReadRow(0).GetBytes("hiGain_waveforms_samples"));
    }

    [Fact]
    public void GetTable_NoSuchTable_NamesThosePresent()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.SetCard(bytes, "EXTNAME", "'Monitoring'");
        using ZFitsFile file = Open(folder, bytes);
        Assert.EndsWith("no table Events; tables present: Monitoring", Assert.Throws<ZFitsFormatException>(() => file.GetTable("Events")).Message, StringComparison.Ordinal);
    }

    private static ZFitsFile Open(TemporaryFolder folder, byte[] bytes)
    {
        string path = folder.File("bad.fits.fz");
        File.WriteAllBytes(path, bytes);
        return ZFitsFile.Open(path);
    }
}
