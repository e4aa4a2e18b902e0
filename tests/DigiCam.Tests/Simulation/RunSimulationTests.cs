using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Tests.Simulation;

public sealed class RunSimulationTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hv_off")]
    [InlineData("dark")]
    [InlineData("ac_scan")]
    [InlineData("dc_scan")]
    [InlineData("ac_dc_scan")]
    public void Read_WrittenRun_GivesExactlyWhatWasSimulated(string name)
    {
        RunSimulation simulation = RunSimulationPlans.With(name, run => run);
        simulation.Write(_folder.FullName, cancellationToken: Token);
        using Run run = Run.Open(RunSimulationPlans.Paths(simulation, _folder.FullName));
        Assert.Equal(simulation.WrittenEvents.Length, run.EventCount);
        for (int i = 0; i < simulation.WrittenEvents.Length; i++)
        {
            CameraEvent expected = simulation.Simulate(simulation.WrittenEvents[i]);
            CameraEvent found = run.GetEvent(i);
            Assert.Equal((expected.Index, expected.EventNumber, expected.TelescopeId, expected.UnixTimeNs, expected.Type), (found.Index, found.EventNumber, found.TelescopeId, found.UnixTimeNs, found.Type));
            Assert.Equal((40, CameraGeometry.PixelCount), (found.SampleCount, found.PixelCount));
            Assert.True(expected.Samples.Span.SequenceEqual(found.Samples.Span));
            Assert.Equal(expected.FirmwareBaselines, found.FirmwareBaselines);
            Assert.Equal(expected.PixelStatus, found.PixelStatus);
            Assert.Equal(expected.TriggerInput, found.TriggerInput);
            Assert.Equal(expected.TriggerPatch7, found.TriggerPatch7);
            Assert.Equal(expected.TriggerPatch19, found.TriggerPatch19);
            Assert.Equal(expected.TriggerMuon, found.TriggerMuon);
        }

        RunSummary summary = run.Summary;
        Assert.Equal(16, summary.BaselineScale);
        Assert.Equal(simulation.Plan.EventCount - simulation.WrittenEvents.Length, summary.MissingEvents);
    }

    [Fact]
    public void Trigger_OfFlashes_SetsBitsWhereTheLightIs()
    {
        RunSimulation simulation = RunSimulationPlans.With("ac_scan", run => run);
        CameraEvent dark = simulation.Simulate(0);
        CameraEvent bright = simulation.Simulate(11);
        Assert.Equal(0, dark.TriggerPatch7.Sum(b => b));
        foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches.Where(p => p.Cluster7.All(m => m >= 0 && CameraGeometry.DigiCam.Patches[m].Pixels.All(pixel => simulation.Camera.IsLit[pixel]))))
        {
            // Half-way up at the earliest, the flash peaks at 74 ns.
            int[] samples = [.. Enumerable.Range(0, bright.SampleCount).Where(s => bright.TriggerPatch7[(s * CameraGeometry.PatchCount) + patch.Id] == 1)];
            Assert.NotEmpty(samples);
            Assert.All(samples, s => Assert.InRange(s, 14, 32));
            Assert.Contains(18, samples);
        }
    }

    [Theory]
    [InlineData("dark", 3)]
    [InlineData("ac_scan", 11)]
    [InlineData("ac_dc_scan", 8)]
    public void Trigger_OfAnyEvent_FollowsFromItsSamplesAndBaselines(string name, int index)
    {
        RunSimulation simulation = RunSimulationPlans.With(name, run => run with { MissingFraction = 0 });
        CameraEvent e = simulation.Simulate(index);
        TriggerPlan thresholds = simulation.Campaign.Trigger;
        ImmutableArray<TriggerPatch> patches = CameraGeometry.DigiCam.Patches;
        int[] sums = new int[e.SampleCount * CameraGeometry.PatchCount];
        foreach (TriggerPatch patch in patches)
        {
            for (int s = 0; s < e.SampleCount; s++)
            {
                int sum = 0;
                foreach (int pixel in patch.Pixels) sum += e.GetWaveform(pixel)[s] - (e.FirmwareBaselines[pixel] / 16);
                sums[(s * CameraGeometry.PatchCount) + patch.Id] = Math.Clamp(sum, 0, 255);
            }
        }

        Assert.Equal(sums, e.TriggerInput.Select(value => (int)value));
        Assert.Equal(Bits(p => p.Cluster7, thresholds.Cluster7ThresholdLsb), e.TriggerPatch7);
        Assert.Equal(Bits(p => p.Cluster19, thresholds.Cluster19ThresholdLsb), e.TriggerPatch19);

        byte[] Bits(Func<TriggerPatch, ImmutableArray<int>> clusterOf, int threshold) =>
        [
            .. Enumerable.Range(0, e.SampleCount).SelectMany(s => patches.Select(patch =>
                (byte)(clusterOf(patch).Where(member => member >= 0).Sum(member => sums[(s * CameraGeometry.PatchCount) + member]) > threshold ? 1 : 0))),
        ];
    }

    [Fact]
    public void Trigger_SaturatedPixel_DoesNotHoldItsPatchUp()
    {
        CampaignPlan plan = new()
        {
            Faults = new FaultPlan { Pixels = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(811, PixelFault.Saturated)]) },
            Runs = [new RunPlan { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = 3 }],
        };
        RunSimulation simulation = new(plan, plan.Runs[0]);
        int patch = CameraGeometry.DigiCam.Pixels[811].Patch;
        CameraEvent e = simulation.Simulate(1);
        Assert.True(Enumerable.Range(0, e.SampleCount).Average(s => e.TriggerInput[(s * CameraGeometry.PatchCount) + patch]) < 20);
    }

    [Fact]
    public void Clock_Periodic_TicksAtTheRateFromTheStartOfTheRun()
    {
        RunSimulation simulation = new(RunSimulationPlans.EveryKind, RunSimulationPlans.EveryKind.Runs[2]);
        long[] times = [.. simulation.WrittenEvents.Select(i => simulation.Simulate(i).UnixTimeNs)];
        DateTime start = RunSimulationPlans.EveryKind.Start.AddHours(2);
        Assert.Equal((start - DateTime.UnixEpoch).Ticks * 100, times[0]);
        for (int i = 0; i < times.Length; i++) Assert.Equal(times[0] + (i * 10_000_000L), times[i]);
    }

    [Theory]
    [InlineData(300.0)]
    [InlineData(7.0)]
    public void Clock_OddRates_KeepToTicksOfFourNanoseconds(double rateHz)
    {
        RunSimulation simulation = RunSimulationPlans.With("hv_off", run => run with { RateHz = rateHz });
        for (int i = 0; i < 7; i++)
        {
            long sinceStart = simulation.Simulate(i).UnixTimeNs - simulation.Simulate(0).UnixTimeNs;
            Assert.Equal(0, sinceStart % 4);
            Assert.InRange(sinceStart - (i * 1e9 / rateHz), -2.001, 2.001);
        }
    }

    // A window and an exponential rest, together 1/f in the mean. The standard deviation is that of the rest, and its fourth moment about the
    // mean is 9 times the square of the variance; four standard errors of 4000 gaps.
    [Theory]
    [InlineData(1000.0)]
    [InlineData(3e6)]
    [InlineData(5e6)]
    public void Clock_Random_HasExponentialGapsBeyondTheWindow(double rateHz)
    {
        const int Gaps = 4000;
        const double WindowNs = 40 * 4;
        RunSimulation simulation = RunSimulationPlans.With("dark", run => run with { EventsPerLevel = Gaps + 1, MissingFraction = 0, RateHz = rateHz });
        long[] times = simulation.TimesNs;
        double[] gaps = [.. times.Zip(times.Skip(1), (a, b) => (double)(b - a))];
        Assert.All(gaps, gap => Assert.True(gap >= WindowNs));
        Assert.All(times, time => Assert.Equal(0, time % 4));
        double mean = 1e9 / rateHz;
        double sigma = mean - WindowNs;
        Assert.InRange(gaps.Average(), mean - (4 * sigma / Math.Sqrt(Gaps)), mean + (4 * sigma / Math.Sqrt(Gaps)));

        // Of the rounding of two times to 4 ns comes 2 x 16/12 ns^2, of neighbouring gaps in opposite directions.
        double variance = (sigma * sigma) + (2 * 16 / 12.0);
        double found = gaps.Average(gap => (gap - mean) * (gap - mean));
        Assert.InRange(found, variance * (1 - (4 * Math.Sqrt(8.0 / Gaps))), variance * (1 + (4 * Math.Sqrt(8.0 / Gaps))));
        Assert.InRange(gaps.Min(), WindowNs, WindowNs + 4 + (12 * sigma / Gaps));
    }

    [Theory]
    [InlineData(6.2e6)]
    [InlineData(6.24999e6)]
    [InlineData(1e6 / 3)]
    public void Clock_PeriodicAndFast_LeavesRoomForEachWindow(double rateHz)
    {
        RunSimulation simulation = RunSimulationPlans.With("hv_off", run => run with { EventsPerLevel = 5000, RateHz = rateHz });
        long[] times = simulation.TimesNs;
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 40 * 4));
        Assert.Equal(5000 * 1e9 / rateHz, times[^1] - times[0] + (1e9 / rateHz), 2.001);
    }

    // Run by run: an hour at least; 36 000 events at 11 Hz take an hour with their reserve and one more do not; 26.4 hours are begun.
    [Fact]
    public void Clock_OfLongRuns_PushesTheNextOnes()
    {
        RunPlan short1 = RunSimulationPlans.EveryKind.Runs[0];
        CampaignPlan plan = RunSimulationPlans.EveryKind with
        {
            Runs =
            [
                short1 with { Name = "a" },
                short1 with { Name = "b", EventsPerLevel = 36_000, RateHz = 11 },
                short1 with { Name = "c", EventsPerLevel = 36_001, RateHz = 11 },
                short1 with { Name = "d", EventsPerLevel = 864, RateHz = 0.01, Clock = EventClock.Random },
                short1 with { Name = "e" },
            ],
        };
        RunSimulation[] runs = [.. plan.Runs.Select(run => new RunSimulation(plan, run))];
        long start = (plan.Start - DateTime.UnixEpoch).Ticks * 100;
        Assert.Equal([0.0, 1, 2, 4, 31], runs.Select(run => (run.TimesNs[0] - start) / 3.6e12));
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.First.TimesNs[^1] < pair.Second.TimesNs[0]));
    }

    [Fact]
    public void Files_OfOneForEachLevel_HoldOneLevelEach()
    {
        RunSimulation simulation = RunSimulationPlans.With("ac_scan", run => run);
        SimulationTruth truth = simulation.Write(_folder.FullName, cancellationToken: Token);
        Assert.Equal(["ac_scan_000.fits.fz", "ac_scan_001.fits.fz", "ac_scan_002.fits.fz"], simulation.FileNames);
        for (int file = 0; file < 3; file++)
        {
            using Run run = Run.Open(_folder.File(simulation.FileNames[file]));
            Assert.Equal(Enumerable.Range((4 * file) + 1, 4).Select(n => (long)n), run.EventNumbers);
        }

        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], truth.EventLevels);
    }

    [Fact]
    public void Files_OfARun_ShareTheEventsEvenlyAndInOrder()
    {
        RunSimulation simulation = RunSimulationPlans.With("hv_off", run => run with { EventsPerLevel = 11, Files = 4 });
        simulation.Write(_folder.FullName, cancellationToken: Token);
        List<long> all = [];
        foreach (string path in RunSimulationPlans.Paths(simulation, _folder.FullName))
        {
            using Run run = Run.Open(path);
            Assert.InRange(run.EventCount, 2, 3);
            all.AddRange(run.EventNumbers);
        }

        Assert.Equal(Enumerable.Range(1, 11).Select(n => (long)n), all);
    }

    [Fact]
    public void ScanPlan_OfAScan_HasALineForEachFileAndLevel()
    {
        RunSimulation simulation = RunSimulationPlans.With("ac_dc_scan", run => run with { EventsPerLevel = 4 });
        simulation.Write(_folder.FullName, cancellationToken: Token);
        string[] lines = File.ReadAllLines(_folder.File("ac_dc_scan_plan.csv"));
        Assert.Equal("file,ac,dc,n_events,window", lines[0]);
        string[][] cells = [.. lines.Skip(1).Select(line => line.Split(','))];

        // 16 events in three files: 0-5, 6-10, 11-15, four of each level.
        Assert.Equal(
            [("000", 0, 0, 4), ("000", 300, 0, 2), ("001", 300, 0, 2), ("001", 0, 300, 3), ("002", 0, 300, 1), ("002", 300, 300, 4)],
            cells.Select(c => (c[0]["ac_dc_scan_".Length..^RunFileList.Extension.Length], int.Parse(c[1], null), int.Parse(c[2], null), int.Parse(c[3], null))));
        for (int file = 0; file < 3; file++)
        {
            using Run run = Run.Open(_folder.File(simulation.FileNames[file]));
            int planned = cells.Where(c => c[0] == simulation.FileNames[file]).Sum(c => int.Parse(c[3], null));
            Assert.Equal(planned - (file == 0 ? 2 : 0), run.EventCount);
        }

        // The window holds the flash: more than 95 % of the charge of the flash in a lit pixel.
        int[] window = [.. cells[0][4].Split('-').Select(text => int.Parse(text, null))];
        CameraEvent bright = simulation.Simulate(15);
        double inside = 0;
        double total = 0;
        foreach (int pixel in Enumerable.Range(0, CameraGeometry.PixelCount).Where(p => simulation.Camera.IsLit[p]))
        {
            double level = simulation.Camera.Baseline[pixel] + simulation.Levels[3].BaselineShift[pixel];
            double[] above = [.. bright.GetWaveform(pixel).ToArray().Select(code => code - level)];
            inside += above[window[0]..(window[1] + 1)].Sum();
            total += above.Sum();
        }

        Assert.InRange(inside / total, 0.95, 1.02);
        Assert.InRange(window[1] - window[0], 8, 14);
        Assert.Equal(["0-39"], RunSimulationPlansWindow("dc_scan"));

        string[] RunSimulationPlansWindow(string name)
        {
            RunSimulationPlans.With(name, run => run).Write(_folder.FullName, cancellationToken: Token);
            return [.. File.ReadLines(_folder.File(name + "_plan.csv")).Skip(1).Select(line => line.Split(',')[4]).Distinct()];
        }
    }

    [Fact]
    public void Truth_OfARun_CountsWhatTheEventsHold()
    {
        RunSimulation simulation = RunSimulationPlans.With("ac_dc_scan", run => run);
        SimulationTruth returned = simulation.Write(_folder.FullName, cancellationToken: Token);
        SimulationTruth truth = SimulationTruth.For(_folder.File(simulation.FileNames[1]))!;
        Assert.Equal(returned.EventNumbers, truth.EventNumbers);
        Assert.Equal([1, 2, 3, 4, 7, 8, 9, 10, 11, 12], truth.EventNumbers.Select(n => (int)n).ToArray()[..10]);
        Assert.Equal(simulation.WrittenEvents.Select(simulation.LevelOf), truth.EventLevels);
        Assert.Equal([(1u, 3), (4u, 1), (7u, 3), (10u, 3)], truth.Levels.Select(l => (l.FirstEvent, l.EventCount)));
        Assert.Equal(simulation.Camera.Gain, truth.Pixels.Gain);
        Assert.Equal("ac_dc_scan", truth.Run);
        Assert.Equal(RunKind.AcDcScan, truth.Kind);

        long[,] primaries = new long[4, CameraGeometry.PixelCount];
        long[,] avalanches = new long[4, CameraGeometry.PixelCount];
        long[,] random = new long[4, CameraGeometry.PixelCount];
        EventSimulator simulator = new(simulation.Campaign, simulation.Camera, simulation.Plan);
        SimulatedEvent drawn = new(simulation.Campaign.SampleCount);
        foreach (int i in simulation.WrittenEvents)
        {
            int level = simulation.LevelOf(i);
            simulator.Draw(i, simulation.Levels[level], drawn);
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                primaries[level, pixel] += drawn.FlashPrimaries[pixel];
                avalanches[level, pixel] += drawn.FlashAvalanches[pixel];
                random[level, pixel] += drawn.RandomPulses[pixel];
            }
        }

        for (int level = 0; level < 4; level++)
        {
            Assert.Equal(Enumerable.Range(0, CameraGeometry.PixelCount).Select(p => primaries[level, p]), truth.Levels[level].FlashPrimaries);
            Assert.Equal(Enumerable.Range(0, CameraGeometry.PixelCount).Select(p => avalanches[level, p]), truth.Levels[level].FlashAvalanches);
            Assert.Equal(Enumerable.Range(0, CameraGeometry.PixelCount).Select(p => random[level, p]), truth.Levels[level].RandomPulses);
            Assert.True(truth.Levels[level].RandomPulses.Sum() > 0);
            Assert.Equal(level % 2 == 1, truth.Levels[level].FlashPrimaries.Sum() > 0);
        }
    }

    [Fact]
    public void Write_WithProgress_CountsToTheEnd()
    {
        List<RunProgress> seen = [];
        RunSimulation simulation = RunSimulationPlans.With("dark", run => run);
        simulation.Write(_folder.FullName, threads: 2, new ListProgress(seen), Token);
        Assert.True(seen.Count > 1);
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.Second.Events > pair.First.Events));
        Assert.All(seen, p => Assert.Equal(simulation.WrittenEvents.Length, p.TotalEvents));
        Assert.Equal(simulation.WrittenEvents.Length, seen[^1].Events);
    }

    [Fact]
    public void Write_SeveralRuns_ProgressGoesThroughAllOfThem()
    {
        List<RunProgress> seen = [];
        IReadOnlyList<SimulationTruth> truths = CampaignSimulation.Write(RunSimulationPlans.EveryKind, _folder.FullName, ["dc_scan", "hv_off"], progress: new ListProgress(seen), cancellationToken: Token);
        Assert.Equal(["hv_off", "dc_scan"], truths.Select(t => t.Run));
        Assert.Equal([7L, 16L], seen.Select(p => p.Events));
        Assert.All(seen, p => Assert.Equal(16, p.TotalEvents));
        Assert.Equal(5 + 2 + 1, Directory.GetFiles(_folder.FullName).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Write_Cancelled_LeavesNothing(int threads)
    {
        using CancellationTokenSource source = new();
        RunSimulation simulation = RunSimulationPlans.With("dark", run => run with { Files = 3 });

        // After the first of several batches: one file is finished already.
        Cancelling progress = new(source, after: 64);
        Assert.ThrowsAny<OperationCanceledException>(() => simulation.Write(_folder.FullName, threads, progress, source.Token));
        Assert.InRange(progress.Events, 64, 129);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Write_FailsInTheMiddle_LeavesNothing(int threads)
    {
        RunSimulation simulation = RunSimulationPlans.With("dark", run => run with { Files = 3 });
        IOException error = Assert.Throws<IOException>(() => simulation.Write(_folder.FullName, threads, new Failing(after: 64), Token));
        Assert.Equal($"{_folder.FullName}: run dark cannot be written: no space left", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Write_CancelledInTheSecondRun_KeepsTheFirst()
    {
        using CancellationTokenSource source = new();
        Assert.ThrowsAny<OperationCanceledException>(() => CampaignSimulation.Write(RunSimulationPlans.EveryKind, _folder.FullName, progress: new Cancelling(source, after: 8), cancellationToken: source.Token));
        Assert.Equal(["hv_off_000.fits.fz", "hv_off_001.fits.fz", "hv_off_truth.h5"], Directory.GetFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Write_OverALongerRun_RemovesItsFilesAndNoOthers()
    {
        RunSimulationPlans.With("ac_scan", run => run).Write(_folder.FullName, cancellationToken: Token);
        string[] others = ["ac_scan_0.fits.fz", "ac_scan_000_000.fits.fz", "ac_scan_x00.fits.fz", "ac_scan_2_truth.h5", "dark_001.fits.fz"];
        foreach (string name in others) File.WriteAllText(_folder.File(name), "");
        RunSimulationPlans.With("ac_scan", run => run with { AcLevels = [0, 200] }).Write(_folder.FullName, cancellationToken: Token);
        Assert.Equal(
            ((string[])[.. others, "ac_scan_000.fits.fz", "ac_scan_001.fits.fz", "ac_scan_plan.csv", "ac_scan_truth.h5"]).Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(2, SimulationTruth.Read(_folder.File("ac_scan_truth.h5")).Levels.Length);
    }

    [Theory]
    [InlineData("there")]
    [InlineData("there", "below")]
    public void Write_WhereAFileIs_SaysSoInOneSentence(params string[] parts)
    {
        string file = _folder.File("there");
        File.WriteAllText(file, "");
        string path = Path.Combine([_folder.FullName, .. parts]);
        IOException error = Assert.Throws<IOException>(() => RunSimulationPlans.With("hv_off", run => run).Write(path, cancellationToken: Token));
        Assert.StartsWith($"{path}: run hv_off cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal([file], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Write_WhereAFolderHasTheNameOfAFile_LeavesNothingElse()
    {
        Directory.CreateDirectory(_folder.File("hv_off_001.fits.fz"));
        IOException error = Assert.Throws<IOException>(() => RunSimulationPlans.With("hv_off", run => run).Write(_folder.FullName, cancellationToken: Token));
        Assert.Contains("run hv_off cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.Equal([_folder.File("hv_off_001.fits.fz")], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Write_UnknownRun_NamesThoseThereAre()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => CampaignSimulation.Write(RunSimulationPlans.EveryKind, _folder.FullName, ["darc"], cancellationToken: Token));
        Assert.Contains("has no run 'darc', it has hv_off, dark, ac_scan, dc_scan, ac_dc_scan", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Create_ImpossibleRuns_AreRefused()
    {
        Refused(run => run with { EventsPerLevel = 0 }, "it has no events");
        Refused(run => run with { Files = 8 }, "7 events cannot fill 8 files");
        Refused(run => run with { Files = -1 }, "7 events cannot fill -1 files");
        Refused(run => run with { FirstEventNumber = uint.MaxValue - 5 }, "event numbers go beyond 4294967295");
        Refused(run => run with { MissingEvents = ZFitsRowSet.Parse("4-6") }, "all events of file hv_off_001.fits.fz are missing");
        Refused(run => run with { RateHz = 0 }, "its rate of 0 Hz is not above 0");
        Refused(run => run with { RateHz = double.NaN }, "its rate of NaN Hz is not above 0");
        Refused(run => run with { EventsPerLevel = 2_000_001 }, "it has 2000001 events, more than 2000000");
        Refused(run => run with { EventsPerLevel = 1 << 30, AcLevels = [0, 0, 0, 0] }, "it has 4294967296 events, more than 2000000");
        Refused(run => run with { MissingFraction = 0.91 }, "its fraction 0.91 of missing events is not between 0 and 0.9");
        Refused(run => run with { MissingFraction = double.NaN }, "its fraction NaN of missing events is not between 0 and 0.9");
        Refused(run => run with { RateHz = 6.25e6 }, "at 6250000 Hz its windows of 40 samples would overlap");
        Refused(run => run with { RateHz = 1e-9 }, "its events lie outside the years 1970 to 2262 of the camera's clock");
        CampaignPlan old = RunSimulationPlans.EveryKind with { Start = new DateTime(1969, 12, 31, 23, 0, 0, DateTimeKind.Utc) };
        Assert.Equal("run hv_off: its events lie outside the years 1970 to 2262 of the camera's clock", Assert.Throws<ArgumentException>(() => new RunSimulation(old, old.Runs[0])).Message);
        RunPlan stranger = RunSimulationPlans.EveryKind.Runs[0] with { Name = "stranger" };
        Assert.Equal("run stranger: it is not one of the runs of campaign every kind", Assert.Throws<ArgumentException>(() => new RunSimulation(RunSimulationPlans.EveryKind, stranger)).Message);

        static void Refused(Func<RunPlan, RunPlan> change, string cause) =>
            Assert.Equal($"run hv_off: {cause}", Assert.Throws<ArgumentException>(() => RunSimulationPlans.With("hv_off", change)).Message);
    }

    [Fact]
    public void Simulate_MissingOrBeyondTheEnd_IsRefused()
    {
        RunSimulation simulation = RunSimulationPlans.With("ac_dc_scan", run => run);
        Assert.Contains("event 4 is missing", Assert.Throws<ArgumentException>(() => simulation.Simulate(4)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => simulation.Simulate(12));
        Assert.Throws<ArgumentOutOfRangeException>(() => simulation.LevelOf(-1));
    }

    private sealed class ListProgress(List<RunProgress> seen) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => seen.Add(value);
    }

    private sealed class Failing(int after) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (value.Events >= after) throw new IOException("no space left");
        }
    }

    private sealed class Cancelling(CancellationTokenSource source, int after) : IProgress<RunProgress>
    {
        public long Events { get; private set; }

        public void Report(RunProgress value)
        {
            Events = value.Events;
            if (value.Events >= after) source.Cancel();
        }
    }
}
