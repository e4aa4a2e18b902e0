using System.IO.Compression;
using CsCheck;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>The inflater against that of the framework (zlib-ng), on good streams, on streams put together bit by bit, and on damaged ones.</summary>
public sealed class InflateTests
{
    private const string Cut = "is cut short";

    /// <summary>Code lengths that fill a code of 16 symbols: each has its own value as its code.</summary>
    private static readonly int[] FlatCodeLengths = [.. Enumerable.Repeat(4, 16), 0, 0, 0];

    private static readonly Gen<CompressionLevel> Levels = Gen.Enum<CompressionLevel>();

    /// <summary>Name, bits of the stream, message.</summary>
    public static TheoryData<string, string, string> Defects => new()
    {
        { "nothing", "", Cut },
        { "block type 3", "1 11", "the block at byte 0 of the deflate stream is of type 3" },
        { "stored length", "1 00 00000 1000000000000000 0111111111111110", "has length 0x0001 and complement 0x7ffe" },
        { "stored cut", "1 00 00000 0100000000000000 1011111111111111 00000000", Cut },
        { "fixed block without end", "1 10", Cut },
        { "literal/length 286", "1 10 11000110 0000000", "no literal or length has the code at byte 0" },
        { "literal/length 287", "1 10 11000111 0000000", "no literal or length has the code at byte 0" },
        { "distance 30", "1 10 00110000 0000001 11110 0000000", "no distance has the code at byte 2" },
        { "distance 31", "1 10 00110000 0000001 11111 0000000", "no distance has the code at byte 2" },
        { "match before the start", "1 10 00110000 0000001 00001 0000000", "the match at byte 1 of the deflate stream reaches 2 bytes back, only 1 are decoded" },
        { "match without output", "1 10 0000001 00000 0000000", "reaches 1 bytes back, only 0 are decoded" },
        { "287 literals", "1 01 01111 00000 0000", "287 literal/length and 1 distance codes" },
        { "31 distances", "1 01 00000 01111 0000", "257 literal/length and 31 distance codes" },
        { "code lengths over-subscribed", "1 01 00000 00000 0000 100 100 100 000", "the code length codes are over-subscribed" },
        { "code lengths incomplete", "1 01 00000 00000 0000 010 010 000 000", "the code length codes are incomplete" },
        { "code lengths empty", "1 01 00000 00000 0000 000 000 000 000", "the code length codes are incomplete" },
        { "code lengths cut", "1 01 00000 00000 0000 010 010", Cut },
        { "repetition first", "1 01 00000 00000 0000 100 000 000 100 1 00", "the code lengths begin with a repetition" },
        { "repetition too long", "1 01 00000 00000 0000 000 000 100 100 " + string.Concat(Enumerable.Repeat("1 1111111", 2)), "138 repeated code lengths, 120 left" },
        { "no end of block", Dynamic(Lengths(256, (0, 1), (1, 1)), [1, 1]), "no code for its end" },
        { "literals over-subscribed", Dynamic(Lengths(257, (0, 1), (1, 1), (256, 1)), [1, 1]), "the literal/length codes are over-subscribed" },
        { "literals incomplete", Dynamic(Lengths(257, (0, 2), (256, 1)), [1, 1]), "the literal/length codes are incomplete" },
        { "literals of one code of two bits", Dynamic(Lengths(257, (256, 2)), [1, 1]), "the literal/length codes are incomplete" },
        { "distances over-subscribed", Dynamic(Lengths(257, (0, 1), (256, 1)), [1, 1, 1]), "the distance codes are over-subscribed" },
        { "distances incomplete", Dynamic(Lengths(257, (0, 1), (256, 1)), [1, 2]), "the distance codes are incomplete" },
        { "single distance of two bits", Dynamic(Lengths(257, (0, 1), (256, 1)), [2]), "the distance codes are incomplete" },
        { "other bit of a single distance", Dynamic(Lengths(258, (0, 1), (256, 2), (257, 2)), [1]) + "0 11 1 10", "no distance has the code" },
        { "no distance code, one used", Dynamic(Lengths(258, (0, 1), (256, 2), (257, 2)), [0]) + "0 11 0 10", "no distance has the code" },
        { "other bit of a single literal", Dynamic(Lengths(257, (256, 1)), [1, 1]) + "1", "no literal or length has the code" },
    };

