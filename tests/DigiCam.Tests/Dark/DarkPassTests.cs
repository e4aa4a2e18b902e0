using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Dark;

public sealed class DarkPassTests : IDisposable
{
    // More than two tiles, so that threads have something to share.
    private const int Events = 230;
    private const int Unknown = 77;

    private readonly DarkRun _dark = new(new CampaignPlan { Seed = 3 }, Events);
    private readonly Pedestals _pedestals;

    public DarkPassTests()
    {
        ImmutableArray<double> baseline = _dark.Pedestals.Baseline.SetItem(Unknown, double.NaN);
        _pedestals = new Pedestals(baseline, _dark.Pedestals.Noise);
    }

    public void Dispose() => _dark.Dispose();

    [Fact]
    public void Accumulate_WholeRun_IsWhatOneEventAfterTheOtherGives()
    {
        DarkPassOptions options = new() { Blocks = 7 };
        DarkHistograms found = DarkPass.Accumulate(_dark.Run, _pedestals, options, cancellationToken: TestContext.Current.CancellationToken);
        PixelHistograms samples = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
        LevelHistograms blocks = new(IntegerAxis.Adc, 7, CameraGeometry.PixelCount);
        PixelHistograms window = new(DarkHistograms.ChargeAxis, CameraGeometry.PixelCount, ChargeScale.SumOf(7));
        PixelHistograms maximum = new(DarkHistograms.MaximumWindowAxis, CameraGeometry.PixelCount, ChargeScale.SumOf(5));
        PixelHistograms pulses = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
        double[] live = new double[CameraGeometry.PixelCount];
        PulseFinder finder = new(50);
        FoundPulse[] buffer = new FoundPulse[finder.MostPulses];
        foreach (CameraEvent e in _dark.Run)
        {
            for (int pixel = 0; pixel < e.PixelCount; pixel++)
            {
                ReadOnlySpan<short> waveform = e.GetWaveform(pixel);
                foreach (short sample in waveform)
                {
                    samples.Fill(pixel, (double)sample);
                    blocks.Fill((int)(e.EventNumber % 7), pixel, (double)sample);
                }

                // From the definition: windows at 46 and 44 places, the last one ending with the last sample.
                double five = double.NegativeInfinity;
                for (int first = 0; first < 46; first++) five = Math.Max(five, SumOf(waveform, first, 5, e.FirmwareBaselines[pixel] / 16.0));
                maximum.Fill(pixel, Math.Floor(five + 0.5));
                if (pixel == Unknown) continue;
                double seven = double.NegativeInfinity;
                for (int first = 0; first < 44; first++) seven = Math.Max(seven, SumOf(waveform, first, 7, 0));
                window.Fill(pixel, seven - Math.Floor((7 * _pedestals.Baseline[pixel]) + 0.5));
                int count = finder.Find(e.GetWaveform(pixel), finder.LevelOf(_pedestals.Baseline[pixel], _pedestals.Noise[pixel]), buffer, out int liveSamples);
                live[pixel] += 4 * liveSamples;
                for (int i = 0; i < count; i++) pulses.Fill(pixel, e.GetWaveform(pixel)[buffer[i].Sample]);
            }
        }

        Same(samples, found.Samples);
        Same(window, found.LargestWindow);
        Same(maximum, found.MaximumWindow);
        Same(pulses, found.Pulses);
        Assert.Equal(live, found.LiveTimeNs);
        for (int block = 0; block < 7; block++) Same(blocks.GetLevel(block), found.SampleBlocks.GetLevel(block));
        Assert.Equal((Events, 50, 1), (found.EventCount, found.SampleCount, found.SkippedPixels));
        Assert.Equal([.. Enumerable.Range(0, 7).Select(block => _dark.Run.EventNumbers.LongCount(n => n % 7 == block))], found.SampleBlocks.EventCounts);
        Assert.Equal((7 * _pedestals.Baseline[3]) - Math.Floor((7 * _pedestals.Baseline[3]) + 0.5), found.LargestWindowShift[3]);
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 13)]
    [InlineData(5, 1)]
    public void Accumulate_AnyThreadsAndBatches_GivesTheSameCounts(int threads, int batch)
    {
        DarkHistograms expected = DarkPass.Accumulate(_dark.Run, _pedestals, threads: 1, cancellationToken: TestContext.Current.CancellationToken);
        DarkHistograms found = DarkPass.Accumulate(_dark.Run, _pedestals, threads: threads, batchEvents: batch, cancellationToken: TestContext.Current.CancellationToken);
        Same(expected.Samples, found.Samples);
        Same(expected.Pulses, found.Pulses);
        Same(expected.LargestWindow, found.LargestWindow);
        Same(expected.MaximumWindow, found.MaximumWindow);
        Assert.Equal(expected.LiveTimeNs, found.LiveTimeNs);
        for (int block = 0; block < expected.SampleBlocks.LevelCount; block++) Same(expected.SampleBlocks.GetLevel(block), found.SampleBlocks.GetLevel(block));
    }

    [Fact]
    public void Accumulate_ChargesOfPulses_AreSumsWithoutTheRoundedPedestal()
    {
        DarkPassOptions options = new() { Pulses = new PulseFinderOptions { ChargeSamples = 7 } };
        DarkHistograms found = DarkPass.Accumulate(_dark.Run, _pedestals, options, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((ChargeScale.SumOf(7), DarkHistograms.ChargeAxis), (found.Pulses.Scale, (IntegerAxis)found.Pulses.Axis));
        PixelHistograms pulses = new(DarkHistograms.ChargeAxis, CameraGeometry.PixelCount, ChargeScale.SumOf(7));
        PulseFinder finder = new(50);
        FoundPulse[] buffer = new FoundPulse[finder.MostPulses];
        foreach (CameraEvent e in _dark.Run)
        {
            for (int pixel = 0; pixel < e.PixelCount; pixel++)
            {
                if (pixel == Unknown) continue;
                ReadOnlySpan<short> waveform = e.GetWaveform(pixel);
                int count = finder.Find(waveform, finder.LevelOf(_pedestals.Baseline[pixel], _pedestals.Noise[pixel]), buffer, out _);
                for (int i = 0; i < count; i++) pulses.Fill(pixel, SumOf(waveform, buffer[i].Sample - 2, 7, 0) - Math.Floor((7 * _pedestals.Baseline[pixel]) + 0.5));
            }
        }

        Same(pulses, found.Pulses);
        Assert.InRange(found.PulsePedestal(3), -0.5, 0.5);
        Assert.Equal(double.NaN, found.PulsePedestal(Unknown));
    }

    [Fact]
    public void Accumulate_WithoutPedestals_FillsTheRest()
    {
        DarkHistograms found = DarkPass.Accumulate(_dark.Run, pedestals: null, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((CameraGeometry.PixelCount, 0, 0), (found.SkippedPixels, found.Pulses.Sum().Entries, found.LargestWindow.Sum().Entries));
        Assert.Equal((Events * 50L, Events), (found.Samples.GetEntries(0), found.MaximumWindow.GetEntries(0)));
        Assert.All(found.LiveTimeNs, time => Assert.Equal(0, time));
    }

    [Fact]
    public void Accumulate_Progress_GoesUpToTheLastEvent()
    {
        List<RunProgress> reports = [];
        DarkPass.Accumulate(_dark.Run, _pedestals, progress: new Report(reports.Add), threads: 2, batchEvents: 20, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((Events, Events), (reports[^1].Events, reports[^1].TotalEvents));
        Assert.True(reports.Count > 1, $"{reports.Count} reports");
        Assert.Equal(reports.OrderBy(r => r.Events), reports);
    }

    [Fact]
    public void Accumulate_CancelledInBetween_StopsAfterTheBatch()
    {
        using CancellationTokenSource source = new();
        List<RunProgress> reports = [];
        Assert.ThrowsAny<OperationCanceledException>(() => DarkPass.Accumulate(_dark.Run, _pedestals, progress: new Report(report =>
        {
            reports.Add(report);
            source.Cancel();
        }), batchEvents: 10, cancellationToken: source.Token));
        Assert.InRange(reports[^1].Events, 1, Events - 1);

        // The run can be read again.
        Assert.Equal(Events, DarkPass.Accumulate(_dark.Run, _pedestals, cancellationToken: TestContext.Current.CancellationToken).EventCount);
    }

    [Fact]
    public void Accumulate_PedestalsOfOtherPixels_AreRefused()
    {
        Pedestals moved = new([.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(pixel => _pedestals.Baseline[(pixel + 517) % CameraGeometry.PixelCount])], _pedestals.Noise) { Source = "off.npz" };
        Assert.Matches(@"^off\.npz: baselines lie \d+\.\d LSB .*other pixels", Assert.Throws<InvalidDataException>(() => DarkPass.Accumulate(_dark.Run, moved, cancellationToken: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Accumulate_EventTypes_UsesOnlyThose()
    {
        EventTypes type = _dark.Run.First().Type;
        Assert.NotEqual(EventTypes.None, type);
        Assert.Equal(Events, DarkPass.Accumulate(_dark.Run, _pedestals, new DarkPassOptions { Types = type | EventTypes.Muon }, cancellationToken: TestContext.Current.CancellationToken).EventCount);
        DarkHistograms none = DarkPass.Accumulate(_dark.Run, _pedestals, new DarkPassOptions { Types = ~type }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, 0, 0), (none.EventCount, none.Samples.GetEntries(0), none.MaximumWindow.GetEntries(0)));
    }

    [Fact]
    public void Accumulate_ImpossibleOptions_SaysWhy()
    {
        Refuses("a window of 51 samples in waveforms of 50", new DarkPassOptions { WindowSamples = 51 });
        Refuses("a window of 0 samples in waveforms of 50", new DarkPassOptions { MaximumWindowSamples = 0 });
        Refuses("events cannot be divided into 0 blocks", new DarkPassOptions { Blocks = 0 });
        Refuses("pulse finder: a threshold of -1", new DarkPassOptions { Pulses = new PulseFinderOptions { ThresholdSigmas = -1 } });
        Assert.StartsWith("pedestals of 5 pixels, the camera has 1296", Assert.Throws<ArgumentException>(() => DarkPass.Accumulate(_dark.Run, Pedestals.Unknown(5))).Message, StringComparison.Ordinal);

        void Refuses(string why, DarkPassOptions options) =>
            Assert.StartsWith(why, Assert.Throws<ArgumentException>(() => DarkPass.Accumulate(_dark.Run, _pedestals, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Accumulate_Cancelled_Stops()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => DarkPass.Accumulate(_dark.Run, _pedestals, cancellationToken: stop.Token));
    }

    [Fact]
    public void Fill_EventsAsBefore_AllocatesNothing()
    {
        CameraEvent[] events = [.. _dark.Run.Take(3)];
        DarkPass.Part part = new(new DarkPass.Plan(_pedestals, new DarkPassOptions { Blocks = 2 }, 50, baselineScale: 16));
        Assert.Equal(0, Allocation.Least(() =>
        {
            foreach (CameraEvent e in events) part.Fill(e);
        }));
    }

    private static double SumOf(ReadOnlySpan<short> waveform, int first, int count, double baseline)
    {
        double sum = 0;
        foreach (short sample in waveform.Slice(first, count)) sum += sample - baseline;
        return sum;
    }

    private static void Same(PixelHistograms expected, PixelHistograms found)
    {
        Assert.Equal((expected.Axis, expected.Scale), (found.Axis, found.Scale));
        for (int pixel = 0; pixel < expected.PixelCount; pixel++)
        {
            Assert.True(expected.GetCounts(pixel).SequenceEqual(found.GetCounts(pixel)), $"pixel {pixel}");
            Assert.Equal((expected.GetUnderflow(pixel), expected.GetOverflow(pixel), expected.GetEntries(pixel)), (found.GetUnderflow(pixel), found.GetOverflow(pixel), found.GetEntries(pixel)));
        }
    }

    private sealed class Report(Action<RunProgress> seen) : IProgress<RunProgress>
    {
        void IProgress<RunProgress>.Report(RunProgress value) => seen(value);
    }
}
