using CsCheck;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>Rice coding of 16-bit words with a parameter for every word.</summary>
public sealed class RiceTests
{
    [Fact]
    public void Rice_AnyData_RoundTrip() => CodecData.AnyLength.Sample(bytes => RoundTrip(bytes[..(bytes.Length / 2 * 2)]), iter: 400, threads: 1);

    /// <summary>Every difference there is, from a start in the middle and from the ends.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(short.MinValue)]
    [InlineData(short.MaxValue)]
    [InlineData(1234)]
    public void Rice_EveryDifference_RoundTrips(short start)
    {
        short[] words = new short[2 * 65536];
        for (int i = 0; i < 65536; i++) (words[2 * i], words[2 * i + 1]) = (start, (short)(start + i));
        RoundTrip(CodecTests.Bytes(words));
    }

    /// <summary>Bits by hand: 16 bits of the first word, then per word 4 bits and what they announce.</summary>
    [Theory]
    [InlineData("0000 0011 1110 1000|0000", new short[] { 1000 })]
    [InlineData("0000 0000 0000 0101|0000|0000|0000", new short[] { 5, 5, 5 })]
    // Mapped 1 and 2 without low bits: unary.
    [InlineData("0000 0000 0000 0101|0000|0001 01|0001 001", new short[] { 5, 4, 5 })]
    // Mapped 3 and 4 with one low bit, 8 with two.
    [InlineData("0000 0000 0000 0101|0000|0010 01 1|0010 001 0|0011 001 00", new short[] { 5, 3, 5, 9 })]
    // 13 low bits, the longest parameter: mapped 16384, and the plain difference behind it: mapped 16386.
    [InlineData("0000 0000 0000 0000|0000|1110 001 0000000000000|1111 0100000000000010", new short[] { 0, 8192, 16385 })]
    // The largest plain differences.
    [InlineData("0111 1111 1111 1111|0000|1111 1111111111111101|1111 1111111111111111", new short[] { short.MaxValue, 0, short.MinValue })]
    public void Rice_BitsByHand_BothWays(string bits, short[] words)
    {
        byte[] payload = [.. BitConverter.GetBytes(2 * words.Length), .. Pack(bits)];
        Assert.Equal(CodecTests.Bytes(words), Decode(payload, 2 * words.Length));
        Assert.Equal(payload, Encode(CodecTests.Bytes(words)));
    }

    /// <summary>A decoder takes parameters an encoder would not choose.</summary>
    [Theory]
    [InlineData("0000 0000 0000 0101|1111 0000000000000000|0001 0000000000000000 1", new short[] { 5, 13 })]
    [InlineData("0000 0000 0000 0101|0101 1 0000|1110 1 0000000000110", new short[] { 5, 8 })]
    public void Rice_OtherParameters_AreDecoded(string bits, short[] words) => Assert.Equal(CodecTests.Bytes(words), Decode([.. BitConverter.GetBytes(2 * words.Length), .. Pack(bits)], 100));

    [Theory]
    [InlineData(-2, "0000 0000 0000 0101|0000", "rice: output size -2, at least 0 expected")]
    [InlineData(int.MaxValue - 1, "0000 0000 0000 0101|0000", "rice: the data decode to 2147483646 bytes, at most 100 possible")]
    [InlineData(102, "0000 0000 0000 0101|0000", "at most 100 possible")]
    [InlineData(3, "0000 0000 0000 0101|0000|0000", "rice: 3 bytes are not a multiple of 2")]
    [InlineData(100, "0000 0000 0000 0101|0000", "rice: 50 words announced, 24 bits cannot hold them")]
    [InlineData(2, "", "1 words announced, 0 bits cannot hold them")]
    [InlineData(4, "0000 0000 0000 0101|0000|1111", "the bit stream ends after 1 of 2 words")]
    [InlineData(4, "0000 0000 0000 0101|0000|0001", "the bit stream ends after 1 of 2 words")]
    [InlineData(6, "0000 0000 0000 0101|0000|1110 1 0000000000110", "the bit stream ends after 2 of 3 words")]
    [InlineData(2, "0000 0000 0000 0101|0000|0000 00000", "rice: 12 bits are left after 1 words, fewer than 8 expected")]
    [InlineData(2, "0000 0000 0000 0101|0000|1", "the unused bits at the end are not zero")]
    [InlineData(4, "0000 0000 0000 0101|0000|1110 000 0000 01 0000000000000", "the difference of word 1 of 2 has more than 16 bits")]
    [InlineData(0, "0000 0000", "8 bits are left after 0 words")]
    public void Rice_DamagedStream_IsRefused(int size, string bits, string message)
    {
        CodecException e = Assert.Throws<CodecException>(() => Decode([.. BitConverter.GetBytes(size), .. Pack(bits)], 100));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rice_ShortPayload_IsRefused() => Assert.Contains("rice payload of 3 bytes is too short", Assert.Throws<CodecException>(() => Decode(new byte[3], 100)).Message, StringComparison.Ordinal);

    [Fact]
    public void Rice_CutAnywhere_IsRefused()
    {
        byte[] good = Encode(CodecTests.Bytes([.. Enumerable.Range(0, 200).Select(i => (short)(i * i * 37 % 1000))]));
        for (int length = 0; length < good.Length; length++) Assert.StartsWith("rice", Assert.Throws<CodecException>(() => Decode(good[..length], 400)).Message, StringComparison.Ordinal);
        Assert.Throws<CodecException>(() => Decode([.. good, 0], 400));
    }

    [Fact]
    public void Rice_RandomDamage_EndsInAnErrorOrData()
    {
        Random random = new(20180822);
        byte[] good = Encode(CodecTests.Bytes([.. Enumerable.Range(0, 300).Select(i => (short)random.Next(40))]));
        for (int i = 0; i < 20000; i++)
        {
            byte[] bad = i % 3 == 0 ? [.. good[..4], .. CodecData.Noise(random, good.Length - 4)] : [.. good];
            if (i % 3 > 0) bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Decode(bad, 600);
            }
            catch (CodecException e)
            {
                Assert.StartsWith("rice: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static void RoundTrip(byte[] data) => Assert.Equal(data, Decode(Encode(data), data.Length));

    private static byte[] Encode(byte[] data)
    {
        using CodecChain chain = new();
        return CodecTests.Encode(chain, data, [ProcessIds.Rice]);
    }

    private static byte[] Decode(byte[] payload, int limit)
    {
        using CodecChain chain = new();
        return CodecTests.Decode(chain, payload, [ProcessIds.Rice], limit);
    }

    /// <summary>Bits, the first one highest, filled up with zeros to whole bytes.</summary>
    private static byte[] Pack(string text)
    {
        string bits = new([.. text.Where(c => c is '0' or '1')]);
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '0');
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(8 * i, 8), 2))];
    }
}
