using System.Collections.Immutable;

namespace DigiCam.Runs;

/// <summary>What a run consists of, and what is odd about it.</summary>
/// <param name="TelescopeId">Telescope id; -1 if the files do not say.</param>
/// <param name="EventCount">Number of events.</param>
/// <param name="SampleCount">Samples per pixel, 4 ns each.</param>
/// <param name="FirstEventNumber">Smallest event number.</param>
/// <param name="LastEventNumber">Largest event number.</param>
/// <param name="MissingEvents">Event numbers between the two that no event has.</param>
/// <param name="DuplicateEvents">Events whose number occurred before.</param>
/// <param name="FirstTime">Earliest event time (UTC).</param>
/// <param name="LastTime">Latest event time (UTC).</param>
/// <param name="TypeCounts">Number of events of each type.</param>
/// <param name="BaselineRatio">Median of firmware baseline over median sample in the first event: near 1 or 16; NaN if there are no baselines.</param>
/// <param name="BaselineScale">Firmware baselines per LSB, 1 or 16; 0 if the ratio does not tell.</param>
/// <param name="Problems">What an analysis should know, one sentence each; empty if nothing is odd.</param>
public sealed record RunSummary(
    int TelescopeId,
    long EventCount,
    int SampleCount,
    long FirstEventNumber,
    long LastEventNumber,
    long MissingEvents,
    long DuplicateEvents,
    DateTime FirstTime,
    DateTime LastTime,
    ImmutableSortedDictionary<uint, long> TypeCounts,
    double BaselineRatio,
    int BaselineScale,
    ImmutableArray<string> Problems)
{
    /// <summary>Time between the first and the last event.</summary>
    public TimeSpan Duration => LastTime - FirstTime;

    /// <summary>Mean event rate [Hz]; NaN for fewer than two events or no time between them.</summary>
    public double RateHz => EventCount > 1 && Duration > TimeSpan.Zero ? (EventCount - 1) / Duration.TotalSeconds : double.NaN;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"telescope {TelescopeId}: {EventCount} events x {SampleCount} samples, numbers {FirstEventNumber}..{LastEventNumber}, {FirstTime:yyyy-MM-dd HH:mm:ss} UTC, {Duration.TotalSeconds:F3} s, {RateHz:F1} Hz");
}
