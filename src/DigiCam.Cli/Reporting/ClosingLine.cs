using System.Diagnostics;

namespace DigiCam.Cli.Reporting;

/// <summary>The last line of every command: what it cost.</summary>
internal sealed class ClosingLine
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Writes the line.</summary>
    /// <param name="command">The command.</param>
    /// <param name="events">Events that were read.</param>
    /// <param name="otherPeakBytes">Peak memory of processes the command started, the largest one.</param>
    /// <param name="output">Where to; null for stdout.</param>
    public void Write(string command, long events, long otherPeakBytes = 0, TextWriter? output = null)
    {
        double seconds = _watch.Elapsed.TotalSeconds;
        using Process self = Process.GetCurrentProcess();
        long peak = Math.Max(self.PeakWorkingSet64, otherPeakBytes);
        (output ?? Console.Out).WriteLine(FormattableString.Invariant(
            $"{command}: {events} events, {seconds:F2} s, {events / seconds:F0} events/s, peak memory {peak / 1048576.0:F0} MB"));
    }
}
