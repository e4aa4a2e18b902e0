using System.Globalization;
using DigiCam.Zfits;
using DigiCam.Zfits.Codecs;
using DigiCam.Zfits.Tests.Damage;

namespace DigiCam.Zfits.Tests.Fuzzing;

/// <summary>Small valid files that together have every coder, transform and recipe, every element type and kind of rows, nested and repeated
/// messages, several tiles, several tables and a catalog that is too small.</summary>
internal static class FuzzSeeds
{
    /// <summary>Process lists that no recipe has.</summary>
    private static readonly string[] CustomLists =
    [
        "0c", "01 00", "03 00", "04 00", "04 02", "05 00", "0e 00", "10 00", "11 00", "13 00", "13 09", "03 17", "03 0a", "10 11 03 01 02", "12 00", "15 00", "16 17", "03 0c",
    ];

    public static IReadOnlyList<FuzzSeed> Create()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("seed.fits.fz");
        List<FuzzSeed> seeds = [];
        SmallFile.Write(path);
        byte[] small = File.ReadAllBytes(path);
        Add("events", small, true);
        Add("unknown message", Named(small, "'Nobody.Knows'"), true);
        SmallFile.Write(path, rows: 17);
        byte[] events = File.ReadAllBytes(path);
        Add("shrunk catalog", Shrink(events), false);
        Write(path, "DataModel.CameraEvent", 4, 2, [.. ZFitsRecipe.Named.Select((recipe, i) => Array(recipe, i))], WriteArrays);
        Add("recipes", File.ReadAllBytes(path), true);
        Add("process lists", WithCustomLists(File.ReadAllBytes(path)), true);
        Write(path, "Nobody.Knows", 5, 2, [.. Kinds], WriteKinds);
        Add("kinds", File.ReadAllBytes(path), true);
        Write(path, "ProtoDataModel.ArrayEvent", 3, 2, [.. Repeated], WriteKinds);
        Add("repeated messages", File.ReadAllBytes(path), true);
        Write(path, "Nobody.Knows", 2, 1, [LongCodes(ZFitsRecipe.Huffman16), LongCodes(ZFitsRecipe.RiceMan16), LongCodes(ZFitsRecipe.Fact)], WriteLongCodes);
        Add("long codes", File.ReadAllBytes(path), true);
        Add("two tables", [.. small, .. Named(small, "'Nobody.Knows'")[2880..]], false);
        return seeds;

