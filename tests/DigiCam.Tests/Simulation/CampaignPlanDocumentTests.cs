using System.Text.RegularExpressions;
using DigiCam.Plans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>docs/simulation.md says what the reader reads.</summary>
public sealed partial class CampaignPlanDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(TestEnvironment.RepositoryRoot, "docs", "simulation.md")).ReplaceLineEndings("\n");

    private static string Example => ExamplePattern().Match(Document).Groups[1].Value;

    [Fact]
    public void Example_Parsed_IsACampaign()
    {
        CampaignPlan plan = CampaignPlanReader.Parse(Example, "docs/simulation.md", ".");
        Assert.Equal(["hv_off", "dark", "ac_scan", "ac_dc_scan"], plan.Runs.Select(run => run.Name));
        Assert.Equal(13, plan.Runs[2].AcLevels.Length);
        foreach (RunPlan run in plan.Runs) Assert.InRange(new RunSimulation(plan, run).WrittenEvents.Length, 1, run.EventCount);
    }

    [Fact]
    public void Example_HasEveryKey()
    {
        CampaignPlan plan = CampaignPlanReader.Parse(Example, "docs/simulation.md", ".");
        string[] keys = [.. KeyPattern().Matches(PlanTexts.Write(plan)).Select(match => match.Value).Distinct()];
        Assert.True(keys.Length > 60, $"{keys.Length} keys");
        Assert.All(keys, key => Assert.Contains(key, Example, StringComparison.Ordinal));
    }

    [Fact]
    public void Messages_AreThoseOfTheReader()
    {
        // Each has the value that is shown in its message, in the line it names.
        string[] messages = [.. MessagePattern().Matches(Document).Select(match => match.Groups[1].Value)];
        string[] lines = ["  crosstalk: 1.2", "  dark_count_rate: 3 ns", "  crosstak: 1"];
        Assert.Equal(lines.Length, messages.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            string text = string.Concat(Enumerable.Repeat("# comment\n", 10 + i)) + "camera:\n" + lines[i] + "\n";
            Assert.Equal(messages[i], Assert.Throws<PlanException>(() => CampaignPlanReader.Parse(text, "plan.yaml", ".")).Message);
        }
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExamplePattern();

    [GeneratedRegex("[a-z][a-z0-9_]*:")]
    private static partial Regex KeyPattern();

    [GeneratedRegex("^    digicam simulate: (plan.*)$", RegexOptions.Multiline)]
    private static partial Regex MessagePattern();
}