    /// <summary>Name, bits of the stream, decoded bytes.</summary>
    public static TheoryData<string, string, byte[]> Oddities => new()
    {
        { "empty stored block", "1 00 00000 0000000000000000 1111111111111111", [] },
        { "stored blocks", "0 00 00000 1000000000000000 0111111111111111 10000000 1 00 00000 0100000000000000 1011111111111111 01000000 11000000", [1, 2, 3] },
        { "empty fixed block", "1 10 0000000", [] },
        { "fixed, then stored", "0 10 00110000 0000000 1 00 000 1000000000000000 0111111111111111 10000000", [0, 1] },
        { "match across blocks", "0 10 00110001 0000000 1 10 0000001 00000 0000000", [1, 1, 1, 1] },
        { "length 258 twice", "1 10 00110001 11000101 00000 0000000", [.. Enumerable.Repeat((byte)1, 259)] },
        { "length 258 in two ways", "1 10 00110001 11000100 11111 00000 0000000", [.. Enumerable.Repeat((byte)1, 259)] },
        { "single distance of one bit", Dynamic(Lengths(258, (0, 1), (256, 2), (257, 2)), [1]) + "0 11 0 10", [0, 0, 0, 0] },
        { "no distance code, none used", Dynamic(Lengths(257, (0, 1), (256, 1)), [0]) + "0 0 1", [0, 0] },
        { "only the end of block", Dynamic(Lengths(257, (256, 1)), [1, 1]) + "0", [] },
        { "codes of fifteen bits", Dynamic(Lengths(257, [.. Enumerable.Range(1, 14).Select(i => (i, i)), (15, 15), (256, 15)]), [0]) + "0 10 11111111111110 111111111111110 111111111111111", [1, 2, 14, 15] },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void Stream_Defect_IsRefused(string name, string bits, string message)
    {
        byte[] stream = Pack(bits);
        CodecException e = Assert.Throws<CodecException>(() => Inflate(stream, 1000));
        Assert.True(e.Message.Contains(message, StringComparison.Ordinal), name + ": " + e.Message);
        if (message != Cut) Assert.Throws<InvalidDataException>(() => FrameworkInflate([.. stream, .. new byte[64]]));
    }

    [Theory]
    [MemberData(nameof(Oddities))]
    public void Stream_Unusual_IsDecoded(string name, string bits, byte[] expected)
    {
        byte[] stream = Pack(bits);
        Assert.True(expected.AsSpan().SequenceEqual(Inflate(stream, expected.Length)), name);
        Assert.Equal(expected, FrameworkInflate(stream));
        // The same far from the end of the input, where another loop decodes.
        Assert.Equal(expected, Inflate([.. stream, .. new byte[64]], 100_000, stream.Length));
        if (expected.Length > 0) Assert.Throws<CodecException>(() => Inflate(stream, expected.Length - 1));
        for (int length = 0; length < stream.Length; length++) Assert.Throws<CodecException>(() => Inflate(stream[..length], expected.Length));
    }

    [Fact]
    public void Stream_OfTheFramework_IsDecoded()
    {
        Inflater inflater = new();
        ByteBuffer output = new();
        Gen.Select(CodecData.AnyLength, Levels).Sample(
            (data, level) =>
            {
                byte[] stream = FrameworkDeflate(data, level);
                Assert.Equal(stream.Length, inflater.Decode(stream, output, data.Length));
                Assert.True(output.Span.SequenceEqual(data));
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Stream_PathologicalData_IsDecoded()
    {
        foreach (byte[] data in CodecData.Pathological())
        {
            foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
            {
                byte[] stream = FrameworkDeflate(data, level);
                Assert.True(data.AsSpan().SequenceEqual(Inflate(stream, data.Length, stream.Length)));
                // A limit far above the data makes no difference, one below does.
                Assert.True(data.AsSpan().SequenceEqual(Inflate(stream, int.MaxValue, stream.Length)));
                Assert.Throws<CodecException>(() => Inflate(stream, data.Length - 1));
            }
        }
    }

    [Fact]
    public void Stream_CutAnywhere_IsRefused() =>
        Gen.Select(CodecData.AnyLength, Levels).Sample(
            (data, level) =>
            {
                byte[] stream = FrameworkDeflate(data, level);
                for (int length = 0; length < stream.Length; length += 1 + length / 20)
                {
                    CodecException e = Assert.Throws<CodecException>(() => Inflate(stream[..length], data.Length));
                    Assert.Contains(Cut, e.Message, StringComparison.Ordinal);
                }
            },
            iter: 100,
            threads: 1);

    /// <summary>Both inflaters refuse a damaged stream, or both find the same in it; the framework's does not mind a missing end.</summary>
    [Fact]
    public void Stream_Damaged_IsRefusedOrDecodedAsByTheFramework() =>
        Gen.Select(CodecData.AnyLength, Levels, Gen.Select(Gen.Int[0, 1_000_000], Gen.Byte[1, 255]).Array[1, 4], Gen.Int[0, 30]).Sample(
            (data, level, changes, cut) =>
            {
                byte[] stream = FrameworkDeflate(data, level);
                // Damage to the codes at the start shows more than damage to symbols.
                foreach ((int place, byte flip) in changes) stream[place % Math.Min(stream.Length, place % 2 == 0 ? 80 : int.MaxValue)] ^= flip;
                // Zeros behind a cut end no stream, and let the framework see the defects of a header that it otherwise waits for.
                stream = [.. stream[..^Math.Min(cut / 2, stream.Length)], .. new byte[512]];
                byte[]? expected = null;
                try
                {
                    expected = FrameworkInflate(stream);
                }
                catch (InvalidDataException)
                {
                }

                try
                {
                    Assert.Equal(expected, Inflate(stream, 20_000_000));
                }
                catch (CodecException e)
                {
                    Assert.True(expected is null || e.Message.Contains(Cut, StringComparison.Ordinal), e.Message);
                }
            },
            iter: 2000,
            threads: 1);

    [Fact]
    public void Stream_Bomb_StopsAtTheLimit()
    {
        byte[] bomb = FrameworkDeflate(new byte[64 << 20], CompressionLevel.Optimal);
        ByteBuffer output = new();
        CodecException e = Assert.Throws<CodecException>(() => new Inflater().Decode(bomb, output, 5000));
        Assert.Contains("more than 5000 bytes", e.Message, StringComparison.Ordinal);
        Assert.True(output.Array.Length < 20_000);
    }

    internal static byte[] FrameworkInflate(byte[] stream)
    {
        using DeflateStream inflate = new(new MemoryStream(stream), CompressionMode.Decompress);
        using MemoryStream output = new();
        inflate.CopyTo(output);
        return output.ToArray();
    }

    private static byte[] FrameworkDeflate(byte[] data, CompressionLevel level)
    {
        using MemoryStream stream = new();
        using (DeflateStream deflate = new(stream, level, leaveOpen: true)) deflate.Write(data);
        // The framework makes nothing at all of no data.
        return stream.Length == 0 ? [3, 0] : stream.ToArray();
    }

    private static byte[] Inflate(byte[] stream, long limit, int? used = null)
    {
        ByteBuffer output = new();
        int length = new Inflater().Decode(stream, output, limit);
        if (used is int expected) Assert.Equal(expected, length);
        return output.Span.ToArray();
    }

    /// <summary>Puts bits into bytes, the first one lowest; the last byte is filled with zeros.</summary>
    private static byte[] Pack(string bits)
    {
        bool[] all = [.. bits.Where(c => c != ' ').Select(c => c == '1')];
        byte[] bytes = new byte[(all.Length + 7) / 8];
        for (int i = 0; i < all.Length; i++) if (all[i]) bytes[i / 8] |= (byte)(1 << (i % 8));
        return bytes;
    }

    private static int[] Lengths(int count, params (int Symbol, int Length)[] codes)
    {
        int[] lengths = new int[count];
        foreach ((int symbol, int length) in codes) lengths[symbol] = length;
        return lengths;
    }

    /// <summary>A last block with the codes of these lengths, up to where its symbols begin.</summary>
    private static string Dynamic(int[] literals, int[] distances)
    {
        if (literals.Length < 257) literals = [.. literals, .. new int[257 - literals.Length]];
        string bits = "1 01" + Number(literals.Length - 257, 5) + Number(distances.Length - 1, 5) + Number(15, 4);
        foreach (byte symbol in DeflateFormat.CodeLengthOrder) bits += Number(FlatCodeLengths[symbol], 3);
        return bits + string.Concat(literals.Concat(distances).Select(length => Reversed(Number(length, 4))));
    }

    private static string Number(int value, int bits) => string.Concat(Enumerable.Range(0, bits).Select(i => (value >> i) & 1));

    private static string Reversed(string bits) => string.Concat(bits.Reverse());
}
