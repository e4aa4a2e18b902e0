using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>The small runs in the repository. They were made on another machine, at another time: equal bytes here prove that files depend on plan and seed alone.</summary>
public sealed class SmallSamplesTests
{
    private static readonly string Samples = Path.Combine(TestEnvironment.RepositoryRoot, "data-samples");

    [Fact]
    public void SmallRuns_SimulatedAgain_AreThoseInTheRepositoryToTheByte()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        CampaignPlan plan = CampaignPlanReader.Read(Path.Combine(Samples, "small.yaml"));
        CampaignSimulation.Write(plan, folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        string committed = Path.Combine(Samples, "small");
        string[] names = Names(folder.FullName);
        Assert.Equal(names, Names(committed).Where(name => name.EndsWith(".fits.fz", StringComparison.Ordinal) || name.EndsWith("_truth.h5", StringComparison.Ordinal) || name.EndsWith("_plan.csv", StringComparison.Ordinal)));
        Assert.Equal(File.ReadAllText(Path.Combine(Samples, "small.yaml")), File.ReadAllText(Path.Combine(committed, "plan.yaml")));
        foreach (string name in names)
        {
            byte[] expected = File.ReadAllBytes(Path.Combine(committed, name));
            byte[] found = File.ReadAllBytes(folder.File(name));
            int same = expected.AsSpan().CommonPrefixLength(found);
            Assert.True(same == expected.Length && same == found.Length, FormattableString.Invariant($"{name}: {expected.Length} bytes in the repository, {found.Length} simulated, the first {same} are equal"));
        }
    }

    [Fact]
    public void SmallRuns_InTheRepository_AreOneOfEachKindAndSmall()
    {
        CampaignPlan plan = CampaignPlanReader.Read(Path.Combine(Samples, "small.yaml"));
        Assert.Equal(Enum.GetValues<RunKind>(), plan.Runs.Select(run => run.Kind));
        Assert.InRange(Directory.GetFiles(Path.Combine(Samples, "small")).Sum(path => new FileInfo(path).Length), 1, 10_000_000);
    }

    private static string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
