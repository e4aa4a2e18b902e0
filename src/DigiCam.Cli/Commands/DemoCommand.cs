using System.CommandLine;
using System.Diagnostics;
using DigiCam.Cli.Reporting;
using DigiCam.Kernel.Running;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Cli.Commands;

/// <summary>digicam demo: simulates the demonstration campaign if it is not there, runs every notebook on it, says where the reports are.</summary>
internal static class DemoCommand
{
    private const string NotebookFolder = "notebooks";

    public static Command Create()
    {
        Option<string> output = new("--output_directory", "-o") { Description = "folder of the executed notebooks and reports", DefaultValueFactory = _ => RunCommand.DefaultFolder };
        Command command = new("demo", "Simulate the demonstration campaign if it is not there, run the notebooks on it and say where the reports are.") { output };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync("demo", async () =>
        {
            ClosingLine closing = new();
            string root = SampleData.FindRepository()
                ?? throw new UsageException("the notebooks are not here: run the demo inside a clone of the repository");
            SampleCampaign campaign = SampleData.Campaign(root);
            Simulate(campaign, Path.GetRelativePath(root, campaign.Folder), cancellationToken);

            string folder = result.GetRequiredValue(output);
            NotebookRunOptions[] notebooks = [.. Directory.GetFiles(Path.Combine(root, NotebookFolder), "*.ipynb").Order(StringComparer.Ordinal).Select(path => new NotebookRunOptions
            {
                NotebookPath = path,
                WorkingDirectory = root,
                OutputPath = Path.Combine(folder, Path.GetFileName(path)),
                HtmlPath = Path.Combine(folder, Path.ChangeExtension(Path.GetFileName(path), ".html")),
                Progress = new CellLines(),
            })];
            IReadOnlyList<NotebookRunResult> results = await new NotebookRunner().RunManyAsync(notebooks, Environment.ProcessorCount, cancellationToken);
            int exitCode = RunCommand.Conclude(results);
            closing.Write("demo", RunCommand.CountEvents(results), results.Max(r => r.PeakMemoryBytes));
            return exitCode;
        }));
        return command;
    }

    private static void Simulate(SampleCampaign campaign, string where, CancellationToken cancellationToken)
    {
        RunPlan[] missing = [.. campaign.Plan.Runs.Where(run => campaign.Find(run.Name) is null)];
        long events = missing.Sum(run => (long)run.EventCount);
        if (missing.Length > 0) Console.WriteLine(FormattableString.Invariant($"simulating {events} events into {where}: {string.Join(", ", missing.Select(run => run.Name))}; this is done once"));
        Stopwatch watch = Stopwatch.StartNew();
        IReadOnlyList<SampleRun> runs;
        using (ProgressLine progress = new(quiet: false, "simulating")) runs = campaign.EnsureAll(progress, cancellationToken);
        double seconds = watch.Elapsed.TotalSeconds;
        if (missing.Length > 0) Console.WriteLine(FormattableString.Invariant($"simulated in {seconds:F1} s, {events / seconds:F0} events/s"));
        Console.WriteLine(FormattableString.Invariant($"sample data: {where}, {string.Join(", ", runs.Select(run => run.Name))}, {runs.Sum(run => run.TotalBytes) / 1e6:F0} MB"));
    }
}
