using System.Numerics;
using System.Runtime.CompilerServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>
/// Finds literals and matches in noise, such as digitised traces, quickly: what noise repeats is mostly not worth a match, so that only matches which
/// save bits are taken, and one earlier place is tried. Other data it refuses. Keeps its tables between streams; not thread-safe.
/// </summary>
internal sealed class DeflateFastParser
{
    /// <summary>Shorter input is refused: it costs little time.</summary>
    private const int LeastInput = 1 << 12;

    /// <summary>Blocks are put together from pieces of this size.</summary>
    private const int Piece = 1 << 13;

    /// <summary>The start of the data decides whether they are noise: this much of it has at most so many percent of its bytes in matches.</summary>
    private const int Sample = 1 << 14;
    private const int LargestMatchShare = 36;

    /// <summary>Literals of this many bits are refused: even the shortest matches save bits then, and places with the same three bytes are rare.</summary>
    private const int CostlyLiteral = 5 * Bit;

    /// <summary>Costs are counted in parts of a bit.</summary>
    private const int Bit = 256;

    /// <summary>A new block costs about as much for its codes.</summary>
    private const int BlockCost = 700 * Bit;

    /// <summary>What a match takes besides the extra bits of its distance and length.</summary>
    private const int MatchCost = 12 * Bit;

    private const int HashBits = 14;
    private const ulong HashFactor = 0x9e3779b97f4a7c15;

    /// <summary>No shorter match is found.</summary>
    private const int ShortestMatch = 6;
    private const int HashShift = 64 - 8 * ShortestMatch;

    /// <summary>After 2^7 literals without a match every second place is tried, then every third, and so on.</summary>
    private const int SkipShift = 7;

    /// <summary>Places entered inside a match, at its start and at its end.</summary>
    private const int EnteredAtStart = 32;
    private const int EnteredAtEnd = 4;

    /// <summary>Logarithms of 1 to 2, to tell the cost of literals without floating point, which may round differently on another machine.</summary>
    private static readonly ushort[] Logarithms = [.. Enumerable.Range(0, 256).Select(i => (ushort)Math.Round(Bit * Math.Log2(1 + i / 256.0)))];

    /// <summary>Last place with a hash. Places count on from stream to stream, so that nothing needs clearing.</summary>
    private readonly int[] _heads = new int[1 << HashBits];
    private readonly int[] _pieceCounts = new int[256];
    private readonly int[] _blockCounts = new int[256];
    private int _origin = 1;

    /// <summary>Writes all blocks of a stream.</summary>
    /// <returns>False when the data are not noise; nothing but symbols of an unfinished block has been given to the writer then.</returns>
    public bool TryParse(ReadOnlySpan<byte> source, DeflateBlockWriter writer)
    {
        if (source.Length < LeastInput) return false;
        if (_origin > int.MaxValue - source.Length)
        {
            Array.Clear(_heads);
            _origin = 1;
        }

        for (int start = 0; start < source.Length;)
        {
            int end = FindBlockEnd(source, start, out int literalCost);
            int at = start;
            if (start == 0)
            {
                at = Math.Min(end, Sample);
                int covered = ParseBlock(source, 0, at, literalCost, writer);
                if (literalCost >= CostlyLiteral || 100 * covered > LargestMatchShare * at)
                {
                    _origin += at;
                    return false;
                }
            }

            ParseBlock(source, at, end, literalCost, writer);
            writer.EndBlock(source[start..end], mayStore: true, last: end == source.Length);
            start = end;
        }

        _origin += source.Length;
        return true;
    }

