using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DigiCam.Geometry;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>What does not depend on numbers: same events whoever draws them, limits of the ADC, faults, exchanged modules, no allocation.</summary>
public sealed class EventSimulatorTests
{
    private static readonly CampaignPlan Plan = new() { Camera = new CameraPlan { Afterpulsing = Distribution.Constant(0.05) } };
    private static readonly RunPlan Run = new() { Name = "scan", Kind = RunKind.AcDcScan, EventsPerLevel = 10, AcLevels = [0, 250], DcLevels = [0, 292] };

    [Fact]
    public void Draw_OtherOrderAndOtherSimulators_GivesTheSameEvents()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        LevelConditions[] levels = [.. Run.Levels.Select(level => LevelConditions.For(Plan, camera, Run, level))];
        EventSimulator simulator = new(Plan, camera, Run);
        SimulatedEvent[] inOrder = [.. Enumerable.Range(0, Run.EventCount).Select(i => Draw(simulator, i, levels))];
        SimulatedEvent[] parallel = new SimulatedEvent[Run.EventCount];
        Parallel.For(0, Run.EventCount, new ParallelOptions { MaxDegreeOfParallelism = 4 }, () => new EventSimulator(Plan, SimulatedCamera.Draw(Plan), Run), (i, _, own) =>
        {
            // From the last one on, so that each thread jumps between levels.
            int index = Run.EventCount - 1 - i;
            parallel[index] = Draw(own, index, levels);
            return own;
        }, _ => { });
        for (int i = 0; i < inOrder.Length; i++)
        {
            Assert.Equal(inOrder[i].Samples, parallel[i].Samples);
            Assert.Equal(inOrder[i].Baselines, parallel[i].Baselines);
            Assert.Equal(inOrder[i].FlashPrimaries, parallel[i].FlashPrimaries);
            Assert.Equal(inOrder[i].FlashAvalanches, parallel[i].FlashAvalanches);
            Assert.Equal(inOrder[i].RandomPulses, parallel[i].RandomPulses);
        }

