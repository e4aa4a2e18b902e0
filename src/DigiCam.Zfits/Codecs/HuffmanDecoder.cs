using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Zfits.Codecs;

/// <summary>Decoder of huffman16 and halfman16. Keeps its tables between blocks; not thread-safe.</summary>
internal sealed class HuffmanDecoder
{
    private const int StreamHeaderSize = 16;

    /// <summary>Words that four look-ups make at most.</summary>
    private const int GroupSymbols = 12;

    /// <summary>Bytes from the input of a lane on that a group and a long code may look at.</summary>
    private const int LaneReach = 16;

    /// <summary>Bytes of the stream that are decoded from two places at once.</summary>
    private const int WindowBytes = 1 << 14;

    /// <summary>Symbols after the middle of a window among which the two lanes must meet.</summary>
    private const int MeetingSymbols = 64;
    private const int ScratchSymbols = 1 << 15;

    /// <summary>The most symbols of a window: codes of one bit up to the middle, and while the lanes have not met; and what the scratch memory holds.</summary>
    private const int WindowSymbols = 8 * WindowBytes / 2 + MeetingSymbols * HuffmanTable.MaximumCodeLength + 64 + ScratchSymbols;

    private readonly HuffmanTable _table = new();
    private ushort[]? _scratch;

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
        ushort* o = output;
        ushort* end = output + count;
        long position = 0;
        ushort last = 0;
        fixed (ulong* multi = _table.Multi)
        fixed (uint* single = _table.Single)
        fixed (uint* second = _table.Second)
        {
            Tables tables = new(multi, single, second, _table.IndexBits);
            while (end - o > WindowSymbols && length - (position >> 3) > WindowBytes) DecodeWindow<TMode>(tables, source, length, ref position, ref o, ref last);
            DecodeRun<TMode>(tables, source, length, end, ref position, ref o, ref last);
            while (o < end)
            {
                uint entry = DecodeOne(tables, Peek(source, length, position));
                position += entry >> 16;
                if (position > 8 * length) CodecErrors.HuffmanBitsShort(o - output, (ulong)count);
                *o++ = last = Next<TMode>(last, entry);
            }
        }

