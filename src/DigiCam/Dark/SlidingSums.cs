using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Dark;

/// <summary>Sums of neighbouring samples, at every place of a waveform.</summary>
internal static class SlidingSums
{
    /// <summary>Bits that no 12-bit code has.</summary>
    public const short BeyondAdc = unchecked((short)0xF000);

    // So many 12-bit codes add up to 16 bits at most.
    private const int MostInShort = 8;

    private static readonly int Lanes = Vector256<short>.Count;

    /// <summary>The largest sums of neighbouring samples of a waveform, of two widths.</summary>
    /// <param name="waveform">The samples [LSB], at least as many as are summed.</param>
    /// <param name="narrow">Number of samples summed.</param>
    /// <param name="wide">The same of the wider window, or as wide a one.</param>
    public static (int Narrow, int Wide) Largest(ReadOnlySpan<short> waveform, int narrow, int wide)
    {
        int count = waveform.Length - wide + 1;
        if (wide > MostInShort || count < Lanes) return (LargestOneByOne(waveform, narrow), LargestOneByOne(waveform, wide));
        ref short from = ref MemoryMarshal.GetReference(waveform);
        Vector256<short> mostWide = Vector256.Create(short.MinValue);
        Vector256<short> bits = Vector256<short>.Zero;

        // The narrow window has more places at the end.
        Vector256<short> mostNarrow = Sum(Vector256<short>.Zero, ref Unsafe.Add(ref from, waveform.Length - narrow + 1 - Lanes), narrow);

        // The last vector overlaps the one before it.
        for (int i = 0; ; i = Math.Min(i + Lanes, count - Lanes))
        {
            ref short first = ref Unsafe.Add(ref from, i);
            Vector256<short> sum = Sum(Vector256<short>.Zero, ref first, narrow);
            mostNarrow = Vector256.Max(mostNarrow, sum);
            mostWide = Vector256.Max(mostWide, Sum(sum, ref Unsafe.Add(ref first, narrow), wide - narrow));
            bits |= Vector256.LoadUnsafe(ref first) | Vector256.LoadUnsafe(ref first, (nuint)(wide - 1));
            if (i == count - Lanes) break;
        }

        // What is no 12-bit code is summed again in 32 bits.
        if ((bits & Vector256.Create(BeyondAdc)) != Vector256<short>.Zero) return (LargestOneByOne(waveform, narrow), LargestOneByOne(waveform, wide));
        return (Largest(mostNarrow), Largest(mostWide));

        // Two at a time, as the loop takes longer than the sums.
        static Vector256<short> Sum(Vector256<short> sum, ref short from, int width)
        {
            if (int.IsOddInteger(width)) sum += Vector256.LoadUnsafe(ref from, (nuint)(width - 1));
            for (nint k = (width & ~1) - 2; k >= 0; k -= 2) sum += Vector256.LoadUnsafe(ref from, (nuint)k) + Vector256.LoadUnsafe(ref from, (nuint)k + 1);
            return sum;
        }
    }

    private static short Largest(Vector256<short> values)
    {
        Vector128<short> most = Vector128.Max(values.GetLower(), values.GetUpper());
        most = Vector128.Max(most, Vector128.Shuffle(most, Vector128.Create(4, 5, 6, 7, 0, 1, 2, 3)));
        most = Vector128.Max(most, Vector128.Shuffle(most, Vector128.Create(2, 3, 0, 1, 6, 7, 4, 5)));
        return Vector128.Max(most, Vector128.Shuffle(most, Vector128.Create(1, 0, 3, 2, 5, 4, 7, 6)))[0];
    }

    private static int LargestOneByOne(ReadOnlySpan<short> waveform, int width)
    {
        int sum = 0;
        for (int i = 0; i < width; i++) sum += waveform[i];
        int largest = sum;
        for (int i = width; i < waveform.Length; i++)
        {
            sum += waveform[i] - waveform[i - width];
            largest = Math.Max(largest, sum);
        }

        return largest;
    }
}
