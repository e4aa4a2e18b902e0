using System.Security.Cryptography;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Tests.Simulation;

/// <summary>Small campaigns with a run of each kind.</summary>
internal static class RunSimulationPlans
{
    public static CampaignPlan EveryKind { get; } = new()
    {
        Name = "every kind",
        SampleCount = 40,
        Trigger = new TriggerPlan { Cluster7ThresholdLsb = 120, Cluster19ThresholdLsb = 260 },
        Runs =
        [
            new RunPlan { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = 7, Files = 2 },
            new RunPlan { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = 130, Clock = EventClock.Random, RateHz = 1000, FirstEventNumber = 60_636, MissingFraction = 0.1 },
            new RunPlan { Name = "ac_scan", Kind = RunKind.AcScan, EventsPerLevel = 4, AcLevels = [0, 200, 400], Files = 0 },
            new RunPlan { Name = "dc_scan", Kind = RunKind.DcScan, EventsPerLevel = 3, DcLevels = [0, 292, 311], Files = 0, EventType = EventTypes.Continuous },
            new RunPlan { Name = "ac_dc_scan", Kind = RunKind.AcDcScan, EventsPerLevel = 3, AcLevels = [0, 300], DcLevels = [0, 300], Files = 3, MissingEvents = ZFitsRowSet.Of(4, 5) },
        ],
    };

    /// <summary>A campaign with one of the runs, changed.</summary>
    public static RunSimulation With(string run, Func<RunPlan, RunPlan> change, CampaignPlan? plan = null)
    {
        RunPlan changed = change((plan ?? EveryKind).Runs.Single(r => r.Name == run));
        return new RunSimulation((plan ?? EveryKind) with { Runs = [changed] }, changed);
    }

    /// <summary>Paths of the camera files of a run.</summary>
    public static string[] Paths(RunSimulation run, string folder) => [.. run.FileNames.Select(name => Path.Combine(folder, name))];

    /// <summary>Name and SHA-256 of every file of a folder.</summary>
    public static SortedDictionary<string, string> Hashes(string folder) =>
        new(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(folder, path), path => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))), StringComparer.Ordinal);
}
