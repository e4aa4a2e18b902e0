using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Zfits.Codecs;

/// <summary>Decoder of huffman16 and halfman16. Keeps its tables between blocks; not thread-safe.</summary>
internal sealed class HuffmanDecoder
{
    private const int StreamHeaderSize = 16;

    private readonly HuffmanTable _table = new();

    /// <summary>Decodes a huffman16 payload.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="output">Receives the decoded bytes.</param>
    /// <param name="limit">Largest number of decoded bytes.</param>
    /// <param name="undoDiff">Also undoes diff16 in the same pass, which writes every word once only.</param>
    public void DecodeHuffman(ReadOnlySpan<byte> payload, ByteBuffer output, long limit, bool undoDiff)
    {
        if (payload.Length < 4) CodecErrors.Fail($"huffman16 payload of {payload.Length} bytes is too short");
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if (size != payload.Length - 4) CodecErrors.Fail($"Huffman stream size is {size}, the payload holds {payload.Length - 4}");
        output.Resize(0);
        DecodeStream(payload[4..], output, limit, undoDiff);
    }

    /// <summary>Decodes a halfman16 payload: two streams whose outputs follow each other.</summary>
    public void DecodeHalfMan(ReadOnlySpan<byte> payload, ByteBuffer output, long limit)
    {
        if (payload.Length < 8) CodecErrors.Fail($"halfman16 payload of {payload.Length} bytes is too short");
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        uint second = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
        if ((ulong)first + second != (ulong)(payload.Length - 8)) CodecErrors.Fail($"halfman16 stream sizes are {first} and {second}, the payload holds {payload.Length - 8}");
        output.Resize(0);
        DecodeStream(payload.Slice(8, (int)first), output, limit, undoDiff: false);
        DecodeStream(payload[(8 + (int)first)..], output, limit, undoDiff: false);
    }

    private unsafe void DecodeStream(ReadOnlySpan<byte> stream, ByteBuffer output, long limit, bool undoDiff)
    {
        if (stream.Length < StreamHeaderSize + 2) CodecErrors.Fail($"Huffman stream of {stream.Length} bytes is too short, at least {StreamHeaderSize + 2} expected");
        ulong symbols = BinaryPrimitives.ReadUInt64LittleEndian(stream);
        ulong codes = BinaryPrimitives.ReadUInt64LittleEndian(stream[8..]);
        ulong possible = (ulong)(limit - output.Length) / 2;
        if (symbols > possible) CodecErrors.Fail($"Huffman stream announces {symbols} symbols, at most {possible} possible");
        if (codes is 0 or > 65536) CodecErrors.Fail($"Huffman stream announces {codes} codes, 1 to 65536 expected");

        if (codes == 1)
        {
            if (stream.Length != StreamHeaderSize + 2) CodecErrors.Fail($"Huffman stream of a single symbol has {stream.Length} bytes, {StreamHeaderSize + 2} expected");
            Repeat(BinaryPrimitives.ReadUInt16LittleEndian(stream[StreamHeaderSize..]), (int)symbols, output, undoDiff);
            return;
        }

        ReadOnlySpan<byte> table = stream[StreamHeaderSize..];
        // At least symbol, length and one byte of code each; checked before anything is allocated for the table.
        if (codes * 4 > (ulong)table.Length) CodecErrors.Fail($"Huffman stream announces {codes} codes, its {stream.Length} bytes cannot hold them");
        ReadOnlySpan<byte> bits = table[_table.Read(table, (int)codes, symbols, undoDiff)..];
        long bitCount = 8L * bits.Length;
        if (symbols > (ulong)bitCount) CodecErrors.Fail($"Huffman stream announces {symbols} symbols, its bit stream has {bitCount} bits");

        int start = output.Length;
        output.Resize(start + 2 * (int)symbols, keep: start > 0);
        long used;
        fixed (byte* source = bits)
        fixed (byte* target = output.Array)
        {
            used = undoDiff
                ? Decode<Sums>(source, bits.Length, (ushort*)(target + start), (int)symbols)
                : Decode<Plain>(source, bits.Length, (ushort*)(target + start), (int)symbols);
        }

        if (bitCount - used >= 8) CodecErrors.Fail($"Huffman bit stream has {bitCount - used} bits left after {symbols} symbols, fewer than 8 expected");
    }

    private static void Repeat(ushort symbol, int count, ByteBuffer output, bool undoDiff)
    {
        int start = output.Length;
        output.Resize(start + 2 * count, keep: start > 0);
        Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(output.Span[start..]);
        words.Fill(symbol);
        if (undoDiff) for (int i = 1; i < words.Length; i++) words[i] += words[i - 1];
    }

