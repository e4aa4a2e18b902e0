using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Zfits.Codecs;

/// <summary>Decoder of deflate streams (RFC 1951). Keeps its tables between streams; not thread-safe.</summary>
internal sealed class Inflater
{
    /// <summary>A block with less input than this gets small tables [bytes].</summary>
    private const int ShortInput = 1024;

    /// <summary>The fast loop reads 8 bytes at once, twice per turn, and each time steps over 7 at most.</summary>
    private const int InputMargin = 16;

    /// <summary>What a turn of the fast loop writes at most: literals of four look-ups and a match; whole vectors may reach into the slack of the buffer.</summary>
    private const int OutputMargin = 8 + DeflateFormat.LongestMatch;

    private static readonly InflateTable FixedLiterals = MakeFixedLiterals();
    private static readonly InflateTable FixedDistances = MakeFixedDistances();

    private readonly InflateTable _codeLengths = InflateTable.ForCodeLengths();
    private readonly InflateTable _literals = InflateTable.ForLiterals();
    private readonly InflateTable _distances = InflateTable.ForDistances();
    private readonly byte[] _lengths = new byte[DeflateFormat.LiteralCount + DeflateFormat.DistanceCount];

    /// <summary>Decodes a stream.</summary>
    /// <param name="source">The stream; more bytes may follow it.</param>
    /// <param name="output">Receives the decoded bytes.</param>
    /// <param name="limit">Largest number of decoded bytes.</param>
    /// <returns>Length of the stream [bytes].</returns>
    public unsafe int Decode(ReadOnlySpan<byte> source, ByteBuffer output, long limit)
    {
        // Deflate expands to at most 1032 times its size; usual blocks do so far less, and the buffer grows with what is really there.
        // The margin lets the fast loop run up to the limit.
        long capacity = Math.Min(limit + OutputMargin, ByteBuffer.MaximumLength);
        output.Resize((int)Math.Min(capacity, 4L * source.Length + 64 + OutputMargin));
        int written = 0;
        fixed (byte* start = source)
        {
            BitReader reader = new(start, source.Length);
            bool last;
            do
            {
                long block = reader.Position;
                last = reader.Take(1) != 0;
                uint type = reader.Take(2);
                switch (type)
                {
                    case DeflateFormat.StoredBlock:
                        CopyStored(ref reader, output, ref written, limit, capacity);
                        break;
                    case DeflateFormat.FixedBlock:
                        DecodeBlock(ref reader, FixedLiterals, FixedDistances, output, ref written, limit, capacity);
                        break;
                    case DeflateFormat.DynamicBlock:
                        ReadCodes(ref reader);
                        DecodeBlock(ref reader, _literals, _distances, output, ref written, limit, capacity);
                        break;
                    default:
                        CodecErrors.Fail($"zlib: the block at byte {block} of the deflate stream is of type 3, 0 to 2 expected");
                        break;
                }
            }
            while (!last);

            if (written > limit) CodecErrors.OutputLimit("zlib", limit);
            output.Resize(written, keep: true);
            return (int)reader.Used;
        }
    }

    private static InflateTable MakeFixedLiterals()
    {
        Span<byte> lengths = stackalloc byte[DeflateFormat.FixedLiteralCount];
        DeflateFormat.FixedLiteralLengths(lengths);
        InflateTable table = InflateTable.ForLiterals();
        table.Build(lengths, isShort: true, "fixed literal/length", mayBeIncomplete: false);
        return table;
    }

    private static InflateTable MakeFixedDistances()
    {
        Span<byte> lengths = stackalloc byte[DeflateFormat.FixedDistanceCount];
        lengths.Fill(5);
        InflateTable table = InflateTable.ForDistances();
        table.Build(lengths, isShort: true, "fixed distance", mayBeIncomplete: false);
        return table;
    }

    private static void CopyStored(ref BitReader reader, ByteBuffer output, ref int written, long limit, long capacity)
    {
        reader.SkipToByte();
        long place = reader.Position;
        int length = (int)reader.Take(16);
        int complement = (int)reader.Take(16);
        if (length != (complement ^ 0xffff)) CodecErrors.Fail($"zlib: the stored block at byte {place} of the deflate stream has length 0x{length:x4} and complement 0x{complement:x4}");
        if (length > limit - written) CodecErrors.OutputLimit("zlib", limit);
        if (length > reader.Left) reader.FailCut();
        while (output.Length - written < length) Grow(output, written, limit, capacity);
        reader.Copy(output.Span.Slice(written, length));
        written += length;
    }

