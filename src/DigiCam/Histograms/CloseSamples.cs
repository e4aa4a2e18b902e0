using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Histograms;

/// <summary>
/// Counts the samples of a waveform that lie close to its first one, many bins at a time. Counted one after the other, each would wait for the one before it, since most of them
/// are in the same few bins.
/// </summary>
internal static class CloseSamples
{
    /// <summary>Bins that are counted together, and so the least number in which anything is counted.</summary>
    public const int Bins = 32;

    /// <summary>The most samples that are counted at once.</summary>
    public const int Most = 64;

    // The first sample of a waveform is near the baseline, and pulses go up from there.
    private const int BinsBelow = 8;

    private static readonly int Lanes = Vector256<short>.Count;

    /// <summary>Counts what is close.</summary>
    /// <param name="samples">At most <see cref="Most"/> values.</param>
    /// <param name="shift">Bin of the integer 0.</param>
    /// <param name="counts">Entries of the bins.</param>
    /// <returns>The samples that were not counted, a bit for each.</returns>
    public static ulong Count(ReadOnlySpan<short> samples, int shift, Span<uint> counts)
    {
        ulong all = samples.Length == 0 ? 0 : ulong.MaxValue >> (Most - samples.Length);
        if (samples.Length < Lanes || counts.Length < Bins) return all;
        int first = Math.Clamp(samples[0] + shift - BinsBelow, 0, counts.Length - Bins);
        if (first - shift is < short.MinValue or > short.MaxValue) return all;

        // Distances from the first bin as bytes, which end at 127 and -128. The last vector overlaps the one before it.
        Vector256<short> origin = Vector256.Create((short)(first - shift));
        ref short from = ref MemoryMarshal.GetReference(samples);
        Unsafe.SkipInit(out Vector512<sbyte> buffer);
        ref sbyte distances = ref Unsafe.As<Vector512<sbyte>, sbyte>(ref buffer);
        ulong far = 0;
        for (int i = 0; ; i = Math.Min(i + Lanes, samples.Length - Lanes))
        {
            Vector256<short> difference = Vector256.SubtractSaturate(Vector256.LoadUnsafe(ref from, (nuint)i), origin);
            Vector128<sbyte> distance = Vector128.NarrowWithSaturation(difference.GetLower(), difference.GetUpper());
            distance.StoreUnsafe(ref distances, (nuint)i);

            // The sign of a distance above the last bin shows when what is left to 128 is added.
            far |= (ulong)(distance | (distance + Vector128.Create((sbyte)(128 - Bins)))).ExtractMostSignificantBits() << i;
            if (i == samples.Length - Lanes) break;
        }

        Vector256<sbyte> bins = Vector256<sbyte>.Indices;
        Vector256<sbyte> even = Vector256<sbyte>.Zero;
        Vector256<sbyte> odd = Vector256<sbyte>.Zero;
        int pairs = samples.Length & ~1;
        for (int i = 0; i < pairs; i += 2)
        {
            even -= Vector256.Equals(Vector256.Create(Unsafe.Add(ref distances, i)), bins);
            odd -= Vector256.Equals(Vector256.Create(Unsafe.Add(ref distances, i + 1)), bins);
        }

        if (pairs < samples.Length) even -= Vector256.Equals(Vector256.Create(Unsafe.Add(ref distances, pairs)), bins);
        (Vector256<ushort> low, Vector256<ushort> high) = Vector256.Widen((even + odd).AsByte());
        ref uint to = ref Unsafe.Add(ref MemoryMarshal.GetReference(counts), first);
        Add(Vector256.WidenLower(low), ref to);
        Add(Vector256.WidenUpper(low), ref Unsafe.Add(ref to, Vector256<uint>.Count));
        Add(Vector256.WidenLower(high), ref Unsafe.Add(ref to, 2 * Vector256<uint>.Count));
        Add(Vector256.WidenUpper(high), ref Unsafe.Add(ref to, 3 * Vector256<uint>.Count));
        return far;

        static void Add(Vector256<uint> entries, ref uint to) => (Vector256.LoadUnsafe(ref to) + entries).StoreUnsafe(ref to);
    }
}
