using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;
using DigiCam.Scans;

namespace DigiCam.Synchronisation;

/// <summary>One pass over the first events of each level of a light scan that finds where pulses are in the waveforms.</summary>
public static class SynchronisationPass
{
    /// <summary>Reads a scan on all processors. Nothing depends on the number of threads or on the size of the batches.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="pedestals">Baselines from a run with high voltage off; null when there is none: the first samples of each waveform serve then.</param>
    /// <param name="options">What to look at; null for the defaults.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="threads">Number of threads; 0 for one per processor.</param>
    /// <param name="batchEvents">Events between two looks at progress and cancellation.</param>
    /// <param name="cancellationToken">Stops after the current batch.</param>
    /// <exception cref="ArgumentException">The scan has no flashes, the options are impossible for such waveforms, or the pedestals are those of another camera.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the pedestals are not those of the scan's pixels.</exception>
    public static PulseTimeHistograms Accumulate(
        Scan scan,
        Pedestals? pedestals,
        SynchronisationOptions? options = null,
        IProgress<RunProgress>? progress = null,
        int threads = 0,
        int batchEvents = Run.DefaultBatchEvents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        options ??= new SynchronisationOptions();
        pedestals ??= Pedestals.Unknown(CameraGeometry.PixelCount);
        if (scan.Plan.Steps.All(step => step.Level.AcDac == 0)) throw new ArgumentException("the scan has no level with flashes: there is nothing to synchronise", nameof(scan));
        if (pedestals.PixelCount != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"pedestals of {pedestals.PixelCount} pixels, the camera has {CameraGeometry.PixelCount}"), nameof(pedestals));
        if (!(options.EdgeThresholdLsb > 0)) throw new ArgumentException(FormattableString.Invariant($"a threshold of {options.EdgeThresholdLsb} LSB is not above 0"), nameof(options));
        if (options.BaselineSamples < 1 || options.BaselineSamples > scan.SampleCount) throw new ArgumentException(FormattableString.Invariant($"a baseline of {options.BaselineSamples} samples in waveforms of {scan.SampleCount}"), nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.EventsPerLevel, nameof(options));
        ScanPedestals.Require(scan, pedestals);
        LevelHistograms positions = new(PulseTimeHistograms.PositionAxis(scan.SampleCount), scan.LevelCount, CameraGeometry.PixelCount);
        IReadOnlyList<Part> parts = scan.Process(
            EventContent.Waveforms, () => new Part(scan.Plan, scan.SampleCount, pedestals, options, positions), static (part, level, camera) => part.Fill(level, camera),
            options.EventsPerLevel, progress, threads, batchEvents, cancellationToken);
        foreach (Part part in parts) part.Flush();
        Part sum = parts[0];
        foreach (Part part in parts.Skip(1)) sum.Merge(part);
        return new PulseTimeHistograms(scan.Plan, options, scan.SampleCount, positions, sum.Edges, [.. sum.Saturated], [.. sum.Flat]);
    }

    // What each thread fills for itself; positions go to the histograms of all.
    internal sealed class Part
    {
        private readonly ScanPlan _plan;
        private readonly int _sampleCount;
        private readonly Pedestals _pedestals;
        private readonly SynchronisationOptions _options;
        private readonly LevelBuffer _buffer;
        private readonly int[] _positions = new int[CameraGeometry.PixelCount];
        private readonly short[] _sorted;

        public Part(ScanPlan plan, int sampleCount, Pedestals pedestals, SynchronisationOptions options, LevelHistograms positions)
        {
            (_plan, _sampleCount, _pedestals, _options) = (plan, sampleCount, pedestals, options);
            _buffer = new LevelBuffer(positions);
            _sorted = new short[options.BaselineSamples];
            Edges = new PixelHistograms(PulseTimeHistograms.EdgeAxis(sampleCount), CameraGeometry.PixelCount);
            Saturated = new long[plan.LevelCount * CameraGeometry.PixelCount];
            Flat = new long[Saturated.Length];
        }

        public PixelHistograms Edges { get; }

        // By level and pixel.
        public long[] Saturated { get; }

        public long[] Flat { get; }

        public void Fill(int level, CameraEvent camera)
        {
            if (camera.SampleCount != _sampleCount) throw new InvalidDataException(FormattableString.Invariant($"event {camera.EventNumber} has {camera.SampleCount} samples per pixel, the scan {_sampleCount}"));
            ReadOnlySpan<short> samples = camera.Samples.Span;
            ScanLevel light = _plan.Steps[level].Level;
            for (int pixel = 0; pixel < _positions.Length; pixel++)
            {
                ReadOnlySpan<short> waveform = samples.Slice(pixel * _sampleCount, _sampleCount);
                short largest = (short)SlidingSums.Largest(waveform, 1, 1).Narrow;
                int position = OneOf(waveform, largest, camera.EventNumber + pixel);
                if (largest >= IntegerAxis.Adc.Last)
                {
                    Saturated[(level * _positions.Length) + pixel]++;
                    position = PulseTimeHistograms.NoPosition;
                }
                else if (!waveform.ContainsAnyExcept(largest))
                {
                    Flat[(level * _positions.Length) + pixel]++;
                    position = PulseTimeHistograms.NoPosition;
                }
                else if (light.AcDac > 0) FillEdge(pixel, waveform, position, light.DcDac == 0 && _pedestals.IsKnown(pixel));

                _positions[pixel] = position;
            }

            _buffer.Add(level, _positions);
            Edges.EventCount++;
        }

        public void Flush() => _buffer.Flush();

        public void Merge(Part other)
        {
            Edges.Merge(other.Edges);
            for (int i = 0; i < Flat.Length; i++)
            {
                Saturated[i] += other.Saturated[i];
                Flat[i] += other.Flat[i];
            }
        }

        private void FillEdge(int pixel, ReadOnlySpan<short> waveform, int position, bool isPedestalRight)
        {
            double baseline = isPedestalRight ? _pedestals.Baseline[pixel] : MedianOfFirst(waveform);
            double height = waveform[position] - baseline;
            if (!(height >= _options.EdgeThresholdLsb)) return;
            double half = baseline + (height / 2);
            int below = position - 1;
            while (below >= 0 && waveform[below] >= half) below--;
            if (below < 0) return;
            Edges.Fill(pixel, (below + ((half - waveform[below]) / (waveform[below + 1] - waveform[below]))) * CameraGeometry.SampleNs);
        }

        // Of several largest samples each in its turn: the first of them would make the noise of a pixel without light gather at the beginning of the waveform.
        private static int OneOf(ReadOnlySpan<short> waveform, short largest, long turn)
        {
            int position = waveform.IndexOf(largest);
            int count = waveform[position..].Count(largest);
            for (long skip = turn % count; skip > 0; skip--) position += 1 + waveform[(position + 1)..].IndexOf(largest);
            return position;
        }

        private double MedianOfFirst(ReadOnlySpan<short> waveform)
        {
            waveform[.._sorted.Length].CopyTo(_sorted);
            Array.Sort(_sorted);
            return 0.5 * (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]);
        }
    }
}
