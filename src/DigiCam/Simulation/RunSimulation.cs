using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Simulation;

/// <summary>
/// One run of a campaign: what its events hold, and its files. Every event follows from the seed, the run's name and the event's place in the
/// run alone, so that any of them can be simulated by itself. Immutable and safe to share.
/// </summary>
/// <remarks>
/// Event i of the run, missing ones counted, has the number <see cref="RunPlan.FirstEventNumber"/> + i. Each run of the plan begins whole hours
/// after the one before it, which has ended then; its clock ticks every 4 ns.
/// </remarks>
public sealed class RunSimulation
{
    /// <summary>What the name of the table of levels has behind the run's.</summary>
    internal const string ScanPlanEnd = "_plan.csv";

    private const int MostCompressingThreads = 4;
    private const int TickNs = 4;
    private const double TicksPerSecond = 1e9 / TickNs;
    private const long NsPerHour = 3_600_000_000_000;

    private readonly ZFitsRowSet _missing;

    // Place of the last event of each file among those that are written.
    private readonly int[] _lastOfFile;

    /// <summary>Prepares a run.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="run">One of its runs.</param>
    /// <exception cref="ArgumentException">The run is not one of the plan, it has no events or too many, they follow each other too fast, or a file would have none.</exception>
    public RunSimulation(CampaignPlan plan, RunPlan run)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(run);
        Campaign = plan;
        Plan = run;
        int place = plan.Runs.IndexOf(run);
        if (place < 0) throw Refused($"it is not one of the runs of campaign {plan.Name}");
        long events = (long)run.EventsPerLevel * run.AcLevels.Length * run.DcLevels.Length;
        if (events < 1) throw Refused($"it has no events");
        if (events > RunPlan.MostEvents) throw Refused($"it has {events} events, more than {RunPlan.MostEvents}");
        int files = run.FileCount;
        if (files < 1 || files > run.EventCount) throw Refused($"{run.EventCount} events cannot fill {files} files");
        if (run.FirstEventNumber + (long)run.EventCount - 1 > uint.MaxValue) throw Refused($"event numbers go beyond {uint.MaxValue}");
        if (!(run.RateHz > 0) || !double.IsFinite(run.RateHz)) throw Refused($"its rate of {run.RateHz} Hz is not above 0");
        if (run.RateHz * plan.SampleCount * CameraGeometry.SampleNs >= 1e9) throw Refused($"at {run.RateHz} Hz its windows of {plan.SampleCount} samples would overlap");
        if (run.MissingFraction is not (>= 0 and <= RunPlan.LargestMissingFraction)) throw Refused($"its fraction {run.MissingFraction} of missing events is not between 0 and {RunPlan.LargestMissingFraction}");

