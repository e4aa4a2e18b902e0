using DigiCam.Plans;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>The sample runs that every notebook can use when it is not given an input.</summary>
public static class SampleData
{
    private const string SolutionName = "DigiCamNotebooks.sln";
    private const string Folder = "data-samples";
    private const string PlanName = "campaign.yaml";

    /// <summary>Name of the sample run with high voltage off.</summary>
    public const string HvOff = "hv_off";

    /// <summary>The repository that holds the running program or the current folder; null if there is none.</summary>
    public static string? FindRepository() => Find(AppContext.BaseDirectory) ?? Find(Path.GetDirectoryName(typeof(SampleData).Assembly.Location)) ?? Find(Environment.CurrentDirectory);

    /// <summary>The demonstration campaign: its plan is in the repository, its runs are simulated into a folder that git ignores.</summary>
    /// <param name="repository">The repository.</param>
    /// <exception cref="PlanException">The plan cannot be understood.</exception>
    public static SampleCampaign Campaign(string repository)
    {
        ArgumentException.ThrowIfNullOrEmpty(repository);
        return new SampleCampaign(Path.Combine(repository, Folder, PlanName), GeneratedIn(repository));
    }

    /// <summary>The demonstration campaign of the repository; where there is none, as for an installed kit, the same plan with its runs in data-samples/generated of the current folder.</summary>
    /// <exception cref="PlanException">The plan cannot be understood.</exception>
    public static SampleCampaign Campaign()
    {
        if (FindRepository() is { } repository) return Campaign(repository);
        using Stream stream = typeof(SampleData).Assembly.GetManifestResourceStream(PlanName) ?? throw new InvalidOperationException($"resource {PlanName} is missing");
        using StreamReader reader = new(stream);
        string plan = reader.ReadToEnd();
        return new SampleCampaign(CampaignPlanReader.Parse(plan, PlanName, Environment.CurrentDirectory), plan, GeneratedIn(Environment.CurrentDirectory));
    }

    /// <summary>Gives a run of the demonstration campaign, and simulates it, and no other, if it is not there or out of date.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="run">Name of the run, for example hv_off, dark or ac_scan.</param>
    /// <param name="progress">Told about the progress of the simulation.</param>
    /// <param name="cancellationToken">Stops; no file of an unfinished run is left.</param>
    /// <exception cref="ArgumentException">The campaign has no such run.</exception>
    /// <exception cref="IOException">The runs cannot be written.</exception>
    public static SampleRun EnsureRun(string repository, string run = HvOff, IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Campaign(repository).Ensure(run, progress, cancellationToken);

    private static string GeneratedIn(string folder) => Path.Combine(folder, Folder, "generated");

    private static string? Find(string? start)
    {
        for (DirectoryInfo? folder = start is null ? null : new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionName))) return folder.FullName;
        }

        return null;
    }
}
