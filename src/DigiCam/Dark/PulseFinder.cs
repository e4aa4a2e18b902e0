using System.Numerics;
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
/// live time are their rate, whatever the dead time, about 40 ns after one photo-electron. What remains: of pulses in the same sample one is counted,
/// and pulses of less than 20 ns distance have one maximum, later than the first of them, while time is counted as live. This makes pulses per live time 0.7 % lower than the rate
/// at 3 MHz and 1.3 % at 5 MHz, for which <see cref="DarkSpe.PulseSpectra.RateOf(int)"/> corrects.</para>
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

    private const int WordShift = 6;
    private const int BitsPerWord = 1 << WordShift;

    private static readonly int Lanes = Vector256<short>.Count;

    private readonly short[] _filtered;

    // A bit for each filtered sample: whether it is low enough to be ready, and whether it reaches the threshold.
    private readonly ulong[] _ready;
    private readonly ulong[] _high;

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
        _filtered = new short[sampleCount];
        _ready = new ulong[((sampleCount - 1) / BitsPerWord) + 1];
        _high = new ulong[_ready.Length];
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

    // The charge begins so that the best part of the pulse is in it, which falls more slowly than it rises.
    internal int ChargeStart => Math.Min((Options.ChargeSamples - 1) / 2, 2);

    internal int ChargeEnd => Options.ChargeSamples - 1 - ChargeStart;

    private int FirstSample => FirstOf(Options);

    private int LastSample => SampleCount - 1 - Options.EdgeSamples;

    /// <summary>Least number of samples of a waveform of which one is left to be searched.</summary>
    /// <param name="options">What is a pulse.</param>
    public static int LeastSamples(PulseFinderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return FirstOf(options) + 1 + options.EdgeSamples;
    }

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
        if (!Filter(waveform, level)) return 0;
        (int first, int last) = (FirstSample, LastSample);
        int found = 0;

        // A trace may begin on the tail of a pulse: the finder is not ready there either.
        int peak = FilterReach - 1;
        while (peak < last)
        {
            int ready = Next(_ready, peak + 1);
            int live = Math.Max(ready + RiseSamples, first);
            if (live > last) break;
            peak = NextMaximum(ready);
            liveSamples += Math.Max(Math.Min(peak, last) - live + 1, 0);
            if (peak < live || peak > last) continue;
            int charge = 0;
            for (int k = peak - ChargeStart; k <= peak + ChargeEnd; k++) charge += waveform[k];
            pulses[found++] = new FoundPulse(peak, charge);
        }

        return found;
    }

    private static int FirstOf(PulseFinderOptions options) => Math.Max(options.EdgeSamples, FilterReach + RiseSamples);

    // The first maximum from a sample on that reaches the threshold; the end of the trace where there is none.
    private int NextMaximum(int from)
    {
        short[] filtered = _filtered;
        int end = SampleCount - LeastEdge;
        for (int i = Next(_high, Math.Max(from, LeastEdge)); i < end; i = Next(_high, i + 1))
        {
            short height = filtered[i];
            if (height >= filtered[i - 1] && height >= filtered[i - 2] && height > filtered[i + 1] && height > filtered[i + 2]) return i;
        }

        return SampleCount;
    }

    // The first sample from one on whose bit is set; the end of the trace where there is none.
    private int Next(ulong[] bits, int from)
    {
        int place = from - FilterReach;
        int word = place >>> WordShift;
        ulong left = bits[word] & (ulong.MaxValue << place);
        while (left == 0)
        {
            if (++word == bits.Length) return SampleCount;
            left = bits[word];
        }

        return FilterReach + (word << WordShift) + BitOperations.TrailingZeroCount(left);
    }

    // False when a sample is no 12-bit code: sums in 16 bits would then wrap.
    private bool Filter(ReadOnlySpan<short> waveform, PulseLevel level)
    {
        int count = waveform.Length - (2 * FilterReach);
        (ulong ready, ulong high) = (0, 0);
        if (count < Lanes)
        {
            foreach (short sample in waveform)
            {
                if ((sample & SlidingSums.BeyondAdc) != 0) return false;
            }

            for (int i = 0; i < count; i++)
            {
                int sum = waveform[i] + (2 * (waveform[i + 1] + waveform[i + 2] + waveform[i + 3])) + waveform[i + 4];
                _filtered[i + FilterReach] = (short)sum;
                if (sum < level.Ready) ready |= 1UL << i;
                if (sum >= level.Threshold) high |= 1UL << i;
            }

            (_ready[0], _high[0]) = (ready, high);
            return true;
        }

        ref short from = ref MemoryMarshal.GetReference(waveform);
        ref short to = ref _filtered[FilterReach];
        Vector256<short> readyBelow = Vector256.Create(level.Ready);
        Vector256<short> threshold = Vector256.Create(level.Threshold);
        Vector256<short> bits = Vector256<short>.Zero;
        for (int place = 0; place < count; place += Lanes)
        {
            // The last vector overlaps the one before it.
            int i = Math.Min(place, count - Lanes);
            Vector256<short> first = Vector256.LoadUnsafe(ref from, (nuint)i);
            Vector256<short> last = Vector256.LoadUnsafe(ref from, (nuint)(i + 4));
            Vector256<short> middle = Vector256.LoadUnsafe(ref from, (nuint)(i + 1)) + Vector256.LoadUnsafe(ref from, (nuint)(i + 2)) + Vector256.LoadUnsafe(ref from, (nuint)(i + 3));
            Vector256<short> sum = first + last + middle + middle;
            bits |= first | last;
            sum.StoreUnsafe(ref to, (nuint)i);
            ready |= (ulong)(Signs(Vector256.LessThan(sum, readyBelow)) >> (place - i)) << place;
            high |= (ulong)((Signs(Vector256.LessThan(sum, threshold)) ^ ushort.MaxValue) >> (place - i)) << place;
            if ((place + Lanes) % BitsPerWord != 0 && place + Lanes < count) continue;
            (_ready[place >>> WordShift], _high[place >>> WordShift]) = (ready, high);
            (ready, high) = (0, 0);
        }

        return (bits & Vector256.Create(SlidingSums.BeyondAdc)) == Vector256<short>.Zero;

        static uint Signs(Vector256<short> values) => Vector128.NarrowWithSaturation(values.GetLower(), values.GetUpper()).ExtractMostSignificantBits();
    }

    private static ArgumentException Refused(FormattableString why) => new(FormattableString.Invariant($"pulse finder: {FormattableString.Invariant(why)}"), "options");
}
