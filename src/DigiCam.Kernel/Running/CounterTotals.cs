using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace DigiCam.Kernel.Running;

/// <summary>Adds up the counters of this process that code outside the runtime publishes, by instrument name.</summary>
internal sealed class CounterTotals : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _totals = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public CounterTotals()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is Counter<long> && !instrument.Meter.Name.StartsWith("System.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _totals.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.Start();
    }

    public ImmutableSortedDictionary<string, long> Totals => _totals.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public void Dispose() => _listener.Dispose();
}
