using System.Collections.Immutable;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>The sample runs that every notebook can use when it is not given an input.</summary>
public static class SampleData
{
    private const string SolutionName = "DigiCamNotebooks.sln";

    /// <summary>The faults of the sample run, one of each kind.</summary>
    public static ImmutableSortedDictionary<int, PixelFault> Faults { get; } = ImmutableSortedDictionary.CreateRange(
    [
        KeyValuePair.Create(137, PixelFault.Stuck),
        KeyValuePair.Create(500, PixelFault.Noisy),
        KeyValuePair.Create(811, PixelFault.Saturated),
        KeyValuePair.Create(1044, PixelFault.Shifted),
    ]);

    /// <summary>The small run that lies in the repository.</summary>
    public static HvOffSimulation SmallHvOffRun { get; } = new() { EventCount = 20, Faults = Faults };

    /// <summary>The repository that holds the running program or the current folder; null if there is none.</summary>
    public static string? FindRepository() => Find(AppContext.BaseDirectory) ?? Find(Path.GetDirectoryName(typeof(SampleData).Assembly.Location)) ?? Find(Environment.CurrentDirectory);

    /// <summary>Path of the sample run with high voltage off.</summary>
    /// <param name="repository">The repository.</param>
    public static string HvOffRun(string repository) => Path.Combine(repository, "data-samples", "generated", "hv_off_001" + RunFileList.Extension);

    /// <summary>Makes the sample run with high voltage off if it is not there.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="cancellationToken">Stops; no file is left.</param>
    /// <returns>Its path.</returns>
    public static string EnsureHvOffRun(string repository, CancellationToken cancellationToken = default)
    {
        string path = HvOffRun(repository);
        if (!File.Exists(path)) new HvOffSimulation { Faults = Faults }.Write(path, cancellationToken: cancellationToken);
        return path;
    }

    private static string? Find(string? start)
    {
        for (DirectoryInfo? folder = start is null ? null : new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionName))) return folder.FullName;
        }

        return null;
    }
}
