using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;

namespace DigiCam.Dark;

/// <summary>One pass over a run without light that fills everything the dark tasks fit.</summary>
public static class DarkPass
{
    /// <summary>Reads a run on all processors. Nothing depends on the number of threads or on the size of the batches.</summary>
    /// <param name="run">The run.</param>
    /// <param name="pedestals">Baselines and noise from a run with high voltage off; null when there is none: no pulses are looked for then.</param>
    /// <param name="options">What to fill; null for the defaults.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="threads">Number of threads; 0 for one per processor.</param>
    /// <param name="batchEvents">Events between two looks at progress and cancellation.</param>
    /// <param name="cancellationToken">Stops after the current batch.</param>
    /// <exception cref="ArgumentException">The options are impossible for such a run, or the pedestals are those of another camera.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, an event has another number of samples, or the pedestals are not those of the run's pixels (<see cref="PedestalCheck"/>).</exception>
    public static DarkHistograms Accumulate(
        Run run,
        Pedestals? pedestals,
        DarkPassOptions? options = null,
        IProgress<RunProgress>? progress = null,
        int threads = 0,
        int batchEvents = Run.DefaultBatchEvents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        options ??= new DarkPassOptions();
        pedestals ??= Pedestals.Unknown(CameraGeometry.PixelCount);
        if (pedestals.PixelCount != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"pedestals of {pedestals.PixelCount} pixels, the camera has {CameraGeometry.PixelCount}"), nameof(pedestals));
        Plan plan = new(pedestals, options, run.SampleCount, run.Summary.BaselineScale);
        IReadOnlyList<Part> parts = run.Process(
            plan.BaselineScale > 0 ? EventContent.Waveforms | EventContent.Baselines : EventContent.Waveforms,
            () => new Part(plan), static (part, camera) => part.Fill(camera), progress, threads, batchEvents, cancellationToken);
        foreach (Part part in parts) part.Flush();
        Part sum = parts[0];
        foreach (Part part in parts.Skip(1)) sum.Merge(part);
        DarkHistograms dark = plan.Histograms(sum);
        // Of a part of a run little can be told: it is looked at when all parts are together.
        if (run.Options.Shard is null) PedestalCheck.Require(dark.Samples, pedestals);
        return dark;
    }

    // What all threads share: settings of the pixels, and the blocks, whose memory is too large for one each.
    internal sealed class Plan
    {
        public Plan(Pedestals pedestals, DarkPassOptions options, int sampleCount, int baselineScale)
        {
            (Pedestals, Options, SampleCount, BaselineScale) = (pedestals, options, sampleCount, baselineScale);
            CheckWindow(options.WindowSamples);
            CheckWindow(options.MaximumWindowSamples);
            if (options.Blocks < 1) throw new ArgumentException(FormattableString.Invariant($"events cannot be divided into {options.Blocks} blocks"), nameof(options));
            PulseFinder finder = new(sampleCount, options.Pulses);
            int pixels = pedestals.PixelCount;
            IsKnown = [.. Enumerable.Range(0, pixels).Select(pedestals.IsKnown)];
            Levels = [.. Enumerable.Range(0, pixels).Select(pixel => IsKnown[pixel] ? finder.LevelOf(pedestals.Baseline[pixel], pedestals.Noise[pixel]) : default)];
            WindowPedestals = Rounded(options.WindowSamples);
            PulsePedestals = options.Pulses.ChargeSamples == 1 ? new int[pixels] : Rounded(options.Pulses.ChargeSamples);
            SampleBlocks = new LevelHistograms(IntegerAxis.Adc, options.Blocks, pixels);

            int[] Rounded(int samples) => [.. Enumerable.Range(0, pixels).Select(pixel => IsKnown[pixel] ? DarkHistograms.Round(samples * pedestals.Baseline[pixel]) : 0)];
            void CheckWindow(int samples)
            {
                if (samples < 1 || samples > sampleCount) throw new ArgumentException(FormattableString.Invariant($"a window of {samples} samples in waveforms of {sampleCount}"), nameof(options));
            }
        }

        public Pedestals Pedestals { get; }

        public DarkPassOptions Options { get; }

        public int SampleCount { get; }

        // Of the camera's baselines: 1 or 16 per LSB; 0 when there are none.
        public int BaselineScale { get; }

        public bool[] IsKnown { get; }

        public PulseLevel[] Levels { get; }

        // Pedestals of sums in whole LSB (pixel); 0 for amplitudes.
        public int[] WindowPedestals { get; }

        public int[] PulsePedestals { get; }

        public LevelHistograms SampleBlocks { get; }

        public DarkHistograms Histograms(Part sum) => new(
            Options, Pedestals, SampleCount, SampleBlocks, sum.Pulses.Target, sum.LargestWindow.Target, sum.MaximumWindow.Target, [.. sum.LiveSamples.Select(samples => samples * CameraGeometry.SampleNs)]);
    }

    // What each thread fills for itself.
    internal sealed class Part
    {
        private readonly Plan _plan;
        private readonly PulseFinder _finder;
        private readonly FoundPulse[] _found;

        public Part(Plan plan)
        {
            _plan = plan;
            _finder = new PulseFinder(plan.SampleCount, plan.Options.Pulses);
            _found = new FoundPulse[_finder.MostPulses];
            int pixels = plan.IsKnown.Length;
            LiveSamples = new long[pixels];
            Pulses = new PixelBuffer(new PixelHistograms(_finder.Scale == ChargeScale.Amplitude ? IntegerAxis.Adc : DarkHistograms.ChargeAxis, pixels, _finder.Scale));
            LargestWindow = new PixelBuffer(new PixelHistograms(DarkHistograms.ChargeAxis, pixels, ChargeScale.SumOf(plan.Options.WindowSamples)));
            MaximumWindow = new PixelBuffer(new PixelHistograms(DarkHistograms.MaximumWindowAxis, pixels, ChargeScale.SumOf(plan.Options.MaximumWindowSamples)));
        }

        public PixelBuffer Pulses { get; }

        public PixelBuffer LargestWindow { get; }

        public PixelBuffer MaximumWindow { get; }

        public long[] LiveSamples { get; }

        public void Fill(CameraEvent camera)
        {
            DarkPassOptions options = _plan.Options;
            if (options.Types != EventTypes.None && (camera.Type & options.Types) == 0) return;
            if (camera.SampleCount != _plan.SampleCount) throw new InvalidDataException(FormattableString.Invariant($"event {camera.EventNumber} has {camera.SampleCount} samples per pixel, the run {_plan.SampleCount}"));
            long block = camera.EventNumber % options.Blocks;
            ReadOnlySpan<short> samples = camera.Samples.Span;
            _plan.SampleBlocks.FillEvent((int)(block < 0 ? block + options.Blocks : block), samples);

            bool isMaximumWide = options.MaximumWindowSamples > options.WindowSamples;
            (int narrowSamples, int wideSamples) = isMaximumWide ? (options.WindowSamples, options.MaximumWindowSamples) : (options.MaximumWindowSamples, options.WindowSamples);
            short[] baselines = _plan.BaselineScale > 0 ? camera.FirmwareBaselines : [];
            for (int pixel = 0; pixel < _plan.IsKnown.Length; pixel++)
            {
                ReadOnlySpan<short> waveform = samples.Slice(pixel * _plan.SampleCount, _plan.SampleCount);
                (int narrow, int wide) = SlidingSums.Largest(waveform, narrowSamples, wideSamples);
                if (_plan.IsKnown[pixel])
                {
                    int largest = (isMaximumWide ? narrow : wide) - _plan.WindowPedestals[pixel];
                    LargestWindow.Add(pixel, largest);
                    int count = _finder.Find(waveform, _plan.Levels[pixel], _found, out int live);

                    // So far below the baseline there are no data in which a pulse could be seen.
                    if (largest >= DarkHistograms.ChargeAxis.First) LiveSamples[pixel] += live;
                    for (int i = 0; i < count; i++) Pulses.Add(pixel, _found[i].Charge - _plan.PulsePedestals[pixel]);
                }

                if (baselines.Length == 0) continue;
                MaximumWindow.Add(pixel, RoundedCharge(isMaximumWide ? wide : narrow, options.MaximumWindowSamples * baselines[pixel], _plan.BaselineScale));
            }

            Pulses.Target.EventCount++;
            LargestWindow.Target.EventCount++;
            if (baselines.Length > 0) MaximumWindow.Target.EventCount++;
        }

        public void Flush()
        {
            Pulses.Flush();
            LargestWindow.Flush();
            MaximumWindow.Flush();
        }

        public void Merge(Part other)
        {
            Pulses.Target.Merge(other.Pulses.Target);
            LargestWindow.Target.Merge(other.LargestWindow.Target);
            MaximumWindow.Target.Merge(other.MaximumWindow.Target);
            for (int pixel = 0; pixel < LiveSamples.Length; pixel++) LiveSamples[pixel] += other.LiveSamples[pixel];
        }

        // floor(sum - pedestal / scale + 1/2), without leaving the integers; scale is 1 or 16.
        private static int RoundedCharge(int sum, int pedestal, int scale) => scale == 1 ? sum - pedestal : ((16 * sum) - pedestal + 8) >> 4;
    }
}
