using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Zfits;
using DigiCam.Zfits.Copying;

namespace DigiCam.Cli.Commands;

/// <summary>digicam recompress: a file written again with other compression, other tiles, or only some of its rows and columns.</summary>
internal static class RecompressCommand
{
    private const string Name = "recompress";

    public static Command Create()
    {
        Argument<string> source = new("SOURCE") { Description = "zfits file" };
        Argument<string> target = new("TARGET") { Description = "file to be written" };
        Option<string?> recipe = new("--recipe") { Description = "compression of all columns, for example zrice, diffman16 or zstd5" };
        Option<string?> camera = new("--camera") { Description = "compression of the events as a camera server does it: digicam, lst, nectarcam, nectarcam-flat" };
        Option<bool> asStored = new("--as-stored") { Description = "compression of the source, as without --recipe and --camera" };
        Option<string[]> column = new("--column") { Description = "NAME=RECIPE: compression of one column; may be repeated", DefaultValueFactory = _ => [] };
        Option<ZFitsDeflate> deflate = new("--deflate") { Description = "Fast, or Reference: the bytes of zlib at level 6, which the camera servers write", DefaultValueFactory = _ => ZFitsDeflate.Fast };
        Option<int?> rowsPerTile = new("--rows-per-tile") { Description = "rows in every tile but the last; as in the source without it" };
        Option<string> table = new("--table") { Description = "name of the table of which rows and columns are selected", DefaultValueFactory = _ => "Events" };
        Option<string> columns = new("--columns") { Description = "names of columns that are kept, separated by ','; all without it", DefaultValueFactory = _ => "" };
        Option<string?> rows = new("--rows") { Description = "rows that are kept, for example 0-99,200,300-; all without it" };
        Option<string?> events = new("--events") { Description = "event numbers that are kept, in the same form; all without it" };
        Option<string?> eventColumn = new("--event-column") { Description = "column of event numbers; eventNumber or event_id without it" };
        Option<int> threads = Threads.CreateOption();
        Option<bool> force = new("--force") { Description = "replace an existing target" };
        Command command = new(Name, "Write a zfits file again with other compression, other tiles, or only some of its rows and columns.")
        {
            source, target, recipe, camera, asStored, column, deflate, rowsPerTile, table, columns, rows, events, eventColumn, threads, force,
        };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () =>
        {
            string? recipeName = result.GetValue(recipe);
            string? cameraName = result.GetValue(camera);
            if ((recipeName is null ? 0 : 1) + (cameraName is null ? 0 : 1) + (result.GetValue(asStored) ? 1 : 0) > 1) throw new UsageException("--recipe, --camera and --as-stored exclude each other");
            ZFitsCopyOptions options = Usage.Check(() => new ZFitsCopyOptions
            {
                Recipe = recipeName is null ? null : ZFitsRecipe.Parse(recipeName),
                Camera = cameraName is null ? null : CameraRecipes.Parse(cameraName),
                ColumnRecipes = ColumnRecipes(result.GetRequiredValue(column)),
                Deflate = result.GetValue(deflate),
                RowsPerTile = result.GetValue(rowsPerTile),
                Table = result.GetRequiredValue(table),
                Columns = Usage.Split(result.GetRequiredValue(columns)),
                Rows = Usage.ParseRows("--rows", result.GetValue(rows)),
                Events = Usage.ParseRows("--events", result.GetValue(events)),
                IdColumn = result.GetValue(eventColumn),
                Threads = Threads.Of(result, threads),
            });
            return Task.FromResult(Run(result.GetRequiredValue(source), result.GetRequiredValue(target), result.GetValue(force), options, cancellationToken));
        }));
        return command;
    }

    private static int Run(string source, string target, bool force, ZFitsCopyOptions options, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        Usage.CheckName(source);
        using ZFitsFile file = ZFitsFile.Open(source);
        OutputFiles.CheckTarget(target, [source], force);
        ZFitsCopyReport report;
        using (ProgressLine progress = new(quiet: false))
        {
            report = Usage.Check(() => ZFitsCopy.Copy(file, target, options, progress.OfRows(file.Tables.Sum(table => table.RowCount)), cancellationToken));
        }

        foreach (string note in report.Notes) CommandHost.Say(Name, $"{source}: {note}");
        long before = file.Length;
        long after = new FileInfo(target).Length;
        Console.WriteLine(FormattableString.Invariant($"{target}: {string.Join(", ", report.Tables.Select(table => Display.Count(table.Rows, "row") + " of " + table.Name))}, {after} bytes ({100.0 * after / before:F1} % of the source)"));
        closing.Write(Name, report.Tables.Where(table => table.Name == options.Table).Sum(table => table.Rows));
        return 0;
    }

    private static Dictionary<string, ZFitsRecipe> ColumnRecipes(string[] pairs)
    {
        Dictionary<string, ZFitsRecipe> recipes = new(StringComparer.Ordinal);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new UsageException($"--column {pair}: expected NAME=RECIPE");
            if (!recipes.TryAdd(pair[..equals], ZFitsRecipe.Parse(pair[(equals + 1)..]))) throw new UsageException($"--column {pair}: the column has a recipe already");
        }

        return recipes;
    }
}
