using System.Diagnostics.CodeAnalysis;

namespace DigiCam.Zfits.Codecs;

/// <summary>Throws the errors of the coders and transforms, one method per defect, so that the decoding loops stay small.</summary>
internal static class CodecErrors
{
    [DoesNotReturn]
    public static void Fail(string detail) => throw new CodecException(detail);

    [DoesNotReturn]
    public static void NotAMultiple(string process, long length, int unit) =>
        throw new CodecException($"{process}: {length} bytes are not a multiple of {unit}");

    [DoesNotReturn]
    public static void TooLong(string process, UInt128 length, long limit) =>
        throw new CodecException($"{process}: the data decode to {length} bytes, at most {limit} possible");

    [DoesNotReturn]
    public static void OutputLimit(string process, long limit) =>
        throw new CodecException($"{process}: the data decode to more than {limit} bytes, the most this block can hold");

    [DoesNotReturn]
    public static void HuffmanBitsShort(long symbol, ulong count) =>
        throw new CodecException($"Huffman bit stream ends after {symbol} of {count} symbols");
}
