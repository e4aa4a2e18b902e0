using System.Collections.Concurrent;
using DigiCam.Geometry;
using DigiCam.Trigger;

namespace DigiCam.Simulation;

/// <summary>Draws events of a run and lets the digital trigger see them. Serves one thread; nothing is allocated per event.</summary>
/// <param name="run">The run.</param>
internal sealed class EventSource(RunSimulation run)
{
    private const int EventsPerThread = 16;
    private const int SmallestBatch = 32;

    private readonly EventSimulator _simulator = new(run.Campaign, run.Camera, run.Plan);

    // The trigger gets what the cables bring, so that exchanged ones make it see exchanged pixels, too.
    private readonly DigitalTrigger _trigger = new(run.Campaign.SampleCount, CameraGeometry.DigiCam.LegacyOrder.AsSpan());

    /// <summary>Draws all events that are written, in order, in batches of which the next one is drawn while the one before is used.</summary>
    /// <param name="run">The run.</param>
    /// <param name="threads">Number of threads; with 1 all happens in the thread of the caller.</param>
    /// <param name="cancellationToken">Stops between two events.</param>
    /// <returns>The batches; one is filled again when the one after the next is asked for.</returns>
    public static IEnumerable<ArraySegment<SimulatedEvent>> DrawAll(RunSimulation run, int threads, CancellationToken cancellationToken)
    {
        int size = Math.Min(run.WrittenEvents.Length, Math.Max(SmallestBatch, EventsPerThread * threads));
        ConcurrentBag<EventSource> sources = [];
        SimulatedEvent[] current = CreateBatch();
        SimulatedEvent[] next = threads == 1 ? current : CreateBatch();
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Task drawing = Start(0, current);
        try
        {
            for (int first = 0; first < run.WrittenEvents.Length; first += size)
            {
                drawing.GetAwaiter().GetResult();
                int after = first + size;

                // With one thread there is one buffer, which has to be used first.
                if (threads > 1 && after < run.WrittenEvents.Length) drawing = Start(after, next);
                yield return new ArraySegment<SimulatedEvent>(current, 0, CountFrom(first));
                if (threads == 1 && after < run.WrittenEvents.Length) drawing = Start(after, next);
                (current, next) = (next, current);
            }
        }
        finally
        {
            // A batch that nobody wants any more still writes to its buffer.
            drawing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait(CancellationToken.None);
        }

        SimulatedEvent[] CreateBatch() => [.. Enumerable.Range(0, size).Select(_ => new SimulatedEvent(run.Campaign.SampleCount))];

        int CountFrom(int first) => Math.Min(size, run.WrittenEvents.Length - first);

        Task Start(int first, SimulatedEvent[] batch)
        {
            if (threads > 1) return Task.Run(() => Parallel.For(0, CountFrom(first), options, i => DrawOne(first + i, batch[i])), CancellationToken.None);
            for (int i = 0; i < CountFrom(first); i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                DrawOne(first + i, batch[i]);
            }

            return Task.CompletedTask;
        }

        void DrawOne(int place, SimulatedEvent target)
        {
            if (!sources.TryTake(out EventSource? source)) source = new EventSource(run);
            source.Draw(run.WrittenEvents[place], target);
            sources.Add(source);
        }
    }

    /// <summary>Draws one event.</summary>
    /// <param name="eventIndex">Place in the run, missing events counted.</param>
    /// <param name="target">Filled.</param>
    public void Draw(int eventIndex, SimulatedEvent target)
    {
        _simulator.Draw(eventIndex, run.Levels[run.LevelOf(eventIndex)], target);
        _trigger.Process(target.Samples, target.TriggerBaselines, baselineScale: 1);
        _trigger.StoreTraces(target.TriggerInput);
        _trigger.StoreCluster7(run.Campaign.Trigger.Cluster7ThresholdLsb, target.TriggerPatch7);
        _trigger.StoreCluster19(run.Campaign.Trigger.Cluster19ThresholdLsb, target.TriggerPatch19);
    }
}
