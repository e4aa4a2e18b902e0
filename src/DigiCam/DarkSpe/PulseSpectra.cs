using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Simulation;

namespace DigiCam.DarkSpe;

/// <summary>Spectra of dark pulses with what is known of their pixels: where no charge lies, the noise of a charge, and the time in which pulses were counted.</summary>
public sealed class PulseSpectra
{
    private const double RoundingVariance = 1.0 / 12;

    private readonly Func<int, double> _pedestal;

    private PulseSpectra(PixelHistograms histograms, Pedestals pedestals, Func<int, double> pedestal, ImmutableArray<double> liveTimeNs, PileUp? pileUp)
    {
        if (pedestals.PixelCount != histograms.PixelCount) throw new ArgumentException(FormattableString.Invariant($"pedestals of {pedestals.PixelCount} pixels for histograms of {histograms.PixelCount}"), nameof(pedestals));
        (Histograms, Pedestals, _pedestal, LiveTimeNs, PileUp) = (histograms, pedestals, pedestal, liveTimeNs, pileUp);
    }

    /// <summary>Charges of the pulses.</summary>
    public PixelHistograms Histograms { get; }

    /// <summary>Baselines and noise of single samples.</summary>
    public Pedestals Pedestals { get; }

    /// <summary>Time in which a pulse would have been counted (pixel) [ns]; NaN = not known.</summary>
    public ImmutableArray<double> LiveTimeNs { get; }

    /// <summary>What dark counts made of the charge of a pulse that they follow; null where that is not known.</summary>
    public PileUp? PileUp { get; }

    /// <summary>The pulses of a dark run.</summary>
    /// <param name="dark">The histograms of the run.</param>
    /// <param name="pulse">The pulse of one avalanche, for what close dark counts look like; null for the analytic one.</param>
    public static PulseSpectra Of(DarkHistograms dark, PulseShape? pulse = null)
    {
        ArgumentNullException.ThrowIfNull(dark);
        return new PulseSpectra(dark.Pulses, dark.Pedestals, dark.PulsePedestal, dark.LiveTimeNs, PileUp.Of(dark.Options.Pulses, pulse));
    }

    /// <summary>Amplitudes from elsewhere, as a file of the 2017 scripts has them: how long pulses were counted is not known.</summary>
    /// <param name="amplitudes">ADC codes of the pulses, the baseline not subtracted.</param>
    /// <param name="pedestals">Baselines and noise.</param>
    /// <exception cref="ArgumentException">The histograms are not of amplitudes, or of other pixels.</exception>
    public static PulseSpectra Of(PixelHistograms amplitudes, Pedestals pedestals)
    {
        ArgumentNullException.ThrowIfNull(amplitudes);
        ArgumentNullException.ThrowIfNull(pedestals);
        if (amplitudes.Scale != ChargeScale.Amplitude) throw new ArgumentException($"histograms on the scale '{amplitudes.Scale}', expected '{ChargeScale.Amplitude}'", nameof(amplitudes));
        return new PulseSpectra(amplitudes, pedestals, pixel => pedestals.Baseline[pixel], [.. Enumerable.Repeat(double.NaN, amplitudes.PixelCount)], null);
    }

    /// <summary>Amplitudes of a dark run from elsewhere.</summary>
    internal static PulseSpectra Of(PixelHistograms amplitudes, Pedestals pedestals, ImmutableArray<double> liveTimeNs, PileUp pileUp) => new(amplitudes, pedestals, pixel => pedestals.Baseline[pixel], liveTimeNs, pileUp);

    /// <summary>Charges of isolated pulses.</summary>
    internal static PulseSpectra Of(PixelHistograms charges, Pedestals pedestals, double pedestal) => new(charges, pedestals, _ => pedestal, [.. Enumerable.Repeat(double.NaN, charges.PixelCount)], null);

    /// <summary>True for a pixel with a baseline and a noise.</summary>
    /// <param name="pixel">Software id.</param>
    public bool IsKnown(int pixel) => Pedestals.IsKnown(pixel);

    /// <summary>Place of no charge on the axis [LSB].</summary>
    /// <param name="pixel">Software id.</param>
    public double Pedestal(int pixel) => _pedestal(pixel);

    /// <summary>Noise of a charge without the rounding of the last step, which is in the integrals over the bins [LSB].</summary>
    /// <param name="pixel">Software id.</param>
    public double Noise(int pixel)
    {
        int samples = Histograms.Scale.Samples;
        double noise = Pedestals.Noise[pixel];
        return samples == 1 ? noise : Math.Sqrt((samples * noise * noise) + ((samples - 1) * RoundingVariance));
    }

    /// <summary>Dark counts per time [1/ns]; NaN where the live time is not known.</summary>
    /// <param name="pixel">Software id.</param>
    public double RateOf(int pixel) => RateOf(pixel, Histograms.GetEntries(pixel));

    /// <summary>
    /// Dark counts per time from pulses counted in the live time [1/ns]; NaN where that is not known. Of dark counts in the same sample of 4 ns one is counted, and a pulse is delayed by
    /// others that follow it, in time that is counted as live: 1 / counted = 1 / f + 2 ns + f D, with D the delay per rate.
    /// </summary>
    /// <param name="pixel">Software id.</param>
    /// <param name="pulses">Number of pulses.</param>
    internal double RateOf(int pixel, double pulses)
    {
        if (!(LiveTimeNs[pixel] > 0) || PileUp is null) return double.NaN;
        if (pulses == 0) return 0;
        double time = (LiveTimeNs[pixel] / pulses) - (0.5 * CameraGeometry.SampleNs);
        return 2 / (time + Math.Sqrt(Math.Max((time * time) - (4 * PileUp.DelaySquareNs), 0)));
    }

    /// <summary>Entries above a charge, the bin that holds it in proportion.</summary>
    /// <param name="pixel">Software id.</param>
    /// <param name="charge">The charge above that of no pulse [LSB].</param>
    public double CountAbove(int pixel, double charge)
    {
        ReadOnlySpan<uint> counts = Histograms.GetCounts(pixel);
        double place = Pedestal(pixel) + charge - Histograms.Axis.Edge(0);
        if (!double.IsFinite(place)) return double.NaN;
        int bin = (int)Math.Clamp(Math.Floor(place), 0, counts.Length);
        double sum = Histograms.GetOverflow(pixel);
        for (int i = bin; i < counts.Length; i++) sum += counts[i];
        return bin < counts.Length ? sum - (Math.Clamp(place - bin, 0, 1) * counts[bin]) : sum;
    }
}
