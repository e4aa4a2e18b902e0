using CsCheck;
using DigiCam.Zfits;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>The named recipes: their process lists, their names, what they give back.</summary>
public sealed class RecipeTests
{
    private const float HalfHundredth = 0.005f;

    /// <summary>Name and process list, as the format description has them.</summary>
    public static TheoryData<string, string> Recipes => new()
    {
        { "raw", "00" },
        { "zlib", "07" },
        { "zstd", "17" },
        { "zstd0", "17" },
        { "zstd1", "17" },
        { "zstd5", "17" },
        { "zstd-1", "17" },
        { "huffman16", "02" },
        { "fact", "01 02" },
        { "diffman16", "03 02" },
        { "doublediffman16", "03 10 05 07" },
        { "factrice", "01 05 0c" },
        { "zrice", "05 07" },
        { "zrice32", "0e 07" },
        { "lzo", "09" },
        { "lzorice", "05 09" },
        { "rice", "0a" },
        { "rrice", "05 0a" },
        { "riceman16", "0e 0c" },
        { "ricefact", "05 01 0c" },
        { "samevalues32", "11 0e 07" },
        { "sparsevalues32", "13 0e 07" },
        { "samelossyfloats", "12 11 0e 07" },
        { "sparselossyfloats", "12 13 0e 07" },
        { "lossyint16", "15 03 02" },
        { "lossyint16:4", "15 03 02" },
        { "lossyint32", "16 0e 0c" },
        { "lossyint32:1000", "16 0e 0c" },
    };

