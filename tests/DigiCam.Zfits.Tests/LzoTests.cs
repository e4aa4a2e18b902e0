using System.Globalization;
using CsCheck;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>LZO1X: streams written by hand for every instruction, damaged ones, and the encoder against the decoder.</summary>
public sealed class LzoTests
{
    private const string End = "110000";

    /// <summary>Every length up to a few hundred: the lengths 0 to 3, 238 and 18 are special.</summary>
    [Fact]
    public void Lzo_EveryLength_RoundTrips()
    {
        byte[] noise = CodecData.Noise(new Random(3), 600);
        for (int length = 0; length <= noise.Length; length++)
        {
            RoundTrip(noise[..length]);
            RoundTrip(new byte[length]);
        }

        foreach (int length in new[] { 1000, 238 + 18, 273, 274, 275, 528, 529, 100_000 }) RoundTrip(CodecData.Noise(new Random(4), length));
    }

    [Fact]
    public void Lzo_AnyData_RoundTrip() => CodecData.AnyLength.Sample(bytes => { RoundTrip(bytes); }, iter: 400, threads: 1);

    /// <summary>The encoder finds what repeats, at every distance the format has, and not beyond.</summary>
    [Theory]
    [InlineData(30, 100)]
    [InlineData(2048, 100)]
    [InlineData(2049, 100)]
    [InlineData(16384, 100)]
    [InlineData(16385, 100)]
    [InlineData(32768, 100)]
    [InlineData(49151, 100)]
    [InlineData(49152, 0)]
    public void Lzo_Repeat_IsFound(int distance, int length)
    {
        byte[] noise = CodecData.Noise(new Random(distance), distance);
        byte[] data = [.. noise, .. Enumerable.Range(0, 100).Select(i => noise[i % distance])];
        int size = RoundTrip(data);
        int literals = data.Length - length;
        Assert.InRange(size, literals, literals + literals / 255 + 20);
    }

    [Fact]
    public void Lzo_EqualBytes_AreSmall() => Assert.InRange(RoundTrip(new byte[1_000_000]), 0, 1_000_000 / 255 + 20);

    /// <summary>The instruction for three bytes right behind a literal run is used and right.</summary>
    [Fact]
    public void Lzo_ThreeBytesAfterRun_TakeTwo()
    {
        byte[] noise = CodecData.Noise(new Random(5), 2500);
        byte[] data = [.. noise, .. noise[..3], .. CodecData.Noise(new Random(6), 10)];
        byte[] stream = Encode(data);
        Assert.Equal(Expand(stream), data);
        Assert.Equal(data.Length - 3 + 2, stream.Length - 3 - (1 + (2500 - 18) / 255 + 1) - 1);
    }

