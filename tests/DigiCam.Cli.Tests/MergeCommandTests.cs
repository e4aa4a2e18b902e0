namespace DigiCam.Cli.Tests;

public sealed class MergeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public MergeCommandTests() => CommandData.CopyRealFile(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ParallelStreams_AreOneRunAgain()
    {
        Select("a.fits.fz", "0,2,4,6,8");
        Select("b.fits.fz", "1,3,5,7,9");
        Digicam.Result result = Merge("run2.fits.fz", "b.fits.fz", "a.fits.fz");
        result.AssertClosed("merge", 10);
        Assert.Matches(@"^run2\.fits\.fz: 10 rows of Events, \d+ bytes\nmerge: ", result.Output);
        Assert.Equal(CommandData.Hashes(_folder, "run.fits.fz"), CommandData.Hashes(_folder, "run2.fits.fz"));
    }

    [Fact]
    public void GapsAndDuplicates_AreShown()
    {
        Select("a.fits.fz", "0-2");
        Select("b.fits.fz", "2,4,7-8");
        Digicam.Result kept = Merge("kept.fits.fz", "a.fits.fz", "b.fits.fz");
        kept.AssertClosed("merge", 7);
        Assert.Contains("missing: 3 event numbers: 97750290, 97750292-97750293\n", kept.Output, StringComparison.Ordinal);
        Assert.Contains("again: 1 event whose number had occurred, kept: 97750289\n", kept.Output, StringComparison.Ordinal);
        Digicam.Result dropped = Merge("dropped.fits.fz", "a.fits.fz", "b.fits.fz", "--drop-duplicates", "--threads", "1");
        dropped.AssertClosed("merge", 6);
        Assert.Contains("again: 1 event whose number had occurred, left out: 97750289\n", dropped.Output, StringComparison.Ordinal);
        Assert.Equal("eventNumber\n97750287\n97750288\n97750289\n97750291\n97750294\n97750295\n", Digicam.Run(_folder.FullName, "dump", "dropped.fits.fz", "--columns", "eventNumber").Output);
    }

    [Fact]
    public void TablesThatDiffer_AreNotedOnStderr()
    {
        File.Copy(TestEnvironment.Shared("data", "real", "SST1M_01_20180822_001.fits.fz"), _folder.File("dark.fits.fz"));
        Assert.Equal(0, Digicam.Run(_folder.FullName, "recompress", "dark.fits.fz", "config.fits.fz", "--table", "DigicamConfig", "--columns", "sn,hv").ExitCode);
        Digicam.Result result = Merge("merged.fits.fz", "dark.fits.fz", "config.fits.fz");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("digicam merge: table DigicamConfig of config.fits.fz differs from that of dark.fits.fz, which is kept\n", result.Error);
        Assert.Equal(CommandData.Hashes(_folder, "dark.fits.fz", "DigicamConfig"), CommandData.Hashes(_folder, "merged.fits.fz", "DigicamConfig"));
    }

    [Fact]
    public void BadRequests_AreRefusedAndLeaveNothing()
    {
        Select("a.fits.fz", "0-1");
        Assert.Equal(0, Digicam.Run(_folder.FullName, "recompress", "run.fits.fz", "few.fits.fz", "--columns", "eventNumber,event_type").ExitCode);
        File.WriteAllText(_folder.File("text.fits.fz"), "not a camera file\n");
        string[] before = CommandData.Snapshot(_folder);
        Merge("a.fits.fz", "a.fits.fz", "run.fits.fz", "--force").AssertRefused("a.fits.fz", "source");
        Merge("few.fits.fz", "a.fits.fz").AssertRefused("few.fits.fz exists", "--force");
        Merge("new.fits.fz", "a.fits.fz", "a.fits.fz").AssertRefused("a.fits.fz", "twice");
        Merge("new.fits.fz", "a.fits.fz", "few.fits.fz").AssertRefused("a.fits.fz", "few.fits.fz", "telescopeID");
        Merge("new.fits.fz", "a.fits.fz", "text.fits.fz").AssertRefused("text.fits.fz", "FITS");
        Merge("new.fits.fz", "a.fits.fz", "none.fits.fz").AssertRefused("none.fits.fz");
        Merge("new.fits.fz", "a.fits.fz", "--table", "None").AssertRefused("a.fits.fz", "no table None");
        Merge("new.fits.fz", "a.fits.fz", "--event-column", "nothing").AssertRefused("a.fits.fz", "no column nothing");
        Merge("none/new.fits.fz", "a.fits.fz").AssertRefused("none", "does not exist");
        Merge("new.fits.fz", "").AssertRefused("empty");
        Assert.NotEqual(0, Merge("new.fits.fz").ExitCode);
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void Interrupted_LeavesNoFile()
    {
        string[] sources = [CommandData.WriteSlowRun(_folder, "a.fits.fz"), CommandData.WriteSlowRun(_folder, "b.fits.fz", 1000)];
        string[] before = CommandData.Snapshot(_folder);
        Digicam.RunInterrupted(_folder.FullName, _ => CommandData.HasNewFile(_folder, before), ["merge", "new.fits.fz", .. sources]).AssertCancelled("merge");
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    private void Select(string name, string rows) => Assert.Equal(0, Digicam.Run(_folder.FullName, "recompress", "run.fits.fz", name, "--rows", rows, "--rows-per-tile", "2").ExitCode);

    private Digicam.Result Merge(params string[] arguments) => Digicam.Run(_folder.FullName, ["merge", .. arguments]);
}
