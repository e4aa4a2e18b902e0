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
                double[] waveform = [.. e.GetWaveform(pixel).ToArray().Select(s => (double)s)];
                foreach (double sample in waveform)
                {
                    samples.Fill(pixel, sample);
                    blocks.Fill((int)(e.EventNumber % 7), pixel, sample);
                }

                // From the sums of the definition: windows at 44 and 46 places, the last one ending with the last sample.
                double[] fives = [.. Enumerable.Range(0, 46).Select(first => waveform.Skip(first).Take(5).Sum(s => s - (e.FirmwareBaselines[pixel] / 16.0)))];
                maximum.Fill(pixel, Math.Floor(fives.Max() + 0.5));
                if (pixel == Unknown) continue;
                double[] sevens = [.. Enumerable.Range(0, 44).Select(first => waveform.Skip(first).Take(7).Sum())];
                window.Fill(pixel, sevens.Max() - Math.Floor((7 * _pedestals.Baseline[pixel]) + 0.5));
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

    private static void Same(PixelHistograms expected, PixelHistograms found)
    {
        Assert.Equal((expected.Axis, expected.Scale), (found.Axis, found.Scale));
        for (int pixel = 0; pixel < expected.PixelCount; pixel++)
        {
            Assert.True(expected.GetCounts(pixel).SequenceEqual(found.GetCounts(pixel)), $"pixel {pixel}");
            Assert.Equal((expected.GetUnderflow(pixel), expected.GetOverflow(pixel), expected.GetEntries(pixel)), (found.GetUnderflow(pixel), found.GetOverflow(pixel), found.GetEntries(pixel)));
        }
    }
}
