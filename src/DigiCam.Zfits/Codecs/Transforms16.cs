using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Zfits.Codecs;

/// <summary>Transforms of 16-bit words that work in place: differences, smoothing, offset. All arithmetic wraps modulo 2^16.</summary>
internal static class Transforms16
{
    public static Span<short> Words(Span<byte> data, string process)
    {
        if ((data.Length & 1) != 0) CodecErrors.NotAMultiple(process, data.Length, 2);
        return MemoryMarshal.Cast<byte, short>(data);
    }

    public static void DecodeDiff(Span<byte> data)
    {
        Span<short> x = Words(data, "diff16");
        short previous = 0;
        for (int i = 0; i < x.Length; i++) x[i] = previous = (short)(x[i] + previous);
    }

    public static void EncodeDiff(Span<byte> data)
    {
        Span<short> x = Words(data, "diff16");
        // From the end, so that the word before is still the original one.
        int i = x.Length;
        for (; i > Vector256<short>.Count; i -= Vector256<short>.Count)
        {
            int first = i - Vector256<short>.Count;
            (Vector256.LoadUnsafe(ref x[first]) - Vector256.LoadUnsafe(ref x[first - 1])).StoreUnsafe(ref x[first]);
        }

        for (i--; i > 0; i--) x[i] -= x[i - 1];
    }

    public static void DecodeSmoothing(Span<byte> data)
    {
        Span<short> x = Words(data, "smoothing");
        for (int i = 2; i < x.Length; i++) x[i] = (short)(x[i] + (x[i - 1] + x[i - 2]) / 2);
    }

    public static void EncodeSmoothing(Span<byte> data)
    {
        Span<short> x = Words(data, "smoothing");
        int i = x.Length;
        for (; i > Vector128<short>.Count + 1; i -= Vector128<short>.Count)
        {
            int first = i - Vector128<short>.Count;
            (Vector128<int> low1, Vector128<int> high1) = Vector128.Widen(Vector128.LoadUnsafe(ref x[first - 1]));
            (Vector128<int> low2, Vector128<int> high2) = Vector128.Widen(Vector128.LoadUnsafe(ref x[first - 2]));
            (Vector128.LoadUnsafe(ref x[first]) - Vector128.Narrow(Half(low1 + low2), Half(high1 + high2))).StoreUnsafe(ref x[first]);
        }

        for (i--; i > 1; i--) x[i] = (short)(x[i] - (x[i - 1] + x[i - 2]) / 2);

        // A shift rounds down; the sign bit makes it round toward zero, as the division does.
        static Vector128<int> Half(Vector128<int> sums) => (sums + (sums >>> 31)) >> 1;
    }

    public static void DecodeOffset(Span<byte> data) => AddToAll(Words(data, "offset128"), -128);

    public static void EncodeOffset(Span<byte> data) => AddToAll(Words(data, "offset128"), 128);

    private static void AddToAll(Span<short> x, short amount)
    {
        Vector128<short> amounts = Vector128.Create(amount);
        int i = 0;
        for (; i <= x.Length - Vector128<short>.Count; i += Vector128<short>.Count) (Vector128.LoadUnsafe(ref x[i]) + amounts).StoreUnsafe(ref x[i]);
        for (; i < x.Length; i++) x[i] += amount;
    }
}
