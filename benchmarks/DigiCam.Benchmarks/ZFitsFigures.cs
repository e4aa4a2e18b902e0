using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using DigiCam.Zfits;
using DigiCam.Zfits.Messages;
using DigiCam.Zfits.Messages.R1v1;
using Google.Protobuf;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>The figures of the zfits library: reading and writing on one core and on two, the official reader and writer beside them where
/// a Python with protozfits is named by DIGICAM_PEER_PYTHON.</summary>
internal static class ZFitsFigures
{
    private const int Rounds = 7;
    private const int OfficialRounds = 3;

    /// <summary>Enough that the first tiles, for which memory is fetched, do not count.</summary>
    private const int EventsRead = 6000;
    private const int EventsWritten = 2000;
    private const int EventsPerTile = 100;
    private const string Waveforms = "hiGain_waveforms_samples";

    public static int Print()
    {
        double nanosecondsPerCycle = NanosecondsPerCycle();
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors at {1 / nanosecondsPerCycle:F2} GHz, .NET {Environment.Version}, {Rounds} rounds each: best (median)"));
        string simulated = BenchmarkData.Run(EventsRead);
        Measure("simulated, high voltage off", simulated, nanosecondsPerCycle);
        if (BenchmarkData.RealRun(EventsRead) is { } real)
        {
            Measure("the ten events of 2017 over and over", real, nanosecondsPerCycle);
            CompareSizes();
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
        Console.WriteLine(Invariant($"    {one.Best / table.RowCount / samples * 1e9:F2} ns/sample, {one.Best / table.RowCount / samples * 1e9 / nanosecondsPerCycle:F1} cycles/sample"));
        (double Best, double Median) two = Read("waveforms, all cores", table, 0, Waveforms);
        Console.WriteLine(Invariant($"    {one.Best / two.Best:F2} x one core ({one.Median / two.Median:F2})"));
        (double Best, double Median) all = Read("all columns, one core", table, 1);
        (double Best, double Median) allTwo = Read("all columns, all cores", table, 0);
        Console.WriteLine(Invariant($"    {all.Best / allTwo.Best:F2} x one core ({all.Median / allTwo.Median:F2})"));
        PrintMemory(path, table);
        if (Official("read", path, OfficialRounds) is { } official)
        {
            Console.WriteLine(Invariant($"  official reader, all columns: {official.EventsPerSecond:F0} events/s; ours on one core {table.RowCount / all.Best / official.EventsPerSecond:F1} x"));
        }

        MeasureWriting(path);
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

    /// <summary>Writes the events of the first tile over and over.</summary>
    private static void MeasureWriting(string path)
    {
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.GetTable("Events");
        using ZFitsTileReader tile = table.CreateTileReader();
        tile.ReadTile(0);
        string target = Path.Combine(Path.GetTempPath(), "digicam-benchmarks", "written.fits.fz");
        Event[] events = [.. Enumerable.Range(0, tile.RowCount).Select(row => new Event
        {
            EventId = tile["eventNumber"].GetScalar<uint>(row),
            Waveform = new AnyArray { Type = AnyArray.Types.ItemType.U16, Data = ByteString.CopyFrom(tile[Waveforms].GetRowBytes(row)) },
            PixelStatus = new AnyArray { Type = AnyArray.Types.ItemType.U8, Data = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, 1296)]) },
        })];
        double typed = Write("R1v1 events with diffman16, one core", 1, TypedEvents);
        long bytes = new FileInfo(target).Length;
        Write("R1v1 events with diffman16, all cores", 0, TypedEvents);
        if (Official("write", path, target, EventsWritten, OfficialRounds) is { } official)
        {
            Console.WriteLine(Invariant($"  official writer: {official.EventsPerSecond:F0} events/s, {official.Bytes} bytes; ours on one core {EventsWritten / typed / official.EventsPerSecond:F1} x, {bytes} bytes"));
        }

        Write("all columns with the recipes of the camera, one core", 1, writer => Rows(writer, CameraRecipes.Digicam));
        Write("all columns with the recipes of the camera, all cores", 0, writer => Rows(writer, CameraRecipes.Digicam));
        File.Delete(target);

        double Write(string name, int threads, Action<ZFitsWriter> rows)
        {
            Measurement seconds = Measurement.Of(Rounds, () =>
            {
                using ZFitsWriter writer = ZFitsWriter.Create(target, new ZFitsWriterOptions { Threads = threads });
                rows(writer);
                writer.Finish();
            });
            Console.WriteLine(Invariant($"  writing {name}: {EventsWritten / seconds.Best:F0} events/s ({EventsWritten / seconds.Median:F0})"));
            return seconds.Best;
        }

        void TypedEvents(ZFitsWriter writer)
        {
            ZFitsMessageWriter<Event> messages = writer.BeginMessages<Event>("Events", ZFitsRecipe.DiffMan16, new ZFitsTableOptions { RowsPerTile = EventsPerTile, ExpectedRows = EventsWritten });
            for (int i = 0; i < EventsWritten; i++) messages.Write(events[i % events.Length]);
            messages.Finish();
        }

        void Rows(ZFitsWriter writer, CameraRecipes recipes)
        {
            ZFitsTableWriter rows = writer.BeginTable(table.Name, table.MessageName, table.GetDefinitions(recipes), new ZFitsTableOptions { RowsPerTile = EventsPerTile, ExpectedRows = EventsWritten });
            for (int i = 0; i < EventsWritten; i++)
            {
                for (int c = 0; c < table.Columns.Count; c++) rows.SetRaw(c, tile[c].GetRowBytes(i % tile.RowCount));
                rows.CommitRow();
            }

            rows.Finish();
        }
    }

    /// <summary>The original file written again, with the same recipes and tiles: bytes of all blocks.</summary>
    private static void CompareSizes()
    {
        string target = Path.Combine(Path.GetTempPath(), "digicam-benchmarks", "rewritten.fits.fz");
        using ZFitsFile original = ZFitsFile.Open(BenchmarkData.RealFile!);
        ZFitsTable table = original.GetTable("Events");
        foreach (ZFitsDeflate deflate in Enum.GetValues<ZFitsDeflate>())
        {
            using (ZFitsWriter writer = ZFitsWriter.Create(target))
            {
                ZFitsTableWriter rows = writer.BeginTable(table.Name, table.MessageName, table.GetDefinitions(), new ZFitsTableOptions { RowsPerTile = table.RowsPerTile, Deflate = deflate });
                foreach (ZFitsRow row in table.Rows())
                {
                    for (int c = 0; c < table.Columns.Count; c++) rows.SetRaw(c, row.GetBytes(table.Columns[c].Name));
                    rows.CommitRow();
                }

                rows.Finish();
                writer.Finish();
            }

            using ZFitsFile ours = ZFitsFile.Open(target);
            Console.WriteLine(Invariant($"  the ten events of 2017 written again, zlib {deflate}: {Bytes(ours.GetTable("Events"))} bytes of blocks, the original writer's {Bytes(table)}"));
        }

        File.Delete(target);

        static long Bytes(ZFitsTable table) => table.SummarizeColumns().Sum(c => c.CompressedBytes);
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