        Assert.Equal(inOrder.Length, inOrder.Select(e => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(e.Samples.AsSpan())))).Distinct().Count());
    }

    [Fact]
    public void Draw_DefaultCampaign_GivesTheSameSamplesOnEveryMachine()
    {
        // A pin: a platform, a runtime or a change of the code that alters one sample of any plan's files shows here.
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        LevelConditions[] levels = [.. Run.Levels.Select(level => LevelConditions.For(Plan, camera, Run, level))];
        EventSimulator simulator = new(Plan, camera, Run);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Run.EventCount; i++)
        {
            SimulatedEvent e = Draw(simulator, i, levels);
            foreach (short value in e.Samples.Concat(e.Baselines)) hash.AppendData([(byte)value, (byte)(value >> 8)]);
        }

        Assert.Equal("EA3DE42C98E6A636F0973FCFC6B0BCC6", Convert.ToHexString(hash.GetHashAndReset())[..32]);
    }

    [Fact]
    public void Draw_TargetUsedBefore_IsFilledCompletely()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        LevelConditions[] levels = [.. Run.Levels.Select(level => LevelConditions.For(Plan, camera, Run, level))];
        EventSimulator simulator = new(Plan, camera, Run);
        SimulatedEvent fresh = Draw(simulator, 0, levels);
        SimulatedEvent used = Draw(simulator, 15, levels);
        simulator.Draw(0, levels[0], used);
        Assert.Equal(fresh.Samples, used.Samples);
        Assert.Equal(fresh.Baselines, used.Baselines);
        Assert.Equal(fresh.FlashPrimaries, used.FlashPrimaries);
        Assert.Equal(fresh.FlashAvalanches, used.FlashAvalanches);
        Assert.Equal(fresh.RandomPulses, used.RandomPulses);
    }

    [Fact]
    public void Draw_OtherSeedOrRun_GivesOtherEvents()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        short[] Samples(CampaignPlan plan, RunPlan run) => Draw(new EventSimulator(plan, camera, run), 0, [LevelConditions.For(Plan, camera, run, default)]).Samples;
        short[] first = Samples(Plan, Run);
        Assert.Equal(first, Samples(Plan, Run));
        Assert.NotEqual(first, Samples(Plan with { Seed = 1 }, Run));
        Assert.NotEqual(first, Samples(Plan, Run with { Name = "other" }));
    }

    [Fact]
    public void Draw_ManyEvents_AllocatesNothing()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        LevelConditions[] levels = [.. Run.Levels.Select(level => LevelConditions.For(Plan, camera, Run, level))];
        EventSimulator simulator = new(Plan, camera, Run);
        SimulatedEvent target = new(Plan.SampleCount);
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (int i = 0; i < 40; i++) simulator.Draw(i, levels[i / 10], target);
        }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    public void Draw_AnySampleCount_FillsEveryRow(int sampleCount)
    {
        CampaignPlan plan = PhysicsCamera.Uniform() with { SampleCount = sampleCount };
        new PhysicsCamera(plan, RunKind.HvOff).Draw(3, e => Assert.All(e.Samples, s => Assert.InRange(s, 275, 296)));
    }

    public static TheoryData<PulsePlan, double> Flashes => new()
    {
        { new PulsePlan(), 60 },
        { new PulsePlan(), 57.77 },
        { new PulsePlan(), -41.3 },
        { new PulsePlan { TailLevel = 0.045 }, 20.01 },
        { new PulsePlan { Template = new PulseTemplate("sawtooth.csv", [0, 130], [1, 0]) }, 60 },
        { new PulsePlan { Template = new PulseTemplate("sawtooth.csv", [0, 130], [1, 0]) }, -100.5 },
    };

    [Theory]
    [MemberData(nameof(Flashes), DisableDiscoveryEnumeration = true)]
    public void Draw_FlashWithoutNoiseOrSpread_IsThePulseTimesItsAvalanches(PulsePlan pulse, double timeNs)
    {
        CampaignPlan plan = PhysicsCamera.Uniform(mu: 200) with { Pulse = pulse };
        plan = plan with
        {
            Camera = plan.Camera with { Noise = Distribution.Constant(0), SinglePeSpread = Distribution.Constant(0) },
            Light = plan.Light with { FlashTimeNs = timeNs },
        };
        PhysicsCamera camera = new(plan, RunKind.AcScan, acDac: 1);
        camera.Draw(3, e =>
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                double amplitude = e.FlashAvalanches[pixel] * PhysicsCamera.Gain;
                ImmutableArray<double> expected = camera.Camera.Pulse.Sample(timeNs, 50);

                // Rounded to the nearest code; the pulse is interpolated between phases, to 1e-5 of its peak.
                for (int i = 0; i < 50; i++) Assert.Equal(PhysicsCamera.Baseline + (amplitude * expected[i]), e.Samples[(PhysicsCamera.RowOf(pixel) * 50) + i], 0.5 + (1e-5 * amplitude));
            }
        });
    }

    [Fact]
    public void Draw_LightBeyondTheRange_IsCutAtTheLastCode()
    {
        new PhysicsCamera(PhysicsCamera.Uniform(mu: 2000), RunKind.AcScan, acDac: 1).Draw(3, e =>
        {
            Assert.Equal(4095, e.Samples.Max());
            for (int row = 0; row < CameraGeometry.PixelCount; row++)
            {
                // 2000 pe x 5.2 LSB are more than twice the range: the peak is flat, what comes before it is not.
                Assert.Equal(4095, e.Samples[(row * 50) + 18]);
                Assert.True(e.Samples[(row * 50) + 14] < 300);
            }
        });
    }

    [Fact]
    public void Draw_HugeFlash_StaysWithinTheRange()
    {
        new PhysicsCamera(PhysicsCamera.Uniform(mu: 1e5), RunKind.AcScan, acDac: 1).Draw(2, e =>
        {
            Assert.Equal(4095, e.Samples.Max());
            Assert.True(e.Samples.Min() > 270);
        });
    }

    [Fact]
    public void Draw_SignalBeyondIntegers_StaysAtTheLastCode()
    {
        CampaignPlan plan = PhysicsCamera.Uniform(mu: 1e5);
        plan = plan with { Camera = plan.Camera with { Gain = Distribution.Constant(4000), CrossTalk = Distribution.Constant(0.9) } };
        new PhysicsCamera(plan, RunKind.AcScan, acDac: 1).Draw(2, e =>
        {
            Assert.Equal(4095, e.Samples.Max());
            Assert.True(e.Samples.Min() > 270);
        });
    }

    [Fact]
    public void Draw_BaselineNearZero_IsCutAtZero()
    {
        CampaignPlan plan = PhysicsCamera.Uniform();
        plan = plan with { Camera = plan.Camera with { Baseline = Distribution.Constant(0.2), Noise = Distribution.Constant(3) } };
        new PhysicsCamera(plan, RunKind.HvOff).Draw(3, e =>
        {
            Assert.Equal(0, e.Samples.Min());
            Assert.True(e.Samples.Max() > 5);
        });
    }

    [Fact]
    public void Draw_FaultyPixels_ShowTheirFaults()
    {
        const int Events = 100;
        CampaignPlan plan = PhysicsCamera.Uniform(darkMHz: 3, mu: 30) with
        {
            Faults = new FaultPlan
            {
                Pixels = ImmutableSortedDictionary.CreateRange(Enum.GetValues<PixelFault>().Select(fault => KeyValuePair.Create(200 + (int)fault, fault))),
            },
        };
        (double[] dark, double[] darkVariance, _, long[] darkPulses) = Measure(new PhysicsCamera(plan, RunKind.Dark), Events);
        (double[] flash, _, long[] primaries, _) = Measure(new PhysicsCamera(plan, RunKind.AcScan, acDac: 1), Events);
        (double[] off, double[] offVariance, _, _) = Measure(new PhysicsCamera(plan, RunKind.HvOff), Events);

        // A healthy pixel for comparison; samples of 5000 per pixel, errors of means 0.015 (HV off) and 0.05 (dark).
        const int Healthy = 100;
        Assert.Equal(285.3, off[Healthy], 0.1);
        Assert.True(dark[Healthy] > 285.45);
        Assert.True(flash[Healthy] > dark[Healthy] + 5);

        int dead = 200 + (int)PixelFault.Dead;
        Assert.Equal(285.3, dark[dead], 0.1);
        Assert.Equal(285.3, flash[dead], 0.1);
        Assert.Equal(1 + (1 / 12.0), darkVariance[dead], 0.1);
        Assert.Equal(0, darkPulses[dead] + primaries[dead]);

        int hot = 200 + (int)PixelFault.Hot;
        double hotPulses = Events * 200e-9 * 60e6;
        Assert.InRange(darkPulses[hot], hotPulses - (4 * Math.Sqrt(hotPulses)), hotPulses + (4 * Math.Sqrt(hotPulses)));
        Assert.True(dark[hot] - 285.3 > 10 * (dark[Healthy] - 285.3));

        int noisy = 200 + (int)PixelFault.Noisy;
        Assert.Equal(16 + (1 / 12.0), offVariance[noisy], 1.3);
        Assert.True(primaries[noisy] > 0);

        int stuck = 200 + (int)PixelFault.Stuck;
        Assert.Equal((285.0, 0.0), (off[stuck], offVariance[stuck]));
        Assert.Equal((285.0, 285.0, 0.0), (dark[stuck], flash[stuck], darkVariance[stuck]));
        Assert.Equal(0, primaries[stuck]);

        int saturated = 200 + (int)PixelFault.Saturated;
        Assert.InRange(off[saturated], 4094, 4094.5);
        Assert.True(offVariance[saturated] < 0.7);

        int shifted = 200 + (int)PixelFault.Shifted;
        Assert.Equal(305.3, off[shifted], 0.1);
        Assert.True(primaries[shifted] > 0);
    }

    [Fact]
    public void Draw_StuckPixel_HasTheFirmwareBaselineOfItsCode()
    {
        CampaignPlan plan = PhysicsCamera.Uniform(darkMHz: 3) with { Faults = new FaultPlan { Pixels = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(9, PixelFault.Stuck)]) } };
        new PhysicsCamera(plan, RunKind.Dark).Draw(3, e => Assert.Equal(16 * 285, e.Baselines[PhysicsCamera.RowOf(9)]));
    }

    [Fact]
    public void Draw_BaselineBeyondSixteenBits_IsCut()
    {
        CampaignPlan plan = PhysicsCamera.Uniform() with { Faults = new FaultPlan { Pixels = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(9, PixelFault.Saturated)]) } };
        new PhysicsCamera(plan, RunKind.HvOff).Draw(3, e =>
        {
            Assert.Equal(short.MaxValue, e.Baselines[PhysicsCamera.RowOf(9)]);
            Assert.Equal(4094, e.TriggerBaselines[PhysicsCamera.RowOf(9)]);
        });
    }

    [Fact]
    public void Draw_SwappedModules_ExchangesRowsAndKeepsTheirContent()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        CampaignPlan swapped = Plan with { Faults = new FaultPlan { SwappedModules = [new SwappedModules(59, 88)] } };
        SimulatedCamera swappedCamera = SimulatedCamera.Draw(swapped);
        SimulatedEvent right = Draw(new EventSimulator(Plan, camera, Run), 3, [LevelConditions.For(Plan, camera, Run, new ScanLevel(250, 0))]);
        SimulatedEvent wrong = Draw(new EventSimulator(swapped, swappedCamera, Run), 3, [LevelConditions.For(swapped, swappedCamera, Run, new ScanLevel(250, 0))]);
        Assert.NotEqual(right.Samples, wrong.Samples);
        Assert.Equal(right.FlashPrimaries, wrong.FlashPrimaries);
        for (int row = 0; row < CameraGeometry.PixelCount; row++)
        {
            int from = PhysicsCamera.RowOf(swappedCamera.StoredPixel[CameraGeometry.DigiCam.LegacyOrder[row]]);
            Assert.Equal(right.Samples.AsSpan(from * 50, 50), wrong.Samples.AsSpan(row * 50, 50));
            Assert.Equal(right.Baselines[from], wrong.Baselines[row]);
        }
    }

    private static SimulatedEvent Draw(EventSimulator simulator, int index, LevelConditions[] levels)
    {
        SimulatedEvent target = new(Plan.SampleCount);
        simulator.Draw(index, levels[Math.Min(index / Run.EventsPerLevel, levels.Length - 1)], target);
        return target;
    }

    private static (double[] Mean, double[] Variance, long[] Primaries, long[] Pulses) Measure(PhysicsCamera camera, int events)
    {
        double[] sums = new double[CameraGeometry.PixelCount];
        double[] squares = new double[CameraGeometry.PixelCount];
        long[] primaries = new long[CameraGeometry.PixelCount];
        long[] pulses = new long[CameraGeometry.PixelCount];
        camera.Draw(events, e =>
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                foreach (short sample in e.Samples.AsSpan(PhysicsCamera.RowOf(pixel) * 50, 50))
                {
                    sums[pixel] += sample;
                    squares[pixel] += (double)sample * sample;
                }

                primaries[pixel] += e.FlashPrimaries[pixel];
                pulses[pixel] += e.RandomPulses[pixel];
            }
        });
        double count = events * 50;
        return ([.. sums.Select(s => s / count)], [.. squares.Zip(sums, (q, s) => (q / count) - (s / count * (s / count)))], primaries, pulses);
    }
}
