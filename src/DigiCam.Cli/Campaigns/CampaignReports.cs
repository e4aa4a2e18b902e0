using DigiCam.Cli.Jobs;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Reports;

namespace DigiCam.Cli.Campaigns;

/// <summary>The reports of the executed notebooks of a campaign, and its index page, on which tasks that were not done stand with their reasons.</summary>
internal static class CampaignReports
{
    /// <summary>Writes reports and index of what there is.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="cancellationToken">Stops between two reports.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(PlannedCampaign campaign, CancellationToken cancellationToken)
    {
        CampaignState state = new(campaign);
        Page[] pages = [.. campaign.Tasks.SelectMany(task => PagesOf(task, state, campaign))];
        Page[] reports = [.. pages.Where(page => page.Executed is not null)];
        for (int i = 0; i < reports.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string folder = Path.GetDirectoryName(reports[i].Executed)!;
            HtmlReport.Save(reports[i].Html, reports[i].Document, new HtmlReportOptions
            {
                Name = Path.GetFileName(reports[i].Executed!),
                BaseDirectory = folder,
                Links = new ReportLinks(Relative(folder, campaign.IndexPath), i > 0 ? Link(reports[i - 1]) : null, i < reports.Length - 1 ? Link(reports[i + 1]) : null),
            });

            ReportLink Link(Page other) => new(Relative(folder, other.Html), other.Title);
        }

        CampaignIndex.Save(campaign.IndexPath, campaign.Plan.Title, [.. pages.Select(page => new CampaignPage(page.Title, page.Document)
        {
            Title = page.Title,
            Problem = page.Problem,
            Html = page.Executed is null ? null : Relative(campaign.Plan.Output, page.Html),
            Notebook = page.Executed is null ? null : Relative(campaign.Plan.Output, page.Executed),
        })]);
    }

    private static IEnumerable<Page> PagesOf(PlannedTask task, CampaignState state, PlannedCampaign campaign)
    {
        // A task of another name than its kind has its name behind the title of the notebook.
        string suffix = task.Task.Name == task.Task.Kind.Name ? "" : $" ({task.Task.Name})";
        if (task.Reports.IsEmpty)
        {
            if (state.ProblemOf(task) is { } problem) yield return new Page(task.Task.Name, null, new NotebookDocument(), problem);
            yield break;
        }

        foreach (PlannedReport report in task.Reports)
        {
            string? problem = task.Problem ?? state.ProblemOf(report.Step!);
            bool isExecuted = problem is null || (state.ProblemOf(task) is null && IsOfFailedRun(campaign, report));
            NotebookDocument document = Load(isExecuted ? report.Executed : report.Source, ref problem, ref isExecuted);
            yield return new Page((document.Title ?? Path.GetFileNameWithoutExtension(report.Source)) + suffix, isExecuted ? report.Executed : null, document, isExecuted ? null : problem);
        }
    }

    // A notebook that failed on the way shows how far it came; one that is older than the last attempt has nothing to do with it.
    private static bool IsOfFailedRun(PlannedCampaign campaign, PlannedReport report) =>
        JobRecord.ReadOrNull(report.Step!.RecordPath(campaign.JobFolder, 0)) is { State: JobState.Failed } record && File.Exists(report.Executed) && File.GetLastWriteTimeUtc(report.Executed) >= record.Started;

    private static NotebookDocument Load(string path, ref string? problem, ref bool isExecuted)
    {
        try
        {
            return NotebookDocument.Load(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotebookFormatException)
        {
            problem ??= exception.Message;
            isExecuted = false;
            return new NotebookDocument();
        }
    }

    private static string Relative(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    private sealed record Page(string Title, string? Executed, NotebookDocument Document, string? Problem)
    {
        public string Html => Path.ChangeExtension(Executed!, ".html");
    }
}
