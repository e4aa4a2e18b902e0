using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>Encoder of huffman16 and halfman16, which makes the same bytes as the official one. Keeps its arrays between blocks; not thread-safe.</summary>
internal sealed class HuffmanEncoder
{
    private const int StreamHeaderSize = 16;

    /// <summary>An entry of the code table holds the length of the code, and above it the code, first bit lowest. Lengths add up when entries do, and a shift by an entry shifts by the length.</summary>
    private const int CodeShift = 8;

    /// <summary>Bits that can join the up to 7 that wait in an accumulator of 64; all of those together would be shifted out by 64, which does nothing.</summary>
    private const int Room = 56;

    private readonly WordHistogram _histogram = new();
    private readonly ulong[] _codes = new ulong[65536];

    // By number of the symbol among those that occur; they grow with the number of symbols.
    private ushort[] _symbols = [];
    private int[] _counts = [];

    /// <summary>Leaves by ascending count: the count above the number of the leaf.</summary>
    private ulong[] _leaves = [];
    private long[] _nodeCounts = [];

    /// <summary>For every node but the root twice the number of its parent, plus 1 for the one branch; then the code of the node, in the form of the code table.</summary>
    private ulong[] _nodes = [];

    public void EncodeHuffman(ReadOnlySpan<byte> data, ByteBuffer output)
    {
        output.Resize(4);
        EncodeStream(Words(data, "huffman16", 2), output);
        BinaryPrimitives.WriteInt32LittleEndian(output.Span, output.Length - 4);
    }

    public void EncodeHalfMan(ReadOnlySpan<byte> data, ByteBuffer output)
    {
        ReadOnlySpan<ushort> words = Words(data, "halfman16", 4);
        output.Resize(8);
        EncodeStream(words[..(data.Length / 4)], output);
        int first = output.Length - 8;
        EncodeStream(words[(data.Length / 4)..], output);
        BinaryPrimitives.WriteInt32LittleEndian(output.Span, first);
        BinaryPrimitives.WriteInt32LittleEndian(output.Span[4..], output.Length - 8 - first);
    }

    private static ReadOnlySpan<ushort> Words(ReadOnlySpan<byte> data, string process, int unit)
    {
        if (data.Length == 0) CodecErrors.Fail($"{process} cannot encode an empty block");
        if (data.Length % unit != 0) CodecErrors.NotAMultiple(process, data.Length, unit);
        return MemoryMarshal.Cast<byte, ushort>(data);
    }

    private void EncodeStream(ReadOnlySpan<ushort> words, ByteBuffer output)
    {
        int codeCount = _histogram.Count(words);
        MakeRoom(codeCount);
        _histogram.MoveTo(_symbols, _counts);
        int start = output.Length;
        if (codeCount == 1)
        {
            WriteHeader(output.Resize(start + StreamHeaderSize + 2, keep: true)[start..], words.Length, codeCount);
            BinaryPrimitives.WriteUInt16LittleEndian(output.Span[^2..], words[0]);
            return;
        }

        BuildCodes(codeCount);
        long bits = 0;
        int tableSize = 0;
        for (int i = 0; i < codeCount; i++)
        {
            int length = (byte)_nodes[i];
            bits += (long)length * _counts[i];
            tableSize += 3 + ((length + 7) >> 3);
        }

        Span<byte> stream = output.Resize(checked((int)(start + StreamHeaderSize + tableSize + (bits + 7) / 8)), keep: true)[start..];
        WriteHeader(stream, words.Length, codeCount);
        // The code of an entry is stored with eight bytes, of which the next entry overwrites what is too much.
        int at = StreamHeaderSize;
        for (int i = 0; i < codeCount; i++)
        {
            ulong code = _nodes[i];
            _codes[_symbols[i]] = code;
            int length = (byte)code;
            Span<byte> entry = output.Array.AsSpan(start + at);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, _symbols[i]);
            entry[2] = (byte)length;
            BinaryPrimitives.WriteUInt64LittleEndian(entry[3..], code >> CodeShift);
            at += 3 + ((length + 7) >> 3);
        }