    /// <summary>Reads the codes of a dynamic block.</summary>
    private void ReadCodes(ref BitReader reader)
    {
        int literalCount = (int)reader.Take(5) + DeflateFormat.FirstLength;
        int distanceCount = (int)reader.Take(5) + 1;
        int codeLengthCount = (int)reader.Take(4) + 4;
        if (literalCount > DeflateFormat.LiteralCount || distanceCount > DeflateFormat.DistanceCount)
        {
            CodecErrors.Fail($"zlib: a dynamic block has {literalCount} literal/length and {distanceCount} distance codes, at most {DeflateFormat.LiteralCount} and {DeflateFormat.DistanceCount} expected");
        }

        Span<byte> lengths = _lengths.AsSpan(0, DeflateFormat.CodeLengthCount);
        lengths.Clear();
        for (int i = 0; i < codeLengthCount; i++) lengths[DeflateFormat.CodeLengthOrder[i]] = (byte)reader.Take(3);
        _codeLengths.Build(lengths, isShort: false, "code length", mayBeIncomplete: false);

        lengths = _lengths.AsSpan(0, literalCount + distanceCount);
        for (int at = 0; at < lengths.Length;)
        {
            int symbol = (int)(reader.TakeCode(_codeLengths) >> InflateTable.ValueShift);
            if (symbol < DeflateFormat.RepeatLength)
            {
                lengths[at++] = (byte)symbol;
                continue;
            }

            int k = symbol - DeflateFormat.RepeatLength;
            int count = DeflateFormat.RepeatBase[k] + (int)reader.Take(DeflateFormat.RepeatExtra[k]);
            if (symbol == DeflateFormat.RepeatLength && at == 0) CodecErrors.Fail("zlib: the code lengths begin with a repetition");
            if (count > lengths.Length - at) CodecErrors.Fail($"zlib: {count} repeated code lengths, {lengths.Length - at} left");
            lengths.Slice(at, count).Fill(symbol == DeflateFormat.RepeatLength ? lengths[at - 1] : (byte)0);
            at += count;
        }

        if (lengths[DeflateFormat.EndOfBlock] == 0) CodecErrors.Fail("zlib: a dynamic block has no code for its end");
        bool isShort = reader.Left < ShortInput;
        _literals.Build(lengths[..literalCount], isShort, "literal/length", mayBeIncomplete: true);
        if (!isShort) _literals.Pair();
        _distances.Build(lengths[literalCount..], isShort, "distance", mayBeIncomplete: true);
    }

    private static unsafe void DecodeBlock(ref BitReader reader, InflateTable literals, InflateTable distances, ByteBuffer output, ref int written, long limit, long capacity)
    {
        while (true)
        {
            fixed (byte* target = output.Array)
            {
                bool ended = DecodeFast(ref reader, literals, distances, target, ref written, output.Length) || DecodeCarefully(ref reader, literals, distances, target, ref written, output.Length);
                if (ended) return;
            }

            Grow(output, written, limit, capacity);
        }
    }

    private static void Grow(ByteBuffer output, int written, long limit, long capacity)
    {
        if (output.Length == capacity) CodecErrors.OutputLimit("zlib", limit);
        output.Resize(written, keep: true);
        output.Resize((int)Math.Min(capacity, Math.Max(2L * output.Array.Length, written + 1024L)), keep: true);
    }

