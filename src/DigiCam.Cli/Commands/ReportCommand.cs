using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Reports;

namespace DigiCam.Cli.Commands;

/// <summary>digicam report: HTML and PDF reports of notebooks that have been executed already, by whatever program, and their index.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        Argument<string[]> sources = new("NOTEBOOK") { Description = "executed notebooks (.ipynb), or a folder: all in it, by name", Arity = ArgumentArity.OneOrMore };
        Option<string?> output = new("--output_directory", "-o") { Description = "folder of the reports; by default each lies beside its notebook" };
        Option<bool> pdf = new("--pdf") { Description = "a PDF of each report too, printed by Chromium, Chrome or Edge" };
        Option<bool> noCode = new("--no-code") { Description = "leave code out" };
        Option<string> title = new("--title") { Description = "title of the index", DefaultValueFactory = _ => Campaign.DefaultTitle };
        Command command = new("report", $"Write HTML reports of executed notebooks; several get links to each other and an {CampaignIndex.FileName} with their verdicts.") { sources, output, pdf, noCode, title };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync("report", async () =>
        {
            string[] given = result.GetRequiredValue(sources);
            string[] paths = [.. given.SelectMany(Expand)];
            string[] folders = result.GetValue(output) is { } one ? [one] : [.. paths.Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct(StringComparer.Ordinal)];
            if (paths.Length > 1 && folders.Length > 1) throw new UsageException("the notebooks lie in several folders: -o says where their reports and the index go");
            if (paths.GroupBy(path => Path.GetFileName(path)).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new UsageException($"two notebooks are called {twice.Key}: their reports would overwrite each other");
            if (result.GetValue(pdf)) PdfReport.FindBrowser();

            string folder = folders[0];
            NotebookDocument[] documents = [.. paths.Select(Load)];
            ReportLinks?[] links = Campaign.Links(paths);
            for (int i = 0; i < paths.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string html = Path.Combine(folder, Path.GetFileNameWithoutExtension(paths[i]) + ".html");
                HtmlReport.Save(html, documents[i], new HtmlReportOptions
                {
                    Name = Path.GetFileName(paths[i]),
                    BaseDirectory = Path.GetDirectoryName(Path.GetFullPath(paths[i])),
                    HideCode = result.GetValue(noCode),
                    Links = links[i],
                });
                Console.WriteLine($"report: {Path.GetFullPath(html)}");
                if (result.GetValue(pdf)) Console.WriteLine($"PDF: {await PrintAsync(html, cancellationToken)}");
            }

            if (paths.Length > 1)
            {
                Console.WriteLine($"index: {Path.GetFullPath(Campaign.WriteIndex(folder, result.GetRequiredValue(title), paths.Select((path, i) => (Path.GetFileName(path), documents[i]))))}");
            }

            return 0;
        }));
        return command;
    }

    /// <summary>Prints a report to a PDF beside it.</summary>
    /// <returns>The whole path of the PDF.</returns>
    public static async Task<string> PrintAsync(string html, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(Path.ChangeExtension(html, ".pdf"));
        await PdfReport.SaveAsync(html, path, cancellationToken);
        return path;
    }

    private static string[] Expand(string source)
    {
        if (!Directory.Exists(source)) return [source];
        string[] notebooks = [.. Directory.GetFiles(source, "*.ipynb").Order(StringComparer.Ordinal)];
        return notebooks.Length > 0 ? notebooks : throw new UsageException($"{source}: there is no notebook (.ipynb) in this folder");
    }

    private static NotebookDocument Load(string path)
    {
        try
        {
            return NotebookDocument.Load(path);
        }
        catch (NotebookFormatException exception)
        {
            throw new InvalidDataException(exception.Message, exception);
        }
    }
}
