using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Zfits;
using DigiCam.Zfits.Copying;

namespace DigiCam.Cli.Commands;

/// <summary>digicam merge: one file of the files of one run.</summary>
internal static class MergeCommand
{
    private const string Name = "merge";
    private const int MostRanges = 10;

    public static Command Create()
    {
        Argument<string> target = new("TARGET") { Description = "file to be written" };
        Argument<string[]> files = new("FILE") { Description = "zfits files of one run: consecutive ones, or parallel streams", Arity = ArgumentArity.OneOrMore };
        Option<bool> dropDuplicates = new("--drop-duplicates") { Description = "keep only the first of several events of the same number" };
        Option<string> table = new("--table") { Description = "name of the table of events", DefaultValueFactory = _ => "Events" };
        Option<string?> eventColumn = new("--event-column") { Description = "column of event numbers; eventNumber or event_id without it" };
        Option<int> threads = Threads.CreateOption();
        Option<bool> force = new("--force") { Description = "replace an existing target" };
        Command command = new(Name, "Make one file of the files of one run, the events in the order of their numbers.") { target, files, dropDuplicates, table, eventColumn, threads, force };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => Task.FromResult(Run(
            result.GetRequiredValue(target), result.GetRequiredValue(files), result.GetValue(force),
            new ZFitsMergeOptions
            {
                Table = result.GetRequiredValue(table),
                IdColumn = result.GetValue(eventColumn),
                DropDuplicates = result.GetValue(dropDuplicates),
                Threads = Threads.Of(result, threads),
            },
            cancellationToken))));
        return command;
    }

    private static int Run(string target, string[] sources, bool force, ZFitsMergeOptions options, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        long total = 0;
        foreach (string source in sources)
        {
            Usage.CheckName(source);
            using ZFitsFile file = ZFitsFile.Open(source);
            total += file.GetTable(options.Table).RowCount;
        }

        OutputFiles.CheckTarget(target, sources, force);
        ZFitsMergeReport report;
        using (ProgressLine progress = new(quiet: false))
        {
            report = Usage.Check(() => ZFitsMerge.Merge(sources, target, options, progress.OfRows(total), cancellationToken));
        }

        foreach (string note in report.Notes) CommandHost.Say(Name, note);
        Console.WriteLine(FormattableString.Invariant($"{target}: {string.Join(", ", report.Tables.Select(table => Display.Count(table.Rows, "row") + " of " + table.Name))}, {new FileInfo(target).Length} bytes"));
        if (report.Gaps.Count > 0) Console.WriteLine(FormattableString.Invariant($"missing: {report.MissingCount} event number{(report.MissingCount == 1 ? "" : "s")}: {Show(report.Gaps)}"));
        if (report.Duplicates.Count > 0)
        {
            string fate = report.DroppedCount > 0 ? "left out" : "kept";
            Console.WriteLine(FormattableString.Invariant($"again: {Display.Count(report.Duplicates.Count, "event")} whose number had occurred, {fate}: {Show([.. report.Duplicates.Distinct().Select(id => (id, id))])}"));
        }

        closing.Write(Name, report.Tables.Where(table => table.Name == options.Table).Sum(table => table.Rows));
        return 0;
    }

    private static string Show(IReadOnlyList<(long First, long Last)> ranges) =>
        string.Join(", ", ranges.Take(MostRanges).Select(range => range.First == range.Last ? FormattableString.Invariant($"{range.First}") : FormattableString.Invariant($"{range.First}-{range.Last}")))
        + (ranges.Count > MostRanges ? FormattableString.Invariant($" and {ranges.Count - MostRanges} more") : "");
}