        Camera = SimulatedCamera.Draw(plan);
        Levels = [.. run.Levels.Select(level => LevelConditions.For(plan, Camera, run, level))];
        TimesNs = DrawTimes(plan.Runs.Take(place).Sum(before => before.HoursToNext));
        _missing = run.DrawMissing(plan.Seed);
        if (run.EmptyFile(_missing) is { } empty) throw Refused($"all events of file {run.FileName(empty)} are missing");
        FileNames = [.. Enumerable.Range(0, files).Select(run.FileName)];
        WrittenEvents = [.. Enumerable.Range(0, run.EventCount).Where(i => !_missing.Contains(i))];
        _lastOfFile = new int[files];
        for (int i = 0; i < WrittenEvents.Length; i++) _lastOfFile[run.FileOf(WrittenEvents[i])] = i;
    }

    /// <summary>The campaign.</summary>
    public CampaignPlan Campaign { get; }

    /// <summary>The run as it is planned.</summary>
    public RunPlan Plan { get; }

    /// <summary>The camera.</summary>
    public SimulatedCamera Camera { get; }

    /// <summary>The conditions of the levels (level).</summary>
    public ImmutableArray<LevelConditions> Levels { get; }

    /// <summary>Names of the camera files in the order of their events.</summary>
    public IReadOnlyList<string> FileNames { get; }

    /// <summary>Name of the table with the levels as they were planned; null for a run that is no scan.</summary>
    public string? ScanPlanName => Plan.Kind is RunKind.HvOff or RunKind.Dark ? null : Plan.Name + ScanPlanEnd;

    /// <summary>Places in the run of the events that are written, ascending.</summary>
    public ImmutableArray<int> WrittenEvents { get; }

    /// <summary>Times of all events, missing ones counted [ns since 1970-01-01 UTC].</summary>
    internal long[] TimesNs { get; }

    /// <summary>The level that holds during an event; not the planned one where the light changes too early or too late.</summary>
    /// <param name="eventIndex">Place in the run, from 0, missing events counted.</param>
    /// <returns>Place in <see cref="Levels"/>.</returns>
    public int LevelOf(int eventIndex)
    {
        CheckIndex(eventIndex);
        return (int)Math.Clamp(((long)eventIndex - Plan.LevelShiftEvents) / Plan.EventsPerLevel, 0, Levels.Length - 1);
    }

    /// <summary>True for an event that the files do not hold.</summary>
    /// <param name="eventIndex">Place in the run, from 0, missing events counted.</param>
    public bool IsMissing(int eventIndex)
    {
        CheckIndex(eventIndex);
        return _missing.Contains(eventIndex);
    }

    /// <summary>Simulates one event, as a <see cref="Run"/> on the run's files gives it. For whole runs write the files: an event alone takes longer.</summary>
    /// <param name="eventIndex">Place in the run, from 0, missing events counted.</param>
    /// <exception cref="ArgumentException">The event is missing.</exception>
    public CameraEvent Simulate(int eventIndex)
    {
        if (IsMissing(eventIndex)) throw new ArgumentException(FormattableString.Invariant($"run {Plan.Name}: event {eventIndex} is missing"), nameof(eventIndex));
        SimulatedEvent stored = new(Campaign.SampleCount);
        new EventSource(this).Draw(eventIndex, stored);
        return InSoftwareOrder(stored, eventIndex);
    }

    /// <summary>
    /// Writes the run: its camera files, the table of levels of a scan, and the truth. A run is there completely or not at all: files are
    /// written to a hidden folder inside the target folder and moved when the last one is done, the truth behind all others. Existing files of a
    /// run of this name are replaced.
    /// </summary>
    /// <param name="folder">The folder of the files; created if it does not exist.</param>
    /// <param name="threads">Number of threads, 0 for one per processor. The files do not depend on it.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="cancellationToken">Stops between two batches of events; no file is left.</param>
    /// <returns>What was simulated.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SimulationTruth Write(string folder, int threads = 0, IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using RunFolder target = new(folder, Plan.Name);
            DrawnCounts[] counts = WriteCameraFiles(target, threads == 0 ? Environment.ProcessorCount : threads, progress, cancellationToken);
            if (ScanPlanName is string scanPlan) AtomicFile.WriteText(target.File(scanPlan), ScanPlanText());
            SimulationTruth truth = CreateTruth(counts);
            string truthName = Path.GetFileName(SimulationTruth.PathFor(target.File(FileNames[0])));
            truth.Write(target.File(truthName));
            cancellationToken.ThrowIfCancellationRequested();
            target.Publish([.. FileNames, .. ScanPlanName is string name ? [name] : Array.Empty<string>(), truthName]);
            return truth;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{folder}: run {Plan.Name} cannot be written: {exception.Message}", exception);
        }
    }

    private DrawnCounts[] WriteCameraFiles(RunFolder target, int threads, IProgress<RunProgress>? progress, CancellationToken cancellationToken)
    {
        // Each of the writer's threads holds a tile of 18 MB, and few of them keep up with any number that draws.
        ZFitsWriterOptions options = new() { Threads = Math.Min(threads, MostCompressingThreads), Cancellation = cancellationToken };
        DrawnCounts[] counts = [.. Levels.Select(_ => new DrawnCounts())];
        CameraFileWriter? file = null;
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            int done = 0;
            int number = 0;
            foreach (ArraySegment<SimulatedEvent> batch in EventSource.DrawAll(this, threads, cancellationToken))
            {
                foreach (SimulatedEvent simulated in batch)
                {
                    int index = WrittenEvents[done];
                    file ??= new CameraFileWriter(target.File(FileNames[number]), ContentOf(number), options);
                    file.Write(simulated, NumberOf(index), TimesNs[index]);
                    counts[LevelOf(index)].Add(simulated);
                    if (done++ != _lastOfFile[number]) continue;
                    file.Finish();
                    file = null;
                    number++;

                    // The tiles of one file are large objects, of which the runtime else lets those of several files pile up.
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
                }

                progress?.Report(new RunProgress(done, WrittenEvents.Length, watch.Elapsed));
            }
        }
        finally
        {
            file?.Dispose();
        }

        Truncate(target.File(FileNames[^1]));
        return counts;
    }

    private SimulationTruth CreateTruth(DrawnCounts[] counts)
    {
        const double PulseStepNs = 0.1;
        int[] eventLevels = [.. WrittenEvents.Select(LevelOf)];
        double[] times = [.. Enumerable.Range(0, (int)Math.Ceiling(Camera.Pulse.LengthNs / PulseStepNs) + 1).Select(i => i * PulseStepNs)];
        return new SimulationTruth
        {
            Campaign = Campaign.Name,
            Run = Plan.Name,
            Kind = Plan.Kind,
            Seed = Campaign.Seed,
            TelescopeId = Campaign.TelescopeId,
            SampleCount = Campaign.SampleCount,
            FlashTimeNs = Campaign.Light.FlashTimeNs,
            FlashJitterNs = Campaign.Light.FlashJitterNs,
            AfterpulseDelayNs = Campaign.Camera.AfterpulseDelayNs,
            RecoveryNs = Campaign.Camera.RecoveryNs,
            ResistanceCapacitanceNs = Campaign.Camera.ResistanceCapacitanceNs,
            Pixels = new TruePixels
            {
                Baseline = Camera.Baseline,
                Noise = Camera.Noise,
                Gain = Camera.Gain,
                SinglePeSpread = Camera.SinglePeSpread,
                CrossTalk = Camera.CrossTalk,
                DarkCountRateMHz = Camera.DarkCountRateMHz,
                Afterpulsing = Camera.Afterpulsing,
                AcEfficiency = Camera.AcEfficiency,
                DcEfficiency = Camera.DcEfficiency,
                DelayNs = Camera.PixelDelayNs,
                IsLit = Camera.IsLit,
                Faults = Camera.Faults,
                StoredPixel = Camera.StoredPixel,
            },
            Levels = [.. Levels.Select((conditions, level) => new TrueLevel
            {
                Conditions = conditions,
                FirstEvent = Array.IndexOf(eventLevels, level) is int first and >= 0 ? NumberOf(WrittenEvents[first]) : 0,
                EventCount = eventLevels.Count(l => l == level),
                FlashPrimaries = [.. counts[level].FlashPrimaries],
                FlashAvalanches = [.. counts[level].FlashAvalanches],
                RandomPulses = [.. counts[level].RandomPulses],
            })],
            EventNumbers = [.. WrittenEvents.Select(NumberOf)],
            EventLevels = [.. eventLevels],
            Pulse = new TruePulse([.. times], [.. times.Select(Camera.Pulse.At)], Camera.Pulse.IntegralNs, Camera.Pulse.SquareIntegralNs),
        };
    }

    // What a disk that was full or a transfer that broke leaves.
    private void Truncate(string path)
    {
        if (Plan.LastFileFraction >= 1) return;
        using FileStream stream = new(path, FileMode.Open, FileAccess.Write);
        stream.SetLength((long)Math.Floor(stream.Length * Plan.LastFileFraction));
    }

    private CameraFileContent ContentOf(int file)
    {
        int first = file == 0 ? 0 : _lastOfFile[file - 1] + 1;
        return new CameraFileContent
        {
            SampleCount = Campaign.SampleCount,
            EventCount = _lastOfFile[file] - first + 1,
            TelescopeId = Campaign.TelescopeId,
            Type = Plan.EventType,
            RunType = Plan.Kind switch
            {
                RunKind.HvOff => "hvoffrun",
                RunKind.Dark => "darkrun",
                RunKind.AcScan => "acscan",
                RunKind.DcScan => "dcscan",
                RunKind.AcDcScan => "acdcscan",
                _ => throw new InvalidOperationException($"a run of kind {Plan.Kind} cannot be simulated"),
            },
            FirstTimeNs = TimesNs[WrittenEvents[first]],
            LastTimeNs = TimesNs[WrittenEvents[_lastOfFile[file]]],
        };
    }

    // Levels as they were planned, missing events counted: whoever takes the data knows no better.
    private string ScanPlanText()
    {
        (int firstSample, int lastSample) = Window();
        SampleRange window = new(firstSample, lastSample);
        ImmutableArray<ScanStep>.Builder steps = ImmutableArray.CreateBuilder<ScanStep>();
        for (int level = 0; level < Plan.Levels.Length; level++)
        {
            ImmutableArray<ScanPart>.Builder parts = ImmutableArray.CreateBuilder<ScanPart>();
            for (int file = 0; file < FileNames.Count; file++)
            {
                long begin = Math.Max(Plan.FirstEventOf(file), (long)level * Plan.EventsPerLevel);
                long end = Math.Min(Plan.FirstEventOf(file + 1), (level + 1L) * Plan.EventsPerLevel);
                if (begin < end) parts.Add(new ScanPart(FileNames[file], (int)(end - begin)));
            }

            steps.Add(new ScanStep(Plan.Levels[level], parts.ToImmutable()) { Flash = window });
        }

        return new ScanPlan(steps.ToImmutable()).ToCsv();
    }

    // Samples with more than a tenth of the pulse of a flash, whatever the pixel's delay and the jitter; all samples without flashes.
    private (int First, int Last) Window()
    {
        const double StepNs = 0.25;
        const double Part = 0.1;
        const double JitterSigmas = 3;
        int last = Campaign.SampleCount - 1;
        if (Plan.AcLevels.All(dac => dac == 0)) return (0, last);
        double rise = 0;
        while (rise < Camera.Pulse.LengthNs && Camera.Pulse.At(rise) < Part) rise += StepNs;
        double fall = Camera.Pulse.LengthNs;
        while (fall > rise && Camera.Pulse.At(fall) < Part) fall -= StepNs;
        double jitter = JitterSigmas * Campaign.Light.FlashJitterNs;
        double begin = Campaign.Light.FlashTimeNs + Camera.PixelDelayNs.Min() - jitter + rise;
        double end = Campaign.Light.FlashTimeNs + Camera.PixelDelayNs.Max() + jitter + fall;
        return ((int)Math.Clamp(Math.Floor(begin / CameraGeometry.SampleNs), 0, last), (int)Math.Clamp(Math.Ceiling(end / CameraGeometry.SampleNs), 0, last));
    }

    // An event is read out before the next one can come, so that its gap is its window and a rest: the same in all gaps, or exponential.
    private long[] DrawTimes(double hoursAfterStart)
    {
        long[] times = new long[Plan.EventCount];
        RandomStream random = new(Campaign.Seed, RandomStream.Key($"run {Plan.Name} clock"));

        // 64 bits of nanoseconds end in 2262. Random gaps add up to more than this only once in e^50 runs.
        double start = ((Campaign.Start.Ticks - DateTime.UnixEpoch.Ticks) * 100.0) + (hoursAfterStart * NsPerHour);
        if (!(start >= 0 && start + (((2.0 * times.Length) + 100) * 1e9 / Plan.RateHz) < long.MaxValue)) throw Refused($"its events lie outside the years 1970 to 2262 of the camera's clock");
        long startNs = ((Campaign.Start.Ticks - DateTime.UnixEpoch.Ticks) * 100) + ((long)hoursAfterStart * NsPerHour);
        double meanRest = (TicksPerSecond / Plan.RateHz) - Campaign.SampleCount;
        double rest = 0;
        for (int i = 0; i < times.Length; i++)
        {
            // Whole windows and the sum of the rests, which never decreases: no two windows overlap, however it is rounded.
            times[i] = startNs + (TickNs * (((long)i * Campaign.SampleCount) + (long)Math.Floor(rest + 0.5)));
            rest = Plan.Clock == EventClock.Periodic ? (i + 1) * meanRest : rest + (random.Exponential() * meanRest);
        }

        return times;
    }

    private uint NumberOf(int eventIndex) => Plan.FirstEventNumber + (uint)eventIndex;

    private CameraEvent InSoftwareOrder(SimulatedEvent stored, int eventIndex)
    {
        int samples = stored.SampleCount;
        CameraEvent result = new()
        {
            Index = WrittenEvents.BinarySearch(eventIndex),
            EventNumber = NumberOf(eventIndex),
            TelescopeId = Campaign.TelescopeId,
            UnixTimeNs = TimesNs[eventIndex],
            Type = Plan.EventType,
            SampleCount = samples,
            SampleArray = new short[stored.Samples.Length],
            FirmwareBaselines = new short[CameraGeometry.PixelCount],
            PixelStatus = [.. Enumerable.Repeat((ushort)1, CameraGeometry.PixelCount)],
            TriggerInput = new byte[samples * CameraGeometry.PatchCount],
            TriggerPatch7 = new byte[samples * CameraGeometry.PatchCount],
            TriggerPatch19 = new byte[samples * CameraGeometry.PatchCount],
            TriggerMuon = new byte[samples * CameraGeometry.PatchCount],
        };
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            result.FirmwareBaselines[pixel.Id] = stored.Baselines[pixel.LegacyRow];
            stored.Samples.AsSpan(pixel.LegacyRow * samples, samples).CopyTo(result.SampleArray.AsSpan(pixel.Id * samples));
        }

        for (int sample = 0; sample < samples; sample++)
        {
            foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches)
            {
                int target = (sample * CameraGeometry.PatchCount) + patch.Id;
                result.TriggerInput[target] = stored.TriggerInput[(sample * TriggerPatch.StoredTracesPerSample) + patch.StoredTraceIndex];
                result.TriggerPatch7[target] = Bit(stored.TriggerPatch7, sample, patch.OutputBitIndex);
                result.TriggerPatch19[target] = Bit(stored.TriggerPatch19, sample, patch.OutputBitIndex);
            }
        }

        return result;

        static byte Bit(byte[] bits, int sample, int bit) => (byte)((bits[(sample * TriggerPatch.StoredOutputBytesPerSample) + (bit / 8)] >> (bit % 8)) & 1);
    }

    private void CheckIndex(int eventIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(eventIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(eventIndex, Plan.EventCount);
    }

    private ArgumentException Refused(FormattableString cause) => new($"run {Plan.Name}: {FormattableString.Invariant(cause)}");
}
