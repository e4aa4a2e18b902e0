using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using DigiCam.Files;
using DigiCam.Plans;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>
/// The runs of a plan in a folder, simulated when they are first asked for. A run is made again when its plan, the simulation or the kit have changed
/// since, or when a file of it is gone. Several programs may ask for runs at the same time: one of them simulates, the others wait.
/// </summary>
public sealed class SampleCampaign
{
    private const string StampExtension = ".stamp";
    private const string LockName = ".lock";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _version;

    /// <summary>Reads the plan.</summary>
    /// <param name="planPath">The plan.</param>
    /// <param name="folder">Folder of the runs; created when a run is made.</param>
    /// <exception cref="PlanException">The plan cannot be understood.</exception>
    public SampleCampaign(string planPath, string folder)
        : this(CampaignPlanReader.Read(planPath), File.ReadAllText(planPath), folder)
    {
    }

    /// <summary>Takes a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="text">The text it was read from.</param>
    /// <param name="folder">Folder of the runs; created when a run is made.</param>
    internal SampleCampaign(CampaignPlan plan, string text, string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Plan = plan;
        Folder = folder;

        // What the files depend on: the text of the plan, its pulse template, which is a file of its own, and the program.
        StringBuilder origin = new(text);
        if (Plan.Pulse.Template is { } template)
        {
            foreach ((double time, double amplitude) in template.TimesNs.Zip(template.Amplitudes)) origin.Append(CultureInfo.InvariantCulture, $"\n{time:R} {amplitude:R}");
        }

        string kit = typeof(SampleCampaign).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
        _version = FormattableString.Invariant($"kit {kit}, simulation {SimulationTruth.SimulationVersion}, plan {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin.ToString())))}");
    }

    /// <summary>The plan.</summary>
    public CampaignPlan Plan { get; }

    /// <summary>Folder of the runs.</summary>
    public string Folder { get; }

    /// <summary>The run as it lies in the folder; null if it is not there, incomplete, or not what plan and program would make now.</summary>
    /// <param name="run">Name of the run.</param>
    /// <exception cref="ArgumentException">The plan has no such run.</exception>
    public SampleRun? Find(string run)
    {
        _ = PlanOf(run);
        string stamp = StampOf(run);
        try
        {
            if (!File.Exists(stamp)) return null;
            string[] lines = File.ReadAllLines(stamp);
            if (lines.Length < 2 || lines[0] != _version) return null;
            List<string> files = [];
            long bytes = 0;
            foreach (string line in lines.Skip(1))
            {
                int space = line.IndexOf(' ', StringComparison.Ordinal);
                if (space < 0 || !long.TryParse(line[..space], NumberStyles.None, CultureInfo.InvariantCulture, out long length)) return null;
                FileInfo file = new(Path.Combine(Folder, line[(space + 1)..]));
                if (!file.Exists || file.Length != length) return null;
                bytes += length;
                if (file.Name.EndsWith(RunFileList.Extension, StringComparison.Ordinal)) files.Add(file.FullName);
            }

            return files.Count > 0 ? new SampleRun(run, [.. files], bytes) : null;
        }
        catch (IOException)
        {
            // Another program is just making the run anew.
            return null;
        }
    }

    /// <summary>Gives a run, and simulates it first if it is not there as it should be.</summary>
    /// <param name="run">Name of the run.</param>
    /// <param name="progress">Told about the progress of the simulation.</param>
    /// <param name="cancellationToken">Stops; no file of an unfinished run is left.</param>
    /// <exception cref="ArgumentException">The plan has no such run.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SampleRun Ensure(string run, IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (Find(run) is { } ready) return ready;
        using FileStream held = Lock(cancellationToken);
        return Find(run) ?? Make(run, progress, cancellationToken);
    }

    /// <summary>Gives all runs in the order of the plan, and simulates those that are not there as they should be.</summary>
    /// <param name="progress">Told about the progress through the events of all runs that have to be simulated.</param>
    /// <param name="cancellationToken">Stops; no file of an unfinished run is left, finished ones stay.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<SampleRun> EnsureAll(IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long total = Plan.Runs.Where(run => Find(run.Name) is null).Sum(run => (long)run.EventCount);
        long before = 0;
        List<SampleRun> runs = [];
        foreach (RunPlan run in Plan.Runs)
        {
            long done = 0;
            runs.Add(Ensure(run.Name, progress is null ? null : new Relay(value => progress.Report(new RunProgress(before + (done = value.Events), Math.Max(total, before + done), watch.Elapsed))), cancellationToken));
            before += done;
        }

        return runs;
    }

    private SampleRun Make(string run, IProgress<RunProgress>? progress, CancellationToken cancellationToken)
    {
        // Without its stamp an old run is no longer taken for the one asked for, whatever happens from here on.
        File.Delete(StampOf(run));
        foreach (string leftover in Directory.GetDirectories(Folder, $".{run}.*{Zfits.ZFitsWriter.UnfinishedExtension}")) Directory.Delete(leftover, recursive: true);
        RunSimulation simulation = new(Plan, PlanOf(run));
        simulation.Write(Folder, progress: progress, cancellationToken: cancellationToken);
        string truth = Path.GetFileName(SimulationTruth.PathFor(simulation.FileNames[0]));
        StringBuilder stamp = new(_version + "\n");
        foreach (string name in (IEnumerable<string>)[.. simulation.FileNames, .. simulation.ScanPlanName is { } plan ? [plan] : Array.Empty<string>(), truth])
        {
            stamp.Append(CultureInfo.InvariantCulture, $"{new FileInfo(Path.Combine(Folder, name)).Length} {name}\n");
        }

        AtomicFile.WriteText(StampOf(run), stamp.ToString());
        return Find(run) ?? throw new IOException($"{Folder}: run {run} was changed by another program while it was simulated");
    }

    // A file that one program at a time can hold open; the system lets go of it when the program ends, however it does.
    private FileStream Lock(CancellationToken cancellationToken)
    {
        string path = Path.Combine(Folder, LockName);
        try
        {
            Directory.CreateDirectory(Folder);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException exception) when (exception.GetType() == typeof(IOException) && File.Exists(path))
                {
                    cancellationToken.WaitHandle.WaitOne(PollInterval);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{Folder}: sample runs cannot be written there: {exception.Message}", exception);
        }
    }

    private RunPlan PlanOf(string run)
    {
        ArgumentException.ThrowIfNullOrEmpty(run);
        return Plan.Runs.FirstOrDefault(plan => plan.Name == run) ?? throw new ArgumentException($"campaign {Plan.Name} has no run '{run}', it has {string.Join(", ", Plan.Runs.Select(plan => plan.Name))}");
    }

    private string StampOf(string run) => Path.Combine(Folder, run + StampExtension);

    private sealed class Relay(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }
}
