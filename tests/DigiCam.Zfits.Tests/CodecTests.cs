using CsCheck;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>Every coder and transform: what it encodes, it decodes.</summary>
public sealed class CodecTests
{
    private static readonly Gen<byte[]> Random = Gen.Byte.Array[0, 700].Select(Whole);
    private static readonly Gen<byte[]> Runs = Gen.Select(Gen.Byte, Gen.Int[1, 60]).Array[0, 12].Select(runs => Whole([.. runs.SelectMany(run => Enumerable.Repeat(run.Item1, run.Item2))]));
    private static readonly Gen<byte[]> Extremes = Gen.Int[0, 4].Select(i => new[] { (short)0, (short)-1, short.MinValue, short.MaxValue, (short)1 }[i]).Array[0, 300].Select(x => Whole(Bytes(x)));
    private static readonly Gen<byte[]> Walk = Gen.Int[-40, 40].Array[0, 3000].Select(steps =>
    {
        short value = 240;
        return Whole(Bytes([.. steps.Select(step => value += (short)(step * step * step / 500))]));
    });

    private static readonly Gen<byte[]> Blocks = Gen.OneOf(Random, Runs, Extremes, Walk);

    public static TheoryData<string> ProcessLists =>
    [
        "00", "02", "07", "0c", "17", "01 02", "03 02", "05 07", "0e 07", "03 10 05 07", "01 05 0c", "05 01 0c", "0e 0c", "11 0e 07", "11 00",
        "01 00", "03 00", "05 00", "0e 00", "10 00", "03 03 02", "10 11 03 01 02", "15 03 02", "16 0e 0c", "03 17",
        "09", "05 09", "0a", "05 0a", "03 0a", "13 0e 07", "13 00", "13 09", "04 00", "04 02",
    ];

    [Theory]
    [MemberData(nameof(ProcessLists))]
    public void Chain_AnyBlock_RoundTrips(string list)
    {
        ushort[] processes = Processes(list);
        using CodecChain chain = new();
        Blocks.Sample(
            block =>
            {
                // No data make no Huffman stream; the writer never has an empty block.
                if (block.Length == 0) return;
                byte[] payload = Encode(chain, block, processes);
                Assert.Equal(block, Decode(chain, payload, processes, block.Length));
            },
            iter: 150,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(ProcessLists))]
    public void Chain_OutputBeyondLimit_IsRefused(string list)
    {
        ushort[] processes = Processes(list);
        using CodecChain chain = new();
        byte[] payload = Encode(chain, Bytes([.. Enumerable.Range(0, 400).Select(i => (short)i)]), processes);
        Assert.Throws<CodecException>(() => Decode(chain, payload, processes, 396));
    }

    [Fact]
    public void DoubleDiff_TwoDifferences_AreUndone()
    {
        using CodecChain chain = new();
        short[] words = [5, -7, 32767, -32768, 12, 12, 0, 9];
        byte[] payload = Encode(chain, Bytes(words), [ProcessIds.Diff16, ProcessIds.Diff16, ProcessIds.Raw]);
        Assert.Equal(Bytes(words), Decode(chain, payload, [ProcessIds.DoubleDiff16, ProcessIds.Raw], 16));
    }

    [Fact]
    public void Sparse_ValuesAndRuns_AreUndone()
    {
        int[] encoded = [-100, 5, 2, 7, 0, 8, 3];
        Assert.Equal([-100, -100, 7, 8, -100, -100, -100], Ints(DecodeRaw([ProcessIds.SparseValues32, ProcessIds.Raw], Bytes(encoded), 28)));
    }