        return position;
    }

    /// <summary>Decodes from one place until close to the end of input or output.</summary>
    private unsafe void DecodeRun<TMode>(in Tables tables, byte* source, long length, ushort* end, ref long position, ref ushort* output, ref ushort last) where TMode : struct
    {
        if (position > 8 * (length - LaneReach)) return;
        Lane lane = new(source, position, output, last);
        byte* inputEnd = source + length - LaneReach;
        ushort* outputEnd = end - GroupSymbols - 1;
        while (lane.Output <= outputEnd && lane.Input <= inputEnd)
        {
            if (Group<TMode>(tables, ref lane)) LongCode<TMode>(tables, ref lane);
        }

        lane.Leave(source, out position, out output, out last);
    }

    /// <summary>
    /// Decodes a stretch of the stream from two places at once: from its start, and from its middle, where no one knows whether a code begins.
    /// Decoding is a chain of look-ups of which each needs the one before; two chains side by side keep the processor busy. Huffman codes fall into step
    /// by themselves after a few symbols, so that the first lane sooner or later meets a place where the second had a code begin; from there on the
    /// symbols of the second are right, and are copied behind those of the first. Should they not meet, those of the second are dropped.
    /// </summary>
    private unsafe void DecodeWindow<TMode>(in Tables tables, byte* source, long length, ref long position, ref ushort* output, ref ushort last) where TMode : struct
    {
        long* starts = stackalloc long[MeetingSymbols];
        _scratch ??= GC.AllocateUninitializedArray<ushort>(ScratchSymbols);
        fixed (ushort* scratch = _scratch)
        {
            long middle = position + 8 * WindowBytes / 2;
            long at = middle;
            ushort sum = 0;
            for (int i = 0; i < MeetingSymbols; i++)
            {
                uint entry = DecodeOne(tables, Peek(source, length, at));
                starts[i] = at;
                at += entry >> 16;
                scratch[i] = sum = Next<TMode>(sum, entry);
            }

            Lane first = new(source, position, output, last);
            Lane second = new(source, at, scratch + MeetingSymbols, sum);
            byte* firstEnd = source + (middle >> 3);
            byte* secondEnd = source + length - LaneReach;
            ushort* scratchEnd = scratch + ScratchSymbols - GroupSymbols - 1;
            while (first.Input < firstEnd && second.Input <= secondEnd && second.Output <= scratchEnd)
            {
                bool firstIsLong = Group<TMode>(tables, ref first);
                bool secondIsLong = Group<TMode>(tables, ref second);
                if (firstIsLong) LongCode<TMode>(tables, ref first);
                if (secondIsLong) LongCode<TMode>(tables, ref second);
            }

            while (first.Input < firstEnd)
            {
                if (Group<TMode>(tables, ref first)) LongCode<TMode>(tables, ref first);
            }

            first.Leave(source, out position, out output, out last);
            second.Leave(source, out long secondPosition, out ushort* scratchOutput, out _);
            int meeting = 0;
            while (true)
            {
                while (meeting < MeetingSymbols && starts[meeting] < position) meeting++;
                if (meeting == MeetingSymbols) return;
                if (starts[meeting] == position) break;
                uint entry = DecodeOne(tables, Peek(source, length, position));
                position += entry >> 16;
                *output++ = last = Next<TMode>(last, entry);
            }

            int count = (int)(scratchOutput - scratch) - meeting;
            ReadOnlySpan<ushort> words = new(scratch + meeting, count);
            if (typeof(TMode) == typeof(Sums)) Add(words, (ushort)(last - (meeting > 0 ? scratch[meeting - 1] : 0)), output);
            else words.CopyTo(new Span<ushort>(output, count));
            output += count;
            last = output[-1];
            position = secondPosition;
        }
    }

    private static unsafe void Add(ReadOnlySpan<ushort> words, ushort addend, ushort* target)
    {
        int i = 0;
        for (Vector<ushort> addends = new(addend); i <= words.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            *(Vector<ushort>*)(target + i) = new Vector<ushort>(words[i..]) + addends;
        }

        for (; i < words.Length; i++) target[i] = (ushort)(words[i] + addend);
    }

    /// <summary>Decodes four table look-ups, which take at most 48 of the 56 bits at hand and make at most 12 words.</summary>
    /// <returns>True when a code came up that is longer than the index. Its entry uses no bits and makes no words, and the remaining look-ups repeat it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe bool Group<TMode>(in Tables tables, ref Lane lane) where TMode : struct
    {
        byte* multi = (byte*)tables.Multi;
        uint mask = tables.Mask;
        ulong bits = lane.Fill();
        uint left = lane.Left;
        ushort* output = lane.Output;
        Vector128<ushort> last = lane.Last;
        LookUp<TMode>(multi + 8 * (ulong)((uint)bits & mask), ref bits, ref left, ref output, ref last);
        LookUp<TMode>(multi + 8 * (ulong)((uint)bits & mask), ref bits, ref left, ref output, ref last);
        LookUp<TMode>(multi + 8 * (ulong)((uint)bits & mask), ref bits, ref left, ref output, ref last);
        uint used = LookUp<TMode>(multi + 8 * (ulong)((uint)bits & mask), ref bits, ref left, ref output, ref last);
        lane.Bits = bits;
        lane.Left = left;
        lane.Output = output;
        lane.Last = last;
        return used == 0;
    }

    /// <summary>Takes the words of an entry of the table.</summary>
    /// <returns>The number of bits used.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe uint LookUp<TMode>(byte* entry, ref ulong bits, ref uint left, ref ushort* output, ref Vector128<ushort> last) where TMode : struct
    {
        uint used = entry[6];
        bits >>= (int)used;
        left -= used;
        // Four words are stored and up to three count; what is too much is overwritten by the next.
        if (typeof(TMode) == typeof(Sums))
        {
            Vector128<ushort> words = Vector128.CreateScalarUnsafe(*(ulong*)entry).AsUInt16() + last;
            *(ulong*)output = words.AsUInt64().ToScalar();
            last = Vector128.Shuffle(words, Vector128.Create((ushort)2));
        }
        else
        {
            *(ulong*)output = *(ulong*)entry;
        }

        output += entry[7];
        return used;
    }

    /// <summary>Decodes one code, of which at least <see cref="HuffmanTable.MaximumCodeLength"/> bits are at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void LongCode<TMode>(in Tables tables, ref Lane lane) where TMode : struct
    {
        ulong bits = lane.Fill();
        uint entry = DecodeOne(tables, bits);
        lane.Bits = bits >> (int)(entry >> 16);
        lane.Left -= entry >> 16;
        ushort word = Next<TMode>(lane.Last.ToScalar(), entry);
        *lane.Output++ = word;
        lane.Last = Vector128.Create(word);
    }

    /// <summary>The entry of the code at the start of the bits: symbol, and code length from bit 16 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe uint DecodeOne(in Tables tables, ulong bits)
    {
        uint entry = tables.Single[(uint)bits & tables.Mask];
        if (!HuffmanTable.IsLong(entry)) return entry;
        entry = tables.Second[HuffmanTable.SecondIndex(entry, bits >> tables.IndexBits)];
        return entry != 0 ? entry : _table.Search(bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Next<TMode>(ushort last, uint entry) where TMode : struct => (ushort)(typeof(TMode) == typeof(Sums) ? last + entry : entry);

    /// <summary>The bits from a position on, zero behind the end.</summary>
    private static unsafe ulong Peek(byte* source, long length, long position)
    {
        long at = position >> 3;
        if (at + 8 <= length) return *(ulong*)(source + at) >> (int)(position & 7);
        ulong bits = 0;
        for (int i = 0; at + i < length; i++) bits |= (ulong)source[at + i] << (8 * i);
        return bits >> (int)(position & 7);
    }

    /// <summary>The tables of a stream, pinned.</summary>
    private readonly unsafe struct Tables(ulong* multi, uint* single, uint* second, int indexBits)
    {
        public readonly ulong* Multi = multi;
        public readonly uint* Single = single;
        public readonly uint* Second = second;
        public readonly uint Mask = (1u << indexBits) - 1;
        public readonly int IndexBits = indexBits;
    }

    /// <summary>One chain of look-ups.</summary>
    private unsafe struct Lane
    {
        /// <summary>Where the next bytes come from.</summary>
        public byte* Input;

        /// <summary>The next bits, of which <see cref="Left"/> are not used up.</summary>
        public ulong Bits;
        public uint Left;

        /// <summary>Where the next word goes.</summary>
        public ushort* Output;

        /// <summary>The last word, in every place.</summary>
        public Vector128<ushort> Last;

        public Lane(byte* source, long position, ushort* output, ushort last)
        {
            Input = source + (position >> 3);
            Bits = *(ulong*)Input >> (int)(position & 7);
            Input += 7;
            Left = 56 - (uint)(position & 7);
            Output = output;
            Last = Vector128.Create(last);
        }

        /// <summary>Makes at least 56 bits available; reads eight bytes.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Fill()
        {
            // Whole bytes that fit are counted as taken; those of the last one that do not fit are put there again by the next filling, with the same bits.
            ulong bits = Bits | (*(ulong*)Input << (int)Left);
            Input += (63 - Left) >> 3;
            Left |= 56;
            return bits;
        }

        public readonly void Leave(byte* source, out long position, out ushort* output, out ushort last)
        {
            position = 8 * (Input - source) - Left;
            output = Output;
            last = Last.ToScalar();
        }
    }

    /// <summary>Symbols are the words.</summary>
    private readonly struct Plain;

    /// <summary>Symbols are differences of the words.</summary>
    private readonly struct Sums;
}
