using System.Text.Json;
using DigiCam.Zfits;

namespace DigiCam.Cli.Tests;

public sealed class DumpCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public DumpCommandTests() => CommandData.CopyRealFile(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Csv_Stdout_IsNothingButTheRows()
    {
        Digicam.Result result = Dump("--columns", "eventNumber, local_time_sec,event_type", "--rows", "0-1,9");
        Assert.Equal((0, "eventNumber,local_time_sec,event_type\n97750287,1509415494,1\n97750288,1509415494,1\n97750296,1509415494,1\n"), (result.ExitCode, result.Output));
        Assert.StartsWith("dump: 3 events, ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_Array_IsOneCellAndHasTheValues()
    {
        Digicam.Result result = Dump("--columns", "hiGain_waveforms_samples", "--rows", "4");
        using ZFitsFile file = ZFitsFile.Open(_folder.File("run.fits.fz"));
        short[] samples = file.Tables[0].ReadRow(4).GetArray<short>("hiGain_waveforms_samples");
        Assert.Equal($"hiGain_waveforms_samples\n\"{string.Join(';', samples)}\"\n", result.Output);
    }

    [Fact]
    public void Json_Formats_HaveTheValues()
    {
        Digicam.Result array = Dump("--columns", "eventNumber,pixels_flags", "--rows", "8-", "--format", "json");
        using JsonDocument json = JsonDocument.Parse(array.Output);
        Assert.Equal([CommandData.FirstEvent + 8, CommandData.FirstEvent + 9], json.RootElement.EnumerateArray().Select(row => row.GetProperty("eventNumber").GetUInt32()));
        Assert.All(json.RootElement.EnumerateArray(), row => Assert.Equal(1296, row.GetProperty("pixels_flags").GetArrayLength()));

        Digicam.Result lines = Dump("--columns", "eventNumber", "--rows", "8-", "--jsonl");
        Assert.Equal("{\"eventNumber\":97750295}\n{\"eventNumber\":97750296}\n", lines.Output);
        Assert.Equal(lines.Output, Dump("--columns", "eventNumber", "--rows", "8-", "--format", "json", "--jsonl").Output);
    }

    [Fact]
    public void Npy_OneColumnIsAFileAndSeveralAreAFolder()
    {
        Dump("--columns", "local_time_sec", "--format", "npy", "--output", "time.npy").AssertClosed("dump", 10);
        Dump("--format", "npy", "-o", "arrays").AssertClosed("dump", 10);
        using ZFitsFile file = ZFitsFile.Open(_folder.File("run.fits.fz"));
        Assert.Equal(file.Tables[0].Columns.Select(column => column.Name + ".npy").Order(StringComparer.Ordinal), Directory.GetFiles(_folder.File("arrays")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllBytes(_folder.File("time.npy")), File.ReadAllBytes(_folder.File("arrays/local_time_sec.npy")));
        byte[] samples = File.ReadAllBytes(_folder.File("arrays/hiGain_waveforms_samples.npy"));
        Assert.Contains("'descr': '<i2', 'fortran_order': False, 'shape': (10, 64800), }", System.Text.Encoding.ASCII.GetString(samples, 0, 128), StringComparison.Ordinal);
        Assert.Equal(128 + 2 * 648000, samples.Length);

        // A folder that is there is used, its other files stay.
        File.WriteAllText(_folder.File("arrays/mine.txt"), "mine");
        File.Delete(_folder.File("arrays/eventNumber.npy"));
        Dump("--format", "npy", "-o", "arrays", "--columns", "eventNumber").AssertClosed("dump", 10);
        Dump("--format", "npy", "-o", "arrays").AssertRefused("arrays", "telescopeID.npy", "exists", "--force");
        Dump("--format", "npy", "-o", "arrays", "--force").AssertClosed("dump", 10);
        Assert.Equal("mine", File.ReadAllText(_folder.File("arrays/mine.txt")));
    }

    [Fact]
    public void Output_ExistingFile_IsReplacedOnlyByForce()
    {
        File.WriteAllText(_folder.File("rows.csv"), "old");
        Dump("-o", "rows.csv").AssertRefused("rows.csv exists", "--force");
        Assert.Equal("old", File.ReadAllText(_folder.File("rows.csv")));
        Dump("-o", "rows.csv", "--columns", "eventNumber", "--force").AssertClosed("dump", 10);
        Assert.StartsWith("eventNumber\n97750287\n", File.ReadAllText(_folder.File("rows.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void BadRequests_AreRefusedAndLeaveNothing()
    {
        Directory.CreateDirectory(_folder.File("folder"));
        string[] before = CommandData.Snapshot(_folder);
        Dump("--table", "None", "-o", "x").AssertRefused("run.fits.fz", "no table None", "Events");
        Dump("--columns", "nothing", "-o", "x").AssertRefused("run.fits.fz", "no column nothing", "eventNumber");
        Dump("--columns", "event_type,event_type", "-o", "x").AssertRefused("named twice");
        Dump("--rows", "10", "-o", "x").AssertRefused("run.fits.fz", "10 rows", "no row 10");
        Dump("--rows", "5-1", "-o", "x").AssertRefused("--rows 5-1", "'5-1'");
        Dump("--rows", "a", "-o", "x").AssertRefused("--rows a", "'a'");
        Dump("--jsonl", "--format", "npy", "-o", "x").AssertRefused("--jsonl", "npy");
        Dump("--format", "npy").AssertRefused("--output");
        Dump("--format", "npy", "-o", "run.fits.fz").AssertRefused("run.fits.fz is a file", "folder");
        Dump("-o", "run.fits.fz", "--force").AssertRefused("run.fits.fz", "source");
        Dump("-o", "folder").AssertRefused("folder", "directory");
        Dump("-o", "none/x.csv").AssertRefused("none", "does not exist");
        Dump("-o", "").AssertRefused("empty");
        Digicam.Run(_folder.FullName, "dump", "none.fits.fz").AssertRefused("none.fits.fz");
        Digicam.Run(_folder.FullName, "dump", "").AssertRefused("empty");
        Assert.NotEqual(0, Dump("--format", "xml").ExitCode);
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void Source_UnderAnotherName_IsStillRecognized()
    {
        TestEnvironment.Require(!OperatingSystem.IsWindows(), "needs symbolic links");
        File.CreateSymbolicLink(_folder.File("link.fits.fz"), _folder.File("run.fits.fz"));
        Dump("-o", "link.fits.fz", "--force").AssertRefused("link.fits.fz", "source run.fits.fz");
        Dump("-o", "./../" + Path.GetFileName(_folder.FullName) + "/run.fits.fz", "--force").AssertRefused("source run.fits.fz");
    }

    [Fact]
    public void DamageInTheMiddle_LeavesNoFile()
    {
        string name = CommandData.WriteLongRun(_folder);
        CommandData.Damage(_folder.File(name), 19, "pixels_flags");
        string[] before = CommandData.Snapshot(_folder);
        Digicam.Run(_folder.FullName, "dump", name, "-o", "rows.csv", "--columns", "eventNumber,pixels_flags").AssertRefused(name, "pixels_flags", "tile 19");
        Digicam.Run(_folder.FullName, "dump", name, "-o", "arrays", "--format", "npy", "--columns", "eventNumber,pixels_flags").AssertRefused(name, "pixels_flags", "tile 19");
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void Npy_RowsOfDifferentLengths_AreNamed()
    {
        ZFitsColumnDefinition column = new("trigger_output_patch7", "36", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.Raw);
        using (ZFitsWriter writer = ZFitsWriter.Create(_folder.File("ragged.fits.fz")))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, [column]);
            foreach (int length in new[] { 4, 4, 3 })
            {
                table.SetArray<byte>(0, new byte[length]);
                table.CommitRow();
            }

            table.Finish();
            writer.Finish();
        }

        Digicam.Run(_folder.FullName, "dump", "ragged.fits.fz", "--format", "npy", "-o", "x.npy").AssertRefused("ragged.fits.fz", "trigger_output_patch7", "row 2", "3 elements", "4 in row 0");
        Assert.False(File.Exists(_folder.File("x.npy")));
    }

    [Fact]
    public void Npy_ColumnNameThatLeadsOutOfTheFolder_IsRefused()
    {
        using (ZFitsWriter writer = ZFitsWriter.Create(_folder.File("odd.fits.fz")))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", "Test.Message",
                [new("../outside", "1", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw), new("inside", "2", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw)]);
            table.CommitRow();
            table.Finish();
            writer.Finish();
        }

        string[] before = CommandData.Snapshot(_folder);
        Digicam.Run(_folder.FullName, "dump", "odd.fits.fz", "--format", "npy", "-o", "arrays").AssertRefused("'../outside'", "--columns");
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void Interrupted_LeavesNoFile()
    {
        string name = CommandData.WriteSlowRun(_folder);
        string[] before = CommandData.Snapshot(_folder);
        Digicam.RunInterrupted(_folder.FullName, _ => CommandData.HasNewFile(_folder, before), "dump", name, "-o", "rows.csv").AssertCancelled("dump");
        Assert.Equal(before, CommandData.Snapshot(_folder));
        Digicam.RunInterrupted(_folder.FullName, _ => Directory.Exists(_folder.File("arrays")), "dump", name, "--format", "npy", "-o", "arrays").AssertCancelled("dump");
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    private Digicam.Result Dump(params string[] arguments) => Digicam.Run(_folder.FullName, ["dump", "run.fits.fz", .. arguments]);
}
