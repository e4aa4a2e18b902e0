using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using DigiCam.Zfits.Messages;
using DigiCam.Zfits.Messages.ProtoDataModel;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Tests;

/// <summary>Rows as protobuf messages.</summary>
public sealed class MessageReaderTests
{
    /// <summary>The real files against the hashes and values that the official reader and an independent decoder found.</summary>
    [Theory]
    [InlineData("example_10_evts.000")]
    [InlineData("SST1M_01_20180822_001")]
    public void Read_RealEvents_MatchGoldens(string name) => CheckGoldens<CameraEvent>(name, "Events");

    [Fact]
    public void Read_RealConfiguration_MatchesGoldens() => CheckGoldens<DigicamConfig>("SST1M_01_20180822_001", "DigicamConfig");

    [Fact]
    public void Read_RealEvents_AreTypedAndIndependent()
    {
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
        ZFitsTable table = file.GetTable("Events");
        CameraEvent[] events = [.. table.ReadMessages<CameraEvent>()];
        Assert.Equal(10, events.Length);
        Assert.Equal(97750287u, events[0].EventNumber);
        Assert.Equal(table.Rows("eventNumber").Select(row => row.GetScalar<uint>("eventNumber")), events.Select(e => e.EventNumber));
        Assert.Equal(table.ReadRow(7).GetArray<short>("hiGain_waveforms_samples"), events[7].HiGain.Waveforms.Samples.ToArray<short>());
        Assert.Equal(AnyArray.Types.ItemType.S16, events[7].HiGain.Waveforms.Samples.Type);
        Assert.Equal(1296, events[7].HiGain.Waveforms.PixelsIndices.Elements<ushort>().Length);
        Assert.Throws<InvalidOperationException>(() => events[7].HiGain.Waveforms.Samples.ToArray<ushort>());
        // Nothing else is set.
        Assert.False(events[0].HasDateMJD || events[0].HasPhysicsEventType || events[0].HasNumGains);
        Assert.Null(events[0].LoGain);
        Assert.Null(events[0].Hillas);
        Assert.Null(events[0].HiGain.Integrals);
    }

