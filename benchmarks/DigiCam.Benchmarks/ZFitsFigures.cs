using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using DigiCam.Zfits;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>The figures of the zfits library: reading and writing on one core and on two, the official reader and writer beside them where
/// a Python with protozfits is named by DIGICAM_PEER_PYTHON.</summary>
internal static class ZFitsFigures
{
    private const int Rounds = 7;
    private const int Events = 2000;
    private const int EventsPerTile = 100;
    private const string Waveforms = "hiGain_waveforms_samples";

    public static int Print()
    {
        double nanosecondsPerCycle = NanosecondsPerCycle();
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors at {1 / nanosecondsPerCycle:F2} GHz, .NET {Environment.Version}, {Rounds} rounds each: best (median)"));
        string simulated = BenchmarkData.Run(Events);
        Measure("simulated, high voltage off", simulated, nanosecondsPerCycle);
        if (BenchmarkData.RealRun(Events) is { } real)
        {
            Measure("the ten events of 2017 over and over", real, nanosecondsPerCycle);
            CompareSizes(real);
        }
        else
        {
            Console.WriteLine("no real file beside the repository: the figures on real events are left out");
        }

        return 0;
    }

    /// <summary>Streams a file once, all columns, and prints what that takes: run in a process of its own for the sake of its peak memory.</summary>
    public static int Stream(string path, int threads)
    {
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.GetTable("Events");
        Check(table.ReadTiles(new ZFitsReadOptions { Threads = threads }));
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(Invariant($"{table.RowCount} {self.PeakWorkingSet64}"));
        return 0;
    }

    private static void Measure(string name, string path, double nanosecondsPerCycle)
    {
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.GetTable("Events");
        long waveformBytes = table.SummarizeColumns().Single(c => c.Column.Name == Waveforms).CompressedBytes;
        int samples = (int)table.GetColumn(Waveforms).MaxElements;
        Console.WriteLine();
        Console.WriteLine(Invariant($"{name}: {table.RowCount} events, {waveformBytes * 8.0 / table.RowCount / samples:F2} bits/sample, {new FileInfo(path).Length / table.RowCount} bytes/event"));

        (double Best, double Median) one = Read("waveforms, one core", table, 1, Waveforms);
        Console.WriteLine(Invariant($"    {one.Best / Events / samples * 1e9:F2} ns/sample, {one.Best / Events / samples * 1e9 / nanosecondsPerCycle:F1} cycles/sample"));
        (double Best, double Median) two = Read("waveforms, all cores", table, 0, Waveforms);
        Console.WriteLine(Invariant($"    {one.Median / two.Median:F2} x one core (medians)"));
        (double Best, double Median) all = Read("all columns, one core", table, 1);
        Read("all columns, all cores", table, 0);
        PrintMemory(path, table);
        if (Official("read", path, Rounds) is { } official)
        {
            Console.WriteLine(Invariant($"  official reader, all columns: {official.EventsPerSecond:F0} events/s; ours on one core {Events / all.Best / official.EventsPerSecond:F1} x"));
        }
    }

    private static (double Best, double Median) Read(string name, ZFitsTable table, int threads, params string[] columns)
    {
        ZFitsReadOptions options = new() { Columns = columns, Threads = threads };
        Measurement seconds = Measurement.Of(Rounds, () => Check(table.ReadTiles(options)));
        Console.WriteLine(Invariant($"  {name}: {table.RowCount / seconds.Best:F0} events/s ({table.RowCount / seconds.Median:F0})"));
        return (seconds.Best, seconds.Median);
    }

    /// <summary>Uses every tile, so that nothing can be left out.</summary>
    private static void Check(IEnumerable<ZFitsTileReader> tiles)
    {
        long rows = 0;
        foreach (ZFitsTileReader tile in tiles) rows += tile.RowCount;
        if (rows == 0) throw new InvalidOperationException("nothing was read");
    }

    private static void PrintMemory(string path, ZFitsTable table)
    {
        using ZFitsTileReader reader = table.CreateTileReader();
        for (int round = 0; round < 3; round++) for (int tile = 0; tile < table.TileCount; tile++) reader.ReadTile(tile);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int tile = 0; tile < table.TileCount; tile++) reader.ReadTile(tile);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        string[] words = RunSelf("stream", path, "1").Split(' ');
        string[] parallel = RunSelf("stream", path, "0").Split(' ');
        Console.WriteLine(Invariant($"  all columns: {allocated} bytes allocated in {table.RowCount} events; peak memory of a process that only streams {Megabytes(words[1]):F0} MB on one core, {Megabytes(parallel[1]):F0} MB on all"));

        static double Megabytes(string bytes) => long.Parse(bytes, CultureInfo.InvariantCulture) / 1048576.0;
    }

    /// <summary>Bytes per event of the original file against ours, block by block.</summary>
    private static void CompareSizes(string rewritten)
    {
        using ZFitsFile original = ZFitsFile.Open(BenchmarkData.RealFile!);
        using ZFitsFile ours = ZFitsFile.Open(rewritten);
        double before = original.GetTable("Events").SummarizeColumns().Sum(c => c.CompressedBytes) / (double)original.GetTable("Events").RowCount;
        double after = ours.GetTable("Events").SummarizeColumns().Sum(c => c.CompressedBytes) / (double)ours.GetTable("Events").RowCount;
        Console.WriteLine(Invariant($"  size with the recipes of the camera: {after:F0} bytes/event, the original writer's {before:F0}"));
    }

    private static (double EventsPerSecond, long Bytes)? Official(string verb, params object[] arguments)
    {
        if (Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON") is not { Length: > 0 } python) return null;
        string script = Path.Combine(AppContext.BaseDirectory, "Peers", "official.py");
        string[] words = Run(python, [script, verb, .. arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!)]).Split(' ');
        return (double.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
    }

    private static string RunSelf(params string[] arguments) => Run("dotnet", [typeof(ZFitsFigures).Assembly.Location, .. arguments]);

    /// <summary>Runs a program and returns the last line it prints.</summary>
    private static string Run(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
        return output.TrimEnd().Split('\n')[^1];
    }

    /// <summary>Measured with a chain of operations of which each takes one cycle and needs the one before.</summary>
    private static double NanosecondsPerCycle()
    {
        const int Steps = 100_000_000;
        ulong x = 1;
        Measurement seconds = Measurement.Of(5, () =>
        {
            ulong y = x;
            for (int i = 0; i < Steps; i += 4) y = BitOperations.RotateLeft(BitOperations.RotateLeft(BitOperations.RotateLeft(BitOperations.RotateLeft(y, 7), 11), 13), 17);
            x = y;
        });
        if (x == 0) throw new InvalidOperationException("a rotated bit does not vanish");
        return seconds.Best * 1e9 / Steps;
    }
}
