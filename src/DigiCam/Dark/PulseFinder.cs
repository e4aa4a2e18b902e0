using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DigiCam.Charges;

namespace DigiCam.Dark;

/// <summary>
/// Finds the pulses of dark counts in a waveform of any length. A pulse is a maximum of the filtered trace that reaches a threshold above the baseline. Behind it the finder is
/// dead until the trace has come back below half the threshold, and as long again as a pulse takes to rise: neither a tail nor the noise on it counts as another
/// pulse, however high the pulse was. Serves one thread.
/// </summary>
/// <remarks>
/// <para>The filter sums five samples with the weights 1 2 2 2 1, which is within 2 % of the best that is possible for the pulse of the camera and white noise: one photo-electron
/// stands 9 standard deviations above the noise (gain 5.2 LSB, noise 0.95 LSB), where the sampled maximum has 5.5. A threshold on samples cannot be set so
/// that it finds 99 % of the pulses and less than one in a thousand traces of noise; this one has room on both sides.</para>
/// <para>The charge of a pulse is taken at the maximum of the filtered trace, not at the largest sample: that one is the largest of several noisy ones, 0.4 LSB
/// too high for one photo-electron and of a spread below the noise, which leaves no room for s_1. The sample at the filter's maximum is lower than the peak of the pulse
/// by the sampling phase, 3 % in the mean, a factor on the gain; its noise stays what it is.</para>
/// <para>A sample is live when the finder was ready before a pulse with its peak there would have begun to rise. Whether it is does not depend on the pulse, so that pulses per
/// live time are their rate, whatever the dead time, about 40 ns after one photo-electron. What remains are pulses of less than 20 ns distance: they have one maximum, later than the
/// first of them, and time was counted as live in between. This makes the rate 0.6 % too low at 3 MHz and 1.5 % at 5 MHz.</para>
/// </remarks>
public sealed class PulseFinder
{
    /// <summary>Least number of samples at either end in which pulses are not counted: two for the filter, two for its maximum.</summary>
    public const int LeastEdge = FilterReach + MaximumReach;

    // Of the filter: sum of the weights and of their squares. 8 x 4095 just fits into 16 bits.
    private const int FilterReach = 2;
    private const int FilterSum = 8;
    private const int FilterSquares = 14;
    // A maximum is as high as two samples on either side.
    private const int MaximumReach = 2;

    // So long before its maximum nothing is seen of a filtered pulse. With one sample less, where it has risen by 2 %, the pulses just behind another one's tail
    // are the ones that keep the finder from being ready.
    private const int RiseSamples = 6;

    private const double RoundingVariance = 1.0 / 12;

    // Bits that no 12-bit code has.
    private const short BeyondAdc = unchecked((short)0xF000);

    private const int BitsPerWord = 64;

    private static readonly int Lanes = Vector256<short>.Count;

    // A bit for each sample: where the filtered trace is low enough to be ready, and where it has a maximum that reaches the threshold.
    private readonly ulong[] _ready;
    private readonly ulong[] _maxima;

    /// <summary>Creates a finder.</summary>
    /// <param name="sampleCount">Samples of a waveform.</param>
    /// <param name="options">What is a pulse; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or the waveform is too short for them.</exception>
    public PulseFinder(int sampleCount, PulseFinderOptions? options = null)
    {
        Options = options ?? new PulseFinderOptions();
        SampleCount = sampleCount;
        if (!(Options.ThresholdSigmas > 0) || !double.IsFinite(Options.ThresholdSigmas)) throw Refused($"a threshold of {Options.ThresholdSigmas} standard deviations is not above 0");
        if (Options.ChargeSamples < 1) throw Refused($"a charge is made of at least one sample, not {Options.ChargeSamples}");
        if (Options.EdgeSamples < LeastEdge) throw Refused($"an edge of {Options.EdgeSamples} samples is too narrow, it takes at least {LeastEdge} to see a maximum");
        if (Options.EdgeSamples < ChargeEnd) throw Refused($"a charge of {Options.ChargeSamples} samples reaches beyond an edge of {Options.EdgeSamples}");
        if (SearchedSamples < 1) throw Refused($"no sample of {sampleCount} is left to be searched without an edge of {Options.EdgeSamples}");
        _ready = new ulong[((sampleCount - 1) / BitsPerWord) + 1];
        _maxima = new ulong[_ready.Length];
    }

