using System.Collections.Immutable;
using System.Diagnostics;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Synchronisation;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>The passes over a light scan from its files, and the memory of its charges.</summary>
internal static class ScanFigures
{
    private const int Rounds = 3;
    private const int Levels = 81;
    private const int EventsPerLevel = 40;

    public static int Print()
    {
        string planPath = BenchmarkData.ScanPlan(Levels, EventsPerLevel);
        using Scan scan = Scan.Open(ScanPlan.Read(planPath), Path.GetDirectoryName(planPath)!);
        int events = (int)scan.EventCounts.Sum();
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {Rounds} rounds each of {events} events of 50 samples in {Levels} levels and {scan.Run.Files.Length} files"));
        PulseTimeHistograms times = SynchronisationPass.Accumulate(scan, pedestals: null);
        SynchronisationResult synchronisation = SynchronisationFitter.Fit(times);
        PrintRate("synchronisation, all events, one core", 1, events, () => SynchronisationPass.Accumulate(scan, pedestals: null, threads: 1));
        PrintRate("charges, amplitudes, one core", 1, events, () => ChargePass.Accumulate(scan, synchronisation, pedestals: null, ChargeScale.Amplitude, threads: 1));
        PrintRate("charges, amplitudes, all cores", Environment.ProcessorCount, events, () => ChargePass.Accumulate(scan, synchronisation, pedestals: null, ChargeScale.Amplitude));
        PrintRate("charges, sums of 7, all cores", Environment.ProcessorCount, events, () => ChargePass.Accumulate(scan, synchronisation, pedestals: null, ChargeScale.SumOf(7)));
        PrintRate("reading waveforms alone, one core", 1, events, () => scan.Process(EventContent.Waveforms, () => 0, static (_, _, _) => { }, threads: 1));
        Measurement fit = Measurement.OfProcessor(Rounds, () => SynchronisationFitter.Fit(times));
        Console.WriteLine(Invariant($"positions and times of all pixels: {fit.Best * 1e3:F0} ms"));
        PrintFilling(scan, synchronisation);
        PrintMemory(scan, "300 bins of amplitudes in use", ChargeScale.Amplitude, 300);
        PrintMemory(scan, "1200 bins of sums of 7 in use", ChargeScale.SumOf(7), 1200);
        return 0;
    }

    // Events in memory, one thread: what the filling takes without reading.
    private static void PrintFilling(Scan scan, SynchronisationResult synchronisation)
    {
        (int Level, CameraEvent Event)[] some = [.. scan.Run.Events(EventContent.Waveforms).Take(200).Select(e => (scan.LevelOf(e.Index), e))];
        ChargePass.Part part = new(new ChargePass.Plan(scan, synchronisation.Position, synchronisation.EdgeNs, Pedestals.Unknown(CameraGeometry.PixelCount), ChargeScale.SumOf(7)));
        Measurement all = Measurement.OfProcessor(Rounds, () =>
        {
            foreach ((int level, CameraEvent camera) in some) part.Fill(level, camera);
            part.Flush();
        });
        Console.WriteLine(Invariant($"filling the charges of an event in memory: {all.Best / some.Length * 1e6:F0} us"));
    }

    private static void PrintMemory(Scan scan, string name, ChargeScale scale, int width)
    {
        IntegerAxis axis = ChargeHistograms.AxisOf(scale);
        LevelHistograms charges = new(axis, Levels, CameraGeometry.PixelCount, scale);
        double[] values = new double[CameraGeometry.PixelCount];
        for (int level = 0; level < Levels; level++)
        {
            for (int k = 0; k < width; k++)
            {
                // From the middle outwards, so that each histogram has to grow many times.
                Array.Fill(values, 1000 + (k % 2 == 0 ? k / 2 : -(k + 1) / 2));
                charges.FillEvent(level, values);
            }
        }

        ImmutableArray<double> edges = [.. Enumerable.Repeat(double.NaN, CameraGeometry.PixelCount)];
        ChargeHistograms histograms = new(
            scan.Plan, scan.SampleCount, Pedestals.Unknown(CameraGeometry.PixelCount), charges, [.. Enumerable.Repeat(18, CameraGeometry.PixelCount)], edges, [.. Enumerable.Repeat(0L, Levels * CameraGeometry.PixelCount)]);
        string folder = Directory.CreateTempSubdirectory("digicam-benchmark-").FullName;
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            histograms.Write(Path.Combine(folder, "charges.h5"));
            double hdf5 = watch.Elapsed.TotalSeconds;
            long written = Peak();
            watch.Restart();
            ChargeFiles.WriteLevels(Path.Combine(folder, "mpe.npz"), histograms);
            double npz = watch.Elapsed.TotalSeconds;
            watch.Restart();
            _ = ChargeHistograms.Read(Path.Combine(folder, "charges.h5"));
            Console.WriteLine(Invariant($"{Levels} levels x {CameraGeometry.PixelCount} pixels, {name}: counts {charges.CountBytes / 1048576.0:F0} MB, HDF5 written in {hdf5:F1} s, npz in {npz:F1} s; peak memory of the process so far {written} MB; HDF5 read beside it in {watch.Elapsed.TotalSeconds:F1} s, {Peak()} MB"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Peak()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 >> 20;
    }

    // Other programs may run: the time of the processor counts, divided by the cores that were used.
    private static void PrintRate(string name, int cores, int events, Action work)
    {
        (Measurement clock, Measurement processor) = Measurement.OfBoth(Rounds, work);
        Console.WriteLine(Invariant($"{name}: best {events / clock.Best:F0} events/s, median {events / clock.Median:F0}; by processor time {cores * events / processor.Best:F0} events/s on {cores}; peak memory so far {Peak()} MB"));
    }
}