        WriteBits(words, output.Array, start + at);
    }

    private static void WriteHeader(Span<byte> stream, int wordCount, int codeCount)
    {
        BinaryPrimitives.WriteInt64LittleEndian(stream, wordCount);
        BinaryPrimitives.WriteInt64LittleEndian(stream[8..], codeCount);
    }

    private void MakeRoom(int symbolCount)
    {
        if (_symbols.Length >= symbolCount) return;
        symbolCount = (int)BitOperations.RoundUpToPowerOf2((uint)symbolCount);
        _symbols = new ushort[symbolCount];
        _counts = new int[symbolCount];
        _leaves = new ulong[symbolCount];
        _nodeCounts = new long[2 * symbolCount];
        _nodes = new ulong[2 * symbolCount];
    }

    /// <summary>
    /// Joins the two rarest nodes until one is left: the rarest becomes the one branch, the next the zero branch. Of equal counts the older
    /// node goes first, leaves by ascending symbol; this order decides the codes, so it must not change. New nodes come by ascending
    /// count, so that they need no sorting: the rarest node is the first leaf left or the first new node left.
    /// </summary>
    private void BuildCodes(int codeCount)
    {
        Span<ulong> leaves = _leaves.AsSpan(0, codeCount);
        Span<long> counts = _nodeCounts;
        for (int i = 0; i < leaves.Length; i++)
        {
            leaves[i] = ((ulong)_counts[i] << 32) | (uint)i;
            counts[i] = _counts[i];
        }

        leaves.Sort();
        int nextLeaf = 0;
        int nextNode = codeCount;
        int root = 2 * codeCount - 2;
        for (int node = codeCount; node <= root; node++)
        {
            int rarest = Take(leaves, ref nextLeaf, ref nextNode, node);
            int next = Take(leaves, ref nextLeaf, ref nextNode, node);
            counts[node] = counts[rarest] + counts[next];
            _nodes[rarest] = 2 * (ulong)node + 1;
            _nodes[next] = 2 * (ulong)node;
        }

        // From the root down: each decision follows those of the parent.
        _nodes[root] = 0;
        for (int node = root - 1; node >= 0; node--)
        {
            ulong link = _nodes[node];
            ulong parent = _nodes[link >> 1];
            _nodes[node] = (parent + 1) | ((link & 1) << (CodeShift + (byte)parent));
        }
    }

    private int Take(ReadOnlySpan<ulong> leaves, ref int nextLeaf, ref int nextNode, int nodes)
    {
        bool isLeaf = nextLeaf < leaves.Length && (nextNode == nodes || (long)(leaves[nextLeaf] >> 32) <= _nodeCounts[nextNode]);
        return isLeaf ? (int)(uint)leaves[nextLeaf++] : nextNode++;
    }

    /// <summary>Writes the codes of all words. Eight bytes are stored at a time, whole ones advance; the slack of the buffer takes what is too much at the end.</summary>
    private unsafe void WriteBits(ReadOnlySpan<ushort> words, byte[] target, int at)
    {
        fixed (ushort* first = words)
        fixed (ulong* codes = _codes)
        fixed (byte* bytes = target)
        {
            byte* o = bytes + at;
            ulong waiting = 0;
            int used = 0;
            int i = 0;
            for (; i <= words.Length - 4; i += 4)
            {
                // Two and two are joined on their own, which leaves less to do one after the other.
                ulong a = codes[first[i]];
                ulong b = codes[first[i + 1]];
                ulong c = codes[first[i + 2]];
                ulong d = codes[first[i + 3]];
                ulong lengthAB = a + b;
                int length = (byte)(lengthAB + c + d);
                if (length <= Room)
                {
                    ulong ab = (a >> CodeShift) | ((b >> CodeShift) << (int)a);
                    ulong cd = (c >> CodeShift) | ((d >> CodeShift) << (int)c);
                    waiting |= (ab | (cd << (int)lengthAB)) << used;
                    Store(ref o, ref waiting, ref used, length);
                }
                else
                {
                    Put(a, ref o, ref waiting, ref used);
                    Put(b, ref o, ref waiting, ref used);
                    Put(c, ref o, ref waiting, ref used);
                    Put(d, ref o, ref waiting, ref used);
                }
            }

            for (; i < words.Length; i++) Put(codes[first[i]], ref o, ref waiting, ref used);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Put(ulong code, ref byte* o, ref ulong waiting, ref int used)
    {
        waiting |= (code >> CodeShift) << used;
        Store(ref o, ref waiting, ref used, (byte)code);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Store(ref byte* o, ref ulong waiting, ref int used, int length)
    {
        used += length;
        *(ulong*)o = waiting;
        o += used >> 3;
        waiting >>= used & ~7;
        used &= 7;
    }
}
