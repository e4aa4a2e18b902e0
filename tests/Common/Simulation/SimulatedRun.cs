using System.Collections.Immutable;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Testing;

/// <summary>A simulated run with high voltage off in one file of any name. What it holds does not depend on the name.</summary>
internal sealed record SimulatedRun
{
    /// <summary>A pixel for each of the faults that are seen with high voltage off.</summary>
    public static ImmutableSortedDictionary<int, PixelFault> EachFault { get; } = ImmutableSortedDictionary.CreateRange(
    [
        KeyValuePair.Create(137, PixelFault.Stuck),
        KeyValuePair.Create(500, PixelFault.Noisy),
        KeyValuePair.Create(811, PixelFault.Saturated),
        KeyValuePair.Create(1044, PixelFault.Shifted),
    ]);

    /// <summary>Seed of all random numbers.</summary>
    public ulong Seed { get; init; } = 20180822;

    /// <summary>Number of events.</summary>
    public required int EventCount { get; init; }

    /// <summary>Number of the first event.</summary>
    public uint FirstEventNumber { get; init; } = 1;

    /// <summary>Samples per pixel.</summary>
    public int SampleCount { get; init; } = 50;

    /// <summary>Telescope id.</summary>
    public int TelescopeId { get; init; } = 22;

    /// <summary>Time of the first event (UTC).</summary>
    public DateTime Start { get; init; } = new(2018, 8, 22, 20, 0, 0, DateTimeKind.Utc);

    /// <summary>Faulty pixels.</summary>
    public ImmutableSortedDictionary<int, PixelFault> Faults { get; init; } = ImmutableSortedDictionary<int, PixelFault>.Empty;

    /// <summary>Writes the file and its truth.</summary>
    /// <param name="path">The camera file.</param>
    public SimulationTruth Write(string path)
    {
        RunPlan run = new() { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = EventCount, FirstEventNumber = FirstEventNumber };
        CampaignPlan plan = new() { Seed = Seed, TelescopeId = TelescopeId, SampleCount = SampleCount, Start = Start, Faults = new FaultPlan { Pixels = Faults }, Runs = [run] };
        RunSimulation simulation = new(plan, run);
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        SimulationTruth truth = simulation.Write(folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        string file = folder.File(simulation.FileNames[0]);
        File.Move(file, path, overwrite: true);
        File.Move(SimulationTruth.PathFor(file), SimulationTruth.PathFor(path), overwrite: true);
        return truth;
    }
}
