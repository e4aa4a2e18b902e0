using System.Collections.Immutable;
using System.Globalization;
using DigiCam.Files;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Tests.Runs;

public sealed class SimulatedRunTests : IDisposable
{
    private static readonly SimulatedRun Small = new() { EventCount = 230, Faults = SimulatedRun.EachFault };

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fit_SimulatedRun_GivesTheTruthAndFlagsTheFaults()
    {
        string path = Simulate("a", Small);
        using Run run = Run.Open(path);
        HvOffResult result = HvOffFitter.Fit(AdcHistograms.Accumulate(run, cancellationToken: TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
        SimulationTruth truth = SimulationTruth.For(path)!;
        ImmutableArray<PixelFault?> faults = truth.Pixels.Faults;
        foreach (HvOffPixel pixel in result.Pixels)
        {
            PixelFlags expected = faults[pixel.Pixel] switch
            {
                null => PixelFlags.None,
                PixelFault.Stuck => PixelFlags.Stuck | PixelFlags.FitFailed,
                PixelFault.Noisy => PixelFlags.NoiseOutlier,
                PixelFault.Saturated => PixelFlags.Overflow,
                _ => PixelFlags.BaselineOutlier,
            };
            Assert.True((pixel.Flags & expected) == expected, $"{pixel}, fault {faults[pixel.Pixel]}");
        }

        Assert.All(result.Pixels.Where(p => faults[p.Pixel] is null), p => Assert.Equal(PixelFlags.None, p.Flags));

        double[] baselinePulls = truth.Pulls(result.Baseline, result.BaselineError, truth.Pixels.Baseline, result.Flags);
        double[] noisePulls = truth.Pulls(result.Noise, result.NoiseError, truth.Pixels.Noise, result.Flags);
        foreach (double[] all in (double[][])[baselinePulls, noisePulls])
        {
            double[] pulls = [.. all.Where(double.IsFinite)];
            Assert.Equal(CameraGeometry.PixelCount - SimulatedRun.EachFault.Count, pulls.Length);
            Assert.InRange(Math.Abs(pulls.Average()), 0, 3 / Math.Sqrt(pulls.Length));
            Assert.InRange(Math.Sqrt(pulls.Average(p => p * p)), 0.9, 1.1);
        }
    }

    [Fact]
    public void Accumulate_AnyThreadsAndBatch_GivesTheSameCounts()
    {
        using Run run = Run.Open(Simulate("a", Small));
        PixelHistograms expected = AdcHistograms.Accumulate(run, threads: 1, batchEvents: 1000, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(230, expected.EventCount);
        foreach ((int threads, int batch) in ((int, int)[])[(2, 1), (2, 7), (3, 100), (1, 230)])
        {
            PixelHistograms found = AdcHistograms.Accumulate(run, threads: threads, batchEvents: batch, cancellationToken: TestContext.Current.CancellationToken);
            for (int pixel = 0; pixel < expected.PixelCount; pixel++) Assert.True(expected.GetCounts(pixel).SequenceEqual(found.GetCounts(pixel)));
            Assert.Equal(expected.EventCount, found.EventCount);
        }
    }

    [Fact]
    public void Open_SeveralFiles_AreOneRunInEventOrder()
    {
        string second = Simulate("a", Small with { EventCount = 30, FirstEventNumber = 131, Start = Small.Start.AddSeconds(2) });
        string first = Simulate("b", Small with { EventCount = 120, FirstEventNumber = 1 });
        using Run run = Run.Open([second, first]);
        Assert.Equal(150, run.EventCount);
        Assert.Equal([first, second], run.Files.Select(f => f.Path));
        Assert.Equal(Enumerable.Range(1, 120).Concat(Enumerable.Range(131, 30)).Select(n => (long)n), run.Select(e => e.EventNumber));
        Assert.Equal(10, run.Summary.MissingEvents);
        Assert.Contains("10 event numbers are missing between 1 and 160", run.Summary.Problems);

        // The limit holds for the whole run, in event order: 120 of the first file, 5 of the second.
        using Run limited = Run.Open([second, first], new RunOptions { MaximumEvents = 125 });
        Assert.Equal(125, AdcHistograms.Accumulate(limited, cancellationToken: TestContext.Current.CancellationToken).EventCount);
        Assert.Equal(135, limited.Last().EventNumber);
    }

    [Fact]
    public void Open_InterleavedStreams_AreMergedEventByEvent()
    {
        // Streams of one run share its events out; here with a duplicate in the middle.
        string a = Simulate("a", Small with { EventCount = 3, FirstEventNumber = 1 });
        string b = Simulate("b", Small with { EventCount = 3, FirstEventNumber = 2, Seed = 5 });
        using Run run = Run.Open([a, b]);
        Assert.Equal([1, 2, 2, 3, 3, 4], run.Select(e => e.EventNumber));
        Assert.Equal(2, run.Summary.DuplicateEvents);
        CameraEvent[] events = [.. run];
        for (int i = 0; i < events.Length; i++) Assert.Equal(events[i].Samples.ToArray(), run.GetEvent(i).Samples.ToArray());
    }

    [Fact]
    public void Open_FilesOfDifferentRuns_AreRefused()
    {
        string a = Simulate("a", Small with { EventCount = 2 });
        string otherSamples = Simulate("b", Small with { EventCount = 2, SampleCount = 92 });
        string otherTelescope = Simulate("c", Small with { EventCount = 2, TelescopeId = 21 });
        Assert.Equal($"{otherSamples}: 92 samples per pixel, but {a} has 50: not the same run", Assert.Throws<InvalidDataException>(() => Run.Open([a, otherSamples])).Message);
        Assert.Equal($"{otherTelescope}: telescope 21, but {a} is of telescope 22: not the same run", Assert.Throws<InvalidDataException>(() => Run.Open([a, otherTelescope])).Message);
        Assert.EndsWith("named twice in one run", Assert.Throws<InvalidDataException>(() => Run.Open([a, a])).Message, StringComparison.Ordinal);
        using Run ninetyTwo = Run.Open(otherSamples);
        Assert.Equal(92, ninetyTwo.First().SampleCount);
    }

    [Fact]
    public void Process_Cancelled_StopsAndThrows()
    {
        using Run run = Run.Open(Simulate("a", Small));
        using CancellationTokenSource source = new();
        Assert.ThrowsAny<OperationCanceledException>(() => run.Process(
            EventContent.None, () => 0, (_, e) => { if (e.Index == 10) source.Cancel(); }, threads: 1, batchEvents: 5, cancellationToken: source.Token));
    }

    [Fact]
    public void Process_CallbackThrows_TheCallersExceptionArrives()
    {
        using Run run = Run.Open(Simulate("a", Small));
        Assert.Throws<InvalidTimeZoneException>(() => run.Process(EventContent.None, () => 0, (_, e) => { if (e.Index == 99) throw new InvalidTimeZoneException(); }, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Process_Progress_EndsWithAllEvents()
    {
        using Run run = Run.Open(Simulate("a", Small));
        List<RunProgress> reports = [];
        run.Process(EventContent.None, () => 0, (_, _) => { }, new Collect(reports), batchEvents: 10, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((230, 230), (reports[^1].Events, reports[^1].TotalEvents));
    }

    [Fact]
    public void Events_ModuleSwap_ExchangesTheTwoModules()
    {
        string path = Simulate("a", Small with { EventCount = 1 });
        using Run plain = Run.Open(path, new RunOptions { ModuleSwaps = [] });
        DateOnly day = DateOnly.FromDateTime(Small.Start);
        using Run swapped = Run.Open(path, new RunOptions { ModuleSwaps = [new ModuleSwap(22, 59, 88, day, day)] });
        CameraEvent before = plain.First();
        CameraEvent after = swapped.First();
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            int partner = pixel.Module switch
            {
                59 => CameraGeometry.DigiCam.Pixels.Single(p => p.Module == 88 && p.HardwareId == pixel.HardwareId).Id,
                88 => CameraGeometry.DigiCam.Pixels.Single(p => p.Module == 59 && p.HardwareId == pixel.HardwareId).Id,
                _ => pixel.Id,
            };
            Assert.True(before.GetWaveform(pixel.Id).SequenceEqual(after.GetWaveform(partner)));
            Assert.Equal(before.FirmwareBaselines[pixel.Id], after.FirmwareBaselines[partner]);
        }
    }

    [Fact]
    public void Events_PixelOrders_DifferAsDocumented()
    {
        string path = Simulate("a", Small with { EventCount = 1 });
        using Run fromFile = Run.Open(path);
        using Run legacy = Run.Open(path, new RunOptions { PixelOrder = PixelOrder.Legacy2017 });
        using Run stored = Run.Open(path, new RunOptions { PixelOrder = PixelOrder.AsStored });

        // The simulation stores the pixels in the order of the hardware, as the real files do.
        Assert.Equal(fromFile.First().Samples.ToArray(), legacy.First().Samples.ToArray());
        CameraEvent raw = stored.First();
        for (int row = 0; row < 1296; row++) Assert.True(raw.GetWaveform(row).SequenceEqual(fromFile.First().GetWaveform(CameraGeometry.DigiCam.LegacyOrder[row])));
    }

    [Fact]
    public void TriggerInput_Simulated_IsTheSumOfThePatch()
    {
        using Run run = Run.Open(Simulate("a", Small with { EventCount = 1, Faults = ImmutableSortedDictionary<int, PixelFault>.Empty }));
        CameraEvent camera = run.First();
        foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches)
        {
            for (int sample = 0; sample < camera.SampleCount; sample++)
            {
                int sum = patch.Pixels.Sum(p => camera.GetWaveform(p)[sample] - (camera.FirmwareBaselines[p] / 16));
                Assert.Equal(Math.Clamp(sum, 0, 255), camera.TriggerInput[(sample * 432) + patch.Id]);
            }
        }
    }

    [Fact]
    public void HvOffFiles_WriteAndRead_GiveTheSameResult()
    {
        using Run run = Run.Open(Simulate("a", Small));
        HvOffResult result = HvOffFitter.Fit(AdcHistograms.Accumulate(run, cancellationToken: TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            NpzHistograms.Write(_folder.File("h.npz"), result.Histograms);
            HvOffFiles.WriteFit(_folder.File("f.npz"), result);
            ResultTable.Write(_folder.File("f.csv"), result);
            HvOffResult restored = HvOffFitter.Restore(NpzHistograms.Read(_folder.File("h.npz")), HvOffFiles.ReadFit(_folder.File("f.npz")));
            Assert.Equal(result.Baseline, restored.Baseline);
            Assert.Equal(result.NoiseError, restored.NoiseError);
            Assert.Equal(result.Flags, restored.Flags);

            // The file holds no chi2: it is computed again at the saved values, which lie one last step, below 1e-6 in the cost, from where the fit took it.
            for (int pixel = 0; pixel < result.PixelCount; pixel++) Assert.Equal(result.Fits[pixel].Minimum, restored.Fits[pixel].Minimum, tolerance: 1e-6);
            string[] lines = File.ReadAllLines(_folder.File("f.csv"));
            Assert.Equal(1297, lines.Length);
            Assert.Equal("pixel,electronic_noise_lsb,electronic_noise_error_lsb,baseline_lsb,baseline_error_lsb,chi2_per_ndf,skewness,chi2,ndf,p_value,entries,underflow,overflow,status,flags", lines[0]);
            Assert.All(lines, line => Assert.Equal(15, line.Split(',').Length));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void HvOffFiles_SamplesBeyondTheAxis_SurviveTheFile()
    {
        PixelHistograms histograms = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++) histograms.Fill(pixel, [2000, 2001, 2002]);
        NpzHistograms.Write(_folder.File("h.npz"), histograms);
        using (NpzFile plain = NpzFile.Open(_folder.File("h.npz"))) Assert.False(plain.Contains("adcs_flow"));

        histograms.Fill(7, [-1, -2, 4096]);
        NpzHistograms.Write(_folder.File("h.npz"), histograms);
        PixelHistograms read = NpzHistograms.Read(_folder.File("h.npz"));
        Assert.Equal((2L, 1L, 6L), (read.GetUnderflow(7), read.GetOverflow(7), read.GetEntries(7)));
        Assert.Equal((0L, 0L, 3L), (read.GetUnderflow(8), read.GetOverflow(8), read.GetEntries(8)));
    }

    [Theory]
    [InlineData(1e300, 0, 4096)]
    [InlineData(5e9, 1, 4096)]
    [InlineData(0, 1, 3_000_000)]
    [InlineData(0.5, 1, 4096)]
    [InlineData(0, 2, 4096)]
    public void ReadHistograms_ImpossibleCodes_AreRefused(double first, double step, int count)
    {
        new NpzWriter().Add("adcs", [1]).Add("adcs_bin_centers", [.. Enumerable.Range(0, count).Select(i => first + (step * i))]).Write(_folder.File("h.npz"));
        Assert.Equal($"{_folder.File("h.npz")}: adcs_bin_centers are not consecutive whole ADC codes", Assert.Throws<InvalidDataException>(() => NpzHistograms.Read(_folder.File("h.npz"))).Message);
    }

    private string Simulate(string name, SimulatedRun simulation)
    {
        string path = _folder.File(name + ".fits.fz");
        simulation.Write(path);
        return path;
    }

    private sealed class Collect(List<RunProgress> reports) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => reports.Add(value);
    }
}
