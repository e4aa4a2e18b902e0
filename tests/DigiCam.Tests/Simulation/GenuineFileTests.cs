using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Zfits;

namespace DigiCam.Tests.Simulation;

/// <summary>Simulated files compared with one of the camera of 2018, and read by the official reader (protozfits 2.13) and by astropy; the scripts lie with the tests of the zfits library.</summary>
public sealed class GenuineFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string RealFile => TestEnvironment.Shared("data", "real", "SST1M_01_20180822_001.fits.fz");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hv_off")]
    [InlineData("dark")]
    [InlineData("ac_scan")]
    public void Header_OfARun_HasTheKeysAndColumnsOfTheRealFile(string kind)
    {
        using ZFitsFile real = ZFitsFile.Open(RealFile);
        using ZFitsFile simulated = ZFitsFile.Open(WriteOneFile(kind));
        Assert.Equal(real.Hdus.Count, simulated.Hdus.Count);
        foreach ((FitsHdu expected, FitsHdu found) in real.Hdus.Zip(simulated.Hdus))
        {
            Assert.Equal(expected.Header.Select(c => c.Keyword).Order(StringComparer.Ordinal), found.Header.Select(c => c.Keyword).Order(StringComparer.Ordinal));
            string[] stems = ["TTYPE", "TFORM", "ZFORM", "TZERO", "TPBID", "ZCTYP"];
            string[] fixedKeys = ["SIMPLE", "XTENSION", "BITPIX", "NAXIS", "NAXIS1", "GCOUNT", "TFIELDS", "EXTNAME", "ZTABLE", "ZNAXIS1", "ZPCOUNT", "ZTILELEN", "RAWSUM", "ZSHRINK", "PBFHEAD", "TIMESYS", "MAJORV", "MINORV", "EXTEND"];
            (string, FitsCardKind, string)[] same = Cards(expected);
            Assert.Equal(same, Cards(found));
            Assert.Equal(expected.Index > 0, same.Length > 20);

            (string, FitsCardKind, string)[] Cards(FitsHdu hdu) => [.. hdu.Header
                .Where(card => fixedKeys.Contains(card.Keyword) || stems.Any(stem => card.Keyword.StartsWith(stem, StringComparison.Ordinal)))
                .Select(card => (card.Keyword, card.Kind, card.Value)).Order()];
        }

        Assert.All(simulated.Hdus, hdu => Assert.True(hdu.VerifyChecksums(Token).Ok));
        Assert.True(simulated.GetTable("Events").Header.TryGetString("CREATOR", out string? creator));
        Assert.Equal("DigiCam.Zfits", creator);
    }

    // The single event of 2018 was written with one recipe for all columns; the recipes of runs are those of the science file of 2017, whose
    // writer knew no muon trigger.
    [Fact]
    public void Blocks_OfARun_HaveTheRecipesOfTheRealFiles()
    {
        using ZFitsFile science = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
        using ZFitsFile real = ZFitsFile.Open(RealFile);
        using ZFitsFile simulated = ZFitsFile.Open(WriteOneFile("dark"));
        Dictionary<string, IReadOnlyList<int>> expected = Processes(science.GetTable("Events"));
        Dictionary<string, IReadOnlyList<int>> found = Processes(simulated.GetTable("Events"));
        Assert.Equal(["trigger_output_muon"], found.Keys.Except(expected.Keys));
        Assert.All(expected, column => Assert.Equal(column.Value, found[column.Key]));
        Assert.Equal(Processes(real.GetTable("DigicamConfig")), Processes(simulated.GetTable("DigicamConfig")));

        static Dictionary<string, IReadOnlyList<int>> Processes(ZFitsTable table) => table.GetTile(0).Blocks.ToDictionary(block => block.Column.Name, block => block.Processes);
    }

    [Fact]
    public void Configuration_OfARun_HasTheSlotsOfTheRealCameraAndBoardsOfItsOwn()
    {
        using ZFitsFile real = ZFitsFile.Open(RealFile);
        using ZFitsFile simulated = ZFitsFile.Open(WriteOneFile("hv_off"));
        ZFitsRow expected = real.GetTable("DigicamConfig").ReadRow(0);
        ZFitsRow found = simulated.GetTable("DigicamConfig").ReadRow(0);
        foreach (string name in (string[])["protocol_vers", "gateware_rev", "gateware_vers", "gateware_code", "gateware_card_type", "firmware_rev", "firmware_vers", "firmware_code", "firmware_card_type"])
        {
            Assert.Equal(expected.GetArray<byte>(name), found.GetArray<byte>(name));
        }

        (CameraBoard[] realBoards, CameraBoard[] boards) = ([.. CameraBoard.Read(real)], [.. CameraBoard.Read(simulated)]);
        Assert.Equal(realBoards.Select(b => (b.Slot, b.CardType)), boards.Select(b => (b.Slot, b.CardType)));
        Assert.Empty(realBoards.Select(b => b.SerialNumber).Intersect(boards.Select(b => b.SerialNumber)));
        Assert.Equal(27 + 3, boards.Select(b => b.SerialNumber).Distinct().Count());
        Assert.Equal(
            real.GetTable("Events").ReadRow(0).GetArray<ushort>("hiGain_waveforms_pixelsIndices"),
            simulated.GetTable("Events").ReadRow(0).GetArray<ushort>("hiGain_waveforms_pixelsIndices"));
    }

    [Fact]
    public void Dates_OfAFile_AreThoseOfItsEvents()
    {
        RunSimulation simulation = RunSimulationPlans.With("ac_scan", run => run with { RateHz = 0.25 });
        simulation.Write(_folder.FullName, cancellationToken: Token);
        using ZFitsFile file = ZFitsFile.Open(_folder.File(simulation.FileNames[1]));
        FitsHeader header = file.GetTable("Events").Header;
        Assert.Equal(["2018-08-22T20:00:16", "2018-08-22T20:00:28", "acscan"], ((string[])["DATE", "DATEEND", "RUNTYPE"]).Select(key => header.TryGetString(key, out string? value) ? value : null));
    }

    [Fact]
    public void File_OpenedWithAstropy_HasValidChecksumsAndTheSameCards()
    {
        string path = WriteOneFile("dark");
        JsonElement found = JsonDocument.Parse(RunPeer("astropy", "read_with_astropy.py", path)).RootElement;
        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.Equal(3, found.GetArrayLength());
        foreach (FitsHdu hdu in file.Hdus)
        {
            JsonElement entry = found[hdu.Index];
            Dictionary<string, string> values = entry.GetProperty("cards").EnumerateArray().ToDictionary(card => card[0].GetString()!, card => card[1].ToString());
            FitsCard[] cards = [.. hdu.Header.Where(card => card.Kind is FitsCardKind.Text or FitsCardKind.Integer)];
            Assert.True(cards.Length > 2);
            Assert.All(cards, card => Assert.Equal(card.Value, values[card.Keyword]));
        }

        Assert.Equal(FormattableString.Invariant($"{WithSamplesOf2018("dark").WrittenEvents.Length}"), found[2].GetProperty("cards").EnumerateArray().Single(card => card[0].GetString() == "ZNAXIS2")[1].ToString());
        ZFitsTable events = file.GetTable("Events");
        byte[] bytes = File.ReadAllBytes(path);
        JsonElement blocks = found[2].GetProperty("blocks");
        Assert.Equal(2, blocks.GetArrayLength());
        foreach (ZFitsBlock block in events.GetTile(1).Blocks)
        {
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan((int)block.FileOffset, (int)block.Size))), blocks[1][block.Column.Index].GetString());
        }
    }

    [Fact]
    public void File_ReadWithTheOfficialReader_HoldsWhatWasSimulated()
    {
        RunSimulation simulation = WithSamplesOf2018("dark");
        string path = WriteOneFile("dark");
        SimulatedEvent stored = new(simulation.Campaign.SampleCount);
        EventSource source = new(simulation);
        ushort[] indices = [.. CameraGeometry.DigiCam.LegacyOrder.Select(pixel => (ushort)pixel)];
        ushort[] ones = [.. Enumerable.Repeat((ushort)1, CameraGeometry.PixelCount)];
        List<string> expected = [];
        string[] fields =
        [
            "telescopeID", "eventNumber", "hiGain.waveforms.samples", "hiGain.waveforms.pixelsIndices", "hiGain.waveforms.baselines", "local_time_nanosec", "local_time_sec",
            "pixels_flags", "event_type", "trigger_input_traces", "trigger_output_patch7", "trigger_output_patch19", "trigger_output_muon",
        ];
        for (int row = 0; row < simulation.WrittenEvents.Length; row++)
        {
            int index = simulation.WrittenEvents[row];
            source.Draw(index, stored);
            byte[][] values =
            [
                Scalar(22), Scalar(60_636 + index), Bytes<short>(stored.Samples), Bytes<ushort>(indices), Bytes<short>(stored.Baselines),
                Scalar(simulation.TimesNs[index] % 1_000_000_000), Scalar(simulation.TimesNs[index] / 1_000_000_000), Bytes<ushort>(ones), Scalar(8),
                stored.TriggerInput, stored.TriggerPatch7, stored.TriggerPatch19, new byte[stored.TriggerPatch19.Length],
            ];
            for (int i = 0; i < fields.Length; i++) expected.Add(FormattableString.Invariant($"{row} {fields[i]} {Convert.ToHexStringLower(SHA256.HashData(values[i]))}"));
        }

        expected.Add(FormattableString.Invariant($"rows {simulation.WrittenEvents.Length}"));
        string[] seen = RunPeer("protozfits", "read_with_protozfits.py", [path, "Events", .. fields]).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, seen);

        static byte[] Scalar(long value) => BitConverter.GetBytes(value);

        static byte[] Bytes<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }

    private static RunSimulation WithSamplesOf2018(string kind) => RunSimulationPlans.With(kind, run => run with { Files = 1 }, RunSimulationPlans.EveryKind with { SampleCount = 50 });

    private static string RunPeer(string module, string script, params string[] arguments)
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON");
        TestEnvironment.Require(python is { Length: > 0 }, $"needs DIGICAM_PEER_PYTHON, a Python with {module}");
        string path = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Zfits.Tests", "Peers", script);
        using Process process = Process.Start(new ProcessStartInfo(python!, [path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(Token);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return output;
    }

    private string WriteOneFile(string kind)
    {
        RunSimulation simulation = WithSamplesOf2018(kind);
        simulation.Write(_folder.FullName, cancellationToken: Token);
        return _folder.File(simulation.FileNames[0]);
    }
}
