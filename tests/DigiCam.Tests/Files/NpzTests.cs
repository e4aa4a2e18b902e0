using System.Globalization;
using DigiCam.Files;

namespace DigiCam.Tests.Files;

public sealed class NpzTests
{
    [Fact]
    public void WriteRead_AnyValues_ComeBackToTheLastBit()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("a.npz");
        double[][] rows = [[1.5, double.NaN, -0.0], [double.Epsilon, 1e300, 0.1]];
        new NpzWriter().Add("x", [2, 3], (i, row) => rows[i].CopyTo(row)).Add("centers", [0.0, 1.0]).Write(path);

        using NpzFile file = NpzFile.Open(path);
        List<double[]> read = [];
        Assert.Equal([2, 3], file.Read("x", [-1, 3], (_, row) => read.Add(row.ToArray())));
        Assert.Equal(rows.SelectMany(r => r).Select(BitConverter.DoubleToInt64Bits), read.SelectMany(r => r).Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal([0.0, 1.0], file.ReadVector("centers"));
    }

    [Fact]
    public void Write_RowsOfTheLastAxis_AreInCOrder()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("a.npz");
        NpzWriter writer = new NpzWriter().Add("x", [2, 3, 4], 2, (index, row) => row[1] = index);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add("y", [2, 3], 3, (_, _) => { }));
        writer.Write(path);
        using NpzFile file = NpzFile.Open(path);
        List<double> read = [];
        file.Read("x", [2, 3, 4], (_, rows) => read.AddRange(rows));
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i % 4 == 1 ? i / 4.0 : 0).Select(Math.Floor), read);
    }

    [Fact]
    public void Write_Twice_GivesEqualBytes()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        foreach (string name in (string[])["a", "b"]) new NpzWriter().Add("v", [1.0, 2.0]).Write(folder.File(name));
        Assert.Equal(File.ReadAllBytes(folder.File("a")), File.ReadAllBytes(folder.File("b")));
    }

    [Fact]
    public void Write_CallbackFails_LeavesTheOldFile()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("a.npz");
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidOperationException>(() => new NpzWriter().Add("v", [2], (_, _) => throw new InvalidOperationException()).Write(path));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.FullName));
    }

    [Fact]
    public void Read_MissingKeyOrOtherShape_NamesFileAndKey()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("a.npz");
        new NpzWriter().Add("v", [1.0, 2.0]).Write(path);
        using NpzFile file = NpzFile.Open(path);
        Assert.Equal($"{path}: array w is not in the file; it holds v", Assert.Throws<InvalidDataException>(() => file.ReadVector("w")).Message);
        Assert.Equal($"{path}: array v has shape (2), expected (any, 3)", Assert.Throws<InvalidDataException>(() => file.Read("v", [-1, 3], (_, _) => { })).Message);
    }

    [Fact]
    public void Open_NotAZip_NamesTheFile()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        File.WriteAllText(folder.File("t.npz"), "text");
        Assert.StartsWith(folder.File("t.npz") + ": not an .npz file", Assert.Throws<InvalidDataException>(() => NpzFile.Open(folder.File("t.npz"))).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => NpzFile.Open(folder.File("none.npz")));
        Assert.Throws<IOException>(() => NpzFile.Open(folder.FullName));
    }

    [Theory]
    [InlineData(3000, "is corrupt: its check sum is wrong")]
    [InlineData(8, "cannot be unpacked")]
    public void Read_DamagedContent_NamesFileAndKey(int offset, string expected)
    {
        // 8: the compression method of the first entry, here and in the central directory; 3000: the packed content.
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("a.npz");
        new NpzWriter().Add("v", [.. Enumerable.Range(0, 1000).Select(i => Math.Sqrt(i))]).Write(path);
        byte[] bytes = File.ReadAllBytes(path);
        if (offset == 8)
        {
            bytes[8] = 14;
            bytes[bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 10] = 14;
        }
        else
        {
            bytes.AsSpan(offset, 50).Fill(0xff);
        }

        File.WriteAllBytes(path, bytes);
        using NpzFile file = NpzFile.Open(path);
        string message = Assert.Throws<InvalidDataException>(() => file.ReadVector("v")).Message;
        Assert.StartsWith($"{path}: array v {expected}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_DecimalCommaCulture_ShapeStaysReadable()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            WriteRead_AnyValues_ComeBackToTheLastBit();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
