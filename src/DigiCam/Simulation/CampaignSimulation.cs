using System.Diagnostics;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>The runs of a campaign, simulated and written as genuine camera files.</summary>
public static class CampaignSimulation
{
    /// <summary>Writes the runs one after the other. Runs that are complete stay when a later one fails or is cancelled; of that one no file is left.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="folder">The folder of the files; created if it does not exist. Existing files of the runs are replaced.</param>
    /// <param name="runs">Names of the runs to write, null for all. Files of a run do not depend on which others are written.</param>
    /// <param name="threads">Number of threads, 0 for one per processor. The files do not depend on it.</param>
    /// <param name="progress">Told about the progress through the events of all these runs.</param>
    /// <param name="cancellationToken">Stops between two batches of events.</param>
    /// <returns>What was simulated, run by run in the order of the plan.</returns>
    /// <exception cref="ArgumentException">The plan has no such run, or a run that cannot be written.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IReadOnlyList<SimulationTruth> Write(CampaignPlan plan, string folder, IReadOnlyCollection<string>? runs = null, int threads = 0, IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (runs?.FirstOrDefault(name => !plan.Runs.Any(run => run.Name == name)) is { } unknown)
        {
            throw new ArgumentException($"campaign {plan.Name} has no run '{unknown}', it has {string.Join(", ", plan.Runs.Select(run => run.Name))}", nameof(runs));
        }

        // All runs are looked at before the first is written.
        RunSimulation[] simulations = [.. plan.Runs.Where(run => runs is null || runs.Contains(run.Name)).Select(run => new RunSimulation(plan, run))];
        Stopwatch watch = Stopwatch.StartNew();
        long total = simulations.Sum(s => (long)s.WrittenEvents.Length);
        long done = 0;
        List<SimulationTruth> truths = [];
        foreach (RunSimulation simulation in simulations)
        {
            IProgress<RunProgress>? whole = progress is null ? null : new PartialProgress(progress, done, total, watch);
            truths.Add(simulation.Write(folder, threads, whole, cancellationToken));
            done += simulation.WrittenEvents.Length;
        }

        return truths;
    }

    // Unlike Progress<T> it reports at once and in order.
    private sealed class PartialProgress(IProgress<RunProgress> whole, long before, long total, Stopwatch watch) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => whole.Report(new RunProgress(before + value.Events, total, watch.Elapsed));
    }
}
