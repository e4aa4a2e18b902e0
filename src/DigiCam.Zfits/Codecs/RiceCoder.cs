using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>Rice coding of 16-bit words with a parameter for every word: four bits say how many low bits of the difference to the word before are stored plainly.</summary>
internal static class RiceCoder
{
    private const int PrefixSize = 4;
    private const int FirstBits = 16;
    private const int ParameterBits = 4;

    /// <summary>Parameter of a difference that is stored as it is.</summary>
    private const int Plain = 15;

    /// <summary>The most bits of one word: parameter, 16 bits, and at worst two zeros and a one before them.</summary>
    private const int LargestWord = 24;

    public static void Decode(ReadOnlySpan<byte> payload, ByteBuffer output, long limit)
    {
        if (payload.Length < PrefixSize) CodecErrors.Fail($"rice payload of {payload.Length} bytes is too short");
        int size = BinaryPrimitives.ReadInt32LittleEndian(payload);
        if (size < 0) CodecErrors.Fail(FormattableString.Invariant($"rice: output size {size}, at least 0 expected"));
        if (size > limit) CodecErrors.TooLong("rice", (UInt128)size, limit);
        if ((size & 1) != 0) CodecErrors.NotAMultiple("rice", size, 2);
        int count = size / 2;
        ReadOnlySpan<byte> stream = payload[PrefixSize..];
        long bits = 8L * stream.Length;
        // A word takes at least its parameter; checked before the output is allocated.
        long least = count == 0 ? 0 : FirstBits + (long)ParameterBits * count;
        if (bits < least) CodecErrors.Fail($"rice: {count} words announced, {bits} bits cannot hold them");

        Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(output.Resize(size));
        Reader reader = new(stream);
        int value = count > 0 ? (int)reader.Take(FirstBits) : 0;
        for (int i = 0; i < words.Length; i++)
        {
            uint mapped = 0;
            int parameter = (int)reader.Take(ParameterBits);
            if (parameter == Plain)
            {
                mapped = reader.Take(16);
            }
            else if (parameter > 0)
            {
                int low = parameter - 1;
                long high = reader.TakeZeros();
                if (high >> (16 - low) != 0) CodecErrors.Fail($"rice: the difference of word {i} of {words.Length} has more than 16 bits");
                mapped = ((uint)high << low) | reader.Take(low);
            }

            // Where the stream ends the reader delivers zeros; one look per word is enough.
            if (reader.Overrun) CodecErrors.Fail($"rice: the bit stream ends after {i} of {words.Length} words");
            int difference = (int)(mapped >> 1) ^ -(int)(mapped & 1);
            value += difference;
            words[i] = (ushort)value;
        }

        (long left, bool zero) = reader.Rest();
        if (left >= 8) CodecErrors.Fail($"rice: {left} bits are left after {words.Length} words, fewer than 8 expected");
        if (!zero) CodecErrors.Fail("rice: the unused bits at the end are not zero");
    }

    public static void Encode(ReadOnlySpan<byte> data, ByteBuffer output)
    {
        if ((data.Length & 1) != 0) CodecErrors.NotAMultiple("rice", data.Length, 2);
        ReadOnlySpan<short> words = MemoryMarshal.Cast<byte, short>(data);
        Span<byte> target = output.Resize(checked((int)(PrefixSize + 16 + ((long)LargestWord * words.Length + 7) / 8)));
        BinaryPrimitives.WriteInt32LittleEndian(target, data.Length);
        int at = PrefixSize;
        // Bits wait at the low end of the accumulator, the oldest highest; whole 32-bit words leave.
        ulong waiting = 0;
        int used = 0;
        short previous = 0;
        if (words.Length > 0)
        {
            previous = words[0];
            waiting = (ushort)previous;
            used = FirstBits;
        }

        foreach (short word in words)
        {
            int difference = (short)(word - previous);
            previous = word;
            uint mapped = (ushort)(difference < 0 ? ~(2 * difference) : 2 * difference);
            int low = mapped == 0 ? 0 : 32 - BitOperations.LeadingZeroCount((mapped - 1) >> 1);
            uint code;
            int length;
            if (low >= Plain - 1)
            {
                code = (Plain << 16) | mapped;
                length = ParameterBits + 16;
            }
            else if (mapped == 0)
            {
                code = 0;
                length = ParameterBits;
            }
            else
            {
                // The parameter, the high part in zeros and a one, the low bits.
                int zeros = (int)(mapped >> low);
                code = ((((uint)low + 1) << (zeros + 1)) | 1) << low | (mapped & ((1u << low) - 1));
                length = ParameterBits + zeros + 1 + low;
            }

            waiting = (waiting << length) | code;
            used += length;
            if (used >= 32)
            {
                used -= 32;
                BinaryPrimitives.WriteUInt32BigEndian(target[at..], (uint)(waiting >> used));
                at += 4;
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(target[at..], (uint)(waiting << (32 - used)));
        output.Resize(at + ((used + 7) >> 3), keep: true);
    }

    /// <summary>Takes bits from the highest of each byte on. Past the end come zeros, and <see cref="Overrun"/>.</summary>
    private ref struct Reader(ReadOnlySpan<byte> stream)
    {
        private readonly ReadOnlySpan<byte> _stream = stream;
        private int _at;

        /// <summary>The next bits, the first one highest.</summary>
        private ulong _bits;
        private int _count;

        /// <summary>True when more bits were taken than the stream has.</summary>
        public readonly bool Overrun => _count < 0;

        public uint Take(int bits)
        {
            if (bits == 0) return 0;
            Fill();
            uint value = (uint)(_bits >> (64 - bits));
            _bits <<= bits;
            _count -= bits;
            return value;
        }

        /// <summary>Takes zeros up to the next one, and the one; returns how many zeros.</summary>
        public long TakeZeros()
        {
            long total = 0;
            while (true)
            {
                Fill();
                int zeros = BitOperations.LeadingZeroCount(_bits);
                if (zeros < _count)
                {
                    _bits <<= zeros;
                    _bits <<= 1;
                    _count -= zeros + 1;
                    return total + zeros;
                }

                if (_at == _stream.Length)
                {
                    _count = -1;
                    return 0;
                }

                total += _count;
                _bits = 0;
                _count = 0;
            }
        }

        /// <summary>Bits that were not taken, and whether they are zero where fewer than 8 are left.</summary>
        public readonly (long Left, bool Zero) Rest() => (_count + 8L * (_stream.Length - _at), _bits == 0);

        /// <summary>At least 32 bits, while the stream has them.</summary>
        private void Fill()
        {
            if (_count >= 32) return;
            if (_count < 0) return;
            if (_stream.Length - _at >= 4)
            {
                _bits |= (ulong)BinaryPrimitives.ReadUInt32BigEndian(_stream[_at..]) << (32 - _count);
                _at += 4;
                _count += 32;
                return;
            }

            while (_at < _stream.Length && _count <= 56)
            {
                _bits |= (ulong)_stream[_at++] << (56 - _count);
                _count += 8;
            }
        }
    }
}