    /// <summary>Decodes all symbols and returns the number of bits used.</summary>
    private unsafe long Decode<TMode>(byte* source, long length, ushort* output, int count) where TMode : struct
    {
        HuffmanTable tables = _table;
        int indexBits = tables.IndexBits;
        uint mask = (1u << indexBits) - 1;
        long position = 0;
        ushort* o = output;
        ushort* end = output + count;
        Vector128<ushort> previous = Vector128<ushort>.Zero;
        fixed (ulong* multi = tables.Multi)
        fixed (uint* single = tables.Single)
        fixed (uint* second = tables.Second)
        {
            // Four look-ups take at most 48 of the 57 bits that one load holds at least, and make at most 12 words. What limits the speed is that a
            // look-up needs the length found by the one before: load, shift, mask, about 7 cycles for the 2 words of 5 bits that an entry holds on
            // average. The rest of the work fits into that time; a larger table would leave the first-level cache, which costs more than it saves.
            ushort* fastEnd = end - 12;
            long fastPosition = 8 * (length - 8);
            while (o <= fastEnd && position <= fastPosition)
            {
                ulong bits = *(ulong*)(source + (position >> 3)) >> (int)(position & 7);
                ulong e0 = multi[(uint)bits & mask];
                bits >>= (int)e0;
                ulong e1 = multi[(uint)bits & mask];
                bits >>= (int)e1;
                ulong e2 = multi[(uint)bits & mask];
                bits >>= (int)e2;
                ulong e3 = multi[(uint)bits & mask];
                position += (byte)e0 + (byte)e1 + (byte)e2 + (byte)e3;
                previous = Put<TMode>(ref o, e0, previous);
                previous = Put<TMode>(ref o, e1, previous);
                previous = Put<TMode>(ref o, e2, previous);
                previous = Put<TMode>(ref o, e3, previous);
                // An entry of 0 uses no bits and makes no words: once a long code comes up, the remaining look-ups repeat it.
                if (e3 != 0) continue;
                // Long codes like company: saturated and noisy stretches have several in a row.
                while (position <= fastPosition && o < end)
                {
                    bits = *(ulong*)(source + (position >> 3)) >> (int)(position & 7);
                    uint entry = single[(uint)bits & mask];
                    if (!HuffmanTable.IsLong(entry)) break;
                    entry = second[HuffmanTable.SecondIndex(entry, bits >> indexBits)];
                    if (entry == 0) entry = tables.Search(bits);
                    position += entry >> 16;
                    ushort symbol = (ushort)entry;
                    if (typeof(TMode) == typeof(Sums)) symbol += previous.ToScalar();
                    *o++ = symbol;
                    previous = Vector128.Create(symbol);
                }
            }

            ushort last = previous.ToScalar();
            while (o < end)
            {
                ulong bits = Peek(source, length, position);
                uint entry = single[(uint)bits & mask];
                if (HuffmanTable.IsLong(entry))
                {
                    entry = second[HuffmanTable.SecondIndex(entry, bits >> indexBits)];
                    if (entry == 0) entry = tables.Search(bits);
                }

                position += entry >> 16;
                ushort symbol = (ushort)entry;
                if (position > 8 * length) CodecErrors.HuffmanBitsShort(o - output, (ulong)count);
                if (typeof(TMode) == typeof(Sums)) symbol += last;
                *o++ = symbol;
                last = symbol;
            }
        }

        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector128<ushort> Put<TMode>(ref ushort* o, ulong entry, Vector128<ushort> previous) where TMode : struct
    {
        if (typeof(TMode) == typeof(Sums))
        {
            Vector128<ushort> words = Vector128.CreateScalarUnsafe(entry >> 16).AsUInt16() + previous;
            *(ulong*)o = words.AsUInt64().ToScalar();
            previous = Vector128.Shuffle(words, Vector128.Create((ushort)2));
        }
        else
        {
            *(ulong*)o = entry >> 16;
        }

        o += (byte)(entry >> 8);
        return previous;
    }

    /// <summary>The bits from a position on, zero behind the end.</summary>
    private static unsafe ulong Peek(byte* source, long length, long position)
    {
        long at = position >> 3;
        if (at + 8 <= length) return *(ulong*)(source + at) >> (int)(position & 7);
        ulong bits = 0;
        for (int i = 0; at + i < length; i++) bits |= (ulong)source[at + i] << (8 * i);
        return bits >> (int)(position & 7);
    }

    /// <summary>Symbols are the words.</summary>
    private readonly struct Plain;

    /// <summary>Symbols are differences of the words.</summary>
    private readonly struct Sums;
}
