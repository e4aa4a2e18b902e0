using DigiCam.Cli.Jobs;

namespace DigiCam.Cli.Campaigns;

/// <summary>What the records say has become of the steps of a campaign.</summary>
/// <param name="campaign">The campaign.</param>
internal sealed class CampaignState(PlannedCampaign campaign)
{
    private readonly Dictionary<string, JobStep> _steps = campaign.Steps.ToDictionary(step => step.Name);
    private readonly Dictionary<string, string?> _problems = [];

    /// <summary>Why a step is not done: its own reason, or that of a step before it; null when it is done.</summary>
    public string? ProblemOf(JobStep step)
    {
        if (_problems.TryGetValue(step.Name, out string? known)) return known;
        string? problem = step.After.Select(name => ProblemOf(_steps[name])).OfType<string>().FirstOrDefault() ?? step.Elements.Select(element => ProblemOf(step, element)).OfType<string>().FirstOrDefault();
        return _problems[step.Name] = problem;
    }

    /// <summary>Why a task is not done; null when it is.</summary>
    public string? ProblemOf(PlannedTask task) => task.Problem ?? task.Steps.Select(ProblemOf).OfType<string>().FirstOrDefault();

    private string? ProblemOf(JobStep step, int element)
    {
        JobRecord? record = JobRecord.ReadOrNull(step.RecordPath(campaign.JobFolder, element));
        string title = step.TitleOf(element);
        return record?.State switch
        {
            JobState.Done => null,
            JobState.Failed => $"{title} failed: {record.Error}",
            JobState.Cancelled => $"{title} was cancelled",
            JobState.Running => $"{title} has not come to its end",
            _ => $"{title} has not been run",
        };
    }
}
