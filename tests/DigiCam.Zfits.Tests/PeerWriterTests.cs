using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DigiCam.Zfits.Messages;
using DigiCam.Zfits.Recovery;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using DataModel = DigiCam.Zfits.Messages.ProtoDataModel;
using ItemType = DigiCam.Zfits.Messages.AnyArray.Types.ItemType;
using ProtoR1 = DigiCam.Zfits.Messages.ProtoR1;
using R1v1 = DigiCam.Zfits.Messages.R1v1;

namespace DigiCam.Zfits.Tests;

/// <summary>Files of messages, read by the official reader (protozfits 2.13) and by a general FITS library (astropy); see the scripts in Peers.</summary>
public sealed class PeerWriterTests
{
    private const int Rows = 9;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(20)]
    public void R1v1_SeveralTables_AreReadTheSame(int? reserved)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("r1v1.fits.fz");
        R1v1.TelescopeDataStream stream = new() { TelId = 22, SbId = 3, ObsId = 5, WaveformScale = 80.5f, WaveformOffset = 5 };
        R1v1.CameraConfiguration configuration = new() { TelId = 22, LocalRunId = 7, ConfigTimeS = 1.25, PixelIdMap = Array([.. Enumerable.Range(0, 1296).Select(i => (ushort)i)]), NumPixels = 1296, DataModelVersion = "v1.0" };
        R1v1.Event[] events = [.. Enumerable.Range(0, Rows).Select(row => new R1v1.Event
        {
            EventId = 1000 + (ulong)row, TelId = 22, EventType = 32, EventTimeS = 1_700_000_000 + (uint)row, EventTimeQns = 4_000_000_000u,
            Waveform = Array([.. Enumerable.Range(0, 6480).Select(i => (ushort)(240 + i * 7 % (11 + row)))]),
            PixelStatus = Bytes([.. Enumerable.Range(0, 1296 - 100 * row).Select(i => (byte)(i % 13))]),
            FirstCellId = Array((ushort)row),
        })];
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableOptions options = new() { RowsPerTile = 4, ReservedTiles = reserved };
            Write(writer, "DataStream", ZFitsRecipe.ZLib, [stream], options);
            Write(writer, "CameraConfiguration", ZFitsRecipe.Zstd, [configuration], options);
            Write(writer, "Events", ZFitsRecipe.DiffMan16, events, options);
            writer.Finish();
        }

        Compare(path, "DataStream", [stream], "tel_id", "sb_id", "obs_id", "waveform_scale", "waveform_offset");
        Compare(path, "CameraConfiguration", [configuration], "tel_id", "local_run_id", "config_time_s", "pixel_id_map", "num_pixels", "data_model_version");
        Compare(path, "Events", events, "event_id", "tel_id", "event_type", "event_time_s", "event_time_qns", "waveform", "pixel_status", "first_cell_id");
    }

    [Theory]
    [InlineData("digicam")]
    [InlineData("nectarcam-flat")]
    public void DataModel_CameraRecipes_AreReadTheSame(string camera)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("r0.fits.fz");
        DataModel.CameraEvent[] events = [.. Enumerable.Range(0, Rows).Select(row => new DataModel.CameraEvent
        {
            TelescopeID = 22, EventNumber = 97750287u + (uint)row, LocalTimeSec = 1534972300, LocalTimeNanosec = 1000 * (ulong)row, EventType = 8,
            HiGain = new() { Waveforms = new() { Samples = Array([.. Enumerable.Range(0, 1440).Select(i => (short)(240 + i * 7 % (11 + row)))]), PixelsIndices = Array([.. Enumerable.Range(0, 144).Select(i => (ushort)(143 - i))]) } },
            UctsDataPresence = row % 2 == 0,
            TriggerInputTraces = Bytes([.. Enumerable.Range(0, 288).Select(i => (byte)(i + row))]),
        })];
        using (ZFitsWriter writer = ZFitsWriter.Create(path, new ZFitsWriterOptions { Threads = 3 }))
        {
            ZFitsMessageWriter<DataModel.CameraEvent> table = writer.BeginMessages<DataModel.CameraEvent>("Events", CameraRecipes.Parse(camera), new ZFitsTableOptions { RowsPerTile = 2 });
            foreach (DataModel.CameraEvent message in events) table.Write(message);
            table.Finish();
            writer.Finish();
        }

        Compare(path, "Events", events, "telescopeID", "eventNumber", "local_time_sec", "local_time_nanosec", "event_type", "hiGain.waveforms.samples", "hiGain.waveforms.pixelsIndices", "uctsDataPresence", "trigger_input_traces");
    }

    [Theory]
    [InlineData("lst")]
    [InlineData("nectarcam")]
    public void ProtoR1_CameraRecipes_AreReadTheSame(string camera)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("r1.fits.fz");
        ProtoR1.CameraEvent[] events = [.. Enumerable.Range(0, Rows).Select(row => new ProtoR1.CameraEvent
        {
            EventId = (uint)row, TelEventId = 100 + (uint)row, TriggerTimeS = 1_700_000_000, TriggerTimeQns = 17u * (uint)row, TriggerType = 1,
            Waveform = Array([.. Enumerable.Range(0, 2000).Select(i => (ushort)(400 + i * 5 % (9 + row)))]),
            PixelStatus = Bytes([.. Enumerable.Range(0, 50).Select(i => (byte)(i * row))]),
            Lstcam = new() { ModuleStatus = Bytes([.. Enumerable.Range(0, 265).Select(i => (byte)(i % 2))]), FirstCapacitorId = Array([.. Enumerable.Range(0, 64).Select(i => (ushort)(i * row))]), Counters = Bytes([1, 2, (byte)row]) },
        })];
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsMessageWriter<ProtoR1.CameraEvent> table = writer.BeginMessages<ProtoR1.CameraEvent>("Events", CameraRecipes.Parse(camera), new ZFitsTableOptions { RowsPerTile = 3, ExpectedRows = Rows });
            foreach (ProtoR1.CameraEvent message in events) table.Write(message);
            table.Finish();
            writer.Finish();
        }

        Compare(path, "Events", events, "event_id", "tel_event_id", "trigger_time_s", "trigger_time_qns", "trigger_type", "waveform", "pixel_status", "lstcam.module_status", "lstcam.first_capacitor_id", "lstcam.counters");
    }

    [Fact]
    public void File_OfADeadOfficialWriter_IsRecovered()
    {
        string python = Python();
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string dead = folder.File("dead.fits.fz");
        string script = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Zfits.Tests", "Peers", "die_with_protozfits.py");
        using (Process process = Process.Start(new ProcessStartInfo(python, [script, dead, "223", "10"]) { RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.NotEqual(0, process.ExitCode);
        }

        string path = folder.File("recovered.fits.fz");
        ZFitsRecoveryReport report = ZFitsRecovery.Recover(dead, path, Token);
        ZFitsRecoveredTable table = Assert.Single(report.Tables);
        // What the writer had not yet handed to the system is lost: up to a stream buffer.
        Assert.InRange(table.Rows, 180, 220);
        Assert.Equal(0, table.Rows % 10);
        R1v1.Event[] expected = [.. Enumerable.Range(0, (int)table.Rows).Select(i => new R1v1.Event { EventId = (ulong)i, Waveform = Array([.. Enumerable.Range(0, 4000).Select(k => (ushort)((7 * i + k * k) % 4096))]) })];
        using (ZFitsFile file = ZFitsFile.Open(path)) Assert.Equal(expected, file.Tables[0].ReadMessages<R1v1.Event>());
        Compare(path, "Events", expected, "event_id", "waveform");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(10)]
    public void File_OpenedWithAstropy_HasTheSameCardsSumsAndBlocks(int? reserved)
    {
        string python = Python();
        using Process probe = Process.Start(new ProcessStartInfo(python, ["-c", "import astropy"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        TestEnvironment.Require(probe.ExitCode == 0, "needs astropy in the Python of DIGICAM_PEER_PYTHON");
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("a.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableOptions options = new()
            {
                RowsPerTile = 2,
                ReservedTiles = reserved,
                Date = new DateTime(2018, 8, 22, 21, 0, 0, DateTimeKind.Utc),
                DateEnd = new DateTime(2018, 8, 22, 22, 0, 0, DateTimeKind.Utc),
                Cards = [FitsCard.Text("TARGET", "dark 'run'", "a quote"), FitsCard.Real("EXPOSURE", 1.5), FitsCard.Real("MINRATE", -1e-20), FitsCard.Integer("NTRIGINT", long.MaxValue), FitsCard.Logical("DARK", true), FitsCard.Text("LONGEST", new string('x', 68))],
            };
            Write(writer, "Configuration", ZFitsRecipe.ZLib, [new R1v1.CameraConfiguration { TelId = 1, PixelIdMap = Array([1, 2, 3]), DataModelVersion = "v1.0" }], options);
            Write(writer, "Events", ZFitsRecipe.ZLib, [.. Enumerable.Range(0, 7).Select(i => new R1v1.Event { EventId = (ulong)i, EventTimeS = 5, Waveform = Array([(short)i, 2, 3]), PixelStatus = Bytes([1, (byte)i]) })], options);
            writer.Finish();
        }

        JsonElement found = JsonDocument.Parse(string.Concat(WriterTests.RunScript(python, "read_with_astropy.py", [path]))).RootElement;
        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.Equal(file.Hdus.Count, found.GetArrayLength());
        int arrays = 0;
        foreach (FitsHdu hdu in file.Hdus)
        {
            JsonElement entry = found[hdu.Index];
            FitsCard[] cards = [.. hdu.Header.Where(card => card.Kind != FitsCardKind.Commentary)];
            Assert.Equal(cards.Select(card => (card.Keyword, ValueOf(card))), entry.GetProperty("cards").EnumerateArray().Select(card => (card[0].GetString()!, ValueOf(card[1]))));
            if (hdu.Index == 0) continue;
            ZFitsTable table = file.Tables[hdu.Index - 1];
            Assert.All(entry.GetProperty("formats").EnumerateArray(), format => Assert.Equal("1QB", format.GetString()));
            JsonElement blocks = entry.GetProperty("blocks");
            Assert.Equal(table.TileCount, blocks.GetArrayLength());
            // With a reserved catalog THEAP is, as protozfits has it, not where the heap begins.
            if (reserved is not null) continue;
            for (int tile = 0; tile < table.TileCount; tile++)
            {
                foreach (ZFitsBlock block in table.GetTile(tile).Blocks)
                {
                    byte[] bytes = new byte[block.Size];
                    file.ReadExactly(block.FileOffset, bytes);
                    string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
                    Assert.Equal(hash, blocks[tile][block.Column.Index].GetString());
                    if (entry.GetProperty("arrays")[tile][block.Column.Index].GetString() is not string array) continue;
                    Assert.Equal(hash, array);
                    arrays++;
                }
            }
        }

        Assert.Equal(reserved is null ? 6 : 0, arrays);
    }

    private static string ValueOf(FitsCard card) => card.Kind == FitsCardKind.Real ? double.Parse(card.Value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture) : card.Value;

    private static string ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "T",
        JsonValueKind.False => "F",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText().AsSpan().ContainsAny('.', 'e') ? value.GetDouble().ToString("R", CultureInfo.InvariantCulture) : value.GetRawText(),
    };

    private static string Python()
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON");
        TestEnvironment.Require(python is { Length: > 0 }, "needs DIGICAM_PEER_PYTHON, a Python with protozfits");
        return python!;
    }

    private static void Write<T>(ZFitsWriter writer, string name, ZFitsRecipe recipe, T[] messages, ZFitsTableOptions options) where T : class, IMessage<T>, new()
    {
        ZFitsMessageWriter<T> table = writer.BeginMessages<T>(name, recipe, options);
        foreach (T message in messages) table.Write(message);
        table.Finish();
    }

    /// <summary>Compares the values that the official reader finds with those of the messages.</summary>
    private static void Compare<T>(string path, string table, T[] messages, params string[] fields) where T : class, IMessage<T>, new()
    {
        string[] seen = WriterTests.RunPeer(Python(), path, table, fields);
        string[] expected = [.. messages.SelectMany((message, row) => fields.Select(field => FormattableString.Invariant($"{row} {field} {Convert.ToHexStringLower(SHA256.HashData(BytesOf(message, field)))}"))), FormattableString.Invariant($"rows {messages.Length}")];
        Assert.Equal(expected, seen);
    }

    /// <summary>The bytes that the script hashes.</summary>
    private static byte[] BytesOf(IMessage message, string field)
    {
        object value = message;
        foreach (string name in field.Split('.'))
        {
            IMessage part = (IMessage)value;
            FieldDescriptor descriptor = part.Descriptor.FindFieldByName(name);
            value = descriptor.Accessor.GetValue(part);
        }

        return value switch
        {
            AnyArray array => array.Data.ToByteArray(),
            string text => Encoding.UTF8.GetBytes(text),
            bool flag => BitConverter.GetBytes(flag ? 1L : 0L),
            int number => BitConverter.GetBytes((long)number),
            uint number => BitConverter.GetBytes((ulong)number),
            ulong number => BitConverter.GetBytes(number),
            float number => BitConverter.GetBytes((double)number),
            double number => BitConverter.GetBytes(number),
            Enum number => BitConverter.GetBytes(Convert.ToInt64(number, CultureInfo.InvariantCulture)),
            _ => throw new InvalidOperationException($"{field} is a {value.GetType()}"),
        };
    }

    private static AnyArray Array(params ushort[] values) => new() { Type = ItemType.U16, Data = ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]) };

    private static AnyArray Array(short[] values) => new() { Type = ItemType.S16, Data = ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]) };

    private static AnyArray Bytes(byte[] values) => new() { Type = ItemType.U8, Data = ByteString.CopyFrom(values) };
}
