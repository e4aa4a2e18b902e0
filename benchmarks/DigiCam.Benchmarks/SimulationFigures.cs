using System.Diagnostics;
using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Trigger;

namespace DigiCam.Benchmarks;

/// <summary>Simulated runs, drawn, compressed and written: events a second of the best and the median of several rounds.</summary>
internal static class SimulationFigures
{
    private const int Rounds = 3;
    private const int EventCount = 1000;

    // The LED curve of the plan gives 50 pe here.
    private const int BrightDac = 296;

    public static int Print()
    {
        Console.WriteLine(FormattableString.Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {Rounds} rounds each of {EventCount} events"));
        CampaignPlan plan = new()
        {
            Camera = new CameraPlan { DarkCountRateMHz = Distribution.Constant(3), CrossTalk = Distribution.Constant(0.08) },
            Light = new LightPlan { AcThresholdDac = 0, AcCoefficients = [50.0 / BrightDac], AcEfficiency = Distribution.Constant(1) },
            Runs =
            [
                new RunPlan { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = EventCount },
                new RunPlan { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = EventCount },
                new RunPlan { Name = "flash", Kind = RunKind.AcScan, EventsPerLevel = EventCount, AcLevels = [BrightDac] },
            ],
        };
        string folder = Path.Combine(Path.GetTempPath(), "digicam-benchmarks", "simulation");
        foreach (RunPlan run in plan.Runs)
        {
            RunSimulation simulation = new(plan, run);
            PrintRate($"{run.Name}: draw, compress, write, one core", 1, () => simulation.Write(folder, threads: 1));
            PrintRate($"{run.Name}: draw, compress, write, all cores", Environment.ProcessorCount, () => simulation.Write(folder));
            Console.WriteLine(FormattableString.Invariant($"  {new FileInfo(Path.Combine(folder, simulation.FileNames[0])).Length / (double)EventCount / 1e3:F1} kB/event"));
        }

        PrintTrigger(new RunSimulation(plan, plan.Runs[^1]));
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(FormattableString.Invariant($"peak memory {self.PeakWorkingSet64 / 1048576.0:F0} MB"));
        return 0;
    }

    private static void PrintTrigger(RunSimulation simulation)
    {
        CameraEvent camera = simulation.Simulate(0);
        DigitalTrigger trigger = new(camera.SampleCount);
        byte[] traces = new byte[camera.SampleCount * TriggerPatch.StoredTracesPerSample];
        byte[] bits = new byte[camera.SampleCount * TriggerPatch.StoredOutputBytesPerSample];
        Measurement sums = Measurement.Of(Rounds, () =>
        {
            for (int i = 0; i < EventCount; i++) trigger.Process(camera.Samples.Span, camera.FirmwareBaselines);
        });
        Measurement stored = Measurement.Of(Rounds, () =>
        {
            for (int i = 0; i < EventCount; i++)
            {
                trigger.StoreTraces(traces);
                trigger.StoreCluster7(300, bits);
                trigger.StoreCluster19(700, bits);
            }
        });
        Console.WriteLine(FormattableString.Invariant($"trigger: all sums of an event best {sums.Best / EventCount * 1e6:F1} us, stored layout best {stored.Best / EventCount * 1e6:F1} us"));
    }

    // Other programs may run: the time of the processor counts, divided by the cores that were used.
    private static void PrintRate(string name, int cores, Action work)
    {
        (Measurement clock, Measurement processor) = Measurement.OfBoth(Rounds, work);
        Console.WriteLine(FormattableString.Invariant($"{name}: best {EventCount / clock.Best:F0} events/s, median {EventCount / clock.Median:F0}; by processor time {EventCount / processor.Best:F0} events/s per core, {processor.Best / clock.Best:F2} of {cores} cores busy"));
    }
}
