using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>A process that writes a file and is killed by a test. It is this test program, started with a variable that names the file:
/// it then writes instead of running tests, and prints how many rows are in the file.</summary>
internal static class KilledWriter
{
    public const int Rows = 1450;
    public const int RowsPerTile = 50;
    private const string PathVariable = "DIGICAM_TEST_KILLED_WRITER";
    private const string ThreadsVariable = "DIGICAM_TEST_KILLED_WRITER_THREADS";

    /// <summary>Starts the process.</summary>
    public static Process Start(string path, int threads)
    {
        ProcessStartInfo start = new("dotnet", [typeof(KilledWriter).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[PathVariable] = path;
        start.Environment[ThreadsVariable] = threads.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    /// <summary>Two tables; the last tile of the events is not full, and nobody told the writer how many there are.</summary>
    public static void Write(string path, int threads, Action<string> report)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(path, new ZFitsWriterOptions { Threads = threads });
        ZFitsTableWriter config = writer.BeginTable("DigicamConfig", DigiCamColumns.ConfigMessage, DigiCamColumns.Config);
        config.SetArray<uint>(1, [1, 2, 3]);
        config.CommitRow();
        config.Finish();
        ZFitsTableWriter events = writer.BeginTable("Events", DigiCamColumns.EventMessage, SmallFile.Columns, new ZFitsTableOptions { RowsPerTile = RowsPerTile });
        for (int row = 0; row < Rows; row++)
        {
            events.SetScalar(1, (uint)row);
            events.SetArray<short>(2, SamplesOf(row));
            events.SetArray<byte>(6, [.. Enumerable.Range(0, row % 28).Select(i => (byte)(i * row))]);
            events.CommitRow();
            if (events.RowCount % RowsPerTile == 0) report(events.RowCount.ToString(CultureInfo.InvariantCulture));
        }

        events.Finish();
        report("finishing");
        writer.Finish();
        report("done");
    }

    public static short[] SamplesOf(int row)
    {
        Random random = new(row);
        short[] samples = new short[40 + row % 900];
        for (int i = 0; i < samples.Length; i++) samples[i] = (short)(240 + random.Next(-20, 20));
        return samples;
    }

    [ModuleInitializer]
    internal static void WriteInsteadOfTesting()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is not { Length: > 0 } path) return;
        Write(path, int.Parse(Environment.GetEnvironmentVariable(ThreadsVariable)!, CultureInfo.InvariantCulture), Console.WriteLine);
        Environment.Exit(0);
    }
}