    [Theory]
    [InlineData(new[] { -100, 1, -2 }, "run length -2, at least 0 expected")]
    [InlineData(new[] { -100, 1, int.MaxValue }, "at most 28 possible")]
    [InlineData(new[] { -100, 5, 2 }, "5 words announced, 1 present")]
    [InlineData(new[] { -100 }, "at least 8 expected")]
    public void Sparse_Defect_IsRefused(int[] encoded, string message)
    {
        CodecException e = Assert.Throws<CodecException>(() => DecodeRaw([ProcessIds.SparseValues32, ProcessIds.Raw], Bytes(encoded), 28));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 1, -1, 3 }, "at most 28 possible")]
    [InlineData(new[] { 2, 1, 3 }, "2 pairs announced")]
    public void SameValues_Defect_IsRefused(int[] encoded, string message)
    {
        CodecException e = Assert.Throws<CodecException>(() => DecodeRaw([ProcessIds.SameValues32, ProcessIds.Raw], Bytes(encoded), 28));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LossyFloats_Hundredths_BecomeFloats()
    {
        byte[] decoded = DecodeRaw([ProcessIds.LossyFloats, ProcessIds.Raw], Bytes(new[] { 8, 150, -25, 0, 4, 7 }), 24);
        Assert.Equal([8, BitConverter.SingleToInt32Bits(150 * 0.01f), BitConverter.SingleToInt32Bits(-25 * 0.01f), 0, 4, BitConverter.SingleToInt32Bits(7 * 0.01f)], Ints(decoded));
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(6)]
    [InlineData(400)]
    public void LossyFloats_RowBeyondBlock_IsRefused(int length) =>
        Assert.Throws<CodecException>(() => DecodeRaw([ProcessIds.LossyFloats, ProcessIds.Raw], Bytes(new[] { length, 1, 2 }), 24));

    [Theory]
    [InlineData("01 00", 2)]
    [InlineData("03 00", 2)]
    [InlineData("04 00", 2)]
    [InlineData("05 00", 2)]
    [InlineData("10 00", 2)]
    [InlineData("0e 00", 4)]
    [InlineData("11 00", 4)]
    [InlineData("13 00", 4)]
    [InlineData("12 00", 4)]
    public void Transform_OddLength_IsRefused(string list, int unit)
    {
        CodecException e = Assert.Throws<CodecException>(() => DecodeRaw(Processes(list), new byte[13], 100));
        Assert.Contains(FormattableString.Invariant($"13 bytes are not a multiple of {unit}"), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("01", "a coder expected")]
    [InlineData("07 01 07", "only the last process is a coder")]
    [InlineData("07 02", "only the last process is a coder")]
    public void ProcessList_Illegal_IsRefused(string list, string message)
    {
        CodecException e = Assert.Throws<CodecException>(() => CodecChain.Check(Processes(list)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("06", "has no inverse")]
    [InlineData("08", "has no inverse")]
    [InlineData("0b", "has no inverse")]
    [InlineData("0d", "has no inverse")]
    [InlineData("0f 07", "has no inverse")]
    [InlineData("14 07", "has no inverse")]
    [InlineData("18", "unknown")]
    [InlineData("ffff", "unknown")]
    public void ProcessList_WithoutDecoder_IsNotSupported(string list, string message)
    {
        NotSupportedException e = Assert.Throws<NotSupportedException>(() => CodecChain.Check(Processes(list)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    internal static ushort[] Processes(string list) => [.. list.Split(' ').Select(id => Convert.ToUInt16(id, 16))];

    internal static byte[] Encode(CodecChain chain, byte[] block, ushort[] processes, int quantum = 1, ZFitsDeflate deflate = ZFitsDeflate.Fast)
    {
        ByteBuffer buffer = new();
        block.CopyTo(buffer.Resize(block.Length));
        chain.Encode(ref buffer, processes, new CodecSettings(ZstdLevel: 3, quantum, deflate));
        return buffer.Span.ToArray();
    }

    internal static byte[] Decode(CodecChain chain, byte[] payload, ushort[] processes, int limit)
    {
        ByteBuffer result = new();
        chain.Decode(payload, 0, payload.Length, processes, limit, ref result);
        return result.Span.ToArray();
    }

    internal static byte[] Bytes<T>(T[] values) where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static int[] Ints(byte[] bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(bytes).ToArray();

    private static byte[] DecodeRaw(ushort[] processes, byte[] payload, int limit)
    {
        using CodecChain chain = new();
        return Decode(chain, payload, processes, limit);
    }

    /// <summary>Blocks have a length that is a multiple of 4.</summary>
    private static byte[] Whole(byte[] bytes) => bytes[..(bytes.Length / 4 * 4)];
}
