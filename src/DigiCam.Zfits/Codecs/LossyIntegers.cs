using System.Buffers.Binary;

namespace DigiCam.Zfits.Codecs;

/// <summary>
/// lossyint16 and lossyint32: on encoding, integers are rounded to multiples of a quantum; there is nothing to undo. The block is walked row by
/// row, so that the length prefixes, of arrays and thus in bytes, stay as they are.
/// </summary>
internal static class LossyIntegers
{
    public static void Encode16(Span<byte> data, int quantum)
    {
        if (quantum == 1) return;
        for (int at = 0; data.Length - at >= 4;)
        {
            for (int end = EndOfRow(data, ref at, "lossyint16", 2); at < end; at += 2)
            {
                short value = BinaryPrimitives.ReadInt16LittleEndian(data[at..]);
                short rounded = unchecked((short)Round(value, quantum));
                if ((rounded ^ value) >= 0) BinaryPrimitives.WriteInt16LittleEndian(data[at..], rounded);
            }
        }
    }

    public static void Encode32(Span<byte> data, int quantum)
    {
        if (quantum == 1) return;
        for (int at = 0; data.Length - at >= 4;)
        {
            for (int end = EndOfRow(data, ref at, "lossyint32", 4); at < end; at += 4)
            {
                int value = BinaryPrimitives.ReadInt32LittleEndian(data[at..]);
                int rounded = unchecked((int)Round(value, quantum));
                if ((rounded ^ value) >= 0) BinaryPrimitives.WriteInt32LittleEndian(data[at..], rounded);
            }
        }
    }

    /// <summary>
    /// The nearest multiple, halves upwards. The division rounds down, not toward zero, so that no value moves by more than half a quantum. Whether
    /// the elements are signed is not known here: the callers keep a value whose top bit would change, which is right for both.
    /// </summary>
    private static long Round(long value, int quantum)
    {
        long raised = value + quantum / 2;
        long rest = raised % quantum;
        return raised - (rest < 0 ? rest + quantum : rest);
    }

    private static int EndOfRow(ReadOnlySpan<byte> data, ref int at, string process, int unit)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(data[at..]);
        at += 4;
        if (length < 0 || length % unit != 0 || length > data.Length - at)
        {
            CodecErrors.Fail(FormattableString.Invariant($"{process}: row of {length} bytes at byte {at - 4} of the block, {data.Length - at} bytes left (only columns of arrays can be rounded)"));
        }

        return at + length;
    }
}
