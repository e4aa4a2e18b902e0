using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Trigger;

namespace DigiCam.Tests.Trigger;

public sealed class DigitalTriggerTests
{
    private const double SampleSeconds = CameraGeometry.SampleNs * 1e-9;

    private static readonly CameraGeometry Camera = CameraGeometry.DigiCam;

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(50)]
    [InlineData(64)]
    [InlineData(92)]
    public void Process_AnySampleCount_GivesTheSumsOfTheDefinition(int sampleCount)
    {
        (short[] samples, short[] baselines) = RandomEvent(sampleCount, seed: sampleCount);
        DigitalTrigger trigger = new(sampleCount);
        trigger.Process(samples, baselines);
        int[,] patches = NaivePatchSums(samples, baselines, sampleCount, pixel => pixel);
        Assert.Contains(patches.Cast<int>(), sum => sum is > 0 and < 255);
        Assert.Contains(0, patches.Cast<int>());
        Assert.Contains(255, patches.Cast<int>());
        (int largest7, int largest19) = (0, 0);
        foreach (TriggerPatch patch in Camera.Patches)
        {
            for (int s = 0; s < sampleCount; s++)
            {
                int sample = s;
                int sum7 = patch.Cluster7.Where(m => m >= 0).Sum(m => patches[m, sample]);
                int sum19 = patch.Cluster19.Where(m => m >= 0).Sum(m => patches[m, sample]);
                Assert.Equal(patches[patch.Id, s], trigger.GetPatchSums(patch.Id)[s]);
                Assert.Equal(sum7, trigger.GetCluster7Sums(patch.Id)[s]);
                Assert.Equal(sum19, trigger.GetCluster19Sums(patch.Id)[s]);
                (largest7, largest19) = (Math.Max(largest7, sum7), Math.Max(largest19, sum19));
            }
        }

        Assert.Equal(largest7, trigger.LargestCluster7);
        Assert.Equal(largest19, trigger.LargestCluster19);
    }

    [Fact]
    public void Process_RowsOfAFile_GivesTheSumsOfTheirPixels()
    {
        (short[] samples, short[] baselines) = RandomEvent(50, seed: 3);
        DigitalTrigger trigger = new(50, Camera.LegacyOrder.AsSpan());
        trigger.Process(samples, baselines);
        int[,] patches = NaivePatchSums(samples, baselines, 50, pixel => Camera.Pixels[pixel].LegacyRow);
        Assert.All(Camera.Patches, patch => Assert.Equal(Enumerable.Range(0, 50).Select(s => (short)patches[patch.Id, s]), trigger.GetPatchSums(patch.Id).ToArray()));
    }

    [Fact]
    public void Process_BaselinesInLsb_AreNotDivided()
    {
        (short[] samples, short[] sixteenths) = RandomEvent(50, seed: 4);
        short[] whole = [.. sixteenths.Select(b => (short)(b >> 4))];
        DigitalTrigger fromSixteenths = new(50);
        DigitalTrigger fromWhole = new(50);
        fromSixteenths.Process(samples, sixteenths);
        fromWhole.Process(samples, whole, baselineScale: 1);
        for (int patch = 0; patch < CameraGeometry.PatchCount; patch++) Assert.Equal(fromSixteenths.GetPatchSums(patch).ToArray(), fromWhole.GetPatchSums(patch).ToArray());
    }

    [Fact]
    public void Process_EverythingAtTheLastCode_ReachesTheLargestSums()
    {
        short[] samples = new short[CameraGeometry.PixelCount * 50];
        Array.Fill(samples, (short)4095);
        DigitalTrigger trigger = new(50);
        trigger.Process(samples, new short[CameraGeometry.PixelCount]);
        Assert.Equal((7 * 255, 19 * 255), (trigger.LargestCluster7, trigger.LargestCluster19));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(600)]
    [InlineData(4844)]
    [InlineData(4845)]
    [InlineData(100_000)]
    public void Store_AnyThreshold_SetsTheBitsThatReadersFind(int threshold)
    {
        const int Samples = 50;
        (short[] samples, short[] baselines) = RandomEvent(Samples, seed: 5);
        samples.AsSpan(0, samples.Length / 2).Fill(4095);
        DigitalTrigger trigger = new(Samples);
        trigger.Process(samples, baselines);
        byte[] traces = Dirty(Samples * TriggerPatch.StoredTracesPerSample);
        byte[] bits7 = Dirty(Samples * TriggerPatch.StoredOutputBytesPerSample);
        byte[] bits19 = Dirty(bits7.Length);
        trigger.StoreTraces(traces);
        trigger.StoreCluster7(threshold, bits7);
        trigger.StoreCluster19(threshold, bits19);

        // Places by the formulas of the wiring, not by the indices the trigger uses.
        int set = 0;
        foreach (TriggerPatch patch in Camera.Patches)
        {
            Pixel pixel = Camera.Pixels[patch.Pixels[0]];
            (int a, int b) = (pixel.ModuleFirmwareId / 10, pixel.ModuleFirmwareId % 10);
            for (int s = 0; s < Samples; s++)
            {
                int trace = (s * 3 * 192) + ((pixel.Sector - 1) * 192) + (4 * ((6 * a) + b)) + pixel.PatchInModule;
                Assert.Equal(trigger.GetPatchSums(patch.Id)[s], traces[trace]);
                int bit = (s * 3 * 144) + ((pixel.Sector - 1) * 144) + pixel.PatchTriggerOutput;
                Assert.Equal(trigger.GetCluster7Sums(patch.Id)[s] > threshold, (bits7[bit / 8] >> (bit % 8) & 1) == 1);
                Assert.Equal(trigger.GetCluster19Sums(patch.Id)[s] > threshold, (bits19[bit / 8] >> (bit % 8) & 1) == 1);
                set += bits19[bit / 8] >> (bit % 8) & 1;
            }
        }

        Assert.Equal(set, bits19.Sum(value => int.PopCount(value)));
        Assert.Equal(threshold < 4845, set > 0);
        Assert.All(Enumerable.Range(0, traces.Length).Where(i => i % 192 >= 144), i => Assert.Equal(0, traces[i]));

        static byte[] Dirty(int length) => [.. Enumerable.Repeat((byte)0xFF, length)];
    }

    // A rate scan as it is done on data: the patch sums that the file holds, added by the geometry, the largest sum of each event against each threshold.
    // Below all of them every event counts once, whatever its number of samples: 1 / (samples x 4 ns).
    [Theory]
    [InlineData(50)]
    [InlineData(92)]
    public void RateScan_DarkRun_StartsAtThePlateauAndFalls(int sampleCount)
    {
        const int Events = 60;
        CampaignPlan plan = new() { SampleCount = sampleCount, Runs = [new RunPlan { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = Events }] };

        // Thresholds on the slope: what the same events reach, which do not depend on them.
        CameraEvent[] same = [.. Enumerable.Range(0, 15).Select(new RunSimulation(plan, plan.Runs[0]).Simulate)];
        int cluster7Threshold = same.Select(e => LargestSum(e, patch => patch.Cluster7)).Order().ElementAt(7);
        int cluster19Threshold = same.Select(e => LargestSum(e, patch => patch.Cluster19)).Order().ElementAt(7);
        plan = plan with { Trigger = new TriggerPlan { Cluster7ThresholdLsb = cluster7Threshold, Cluster19ThresholdLsb = cluster19Threshold } };
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        RunSimulation simulation = new(plan, plan.Runs[0]);
        simulation.Write(folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        using Run run = Run.Open(folder.File(simulation.FileNames[0]));
        CameraEvent[] events = [.. run];
        Assert.Equal(Events, events.Length);
        AssertScan(patch => patch.Cluster7, e => e.TriggerPatch7, cluster7Threshold);
        AssertScan(patch => patch.Cluster19, e => e.TriggerPatch19, cluster19Threshold);

        void AssertScan(Func<TriggerPatch, IEnumerable<int>> membersOf, Func<CameraEvent, byte[]> bitsOf, int planned)
        {
            int[] largest = [.. events.Select(e => LargestSum(e, membersOf))];
            double plateau = 1 / (sampleCount * SampleSeconds);
            Assert.Equal(plateau, Rate(-1), plateau * 1e-12);
            Assert.Equal(plateau, Rate(0), plateau * 1e-12);
            Assert.Equal(plateau, Rate(largest.Order().ElementAt(Events / 2) / 2), plateau * 1e-12);

            // From the smallest of the largest sums on each one that some event has takes it out.
            int[] steps = [.. largest.Distinct().Order()];
            Assert.True(steps.Length > 10, $"{steps.Length} different sums");
            double before = Rate(0);
            foreach (int step in steps)
            {
                Assert.Equal(before, Rate(step - 1));
                Assert.True(Rate(step) < before);
                before = Rate(step);
            }

            Assert.Equal(0, before);
            Assert.Equal(0, Rate(largest.Max() + 100));

            // The decisions in the file are those of this scan at the threshold of the plan, which lies on the slope.
            double decided = events.Count(e => bitsOf(e).Contains((byte)1)) / (Events * sampleCount * SampleSeconds);
            Assert.Equal(Rate(planned), decided);
            Assert.InRange(decided, 0.05 * plateau, 0.95 * plateau);

            double Rate(int threshold) => largest.Count(sum => sum > threshold) / (Events * sampleCount * SampleSeconds);
        }

        int LargestSum(CameraEvent e, Func<TriggerPatch, IEnumerable<int>> membersOf)
        {
            int[][] members = [.. Camera.Patches.Select(patch => membersOf(patch).Where(member => member >= 0).ToArray())];
            return Enumerable.Range(0, sampleCount).Max(sample => members.Max(cluster => cluster.Sum(member => e.TriggerInput[(sample * CameraGeometry.PatchCount) + member])));
        }
    }

    [Fact]
    public void Process_ManyEvents_AllocatesNothing()
    {
        (short[] samples, short[] baselines) = RandomEvent(50, seed: 6);
        DigitalTrigger trigger = new(50);
        byte[] traces = new byte[50 * TriggerPatch.StoredTracesPerSample];
        byte[] bits = new byte[50 * TriggerPatch.StoredOutputBytesPerSample];
        Assert.Equal(0, Allocation.Least(Use));

        void Use()
        {
            trigger.Process(samples, baselines);
            trigger.StoreTraces(traces);
            trigger.StoreCluster7(trigger.LargestCluster7 - 1, bits);
            trigger.StoreCluster19(trigger.LargestCluster19 - 1, bits);
        }
    }

    [Fact]
    public void Create_WithWrongRows_IsRefused()
    {
        int[] twice = [.. Enumerable.Range(0, CameraGeometry.PixelCount)];
        twice[7] = 6;
        Assert.Contains("pixel 6", Assert.Throws<ArgumentException>(() => new DigitalTrigger(50, twice)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new DigitalTrigger(50, [0, 1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DigitalTrigger(0));
    }

    [Fact]
    public void Process_WrongLengths_AreRefused()
    {
        DigitalTrigger trigger = new(50);
        short[] samples = new short[CameraGeometry.PixelCount * 50];
        short[] baselines = new short[CameraGeometry.PixelCount];
        Assert.Throws<ArgumentException>(() => trigger.Process(samples.AsSpan(1), baselines));
        Assert.Throws<ArgumentException>(() => trigger.Process(samples, baselines.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => trigger.Process(samples, baselines, baselineScale: 4));
        Assert.Throws<ArgumentException>(() => trigger.StoreTraces(new byte[10]));
        Assert.Throws<ArgumentException>(() => trigger.StoreCluster7(0, new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => trigger.GetPatchSums(CameraGeometry.PatchCount));
    }

    // Sums below 0, between, and above 255; a few baselines as no camera writes them.
    private static (short[] Samples, short[] Baselines) RandomEvent(int sampleCount, int seed)
    {
        Random random = new(seed);
        short[] samples = [.. Enumerable.Range(0, CameraGeometry.PixelCount * sampleCount).Select(_ => (short)(random.Next(8) == 0 ? random.Next(4096) : random.Next(250, 350)))];
        short[] baselines = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(_ => (short)(random.Next(100) == 0 ? random.Next(short.MinValue, short.MaxValue) : random.Next(16 * 260, 16 * 300)))];
        return (samples, baselines);
    }

    private static int[,] NaivePatchSums(short[] samples, short[] baselines, int sampleCount, Func<int, int> rowOf)
    {
        int[,] sums = new int[CameraGeometry.PatchCount, sampleCount];
        foreach (TriggerPatch patch in Camera.Patches)
        {
            for (int s = 0; s < sampleCount; s++)
            {
                int sample = s;
                double sum = patch.Pixels.Select(rowOf).Sum(row => samples[(row * sampleCount) + sample] - Math.Floor(baselines[row] / 16.0));
                sums[patch.Id, s] = (int)Math.Clamp(sum, 0, 255);
            }
        }

        return sums;
    }
}
