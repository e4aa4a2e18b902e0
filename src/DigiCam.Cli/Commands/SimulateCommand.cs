using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Files;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Cli.Commands;

/// <summary>digicam simulate: the runs of a campaign plan as genuine camera files, with the truth beside them.</summary>
internal static class SimulateCommand
{
    private const string Name = "simulate";
    private const string KeptPlan = "plan.yaml";

    public static Command Create()
    {
        Argument<string> plan = new("PLAN") { Description = "campaign plan in YAML" };
        Option<string> output = new("--out") { Description = "folder of the runs; made if it does not exist", Required = true };
        Option<string> runs = new("--runs") { Description = "names of the runs to simulate, separated by ','; all without it", DefaultValueFactory = _ => "" };
        Option<int?> threads = new("--threads") { Description = "threads that work at the same time; one for each processor without it. The files do not depend on it" };
        Option<bool> force = new("--force") { Description = "replace existing runs of the same names" };
        Option<bool> quiet = new("--quiet") { Description = "print nothing but errors" };
        Command command = new(Name, "Simulate the runs of a campaign plan: camera files, and beside each run the truth as HDF5.") { plan, output, runs, threads, force, quiet };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => Task.FromResult(Run(
            result.GetRequiredValue(plan),
            result.GetRequiredValue(output),
            Usage.Split(result.GetRequiredValue(runs)),
            result.GetValue(threads) switch { null => 0, >= 1 and int number => number, int number => throw new UsageException(FormattableString.Invariant($"--threads {number}: at least 1 is needed")) },
            result.GetValue(force),
            result.GetValue(quiet),
            cancellationToken))));
        return command;
    }

    private static int Run(string planPath, string folder, string[] names, int threads, bool force, bool quiet, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        Usage.CheckName(planPath);
        if (folder.Length == 0) throw new UsageException("the name of the folder is empty");
        CampaignPlan plan = CampaignPlanReader.Read(planPath);
        byte[] planText = File.ReadAllBytes(planPath);
        string[] known = [.. plan.Runs.Select(run => run.Name)];
        if (names.FirstOrDefault(name => !known.Contains(name)) is { } unknown) throw new UsageException($"--runs {unknown}: {planPath} has no such run, it has {string.Join(", ", known)}");

        // Everything that can be refused is looked at before the first run is simulated.
        RunSimulation[] runs;
        try
        {
            runs = Usage.Check(() => plan.Runs.Where(run => names.Length == 0 || names.Contains(run.Name)).Select(run => new RunSimulation(plan, run)).ToArray());
        }
        catch (UsageException exception)
        {
            throw new UsageException($"{planPath}: {exception.Message}");
        }

        CheckTargets(folder, runs, planText, force);
        string[] newFolders = FoldersToMake(folder);
        long events = 0;
        try
        {
            foreach (RunSimulation run in runs)
            {
                using (ProgressLine progress = new(quiet, $"simulating {run.Plan.Name}:")) run.Write(folder, threads, progress, cancellationToken);

                // Kept as soon as there is a run it explains.
                if (events == 0) KeepPlan(folder, planText);
                events += run.WrittenEvents.Length;
                if (!quiet) Console.WriteLine(Describe(folder, run));
            }
        }
        finally
        {
            foreach (string path in newFolders.Where(path => Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())) Directory.Delete(path);
        }

        if (!quiet) closing.Write(Name, events);
        return 0;
    }

    // The folder and those around it that do not exist yet, the innermost first.
    private static string[] FoldersToMake(string folder)
    {
        List<string> folders = [];
        for (string? path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)); path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path)) folders.Add(path);
        return [.. folders];
    }

    private static void CheckTargets(string folder, RunSimulation[] runs, byte[] planText, bool force)
    {
        if (File.Exists(folder)) throw new UsageException($"{folder} is a file, not a folder");
        foreach (string path in runs.SelectMany(run => FilesOf(folder, run)).Append(Path.Combine(folder, KeptPlan)))
        {
            if (Directory.Exists(path)) throw new UsageException($"{path} is a folder, not a file");
            if (force || !File.Exists(path)) continue;
            if (Path.GetFileName(path) != KeptPlan) throw new UsageException($"{path} exists; --force replaces the run");
            if (!HoldsPlan(path, planText)) throw new UsageException($"{path} exists and is another plan; --force replaces it");
        }
    }

    private static IEnumerable<string> FilesOf(string folder, RunSimulation run)
    {
        IEnumerable<string> names = [.. run.FileNames, .. run.ScanPlanName is { } scanPlan ? [scanPlan] : Array.Empty<string>()];
        return names.Select(name => Path.Combine(folder, name)).Append(SimulationTruth.PathFor(Path.Combine(folder, run.FileNames[0])));
    }

    private static void KeepPlan(string folder, byte[] planText)
    {
        string path = Path.Combine(folder, KeptPlan);
        if (!File.Exists(path) || !HoldsPlan(path, planText)) AtomicFile.Write(path, stream => stream.Write(planText));
    }

    private static bool HoldsPlan(string path, byte[] planText) => File.ReadAllBytes(path).AsSpan().SequenceEqual(planText);

    private static string Describe(string folder, RunSimulation run)
    {
        long bytes = FilesOf(folder, run).Sum(path => new FileInfo(path).Length);
        return FormattableString.Invariant($"{run.Plan.Name}: {Display.Count(run.FileNames.Count, "file")}, {Display.Count(run.WrittenEvents.Length, "event")}, {bytes / 1e6:F1} MB: {Path.Combine(folder, run.FileNames[0])}");
    }
}