        void Add(string name, byte[] bytes, bool isSingleTable)
        {
            File.WriteAllBytes(path, bytes);
            seeds.Add(Describe(path, new FuzzSeed(name, bytes, isSingleTable)));
        }
    }

    private static IEnumerable<ZFitsColumnDefinition> Kinds =>
        from type in Enum.GetValues<ZFitsElementType>()
        from kind in Enum.GetValues<ZFitsColumnKind>()
        where kind switch
        {
            ZFitsColumnKind.Scalar => type is not (ZFitsElementType.Int8 or ZFitsElementType.UInt8 or ZFitsElementType.Int16 or ZFitsElementType.UInt16),
            ZFitsColumnKind.Text => type == ZFitsElementType.Int8,
            ZFitsColumnKind.Array => type != ZFitsElementType.Int8,
            _ => false,
        }
        select new ZFitsColumnDefinition($"{kind}_{type}", ((int)type + 100 * (int)kind + 1).ToString(CultureInfo.InvariantCulture), type, kind, type.ElementSize() > 2 ? ZFitsRecipe.ZRice32 : ZFitsRecipe.Zstd);

    private static IEnumerable<ZFitsColumnDefinition> Repeated =>
    [
        new("triggerData_arrayEvtNum", "1.1", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw),
        new("triggerData_cameras_0_timeSec", "1.3.0.2", ZFitsElementType.Int64, ZFitsColumnKind.Scalar, ZFitsRecipe.Lzo),
        new("triggerData_cameras_1_eventNumber", "1.3.1.4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.Rice),
        new("cameraData_0_eventType", "2.0.3", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.SameValues32),
        new("cameraData_0_pulser", "2.0.80", ZFitsElementType.Float32, ZFitsColumnKind.Scalar, ZFitsRecipe.ZLib),
        new("cameraData_1_hiGain_waveforms_samples", "2.1.6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.FactRice),
    ];

    private static ZFitsColumnDefinition Array(ZFitsRecipe recipe, int number)
    {
        bool floats = recipe.Name.Contains("floats", StringComparison.Ordinal);
        ZFitsElementType type = floats ? ZFitsElementType.Float32 : recipe.Name.Contains("32", StringComparison.Ordinal) ? ZFitsElementType.Int32 : ZFitsElementType.Int16;
        return new ZFitsColumnDefinition($"{recipe.Name}_{number}", (1000 + number).ToString(CultureInfo.InvariantCulture), type, ZFitsColumnKind.Array, recipe);
    }

    private static ZFitsColumnDefinition LongCodes(ZFitsRecipe recipe) => new(recipe.Name, recipe.Processes.Count.ToString(CultureInfo.InvariantCulture) + "." + recipe.Processes[0].ToString(CultureInfo.InvariantCulture), ZFitsElementType.Int16, ZFitsColumnKind.Array, recipe);

    private static void Write(string path, string message, int rows, int rowsPerTile, ZFitsColumnDefinition[] columns, Action<ZFitsTableWriter, ZFitsColumnDefinition, int, int> write)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter table = writer.BeginTable("Events", message, columns, new ZFitsTableOptions { RowsPerTile = rowsPerTile, ReservedTiles = 4 });
        for (int row = 0; row < rows; row++)
        {
            for (int c = 0; c < columns.Length; c++) write(table, columns[c], c, row);
            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
    }

    private static void WriteArrays(ZFitsTableWriter table, ZFitsColumnDefinition column, int c, int row)
    {
        int count = 8 + 4 * (row + c % 3);
        switch (column.ElementType)
        {
            case ZFitsElementType.Float32:
                table.SetArray<float>(c, [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? -1f : i / 4f)]);
                break;
            case ZFitsElementType.Int32:
                table.SetArray<int>(c, [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? -100 : i / 5 * 70000)]);
                break;
            default:
                table.SetArray<short>(c, [.. Enumerable.Range(0, count).Select(i => (short)(240 + i * i % 17 + 30 * row))]);
                break;
        }
    }

    private static void WriteKinds(ZFitsTableWriter table, ZFitsColumnDefinition column, int c, int row)
    {
        switch (column.Kind, column.ElementType)
        {
            case (ZFitsColumnKind.Text, _):
                table.SetText(c, "Zürich" + new string('x', row));
                break;
            case (ZFitsColumnKind.Scalar, ZFitsElementType.Bool):
                table.SetScalar(c, row % 2 == 1);
                break;
            case (_, ZFitsElementType.Bool):
                table.SetArray<bool>(c, [.. Enumerable.Range(0, row).Select(i => i % 2 == 0)]);
                break;
            case (_, ZFitsElementType.UInt8):
                Set<byte>(7);
                break;
            case (_, ZFitsElementType.Int16):
                Set<short>(-3);
                break;
            case (_, ZFitsElementType.UInt16):
                Set<ushort>(65535);
                break;
            case (_, ZFitsElementType.Int32):
                Set(-70000 - row);
                break;
            case (_, ZFitsElementType.UInt32):
                Set(uint.MaxValue - (uint)row);
                break;
            case (_, ZFitsElementType.Int64):
                Set(long.MinValue + row);
                break;
            case (_, ZFitsElementType.UInt64):
                Set(ulong.MaxValue - (ulong)row);
                break;
            case (_, ZFitsElementType.Float32):
                Set(1.5f * row);
                break;
            default:
                Set(58000.5 + row);
                break;
        }

        void Set<T>(T value) where T : unmanaged
        {
            if (column.Kind == ZFitsColumnKind.Scalar) table.SetScalar(c, value);
            else table.SetArray<T>(c, [.. Enumerable.Repeat(value, 3 * row % 5)]);
        }
    }

    /// <summary>Values whose frequencies differ so much that some codes are longer than the index of the decoding tables.</summary>
    private static void WriteLongCodes(ZFitsTableWriter table, ZFitsColumnDefinition column, int c, int row)
    {
        List<short> values = [];
        for (int level = 0; level < 11; level++) values.AddRange(Enumerable.Repeat((short)(level * 37 + row), 1 << level));
        values.AddRange(Enumerable.Range(0, 60).Select(i => (short)(i * 541)));
        table.SetArray<short>(c, values.ToArray());
    }

    private static byte[] Named(byte[] bytes, string message)
    {
        TableImage image = new(bytes);
        image.Set("PBFHEAD", message);
        return image.Build().Bytes;
    }

    private static byte[] Shrink(byte[] bytes)
    {
        TableImage image = new(bytes);
        image.Set("ZSHRINK", "2".PadLeft(20));
        image.Set("ZTILELEN", "6".PadLeft(20));
        TableBytes file = image.Build();
        int used = (image.Tiles.Count + 1) / 2;
        for (int row = 1; row < used; row++) file.Bytes.AsSpan(file.Entry(2 * row, 0), file.CatalogRowSize).CopyTo(file.Bytes.AsSpan(file.Entry(row, 0)));
        file.Bytes.AsSpan(file.DataOffset + used * file.CatalogRowSize, (image.Tiles.Count - used) * file.CatalogRowSize).Clear();
        file.Seal();
        return file.Bytes;
    }

    /// <summary>Codes the blocks of the first columns again, each with a list of its own.</summary>
    private static byte[] WithCustomLists(byte[] bytes)
    {
        TableImage image = new(bytes);
        using CodecChain chain = new();
        foreach (TileImage tile in image.Tiles)
        {
            for (int c = 0; c < CustomLists.Length; c++)
            {
                BlockImage block = tile.Blocks[c];
                ushort[] list = CodecTests.Processes(CustomLists[c]);
                byte[] rows = CodecTests.Decode(chain, block.Payload, block.Processes, 1 << 16);
                // lossyfloats walks rows: what it encodes must be such.
                if (list[0] == ProcessIds.LossyFloats) rows = [.. BitConverter.GetBytes(8), .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f), 0, 0, 0, 0];
                // Two differences are not written; their inverse reads any words.
                ushort[] written = list[0] == ProcessIds.DoubleDiff16 ? [ProcessIds.Diff16, ProcessIds.Diff16, .. list[1..]] : list;
                tile.Blocks[c] = new BlockImage(list, CodecTests.Encode(chain, rows, written));
            }
        }

        return image.Build().Bytes;
    }

    private static FuzzSeed Describe(string path, FuzzSeed seed)
    {
        List<int> fields = [];
        List<int> blocks = [];
        using ZFitsFile file = ZFitsFile.Open(path);
        foreach (ZFitsTable table in file.Tables)
        {
            for (int tile = 0; tile < table.TileCount; tile++)
            {
                ZFitsTile layout = table.GetTile(tile);
                fields.AddRange([(int)layout.FileOffset, (int)layout.FileOffset + 4, (int)layout.FileOffset + 8]);
                foreach (ZFitsBlock block in layout.Blocks)
                {
                    int payload = (int)block.FileOffset + 10 + 2 * block.Processes.Count;
                    blocks.Add((int)block.FileOffset);
                    fields.AddRange([(int)block.FileOffset, (int)block.FileOffset + 8, (int)block.FileOffset + 10, payload, payload + 4, payload + 12, payload + 20]);
                    int entry = (int)table.Hdu.DataOffset + tile * 16 * table.Columns.Count + 16 * block.Column.Index;
                    fields.AddRange([entry, entry + 8]);
                }
            }
        }

        return seed with { Fields = [.. fields], Blocks = [.. blocks], Headers = [.. file.Tables.Select(table => ((int)table.Hdu.HeaderOffset, (int)table.Hdu.DataOffset))] };
    }
}
