using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Histograms;

namespace DigiCam.Dark;

/// <summary>Everything that the dark tasks fit, from one pass over a run.</summary>
public sealed class DarkHistograms
{
    /// <summary>Axis of the largest 5-sample sums [LSB], that of the observatory's own fit.</summary>
    public static IntegerAxis MaximumWindowAxis { get; } = new(-50, 176);

    /// <summary>Axis of sums of samples without the pedestal [LSB].</summary>
    public static IntegerAxis ChargeAxis { get; } = new(-100, 1600);

    internal DarkHistograms(
        DarkPassOptions options, Pedestals pedestals, int sampleCount, LevelHistograms sampleBlocks, PixelHistograms pulses, PixelHistograms largestWindow, PixelHistograms maximumWindow,
        ImmutableArray<double> liveTimeNs)
    {
        (Options, Pedestals, SampleCount, SampleBlocks, Samples) = (options, pedestals, sampleCount, sampleBlocks, sampleBlocks.Sum());
        (Pulses, LargestWindow, MaximumWindow, LiveTimeNs) = (pulses, largestWindow, maximumWindow, liveTimeNs);
    }

    /// <summary>What was filled.</summary>
    public DarkPassOptions Options { get; }

    /// <summary>Baselines and noise that pulses and windows were filled with; not known for any pixel when the pass was made without.</summary>
    public Pedestals Pedestals { get; }

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Samples.PixelCount;

    /// <summary>Number of events used.</summary>
    public long EventCount => Samples.EventCount;

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public int SampleCount { get; }

    /// <summary>Length of a waveform [ns].</summary>
    public double WindowNs => SampleCount * CameraGeometry.SampleNs;

    /// <summary>All samples [LSB].</summary>
    public PixelHistograms Samples { get; }

    /// <summary>The same by blocks of events: the level of an event is its number modulo the number of blocks.</summary>
    public LevelHistograms SampleBlocks { get; }

    /// <summary>
    /// The charges of the pulses found: ADC codes at the peak, the baseline not subtracted; with <see cref="PulseFinderOptions.ChargeSamples"/> above 1, sums of samples without
    /// the pedestal. <see cref="PulsePedestal"/> says where no charge lies. Pixels without pedestal are empty.
    /// </summary>
    public PixelHistograms Pulses { get; }

    /// <summary>
    /// The largest sum of <see cref="DarkPassOptions.WindowSamples"/> samples of each waveform without the pedestal, which is rounded to whole LSB: no charge lies at
    /// <see cref="LargestWindowShift"/>. Pixels without pedestal are empty.
    /// </summary>
    public PixelHistograms LargestWindow { get; }

    /// <summary>
    /// The largest sum of <see cref="DarkPassOptions.MaximumWindowSamples"/> samples of each waveform without the baseline that the camera wrote with the event, rounded as
    /// floor(v + 1/2). Empty when the run has no such baselines, or their scale is not known.
    /// </summary>
    public PixelHistograms MaximumWindow { get; }

    /// <summary>Time in which a pulse would have been counted (pixel) [ns]; 0 without pedestal.</summary>
    public ImmutableArray<double> LiveTimeNs { get; }

    /// <summary>Place of no charge on the axis of <see cref="LargestWindow"/>, between -1/2 and 1/2 (pixel) [LSB]; NaN without pedestal.</summary>
    public ImmutableArray<double> LargestWindowShift => [.. Pedestals.Baseline.Select(baseline => Remainder(Options.WindowSamples * baseline))];

    /// <summary>Number of pixels that were left out of pulses and largest windows because their pedestal is not known.</summary>
    public int SkippedPixels => Pedestals.UnknownCount;

    /// <summary>Place of no charge on the axis of <see cref="Pulses"/> [LSB]: the baseline of amplitudes, what rounding left of the pedestal of sums; NaN without pedestal.</summary>
    /// <param name="pixel">Software id.</param>
    public double PulsePedestal(int pixel) => Options.Pulses.ChargeSamples == 1 ? Pedestals.Baseline[pixel] : Remainder(Options.Pulses.ChargeSamples * Pedestals.Baseline[pixel]);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"dark run, {EventCount} events of {SampleCount} samples, {PixelCount - SkippedPixels} of {PixelCount} pixels with pedestal");

    /// <summary>A pedestal rounded to whole LSB, as it is subtracted from sums of samples.</summary>
    internal static int Round(double pedestal) => (int)Math.Floor(pedestal + 0.5);

    private static double Remainder(double pedestal) => pedestal - Math.Floor(pedestal + 0.5);
}
