using System.Diagnostics.CodeAnalysis;

namespace DigiCam.Zfits.Codecs;

/// <summary>Decoder of raw LZO1X streams. The stream knows neither its length nor a checksum: every copy is checked, and the end marker must be its last bytes.</summary>
internal static class LzoDecoder
{
    /// <summary>This distance stands for the end of the stream.</summary>
    private const int EndDistance = 16384;

    /// <summary>Decodes a payload.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="output">Receives the decoded bytes.</param>
    /// <param name="limit">Largest number of decoded bytes.</param>
    public static void Decode(ReadOnlySpan<byte> payload, ByteBuffer output, long limit)
    {
        // One byte can stand for 255 others; usual blocks expand far less, and the buffer grows with what is really there.
        output.Resize((int)Math.Min(limit, 4L * payload.Length + 64));
        int read = 0;
        int written = 0;
        // Literals that followed the last instruction; 4 after a literal run. Decides what an instruction below 16 means.
        int state = 0;
        if (payload.Length > 0 && payload[0] > 17)
        {
            int count = payload[0] - 17;
            read = 1;
            CopyLiterals(payload, ref read, output, ref written, count, limit);
            state = Math.Min(count, 4);
        }

        while (true)
        {
            int start = read;
            int t = Next(payload, ref read);
            long length;
            int distance;
            int literals = t & 3;
            switch (t)
            {
                case < 16 when state == 0:
                    length = t == 0 ? LongLength(payload, ref read, 18) : t + 3;
                    CopyLiterals(payload, ref read, output, ref written, length, limit);
                    state = 4;
                    continue;
                case < 16 when state < 4:
                    distance = 1 + (t >> 2) + (Next(payload, ref read) << 2);
                    length = 2;
                    break;
                case < 16:
                    distance = 2049 + (t >> 2) + (Next(payload, ref read) << 2);
                    length = 3;
                    break;
                case < 32:
                    length = (t & 7) == 0 ? LongLength(payload, ref read, 9) : (t & 7) + 2;
                    int far = NextPair(payload, ref read);
                    distance = EndDistance + ((t & 8) << 11) + (far >> 2);
                    if (distance == EndDistance)
                    {
                        if (t != 17 || far != 0) CodecErrors.Fail($"lzo: end marker {t:x2} .. {far:x4} at byte {start} of the stream, 11 00 00 expected");
                        if (read != payload.Length) CodecErrors.Fail($"lzo: {payload.Length - read} bytes follow the end marker");
                        output.Resize(written, keep: true);
                        return;
                    }

                    literals = far & 3;
                    break;
                case < 64:
                    length = (t & 31) == 0 ? LongLength(payload, ref read, 33) : (t & 31) + 2;
                    int near = NextPair(payload, ref read);
                    distance = 1 + (near >> 2);
                    literals = near & 3;
                    break;
                default:
                    distance = 1 + ((t >> 2) & 7) + (Next(payload, ref read) << 3);
                    length = (t >> 5) + 1;
                    break;
            }

            if (distance > written) CodecErrors.Fail($"lzo: match at byte {start} of the stream reaches {distance} bytes back, only {written} are decoded");
            CopyMatch(output, ref written, distance, length, limit);
            if (literals > 0) CopyLiterals(payload, ref read, output, ref written, literals, limit);
            state = literals;
        }
    }

    private static int Next(ReadOnlySpan<byte> payload, ref int read)
    {
        if (read >= payload.Length) Truncated(payload.Length);
        return payload[read++];
    }

    private static int NextPair(ReadOnlySpan<byte> payload, ref int read)
    {
        if (payload.Length - read < 2) Truncated(payload.Length);
        int value = payload[read] | (payload[read + 1] << 8);
        read += 2;
        return value;
    }

    /// <summary>A length of any size: 255 for every zero byte, then the first other byte.</summary>
    private static long LongLength(ReadOnlySpan<byte> payload, ref int read, int shortest)
    {
        int zeros = payload[read..].IndexOfAnyExcept((byte)0);
        if (zeros < 0) Truncated(payload.Length);
        read += zeros + 1;
        return shortest + 255L * zeros + payload[read - 1];
    }

    private static void CopyLiterals(ReadOnlySpan<byte> payload, ref int read, ByteBuffer output, ref int written, long length, long limit)
    {
        if (length > payload.Length - read) Truncated(payload.Length);
        Reserve(output, written, length, limit);
        payload.Slice(read, (int)length).CopyTo(output.Array.AsSpan(written));
        read += (int)length;
        written += (int)length;
    }

    private static void CopyMatch(ByteBuffer output, ref int written, int distance, long length, long limit)
    {
        Reserve(output, written, length, limit);
        Span<byte> target = output.Array.AsSpan(written, (int)length);
        ReadOnlySpan<byte> source = output.Array.AsSpan(written - distance, (int)length);
        if (distance >= target.Length)
        {
            source.CopyTo(target);
        }
        else if (distance == 1)
        {
            target.Fill(source[0]);
        }
        else
        {
            // Byte by byte: the copy reads what it has just written, which repeats the last bytes.
            for (int i = 0; i < target.Length; i++) target[i] = source[i];
        }

        written += target.Length;
    }

    private static void Reserve(ByteBuffer output, int written, long length, long limit)
    {
        if (length > limit - written) CodecErrors.OutputLimit("lzo", limit);
        long needed = written + length;
        if (needed > output.Length)
        {
            output.Resize(written, keep: true);
            output.Resize((int)Math.Min(limit, Math.Max(needed, 2L * written)), keep: true);
        }
    }

    [DoesNotReturn]
    private static void Truncated(int length) => CodecErrors.Fail($"lzo: the stream of {length} bytes is cut short, it has no end marker");
}
