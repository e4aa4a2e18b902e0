using DigiCam.Plans;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>The sample runs that every notebook can use when it is not given an input.</summary>
public static class SampleData
{
    private const string SolutionName = "DigiCamNotebooks.sln";

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
        return new SampleCampaign(Path.Combine(repository, "data-samples", "campaign.yaml"), Path.Combine(repository, "data-samples", "generated"));
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

    private static string? Find(string? start)
    {
        for (DirectoryInfo? folder = start is null ? null : new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionName))) return folder.FullName;
        }

        return null;
    }
}
