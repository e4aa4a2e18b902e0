using System.CommandLine;
using System.Globalization;
using DigiCam.Cli.Reporting;
using DigiCam.Exchange;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>digicam export: results in the files of other tools, and files of other tools in those of the kit.</summary>
internal static class ExportCommand
{
    private const string Name = "export";

    private static readonly string[] DateFormats = ["yyyyMMdd", "yyyy-MM-dd"];

    public static Command Create()
    {
        Argument<string?> format = new("FORMAT") { Description = "what to write; --list tells", Arity = ArgumentArity.ZeroOrOne };
        Argument<string[]> inputs = new("INPUT") { Description = "results of the kit (.h5), or files of other tools; some formats need several", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> target = new("--output", "-o") { Description = "file to be written, or folder of several [default: the usual names beside the first input]" };
        Option<bool> force = new("--force") { Description = "replace existing files" };
        Option<bool> list = new("--list") { Description = "list the formats" };
        Option<string?> date = new("--date") { Description = "day of the observation, 20240131 or 2024-01-31, where the names of the raw files do not tell it" };
        Option<int?> first = new("--first_run") { Description = "number of the first raw file, where their names do not tell it" };
        Option<int?> last = new("--last_run") { Description = "number of the last raw file, where their names do not tell it" };
        Option<int?> telescope = new("--telescope") { Description = "number of the telescope, where the names of the raw files do not tell it" };
        Option<bool> quiet = new("--quiet", "-q") { Description = "print nothing but errors" };
        Command command = new(Name, "Write results as files of other tools (sst1mpipe, digicampipe, the scripts of 2017, spreadsheets), or turn their files into tables and HDF5.")
        {
            format, inputs, target, force, list, date, first, last, telescope, quiet,
        };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => result.GetValue(list) ? ListAsync() : RunAsync(
            result.GetValue(format), result.GetValue(inputs) ?? [],
            new ExportOptions
            {
                Target = result.GetValue(target),
                Force = result.GetValue(force),
                Date = Date(result.GetValue(date)),
                FirstRun = result.GetValue(first),
                LastRun = result.GetValue(last),
                Telescope = result.GetValue(telescope),
            },
            result.GetValue(quiet), cancellationToken)));
        return command;
    }

    private static Task<int> ListAsync()
    {
        Table table = Display.CreateTable(["format", "read by", "made of"], []);
        foreach ((string name, string readers, string content) in ResultExport.Formats) table.AddRow(Markup.Escape(name), Markup.Escape(readers), Markup.Escape(content));
        Display.Write(table);
        return Task.FromResult(0);
    }

    private static async Task<int> RunAsync(string? format, string[] inputs, ExportOptions options, bool quiet, CancellationToken cancellationToken)
    {
        if (format is null) throw new UsageException("what to write is needed; --list tells the formats");
        foreach (string input in inputs) Usage.CheckName(input);
        ClosingLine closing = new();
        IReadOnlyList<string> written = await Usage.CheckAsync(() => ResultExport.WriteAsync(format, inputs, options, cancellationToken));
        if (quiet) return 0;
        foreach (string path in written) Console.WriteLine($"written: {path}");
        closing.Write(Name, 0);
        return 0;
    }

    private static DateOnly? Date(string? text) => text is null ? null
        : DateOnly.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : throw new UsageException($"--date {text}: is no day such as 20240131");
}
