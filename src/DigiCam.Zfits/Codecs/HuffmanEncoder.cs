using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>Encoder of huffman16 and halfman16, which makes the same bytes as the official one. Keeps its arrays between blocks; not thread-safe.</summary>
internal sealed class HuffmanEncoder
{
    private readonly int[] _counts = new int[65536];
    private readonly ulong[] _codes = new ulong[65536];
    private readonly byte[] _lengths = new byte[65536];

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
        int[] counts = _counts;
        Array.Clear(counts);
        foreach (ushort word in words) counts[word]++;
        int codeCount = 0;
        foreach (int count in counts) if (count > 0) codeCount++;

        Append(output, 16);
        BinaryPrimitives.WriteInt64LittleEndian(output.Span[^16..], words.Length);
        BinaryPrimitives.WriteInt64LittleEndian(output.Span[^8..], codeCount);
        if (codeCount == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Append(output, 2), words[0]);
            return;
        }

        BuildCodes(codeCount);
        long bits = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] == 0) continue;
            int length = _lengths[symbol];
            bits += (long)length * counts[symbol];
            int bytes = (length + 7) >> 3;
            Span<byte> entry = Append(output, 3 + bytes);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)symbol);
            entry[2] = (byte)length;
            for (int b = 0; b < bytes; b++) entry[3 + b] = (byte)(_codes[symbol] >> (8 * b));
        }

        int at = output.Length;
        Append(output, checked((int)((bits + 7) / 8)));
        byte[] stream = output.Array;
        ulong buffer = 0;
        int used = 0;
        foreach (ushort word in words)
        {
            // At most 7 bits wait here, and a code has at most 56. Whole bytes advance; the rest is written again with the next code.
            // The eight bytes stored may reach into the slack behind the contents.
            buffer |= _codes[word] << used;
            used += _lengths[word];
            BinaryPrimitives.WriteUInt64LittleEndian(stream.AsSpan(at), buffer);
            at += used >> 3;
            buffer >>= used & ~7;
            used &= 7;
        }
    }

    /// <summary>
    /// Joins the two rarest nodes until one is left: the rarest becomes the one branch, the next the zero branch. Of equal counts the older
    /// node goes first, leaves by ascending symbol; this order decides the codes, so it must not change.
    /// </summary>
    private void BuildCodes(int codeCount)
    {
        int nodeCount = 2 * codeCount - 1;
        int[] symbols = new int[codeCount];
        int[] parents = new int[nodeCount];
        bool[] isOne = new bool[nodeCount];
        PriorityQueue<int, (long Count, int Node)> queue = new(codeCount);
        for (int symbol = 0, leaf = 0; symbol < _counts.Length; symbol++)
        {
            if (_counts[symbol] == 0) continue;
            symbols[leaf] = symbol;
            queue.Enqueue(leaf, (_counts[symbol], leaf));
            leaf++;
        }

        for (int node = codeCount; node < nodeCount; node++)
        {
            queue.TryDequeue(out int rarest, out (long Count, int Node) first);
            queue.TryDequeue(out int next, out (long Count, int Node) second);
            parents[rarest] = parents[next] = node;
            isOne[rarest] = true;
            queue.Enqueue(node, (first.Count + second.Count, node));
        }

        int root = nodeCount - 1;
        for (int leaf = 0; leaf < codeCount; leaf++)
        {
            ulong code = 0;
            int length = 0;
            // From the leaf upwards: the first decision ends up in bit 0.
            for (int node = leaf; node != root; node = parents[node], length++) code = (code << 1) | (isOne[node] ? 1u : 0u);
            _codes[symbols[leaf]] = code;
            _lengths[symbols[leaf]] = (byte)length;
        }
    }

    private static Span<byte> Append(ByteBuffer output, int count)
    {
        int start = output.Length;
        return output.Resize(checked(start + count), keep: true)[start..];
    }
}
