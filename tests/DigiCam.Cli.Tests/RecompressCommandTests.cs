using DigiCam.Zfits;

namespace DigiCam.Cli.Tests;

public sealed class RecompressCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public RecompressCommandTests() => CommandData.CopyRealFile(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--as-stored")]
    [InlineData("--recipe", "zstd5", "--rows-per-tile", "3")]
    [InlineData("--deflate", "fast", "--recipe", "zrice")]
    [InlineData("--camera", "nectarcam", "--column", "pixels_flags=lzo", "--column", "event_type=zrice32", "--threads", "3")]
    public void Values_StayTheSame(params string[] options)
    {
        Digicam.Result result = Recompress(["new.fits.fz", .. options]);
        result.AssertClosed("recompress", 10);
        Assert.Matches(@"^new\.fits\.fz: 10 rows of Events, \d+ bytes \(\d+\.\d % of the source\)\n", result.Output);
        Assert.Equal(CommandData.Hashes(_folder, "run.fits.fz"), CommandData.Hashes(_folder, "new.fits.fz"));
    }

    [Fact]
    public void Options_AreWhatIsWritten()
    {
        Recompress("new.fits.fz", "--recipe", "lzo", "--column", "eventNumber=ricefact", "--rows-per-tile", "4").AssertClosed("recompress", 10);
        using ZFitsFile file = ZFitsFile.Open(_folder.File("new.fits.fz"));
        ZFitsTable table = file.Tables[0];
        Assert.Equal((4, 3), (table.RowsPerTile, table.TileCount));
        foreach (ZFitsColumnSummary column in table.SummarizeColumns(TestContext.Current.CancellationToken)) Assert.Equal([column.Column.Name == "eventNumber" ? "splithilo16 smoothing halfman16" : "lzo"], column.Codecs);
        using ZFitsFile source = ZFitsFile.Open(_folder.File("run.fits.fz"));
        Assert.Equal(source.Tables[0].GetUserCards(), table.GetUserCards());
    }

    [Fact]
    public void ReferenceDeflate_MakesTheTilesOfTheCameraServer()
    {
        Recompress("new.fits.fz", "--deflate", "reference").AssertClosed("recompress", 10);
        Assert.Equal(HeapOf("run.fits.fz"), HeapOf("new.fits.fz"));

        byte[] HeapOf(string name)
        {
            using ZFitsFile file = ZFitsFile.Open(_folder.File(name));
            ZFitsTile tile = file.Tables[0].GetTile(0);
            return File.ReadAllBytes(_folder.File(name)).AsSpan((int)tile.FileOffset, (int)tile.Size + 16).ToArray();
        }
    }

    [Fact]
    public void Selection_KeepsRowsEventsAndColumns()
    {
        Recompress("rows.fits.fz", "--rows", "0-1,9", "--columns", "eventNumber,event_type").AssertClosed("recompress", 3);
        Assert.Equal("eventNumber,event_type\n97750287,1\n97750288,1\n97750296,1\n", Digicam.Run(_folder.FullName, "dump", "rows.fits.fz").Output);
        Recompress("events.fits.fz", "--events", "97750290-97750291,97750400-", "--columns", "eventNumber").AssertClosed("recompress", 2);
        Assert.Equal("eventNumber\n97750290\n97750291\n", Digicam.Run(_folder.FullName, "dump", "events.fits.fz").Output);
        Recompress("column.fits.fz", "--events", "1", "--event-column", "event_type", "--rows", "7").AssertClosed("recompress", 1);
    }

    [Fact]
    public void BadRequests_AreRefusedAndLeaveNothing()
    {
        Directory.CreateDirectory(_folder.File("folder"));
        File.WriteAllText(_folder.File("text.fits.fz"), "not a camera file\n");
        string[] before = CommandData.Snapshot(_folder);
        Recompress("run.fits.fz", "--force").AssertRefused("run.fits.fz", "the target is the source");
        Recompress("text.fits.fz").AssertRefused("text.fits.fz exists", "--force");
        Recompress("folder", "--force").AssertRefused("folder", "directory");
        Recompress("none/new.fits.fz").AssertRefused("none", "does not exist");
        Recompress("").AssertRefused("empty");
        Recompress("new.fits.fz", "--recipe", "zip").AssertRefused("'zip'", "diffman16");
        Recompress("new.fits.fz", "--camera", "none").AssertRefused("'none'", "digicam");
        Recompress("new.fits.fz", "--recipe", "raw", "--as-stored").AssertRefused("--recipe", "--as-stored", "exclude");
        Recompress("new.fits.fz", "--column", "eventNumber").AssertRefused("--column eventNumber", "NAME=RECIPE");
        Recompress("new.fits.fz", "--column", "eventNumber=raw", "--column", "eventNumber=lzo").AssertRefused("eventNumber=lzo", "already");
        Recompress("new.fits.fz", "--column", "nothing=raw").AssertRefused("nothing");
        Recompress("new.fits.fz", "--recipe", "sparselossyfloats").AssertRefused("sparselossyfloats", "telescopeID");
        Recompress("new.fits.fz", "--rows-per-tile", "0").AssertRefused("at least one row");
        Recompress("new.fits.fz", "--rows", "3-20").AssertRefused("run.fits.fz", "10 rows", "no row 20");
        Recompress("new.fits.fz", "--events", "1-9").AssertRefused("no row of table Events is selected");
        Recompress("new.fits.fz", "--events", "1", "--event-column", "pixels_flags").AssertRefused("run.fits.fz", "pixels_flags");
        Recompress("new.fits.fz", "--columns", "nothing").AssertRefused("no column nothing");
        Recompress("new.fits.fz", "--table", "None", "--rows", "1").AssertRefused("no table None");
        Recompress("new.fits.fz", "--threads", "0").AssertRefused("--threads 0");
        Digicam.Run(_folder.FullName, "recompress", "text.fits.fz", "new.fits.fz").AssertRefused("text.fits.fz", "FITS");
        Digicam.Run(_folder.FullName, "recompress", "none.fits.fz", "new.fits.fz").AssertRefused("none.fits.fz");
        Digicam.Run(_folder.FullName, "recompress", "", "new.fits.fz").AssertRefused("empty");
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void DamagedSource_LeavesTheOldTarget()
    {
        CommandData.Damage(_folder.File("run.fits.fz"), 0, "pixels_flags");
        File.WriteAllText(_folder.File("old.fits.fz"), "old");
        string[] before = CommandData.Snapshot(_folder);
        Recompress("old.fits.fz", "--force").AssertRefused("run.fits.fz", "pixels_flags", "tile 0");
        Assert.Equal(before, CommandData.Snapshot(_folder));
        Recompress("old.fits.fz", "--force", "--columns", "eventNumber").AssertClosed("recompress", 10);
    }

    [Fact]
    public void Interrupted_LeavesNoFile()
    {
        string name = CommandData.WriteSlowRun(_folder);
        string[] before = CommandData.Snapshot(_folder);
        Digicam.RunInterrupted(_folder.FullName, _ => CommandData.HasNewFile(_folder, before), "recompress", name, "new.fits.fz", "--recipe", "rice").AssertCancelled("recompress");
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    private Digicam.Result Recompress(params string[] arguments) => Digicam.Run(_folder.FullName, ["recompress", "run.fits.fz", .. arguments]);
}
