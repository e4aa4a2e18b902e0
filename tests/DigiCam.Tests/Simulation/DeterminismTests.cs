using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

public sealed class DeterminismTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_OnAnyNumberOfThreads_GivesTheSameBytes()
    {
        SortedDictionary<string, string> one = Write("one", threads: 1);
        Assert.Equal(2 + 1 + 3 + 3 + 3 + 3 + 5, one.Count);
        Assert.Equal(one, Write("two", threads: 2));
        Assert.Equal(one, Write("five", threads: 5));
        Assert.Equal(one, Write("all", threads: 0));
    }

    [Fact]
    public void Write_RunsAloneOrInAnyOrder_GivesTheSameBytes()
    {
        SortedDictionary<string, string> together = Write("together", threads: 2);
        string alone = _folder.File("alone");
        foreach (RunPlan run in RunSimulationPlans.EveryKind.Runs.Reverse()) CampaignSimulation.Write(RunSimulationPlans.EveryKind, alone, [run.Name], 2, cancellationToken: Token);
        Assert.Equal(together, RunSimulationPlans.Hashes(alone));
    }

    [Fact]
    public void Write_AnotherSeedOrName_GivesOtherEvents()
    {
        RunSimulation first = RunSimulationPlans.With("dark", run => run);
        RunSimulation seed = RunSimulationPlans.With("dark", run => run, RunSimulationPlans.EveryKind with { Seed = 1 });
        RunSimulation name = RunSimulationPlans.With("dark", run => run with { Name = "dark_2" });
        int index = first.WrittenEvents.First(i => !seed.IsMissing(i) && !name.IsMissing(i));
        short[] samples = first.Simulate(index).Samples.ToArray();
        Assert.Equal(samples, first.Simulate(index).Samples.ToArray());
        Assert.NotEqual(samples, seed.Simulate(index).Samples.ToArray());
        Assert.NotEqual(samples, name.Simulate(index).Samples.ToArray());

        // The camera belongs to the campaign, not to the run.
        Assert.Equal(first.Camera.Gain, name.Camera.Gain);
        Assert.NotEqual(first.Camera.Gain, seed.Camera.Gain);
        Assert.NotEqual(first.TimesNs[1], name.TimesNs[1]);
    }

    private SortedDictionary<string, string> Write(string folder, int threads)
    {
        CampaignSimulation.Write(RunSimulationPlans.EveryKind, _folder.File(folder), threads: threads, cancellationToken: Token);
        return RunSimulationPlans.Hashes(_folder.File(folder));
    }
}
