using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Kernel.Running;
using DigiCam.Simulation;

namespace DigiCam.Cli.Commands;

/// <summary>digicam demo: makes sample data if there are none, runs every notebook on them, says where the reports are.</summary>
internal static class DemoCommand
{
    private const string NotebookFolder = "notebooks";

    public static Command Create()
    {
        Option<string> output = new("--output_directory", "-o") { Description = "folder of the executed notebooks and reports", DefaultValueFactory = _ => RunCommand.DefaultFolder };
        Command command = new("demo", "Make sample data if there are none, run the notebooks on them and say where the reports are.") { output };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync("demo", async () =>
        {
            ClosingLine closing = new();
            string root = SampleData.FindRepository()
                ?? throw new UsageException("the notebooks are not here: run the demo inside a clone of the repository");
            string sample = SampleData.HvOffRun(root);
            if (!File.Exists(sample))
            {
                Console.WriteLine($"making sample data: {sample}");
                SampleData.EnsureHvOffRun(root, cancellationToken);
            }

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
}
