using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Results;
using MathNet.Numerics.Statistics;

namespace DigiCam.Synchronisation;

/// <summary>When the flash arrives in each pixel: the sample of the peak, where charges are taken from then on, and the half-height leading edge.</summary>
public sealed class SynchronisationResult : CameraResult
{
    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "synchronisation";

    // Steps in which phases of the clock are looked at.
    private const double PhaseNs = 0.5;

    internal SynchronisationResult(
        PulseTimeHistograms times, ImmutableArray<FitResult> fits, ImmutableArray<PixelFlags> flags, FlagLimits limits, ImmutableArray<int> position, ImmutableArray<bool> isLit, int medianPosition,
        ImmutableArray<double> concentration, SigmaClip spread)
        : base(times.Edges, fits, flags, limits)
    {
        (Times, Position, IsLit, MedianPosition, TimeSpread) = (times, position, isLit, medianPosition, spread);
        Quantities =
        [
            FromFits("time", "time", "half-height edge", "t", "ns", "mean half-height leading edge of the flash in the waveform"),
            new("position", "position of the peak", "k", "sample", [.. position.Select((p, pixel) => isLit[pixel] ? p : double.NaN)], [], "sample that is the largest one most often, counted from 0"),
            FromFits("spread", "time_spread", "spread of the edge", "σ_t", "ns", "spread of the half-height leading edge from flash to flash, its jitter included"),
            new("concentration", "events at the position", "", "", concentration, [], "largest part, over the levels, of the events whose largest sample is within three neighbouring ones, beyond what chance gives"),
        ];
        EdgeNs = Quantities[0].Values;
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "Synchronisation";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>What the result was made from; it follows from nothing else.</summary>
    public PulseTimeHistograms Times { get; }

    /// <summary>The sample of the peak of the flash, from 0 (pixel); the camera's median where the flash was not seen.</summary>
    public ImmutableArray<int> Position { get; }

    /// <summary>Median position over the pixels in which the flash was seen.</summary>
    public int MedianPosition { get; }

    /// <summary>Whether the flash was seen (pixel).</summary>
    public ImmutableArray<bool> IsLit { get; }

    /// <summary>Mean half-height leading edge of the flash in the waveform (pixel) [ns]; NaN = not measured.</summary>
    public ImmutableArray<double> EdgeNs { get; }

    /// <summary>Median and spread of the edges over the pixels, outliers left out [ns].</summary>
    public SigmaClip TimeSpread { get; }

    /// <summary>
    /// Standard deviation of the flash's time from event to event [ns]: the harmonic mean, over the phases of the clock, of the spreads of the pixels' edges. A jitter of 0.3 ns comes out as 0.31 ns, the noise of the samples
    /// being in the spreads; 0 where no spread was measured.
    /// </summary>
    /// <remarks>
    /// An edge interpolated between samples moves by 0.8 to 1.2 of what the flash moves by, depending on its phase, and by one sample when the flash has moved by one: over all phases of the edge the mean of
    /// d t_flash / d t_edge = jitter / spread is 1.
    /// </remarks>
    public double JitterNs
    {
        get
        {
            double[] spreads =
            [
                .. Enumerable.Range(0, PixelCount).Where(pixel => Flags[pixel] == PixelFlags.None && double.IsFinite(EdgeNs[pixel]) && Quantities[2].Values[pixel] > 0)
                    .GroupBy(pixel => (int)(EdgeNs[pixel] % CameraGeometry.SampleNs / PhaseNs)).Select(phase => phase.Select(pixel => Quantities[2].Values[pixel]).Median()),
            ];
            return spreads.Length > 0 ? spreads.Length / spreads.Sum(spread => 1 / spread) : 0;
        }
    }

    /// <summary>The edges near their mean with a Gaussian: a look at their shape; the result itself is a mean without a model.</summary>
    /// <param name="pixel">Software id.</param>
    public override FitProblem Problem(int pixel) => SynchronisationFitter.Problem(Times, pixel, EdgeNs[pixel]);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"synchronisation, {Histograms.EventCount} events: flash seen in {IsLit.Count(lit => lit)} of {PixelCount} pixels, peak at sample {MedianPosition}, edge {TimeSpread.Median:F2} ns (spread {TimeSpread.Sigma:F2})");
}
