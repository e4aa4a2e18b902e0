using DigiCam.Dark;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Dark;

/// <summary>A simulated dark run with its true pedestals.</summary>
internal sealed class DarkRun : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public DarkRun(CampaignPlan plan, int events)
    {
        RunPlan run = new() { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = events };
        RunSimulation simulation = new(plan with { Runs = [run] }, run);
        simulation.Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        Camera = simulation.Camera;
        Run = Run.Open(_folder.File(simulation.FileNames[0]));
        Pedestals = new Pedestals([.. Camera.Baseline], [.. Camera.Noise]);
    }

    public SimulatedCamera Camera { get; }

    public Run Run { get; }

    public Pedestals Pedestals { get; }

    public void Dispose()
    {
        Run.Dispose();
        _folder.Dispose();
    }
}
