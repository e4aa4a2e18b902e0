using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Dark;

/// <summary>Sums of neighbouring samples, at every place of a waveform.</summary>
internal static class SlidingSums
{
    // So many 12-bit codes add up to 16 bits at most.
    private const int MostInShort = 8;

    private static readonly int Lanes = Vector256<short>.Count;

    /// <summary>The largest sum of neighbouring samples of a waveform.</summary>
    /// <param name="waveform">The samples [LSB], at least as many as are summed.</param>
    /// <param name="width">Number of samples summed.</param>
    /// <param name="isAdc">True when the samples are known to be 12-bit codes.</param>
    public static int Largest(ReadOnlySpan<short> waveform, int width, bool isAdc)
    {
        int count = waveform.Length - width + 1;
        if (!isAdc || width > MostInShort || count < Lanes) return LargestOneByOne(waveform, width);
        ref short from = ref MemoryMarshal.GetReference(waveform);
        Vector256<short> most = Vector256.Create(short.MinValue);

        // The last vector overlaps the one before it.
        for (int i = 0; ; i = Math.Min(i + Lanes, count - Lanes))
        {
            Vector256<short> sum = Vector256.LoadUnsafe(ref from, (nuint)i);
            for (int k = 1; k < width; k++) sum += Vector256.LoadUnsafe(ref from, (nuint)(i + k));
            most = Vector256.Max(most, sum);
            if (i == count - Lanes) break;
        }

        return Largest(most);
    }

    /// <summary>True when all samples are 12-bit codes.</summary>
    /// <param name="samples">The samples.</param>
    public static bool AreAdc(ReadOnlySpan<short> samples) => !samples.ContainsAnyExceptInRange((short)0, (short)4095);

    /// <summary>The largest element.</summary>
    internal static short Largest(Vector256<short> values)
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
