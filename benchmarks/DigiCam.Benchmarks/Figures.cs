using System.Diagnostics;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Benchmarks;

/// <summary>The figures of the CHANGELOG, measured as whole tasks: the best and the median of several rounds.</summary>
internal static class Figures
{
    private const int Rounds = 5;

    public static int Print()
    {
        Console.WriteLine(FormattableString.Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {Rounds} rounds each"));
        foreach (int events in (int[])[2000, 8000])
        {
            using Run run = Run.Open(BenchmarkData.Run(events));
            PrintRate(FormattableString.Invariant($"read + histogram, {events} events, all cores"), events, () => AdcHistograms.Accumulate(run));
            PrintRate(FormattableString.Invariant($"read + histogram, {events} events, one core"), events, () => AdcHistograms.Accumulate(run, threads: 1));
            using Process self = Process.GetCurrentProcess();
            Console.WriteLine(FormattableString.Invariant($"  peak memory so far {self.PeakWorkingSet64 / 1048576.0:F0} MB"));
        }

        using (Run run = Run.Open(BenchmarkData.Run(2000)))
        {
            using ZFitsTileReader reader = run.Files[0].Events.CreateTileReader("hiGain_waveforms_samples");
            PrintRate("decode waveforms (diff16 + huffman16), one core", 2000, () =>
            {
                for (int tile = 0; tile < reader.Table.TileCount; tile++) reader.ReadTile(tile);
            });
            PixelHistograms histograms = AdcHistograms.Accumulate(run);
            Measurement seconds = Measurement.Of(Rounds, () => HvOffFitter.Fit(histograms));
            Console.WriteLine(FormattableString.Invariant($"1296 Gaussian fits, all cores: best {seconds.Best:F4} s, median {seconds.Median:F4} s"));
        }

        return 0;
    }

    private static void PrintRate(string name, int events, Action work)
    {
        Measurement seconds = Measurement.Of(Rounds, work);
        Console.WriteLine(FormattableString.Invariant(
            $"{name}: best {events / seconds.Best:F0} events/s, median {events / seconds.Median:F0} events/s, {seconds.Best / events / 64800 * 1e9:F2} ns/sample"));
    }
}
