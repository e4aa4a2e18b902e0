using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Scans;

/// <summary>A simulated scan with its plan and its truth.</summary>
internal sealed class ScanRun : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public ScanRun(RunPlan run, CampaignPlan? campaign = null)
    {
        Simulation = new RunSimulation((campaign ?? new CampaignPlan()) with { Runs = [run] }, run);
        Truth = Simulation.Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        Plan = ScanPlan.Read(_folder.File(Simulation.ScanPlanName!));
    }

    public RunSimulation Simulation { get; }

    public SimulationTruth Truth { get; }

    public ScanPlan Plan { get; }

    public string Folder => _folder.FullName;

    public string[] Files => [.. Simulation.FileNames.Select(_folder.File)];

    public Pedestals Pedestals => new([.. Simulation.Camera.Baseline], [.. Simulation.Camera.Noise]);

    public static RunPlan Ac(ImmutableArray<int> levels, int events, int files = 0) => new() { Name = "ac_scan", Kind = RunKind.AcScan, AcLevels = levels, EventsPerLevel = events, Files = files };

    public Scan Open(ScanPlan? plan = null, RunOptions? options = null) => (plan ?? Plan) is { NamesFiles: true } naming ? Scan.Open(naming, Folder, options) : Scan.Open(plan ?? Plan, Files, options);

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();
}
