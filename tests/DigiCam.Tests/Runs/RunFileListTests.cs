using DigiCam.Runs;

namespace DigiCam.Tests.Runs;

public sealed class RunFileListTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public RunFileListTests()
    {
        foreach (string name in (string[])["run_000.fits.fz", "run_001.fits.fz", "run_12.fits.fz", "other.fits.fz", "run_a.txt", "x.3.fits.fz"]) File.WriteAllText(_folder.File(name), "");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("run_", "0,1,12", "run_000.fits.fz run_001.fits.fz run_12.fits.fz")]
    [InlineData("run_%03d.fits.fz", "0,1", "run_000.fits.fz run_001.fits.fz")]
    [InlineData("x.%d", "3", "x.3.fits.fz")]
    [InlineData("x.%s.fits.fz", "3", "x.3.fits.fz")]
    [InlineData("", "other.fits.fz,run_a.txt", "other.fits.fz run_a.txt")]
    [InlineData("run_%02d", "", "run_000.fits.fz run_001.fits.fz run_12.fits.fz")]
    [InlineData("run_", "", "run_000.fits.fz run_001.fits.fz run_12.fits.fz")]
    public void FromOptions_NamesOfTheOriginal_FindTheFiles(string basename, string list, string expected) =>
        Assert.Equal(expected.Split(' '), RunFileList.FromOptions(_folder.FullName, basename, list).Select(p => Path.GetFileName(p)));

    [Fact]
    public void FromOptions_NoSuchFile_NamesTheEntryAndWhatWasTried()
    {
        string message = Assert.Throws<FileNotFoundException>(() => RunFileList.FromOptions(_folder.FullName, "run_", "0,7")).Message;
        Assert.StartsWith("file list: no file for '7': looked for ", message, StringComparison.Ordinal);
        Assert.Contains("run_007.fits.fz", message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => RunFileList.FromOptions(_folder.FullName, "none_", ""));
        Assert.Throws<FileNotFoundException>(() => RunFileList.FromOptions("", "none_%999999999999d", "0"));
        Assert.Throws<DirectoryNotFoundException>(() => RunFileList.FromOptions(_folder.File("none"), "", "0"));
    }

    [Fact]
    public void FromInput_PatternsAndLists_AreExpanded()
    {
        Assert.Equal(2, RunFileList.FromInput($"{_folder.File("run_00?.fits.fz")}").Length);
        Assert.Equal(2, RunFileList.FromInput($"{_folder.File("a")}, {_folder.File("b")}").Length);
        Assert.Throws<FileNotFoundException>(() => RunFileList.FromInput(" "));
        Assert.Contains("no file matches", Assert.Throws<FileNotFoundException>(() => RunFileList.FromInput(_folder.File("zzz*"))).Message, StringComparison.Ordinal);
    }
}