    /// <summary>Adds piece after piece to a block, until other codes suit the next piece so much better that they are worth a block.</summary>
    private int FindBlockEnd(ReadOnlySpan<byte> source, int start, out int literalCost)
    {
        Array.Clear(_blockCounts);
        long cost = 0;
        int at = start;
        while (at < source.Length)
        {
            int end = source.Length - at < Piece + Piece / 2 ? source.Length : at + Piece;
            Array.Clear(_pieceCounts);
            foreach (byte literal in source[at..end]) _pieceCounts[literal]++;
            long apart = cost + LiteralCost(_pieceCounts, end - at) + BlockCost;
            for (int i = 0; i < _pieceCounts.Length; i++) _pieceCounts[i] += _blockCounts[i];
            long together = LiteralCost(_pieceCounts, end - start);
            if (at > start && together > apart) break;
            _pieceCounts.CopyTo(_blockCounts, 0);
            cost = together;
            at = end;
        }

        // A code has one bit at least.
        literalCost = Math.Max(Bit, (int)(cost / (at - start)));
        return at;
    }

    private static long LiteralCost(ReadOnlySpan<int> counts, int total)
    {
        long cost = (long)total * Logarithm(total);
        foreach (int count in counts) if (count > 0) cost -= (long)count * Logarithm(count);
        return cost;
    }

    private static int Logarithm(int x)
    {
        int whole = BitOperations.Log2((uint)x);
        return Bit * whole + Logarithms[(byte)(whole >= 8 ? x >> (whole - 8) : x << (8 - whole))];
    }

    /// <summary>Gives the literals and matches of a part of a block to the writer.</summary>
    /// <returns>Number of bytes in matches.</returns>
    private unsafe int ParseBlock(ReadOnlySpan<byte> source, int start, int end, int literalCost, DeflateBlockWriter writer)
    {
        int covered = 0;
        int literalStart = start;
        fixed (byte* data = source)
        fixed (int* heads = _heads)
        {
            // Eight bytes are read for the hash.
            int last = Math.Min(end, source.Length - 8);
            int at = start;
            while (at < last)
            {
                (int length, int distance) = FindMatch(data, at, end, heads);
                long gain = Gain(length, distance, literalCost);
                if (gain <= 0)
                {
                    at += 1 + ((at - literalStart) >> SkipShift);
                    continue;
                }

                // A match at the next place may save more.
                while (at + 1 < last)
                {
                    (int nextLength, int nextDistance) = FindMatch(data, at + 1, end, heads);
                    long nextGain = Gain(nextLength, nextDistance, literalCost);
                    if (nextGain <= gain) break;
                    (length, distance, gain) = (nextLength, nextDistance, nextGain);
                    at++;
                }

                writer.AddLiterals(at - literalStart);
                writer.AddMatch(length, distance);
                covered += length;
                literalStart = at + length;
                int entered = Math.Min(literalStart, last);
                for (int i = at + 2; i < Math.Min(entered, at + EnteredAtStart); i++) Enter(data, i, heads);
                for (int i = Math.Max(at + EnteredAtStart, literalStart - EnteredAtEnd); i < entered; i++) Enter(data, i, heads);
                at = literalStart;
            }
        }

        writer.AddLiterals(end - literalStart);
        return covered;
    }

    /// <summary>Bits saved by a match, which has one more extra bit for each doubling of its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Gain(int length, int distance, int literalCost) =>
        length == 0 ? 0 : length * literalCost - MatchCost - Bit * (BitOperations.Log2((uint)distance) + Math.Max(0, BitOperations.Log2((uint)length) - 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(ulong bytes) => (uint)(((bytes << HashShift) * HashFactor) >> (64 - HashBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void Enter(byte* data, int at, int* heads) => heads[Hash(*(ulong*)(data + at))] = _origin + at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe (int Length, int Distance) FindMatch(byte* data, int at, int end, int* heads)
    {
        ulong bytes = *(ulong*)(data + at);
        ref int head = ref heads[Hash(bytes)];
        int place = _origin + at;
        int distance = place - head;
        head = place;
        if (distance > Math.Min(at, DeflateFormat.WindowSize) || (*(ulong*)(data + at - distance) ^ bytes) << HashShift != 0) return (0, 0);
        int length = DeflateMatch.CommonLength(data + at, data + at - distance, Math.Min(DeflateFormat.LongestMatch, end - at));
        return length < DeflateFormat.ShortestMatch ? (0, 0) : (length, distance);
    }
}
