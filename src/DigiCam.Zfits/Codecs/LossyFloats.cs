using System.Buffers.Binary;

namespace DigiCam.Zfits.Codecs;

/// <summary>lossyfloats: float32 values stored as int32 hundredths; the length prefixes of the rows stay as they are.</summary>
internal static class LossyFloats
{
    /// <summary>Replaces floats by hundredths, rounded half away from zero in float32 as the official writer does.</summary>
    public static void Encode(Span<byte> data)
    {
        if ((data.Length & 3) != 0) CodecErrors.NotAMultiple("lossyfloats", data.Length, 4);
        for (int at = 0; at < data.Length;)
        {
            for (int end = EndOfRow(data, ref at); at < end; at += 4)
            {
                float x = BinaryPrimitives.ReadSingleLittleEndian(data[at..]);
                float hundredths = (x >= 0 ? x + 0.005f : x - 0.005f) / 0.01f;
                // Not a number fails this as well. Any other integer would silently stand for another value.
                if (!(hundredths is >= -2147483648f and < 2147483648f)) CodecErrors.Fail(FormattableString.Invariant($"lossyfloats: the value {x} cannot be stored, at most 2^31 hundredths possible"));
                BinaryPrimitives.WriteInt32LittleEndian(data[at..], (int)hundredths);
            }
        }
    }

    public static void Decode(Span<byte> data)
    {
        if ((data.Length & 3) != 0) CodecErrors.NotAMultiple("lossyfloats", data.Length, 4);
        for (int at = 0; at < data.Length;)
        {
            for (int end = EndOfRow(data, ref at); at < end; at += 4)
            {
                BinaryPrimitives.WriteSingleLittleEndian(data[at..], BinaryPrimitives.ReadInt32LittleEndian(data[at..]) * 0.01f);
            }
        }
    }

    /// <summary>Reads the length of a row and steps over it.</summary>
    private static int EndOfRow(ReadOnlySpan<byte> data, ref int at)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(data[at..]);
        at += 4;
        if (length < 0 || (length & 3) != 0 || length > data.Length - at)
        {
            CodecErrors.Fail(FormattableString.Invariant($"lossyfloats: row of {length} bytes at byte {at - 4} of the decoded block, {data.Length - at} bytes left"));
        }

        return at + length;
    }
}