    /// <summary>Letters are literals; X stands for what the match repeats.</summary>
    [Theory]
    [InlineData("" + End, "")]
    [InlineData("12 41" + End, "A")]
    [InlineData("13 4142" + End, "AB")]
    [InlineData("14 414243" + End, "ABC")]
    [InlineData("15 41424344" + End, "ABCD")]
    // As the first byte, 1 to 15 and 0 are literal runs too.
    [InlineData("01 41424344" + End, "ABCD")]
    [InlineData("0f 4142434445464748494a4b4c4d4e4f505152" + End, "ABCDEFGHIJKLMNOPQR")]
    [InlineData("00 01 4142434445464748494a4b4c4d4e4f50515253" + End, "ABCDEFGHIJKLMNOPQRS")]
    // 64..255: distance 1 + low + 8 d, lengths 3 to 8.
    [InlineData("15 41424344 4c 00" + End, "ABCDABC")]
    [InlineData("15 41424344 6c 00" + End, "ABCDABCD")]
    [InlineData("15 41424344 ec 00" + End, "ABCDABCDABCD")]
    [InlineData("15 41424344 e0 00" + End, "ABCDDDDDDDDD")]
    [InlineData("1b 4142434445464748494a 44 01" + End, "ABCDEFGHIJABC")]
    // With one, two and three literals behind.
    [InlineData("15 41424344 4d 00 58" + End, "ABCDABCX")]
    [InlineData("15 41424344 4e 00 5859" + End, "ABCDABCXY")]
    [InlineData("15 41424344 4f 00 58595a" + End, "ABCDABCXYZ")]
    // 0..15 after one to three literals: two bytes.
    [InlineData("12 41 00 00" + End, "AAA")]
    [InlineData("13 4142 04 00" + End, "ABAB")]
    [InlineData("14 414243 09 00 58" + End, "ABCABX")]
    [InlineData("15 41424344 4d 00 58 04 00" + End, "ABCDABCXCX")]
    [InlineData("16 4142434445 4d 00 58 0c 01" + End, "ABCDEBCDXBC")]
    // A literal run after a match without literals.
    [InlineData("15 41424344 4c 00 01 57585958" + End, "ABCDABCWXYX")]
    // 32..63.
    [InlineData("15 41424344 21 0c00" + End, "ABCDABC")]
    [InlineData("15 41424344 22 0e00 5859" + End, "ABCDABCDXY")]
    [InlineData("12 41 3f 0000" + End, "A+33")]
    [InlineData("12 41 20 01 0000" + End, "A+34")]
    [InlineData("12 41 20 ff 0000" + End, "A+288")]
    [InlineData("12 41 20 0001 0000" + End, "A+289")]
    [InlineData("12 41 20 000005 0100 42" + End, "A+548B")]
    // Two literals of the first byte, then 64..255.
    [InlineData("13 4142 44 00" + End, "ABABA")]
    public void Lzo_StreamByHand_IsDecoded(string hex, string expected)
    {
        int plus = expected.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0)
        {
            string number = new([.. expected.Skip(plus + 1).TakeWhile(char.IsDigit)]);
            expected = expected[..plus] + new string('A', int.Parse(number, CultureInfo.InvariantCulture)) + expected[(plus + 1 + number.Length)..];
        }

        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(Expand(Hex(hex), Math.Max(expected.Length, 1))));
    }

    /// <summary>The far instructions on a long literal run; a match at the distance, checked against the bytes there.</summary>
    [Theory]
    // 32..63: distances up to 16384.
    [InlineData("21 fcff", 16384, 3, 0)]
    [InlineData("25 0000", 1, 7, 0)]
    // 16..31: lengths 3 to 9 in the byte, longer ones behind it.
    [InlineData("11 0400", 16385, 3, 0)]
    [InlineData("17 0700 010203", 16385, 9, 3)]
    [InlineData("10 01 0400", 16385, 10, 0)]
    [InlineData("10 0001 0400", 16385, 265, 0)]
    [InlineData("10 0000ff 0600 0102", 16385, 774, 2)]
    [InlineData("11 fcff", 32767, 3, 0)]
    [InlineData("19 0000", 32768, 3, 0)]
    [InlineData("19 0400", 32769, 3, 0)]
    [InlineData("1f fcff", 49151, 9, 0)]
    [InlineData("18 00c8 fdff 07", 49151, 464, 1)]
    // 0..15 directly after a literal run: three bytes at 2049 and more.
    [InlineData("00 00", 2049, 3, 0)]
    [InlineData("04 00", 2050, 3, 0)]
    [InlineData("0e ff 0102", 3072, 3, 2)]
    // 64..255: the largest distance.
    [InlineData("5c ff", 2048, 3, 0)]
    public void Lzo_FarMatch_IsDecoded(string instruction, int distance, int length, int literals)
    {
        byte[] noise = CodecData.Noise(new Random(9), 49151);
        byte[] bytes = Hex(instruction);
        byte[] stream = [.. LiteralRun(noise), .. bytes, .. Hex(End)];
        byte[] expected = new byte[noise.Length + length];
        noise.CopyTo(expected, 0);
        for (int i = 0; i < length; i++) expected[noise.Length + i] = expected[noise.Length + i - distance];
        Assert.Equal([.. expected, .. bytes[^literals..]], Expand(stream));
    }

    /// <summary>Matches longer than their distance repeat what they have just written.</summary>
    [Fact]
    public void Lzo_OverlappingMatch_Repeats()
    {
        for (int distance = 1; distance <= 40; distance++)
        {
            byte[] noise = CodecData.Noise(new Random(distance), 40);
            int v = (distance - 1) << 2;
            // Length 33 + 255 * 2 + 10.
            byte[] stream = [17 + 40, .. noise, 0x20, 0, 0, 10, (byte)v, (byte)(v >> 8), .. Hex(End)];
            byte[] expected = [.. noise, .. Enumerable.Range(0, 553).Select(i => noise[40 - distance + i % distance])];
            Assert.Equal(expected, Expand(stream));
        }
    }

    [Fact]
    public void Lzo_LongLiteralRuns_AreDecoded()
    {
        foreach (int length in new[] { 4, 18, 19, 20, 272, 273, 274, 528, 70000 })
        {
            byte[] noise = CodecData.Noise(new Random(length), length);
            Assert.Equal(noise, Expand([.. LiteralRun(noise), .. Hex(End)]));
        }
    }

    [Theory]
    // lzo_trunc and its variants.
    [InlineData("", "the stream of 0 bytes is cut short, it has no end marker")]
    [InlineData("12", "the stream of 1 bytes is cut short")]
    [InlineData("15 414243", "cut short")]
    [InlineData("15 41424344", "cut short")]
    [InlineData("15 41424344 11", "cut short")]
    [InlineData("15 41424344 1100", "cut short")]
    [InlineData("15 41424344 4c", "cut short")]
    [InlineData("15 41424344 4f 00 58", "cut short")]
    [InlineData("15 41424344 20 000000", "cut short")]
    [InlineData("15 41424344 00", "cut short")]
    [InlineData("00 0000", "cut short")]
    [InlineData("00 ff 4142", "cut short")]
    // lzo_trailing.
    [InlineData("15 41424344 110000 00", "lzo: 1 bytes follow the end marker")]
    [InlineData("15 41424344 110000 110000", "lzo: 3 bytes follow the end marker")]
    // lzo_lookbehind.
    [InlineData("15 41424344 50 00" + End, "match at byte 5 of the stream reaches 5 bytes back, only 4 are decoded")]
    [InlineData("15 41424344 4c 01" + End, "reaches 12 bytes back")]
    [InlineData("15 41424344 00 00" + End, "reaches 2049 bytes back")]
    [InlineData("12 41 04 00" + End, "reaches 2 bytes back, only 1 are decoded")]
    [InlineData("10 01 0400" + End, "reaches 16385 bytes back, only 0 are decoded")]
    [InlineData("15 41424344 11 0400" + End, "reaches 16385 bytes back")]
    [InlineData("15 41424344 1f fcff" + End, "reaches 49151 bytes back")]
    // lzo_bomb: a few bytes that stand for more than the block holds, at once or by and by.
    [InlineData("12 41 3f 0000 3f 0000 3f 0000" + End, "lzo: the data decode to more than 99 bytes")]
    [InlineData("12 41 20 00000000000000000000000000000000000000000000000001 0000" + End, "lzo: the data decode to more than 99 bytes")]
    // End markers of another length.
    [InlineData("15 41424344 12 0000", "end marker 12 .. 0000 at byte 5")]
    [InlineData("15 41424344 11 0100", "end marker 11 .. 0001 at byte 5")]
    public void Lzo_DamagedStream_IsRefused(string hex, string message)
    {
        CodecException e = Assert.Throws<CodecException>(() => Expand(Hex(hex), 99));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lzo_Bomb_DoesNotAllocate()
    {
        byte[] bomb = Encode(new byte[64 << 20]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more than 120000 bytes", Assert.Throws<CodecException>(() => Expand(bomb, 120_000)).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    /// <summary>Whatever is changed or cut: data within the limit or the one exception.</summary>
    [Fact]
    public void Lzo_RandomDamage_EndsInAnErrorOrData()
    {
        Random random = new(20180822);
        byte[] good = Encode([.. Enumerable.Range(0, 3000).Select(i => (byte)(i * i / 300 % 90 + random.Next(2)))]);
        for (int i = 0; i < 20000; i++)
        {
            byte[] bad = i % 4 == 0 ? CodecData.Noise(random, random.Next(60)) : [.. good];
            if (i % 4 == 1) bad = bad[..random.Next(bad.Length)];
            if (i % 4 > 1) for (int k = 0; k < i % 7 + 1; k++) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                Assert.InRange(Expand(bad, 3000).Length, 0, 3000);
            }
            catch (CodecException e)
            {
                Assert.StartsWith("lzo: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static int RoundTrip(byte[] data)
    {
        byte[] stream = Encode(data);
        Assert.Equal(data, Expand(stream, data.Length));
        Assert.InRange(stream.Length, 3, data.Length + data.Length / 16 + 67);
        return stream.Length;
    }

    private static byte[] Encode(byte[] data)
    {
        using CodecChain chain = new();
        return CodecTests.Encode(chain, data, [ProcessIds.Lzo]);
    }

    private static byte[] Expand(byte[] stream, int limit = 1 << 20)
    {
        using CodecChain chain = new();
        return CodecTests.Decode(chain, stream, [ProcessIds.Lzo], limit);
    }

    /// <summary>All bytes as one literal run.</summary>
    private static byte[] LiteralRun(byte[] bytes)
    {
        if (bytes.Length <= 18) return [(byte)(bytes.Length - 3), .. bytes];
        int rest = bytes.Length - 18;
        int zeros = (rest - 1) / 255;
        return [0, .. new byte[zeros], (byte)(rest - 255 * zeros), .. bytes];
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
