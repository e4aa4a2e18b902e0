using CsCheck;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Tests.Simulation;

namespace DigiCam.Tests.Dark;

public sealed class PulseFinderTests
{
    private const double Noise = 0.95;

    // Requirements of the finder; what is measured has to keep this many of its own standard deviations away.
    private const double LeastEfficiency = 0.99;
    private const double MostFalsePerTrace = 1e-3;
    private const double Sigmas = 4;

    [Theory]
    [InlineData(50, 5.2)]
    [InlineData(92, 5.2)]
    [InlineData(50, 5.6)]
    public void Find_IsolatedPulsesOfOnePhotoElectron_FindsThem(int sampleCount, double gain)
    {
        // Each pixel has its own delay, so that the pulses lie anywhere in the trace and between the samples.
        CampaignPlan uniform = PhysicsCamera.Uniform(crossTalk: 0, mu: 0.3);
        double middle = sampleCount * CameraGeometry.SampleNs / 2;
        CampaignPlan plan = uniform with
        {
            SampleCount = sampleCount,
            Camera = uniform.Camera with { Noise = Distribution.Constant(Noise), Gain = Distribution.Constant(gain), SinglePeSpread = Distribution.Constant(0.5) },
            Light = uniform.Light with { FlashTimeNs = middle, PixelDelayNs = Distribution.Normal(0, middle / 2, -middle, middle) },
        };
        PhysicsCamera camera = new(plan, RunKind.AcScan, acDac: 1, run: "isolated");
        PulseFinder finder = new(sampleCount);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        PulseLevel level = finder.LevelOf(PhysicsCamera.Baseline, Noise);
        (long searched, long efficient, double charge, double square) = (0, 0, 0, 0);
        camera.Draw(150, e =>
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                if (e.FlashAvalanches[pixel] != 1) continue;
                double peak = (middle + camera.Camera.PixelDelayNs[pixel] + camera.Camera.Pulse.PeakTimeNs) / CameraGeometry.SampleNs;
                if (peak < sampleCount - 1 - finder.Options.EdgeSamples - finder.SearchedSamples + 2 || peak > sampleCount - 2 - finder.Options.EdgeSamples) continue;
                int count = finder.Find(e.Samples.AsSpan(PhysicsCamera.RowOf(pixel) * sampleCount, sampleCount), level, found, out _);
                searched++;
                FoundPulse[] near = [.. found.Take(count).Where(pulse => Math.Abs(pulse.Sample - peak) <= 2)];
                if (near.Length != 1) continue;
                efficient++;
                charge += near[0].Charge - PhysicsCamera.Baseline;
                square += (near[0].Charge - PhysicsCamera.Baseline) * (near[0].Charge - PhysicsCamera.Baseline);
            }
        });
        double efficiency = efficient / (double)searched;
        double mean = charge / efficient;
        double spread = Math.Sqrt((square / efficient) - (mean * mean));
        string measured = FormattableString.Invariant($"{efficient} of {searched} pulses found, mean {mean:F3} LSB, spread {spread:F3} LSB");
        Assert.True(efficiency - (Sigmas * Math.Sqrt(LeastEfficiency * (1 - LeastEfficiency) / searched)) > LeastEfficiency, measured);

        // The sample at the filter's maximum: lower than the peak by the sampling phase alone, noise and spread of one photo-electron as they are.
        Assert.True(mean / gain is > 0.95 and < 0.98, measured);
        Assert.Equal(Math.Sqrt((Noise * Noise) + (1 / 12.0) + (0.5 * 0.5)), spread, 0.04);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(92)]
    public void Find_NoiseAlone_HardlyFindsAnything(int sampleCount)
    {
        CampaignPlan uniform = PhysicsCamera.Uniform();
        CampaignPlan plan = uniform with { SampleCount = sampleCount, Camera = uniform.Camera with { Noise = Distribution.Constant(Noise) } };
        PhysicsCamera camera = new(plan, RunKind.HvOff, run: "noise");
        PulseFinder finder = new(sampleCount);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        PulseLevel level = finder.LevelOf(PhysicsCamera.Baseline, Noise);
        (long traces, long pulses) = (0, 0);
        camera.Draw(300, e =>
        {
            for (int row = 0; row < CameraGeometry.PixelCount; row++) pulses += finder.Find(e.Samples.AsSpan(row * sampleCount, sampleCount), level, found, out _);
            traces += CameraGeometry.PixelCount;
        });
        Assert.True(pulses + (Sigmas * Math.Sqrt(pulses)) < MostFalsePerTrace * traces, $"{pulses} false pulses in {traces} traces");
    }

    [Theory]
    [InlineData(50, 3)]
    [InlineData(92, 5)]
    public void Find_DarkCounts_PulsesPerLiveTimeAreTheRate(int sampleCount, double rateMHz)
    {
        CampaignPlan uniform = PhysicsCamera.Uniform(darkMHz: rateMHz);
        CampaignPlan plan = uniform with { SampleCount = sampleCount, Camera = uniform.Camera with { Noise = Distribution.Constant(Noise) } };
        PhysicsCamera camera = new(plan, RunKind.Dark, run: "dark");
        PulseFinder finder = new(sampleCount);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        PulseLevel level = finder.LevelOf(PhysicsCamera.Baseline, Noise);
        (long pulses, long live) = (0, 0);
        camera.Draw(300, e =>
        {
            for (int row = 0; row < CameraGeometry.PixelCount; row++)
            {
                pulses += finder.Find(e.Samples.AsSpan(row * sampleCount, sampleCount), level, found, out int liveSamples);
                live += liveSamples;
            }
        });
        double rate = pulses / (live * CameraGeometry.SampleNs * 1e-3);
        double ratio = rate / rateMHz;
        double error = 1 / Math.Sqrt(pulses);

        // Of pulses in one sample one is counted, and those of less than 20 ns distance have one maximum, later than the first of them: the rate is 0.7 % too low at 3 MHz, 1.3 % at 5 MHz.
        Assert.True(ratio - (3 * error) > 0.98 && ratio < 1, FormattableString.Invariant($"{rate:F4} MHz of {rateMHz}, ratio {ratio:F4} +- {error:F4}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(300)]
    public void Find_PulseWithATail_CountsItOnce(int photoElectrons)
    {
        PulseShape shape = PulseShape.Create(new PulsePlan { TailLevel = 0.045 });
        PulseFinder finder = new(92);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        for (int phase = 0; phase < 8; phase++)
        {
            double[] amplitudes = [.. shape.Sample(60 + (phase * 0.5), 92)];
            short[] waveform = [.. amplitudes.Select(p => (short)Math.Floor(285.3 + (5.2 * photoElectrons * p) + 0.5))];
            Assert.Equal(1, finder.Find(waveform, finder.LevelOf(285.3, Noise), found, out int live));
            Assert.Equal(waveform.Max(), found[0].Charge, 0.15 * (waveform.Max() - 285.3));
            Assert.InRange(live, 20, finder.SearchedSamples - 7);
        }
    }

    [Fact]
    public void Find_AnyTrace_FollowsTheDefinition() =>
        Gen.Select(Gen.Int[15, 100], Gen.Int[4, 6], Gen.Int[1, 5], Gen.Double[0.3, 3], Gen.Int.Array[100]).Sample((sampleCount, edge, charge, noise, random) =>
        {
            // Steps in the filtered trace of all heights, ties and long stretches above the threshold among them.
            short[] waveform = [.. random.Take(sampleCount).Select(r => (short)(100 + (Math.Abs((long)r) % 5) + ((r & 7) == 0 ? Math.Abs((long)r >> 8) % 20 : 0)))];
            PulseFinder finder = new(sampleCount, new PulseFinderOptions { EdgeSamples = edge, ChargeSamples = charge });
            PulseLevel level = finder.LevelOf(101.5, noise);
            FoundPulse[] found = new FoundPulse[finder.MostPulses];
            int count = finder.Find(waveform, level, found, out int live);
            (List<FoundPulse> expected, int expectedLive) = FindByDefinition(waveform, level, edge, charge);
            return expected.SequenceEqual(found.Take(count)) && live == expectedLive;
        });

    [Fact]
    public void Find_SamplesBeyondTheAdc_FindsNothingInNoTime()
    {
        PulseFinder finder = new(50);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        foreach (int place in (int[])[0, 3, 25, 49])
        {
            foreach (short value in (short[])[-1, 4096, short.MaxValue])
            {
                short[] waveform = [.. Enumerable.Repeat((short)285, 50)];
                waveform[place] = value;
                Assert.Equal(0, finder.Find(waveform, finder.LevelOf(285, 1), found, out int live));
                Assert.Equal(0, live);
            }
        }
    }

    [Fact]
    public void Constructor_ImpossibleOptions_SaysWhy()
    {
        Refuses("pulse finder: a threshold of 0 standard deviations is not above 0", 50, new PulseFinderOptions { ThresholdSigmas = 0 });
        Refuses("pulse finder: a threshold of NaN standard deviations is not above 0", 50, new PulseFinderOptions { ThresholdSigmas = double.NaN });
        Refuses("pulse finder: an edge of 3 samples is too narrow, it takes at least 4 to see a maximum", 50, new PulseFinderOptions { EdgeSamples = 3 });
        Refuses("pulse finder: a charge is made of at least one sample, not 0", 50, new PulseFinderOptions { ChargeSamples = 0 });
        Refuses("pulse finder: a charge of 8 samples reaches beyond an edge of 4", 50, new PulseFinderOptions { ChargeSamples = 8 });
        Refuses("pulse finder: no sample of 12 is left to be searched without an edge of 4", 12, new PulseFinderOptions());

        static void Refuses(string why, int sampleCount, PulseFinderOptions options) =>
            Assert.StartsWith(why, Assert.Throws<ArgumentException>(() => new PulseFinder(sampleCount, options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LargestSums_AnyWaveformAndWidths_AreTheLargestOfAllSums(bool isAdc) =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12], (isAdc ? Gen.Short[0, 4095] : Gen.Short).Array[12, 100]).Sample((one, other, waveform) =>
        {
            (int narrow, int wide) = (Math.Min(one, other), Math.Max(one, other));
            return SlidingSums.Largest(waveform, narrow, wide) == (LargestOf(narrow), LargestOf(wide));

            int LargestOf(int width) => Enumerable.Range(0, waveform.Length - width + 1).Max(first => waveform.Skip(first).Take(width).Sum(s => (int)s));
        });

    // Sample by sample, as the documentation has it.
    private static (List<FoundPulse> Pulses, int Live) FindByDefinition(short[] x, PulseLevel level, int edge, int chargeSamples)
    {
        int n = x.Length;
        int[] filtered = [.. Enumerable.Range(0, n).Select(i => i < 2 || i >= n - 2 ? 0 : x[i - 2] + (2 * (x[i - 1] + x[i] + x[i + 1])) + x[i + 2])];
        int before = chargeSamples < 3 ? 0 : chargeSamples < 5 ? 1 : 2;
        List<FoundPulse> pulses = [];
        int live = 0;
        int ready = -1;
        for (int i = 2; i < n - 2; i++)
        {
            bool isLive = ready >= 0 && i >= ready + 6 && i >= edge && i <= n - 1 - edge;
            if (isLive) live++;
            bool isMaximum = i >= 4 && i < n - 4 && filtered[i] >= level.Threshold
                && filtered[i] >= filtered[i - 1] && filtered[i] >= filtered[i - 2] && filtered[i] > filtered[i + 1] && filtered[i] > filtered[i + 2];
            if (isMaximum && ready >= 0)
            {
                ready = -1;
                if (isLive) pulses.Add(new FoundPulse(i, x.Skip(i - before).Take(chargeSamples).Sum(s => (int)s)));
            }
            else if (ready < 0 && filtered[i] < level.Ready)
            {
                ready = i;
            }
        }

        return (pulses, live);
    }
}
