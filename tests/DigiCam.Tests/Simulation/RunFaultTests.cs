using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;
using DigiCam.Zfits.Recovery;

namespace DigiCam.Tests.Simulation;

/// <summary>What goes wrong in a run on demand, seen in its files.</summary>
public sealed class RunFaultTests : IDisposable
{
    // Flashes start at 60 ns and peak 14.2 ns later.
    private const int PeakSample = 18;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MissingFraction_LeavesOutNumbersAtRandom()
    {
        const int Events = 3000;
        const double Fraction = 0.1;
        RunSimulation simulation = RunSimulationPlans.With("hv_off", run => run with { EventsPerLevel = Events, MissingFraction = Fraction });
        int missing = Enumerable.Range(0, Events).Count(simulation.IsMissing);
        double sigma = Math.Sqrt(Events * Fraction * (1 - Fraction));
        Assert.InRange(missing, (Events * Fraction) - (3 * sigma), (Events * Fraction) + (3 * sigma));
        Assert.Equal(Events - missing, simulation.WrittenEvents.Length);

        // Neighbours are lost together as often as chance has it.
        int pairs = Enumerable.Range(0, Events - 1).Count(i => simulation.IsMissing(i) && simulation.IsMissing(i + 1));
        Assert.InRange(pairs, 30 - (4 * Math.Sqrt(30)), 30 + (4 * Math.Sqrt(30)));

        // A larger fraction leaves out the same events and more.
        RunSimulation more = RunSimulationPlans.With("hv_off", run => run with { EventsPerLevel = Events, MissingFraction = 0.2 });
        Assert.All(Enumerable.Range(0, Events).Where(simulation.IsMissing), i => Assert.True(more.IsMissing(i)));
    }

    [Fact]
    public void MissingEvents_AreNotInTheFileAndChangeNoOthers()
    {
        RunSimulation whole = RunSimulationPlans.With("hv_off", run => run);
        RunSimulation gaps = RunSimulationPlans.With("hv_off", run => run with { MissingEvents = ZFitsRowSet.Parse("0,2-3") });
        SimulationTruth truth = gaps.Write(_folder.FullName, cancellationToken: Token);
        using Run run = Run.Open(RunSimulationPlans.Paths(gaps, _folder.FullName));
        Assert.Equal([2L, 5, 6, 7], run.EventNumbers);
        Assert.Equal([2u, 5, 6, 7], truth.EventNumbers);
        foreach (CameraEvent e in run)
        {
            CameraEvent expected = whole.Simulate((int)e.EventNumber - 1);
            Assert.True(expected.Samples.Span.SequenceEqual(e.Samples.Span));
            Assert.Equal(expected.UnixTimeNs, e.UnixTimeNs);
        }
    }