    /// <summary>Decodes while input and output are far from their ends.</summary>
    /// <returns>True at the end of the block.</returns>
    private static unsafe bool DecodeFast(ref BitReader reader, InflateTable literals, InflateTable distances, byte* target, ref int written, int room)
    {
        if (reader.End - reader.Next < InputMargin || room - written < OutputMargin) return false;
        byte* inputEnd = reader.End - InputMargin;
        byte* outputEnd = target + room - OutputMargin;
        byte* next = reader.Next;
        ulong bits = reader.Bits;
        // Only the low byte counts, so that whole entries can be subtracted.
        uint count = (uint)reader.Count;
        byte* o = target + written;
        int indexBits = literals.IndexBits;
        int distanceIndexBits = distances.IndexBits;
        uint mask = (1u << indexBits) - 1;
        uint distanceMask = (1u << distanceIndexBits) - 1;
        bool ended = false;
        fixed (uint* table = literals.Entries)
        fixed (uint* distanceTable = distances.Entries)
        {
            while (next <= inputEnd && o <= outputEnd)
            {
                // At least 56 bits: what is loaded beyond them comes again with the next load, and is the same.
                bits |= *(ulong*)next << (int)count;
                next += (63 - (count & 63)) >> 3;
                count |= 56;

                // Four look-ups take at most 44 bits.
                uint entry = table[(uint)bits & mask];
                if ((entry & InflateTable.Literals) != 0)
                {
                    Put(ref o, entry, ref bits, ref count);
                    entry = table[(uint)bits & mask];
                    if ((entry & InflateTable.Literals) != 0)
                    {
                        Put(ref o, entry, ref bits, ref count);
                        entry = table[(uint)bits & mask];
                        if ((entry & InflateTable.Literals) != 0)
                        {
                            Put(ref o, entry, ref bits, ref count);
                            entry = table[(uint)bits & mask];
                            if ((entry & InflateTable.Literals) != 0)
                            {
                                Put(ref o, entry, ref bits, ref count);
                                continue;
                            }
                        }
                    }

                    // A length and a distance take 48 bits at most.
                    bits |= *(ulong*)next << (int)count;
                    next += (63 - (count & 63)) >> 3;
                    count |= 56;
                }

                if ((entry & (InflateTable.Link | InflateTable.Special)) != 0)
                {
                    if ((entry & InflateTable.Link) != 0) entry = table[(entry >> InflateTable.ValueShift) + ((uint)(bits >> indexBits) & ((1u << (int)entry) - 1))];
                    if ((entry & InflateTable.Literals) != 0)
                    {
                        Put(ref o, entry, ref bits, ref count);
                        continue;
                    }

                    if ((entry & InflateTable.Special) != 0)
                    {
                        // What is no code is met again, and refused, by the careful loop.
                        if ((entry & InflateTable.EndOfBlock) != InflateTable.EndOfBlock) break;
                        bits >>= (int)entry;
                        count -= entry;
                        ended = true;
                        break;
                    }
                }

                ulong bitsBefore = bits;
                uint countBefore = count;
                uint length = Value(entry, bits);
                bits >>= (int)entry;
                count -= entry;
                entry = distanceTable[(uint)bits & distanceMask];
                if ((entry & InflateTable.Link) != 0) entry = distanceTable[(entry >> InflateTable.ValueShift) + ((uint)(bits >> distanceIndexBits) & ((1u << (int)entry) - 1))];
                uint distance = Value(entry, bits);
                if ((entry & InflateTable.Special) != 0 || distance > o - target)
                {
                    bits = bitsBefore;
                    count = countBefore;
                    break;
                }

                bits >>= (int)entry;
                count -= entry;
                CopyMatch(o, distance, length);
                o += length;
            }
        }

        reader.Return(next, bits, (int)(count & 63));
        written = (int)(o - target);
        return ended;
    }