    [Fact]
    public void Read_NamedColumns_LeavesTheRestUnset()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        SmallFile.Write(folder.File("s.fits.fz"));
        using ZFitsFile file = ZFitsFile.Open(folder.File("s.fits.fz"));
        using ZFitsMessageReader<CameraEvent> reader = new(file.Tables[0], "eventNumber");
        Assert.Equal(["eventNumber"], reader.Columns.Select(column => column.Name));
        Assert.Empty(reader.Warnings);
        // In any order, across tiles; a field without column has the default of the definition.
        Assert.Equal([1004u, 1000u, 1003u], new[] { reader.Read(4), reader.Read(0), reader.Read(3) }.Select(e => e.EventNumber));
        CameraEvent first = reader.Read(0);
        Assert.False(first.HasTelescopeID);
        Assert.Equal(-1, first.TelescopeID);
        Assert.Null(first.HiGain);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(-1));
        Assert.Throws<ZFitsFormatException>(() => file.Tables[0].ReadMessages<CameraEvent>("nothing"));
        Assert.Equal(22, file.Tables[0].ReadMessages<CameraEvent>().First().TelescopeID);
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reader.Read(0));
    }

    /// <summary>A tile in which a column has no data: its field is not set in these rows, and is set in the others.</summary>
    [Fact]
    public void Read_BlockWithoutData_LeavesTheFieldUnset()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        using (ZFitsFile good = ZFitsFile.Open(folder.File("good.fits.fz")))
        {
            // The last block keeps its header and one process only; catalog, tile and block say so.
            ZFitsTile tile = good.Tables[0].GetTile(1);
            ZFitsBlock block = tile.Blocks[^1];
            int catalogRow = (int)good.Tables[0].Hdu.DataOffset + 16 * tile.Blocks.Count;
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)block.FileOffset), 12);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)tile.FileOffset + 8), tile.Size - block.PayloadSize);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(catalogRow + 16 * block.Column.Index), 12);
        }

        File.WriteAllBytes(folder.File("n.fits.fz"), bytes);
        using ZFitsFile file = ZFitsFile.Open(folder.File("n.fits.fz"));
        CameraEvent[] events = [.. file.Tables[0].ReadMessages<CameraEvent>()];
        Assert.Equal([true, true, true, false, false], events.Select(e => e.TriggerOutputPatch7 is not null));
        Assert.Equal(27, events[0].TriggerOutputPatch7.Data.Length);
        Assert.Equal(1004u, events[4].EventNumber);
    }

    /// <summary>Nested messages, enums, bools, strings, empty rows and all sizes of numbers, compared with messages filled by hand.</summary>
    [Fact]
    public void RoundTrip_NestedEnumAndText_GivesEqualMessages()
    {
        CameraRunHeader[] expected = [.. Enumerable.Range(0, 7).Select(row => new CameraRunHeader
        {
            TelescopeID = -row,
            RunNumber = uint.MaxValue - (uint)row,
            TimeNanoSec = ulong.MaxValue - (ulong)row,
            ImgReducMode = (ImgReducMode)(row % 4),
            TelescopeId = 7,
            CsSerial = row == 3 ? "" : $"Zürich {row}",
            Lstcam = new lstcam_specific_head { IdaqVersion = new string('x', row), ExpectedModulesId = new AnyArray { Type = AnyArray.Types.ItemType.U16, Data = ByteString.CopyFrom(new byte[2 * row]) } },
        })];
        Column[] columns =
        [
            new("telescopeID", "1", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, -row)),
            new("runNumber", "2", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, uint.MaxValue - (uint)row)),
            new("timeNanoSec", "4", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, ulong.MaxValue - (ulong)row)),
            new("imgReducMode", "5", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, row % 4)),
            new("telescope_id", "512", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, _) => t.SetScalar(c, 7u)),
            new("cs_serial", "513", ZFitsElementType.Int8, ZFitsColumnKind.Text, (t, c, row) => t.SetText(c, row == 3 ? "" : $"Zürich {row}")),
            new("lstcam_idaq_version", "521.1", ZFitsElementType.Int8, ZFitsColumnKind.Text, (t, c, row) => t.SetText(c, new string('x', row))),
            new("lstcam_expected_modules_id", "521.4", ZFitsElementType.UInt16, ZFitsColumnKind.Array, (t, c, row) => t.SetArray<ushort>(c, new ushort[row])),
        ];
        using TableFile file = new("DataModel.CameraRunHeader", 7, columns);
        Assert.Equal(expected, file.Table.ReadMessages<CameraRunHeader>());
    }

    [Fact]
    public void RoundTrip_RepeatedMessages_KeepTheirOrder()
    {
        ArrayEvent[] expected = [.. Enumerable.Range(0, 5).Select(row => new ArrayEvent
        {
            TriggerData = new ArrayTrigger { ArrayEvtNum = (uint)row, Cameras = { new CameraTrigger { TimeSec = long.MinValue + row }, new CameraTrigger { EventNumber = (uint)row } } },
            CameraData =
            {
                new CameraEvent { PhysicsEventType = EventType.Pedestal, UctsDataPresence = row % 2 == 0, Pulser = row / 2f },
                new CameraEvent { DateMJD = 58000.5 + row, HiGain = new PixelsChannel { Waveforms = new WaveFormData { Samples = Array16([(short)row, -1]) } } },
            },
        })];
        Column[] columns =
        [
            new("triggerData_arrayEvtNum", "1.1", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, (uint)row)),
            // Element 1 comes first in the file.
            new("triggerData_cameras_1_eventNumber", "1.3.1.4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, (uint)row)),
            new("triggerData_cameras_0_timeSec", "1.3.0.2", ZFitsElementType.Int64, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, long.MinValue + row)),
            new("cameraData_0_eventType", "2.0.3", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, (t, c, _) => t.SetScalar(c, 2)),
            new("cameraData_0_uctsDataPresence", "2.0.18", ZFitsElementType.Bool, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, row % 2 == 0)),
            new("cameraData_0_pulser", "2.0.80", ZFitsElementType.Float32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, row / 2f)),
            new("cameraData_1_dateMJD", "2.1.2", ZFitsElementType.Float64, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, 58000.5 + row)),
            new("cameraData_1_hiGain_waveforms_samples", "2.1.6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, (t, c, row) => t.SetArray<short>(c, [(short)row, -1])),
        ];
        using TableFile file = new("ProtoDataModel.ArrayEvent", 5, columns);
        Assert.Equal(expected, file.Table.ReadMessages<ArrayEvent>());

        // A selection of columns keeps the numbers of the elements.
        ArrayEvent selected = file.Table.ReadMessages<ArrayEvent>("cameraData_1_dateMJD").Last();
        Assert.Null(selected.TriggerData);
        Assert.Equal(2, selected.CameraData.Count);
        Assert.Equal(new CameraEvent(), selected.CameraData[0]);
        Assert.Equal(new CameraEvent { DateMJD = 58004.5 }, selected.CameraData[1]);
        selected = file.Table.ReadMessages<ArrayEvent>("triggerData_cameras_1_eventNumber").Last();
        Assert.Equal([0u, 4u], selected.TriggerData.Cameras.Select(camera => camera.EventNumber));
    }

    [Fact]
    public void Read_ElementNumbersWithAGap_IsRefused()
    {
        using TableFile file = new("ProtoDataModel.ArrayTrigger", 2, new Column("cameras_2000000000_eventNumber", "3.2000000000.4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, _) => t.SetScalar(c, 1u)));
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => file.Table.ReadMessages<ArrayTrigger>());
        Assert.Contains("ProtoDataModel.ArrayTrigger.cameras has an element 2000000000, but columns for 1 elements only", e.Message, StringComparison.Ordinal);
    }

    /// <summary>No message that forms a table has a repeated scalar; descriptors of protobuf itself have some.</summary>
    [Fact]
    public void Set_RepeatedScalar_AppendsEveryElement()
    {
        SourceCodeInfo.Types.Location location = new();
        FieldDescriptor path = SourceCodeInfo.Types.Location.Descriptor.FindFieldByName("path");
        Assert.Equal(ZFitsColumnKind.Repeated, MessageRegistry.KindOf(path, ZFitsElementType.Int32));
        FieldValue value = new(path, ZFitsElementType.Int32);
        value.Set(location, [1, 0, 0, 0, 255, 255, 255, 255]);
        value.Set(location, []);
        value.Set(location, [2, 1, 0, 0]);
        Assert.Equal([1, -1, 258], location.Path);
    }

    [Theory]
    [InlineData("runNumber", "2", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, "field runNumber (2) is of type fixed32, which is stored as UInt32 elements; found Int32 elements (ZFORM 1J)")]
    [InlineData("imgReducMode", "5", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, "field imgReducMode (5) is of type enum, which is stored as Int32 elements; found UInt32 elements (ZFORM 1J)")]
    [InlineData("timeNanoSec", "4", ZFitsElementType.Float64, ZFitsColumnKind.Scalar, "field timeNanoSec (4) is of type fixed64, which is stored as UInt64 elements; found Float64 elements (ZFORM 1D)")]
    [InlineData("telescopeID", "1", ZFitsElementType.Int16, ZFitsColumnKind.Array, "field telescopeID (1) is of type sfixed32, which is stored as Int32 elements; found Int16 elements (ZFORM 2I)")]
    [InlineData("lstcam_idaq_version", "521.1", ZFitsElementType.UInt8, ZFitsColumnKind.Array, "field lstcam.idaq_version (521.1) is of type string, which is stored as Int8 elements; found UInt8 elements (ZFORM 4B)")]
    public void Read_OtherType_IsRefused(string name, string path, ZFitsElementType type, ZFitsColumnKind kind, string message)
    {
        using TableFile file = new("ProtoDataModel.CameraRunHeader", 3, new Column(name, path, type, kind, (_, _, _) => { }));
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => file.Table.ReadMessages<CameraRunHeader>());
        Assert.Equal(message, e.Detail);
        Assert.Equal((name, "Table"), (e.Column, e.Table));
        Assert.Equal(e.Message, Assert.Throws<ZFitsFormatException>(() => new ZFitsMessageReader<CameraRunHeader>(file.Table)).Message);
    }

    [Fact]
    public void Read_UnknownFieldNumber_IsSkippedWithAWarning()
    {
        Column[] columns =
        [
            new("newest", "4711", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, _) => t.SetScalar(c, 9u)),
            new("eventNumber", "4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, (uint)row)),
            new("hiGain_waveforms_newer", "6.1.99", ZFitsElementType.Int16, ZFitsColumnKind.Array, (t, c, _) => t.SetArray<short>(c, [1])),
        ];
        using TableFile file = new("DataModel.CameraEvent", 4, columns);
        using ZFitsMessageReader<CameraEvent> reader = new(file.Table);
        Assert.Equal(Enumerable.Range(0, 4).Select(row => new CameraEvent { EventNumber = (uint)row }), reader.ReadAll());
        Assert.Equal(
            ["column newest (4711) is left out: ProtoDataModel.CameraEvent has no field 4711", "column hiGain_waveforms_newer (6.1.99) is left out: ProtoDataModel.WaveFormData has no field 99"],
            reader.Warnings);

        using ZFitsMessageReader<CameraEvent> nothing = new(file.Table, "newest");
        Assert.Empty(nothing.Columns);
        Assert.Equal(Enumerable.Repeat(new CameraEvent(), 4), nothing.ReadAll());
        using ZFitsMessageReader<CameraEvent> known = new(file.Table, "eventNumber");
        Assert.Empty(known.Warnings);
    }

    [Fact]
    public void Read_R1CameraConfiguration_PrototypeIsToldByItsColumns()
    {
        using TableFile file = new(
            "R1.CameraConfiguration",
            2,
            new Column("telescope_id", "1", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, (uint)row)),
            new Column("cs_serial", "2", ZFitsElementType.Int8, ZFitsColumnKind.Text, (t, c, _) => t.SetText(c, "abc")),
            new Column("lstcam_num_modules", "10.3", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, _) => t.SetScalar(c, 265u)));
        Assert.Equal("ProtoR1.CameraConfiguration", MessageRegistry.Resolve(file.Table)?.FullName);
        Assert.Equal(
            Enumerable.Range(0, 2).Select(row => new Messages.ProtoR1.CameraConfiguration { TelescopeId = (uint)row, CsSerial = "abc", Lstcam = new() { NumModules = 265 } }),
            file.Table.ReadMessages<Messages.ProtoR1.CameraConfiguration>());
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => file.Table.ReadMessages<Messages.R1Draft.CameraConfiguration>());
        Assert.Contains("holds ProtoR1.CameraConfiguration messages (PBFHEAD R1.CameraConfiguration), not R1.CameraConfiguration", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_R1CameraConfiguration_DraftIsToldByItsColumns()
    {
        using TableFile file = new(
            "R1.CameraConfiguration",
            3,
            new Column("tel_id", "1", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, (uint)row)),
            new Column("local_run_id", "2", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, 100ul + (ulong)row)),
            new Column("pixel_id_map", "6", ZFitsElementType.UInt16, ZFitsColumnKind.Array, (t, c, _) => t.SetArray<ushort>(c, [1, 0])),
            new Column("data_model_version", "11", ZFitsElementType.Int8, ZFitsColumnKind.Text, (t, c, _) => t.SetText(c, "0.1")));
        Assert.Equal("R1.CameraConfiguration", MessageRegistry.Resolve(file.Table)?.FullName);
        AnyArray map = new() { Type = AnyArray.Types.ItemType.U16, Data = ByteString.CopyFrom(1, 0, 0, 0) };
        Assert.Equal(
            Enumerable.Range(0, 3).Select(row => new Messages.R1Draft.CameraConfiguration { TelId = (uint)row, LocalRunId = 100ul + (ulong)row, PixelIdMap = map, DataModelVersion = "0.1" }),
            file.Table.ReadMessages<Messages.R1Draft.CameraConfiguration>());
        Assert.Throws<InvalidOperationException>(() => file.Table.ReadMessages<Messages.ProtoR1.CameraConfiguration>());
    }

    [Fact]
    public void Read_NamesThatDoNotFit_IsRefusedAndLeftToTheColumns()
    {
        using TableFile file = new(
            "R1v1.Event",
            2,
            new Column("event_id", "1", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, (t, c, row) => t.SetScalar(c, (ulong)row)),
            new Column("telescope", "2", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (t, c, _) => t.SetScalar(c, 5u)));
        Assert.Null(MessageRegistry.Resolve(file.Table));
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => file.Table.ReadMessages<Messages.R1v1.Event>());
        Assert.Equal("telescope", e.Column);
        Assert.Contains("the name tel_id expected for 2 of R1v1.Event", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => file.Table.ReadMessages<CameraEvent>());
        Assert.Equal(5u, file.Table.ReadRow(1).GetScalar<uint>("telescope"));
    }

    [Fact]
    public void Read_UnknownMessage_IsRefused()
    {
        using TableFile file = new("Some.Event", 1, new Column("eventNumber", "4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, (_, _, _) => { }));
        Assert.Throws<InvalidOperationException>(() => file.Table.ReadMessages<CameraEvent>());
    }

    /// <summary>A column read through the generated message, field by field, against its golden hashes and values.</summary>
    private static void CheckGoldens<T>(string name, string table) where T : class, IMessage<T>, new()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(TestEnvironment.Shared("data", "goldens", name + ".json")));
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
        JsonElement expected = golden.RootElement.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("extname").GetString() == table);
        using ZFitsMessageReader<T> reader = new(file.GetTable(table));
        T[] messages = [.. reader.ReadAll()];
        Assert.Empty(reader.Warnings);
        Assert.Equal(expected.GetProperty("rows").GetInt32(), messages.Length);
        Assert.Equal(expected.GetProperty("columns").GetArrayLength(), reader.Columns.Count);
        foreach (JsonElement column in expected.GetProperty("columns").EnumerateArray())
        {
            for (int row = 0; row < messages.Length; row++)
            {
                IMessage message = messages[row];
                object? value = null;
                foreach (string part in column.GetProperty("tpbid").GetString()!.Split('.'))
                {
                    if (value is IMessage inner) message = inner;
                    FieldDescriptor field = message.Descriptor.FindFieldByNumber(int.Parse(part, CultureInfo.InvariantCulture));
                    Assert.True(field.FieldType == FieldType.Message || field.Accessor.HasValue(message));
                    value = field.Accessor.GetValue(message);
                }

                byte[] bytes = value switch
                {
                    AnyArray array => array.Data.ToByteArray(),
                    int number => BitConverter.GetBytes(number),
                    uint number => BitConverter.GetBytes(number),
                    ulong number => BitConverter.GetBytes(number),
                    _ => throw new InvalidOperationException($"{value} in column {column.GetProperty("name")}"),
                };
                Assert.Equal(column.GetProperty("row_sha256")[row].GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
                if (value is AnyArray typed) Assert.Equal(column.GetProperty("dtype").GetString(), AnyArray.ElementTypeOf(typed.Type).ToString()!.ToLowerInvariant());
                else Assert.Equal(column.GetProperty("values")[row].ToString(), FormattableString.Invariant($"{value}"));
            }
        }
    }

    private static AnyArray Array16(short[] values) => new() { Type = AnyArray.Types.ItemType.S16, Data = ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]) };

    /// <summary>A column and how its rows are written.</summary>
    private sealed record Column(string Name, string Path, ZFitsElementType Type, ZFitsColumnKind Kind, Action<ZFitsTableWriter, int, int> Write);

    /// <summary>A file of one table in tiles of three rows, deleted afterwards.</summary>
    private sealed class TableFile : IDisposable
    {
        private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
        private readonly ZFitsFile _file;

        public TableFile(string message, int rows, params Column[] columns)
        {
            string path = _folder.File("m.fits.fz");
            using (ZFitsWriter writer = ZFitsWriter.Create(path))
            {
                ZFitsColumnDefinition[] definitions = [.. columns.Select(column => new ZFitsColumnDefinition(column.Name, column.Path, column.Type, column.Kind, ZFitsRecipe.Zstd))];
                ZFitsTableWriter table = writer.BeginTable("Table", message, definitions, new ZFitsTableOptions { RowsPerTile = 3, ReservedTiles = 4 });
                for (int row = 0; row < rows; row++)
                {
                    for (int c = 0; c < columns.Length; c++) columns[c].Write(table, c, row);
                    table.CommitRow();
                }

                table.Finish();
                writer.Finish();
            }

            _file = ZFitsFile.Open(path);
        }

        public ZFitsTable Table => _file.Tables[0];

        public void Dispose()
        {
            _file.Dispose();
            _folder.Dispose();
        }
    }
}
