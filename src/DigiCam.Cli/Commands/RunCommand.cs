using System.CommandLine;
using System.Globalization;
using DigiCam.Cli.Reporting;
using DigiCam.Kernel.Parameters;
using DigiCam.Kernel.Reports;
using DigiCam.Kernel.Running;
using DigiCam.Runs;

namespace DigiCam.Cli.Commands;

/// <summary>digicam run: runs notebooks and writes them executed, with HTML reports. Exit codes are those of <see cref="RunStatus"/>.</summary>
internal static class RunCommand
{
    public const string DefaultFolder = "reports";

    public static Command Create()
    {
        Argument<string[]> notebooks = new("NOTEBOOK") { Description = "C# notebooks (.ipynb)", Arity = ArgumentArity.OneOrMore };
        Option<string[]> parameters = new("--parameter", "-p") { Description = "name=value for the notebook's parameters cell", DefaultValueFactory = _ => [] };
        Option<string> directory = new("--directory", "-d") { Description = "folder that paths in parameters are relative to", DefaultValueFactory = _ => "." };
        Option<string?> parameterFile = new("--params") { Description = "YAML or JSON file with parameters" };
        Option<string> output = new("--output_directory", "-o") { Description = "folder of the executed notebooks and reports", DefaultValueFactory = _ => DefaultFolder };
        Option<bool> noHtml = new("--no-html") { Description = "write the executed notebook only" };
        Option<bool> pdf = new("--pdf") { Description = "a PDF of each report too, printed by Chromium, Chrome or Edge" };
        Option<string> title = new("--title") { Description = "title of the index of several reports", DefaultValueFactory = _ => Campaign.DefaultTitle };
        Option<double?> cellTimeout = new("--cell-timeout") { Description = "longest time for one cell [s]" };
        Option<double?> totalTimeout = new("--timeout") { Description = "longest time for a whole notebook [s]" };
        Option<bool> keepGoing = new("--continue-on-error") { Description = "run the cells after a failed one" };
        Option<int> jobs = new("--jobs", "-j") { Description = "notebooks that run at the same time", DefaultValueFactory = _ => 1 };
        Option<string?> junit = new("--junit") { Description = "summary for continuous integration (JUnit XML)" };
        Command command = new("run", "Run notebooks without a user interface. Exit codes: 0 all cells ran, 1 a cell failed, 2 timeout, 3 no such file, 4 not a notebook, 5 wrong parameters.")
        {
            notebooks, parameters, parameterFile, directory, output, noHtml, pdf, title, cellTimeout, totalTimeout, keepGoing, jobs, junit,
        };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync("run", async () =>
        {
            ClosingLine closing = new();
            NotebookParameters values = NotebookParameters.Empty;
            string[] paths = result.GetRequiredValue(notebooks);
            int parallel = result.GetValue(jobs);
            if (parallel < 1) throw new UsageException(FormattableString.Invariant($"-j {parallel}: at least 1 notebook at a time"));
            try
            {
                if (result.GetValue(parameterFile) is { } file) values = values.WithFile(file);
                foreach (string assignment in result.GetRequiredValue(parameters)) values = values.WithAssignment(assignment);
            }
            catch (ParameterException exception)
            {
                CommandHost.Say("run", exception.Message);
                return (int)RunStatus.BadParameters;
            }

            string working = Path.GetFullPath(result.GetRequiredValue(directory));
            if (!Directory.Exists(working)) throw new UsageException($"{working}: no such folder");
            string folder = result.GetRequiredValue(output);
            string[] names = [.. paths.Select(Path.GetFileNameWithoutExtension).OfType<string>()];
            if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UsageException($"two notebooks are called {twice.Key}: their reports would overwrite each other");
            if (result.GetValue(pdf))
            {
                if (result.GetValue(noHtml)) throw new UsageException("--pdf prints the HTML report, which --no-html leaves out");
                PdfReport.FindBrowser();
            }

            ReportLinks?[] links = Campaign.Links(paths);
            NotebookRunOptions[] options = [.. paths.Select((path, i) => new NotebookRunOptions
            {
                NotebookPath = path,
                WorkingDirectory = working,
                OutputPath = Path.Combine(folder, Path.GetFileNameWithoutExtension(path) + ".ipynb"),
                HtmlPath = result.GetValue(noHtml) ? null : Path.Combine(folder, Path.GetFileNameWithoutExtension(path) + ".html"),
                Links = links[i],
                Parameters = values,
                CellTimeout = Seconds(result.GetValue(cellTimeout)),
                TotalTimeout = Seconds(result.GetValue(totalTimeout)),
                ContinueOnError = result.GetValue(keepGoing),
                Progress = new CellLines(),
            })];
            IReadOnlyList<NotebookRunResult> results = await new NotebookRunner().RunManyAsync(options, parallel, cancellationToken);
            if (result.GetValue(junit) is { } report) JUnitReport.Save(report, results);
            int exitCode = await ConcludeAsync(results, folder, result.GetValue(noHtml) ? null : result.GetRequiredValue(title), result.GetValue(pdf), cancellationToken);
            closing.Write("run", CountEvents(results), results.Max(r => r.PeakMemoryBytes));
            return exitCode;
        }));
        return command;
    }

    /// <summary>Says how each notebook ended and where its report is; writes the index of several reports, and PDFs.</summary>
    /// <param name="results">The runs in order.</param>
    /// <param name="folder">Folder of the reports.</param>
    /// <param name="title">Title of the index; null: none is written.</param>
    /// <param name="pdf">Whether reports are printed.</param>
    /// <param name="cancellationToken">Leaves out what is not printed yet.</param>
    /// <returns>The exit code: the first that is not 0.</returns>
    public static async Task<int> ConcludeAsync(IReadOnlyList<NotebookRunResult> results, string folder, string? title, bool pdf, CancellationToken cancellationToken)
    {
        int exitCode = 0;
        foreach (NotebookRunResult result in results)
        {
            if (exitCode == 0) exitCode = result.ExitCode;
            if (result.Status == RunStatus.Succeeded)
            {
                Console.WriteLine(FormattableString.Invariant($"{result.NotebookPath}: {result.Cells.Count} cells in {result.Duration.TotalSeconds:F1} s"));
            }
            else
            {
                CommandHost.Say("run", result.Message);
            }

            if (result.HtmlPath is { } html) Console.WriteLine($"report: {Path.GetFullPath(html)}");
            else if (result.OutputPath is { } notebook) Console.WriteLine($"executed notebook: {Path.GetFullPath(notebook)}");
        }

        // A browser that does not print must not cost the index.
        foreach (string html in pdf && !cancellationToken.IsCancellationRequested ? results.Select(result => result.HtmlPath).OfType<string>() : [])
        {
            try
            {
                Console.WriteLine($"PDF: {await ReportCommand.PrintAsync(html, cancellationToken)}");
            }
            catch (IOException exception)
            {
                CommandHost.Say("run", exception.Message);
                if (exitCode == 0) exitCode = CommandHost.Failure;
            }
        }

        if (title is not null && results.Count > 1)
        {
            Console.WriteLine($"index: {Path.GetFullPath(Campaign.WriteIndex(folder, title, results.Where(result => result.Document is not null).Select(result => (Path.GetFileName(result.NotebookPath), result.Document!))))}");
        }

        return exitCode;
    }

    /// <summary>Camera events that the notebooks read.</summary>
    public static long CountEvents(IEnumerable<NotebookRunResult> results) => results.Sum(r => r.Counters.GetValueOrDefault(RunMetrics.EventsName));

    private static TimeSpan? Seconds(double? value) => value switch
    {
        null => null,
        > 0 and < 1e7 => TimeSpan.FromSeconds(value.Value),
        _ => throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"a timeout of {value} s makes no sense")),
    };
}

/// <summary>One line per finished cell: "cell 7/23 ... 1.2 s".</summary>
internal sealed class CellLines : IProgress<CellProgress>
{
    private const int SourceWidth = 60;

    public void Report(CellProgress value)
    {
        if (value.Cell.Status == CellStatus.Running) return;
        string source = value.SourceLine.Length > SourceWidth ? value.SourceLine[..SourceWidth] + "..." : value.SourceLine;
        string state = value.Cell.Status == CellStatus.Succeeded ? "" : $"  {value.Cell.Status}";
        Console.WriteLine(FormattableString.Invariant(
            $"{Path.GetFileName(value.NotebookPath)}: cell {value.Cell.Number}/{value.CellCount} ... {value.Cell.Duration.TotalSeconds:F1} s{state}  {source}"));
    }
}
