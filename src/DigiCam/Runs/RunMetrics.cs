using System.Diagnostics.Metrics;

namespace DigiCam.Runs;

/// <summary>
/// Counts the events that this process has read, as a standard .NET metric: whoever runs the process, such as the notebook runner,
/// can listen without knowing the kit.
/// </summary>
public static class RunMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "DigiCam";

    /// <summary>Name of the counter of events.</summary>
    public const string EventsName = "digicam.events";

    private static readonly Meter Meter = new(MeterName);

    internal static Counter<long> Events { get; } = Meter.CreateCounter<long>(EventsName, "events", "camera events read from files");
}
