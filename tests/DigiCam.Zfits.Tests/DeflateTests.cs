using System.IO.Compression;
using System.Security.Cryptography;
using CsCheck;
using DigiCam.Zfits;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>The two ways to make zlib streams.</summary>
public sealed class DeflateTests
{
    private static readonly Gen<ZFitsDeflate> Efforts = Gen.Enum<ZFitsDeflate>();

    /// <summary>
    /// Length, formula and SHA-256 of the stream of reference zlib 1.2.13, made with Python's zlib:
    /// <c>import zlib, hashlib; print(hashlib.sha256(zlib.compress(bytes(F &amp; 255 for i in range(N)))).hexdigest())</c> with the formula for F.
    /// </summary>
    public static TheoryData<int, string, string> Vectors => new()
    {
        { 0, "0", "aca503def43dc086a5aaa5c3d6f86bcbbc2aa6a80007ddea4a81bce2b376fceb" },
        { 1, "0", "bfd38e0d4937d7dcdabca6cd1bd39052f1ec3de43a06922920053d44e6234cef" },
        { 300000, "0", "6806c1ecb8f9435d0c90ba5cd410071b2b0655430a517c8812629672723ff4a7" },
        { 20000, "i*i>>5", "62dfe1c1f8f2ebeb0796c23b646727eb88eb446b646303601ae7fdbfed2c7f4b" },
        { 200000, "i*i>>5", "8d3b57c2fd5c09c4fcb7d30f01175229c5fa80c241231ed402b4232833ebfded" },
        { 70000, "i*i*i>>9", "94d9bd4b472109f09b28ae12358e6943c888a28b324033119f8994b03be438c7" },
        { 1200000, "i//1000", "aa69f935d9ce22f29e6d8133a08a580dfdcea66aad9c00b42d23a87a8dfb3eaf" },
        { 1200000, "i*i%7919*31>>10", "0b227cf850e10fd555f5f804cfd7c55d67400f5beae60d0b863e1f1dded1272d" },
        { 300000, "i*i%65521>>8", "0fd862bcc906f6e566018b654269efdac0d5369d42cbc29ff3768e45f74faa0a" },
        { 250000, "i*i*i%1000003%23%5", "1d726419191d549d2340caddb625881a7f195659c02d7d5e9fdc99a5875735c4" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Reference_KnownData_MakesTheBytesOfZLib(int length, string formula, string hash)
    {
        byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)Formula(formula, i))];
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(Encode(data, ZFitsDeflate.Reference))));
    }

    /// <summary>The peer is zlib itself; see the script in Peers.</summary>
    [Fact]
    public void Reference_AnyData_MakesTheBytesOfZLib()
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON");
        TestEnvironment.Require(python is { Length: > 0 }, "needs DIGICAM_PEER_PYTHON, a Python");
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        List<byte[]> blocks = [.. CodecData.Pathological(), .. WindowEdges(), .. RealBlocks()];
        CodecData.AnyLength.Array[60].Sample(some => blocks.AddRange(some), iter: 1, threads: 1);
        string[] paths = [.. blocks.Select((_, i) => folder.File(FormattableString.Invariant($"{i:d4}")))];
        for (int i = 0; i < paths.Length; i++) File.WriteAllBytes(paths[i], blocks[i]);
        string[] expected = [.. WriterTests.RunScript(python!, "compress_with_zlib.py", [folder.File("")])];
        Assert.Equal(blocks.Count, expected.Length);
        using CodecChain chain = new();
        for (int i = 0; i < paths.Length; i++) Assert.Equal(expected[i], Convert.ToHexStringLower(SHA256.HashData(Encode(blocks[i], ZFitsDeflate.Reference, chain))));
    }

    [Fact]
    public void Encode_AnyData_IsReadByTheFramework()
    {
        using CodecChain chain = new();
        Gen.Select(CodecData.AnyLength, Efforts).Sample((data, effort) => CheckStream(data, effort, chain), iter: 300, threads: 1);
    }

    [Fact]
    public void Encode_PathologicalData_IsReadByTheFramework()
    {
        using CodecChain chain = new();
        foreach (byte[] data in CodecData.Pathological().Concat(WindowEdges())) foreach (ZFitsDeflate effort in Enum.GetValues<ZFitsDeflate>()) CheckStream(data, effort, chain);
    }

    /// <summary>Noise of all widths, for which the fast way is made.</summary>
    [Fact]
    public void Encode_Noise_IsReadByTheFramework()
    {
        using CodecChain chain = new();
        Gen.Select(Gen.Int[1, 200_000], Gen.Double[0.3, 60], Gen.Int, Efforts).Sample(
            (length, width, seed, effort) =>
            {
                Random random = new(seed);
                byte[] data = new byte[length];
                for (int i = 0; i < length; i++) data[i] = (byte)(width * (random.NextDouble() + random.NextDouble() + random.NextDouble() + (i >> 14)));
                CheckStream(data, effort, chain);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void Fast_RealColumns_AreNotLargerThanReference()
    {
        using CodecChain chain = new();
        int compared = 0;
        foreach (byte[] block in RealBlocks())
        {
            Assert.InRange(Encode(block, ZFitsDeflate.Fast, chain).Length, 8, Encode(block, ZFitsDeflate.Reference, chain).Length);
            compared++;
        }

        Assert.Equal(34, compared);
    }

    /// <summary>Ten times the real column, each time with other noise on every eighth sample.</summary>
    [Fact]
    public void Fast_ManyTraces_AreSmallerThanReference()
    {
        byte[] traces = RealBlocks().MaxBy(block => block.Length)!;
        Random random = new(4);
        byte[] many = [.. Enumerable.Range(0, 10).SelectMany(_ => traces.Select(x => random.Next(8) == 0 ? (byte)(x + random.Next(3)) : x))];
        using CodecChain chain = new();
        Assert.True(Encode(many, ZFitsDeflate.Fast, chain).Length < 0.97 * Encode(many, ZFitsDeflate.Reference, chain).Length);
    }

    [Fact]
    public void Encode_SameDataAgain_MakesTheSameBytes()
    {
        using CodecChain used = new();
        byte[] traces = RealBlocks().MaxBy(block => block.Length)!;
        foreach (ZFitsDeflate effort in Enum.GetValues<ZFitsDeflate>())
        {
            byte[] first = Encode(traces, effort, used);
            Encode(traces[5000..], effort, used);
            Assert.Equal(first, Encode(traces, effort, used));
        }
    }

    [Theory]
    [InlineData(ZFitsDeflate.Fast)]
    [InlineData(ZFitsDeflate.Reference)]
    public void Table_Deflate_IsThatOfTheOptions(ZFitsDeflate effort)
    {
        byte[] traces = RealBlocks().MaxBy(block => block.Length)![4..28804];
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("traces.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsColumnDefinition column = new("trigger_input_traces", "35", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZLib);
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, [column], new ZFitsTableOptions { Deflate = effort, ReservedTiles = 1, RowsPerTile = 1 });
            table.SetArray<byte>(0, traces);
            table.CommitRow();
            table.Finish();
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsBlock block = file.Tables[0].GetTile(0).Blocks[0];
        Assert.Equal(Encode([0x80, 0x70, 0, 0, .. traces], effort).Length, block.PayloadSize);
        Assert.Equal(traces, file.Tables[0].ReadRow(0, "trigger_input_traces").GetArray<byte>("trigger_input_traces"));
    }

    private static long Formula(string formula, long i) => formula switch
    {
        "0" => 0,
        "i*i>>5" => i * i >> 5,
        "i*i*i>>9" => i * i * i >> 9,
        "i//1000" => i / 1000,
        "i*i%7919*31>>10" => i * i % 7919 * 31 >> 10,
        "i*i%65521>>8" => i * i % 65521 >> 8,
        "i*i*i%1000003%23%5" => i * i * i % 1000003 % 23 % 5,
        _ => throw new ArgumentException(formula, nameof(formula)),
    };

    /// <summary>Data that end near the places where zlib moves its window or ends a block.</summary>
    private static IEnumerable<byte[]> WindowEdges()
    {
        Random random = new(3);
        byte[] noise = CodecData.Noise(random, 140_000);
        byte[] few = Array.ConvertAll(noise, x => (byte)(x % 5));
        foreach (int length in new[] { 0, 1, 2, 3, 258, 261, 262, 263, 16382, 16383, 16384, 32767, 32768, 65238, 65274, 65275, 65536, 65537, 98042, 98304, 131072 })
        {
            yield return noise[..length];
            yield return few[..length];
            yield return new byte[length];
        }
    }

    /// <summary>What goes into zlib in the two real files.</summary>
    private static IEnumerable<byte[]> RealBlocks()
    {
        using CodecChain chain = new();
        foreach (string name in new[] { "example_10_evts.000", "SST1M_01_20180822_001" })
        {
            using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
            foreach (ZFitsBlock block in file.Tables.SelectMany(table => table.GetTile(0).Blocks).Where(block => block.Processes[^1] == ProcessIds.ZLib))
            {
                byte[] payload = new byte[block.PayloadSize];
                file.ReadExactly(block.FileOffset + block.Size - block.PayloadSize, payload);
                yield return CodecTests.Decode(chain, payload, [ProcessIds.ZLib], 1 << 20);
            }
        }
    }

    private static byte[] Encode(byte[] data, ZFitsDeflate effort)
    {
        using CodecChain chain = new();
        return Encode(data, effort, chain);
    }

    private static byte[] Encode(byte[] data, ZFitsDeflate effort, CodecChain chain) => CodecTests.Encode(chain, data, [ProcessIds.ZLib], deflate: effort);

    private static void CheckStream(byte[] data, ZFitsDeflate effort, CodecChain chain)
    {
        byte[] stream = Encode(data, effort, chain);
        using ZLibStream inflate = new(new MemoryStream(stream), CompressionMode.Decompress);
        using MemoryStream output = new();
        inflate.CopyTo(output);
        Assert.True(data.AsSpan().SequenceEqual(output.ToArray()), "read by the framework");
        Assert.True(data.AsSpan().SequenceEqual(CodecTests.Decode(chain, stream, [ProcessIds.ZLib], data.Length)), "read here");
    }
}
