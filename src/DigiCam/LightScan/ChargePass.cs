using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Synchronisation;

namespace DigiCam.LightScan;

/// <summary>
/// One pass over a light scan that takes the charge of every event and pixel at the pixel's own position. The position does not depend on the event: the largest sample of each
/// waveform would be noise where there is little light, 2 standard deviations of it above the baseline.
/// </summary>
public static class ChargePass
{
    /// <summary>Reads a scan on all processors. Nothing depends on the number of threads or on the size of the batches.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="synchronisation">Positions and edges of the pixels.</param>
    /// <param name="pedestals">Baselines and noise from a run with high voltage off; null when there is none: nothing is subtracted from sums then.</param>
    /// <param name="scale">What a charge is; null for what the plan says, or amplitudes.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="threads">Number of threads; 0 for one per processor.</param>
    /// <param name="batchEvents">Events between two looks at progress and cancellation.</param>
    /// <param name="cancellationToken">Stops after the current batch.</param>
    /// <exception cref="ArgumentException">The scale is impossible for such waveforms, or positions and pedestals are those of another camera or longer waveforms.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, the plan has several charge scales, or the pedestals are not those of the scan's pixels.</exception>
    public static ChargeHistograms Accumulate(
        Scan scan,
        SynchronisationResult synchronisation,
        Pedestals? pedestals,
        ChargeScale? scale = null,
        IProgress<RunProgress>? progress = null,
        int threads = 0,
        int batchEvents = Run.DefaultBatchEvents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(synchronisation);
        return Accumulate(scan, synchronisation.Position, synchronisation.EdgeNs, pedestals, scale, progress, threads, batchEvents, cancellationToken);
    }

    /// <summary>The same at given positions.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="position">The sample of the peak of the pulse (pixel), from 0.</param>
    /// <param name="edgeNs">Half-height leading edges (pixel) [ns], NaN = not known; kept with the result only.</param>
    /// <param name="pedestals">Baselines and noise from a run with high voltage off; null when there is none: nothing is subtracted from sums then.</param>
    /// <param name="scale">What a charge is; null for what the plan says, or amplitudes.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="threads">Number of threads; 0 for one per processor.</param>
    /// <param name="batchEvents">Events between two looks at progress and cancellation.</param>
    /// <param name="cancellationToken">Stops after the current batch.</param>
    /// <exception cref="ArgumentException">The scale is impossible for such waveforms, or positions and pedestals are those of another camera or longer waveforms.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, the plan has several charge scales, or the pedestals are not those of the scan's pixels.</exception>
    public static ChargeHistograms Accumulate(
        Scan scan,
        ImmutableArray<int> position,
        ImmutableArray<double> edgeNs,
        Pedestals? pedestals,
        ChargeScale? scale = null,
        IProgress<RunProgress>? progress = null,
        int threads = 0,
        int batchEvents = Run.DefaultBatchEvents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        pedestals ??= Pedestals.Unknown(CameraGeometry.PixelCount);
        Plan plan = new(scan, position, edgeNs, pedestals, scale ?? scan.Plan.Scale ?? ChargeScale.Amplitude);
        ScanPedestals.Require(scan, pedestals);
        IReadOnlyList<Part> parts = scan.Process(
            EventContent.Waveforms, () => new Part(plan), static (part, level, camera) => part.Fill(level, camera),
            progress: progress, threads: threads, batchEvents: batchEvents, cancellationToken: cancellationToken);
        foreach (Part part in parts) part.Flush();
        return plan.Histograms(parts);
    }

    // What all threads share: where the charges are, and the histograms, whose memory is too large for one set each.
    internal sealed class Plan
    {
        private readonly Scan _scan;
        private readonly ImmutableArray<int> _position;
        private readonly ImmutableArray<double> _edgeNs;
        private readonly Pedestals _pedestals;

        public Plan(Scan scan, ImmutableArray<int> position, ImmutableArray<double> edgeNs, Pedestals pedestals, ChargeScale scale)
        {
            (_scan, _position, _edgeNs, _pedestals) = (scan, position, edgeNs, pedestals);
            SampleCount = scan.SampleCount;
            Samples = Math.Max(scale.Samples, 1);
            const int pixels = CameraGeometry.PixelCount;
            if (position.Length != pixels || edgeNs.Length != pixels || pedestals.PixelCount != pixels)
                throw new ArgumentException(FormattableString.Invariant($"{position.Length} positions, {edgeNs.Length} edges and pedestals of {pedestals.PixelCount} pixels, the camera has {pixels}"), nameof(position));
            if (Samples > SampleCount) throw new ArgumentException(FormattableString.Invariant($"a charge of {Samples} samples in waveforms of {SampleCount}"), nameof(scale));
            foreach (int sample in position)
            {
                if (sample < 0 || sample >= SampleCount) throw new ArgumentException(FormattableString.Invariant($"sample {sample} is none of waveforms of {SampleCount}"), nameof(position));
            }

            Start = [.. position.Select(sample => ChargeHistograms.ChargeStart(sample, Samples, SampleCount))];
            Pedestal = [.. pedestals.Baseline.Select(baseline => Samples > 1 && double.IsFinite(baseline) ? DarkHistograms.Round(Samples * baseline) : 0)];
            Charges = new LevelHistograms(ChargeHistograms.AxisOf(scale), scan.LevelCount, pixels, scale);
        }

        public int SampleCount { get; }

        // Of a charge.
        public int Samples { get; }

        // First sample of the charge (pixel).
        public int[] Start { get; }

        // Pedestals of sums in whole LSB (pixel); 0 for amplitudes.
        public int[] Pedestal { get; }

        public LevelHistograms Charges { get; }

        public int LevelCount => _scan.LevelCount;

        public ChargeHistograms Histograms(IEnumerable<Part> parts)
        {
            long[] saturated = new long[LevelCount * CameraGeometry.PixelCount];
            foreach (Part part in parts)
            {
                for (int i = 0; i < saturated.Length; i++) saturated[i] += part.Saturated[i];
            }

            return new ChargeHistograms(_scan.Plan, SampleCount, _pedestals, Charges, _position, _edgeNs, [.. saturated]);
        }
    }

    // What each thread fills for itself.
    internal sealed class Part(Plan plan)
    {
        private readonly LevelBuffer _buffer = new(plan.Charges);
        private readonly int[] _charges = new int[CameraGeometry.PixelCount];

        // By level and pixel.
        public int[] Saturated { get; } = new int[plan.LevelCount * CameraGeometry.PixelCount];

        public void Fill(int level, CameraEvent camera)
        {
            if (camera.SampleCount != plan.SampleCount) throw new InvalidDataException(FormattableString.Invariant($"event {camera.EventNumber} has {camera.SampleCount} samples per pixel, the scan {plan.SampleCount}"));
            ReadOnlySpan<short> samples = camera.Samples.Span;
            Span<int> saturated = Saturated.AsSpan(level * CameraGeometry.PixelCount, CameraGeometry.PixelCount);
            for (int pixel = 0; pixel < _charges.Length; pixel++)
            {
                int sum = 0;
                int largest = 0;
                foreach (short sample in samples.Slice((pixel * plan.SampleCount) + plan.Start[pixel], plan.Samples))
                {
                    sum += sample;
                    largest = Math.Max(largest, sample);
                }

                _charges[pixel] = sum - plan.Pedestal[pixel];
                if (largest >= IntegerAxis.Adc.Last) saturated[pixel]++;
            }

            _buffer.Add(level, _charges);
        }

        public void Flush() => _buffer.Flush();
    }
}
