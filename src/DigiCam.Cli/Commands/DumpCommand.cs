using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Zfits;
using DigiCam.Zfits.Export;

namespace DigiCam.Cli.Commands;

/// <summary>digicam dump: rows and columns of a table as text or as arrays of numpy.</summary>
internal static class DumpCommand
{
    private const string Name = "dump";

    private enum Format
    {
        Csv,
        Json,
        JsonLines,
        Npy,
    }

    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "zfits file" };
        Option<string> table = new("--table") { Description = "name of the table", DefaultValueFactory = _ => "Events" };
        Option<string> columns = new("--columns") { Description = "names of columns separated by ','; all without it", DefaultValueFactory = _ => "" };
        Option<string?> rows = new("--rows") { Description = "rows, for example 0-9,20,100-; all without it" };
        Option<string> format = new("--format") { Description = "csv, json or npy", DefaultValueFactory = _ => "csv" };
        format.AcceptOnlyFromAmong("csv", "json", "npy");
        Option<bool> lines = new("--jsonl") { Description = "JSON without the array around the objects, one object a line" };
        Option<string?> output = new("--output", "-o") { Description = "file to be written, or folder for the arrays of several columns; stdout without it" };
        Option<int> threads = Threads.CreateOption();
        Option<bool> force = new("--force") { Description = "replace existing files" };
        Command command = new(Name, "Write rows and columns of a table as CSV, JSON or arrays of numpy.") { file, table, columns, rows, format, lines, output, threads, force };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => Task.FromResult(
            Run(
                result.GetRequiredValue(file), result.GetRequiredValue(table), Options(result.GetRequiredValue(columns), result.GetValue(rows), Threads.Of(result, threads)),
                FormatOf(result.GetRequiredValue(format), result.GetValue(lines)), result.GetValue(output), result.GetValue(force), cancellationToken))));
        return command;
    }

    private static Format FormatOf(string format, bool lines) => (format, lines) switch
    {
        ("csv", false) => Format.Csv,
        ("json", false) => Format.Json,
        ("npy", false) => Format.Npy,
        (_, true) when format != "npy" => Format.JsonLines,
        _ => throw new UsageException($"--jsonl does not go with --format {format}"),
    };

    private static ZFitsReadOptions Options(string columns, string? rows, int threads) => new()
    {
        Columns = Usage.Split(columns),
        Rows = Usage.ParseRows("--rows", rows),
        Threads = threads,
    };

    private static int Run(string path, string tableName, ZFitsReadOptions options, Format format, string? output, bool force, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        Usage.CheckName(path);
        if (output is not null) Usage.CheckName(output);
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.GetTable(tableName);
        long total = (options.Rows ?? ZFitsRowSet.All).CountWithin(table.RowCount);
        using OutputFiles files = new();
        // On a terminal the rows themselves are the progress.
        using ProgressLine progress = new(quiet: output is null && !Console.IsOutputRedirected);
        long rows = Usage.Check(() =>
        {
            // Names of columns and numbers of rows are compared with the table before a target is touched.
            table.ReadTiles(options, cancellationToken);
            if (format == Format.Npy) return WriteArrays(table, options, output, force, files, progress, total, cancellationToken);
            if (output is null)
            {
                using Stream stdout = Console.OpenStandardOutput();
                return WriteText(table, options, format, stdout, progress.OfRows(total), cancellationToken);
            }

            OutputFiles.CheckTarget(output, [path], force);
            return WriteText(table, options, format, files.Create(output), progress.OfRows(total), cancellationToken);
        });
        files.Commit();
        closing.Write(Name, rows, output: output is null ? Console.Error : Console.Out);
        return 0;
    }

    private static long WriteText(ZFitsTable table, ZFitsReadOptions options, Format format, Stream destination, IProgress<long> progress, CancellationToken cancellationToken) =>
        format == Format.Csv
            ? ZFitsExport.WriteCsv(table, options, destination, progress, cancellationToken)
            : ZFitsExport.WriteJson(table, options, asLines: format == Format.JsonLines, destination, progress, cancellationToken);

    /// <summary>One column makes a file, several make a folder with a file for each.</summary>
    private static long WriteArrays(
        ZFitsTable table, ZFitsReadOptions options, string? output, bool force, OutputFiles files, ProgressLine progress, long total, CancellationToken cancellationToken)
    {
        if (output is null) throw new UsageException("--format npy needs --output: a file for one column, a folder for several");
        string[] columns = options.Columns.Count > 0 ? [.. options.Columns] : [.. table.Columns.Select(column => column.Name)];
        bool isFolder = Directory.Exists(output);
        string[] paths = columns.Length == 1 && !isFolder ? [output] : [.. columns.Select(column => Path.Combine(output, FileNameOf(column)))];
        if (paths[0] != output && File.Exists(output)) throw new IOException($"{output} is a file; the arrays of several columns need a folder");
        if (paths[0] != output && !isFolder) OutputFiles.CheckNewFolder(output);
        else foreach (string path in paths) OutputFiles.CheckTarget(path, [table.File.Path], force);
        long rows = 0;
        for (int i = 0; i < columns.Length; i++) rows = ZFitsExport.WriteNpy(table, columns[i], options, files.Create(paths[i]), progress.OfRows(total), cancellationToken);
        return rows;
    }

    /// <summary>The name of a column comes from the file and must not lead out of the folder.</summary>
    private static string FileNameOf(string column) => column.AsSpan().ContainsAny(['/', '\\', ':', .. Path.GetInvalidFileNameChars()]) || column[0] == '.'
        ? throw new UsageException($"column '{column}' has a name that no file can have; leave it out with --columns")
        : column + ".npy";
}
