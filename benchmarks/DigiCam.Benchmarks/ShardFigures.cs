using System.Diagnostics;
using DigiCam.Charges;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Partials;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Synchronisation;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>
/// What a second process brings: two processes with half of the tiles each, at the same time, against one of them alone, and against one with all tiles; each with one thread, from its start to the partial result on the disk,
/// SHA-256 and check sums of the input included.
/// </summary>
internal static class ShardFigures
{
    private const int HvOffEvents = 60_000;
    private const int Levels = 81;
    private const int EventsPerLevel = 600;

    /// <param name="isShort">One round on a fifth of the events.</param>
    public static int Print(bool isShort)
    {
        (int rounds, int part) = isShort ? (1, 5) : (3, 1);
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {rounds} rounds; two processes of one thread each against one"));
        Measure("hvoff", BenchmarkData.Run(HvOffEvents / part), rounds);
        Measure("charges", BenchmarkData.ScanPlan(Levels, EventsPerLevel / part), rounds);
        return 0;
    }

    /// <summary>Fills a part in a process of its own and prints the number of events and the processor time [s].</summary>
    public static int Fill(string kind, string input, string shard, string target)
    {
        RunOptions options = new() { Shard = RunShard.Parse(shard) };
        RunHistograms histograms = kind == "hvoff" ? HvOff(input, options, target) : Charges(input, options, target);
        long events = histograms switch { ChargeHistograms charges => charges.EventCounts.Sum(), SampleHistograms samples => samples.Samples.EventCount, _ => 0 };
        Console.WriteLine(Invariant($"{events} {Environment.CpuUsage.TotalTime.TotalSeconds:F3}"));
        return 0;
    }

    private static SampleHistograms HvOff(string path, RunOptions options, string target)
    {
        RunInput input = new([path], options);
        using Run run = input.Open();
        SampleHistograms samples = new(AdcHistograms.Accumulate(run, threads: 1));
        Provenance provenance = input.ProvenanceAsync("hvoff", run).GetAwaiter().GetResult();
        PartialResult.Write(target, PartialStage.Histograms, run, samples, provenance, run.Summary.Problems);
        return samples;
    }

    private static ChargeHistograms Charges(string planPath, RunOptions options, string target)
    {
        using Scan scan = Scan.Open(ScanPlan.Read(planPath), Path.GetDirectoryName(planPath)!, options);
        Provenance provenance = scan.Input.ProvenanceAsync("ac-dac-scan", scan.Run).GetAwaiter().GetResult();
        SynchronisationResult synchronisation = SynchronisationFitter.Fit(PulseTimeHistograms.Read(TimesPath(planPath)));
        ChargeHistograms charges = ChargePass.Accumulate(scan, synchronisation, pedestals: null, ChargeScale.Amplitude, threads: 1);
        PartialResult.Write(target, PartialStage.Charges, scan.Run, charges, provenance, scan.Problems);
        return charges;
    }

    private static string TimesPath(string planPath) => Path.ChangeExtension(planPath, ".times.h5");

    private static void Measure(string kind, string input, int count)
    {
        if (kind == "charges" && !File.Exists(TimesPath(input)))
        {
            using Scan scan = Scan.Open(ScanPlan.Read(input), Path.GetDirectoryName(input)!);
            SynchronisationPass.Accumulate(scan, pedestals: null, new SynchronisationOptions { EventsPerLevel = 50 }).Write(TimesPath(input));
        }

        List<(double Ratio, double ByProcessor, double One, double Two)> rounds = [];
        for (int round = 0; round < count; round++)
        {
            (double oneClock, double oneProcessor, long events) = Time(kind, input, "1/1");
            (double twoClock, double twoProcessor, long both) = Time(kind, input, "1/2", "2/2");
            if (events != both) throw new InvalidOperationException(Invariant($"{kind}: {both} events in two parts, {events} in all"));
            (double firstClock, _, long first) = Time(kind, input, "1/2");
            (double secondClock, _, long second) = Time(kind, input, "2/2");
            double alone = ((first / firstClock) + (second / secondClock)) / 2;
            Console.WriteLine(Invariant($"  {kind}: one of the two parts alone {alone:F0} events/s (mean of {firstClock:F1} and {secondClock:F1} s); both at the same time {events / twoClock / alone:F2} x"));
            rounds.Add((oneClock / twoClock, oneProcessor / twoProcessor, events / oneClock, events / twoClock));
            Console.WriteLine(Invariant($"  {kind}: {events} events, one process {oneClock:F1} s, {events / oneClock:F0} events/s; two at the same time {twoClock:F1} s, {events / twoClock:F0} events/s: {oneClock / twoClock:F2} x; by processor time of the longer one {oneProcessor / twoProcessor:F2} x; other load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"));
        }

        rounds.Sort();
        Console.WriteLine(Invariant($"{kind}: two processes {rounds[^1].Ratio:F2} x one (best), {rounds[count / 2].Ratio:F2} (median); best rates {rounds.Max(r => r.One):F0} and {rounds.Max(r => r.Two):F0} events/s; by processor time {rounds.Max(r => r.ByProcessor):F2} x"));
    }

    // Clock from the start of the first to the end of the last, processor time of the one that takes most, events of all.
    private static (double Clock, double Processor, long Events) Time(string kind, string input, params string[] shards)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Process[] processes = [.. shards.Select((shard, i) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Arguments(shard, i)) { RedirectStandardOutput = true })!)];
        string[] outputs = [.. processes.Select(process => process.StandardOutput.ReadToEnd())];
        foreach (Process process in processes)
        {
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException(Invariant($"{kind}: a process ended with {process.ExitCode}"));
        }

        double clock = watch.Elapsed.TotalSeconds;
        foreach (Process process in processes) process.Dispose();
        string[][] words = [.. outputs.Select(output => output.Split(' '))];
        return (clock, words.Max(w => double.Parse(w[1], System.Globalization.CultureInfo.InvariantCulture)), words.Sum(w => long.Parse(w[0], System.Globalization.CultureInfo.InvariantCulture)));

        string[] Arguments(string shard, int i)
        {
            string target = Path.Combine(Path.GetTempPath(), "digicam-benchmarks", Invariant($"{kind}-{i}.h5"));
            string[] fill = ["fill", kind, input, shard, target];
            return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ShardFigures).Assembly.Location, .. fill] : fill;
        }
    }
}