    /// <summary>What is a pulse.</summary>
    public PulseFinderOptions Options { get; }

    /// <summary>Samples of a waveform.</summary>
    public int SampleCount { get; }

    /// <summary>Samples of a waveform in which pulses are counted.</summary>
    public int SearchedSamples => LastSample - FirstSample + 1;

    /// <summary>What the charge of a pulse means.</summary>
    public ChargeScale Scale => new(Options.ChargeSamples);

    /// <summary>The largest number of pulses that a waveform can have.</summary>
    public int MostPulses => (SearchedSamples / (RiseSamples + 1)) + 1;

    private int FirstSample => Math.Max(Options.EdgeSamples, FilterReach + RiseSamples);

    private int LastSample => SampleCount - 1 - Options.EdgeSamples;

    // The charge begins so that the best part of the pulse is in it, which falls more slowly than it rises.
    private int ChargeStart => Math.Min((Options.ChargeSamples - 1) / 2, 2);

    private int ChargeEnd => Options.ChargeSamples - 1 - ChargeStart;

    /// <summary>Baseline and threshold of a pixel in the filtered trace.</summary>
    /// <param name="baseline">Baseline [LSB].</param>
    /// <param name="noise">Electronic noise without the rounding of the ADC [LSB].</param>
    public PulseLevel LevelOf(double baseline, double noise)
    {
        double height = Options.ThresholdSigmas * Math.Sqrt(FilterSquares * ((noise * noise) + RoundingVariance));
        return new PulseLevel(Whole((FilterSum * baseline) + height), Whole((FilterSum * baseline) + (height / 2)));

        // No filtered trace is lower than the first or as high as the last.
        static short Whole(double value) => (short)Math.Clamp(Math.Ceiling(value), 0, short.MaxValue);
    }

    /// <summary>Finds the pulses of a waveform.</summary>
    /// <param name="waveform">The samples [LSB].</param>
    /// <param name="level">Baseline and threshold of the pixel.</param>
    /// <param name="pulses">Filled, in the order of time; room for <see cref="MostPulses"/>.</param>
    /// <param name="liveSamples">Samples in which the peak of a pulse would have been counted: those searched without the dead times; 0 for a waveform that is not one of 12-bit codes.</param>
    /// <returns>Number of pulses.</returns>
    public int Find(ReadOnlySpan<short> waveform, PulseLevel level, Span<FoundPulse> pulses, out int liveSamples)
    {
        if (waveform.Length != SampleCount) throw new ArgumentException(FormattableString.Invariant($"a waveform of {waveform.Length} samples, the finder is for {SampleCount}"), nameof(waveform));
        liveSamples = 0;
        if (!Mark(waveform, level)) return 0;
        (int first, int last) = (FirstSample, LastSample);
        int found = 0;

        // A trace may begin on the tail of a pulse: the finder is not ready there either.
        int peak = FilterReach - 1;
        while (peak < last)
        {
            int ready = Next(_ready, peak + 1);
            int live = Math.Max(ready + RiseSamples, first);
            if (live > last) break;
            peak = Next(_maxima, ready);
            liveSamples += Math.Max(Math.Min(peak, last) - live + 1, 0);
            if (peak < live || peak > last) continue;
            int charge = 0;
            for (int k = peak - ChargeStart; k <= peak + ChargeEnd; k++) charge += waveform[k];
            pulses[found++] = new FoundPulse(peak, charge);
        }

        return found;
    }

    // The first sample from one on whose bit is set; the length of the trace where there is none.
    private int Next(ulong[] bits, int from)
    {
        int word = from / BitsPerWord;
        ulong left = bits[word] & (ulong.MaxValue << from);
        while (left == 0)
        {
            if (++word == bits.Length) return SampleCount;
            left = bits[word];
        }

        return (word * BitsPerWord) + BitOperations.TrailingZeroCount(left);
    }

