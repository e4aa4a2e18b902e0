using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DigiCam.Charges;

namespace DigiCam.Dark;

/// <summary>
/// Finds the pulses of dark counts in a waveform of any length. A pulse is a maximum of the filtered trace that reaches a threshold above the baseline, and as much
/// above the lowest point since the pulse before it, so that neither the noise on a tail nor the tail itself counts again. Serves one thread.
/// </summary>
/// <remarks>
/// <para>The filter sums five samples with the weights 1 2 2 2 1, which is within 2 % of the best that is possible for the pulse of the camera and white noise: one photo-electron
/// stands 9 standard deviations above the noise (gain 5.2 LSB, noise 0.95 LSB), where the sampled maximum has 5.5. A threshold on samples cannot be set so
/// that it finds 99 % of the pulses and less than one in a thousand traces of noise; this one has room on both sides.</para>
/// <para>The charge of a pulse is taken at the maximum of the filtered trace, not at the largest sample: that one is the largest of several noisy ones, 0.4 LSB
/// too high for one photo-electron and of a spread below the noise, which leaves no room for s_1. The sample at the filter's maximum is lower than the peak of the pulse
/// by the sampling phase, 3 % in the mean, a factor on the gain; its noise stays what it is.</para>
/// </remarks>
public sealed class PulseFinder
{
    /// <summary>Least number of samples at either end in which pulses cannot be found: the filter needs two on either side, its maximum two more.</summary>
    public const int LeastEdge = FilterReach + MaximumReach;

    // Of the filter: sum of the weights and of their squares. 8 x 4095 just fits into 16 bits.
    private const int FilterReach = 2;
    private const int FilterSum = 8;
    private const int FilterSquares = 14;
    private const int MaximumReach = 2;

    private const double RoundingVariance = 1.0 / 12;

    // Bits that no 12-bit code has.
    private const short BeyondAdc = unchecked((short)0xF000);

    private static readonly int Lanes = Vector256<short>.Count;

    private readonly short[] _filtered;

    /// <summary>Creates a finder.</summary>
    /// <param name="sampleCount">Samples of a waveform.</param>
    /// <param name="options">What is a pulse; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or the waveform is too short for them.</exception>
    public PulseFinder(int sampleCount, PulseFinderOptions? options = null)
    {
        Options = options ?? new PulseFinderOptions();
        SampleCount = sampleCount;
        if (!(Options.ThresholdSigmas > 0) || !double.IsFinite(Options.ThresholdSigmas)) throw Refused($"a threshold of {Options.ThresholdSigmas} standard deviations is not above 0");
        if (Options.DeadSamples < 0) throw Refused($"a dead time of {Options.DeadSamples} samples is negative");
        if (Options.ChargeSamples < 1) throw Refused($"a charge is made of at least one sample, not {Options.ChargeSamples}");
        if (Options.EdgeSamples < LeastEdge) throw Refused($"an edge of {Options.EdgeSamples} samples is too narrow, it takes at least {LeastEdge} to find a pulse");
        if (Options.EdgeSamples < ChargeEnd) throw Refused($"a charge of {Options.ChargeSamples} samples reaches beyond an edge of {Options.EdgeSamples}");
        if (SearchedSamples < 1) throw Refused($"no sample is left of {sampleCount} without {Options.EdgeSamples} at either end");
        _filtered = new short[sampleCount];
    }

    /// <summary>What is a pulse.</summary>
    public PulseFinderOptions Options { get; }

    /// <summary>Samples of a waveform.</summary>
    public int SampleCount { get; }

    /// <summary>Samples of a waveform in which pulses are counted.</summary>
    public int SearchedSamples => SampleCount - (2 * Options.EdgeSamples);

    /// <summary>What the charge of a pulse means.</summary>
    public ChargeScale Scale => new(Options.ChargeSamples);

    /// <summary>The largest number of pulses that a waveform can have.</summary>
    public int MostPulses => (SearchedSamples / (Math.Max(Options.DeadSamples, MaximumReach) + 1)) + 1;

    // The charge begins so that the best part of the pulse is in it, which falls more slowly than it rises.
    private int ChargeStart => Math.Min((Options.ChargeSamples - 1) / 2, 2);

    private int ChargeEnd => Options.ChargeSamples - 1 - ChargeStart;

    /// <summary>Baseline and threshold of a pixel in the filtered trace.</summary>
    /// <param name="baseline">Baseline [LSB].</param>
    /// <param name="noise">Electronic noise without the rounding of the ADC [LSB].</param>
    public PulseLevel LevelOf(double baseline, double noise)
    {
        double rise = Options.ThresholdSigmas * Math.Sqrt(FilterSquares * ((noise * noise) + RoundingVariance));
        return new PulseLevel(Whole((FilterSum * baseline) + rise), Whole(rise));

        // No filtered trace is lower than the first or as high as the last.
        static int Whole(double value) => (int)Math.Clamp(Math.Ceiling(value), 0, short.MaxValue);
    }

