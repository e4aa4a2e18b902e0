using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Dark;

/// <summary>Sums of neighbouring samples, at every place of a waveform.</summary>
internal static class SlidingSums
{
    // So many 12-bit codes add up to 16 bits at most.
    private const int MostInShort = 8;

    private static readonly int Lanes = Vector256<short>.Count;

    /// <summary>The largest sums of neighbouring samples of a waveform, of two widths.</summary>
    /// <param name="waveform">The samples [LSB], at least as many as are summed.</param>
    /// <param name="narrow">Number of samples summed.</param>
    /// <param name="wide">The same of the wider window, or as wide a one.</param>
    /// <param name="isAdc">True when the samples are known to be 12-bit codes.</param>
    public static (int Narrow, int Wide) Largest(ReadOnlySpan<short> waveform, int narrow, int wide, bool isAdc)
    {
        int count = waveform.Length - wide + 1;
        if (!isAdc || wide > MostInShort || count < Lanes) return (LargestOneByOne(waveform, narrow), LargestOneByOne(waveform, wide));
        ref short from = ref MemoryMarshal.GetReference(waveform);
        Vector256<short> mostWide = Vector256.Create(short.MinValue);

        // The narrow window has more places at the end.
        Vector256<short> mostNarrow = Sum(ref from, waveform.Length - narrow + 1 - Lanes, narrow);

        // The last vector overlaps the one before it.
        for (int i = 0; ; i = Math.Min(i + Lanes, count - Lanes))
        {
            Vector256<short> sum = Sum(ref from, i, narrow);
            mostNarrow = Vector256.Max(mostNarrow, sum);
            for (int k = narrow; k < wide; k++) sum += Vector256.LoadUnsafe(ref from, (nuint)(i + k));
            mostWide = Vector256.Max(mostWide, sum);
            if (i == count - Lanes) break;
        }

        return (Largest(mostNarrow), Largest(mostWide));

        static Vector256<short> Sum(ref short from, int first, int width)
        {
            Vector256<short> sum = Vector256.LoadUnsafe(ref from, (nuint)first);
            for (int k = 1; k < width; k++) sum += Vector256.LoadUnsafe(ref from, (nuint)(first + k));
            return sum;
        }
    }

    /// <summary>True when all samples are 12-bit codes.</summary>
    /// <param name="samples">The samples.</param>
    public static bool AreAdc(ReadOnlySpan<short> samples) => !samples.ContainsAnyExceptInRange((short)0, (short)4095);

    private static short Largest(Vector256<short> values)
    {
        Vector128<short> most = Vector128.Max(values.GetLower(), values.GetUpper());
        most = Vector128.Max(most, Vector128.Shuffle(most, Vector128.Create(4, 5, 6, 7, 0, 1, 2, 3)));
        most = Vector128.Max(most, Vector128.Shuffle(most, Vector128.Create(2, 3, 0, 1, 6, 7, 4, 5)));
        return Math.Max(most[0], most[1]);
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
