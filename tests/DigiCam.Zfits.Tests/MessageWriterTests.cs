using System.Collections;
using DigiCam.Zfits.Messages;
using DigiCam.Zfits.Messages.ProtoDataModel;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ItemType = DigiCam.Zfits.Messages.AnyArray.Types.ItemType;

namespace DigiCam.Zfits.Tests;

/// <summary>Messages that are written to a table, and what is read back.</summary>
public sealed class MessageWriterTests
{
    private const int Rows = 11;

    [Fact]
    public void Messages_OfEveryKind_RoundTrip()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            RoundTrip<CameraEvent>(seed);
            RoundTrip<DigicamConfig>(seed);
            RoundTrip<ArrayEvent>(seed);
            RoundTrip<Messages.ProtoR1.CameraEvent>(seed);
            RoundTrip<Messages.ProtoR1.CameraConfiguration>(seed);
            RoundTrip<Messages.R1v1.Event>(seed);
            RoundTrip<Messages.R1v1.CameraConfiguration>(seed);
            RoundTrip<Messages.R1v1.TelescopeDataStream>(seed);
            RoundTrip<Messages.DL0v1.Telescope.Event>(seed);
            RoundTrip<Messages.DL0v1.Telescope.DataStream>(seed);
            RoundTrip<Messages.DL0v1.Subarray.Event>(seed);
            RoundTrip<Messages.DL0v1.Trigger.Trigger>(seed);
        }
    }

    [Fact]
    public void Columns_OfTheFirstMessage_FollowTheDeclaration()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        ZFitsMessageWriter<CameraEvent> table = writer.BeginMessages<CameraEvent>("Events", CameraRecipes.Digicam);
        Assert.Empty(table.Columns);
        table.Write(new CameraEvent
        {
            LocalTimeSec = 5,
            EventNumber = 0,
            HiGain = new PixelsChannel { Waveforms = new WaveFormData { Samples = Array16(1, 2), Baselines = new AnyArray() } },
            TriggerInputTraces = new AnyArray { Type = ItemType.U8 },
            LoGain = new PixelsChannel(),
        });
        Assert.Equal(["eventNumber 4", "hiGain_waveforms_samples 6.1.1", "hiGain_waveforms_baselines 6.1.5", "local_time_sec 31", "trigger_input_traces 35"], table.Columns.Select(c => $"{c.Name} {c.FieldPath}"));
        Assert.Equal(["ricefact", "diffman16", "zrice", "zlib", "zlib"], table.Columns.Select(c => c.Recipe.Name));
        Assert.Equal([ZFitsElementType.UInt32, ZFitsElementType.Int16, ZFitsElementType.UInt8, ZFitsElementType.UInt64, ZFitsElementType.UInt8], table.Columns.Select(c => c.ElementType));
        // An array of type NONE has no TZERO.
        Assert.Equal([true, true, false, true, true], table.Columns.Select(c => c.IsTagged));
        table.Finish();
        writer.Finish();

        using ZFitsFile file = ZFitsFile.Open(folder.File("x.fits.fz"));
        Assert.Equal("DataModel.CameraEvent", file.Tables[0].MessageName);
        Assert.Equal([true, true, false, true, true], file.Tables[0].Columns.Select(c => (c.TypeTag is not null) == (c.ElementType.Tag() is not null)));
    }

    [Fact]
    public void Columns_OfARepeatedMessage_AreOneSetPerElement()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("x.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsMessageWriter<ArrayEvent> table = writer.BeginMessages<ArrayEvent>("Events", ZFitsRecipe.ZLib);
            table.Write(new ArrayEvent { CameraData = { new CameraEvent { EventNumber = 1 }, new CameraEvent { EventNumber = 2, TelescopeID = 5 } } });
            table.Write(new ArrayEvent { CameraData = { new CameraEvent { EventNumber = 3 } } });
            InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => table.Write(new ArrayEvent { CameraData = { new CameraEvent(), new CameraEvent(), new CameraEvent() } }));
            Assert.Contains("row 2, field cameraData: 3 elements", e.Message, StringComparison.Ordinal);
            table.Finish();
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.Equal(["cameraData_0_eventNumber 2.0.4", "cameraData_1_telescopeID 2.1.1", "cameraData_1_eventNumber 2.1.4"], file.Tables[0].Columns.Select(c => $"{c.Name} {c.FieldPath}"));
        ArrayEvent[] read = [.. file.Tables[0].ReadMessages<ArrayEvent>()];
        Assert.Equal(2, read.Length);
        // The default of the definition is -1.
        Assert.Equal([3u, 0u], read[1].CameraData.Select(camera => camera.EventNumber));
        Assert.Equal(-1, read[1].CameraData[1].TelescopeID);
    }

    [Fact]
    public void Write_ValueWithoutColumn_IsRefusedAndLeavesTheTableUsable()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("x.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsMessageWriter<CameraEvent> table = writer.BeginMessages<CameraEvent>("Events", CameraRecipes.Digicam, new ZFitsTableOptions { RowsPerTile = 2 });
            table.Write(new CameraEvent { EventNumber = 1, PixelsFlags = Array16(1), HiGain = new PixelsChannel { Waveforms = new WaveFormData { Samples = Array16(7) } } });
            Refused("row 1, field telescopeID: the field has a value, but no column", new CameraEvent { EventNumber = 99, TelescopeID = 1 });
            Refused("row 1, field hiGain.waveforms.baselines: the field has a value", new CameraEvent { EventNumber = 99, HiGain = new PixelsChannel { Waveforms = new WaveFormData { Baselines = Array16(7) } } });
            Refused("row 1, field hiGain.integrals: the field has a value", new CameraEvent { HiGain = new PixelsChannel { Integrals = new IntegralData { Gains = Array16(7) } } });
            Refused("row 1, field hiGain.waveforms.samples: an array of U8 elements, the column holds S16", new CameraEvent { HiGain = new PixelsChannel { Waveforms = new WaveFormData { Samples = new AnyArray { Type = ItemType.U8, Data = ByteString.CopyFrom(1) } } } });
            Refused("row 1, field pixels_flags: 3 bytes are no whole number of S16 elements", new CameraEvent { PixelsFlags = new AnyArray { Type = ItemType.S16, Data = ByteString.CopyFrom(1, 2, 3) } });
            // An empty message and an array without elements have no value.
            table.Write(new CameraEvent { LoGain = new PixelsChannel(), HiGain = new PixelsChannel { Waveforms = new WaveFormData { Samples = new AnyArray() } }, TriggerMap = new AnyArray() });
            table.Write(new CameraEvent { EventNumber = 3, PixelsFlags = Array16(4, 5) });
            Assert.Equal(3, table.RowCount);
            table.Finish();
            Assert.Throws<ObjectDisposedException>(() => table.Write(new CameraEvent()));
            writer.Finish();

            void Refused(string reason, CameraEvent message) => Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => table.Write(message)).Message, StringComparison.Ordinal);
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        CameraEvent[] read = [.. file.Tables[0].ReadMessages<CameraEvent>()];
        Assert.Equal([1u, 0u, 3u], read.Select(e => e.EventNumber));
        Assert.Equal([1, 0, 2], read.Select(e => e.PixelsFlags.ToArray<short>().Length));
        Assert.Equal([1, 0, 0], read.Select(e => e.HiGain.Waveforms.Samples.ToArray<short>().Length));
    }

    [Fact]
    public void BeginMessages_CallerMistakes_AreRefused()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        ZFitsMessageWriter<ArrayEvent> table = writer.BeginMessages<ArrayEvent>("Events", CameraRecipes.Digicam);
        Assert.Throws<InvalidOperationException>(() => writer.BeginMessages<CameraEvent>("Events", CameraRecipes.Digicam));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Contains("has no field set", Assert.Throws<InvalidOperationException>(() => table.Write(new ArrayEvent())).Message, StringComparison.Ordinal);
        Assert.Contains("field cameraData: element 1 of the first message has no field set", Assert.Throws<InvalidOperationException>(() => table.Write(new ArrayEvent { CameraData = { new CameraEvent { EventNumber = 1 }, new CameraEvent() } })).Message, StringComparison.Ordinal);
        table.Finish();
        Assert.Contains("no table with rows", Assert.Throws<InvalidOperationException>(writer.Finish).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ManyMessages_AllocatesNothingPerMessage()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        ZFitsMessageWriter<Messages.R1v1.Event> table = writer.BeginMessages<Messages.R1v1.Event>("Events", ZFitsRecipe.Raw, new ZFitsTableOptions { RowsPerTile = 4 });
        Messages.R1v1.Event message = new() { EventId = 1, TelId = 2, EventTimeS = 3, Waveform = Array16(1, 2, 3, 4, 5), PixelStatus = new AnyArray { Type = ItemType.U8, Data = ByteString.CopyFrom(1, 2, 3) } };
        for (int i = 0; i < 16; i++) table.Write(message);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 400; i++) table.Write(message);
        // The list of block sizes grows by doubling: 100 tiles of 5 blocks.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
        table.Finish();
    }

    private static AnyArray Array16(params short[] values) => new() { Type = ItemType.S16, Data = ByteString.CopyFrom([.. values.SelectMany(BitConverter.GetBytes)]) };

    private static void RoundTrip<T>(int seed) where T : class, IMessage<T>, new()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("m.fits.fz");
        // All messages have the fields of the first one, with values of their own.
        T[] messages = [.. Enumerable.Range(0, Rows).Select(row => Fill(new T(), new Random(seed), new Random(seed * 1000 + row), 0))];
        ZFitsRecipe[] recipes = [ZFitsRecipe.Raw, ZFitsRecipe.ZLib, ZFitsRecipe.RiceFact, ZFitsRecipe.Lzo, ZFitsRecipe.ZRice32];
        using (ZFitsWriter writer = ZFitsWriter.Create(path, new ZFitsWriterOptions { Threads = 1 + (seed % 3) }))
        {
            ZFitsMessageWriter<T> table = writer.BeginMessages<T>("Table", recipes[seed % recipes.Length], new ZFitsTableOptions { RowsPerTile = 4 });
            foreach (T message in messages) table.Write(message);
            table.Finish();
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        using ZFitsMessageReader<T> reader = new(file.Tables[0]);
        Assert.Empty(reader.Warnings);
        Assert.Equal(messages, reader.ReadAll());
    }

    /// <summary>Sets fields of a message: which ones and how many elements follow from the shape, what they hold from the values.</summary>
    private static T Fill<T>(T message, Random shape, Random values, int depth) where T : IMessage
    {
        static bool IsPart(FieldDescriptor field) => field.FieldType == FieldType.Message && field.MessageType.Name != nameof(AnyArray);
        bool any = false;
        IList<FieldDescriptor> fields = message.Descriptor.Fields.InDeclarationOrder();
        // A message with values ends the descent; one of parts alone has to go on.
        bool deep = depth > 1 && fields.Any(field => !IsPart(field));
        while (!any && fields.Count > 0)
        {
            foreach (FieldDescriptor field in fields)
            {
                bool part = IsPart(field);
                // Empty messages hold nothing that could be stored.
                if (shape.Next(3) > 0 || (part && (deep || field.MessageType.Fields.InDeclarationOrder().Count == 0))) continue;
                any = true;
                int count = field.IsRepeated ? shape.Next(1, 3) : 1;
                for (int i = 0; i < count; i++)
                {
                    object value = part ? Fill(field.MessageType.Parser.ParseFrom([]), shape, values, depth + 1) : ValueOf(field, shape, values);
                    if (field.IsRepeated) ((IList)field.Accessor.GetValue(message)).Add(value);
                    else field.Accessor.SetValue(message, value);
                }
            }
        }

        return message;
    }

    private static object ValueOf(FieldDescriptor field, Random shape, Random values)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                ItemType type = (ItemType)shape.Next(1, 12);
                byte[] bytes = new byte[values.Next(5) * AnyArray.ElementTypeOf(type)!.Value.ElementSize()];
                values.NextBytes(bytes);
                if (type == ItemType.Bool) for (int i = 0; i < bytes.Length; i++) bytes[i] &= 1;
                return new AnyArray { Type = type, Data = ByteString.CopyFrom(bytes) };
            case FieldType.String:
                return new string('é', values.Next(4)) + FormattableString.Invariant($"{values.Next()}");
            case FieldType.Bytes:
                return ByteString.CopyFromUtf8(FormattableString.Invariant($"{values.Next()}"));
            case FieldType.Bool:
                return values.Next(2) == 1;
            case FieldType.Enum:
                return field.EnumType.Values[values.Next(field.EnumType.Values.Count)].Number;
            case FieldType.Float:
                return values.NextSingle();
            case FieldType.Double:
                return values.NextDouble();
        }

        return MessageRegistry.ElementTypeOf(field) switch
        {
            ZFitsElementType.Int32 => values.Next(int.MinValue, int.MaxValue),
            ZFitsElementType.UInt32 => (uint)values.NextInt64(uint.MaxValue),
            ZFitsElementType.Int64 => values.NextInt64(long.MinValue, long.MaxValue),
            _ => (object)(ulong)values.NextInt64(),
        };
    }
}
