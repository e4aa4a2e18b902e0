using System.Buffers.Binary;
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

    /// <summary>Bits changed anywhere in a long stream: the result is that of decoding symbol by symbol, or an error where that has one.</summary>
    [Theory]
    [InlineData(3.0, 1)]
    [InlineData(40.0, 2)]
    [InlineData(0.4, 3)]
    public void Words_DamagedLongStreams_DecodeAsSymbolBySymbol(double width, int seed)
    {
        Random random = new(seed);
        ushort[] words = [.. Enumerable.Range(0, 220_000).Select(_ => (ushort)(short)(width * Math.Tan(3.12 * (random.NextDouble() - 0.5))))];
        using CodecChain chain = new();
        ushort[] plain = [ProcessIds.Huffman16];
        byte[] payload = CodecTests.Encode(chain, CodecTests.Bytes(words), plain);
        int table = SizeOfTable(payload);
        int errors = 0;
        for (int round = 0; round < 12; round++)
        {
            byte[] damaged = [.. payload];
            for (int i = 0; i < 1 << round % 6; i++) damaged[random.Next(table, damaged.Length)] ^= (byte)(1 << random.Next(8));
            ushort[]? expected = DecodeSlowly(damaged);
            foreach (bool differences in (bool[])[false, true])
            {
                ushort[] processes = differences ? [ProcessIds.Diff16, ProcessIds.Huffman16] : plain;
                if (expected is null)
                {
                    Assert.Throws<CodecException>(() => CodecTests.Decode(chain, damaged, processes, 2 * words.Length));
                    errors++;
                    continue;
                }

                byte[] bytes = CodecTests.Bytes(expected);
                if (differences) Transforms16.DecodeDiff(bytes);
                Assert.Equal(bytes, CodecTests.Decode(chain, damaged, processes, 2 * words.Length));
            }
        }

        Assert.InRange(errors, 1, 23);
    }

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

    /// <summary>The encoder sorts and joins in its own way; these are the codes as the format describes them, with a queue.</summary>
    [Fact]
    public void Words_Any_MakeTheDocumentedBytes() =>
        Gen.Select(Gen.Int[1, 12_000], Gen.Double[0, 14], Gen.Int, Gen.Int[0, 65535]).Sample(
            (count, width, seed, center) =>
            {
                Random random = new(seed);
                double span = Math.Pow(2, width);
                ushort[] words = [.. Enumerable.Range(0, count).Select(_ => (ushort)(center + (int)(span * Math.Pow(random.NextDouble() - 0.5, 3))))];
                using CodecChain chain = new();
                Assert.Equal(DocumentedStream(words), CodecTests.Encode(chain, CodecTests.Bytes(words), [ProcessIds.Huffman16])[4..]);
            },
            iter: 150,
            threads: 1);

    /// <summary>A huffman16 stream, made step by step.</summary>
    private static byte[] DocumentedStream(ushort[] words)
    {
        (ushort Symbol, int Count)[] leaves = [.. words.GroupBy(word => word).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()))];
        List<byte> stream = [.. BitConverter.GetBytes((long)words.Length), .. BitConverter.GetBytes((long)leaves.Length)];
        if (leaves.Length == 1) return [.. stream, .. BitConverter.GetBytes(words[0])];
        PriorityQueue<int, (long Count, int Node)> queue = new(leaves.Select((leaf, i) => (i, ((long)leaf.Count, i))));
        Dictionary<int, (int Parent, bool One)> parents = [];
        for (int node = leaves.Length; queue.Count > 1; node++)
        {
            queue.TryDequeue(out int rarest, out (long Count, int Node) first);
            queue.TryDequeue(out int next, out (long Count, int Node) second);
            parents[rarest] = (node, true);
            parents[next] = (node, false);
            queue.Enqueue(node, (first.Count + second.Count, node));
        }

        Dictionary<ushort, bool[]> codes = [];
        for (int leaf = 0; leaf < leaves.Length; leaf++)
        {
            List<bool> code = [];
            for (int node = leaf; parents.TryGetValue(node, out (int Parent, bool One) up); node = up.Parent) code.Insert(0, up.One);
            codes[leaves[leaf].Symbol] = [.. code];
            stream.AddRange([.. BitConverter.GetBytes(leaves[leaf].Symbol), (byte)code.Count, .. Pack(code)]);
        }

        return [.. stream, .. Pack(words.SelectMany(word => codes[word]))];
    }

    private static byte[] Pack(IEnumerable<bool> bits) => [.. bits.Chunk(8).Select(eight => (byte)eight.Select((bit, i) => bit ? 1 << i : 0).Sum())];

    /// <summary>Bytes of a huffman16 payload before the bits.</summary>
    private static int SizeOfTable(ReadOnlySpan<byte> payload)
    {
        int at = 4 + 16;
        for (long codes = BinaryPrimitives.ReadInt64LittleEndian(payload[12..]); codes > 0; codes--) at += 3 + (payload[at + 2] + 7) / 8;
        return at;
    }

    /// <summary>Decodes bit by bit; null where the bits do not make the announced number of symbols and fewer than eight bits more.</summary>
    private static ushort[]? DecodeSlowly(ReadOnlySpan<byte> payload)
    {
        Dictionary<(int Length, ulong Code), ushort> codes = [];
        int at = 4 + 16;
        for (long count = BinaryPrimitives.ReadInt64LittleEndian(payload[12..]); count > 0; count--)
        {
            int length = payload[at + 2];
            ulong code = 0;
            for (int b = 0; b < (length + 7) / 8; b++) code |= (ulong)payload[at + 3 + b] << (8 * b);
            codes[(length, code)] = BinaryPrimitives.ReadUInt16LittleEndian(payload[at..]);
            at += 3 + (length + 7) / 8;
        }

        ushort[] words = new ushort[BinaryPrimitives.ReadInt64LittleEndian(payload[4..])];
        long bit = 8L * at;
        for (int i = 0; i < words.Length; i++)
        {
            ulong code = 0;
            int length = 0;
            do
            {
                if (bit == 8L * payload.Length) return null;
                code |= (ulong)((payload[(int)(bit >> 3)] >> (int)(bit & 7)) & 1) << length++;
                bit++;
            }
            while (!codes.TryGetValue((length, code), out words[i]));
        }

        return 8L * payload.Length - bit < 8 ? words : null;
    }

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
