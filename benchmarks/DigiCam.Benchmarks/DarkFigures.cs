using System.Diagnostics;
using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Runs;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>The pass over a dark run from its file, and the memory of a scan's histograms.</summary>
internal static class DarkFigures
{
    private const int Rounds = 5;
    private const int Events = 3000;

    public static int Print()
    {
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {Rounds} rounds each of {Events} events of 50 samples, 3 MHz dark counts"));
        using Run hvOff = Run.Open(BenchmarkData.Run(2000));
        Pedestals pedestals = Pedestals.From(HvOffFitter.Fit(AdcHistograms.Accumulate(hvOff)));
        using Run run = Run.Open(BenchmarkData.DarkRun(Events));
        PrintRate("all dark histograms, one core", 1, () => DarkPass.Accumulate(run, pedestals, threads: 1));
        PrintRate("all dark histograms, all cores", Environment.ProcessorCount, () => DarkPass.Accumulate(run, pedestals));
        using (Process self = Process.GetCurrentProcess()) Console.WriteLine(Invariant($"  peak memory so far {self.PeakWorkingSet64 / 1048576.0:F0} MB"));
        PrintRate("ADC histograms alone, one core", 1, () => AdcHistograms.Accumulate(run, threads: 1));
        DarkHistograms dark = DarkPass.Accumulate(run, pedestals);
        DarkSpeResult? spe = null;
        (Measurement clock, Measurement processor) = Measurement.OfBoth(Rounds, () => spe = DarkSpeFitter.Fit(dark));
        Console.WriteLine(Invariant($"1296 fits of the pulses with pile-up: best {clock.Best:F3} s, median {clock.Median:F3} s, {processor.Best:F3} s of processor time; {spe}"));
        PrintFilling(run, pedestals);
        PrintMemory();
        return 0;
    }

    // Events in memory, one thread: what the filling takes without reading.
    private static void PrintFilling(Run run, Pedestals pedestals)
    {
        CameraEvent[] events = [.. run.Take(100)];
        DarkPass.Plan plan = new(pedestals, new DarkPassOptions(), run.SampleCount, run.Summary.BaselineScale);
        DarkPass.Part part = new(plan);
        Measurement all = Measurement.Of(Rounds, () =>
        {
            foreach (CameraEvent e in events) part.Fill(e);
        });
        Measurement blocks = Measurement.Of(Rounds, () =>
        {
            foreach (CameraEvent e in events) plan.SampleBlocks.FillEvent((int)(e.EventNumber % 50), e.Samples.Span);
        });
        PulseFinder finder = new(run.SampleCount);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        Measurement pulses = Measurement.Of(Rounds, () =>
        {
            foreach (CameraEvent e in events)
            {
                for (int pixel = 0; pixel < e.PixelCount; pixel++) finder.Find(e.GetWaveform(pixel), plan.Levels[pixel], found, out _);
            }
        });
        Measurement windows = Measurement.Of(Rounds, () =>
        {
            foreach (CameraEvent e in events)
            {
                for (int pixel = 0; pixel < e.PixelCount; pixel++) _ = SlidingSums.Largest(e.GetWaveform(pixel), 5, 7);
            }
        });
        Console.WriteLine(Invariant($"filling an event in memory: {all.Best / events.Length * 1e6:F0} us, of which all samples {blocks.Best / events.Length * 1e6:F0} us, pulse finder {pulses.Best / events.Length * 1e6:F0} us, largest windows {windows.Best / events.Length * 1e6:F0} us"));
    }

    // Every bin of every histogram in use is the worst that a scan can do; a charge histogram is some hundred bins wide.
    private static void PrintMemory()
    {
        const int levels = 81;
        IntegerAxis axis = new(-46, 2146);
        foreach ((string name, int width) in ((string, int)[])[("200 bins in use", 200), ("all bins in use", axis.Count)])
        {
            LevelHistograms histograms = new(axis, levels, CameraGeometry.PixelCount);
            Stopwatch watch = Stopwatch.StartNew();
            Parallel.For(0, levels * 8, i =>
            {
                // From the middle outwards, so that each histogram has to grow many times.
                double[] values = new double[CameraGeometry.PixelCount];
                for (int k = i / levels; k < width; k += 8)
                {
                    Array.Fill(values, axis.First + (axis.Count / 2) + (k % 2 == 0 ? k / 2 : -(k + 1) / 2));
                    histograms.FillEvent(i % levels, values);
                }
            });
            using Process self = Process.GetCurrentProcess();
            Console.WriteLine(Invariant($"{levels} levels x {CameraGeometry.PixelCount} pixels x {axis.Count} bins, {name}: counts {histograms.CountBytes / 1048576.0:F0} MB, filled in {watch.Elapsed.TotalSeconds:F1} s, peak memory of the process so far {self.PeakWorkingSet64 / 1048576.0:F0} MB"));
        }
    }

    // Other programs may run: the time of the processor counts, divided by the cores that were used.
    private static void PrintRate(string name, int cores, Action work)
    {
        (Measurement clock, Measurement processor) = Measurement.OfBoth(Rounds, work);
        Console.WriteLine(Invariant($"{name}: best {Events / clock.Best:F0} events/s, median {Events / clock.Median:F0}; by processor time {cores * Events / processor.Best:F0} events/s on {cores}"));
    }
}
