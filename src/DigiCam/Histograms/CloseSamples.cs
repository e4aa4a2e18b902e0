using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Histograms;

/// <summary>
/// Counts the samples of a waveform that lie close to its first one, bin by bin instead of sample by sample. Most of them are in the same few bins; one after the other, each
/// would wait for the one before it to be counted.
/// </summary>
internal static class CloseSamples
{
    /// <summary>Bins that are counted, and the least number that there must be.</summary>
    public const int Bins = 16;

    // The first sample of a waveform is near the baseline, and pulses go up from there.
    private const int BinsBelow = 5;
    private const int Lanes = 16;
    private const int MostVectors = 3;
    private const int BitsOfResult = 64;

    /// <summary>Counts what is close.</summary>
    /// <param name="samples">The values; all are looked at, or the first ones of many.</param>
    /// <param name="shift">Bin of the integer 0.</param>
    /// <param name="counts">Entries of the bins.</param>
    /// <param name="looked">How many were looked at.</param>
    /// <returns>The ones among these that were not counted, a bit for each.</returns>
    public static ulong Count(ReadOnlySpan<short> samples, int shift, Span<uint> counts, out int looked)
    {
        looked = samples.Length < BitsOfResult ? samples.Length : MostVectors * Lanes;
        ulong all = (1UL << looked) - 1;
        int vectors = samples.Length / Lanes;
        if (vectors == 0 || counts.Length < Bins) return all;
        int first = Math.Clamp(samples[0] + shift - BinsBelow, 0, counts.Length - Bins);
        if (first - shift is < short.MinValue or > short.MaxValue) return all;
        Vector256<short> origin = Vector256.Create((short)(first - shift));
        Vector256<sbyte> lower = Vector256.Create(DistancesFrom(0, samples), vectors > 1 ? DistancesFrom(Lanes, samples) : Vector128<sbyte>.AllBitsSet);
        Vector128<sbyte> upper = vectors > 2 ? DistancesFrom(2 * Lanes, samples) : Vector128<sbyte>.AllBitsSet;

        // Distances beyond the bins have one of the higher bits, the sign among them.
        Vector256<sbyte> beyond = Vector256.Create((sbyte)-Bins);
        ulong within = Vector256.Equals(lower & beyond, Vector256<sbyte>.Zero).ExtractMostSignificantBits() | ((ulong)Vector128.Equals(upper & beyond.GetLower(), Vector128<sbyte>.Zero).ExtractMostSignificantBits() << (2 * Lanes));
        ref uint to = ref MemoryMarshal.GetReference(counts.Slice(first, Bins));
        for (nint bin = 0; bin < Bins; bin++)
        {
            Unsafe.Add(ref to, bin) += (uint)(BitOperations.PopCount(Vector256.Equals(lower, Vector256<sbyte>.Zero).ExtractMostSignificantBits()) + BitOperations.PopCount(Vector128.Equals(upper, Vector128<sbyte>.Zero).ExtractMostSignificantBits()));
            lower -= Vector256<sbyte>.One;
            upper -= Vector128<sbyte>.One;
        }

        return all & ~within;

        // As bytes, which end at 127 and -128.
        Vector128<sbyte> DistancesFrom(int place, ReadOnlySpan<short> samples)
        {
            Vector256<short> distance = Vector256.SubtractSaturate(Vector256.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetReference(samples), place)), origin);
            return Vector128.NarrowWithSaturation(distance.GetLower(), distance.GetUpper());
        }
    }
}
