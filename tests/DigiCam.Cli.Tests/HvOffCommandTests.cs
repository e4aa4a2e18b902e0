using System.Text.Json;
using DigiCam.Simulation;

namespace DigiCam.Cli.Tests;

public sealed class HvOffCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public HvOffCommandTests() => new SimulatedRun { EventCount = 150, Faults = SimulatedRun.EachFault }.Write(_folder.File("run_000.fits.fz"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Stages_TogetherAndApart_GiveEqualFiles()
    {
        Digicam.Result together = Run("-c", "-p", "--file_basename", "run_", "-f", "0", "--output_directory", "a");
        AssertClosed(together, "hvoff: 150 events, ");
        AssertClosed(Run("--create_histo", "--directory", ".", "--file_namebase", "run_", "--file_list", "0", "--output_directory", "b", "--n_evt_per_batch", "7", "--cts_sector", "1"), "hvoff: 150 events, ");
        Assert.False(File.Exists(_folder.File("b/adc_hv_off_fit.npz")));
        AssertClosed(Run("-p", "b"), "hvoff: 0 events, ");
        foreach (string name in (string[])["adc_hv_off.npz", "adc_hv_off_fit.npz", "adc_hv_off_fit.csv"])
        {
            Assert.True(File.ReadAllBytes(_folder.File("a/" + name)).SequenceEqual(File.ReadAllBytes(_folder.File("b/" + name))), name);
        }

        // Displaying shows the same and changes nothing.
        DateTime written = File.GetLastWriteTimeUtc(_folder.File("a/adc_hv_off_fit.npz"));
        Digicam.Result display = Run("a");
        Assert.Equal(0, display.ExitCode);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_folder.File("a/adc_hv_off_fit.npz")));
        Assert.Equal(Body(together), Body(display));
        Assert.Contains("1292 of 1296 pixels are good", display.Output, StringComparison.Ordinal);
        Assert.Contains("pixel 137", display.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void FileNamesAndLimit_AreThoseOfTheUser()
    {
        Digicam.Result result = Run("-c", "-p", "-f", "run_000", "--evt_max", "40", "--histo_filename", "h.npz", "--fit_filename", "f.npz", "--output_directory", "x/y");
        AssertClosed(result, "hvoff: 40 events, ");
        Assert.Equal(["f.csv", "f.h5", "f.json", "f.npz", "h.json", "h.npz"], Directory.GetFiles(_folder.File("x/y")).Select(Path.GetFileName).Order());
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder.File("x/y/f.json")));
        JsonElement input = json.RootElement.GetProperty("provenance").GetProperty("Inputs")[0];
        Assert.Equal("run_000.fits.fz", input.GetProperty("Name").GetString());
        Assert.Equal(64, input.GetProperty("Sha256").GetString()!.Length);
        Assert.Equal("40", json.RootElement.GetProperty("provenance").GetProperty("Parameters").GetProperty("maximum_events").GetString());
    }

    [Fact]
    public void Quiet_PrintsNothing()
    {
        Digicam.Result result = Run("-c", "-p", "-q", "-f", "run_000");
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public void Interrupted_LeavesNoFile()
    {
        new SimulatedRun { EventCount = 3000 }.Write(_folder.File("long_000.fits.fz"));

        // The output folder is made just before the reading starts.
        Digicam.Result result = Digicam.RunInterrupted(_folder.FullName, _ => Directory.Exists(_folder.File("out")), "hvoff", "-c", "-p", "-f", "long_000", "--output_directory", "out", "-n", "1");
        result.AssertCancelled("hvoff");
        Assert.Empty(Directory.GetFiles(_folder.File("out")));
    }

    [Fact]
    public void Info_Json_DescribesEveryColumn()
    {
        Digicam.Result result = Digicam.Run(_folder.FullName, "info", "run_000.fits.fz", "--json");
        Assert.Equal(0, result.ExitCode);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement file = json.RootElement[0];
        Assert.True(file.GetProperty("checksums_ok").GetBoolean());
        JsonElement events = file.GetProperty("tables")[1];
        Assert.Equal(("Events", 150, 2, "ok"), (events.GetProperty("name").GetString(), events.GetProperty("rows").GetInt32(), events.GetProperty("tiles").GetInt32(), events.GetProperty("datasum").GetString()));
        JsonElement samples = events.GetProperty("columns")[2];
        Assert.Equal("diff16 huffman16", samples.GetProperty("codec").GetString());
        Assert.Equal(150L * 64800 * 2, samples.GetProperty("raw_bytes").GetInt64());
        Assert.InRange(samples.GetProperty("compressed_bytes").GetInt64(), 150L * 64800 / 8, 150L * 64800);
    }

    [Fact]
    public void Info_BadChecksum_IsReportedAndFails()
    {
        byte[] bytes = File.ReadAllBytes(_folder.File("run_000.fits.fz"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder.File("bad.fits.fz"), bytes);
        Digicam.Result result = Digicam.Run(_folder.FullName, "info", "bad.fits.fz");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("CHECKSUMS BAD", result.Output, StringComparison.Ordinal);
        Assert.Contains("DATASUM bad", result.Output, StringComparison.Ordinal);
        result.AssertRefused("bad.fits.fz", "checksums");
    }

    private static void AssertClosed(Digicam.Result result, string start)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        string last = result.Output.TrimEnd('\n').Split('\n')[^1];
        Assert.StartsWith(start, last, StringComparison.Ordinal);
        Assert.Matches(@"^hvoff: \d+ events, \d+\.\d\d s, \d+ events/s, peak memory \d+ MB$", last);
    }

    // The displayed part: from the table on, without the closing line.
    private static string Body(Digicam.Result result) => string.Join('\n', result.Output.Split('\n').SkipWhile(l => !l.Contains("quantity", StringComparison.Ordinal)).SkipLast(2));

    private Digicam.Result Run(params string[] arguments) => Digicam.Run(_folder.FullName, ["hvoff", .. arguments]);
}
