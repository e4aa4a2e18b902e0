using System.Buffers.Binary;

namespace DigiCam.Zfits.Codecs;

/// <summary>lossyfloats: float32 values stored as int32 hundredths; the length prefixes of the rows stay as they are.</summary>
internal static class LossyFloats
{
    public static void Decode(Span<byte> data)
    {
        if ((data.Length & 3) != 0) CodecErrors.NotAMultiple("lossyfloats", data.Length, 4);
        for (int at = 0; at < data.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(data[at..]);
            at += 4;
            if (length < 0 || (length & 3) != 0 || length > data.Length - at)
            {
                CodecErrors.Fail(FormattableString.Invariant($"lossyfloats: row of {length} bytes at byte {at - 4} of the decoded block, {data.Length - at} bytes left"));
            }

            for (int end = at + length; at < end; at += 4)
            {
                BinaryPrimitives.WriteSingleLittleEndian(data[at..], BinaryPrimitives.ReadInt32LittleEndian(data[at..]) * 0.01f);
            }
        }
    }
}