    [Theory]
    [InlineData(0, new[] { 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2 })]
    [InlineData(2, new[] { 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2 })]
    [InlineData(-3, new[] { 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2 })]
    [InlineData(100, new[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(int.MinValue, new[] { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 })]
    public void LevelShift_MovesTheLightInTheFilesAndNotInTheScanPlan(int shift, int[] expected)
    {
        RunSimulation simulation = RunSimulationPlans.With("ac_scan", run => run with { LevelShiftEvents = shift });
        SimulationTruth truth = simulation.Write(_folder.FullName, cancellationToken: Token);
        Assert.Equal(expected, truth.EventLevels);
        using Run run = Run.Open(RunSimulationPlans.Paths(simulation, _folder.FullName));
        int[] lit = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(p => simulation.Camera.IsLit[p])];
        int[] seen = [.. run.Select(e => Level(lit.Average(pixel => e.GetWaveform(pixel)[PeakSample] - simulation.Camera.Baseline[pixel])))];
        Assert.Equal(expected, seen);
        Assert.Equal([4, 4, 4], File.ReadLines(_folder.File("ac_scan_plan.csv")).Skip(1).Select(line => int.Parse(line.Split(',')[3], null)));

        // Flashes of no, 3 and 55 photo-electrons of 5.2 LSB.
        static int Level(double peak) => peak < 5 ? 0 : peak < 100 ? 1 : 2;
    }

    [Fact]
    public void LastFileFraction_CutsTheLastFileOnly()
    {
        RunSimulation whole = RunSimulationPlans.With("dark", run => run with { EventsPerLevel = 500, Files = 2, MissingFraction = 0 });
        whole.Write(_folder.FullName, cancellationToken: Token);
        byte[][] files = [.. RunSimulationPlans.Paths(whole, _folder.FullName).Select(File.ReadAllBytes)];
        RunSimulation cut = RunSimulationPlans.With("dark", run => run with { EventsPerLevel = 500, Files = 2, MissingFraction = 0, LastFileFraction = 0.7 });
        SimulationTruth truth = cut.Write(_folder.FullName, cancellationToken: Token);
        string[] paths = RunSimulationPlans.Paths(cut, _folder.FullName);
        Assert.Equal(files[0], File.ReadAllBytes(paths[0]));
        Assert.Equal(files[1][..(int)(files[1].Length * 0.7)], File.ReadAllBytes(paths[1]));
        Assert.Equal(500, truth.EventNumbers.Length);

        // Whole tiles come back, with the events they had.
        string recovered = _folder.File("recovered.fits.fz");
        ZFitsRecovery.Recover(paths[1], recovered, Token);
        using Run run = Run.Open(recovered);
        Assert.InRange(run.EventCount, 100, 200);
        Assert.All(run, e => Assert.True(whole.Simulate((int)e.EventNumber - 60_636).Samples.Span.SequenceEqual(e.Samples.Span)));
    }

    [Fact]
    public void SwappedModules_AreUndoneByTheReaderWhenListed()
    {
        CampaignPlan plan = RunSimulationPlans.EveryKind;
        CampaignPlan swapped = plan with { Faults = new FaultPlan { SwappedModules = [new SwappedModules(59, 88), new SwappedModules(3, 7)] } };
        RunSimulation right = RunSimulationPlans.With("ac_scan", run => run, plan);
        RunSimulation wrong = RunSimulationPlans.With("ac_scan", run => run, swapped);
        wrong.Write(_folder.FullName, cancellationToken: Token);
        string[] paths = RunSimulationPlans.Paths(wrong, _folder.FullName);
        DateOnly day = DateOnly.FromDateTime(plan.Start);
        ModuleSwap[] swaps = [new(plan.TelescopeId, 59, 88, day, day), new(plan.TelescopeId, 7, 3, day, day)];
        using Run plain = Run.Open(paths);
        using Run undone = Run.Open(paths, new RunOptions { ModuleSwaps = [.. swaps] });
        int[] modules = [3, 7, 59, 88];
        foreach (int index in right.WrittenEvents)
        {
            CameraEvent expected = right.Simulate(index);
            CameraEvent asStored = plain.GetEvent(index);
            CameraEvent restored = undone.GetEvent(index);
            Assert.True(expected.Samples.Span.SequenceEqual(restored.Samples.Span));
            Assert.Equal(expected.FirmwareBaselines, restored.FirmwareBaselines);
            Assert.All(CameraGeometry.DigiCam.Pixels, p => Assert.NotEqual(modules.Contains(p.Module), expected.GetWaveform(p.Id).SequenceEqual(asStored.GetWaveform(p.Id))));

            // The trigger is fed by the same cables.
            Assert.NotEqual(expected.TriggerInput, asStored.TriggerInput);
        }
    }

    [Fact]
    public void PixelFaults_AreSeenInTheFile()
    {
        CampaignPlan plan = RunSimulationPlans.EveryKind with
        {
            Faults = new FaultPlan
            {
                Pixels = new Dictionary<int, PixelFault>
                {
                    [100] = PixelFault.Dead,
                    [200] = PixelFault.Hot,
                    [300] = PixelFault.Noisy,
                    [400] = PixelFault.Stuck,
                    [500] = PixelFault.Saturated,
                    [600] = PixelFault.Shifted,
                }.ToImmutableSortedDictionary(),
            },
        };
        RunSimulation simulation = RunSimulationPlans.With("dark", run => run, plan);
        SimulationTruth truth = simulation.Write(_folder.FullName, cancellationToken: Token);
        double[] mean = new double[CameraGeometry.PixelCount];
        double[] variance = new double[CameraGeometry.PixelCount];
        using Run run = Run.Open(RunSimulationPlans.Paths(simulation, _folder.FullName));
        CameraEvent[] events = [.. run];
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            double[] samples = [.. events.SelectMany(e => e.GetWaveform(pixel).ToArray()).Select(code => (double)code)];
            mean[pixel] = samples.Average();
            variance[pixel] = samples.Average(s => (s - mean[pixel]) * (s - mean[pixel]));
        }

        int[] healthy = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(p => truth.Pixels.Faults[p] is null)];
        Assert.Equal(CameraGeometry.PixelCount - 6, healthy.Length);
        (double lowest, double highest) = (healthy.Min(p => variance[p]), healthy.Max(p => variance[p]));
        Assert.True(variance[100] < lowest, $"dead: {variance[100]}, healthy from {lowest}");
        Assert.True(variance[200] > 2 * highest, $"hot: {variance[200]}, healthy to {highest}");
        Assert.True(variance[300] > 2 * highest, $"noisy: {variance[300]}, healthy to {highest}");
        Assert.Equal(0, variance[400]);
        Assert.InRange(mean[500], 4093, 4095);
        Assert.True(mean[600] > healthy.Max(p => mean[p]) + 50);
    }
}
