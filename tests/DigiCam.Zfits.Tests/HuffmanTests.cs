using CsCheck;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>Huffman coding at its edges: every size of look-up table, codes of all lengths, and streams that end anywhere.</summary>
public sealed class HuffmanTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5000)]
    [InlineData(2, 2)]
    [InlineData(2, 40_000)]
    [InlineData(3, 511)]
    [InlineData(3, 513)]
    [InlineData(300, 8191)]
    [InlineData(300, 8192)]
    [InlineData(65536, 65536)]
    [InlineData(65536, 200_000)]
    public void Words_EvenlySpread_RoundTrip(int symbols, int count) => CheckRoundTrip([.. Enumerable.Range(0, count).Select(i => (ushort)(i * 40503L % symbols))]);

    /// <summary>Counts that grow like Fibonacci numbers make a tree that is a single chain: the longest codes possible.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(20)]
    [InlineData(26)]
    public void Words_FibonacciCounts_RoundTrip(int symbols)
    {
        List<ushort> words = [];
        (long a, long b) = (1, 1);
        for (int s = 0; s < symbols; s++, (a, b) = (b, a + b)) words.AddRange(Enumerable.Repeat((ushort)(s * 1021), (int)a));
        ushort[] shuffled = [.. words];
        new Random(7).Shuffle(shuffled);
        CheckRoundTrip(shuffled);
    }

    /// <summary>Some long chains below one prefix of the index table, so that the search behind the second-level tables is used.</summary>
    [Fact]
    public void Words_LongChainsAmongManySymbols_RoundTrip()
    {
        List<ushort> words = [];
        for (int s = 0; s < 3000; s++) words.AddRange(Enumerable.Repeat((ushort)(s * 7), 20));
        (long a, long b) = (1, 1);
        for (int s = 0; s < 24; s++, (a, b) = (b, a + b)) words.AddRange(Enumerable.Repeat((ushort)(30_000 + s), (int)a));
        ushort[] shuffled = [.. words];
        new Random(8).Shuffle(shuffled);
        CheckRoundTrip(shuffled);
    }

    /// <summary>Streams long enough to be decoded from two places at once; with codes of equal length the two never fall into step.</summary>
    [Theory]
    [InlineData("one bit", 800_000)]
    [InlineData("eight bits", 400_000)]
    [InlineData("nine bits", 400_000)]
    [InlineData("twelve bits", 300_000)]
    [InlineData("sixteen bits", 300_000)]
    [InlineData("geometric", 700_001)]
    [InlineData("bursts of rare words", 500_003)]
    public void Words_LongStreams_RoundTrip(string kind, int count)
    {
        Random random = new(9);
        Func<int, int> word = kind switch
        {
            "one bit" => _ => random.Next(2) * 5000,
            "eight bits" => i => i % 256,
            "nine bits" => i => i * 7 % 512,
            "twelve bits" => i => i * 5 % 4096,
            "sixteen bits" => i => i * 40503 & 0xffff,
            "geometric" => _ => (int)(-3 * Math.Log(1 - random.NextDouble())),
            _ => i => i / 1000 % 10 == 0 ? random.Next(20_000) : random.Next(12),
        };
        CheckRoundTrip([.. Enumerable.Range(0, count).Select(i => (ushort)word(i))]);
    }

    [Fact]
    public void Words_RandomLongStreams_RoundTrip() =>
        Gen.Select(Gen.Int[60_000, 400_000], Gen.Double[0.02, 8], Gen.Int[0, int.MaxValue]).Sample(
            parameters =>
            {
                Random random = new(parameters.Item3);
                CheckRoundTrip([.. Enumerable.Range(0, parameters.Item1).Select(_ => (ushort)(short)(parameters.Item2 * Math.Tan(3.1 * (random.NextDouble() - 0.5))))]);
            },
            iter: 25,
            threads: 1);

    [Fact]
    public void Words_RandomWaveforms_RoundTrip() =>
        Gen.Select(Gen.Int[1, 30_000], Gen.Int[1, 2000], Gen.Int[0, int.MaxValue]).Sample(
            parameters =>
            {
                Random random = new(parameters.Item3);
                double value = 300;
                CheckRoundTrip([.. Enumerable.Range(0, parameters.Item1).Select(_ => (ushort)(short)(value += (random.NextDouble() - 0.5) * Math.Pow(random.NextDouble(), 6) * parameters.Item2))]);
            },
            iter: 40,
            threads: 1);

    private static void CheckRoundTrip(ushort[] words)
    {
        byte[] bytes = CodecTests.Bytes(words);
        using CodecChain chain = new();
        ushort[] plain = [ProcessIds.Huffman16];
        ushort[] fused = [ProcessIds.Diff16, ProcessIds.Huffman16];
        byte[] payload = CodecTests.Encode(chain, bytes, plain);
        Assert.Equal(bytes, CodecTests.Decode(chain, payload, plain, bytes.Length));
        Assert.Throws<CodecException>(() => CodecTests.Decode(chain, payload, plain, bytes.Length - 2));
        payload = CodecTests.Encode(chain, bytes, fused);
        byte[] decoded = CodecTests.Decode(chain, payload, fused, bytes.Length);
        Assert.Equal(bytes, decoded);
        // Decoding and differences one after the other give the same as in one pass.
        byte[] differences = CodecTests.Decode(chain, payload, plain, bytes.Length);
        Transforms16.DecodeDiff(differences);
        Assert.Equal(decoded, differences);
    }
}
