using System.CommandLine;
using System.Diagnostics;
using DigiCam.Cli.Reporting;
using DigiCam.Kernel.Reports;
using DigiCam.Kernel.Running;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Cli.Commands;

/// <summary>
/// digicam demo: simulates the demonstration campaign if it is not there, runs every notebook on it, says where the reports are. Within a clone of the repository it takes that one's notebooks and sample
/// data; elsewhere the notebooks that came with the program, and the current folder for the data.
/// </summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Argument<string[]> names = new("NOTEBOOK") { Description = "notebooks to run, for example 01-hv-off; all without any", Arity = ArgumentArity.ZeroOrMore };
        Option<string> output = new("--output_directory", "-o") { Description = "folder of the executed notebooks and reports", DefaultValueFactory = _ => RunCommand.DefaultFolder };
        Option<bool> pdf = new("--pdf") { Description = "a PDF of each report too, printed by Chromium, Chrome or Edge" };
        Command command = new("demo", "Simulate the demonstration campaign if it is not there, run the notebooks on it and say where the reports are.") { names, output, pdf };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync("demo", async () =>
        {
            ClosingLine closing = new();
            string home = SampleData.FindRepository() ?? Environment.CurrentDirectory;
            string[] wanted = result.GetValue(names) ?? [];
            string[] paths = Choose([.. Directory.GetFiles(NotebookFolder(), "*.ipynb").Order(StringComparer.Ordinal)], wanted);
            if (result.GetValue(pdf)) PdfReport.FindBrowser();

            // Some notebooks simulate what they need themselves.
            SampleCampaign campaign = SampleData.Campaign();
            if (wanted.Length == 0) Simulate(campaign, Path.GetRelativePath(home, campaign.Folder), cancellationToken);

            string folder = result.GetRequiredValue(output);
            ReportLinks?[] links = Campaign.Links(paths);
            NotebookRunOptions[] notebooks = [.. paths.Select((path, i) => new NotebookRunOptions
            {
                NotebookPath = path,
                WorkingDirectory = home,
                OutputPath = Path.Combine(folder, Path.GetFileName(path)),
                HtmlPath = Path.Combine(folder, Path.ChangeExtension(Path.GetFileName(path), ".html")),
                Links = links[i],
                Progress = new CellLines(),
            })];
            IReadOnlyList<NotebookRunResult> results = await new NotebookRunner().RunManyAsync(notebooks, Environment.ProcessorCount, cancellationToken);
            int exitCode = await RunCommand.ConcludeAsync(results, folder, "Demonstration campaign", result.GetValue(pdf), cancellationToken);
            closing.Write("demo", RunCommand.CountEvents(results), results.Max(r => r.PeakMemoryBytes));
            return exitCode;
        }));
        return command;
    }

    /// <summary>The folder of the notebooks of the repository, or of those that came with the program.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string NotebookFolder()
    {
        string folder = Path.Combine(SampleData.FindRepository() ?? AppContext.BaseDirectory, "notebooks");
        return Directory.Exists(folder) ? folder : throw new UsageException($"there are no notebooks in {folder}");
    }

    private static string[] Choose(string[] all, string[] names)
    {
        if (names.Length == 0) return all;
        string[] known = [.. all.Select(path => Path.GetFileNameWithoutExtension(path))];
        if (names.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown) throw new UsageException($"there is no notebook {unknown}, there are {string.Join(", ", known)}");
        return [.. all.Where(path => names.Contains(Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal))];
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
