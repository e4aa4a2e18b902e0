using System.Text.Json;
using System.Text.Json.Serialization;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>Plans as text, for comparison.</summary>
internal static class PlanTexts
{
    private static readonly JsonSerializerOptions Everything = new() { IncludeFields = true, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>All that a plan holds, every number with all its digits.</summary>
    public static string Describe(CampaignPlan plan) => JsonSerializer.Serialize(plan, Everything);
}
