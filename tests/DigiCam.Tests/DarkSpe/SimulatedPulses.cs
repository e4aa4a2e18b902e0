using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Tests.Simulation;

namespace DigiCam.Tests.DarkSpe;

/// <summary>Spectra of the pulses in a dark run of equal pixels, drawn in memory. Baselines lie anywhere between two codes.</summary>
internal static class SimulatedPulses
{
    private const int Parts = 8;

    public static PulseSpectra Draw(double mhz, double crosstalk, int events)
    {
        CampaignPlan plan = PhysicsCamera.Uniform(mhz, crosstalk);
        plan = plan with { Camera = plan.Camera with { Baseline = Distribution.Normal(285, 2, 280, 290) } };
        RunPlan run = new() { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = events };
        SimulatedCamera camera = SimulatedCamera.Draw(plan);
        LevelConditions conditions = LevelConditions.For(plan, camera, run, new ScanLevel(0, 0));
        PixelHistograms histograms = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
        double[] liveTimeNs = new double[CameraGeometry.PixelCount];
        ImmutableArray<int> order = CameraGeometry.DigiCam.LegacyOrder;
        Lock gate = new();
        Parallel.For(0, Parts, part =>
        {
            EventSimulator simulator = new(plan, camera, run);
            SimulatedEvent e = new(plan.SampleCount);
            PulseFinder finder = new(plan.SampleCount);
            FoundPulse[] found = new FoundPulse[finder.MostPulses];
            PulseLevel[] levels = [.. camera.Baseline.Select(baseline => finder.LevelOf(baseline, PhysicsCamera.Noise))];
            PixelHistograms own = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
            double[] ownTimeNs = new double[CameraGeometry.PixelCount];
            for (int i = part; i < events; i += Parts)
            {
                simulator.Draw(i, conditions, e);
                for (int row = 0; row < order.Length; row++)
                {
                    int count = finder.Find(e.Samples.AsSpan(row * plan.SampleCount, plan.SampleCount), levels[order[row]], found, out int live);
                    ownTimeNs[order[row]] += live * CameraGeometry.SampleNs;
                    foreach (FoundPulse one in found.AsSpan(0, count)) own.Fill(order[row], one.Charge);
                }
            }

            lock (gate)
            {
                histograms.Merge(own);
                for (int pixel = 0; pixel < liveTimeNs.Length; pixel++) liveTimeNs[pixel] += ownTimeNs[pixel];
            }
        });
        return PulseSpectra.Of(histograms, new Pedestals([.. camera.Baseline], [.. camera.Noise]), [.. liveTimeNs], PileUp.Of(new PulseFinderOptions()));
    }
}