    /// <summary>Decodes symbol by symbol near the ends of input and output, and reports what is wrong.</summary>
    /// <returns>True at the end of the block, false when the output has no room for the next symbol.</returns>
    private static unsafe bool DecodeCarefully(ref BitReader reader, InflateTable literals, InflateTable distances, byte* target, ref int written, int room)
    {
        while (true)
        {
            BitReader before = reader;
            uint entry = reader.TakeCode(literals);
            if ((entry & InflateTable.Literals) != 0)
            {
                if (written == room)
                {
                    reader = before;
                    return false;
                }

                target[written++] = (byte)(entry >> InflateTable.ValueShift);
                continue;
            }

            if ((entry & InflateTable.EndOfBlock) == InflateTable.EndOfBlock) return true;
            if ((entry & InflateTable.Special) != 0) CodecErrors.Fail($"zlib: no literal or length has the code at byte {before.Position} of the deflate stream");
            uint length = (entry >> InflateTable.ValueShift) + reader.TakeExtra(entry);
            long place = reader.Position;
            entry = reader.TakeCode(distances);
            if ((entry & InflateTable.Special) != 0) CodecErrors.Fail($"zlib: no distance has the code at byte {place} of the deflate stream");
            uint distance = (entry >> InflateTable.ValueShift) + reader.TakeExtra(entry);
            if (distance > written) CodecErrors.Fail($"zlib: the match at byte {before.Position} of the deflate stream reaches {distance} bytes back, only {written} are decoded");
            if (length > room - written)
            {
                reader = before;
                return false;
            }

            CopyMatch(target + written, distance, length);
            written += (int)length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Put(ref byte* o, uint entry, ref ulong bits, ref uint count)
    {
        *(ushort*)o = (ushort)(entry >> InflateTable.ValueShift);
        o += (entry >> InflateTable.LiteralsShift) & 3;
        bits >>= (int)entry;
        count -= entry;
    }

    /// <summary>The base of an entry and the extra bits that follow its code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Value(uint entry, ulong bits) =>
        (entry >> InflateTable.ValueShift) + (uint)((bits & ((1UL << (int)entry) - 1)) >> (int)((entry >> 8) & 15));

    /// <summary>Repeats earlier output; writes up to a vector too much.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void CopyMatch(byte* o, uint distance, uint length)
    {
        byte* end = o + length;
        byte* from = o - distance;
        if (distance >= 16)
        {
            do
            {
                Vector128.Load(from).Store(o);
                from += 16;
                o += 16;
            }
            while (o < end);
        }
        else if (distance == 1)
        {
            Vector128<byte> value = Vector128.Create(*from);
            do
            {
                value.Store(o);
                o += 16;
            }
            while (o < end);
        }
        else
        {
            // A copy of eight bytes is right for as many as the distance says, and doubles what can be copied at once.
            while (distance < 8)
            {
                *(ulong*)o = *(ulong*)from;
                o += distance;
                distance *= 2;
            }

            for (; o < end; o += 8, from += 8) *(ulong*)o = *(ulong*)from;
        }
    }

    /// <summary>Takes bits from the lowest of each byte on; the end of the input is an error.</summary>
    private unsafe struct BitReader(byte* start, int length)
    {
        private readonly byte* _start = start;

        public byte* Next { get; private set; } = start;

        public byte* End { get; } = start + length;

        /// <summary>The next bits. Those beyond <see cref="Count"/> may be set already, to what the input has there.</summary>
        public ulong Bits { get; private set; }

        public int Count { get; private set; }

        /// <summary>Byte of the stream that the next bit belongs to.</summary>
        public readonly long Position => Next - _start - ((Count + 7) >> 3);

        /// <summary>Bytes of which bits are taken.</summary>
        public readonly long Used => Next - _start - (Count >> 3);

        /// <summary>Whole bytes not taken.</summary>
        public readonly long Left => End - Next + (Count >> 3);

        public void Return(byte* next, ulong bits, int count)
        {
            Next = next;
            Bits = bits;
            Count = count;
        }

        public uint Take(int bits)
        {
            Fill();
            if (bits > Count) FailCut();
            uint value = (uint)Bits & ((1u << bits) - 1);
            Bits >>= bits;
            Count -= bits;
            return value;
        }

        /// <summary>Takes a code, but not its extra bits; of two literals only the first one.</summary>
        public uint TakeCode(InflateTable table)
        {
            Fill();
            uint entry = table.Entries[(int)((uint)Bits & ((1u << table.IndexBits) - 1))];
            if ((entry & InflateTable.Link) != 0) entry = table.Entries[(int)((entry >> InflateTable.ValueShift) + ((uint)(Bits >> table.IndexBits) & ((1u << (int)entry) - 1)))];
            Take((int)((entry >> 8) & 15));
            return entry;
        }

        public uint TakeExtra(uint entry) => Take((int)((entry & 63) - ((entry >> 8) & 15)));

        public void SkipToByte() => Take(Count & 7);

        public void Copy(Span<byte> target)
        {
            Next -= Count >> 3;
            new ReadOnlySpan<byte>(Next, target.Length).CopyTo(target);
            Next += target.Length;
            Bits = 0;
            Count = 0;
        }

        [DoesNotReturn]
        public readonly void FailCut() => CodecErrors.Fail($"zlib: the deflate stream of {End - _start} bytes is cut short");

        private void Fill()
        {
            for (; Count < 56 && Next < End; Count += 8) Bits |= (ulong)*Next++ << Count;
        }
    }
}