    /// <summary>The lossy recipes walk rows and are tested with such.</summary>
    public static TheoryData<string> Lossless => [.. Recipes.Select(row => row.Data.Item1).Where(name => !name.Contains("floats", StringComparison.Ordinal) && !name.Contains(':', StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Parse_Name_HasTheProcesses(string name, string processes)
    {
        ZFitsRecipe recipe = ZFitsRecipe.Parse(name);
        Assert.Equal(CodecTests.Processes(processes), recipe.ProcessList.ToArray());
        Assert.Equal(name == "zstd0" ? "zstd" : name, recipe.Name);
        Assert.Equal(recipe.Name, ZFitsRecipe.Parse(name.ToUpperInvariant()).ToString());
        Assert.Equal(name.Contains(':', StringComparison.Ordinal) ? name.Split(':')[1] : "1", FormattableString.Invariant($"{recipe.Quantum}"));
    }

    [Fact]
    public void Named_AreThoseOfTheFormat()
    {
        IEnumerable<string> names = Recipes.Select(row => row.Data.Item1).Where(name => !name.Contains(':', StringComparison.Ordinal) && (name == "zstd" || !name.StartsWith("zstd", StringComparison.Ordinal)));
        Assert.Equal(names.Order(StringComparer.Ordinal), ZFitsRecipe.Named.Select(recipe => recipe.Name).Order(StringComparer.Ordinal));
        Assert.All(ZFitsRecipe.Named, recipe => Assert.Same(recipe, ZFitsRecipe.Parse(recipe.Name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    [InlineData("zstd23")]
    [InlineData("zstd-2")]
    [InlineData("zstd 5")]
    [InlineData("zstd99999999999")]
    [InlineData("lossyint16:0")]
    [InlineData("lossyint16:32768")]
    [InlineData("lossyint16:")]
    [InlineData("lossyint32:-1")]
    [InlineData("fact:2")]
    public void Parse_UnknownName_NamesTheKnown(string name)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => ZFitsRecipe.Parse(name));
        Assert.Contains($"no compression recipe '{name}', known are raw, zlib, zstd, huffman16,", e.Message, StringComparison.Ordinal);
        Assert.Contains("zstd1 to zstd22", e.Message, StringComparison.Ordinal);
        Assert.Contains("lossyint32", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantum_OutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ZFitsRecipe.LossyInt16Of(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ZFitsRecipe.LossyInt16Of(32768));
        Assert.Throws<ArgumentOutOfRangeException>(() => ZFitsRecipe.LossyInt32Of(-3));
        Assert.Throws<ArgumentNullException>(() => ZFitsRecipe.Parse(null!));
    }

    [Fact]
    public void Custom_TwoRunTransforms_AreRefused() => Assert.Throws<ArgumentException>(() => ZFitsRecipe.Custom("twice", 0x13, 0x11, 0x07));

    [Theory]
    [InlineData("digicam", "hiGain.waveforms.samples", "diffman16")]
    [InlineData("digicam", "hiGain.waveforms.pixelsIndices", "doublediffman16")]
    [InlineData("digicam", "trigger_output_patch19", "zrice32")]
    [InlineData("digicam", "trigger_output_muon", "raw")]
    [InlineData("lst", "waveform", "fact")]
    [InlineData("LST", "lstcam.module_status", "lzo")]
    [InlineData("lst", "lstcam.cdts_data", "zrice32")]
    [InlineData("lst", "lstcam.first_capacitor_id", "doublediffman16")]
    [InlineData("lst", "calibration_monitoring_id", "raw")]
    [InlineData("nectarcam", "waveform", "diffman16")]
    [InlineData("nectarcam", "pixel_status", "zstd-1")]
    [InlineData("nectarcam", "nectarcam.counters", "zrice")]
    [InlineData("nectarcam", "event_id", "raw")]
    [InlineData("nectarcam-flat", "tibData.data", "zrice32")]
    [InlineData("nectarcam-flat", "telescopeID", "zlib")]
    public void Camera_Field_HasItsRecipe(string camera, string field, string recipe) => Assert.Equal(recipe, CameraRecipes.Parse(camera)[field].Name);

    /// <summary>The recipes of the camera are those of the columns written for it, and of the real file.</summary>
    [Fact]
    public void Digicam_Fields_AreThoseOfTheColumns()
    {
        string Dotted(string name) => name.StartsWith("hiGain_", StringComparison.Ordinal) ? name.Replace('_', '.') : name;
        foreach (ZFitsColumnDefinition column in DigiCamColumns.Events) Assert.Same(column.Recipe, CameraRecipes.Digicam[Dotted(column.Name)]);
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
        ZFitsTable table = file.GetTable("Events");
        foreach (ZFitsBlock block in table.GetTile(0).Blocks) Assert.Equal(block.Processes, CameraRecipes.Digicam[Dotted(block.Column.Name)].Processes);
    }

    [Fact]
    public void Camera_Unknown_NamesTheKnown() =>
        Assert.Contains("known are digicam, lst, nectarcam, nectarcam-flat", Assert.Throws<ArgumentException>(() => CameraRecipes.Parse("flashcam")).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Lossless))]
    public void Recipe_AnyBlock_RoundTrips(string name)
    {
        ZFitsRecipe recipe = ZFitsRecipe.Parse(name);
        using CodecChain chain = new();
        CodecData.Blocks.Sample(block => Assert.Equal(block, RoundTrip(chain, block, recipe)), iter: 60, threads: 1);
        foreach (byte[] block in CodecData.Pathological()) Assert.True(block.AsSpan().SequenceEqual(RoundTrip(chain, block, recipe)));
    }

    [Theory]
    [InlineData("samelossyfloats")]
    [InlineData("sparselossyfloats")]
    public void LossyFloats_AnyRows_KeepHundredths(string name)
    {
        ZFitsRecipe recipe = ZFitsRecipe.Parse(name);
        using CodecChain chain = new();
        Gen<float> values = Gen.OneOf(Gen.Float[-1000, 1000], Gen.Const(-1f), Gen.Const(0f), Gen.Int[-500, 500].Select(i => i * 0.01f));
        values.Array[0, 50].Array[1, 6].Sample(
            rows =>
            {
                byte[] block = Block(rows);
                byte[] decoded = RoundTrip(chain, block, recipe);
                float[][] read = Rows<float>(decoded);
                Assert.Equal(rows.Select(row => row.Length), read.Select(row => row.Length));
                foreach ((float x, float y) in rows.SelectMany(row => row).Zip(read.SelectMany(row => row)))
                {
                    // Half a hundredth and the rounding of float32.
                    Assert.InRange(Math.Abs(x - y), 0, HalfHundredth + 1e-6f * Math.Abs(x) + 1e-6f);
                }

                // Hundredths stay what they are.
                Assert.Equal(decoded, RoundTrip(chain, decoded, recipe));
            },
            iter: 100,
            threads: 1);
    }

    [Theory]
    [InlineData(0f, 0)]
    [InlineData(1f, 100)]
    [InlineData(-1f, -100)]
    [InlineData(0.004f, 0)]
    [InlineData(0.0051f, 1)]
    [InlineData(-0.0051f, -1)]
    [InlineData(123.456f, 12346)]
    public void LossyFloats_Value_BecomesHundredths(float value, int expected)
    {
        using CodecChain chain = new();
        Assert.Equal(CodecTests.Bytes([4, expected]), CodecTests.Encode(chain, Block([[value]]), [ProcessIds.LossyFloats, ProcessIds.Raw]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(3e7f)]
    public void LossyFloats_ValueWithoutHundredths_IsRefusedByTheWriter(float value)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        ZFitsTableWriter table = writer.BeginTable("T", "M", [new("gains", "1", ZFitsElementType.Float32, ZFitsColumnKind.Array, ZFitsRecipe.SameLossyFloats)]);
        table.SetArray<float>(0, [1f, value]);
        table.CommitRow();
        Assert.Contains("column gains, tile 0 (rows 0-0): lossyfloats: the value", Assert.Throws<InvalidOperationException>(table.Finish).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(32767)]
    public void LossyInt16_AnyRows_MoveByHalfAQuantumAtMost(int quantum)
    {
        ZFitsRecipe recipe = ZFitsRecipe.LossyInt16Of(quantum);
        using CodecChain chain = new();
        Gen.OneOf(Gen.Short, Gen.Short[-20, 20]).Array[0, 40].Array[1, 6].Sample(
            rows =>
            {
                short[][] read = Rows<short>(RoundTrip(chain, Block(rows), recipe));
                Assert.Equal(rows.Select(row => row.Length), read.Select(row => row.Length));
                foreach ((short x, short y) in rows.SelectMany(row => row).Zip(read.SelectMany(row => row))) AssertRounded(x, y, quantum, 16);
            },
            iter: 100,
            threads: 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void LossyInt32_AnyRows_MoveByHalfAQuantumAtMost(int quantum)
    {
        ZFitsRecipe recipe = ZFitsRecipe.LossyInt32Of(quantum);
        using CodecChain chain = new();
        Gen.OneOf(Gen.Int, Gen.Int[-2000, 2000]).Array[0, 40].Array[1, 6].Sample(
            rows =>
            {
                int[][] read = Rows<int>(RoundTrip(chain, Block(rows), recipe));
                foreach ((int x, int y) in rows.SelectMany(row => row).Zip(read.SelectMany(row => row))) AssertRounded(x, y, quantum, 32);
            },
            iter: 100,
            threads: 1);
    }

    /// <summary>The formula of the format for values that are not negative.</summary>
    [Fact]
    public void LossyInt16_Values_AreThoseOfTheFormula()
    {
        using CodecChain chain = new();
        short[] values = [0, 1, 2, 3, 4, 5, 239, 241, 242, 4095, 32767, -1, -2, -3, -6, -32768];
        short[] read = Rows<short>(RoundTrip(chain, Block([values]), ZFitsRecipe.LossyInt16Of(4)))[0];
        // 32767 and -1, -2 would change their top bit.
        Assert.Equal([0, 0, 4, 4, 4, 4, 240, 240, 244, 4096, 32767, -1, -2, -4, -4, -32768], read);
        Assert.Equal(values[..10].Select(v => (short)((v + 2) / 4 * 4)), read[..10]);
    }

    [Fact]
    public void LossyInt_RowsThatAreNone_AreRefused()
    {
        using CodecChain chain = new();
        CodecException e = Assert.Throws<CodecException>(() => CodecTests.Encode(chain, CodecTests.Bytes([1000, 2000, 3000]), [ProcessIds.LossyInt32, ProcessIds.Raw], quantum: 4));
        Assert.Contains("lossyint32: row of 1000 bytes at byte 0 of the block", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new int[0], new[] { -100, 0 })]
    [InlineData(new[] { -100, -100, -100 }, new[] { -100, 1, 3 })]
    [InlineData(new[] { 7, 8 }, new[] { -100, 4, 0, 7, 0, 8 })]
    [InlineData(new[] { -100, 7, -100, -100, 9, -100 }, new[] { -100, 5, 1, 7, 2, 9, 1 })]
    public void Sparse_Values_AreEncodedAsDescribed(int[] values, int[] encoded)
    {
        using CodecChain chain = new();
        Assert.Equal(CodecTests.Bytes(encoded), CodecTests.Encode(chain, CodecTests.Bytes(values), [ProcessIds.SparseValues32, ProcessIds.Raw]));
        Assert.Equal(CodecTests.Bytes(values), CodecTests.Decode(chain, CodecTests.Bytes(encoded), [ProcessIds.SparseValues32, ProcessIds.Raw], 4 * values.Length));
    }

    private static void AssertRounded(long x, long y, long quantum, int bits)
    {
        Assert.InRange(Math.Abs(x - y), 0, quantum / 2);
        if (y % quantum == 0) return;
        // Kept: the multiple is on the other side of the top bit.
        Assert.Equal(x, y);
        Assert.True((x < 0 && x + quantum / 2 >= 0) || Math.Abs(x) + quantum > 1L << (bits - 1));
    }

    private static byte[] RoundTrip(CodecChain chain, byte[] block, ZFitsRecipe recipe)
    {
        ByteBuffer buffer = new();
        block.CopyTo(buffer.Resize(block.Length));
        chain.Encode(ref buffer, recipe.ProcessList, recipe.Settings);
        byte[] payload = buffer.Span.ToArray();
        return CodecTests.Decode(chain, payload, [.. recipe.ProcessList], block.Length);
    }

    /// <summary>Rows of arrays with their length in bytes before them, padded to a multiple of 4.</summary>
    private static byte[] Block<T>(T[][] rows) where T : unmanaged
    {
        byte[] bytes = [.. rows.SelectMany(row => (byte[])[.. BitConverter.GetBytes(CodecTests.Bytes(row).Length), .. CodecTests.Bytes(row)])];
        return [.. bytes, .. new byte[(4 - bytes.Length % 4) % 4]];
    }

    private static T[][] Rows<T>(byte[] block) where T : unmanaged
    {
        List<T[]> rows = [];
        for (int at = 0; block.Length - at >= 4;)
        {
            int length = BitConverter.ToInt32(block, at);
            rows.Add(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(block.AsSpan(at + 4, length)).ToArray());
            at += 4 + length;
        }

        return [.. rows];
    }
}
