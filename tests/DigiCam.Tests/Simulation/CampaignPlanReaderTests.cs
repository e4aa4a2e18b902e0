using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

public sealed class CampaignPlanReaderTests
{
    [Fact]
    public void Parse_SmallestPlan_HasTheDefaults()
    {
        CampaignPlan plan = CampaignPlanReader.Parse("runs:\n  - name: night-1\n    kind: hv_off\n    events: 20\n", "plan.yaml", ".");
        Assert.Equal(PlanTexts.Describe(new CampaignPlan { Runs = plan.Runs }), PlanTexts.Describe(plan));
        RunPlan run = Assert.Single(plan.Runs);
        Assert.Equal(("night-1", RunKind.HvOff, 20, 1), (run.Name, run.Kind, run.EventCount, run.Files));
    }
}
