using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Dark;

/// <summary>A dark run and its run with high voltage off, drawn in memory: histograms and truth of the first pixels.</summary>
internal sealed class SimulatedDark
{
    public const int Blocks = 50;

    private readonly int _pixels;

    public SimulatedDark(CampaignPlan plan, int darkEvents, int hvOffEvents, int pixels = CameraGeometry.PixelCount)
    {
        _pixels = pixels;
        Camera = SimulatedCamera.Draw(plan);
        SampleBlocks = Draw(plan, RunKind.Dark, "dark", darkEvents, Blocks);
        Samples = SampleBlocks.Sum();
        HvOff = HvOffFitter.Fit(Draw(plan, RunKind.HvOff, "hv_off", hvOffEvents, 1).Sum(), cancellationToken: TestContext.Current.CancellationToken);
    }

    public SimulatedCamera Camera { get; }

    public LevelHistograms SampleBlocks { get; }

    public PixelHistograms Samples { get; }

    public HvOffResult HvOff { get; }

    private LevelHistograms Draw(CampaignPlan plan, RunKind kind, string name, int events, int blocks)
    {
        RunPlan run = new() { Name = name, Kind = kind, EventsPerLevel = events };
        LevelConditions conditions = LevelConditions.For(plan, Camera, run, new ScanLevel(0, 0));
        LevelHistograms histograms = new(IntegerAxis.Adc, blocks, _pixels);
        ImmutableArray<int> order = CameraGeometry.DigiCam.LegacyOrder;
        Parallel.For(0, blocks, block =>
        {
            EventSimulator simulator = new(plan, Camera, run);
            SimulatedEvent e = new(plan.SampleCount);
            short[] sorted = new short[e.Samples.Length];
            for (int i = block; i < events; i += blocks)
            {
                simulator.Draw(i, conditions, e);
                for (int row = 0; row < order.Length; row++) e.Samples.AsSpan(row * plan.SampleCount, plan.SampleCount).CopyTo(sorted.AsSpan(order[row] * plan.SampleCount));
                histograms.FillEvent(block, sorted.AsSpan(0, _pixels * plan.SampleCount));
            }
        });
        return histograms;
    }
}