    // False when a sample is no 12-bit code: sums in 16 bits would then wrap.
    private bool Mark(ReadOnlySpan<short> waveform, PulseLevel level)
    {
        Array.Clear(_ready);
        Array.Clear(_maxima);
        int end = waveform.Length - LeastEdge;
        if (end - LeastEdge < Lanes)
        {
            foreach (short sample in waveform)
            {
                if ((sample & BeyondAdc) != 0) return false;
            }

            MarkOneByOne(waveform, level, end);
            return true;
        }

        MarkOneByOne(waveform, level, LeastEdge);
        ref short samples = ref MemoryMarshal.GetReference(waveform);
        Vector256<short> threshold = Vector256.Create(level.Threshold);
        Vector256<short> readyBelow = Vector256.Create(level.Ready);
        Vector256<short> bits = Vector256<short>.Zero;

        // Sums of two neighbours, and of two of these, make the filter and its differences: a filtered sample is the latter two samples before plus that here. The last
        // vector overlaps the one before it.
        for (int i = LeastEdge; ; i = Math.Min(i + Lanes, end - Lanes))
        {
            ref short here = ref Unsafe.Add(ref samples, i);
            Vector256<short> before4 = Vector256.LoadUnsafe(ref Unsafe.Add(ref here, -4));
            Vector256<short> before3 = Vector256.LoadUnsafe(ref Unsafe.Add(ref here, -3));
            Vector256<short> before2 = Vector256.LoadUnsafe(ref Unsafe.Add(ref here, -2));
            Vector256<short> before1 = Vector256.LoadUnsafe(ref Unsafe.Add(ref here, -1));
            Vector256<short> sample = Vector256.LoadUnsafe(ref here);
            Vector256<short> behind1 = Vector256.LoadUnsafe(ref here, 1);
            Vector256<short> behind2 = Vector256.LoadUnsafe(ref here, 2);
            Vector256<short> behind3 = Vector256.LoadUnsafe(ref here, 3);
            Vector256<short> behind4 = Vector256.LoadUnsafe(ref here, 4);
            bits |= before4 | behind4;
            (Vector256<short> pair3, Vector256<short> pair2, Vector256<short> pair1) = (before3 + before2, before2 + before1, before1 + sample);
            (Vector256<short> next0, Vector256<short> next1, Vector256<short> next2) = (sample + behind1, behind1 + behind2, behind2 + behind3);
            Vector256<short> four4 = before4 + before3 + pair3;
            Vector256<short> four2 = pair2 + pair1;
            Vector256<short> four0 = next0 + next1;
            Vector256<short> four2Behind = next2 + behind3 + behind4;
            Vector256<short> filtered = four2 + four0;
            Vector256<short> noMaximum = Vector256.GreaterThan(threshold, filtered) | Vector256.GreaterThan(pair3, next1) | Vector256.GreaterThan(four4, four0);
            Vector256<short> falls = Vector256.GreaterThan(pair2, next2) & Vector256.GreaterThan(four2, four2Behind);
            Vector256<short> ready = Vector256.GreaterThan(readyBelow, filtered);
            uint marks = Vector256.NarrowWithSaturation(Vector256.AndNot(falls, noMaximum), ready).ExtractMostSignificantBits();
            Put(_maxima, i, marks & ushort.MaxValue);
            Put(_ready, i, marks >> 16);
            if (i == end - Lanes) break;
        }

        return (bits & Vector256.Create(BeyondAdc)) == Vector256<short>.Zero;

        static void Put(ulong[] words, int from, ulong marks)
        {
            int place = from % BitsPerWord;
            words[from / BitsPerWord] |= marks << place;
            if (place > BitsPerWord - Lanes) words[(from / BitsPerWord) + 1] |= marks >> (BitsPerWord - place);
        }
    }

    private void MarkOneByOne(ReadOnlySpan<short> waveform, PulseLevel level, int end)
    {
        for (int i = FilterReach; i < end; i++)
        {
            int height = Filtered(waveform, i);
            if (height < level.Ready) _ready[i / BitsPerWord] |= 1UL << i;
            if (i < LeastEdge || height < level.Threshold || height < Filtered(waveform, i - 1) || height < Filtered(waveform, i - 2)) continue;
            if (height > Filtered(waveform, i + 1) && height > Filtered(waveform, i + 2)) _maxima[i / BitsPerWord] |= 1UL << i;
        }

        static int Filtered(ReadOnlySpan<short> waveform, int i) => waveform[i - 2] + (2 * (waveform[i - 1] + waveform[i] + waveform[i + 1])) + waveform[i + 2];
    }

    private static ArgumentException Refused(FormattableString why) => new(FormattableString.Invariant($"pulse finder: {FormattableString.Invariant(why)}"), "options");
}