    /// <summary>Finds the pulses of a waveform.</summary>
    /// <param name="waveform">The samples [LSB].</param>
    /// <param name="level">Baseline and threshold of the pixel.</param>
    /// <param name="pulses">Filled, in the order of time; room for <see cref="MostPulses"/>.</param>
    /// <param name="liveSamples">Samples in which a pulse would have been counted: those searched without the dead times; 0 for a waveform that is not one of 12-bit codes.</param>
    /// <returns>Number of pulses.</returns>
    public int Find(ReadOnlySpan<short> waveform, PulseLevel level, Span<FoundPulse> pulses, out int liveSamples)
    {
        if (waveform.Length != SampleCount) throw new ArgumentException(FormattableString.Invariant($"a waveform of {waveform.Length} samples, the finder is for {SampleCount}"), nameof(waveform));
        if (!Filter(waveform, out short largest))
        {
            liveSamples = 0;
            return 0;
        }

        liveSamples = SearchedSamples;
        return largest < level.Threshold ? 0 : Scan(waveform, level, pulses, ref liveSamples);
    }

    private int Scan(ReadOnlySpan<short> waveform, PulseLevel level, Span<FoundPulse> pulses, ref int liveSamples)
    {
        ReadOnlySpan<short> filtered = _filtered;
        int firstCounted = Options.EdgeSamples;
        int lastCounted = SampleCount - 1 - Options.EdgeSamples;
        int end = SampleCount - LeastEdge;
        int found = 0;

        // A trace may begin on the tail of a pulse: what rises from there has to rise by as much as from the baseline.
        int behind = FilterReach;
        for (int i = LeastEdge; i < end; i++)
        {
            int height = filtered[i];
            if (height < level.Threshold)
            {
                int next = filtered[i..end].IndexOfAnyInRange((short)level.Threshold, short.MaxValue);
                if (next < 0) break;
                height = filtered[i += next];
            }

            if (height < filtered[i - 1] || height < filtered[i - 2] || height <= filtered[i + 1] || height <= filtered[i + 2] || !Rises(filtered, behind, i, level.Rise)) continue;
            behind = i;
            int deadUntil = i + Options.DeadSamples;
            liveSamples -= Math.Max(Math.Min(deadUntil, lastCounted) - Math.Max(i, firstCounted - 1), 0);
            if (i >= firstCounted && i <= lastCounted)
            {
                int charge = 0;
                for (int k = i - ChargeStart; k <= i + ChargeEnd; k++) charge += waveform[k];
                pulses[found++] = new FoundPulse(i, charge);
            }

            i = deadUntil;
        }

        return found;
    }

    // Whether the trace, somewhere from a sample on, lies as much below another one as a pulse has to rise.
    private static bool Rises(ReadOnlySpan<short> filtered, int from, int to, int rise)
    {
        int low = filtered[to] - rise;
        while (--to >= from)
        {
            if (filtered[to] <= low) return true;
        }

        return false;
    }

    // False when a sample is no 12-bit code: sums in 16 bits would then wrap.
    private bool Filter(ReadOnlySpan<short> waveform, out short largest)
    {
        int count = waveform.Length - (2 * FilterReach);
        ref short from = ref MemoryMarshal.GetReference(waveform);
        ref short to = ref _filtered[FilterReach];
        largest = short.MinValue;
        if (count < Lanes)
        {
            foreach (short sample in waveform)
            {
                if ((sample & BeyondAdc) != 0) return false;
            }

            for (int i = 0; i < count; i++)
            {
                short sum = (short)(waveform[i] + (2 * (waveform[i + 1] + waveform[i + 2] + waveform[i + 3])) + waveform[i + 4]);
                _filtered[i + FilterReach] = sum;
                largest = Math.Max(largest, sum);
            }

            return true;
        }

        // The last vector overlaps the one before it.
        Vector256<short> most = Vector256.Create(short.MinValue);
        Vector256<short> bits = Vector256<short>.Zero;
        for (int i = 0; ; i = Math.Min(i + Lanes, count - Lanes))
        {
            Vector256<short> first = Vector256.LoadUnsafe(ref from, (nuint)i);
            Vector256<short> last = Vector256.LoadUnsafe(ref from, (nuint)(i + 4));
            Vector256<short> middle = Vector256.LoadUnsafe(ref from, (nuint)(i + 1)) + Vector256.LoadUnsafe(ref from, (nuint)(i + 2)) + Vector256.LoadUnsafe(ref from, (nuint)(i + 3));
            Vector256<short> sum = first + last + middle + middle;
            bits |= first | last;
            most = Vector256.Max(most, sum);
            sum.StoreUnsafe(ref to, (nuint)i);
            if (i == count - Lanes) break;
        }

        if ((bits & Vector256.Create(BeyondAdc)) != Vector256<short>.Zero) return false;
        largest = SlidingSums.Largest(most);
        return true;
    }

    private static ArgumentException Refused(FormattableString why) => new(FormattableString.Invariant($"pulse finder: {FormattableString.Invariant(why)}"), "options");
}
