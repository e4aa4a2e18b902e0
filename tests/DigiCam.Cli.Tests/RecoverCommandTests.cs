using System.Text;
using System.Text.Json;
using DigiCam.Zfits;

namespace DigiCam.Cli.Tests;

public sealed class RecoverCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WholeFile_LosesNothing()
    {
        CommandData.CopyRealFile(_folder);
        Digicam.Result result = Recover("run.fits.fz", "new.fits.fz");
        result.AssertClosed("recover", 10);
        Assert.Matches(@"^new\.fits\.fz: \d+ bytes, nothing that was found is lost\nEvents: 10 rows in 1 tile\n", result.Output);
        Assert.Equal(CommandData.Hashes(_folder, "run.fits.fz"), CommandData.Hashes(_folder, "new.fits.fz"));
    }

    [Fact]
    public void CutFile_KeepsTheTilesBeforeTheCut()
    {
        string name = CommandData.WriteLongRun(_folder);
        byte[] bytes = File.ReadAllBytes(_folder.File(name));
        long cut;
        using (ZFitsFile file = ZFitsFile.Open(_folder.File(name))) cut = file.GetTable("Events").GetTile(13).FileOffset + 5000;
        File.WriteAllBytes(_folder.File("cut.fits.fz"), bytes[..(int)cut]);

        Digicam.Result result = Recover("cut.fits.fz", "new.fits.fz");
        result.AssertClosed("recover", 130);
        Assert.Contains("PARTS ARE LOST", result.Output, StringComparison.Ordinal);
        Assert.Contains("Events: 130 rows in 13 tiles, the header announced 200\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"lost: 5000 bytes from offset {cut - 5000}: "), result.Output, StringComparison.Ordinal);
        Digicam.Run(_folder.FullName, "recompress", name, "first.fits.fz", "--rows", "0-129").AssertClosed("recompress", 130);
        Assert.Equal(CommandData.Hashes(_folder, "first.fits.fz"), CommandData.Hashes(_folder, "new.fits.fz"));
        Assert.Equal(CommandData.Hashes(_folder, name, "DigicamConfig"), CommandData.Hashes(_folder, "new.fits.fz", "DigicamConfig"));
        Assert.Equal(bytes[..(int)cut], File.ReadAllBytes(_folder.File("cut.fits.fz")));
    }

    [Fact]
    public void Json_ToldWhatIsLost()
    {
        string name = CommandData.WriteLongRun(_folder);
        CommandData.Damage(_folder.File(name), 4, "hiGain_waveforms_samples");
        Digicam.Result result = Recover(name, "new.fits.fz", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("recover: 190 events, ", result.Error, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.Equal((name, "new.fits.fz", false), (root.GetProperty("source").GetString(), root.GetProperty("target").GetString(), root.GetProperty("is_complete").GetBoolean()));
        Assert.Equal(new FileInfo(_folder.File("new.fits.fz")).Length, root.GetProperty("bytes").GetInt64());
        JsonElement table = root.GetProperty("tables").EnumerateArray().Last();
        Assert.Equal(("Events", 19, 190, 200), (table.GetProperty("name").GetString(), table.GetProperty("tiles").GetInt32(), table.GetProperty("rows").GetInt32(), table.GetProperty("announced_rows").GetInt32()));
        JsonElement lost = Assert.Single(table.GetProperty("lost").EnumerateArray());
        Assert.Contains("hiGain_waveforms_samples", lost.GetProperty("reason").GetString()!, StringComparison.Ordinal);
        Assert.Equal(0, Digicam.Run(_folder.FullName, "verify", "new.fits.fz").ExitCode);
    }

    [Fact]
    public void BadRequests_AreRefusedAndLeaveNothing()
    {
        CommandData.CopyRealFile(_folder);
        File.WriteAllText(_folder.File("text.fits.fz"), "not a camera file\n");
        File.WriteAllBytes(_folder.File("head.fits.fz"), File.ReadAllBytes(_folder.File("run.fits.fz"))[..30_000]);
        string[] before = CommandData.Snapshot(_folder);
        Recover("run.fits.fz", "run.fits.fz", "--force").AssertRefused("run.fits.fz", "source");
        Recover("run.fits.fz", "text.fits.fz").AssertRefused("text.fits.fz exists", "--force");
        Recover("text.fits.fz", "new.fits.fz").AssertRefused("text.fits.fz", "FITS");
        Recover("head.fits.fz", "new.fits.fz").AssertRefused("head.fits.fz", "no complete tile");
        Recover("none.fits.fz", "new.fits.fz").AssertRefused("none.fits.fz");
        Recover("", "new.fits.fz").AssertRefused("empty");
        Recover("run.fits.fz", "none/new.fits.fz").AssertRefused("none", "does not exist");
        Assert.NotEqual(0, Recover("run.fits.fz").ExitCode);
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    [Fact]
    public void Interrupted_LeavesNoFile()
    {
        // A header that announces larger tiles makes every row be compressed anew, which takes long.
        string name = CommandData.WriteSlowRun(_folder, recipe: ZFitsRecipe.Rice);
        byte[] bytes = File.ReadAllBytes(_folder.File(name));
        Encoding.ASCII.GetBytes("ZTILELEN=                    2").CopyTo(bytes, bytes.AsSpan().IndexOf("ZTILELEN="u8));
        File.WriteAllBytes(_folder.File(name), bytes);
        string[] before = CommandData.Snapshot(_folder);
        Digicam.RunInterrupted(_folder.FullName, _ => CommandData.HasNewFile(_folder, before), "recover", name, "new.fits.fz").AssertCancelled("recover");
        Assert.Equal(before, CommandData.Snapshot(_folder));
    }

    private Digicam.Result Recover(params string[] arguments) => Digicam.Run(_folder.FullName, ["recover", .. arguments]);
}
