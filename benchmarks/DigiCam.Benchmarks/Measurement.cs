using System.Diagnostics;

namespace DigiCam.Benchmarks;

/// <summary>Times of several rounds of the same work, the fastest first.</summary>
internal sealed class Measurement
{
    private readonly double[] _seconds;

    private Measurement(double[] seconds) => _seconds = seconds;

    /// <summary>The fastest round [s].</summary>
    public double Best => _seconds[0];

    /// <summary>The middle round [s].</summary>
    public double Median => _seconds[_seconds.Length / 2];

    /// <summary>Runs the work once to warm up, then several times.</summary>
    public static Measurement Of(int rounds, Action work)
    {
        Stopwatch watch = Stopwatch.StartNew();
        return Of(rounds, work, () => watch.Elapsed);
    }

    /// <summary>The same in processor time of this process, for work on one thread beside which other programs run.</summary>
    public static Measurement OfProcessor(int rounds, Action work)
    {
        using Process self = Process.GetCurrentProcess();
        return Of(rounds, work, () =>
        {
            self.Refresh();
            return self.TotalProcessorTime;
        });
    }

    /// <summary>Both by the clock and in processor time of all threads of this process, beside which other programs may run.</summary>
    public static (Measurement Clock, Measurement Processor) OfBoth(int rounds, Action work, bool warmUp = true)
    {
        if (warmUp) work();
        double[] clock = new double[rounds];
        double[] processor = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            Stopwatch watch = Stopwatch.StartNew();
            work();
            clock[round] = watch.Elapsed.TotalSeconds;
            processor[round] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }

        Array.Sort(clock);
        Array.Sort(processor);
        return (new Measurement(clock), new Measurement(processor));
    }

    private static Measurement Of(int rounds, Action work, Func<TimeSpan> clock)
    {
        work();
        double[] seconds = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            TimeSpan before = clock();
            work();
            seconds[round] = (clock() - before).TotalSeconds;
        }

        Array.Sort(seconds);
        return new Measurement(seconds);
    }
}
