namespace DigiCam.Runs;

/// <summary>How far the reading of a run has come.</summary>
/// <param name="Events">Events done.</param>
/// <param name="TotalEvents">Events to do.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct RunProgress(long Events, long TotalEvents, TimeSpan Elapsed)
{
    /// <summary>Events per second so far.</summary>
    public double EventsPerSecond => Elapsed > TimeSpan.Zero ? Events / Elapsed.TotalSeconds : 0;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Events} of {TotalEvents} events, {EventsPerSecond:F0}/s");
}
