using System.Text.Json;

namespace DigiCam.Cli.Tests;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Json_RealFile_HasTheHashesOfTheGoldens()
    {
        CommandData.CopyRealFile(_folder);
        Digicam.Result result = Verify("run.fits.fz", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("verify: 10 events, ", result.Error, StringComparison.Ordinal);
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(TestEnvironment.Shared("data", "goldens", "example_10_evts.000.json")));
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement file = json.RootElement[0];
        Assert.Equal(("run.fits.fz", true, 610560), (file.GetProperty("path").GetString(), file.GetProperty("ok").GetBoolean(), file.GetProperty("bytes").GetInt64()));
        Assert.Equal(["ok", "ok"], file.GetProperty("hdus").EnumerateArray().Select(hdu => hdu.GetProperty("datasum").GetString()));
        JsonElement table = file.GetProperty("tables")[0];
        Assert.Equal(("Events", 10, 1, 0), (table.GetProperty("name").GetString(), table.GetProperty("rows").GetInt32(), table.GetProperty("tiles").GetInt32(), table.GetProperty("damaged_tiles").GetInt32()));
        Assert.Equal(
            golden.RootElement.GetProperty("tables")[0].GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("all_rows_sha256").GetString()),
            table.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("sha256").GetString()));
    }

    [Fact]
    public void Text_GoodFiles_AreOk()
    {
        CommandData.CopyRealFile(_folder, "a.fits.fz");
        CommandData.CopyRealFile(_folder, "b.fits.fz");
        Digicam.Result result = Verify("a.fits.fz", "b.fits.fz", "--threads", "1");
        result.AssertClosed("verify", 20);
        Assert.Contains("a.fits.fz: 610560 bytes, 1 table, ok", result.Output, StringComparison.Ordinal);
        Assert.Contains("b.fits.fz: 610560 bytes, 1 table, ok", result.Output, StringComparison.Ordinal);
        Assert.Contains("Events: 10 x DataModel.CameraEvent, 1 tile, DATASUM ok, CHECKSUM ok", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"hiGain_waveforms_samples +Int16 +10 +648000 +b23a3d990492333a958f56684321d845b9fdf39ab240b20e1e54020c8fb4614f ", result.Output);
    }

    [Fact]
    public void DamagedTiles_AreAllListed()
    {
        string name = CommandData.WriteLongRun(_folder);
        CommandData.Damage(_folder.File(name), 3, "pixels_flags");
        CommandData.Damage(_folder.File(name), 17, "eventNumber");
        Digicam.Result text = Verify(name);
        text.AssertRefused(name, "table Events has 2 damaged tiles of 20", "checksums of Events");
        Assert.Equal(1, text.ExitCode);
        Assert.Contains("BAD", text.Output, StringComparison.Ordinal);
        string[] damaged = [.. text.Output.Split('\n').Where(line => line.StartsWith("damaged: ", StringComparison.Ordinal))];
        Assert.Equal(2, damaged.Length);
        Assert.Contains("column pixels_flags, tile 3 (rows 30-39), offset ", damaged[0], StringComparison.Ordinal);
        Assert.Contains("column eventNumber, tile 17 (rows 170-179), offset ", damaged[1], StringComparison.Ordinal);
        Assert.Matches("pixels_flags +UInt16 +190 +246240 +rows are lost", text.Output);

        Digicam.Result json = Verify(name, "--json");
        Assert.Equal(1, json.ExitCode);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        JsonElement[] defects = [.. document.RootElement[0].GetProperty("tables").EnumerateArray().Last().GetProperty("defects").EnumerateArray()];
        Assert.Equal([(3, 30L, 10, "pixels_flags"), (17, 170L, 10, "eventNumber")], defects.Select(d => (d.GetProperty("tile").GetInt32(), d.GetProperty("first_row").GetInt64(), d.GetProperty("row_count").GetInt32(), d.GetProperty("column").GetString()!)));
    }

    [Fact]
    public void WrongSum_Fails()
    {
        byte[] bytes = File.ReadAllBytes(TestEnvironment.Shared("data", "real", CommandData.RealFile));

        // Padding: no value changes.
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder.File("bad.fits.fz"), bytes);
        Digicam.Result result = Verify("bad.fits.fz");
        result.AssertRefused("bad.fits.fz: checksums of Events do not match the content");
        Assert.Contains("DATASUM bad", result.Output, StringComparison.Ordinal);
        Assert.Contains("warning: ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatCannotBeRead_DoNotHideTheOthers()
    {
        CommandData.CopyRealFile(_folder, "good.fits.fz");
        File.WriteAllText(_folder.File("text.fits.fz"), "not a camera file\n");
        Digicam.Result result = Verify("none.fits.fz", "good.fits.fz", "text.fits.fz", "--json");
        Assert.Equal(1, result.ExitCode);
        string[] errors = [.. result.Error.TrimEnd('\n').Split('\n').Where(line => line.StartsWith("digicam verify: ", StringComparison.Ordinal))];
        Assert.Equal(2, errors.Length);
        Assert.Contains("none.fits.fz", errors[0], StringComparison.Ordinal);
        Assert.Contains("text.fits.fz", errors[1], StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal([false, true, false], json.RootElement.EnumerateArray().Select(file => file.GetProperty("ok").GetBoolean()));
        Assert.Contains("none.fits.fz", json.RootElement[0].GetProperty("error").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public void BadOptions_AreRefused()
    {
        Verify("").AssertRefused("empty");
        Verify("x.fits.fz", "--threads", "0").AssertRefused("--threads 0");
        Assert.NotEqual(0, Verify().ExitCode);
    }

    [Fact]
    public void Interrupted_SaysSo()
    {
        string name = CommandData.WriteSlowRun(_folder);
        Digicam.RunInterrupted(_folder.FullName, lines => lines > 0, ["verify", .. Enumerable.Repeat(name, 20)]).AssertCancelled("verify");
    }

    private Digicam.Result Verify(params string[] arguments) => Digicam.Run(_folder.FullName, ["verify", .. arguments]);
}
