using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Partials;
using DigiCam.Zfits;
using DigiCam.Zfits.Copying;

namespace DigiCam.Cli.Commands;

/// <summary>digicam merge: one file of the files of one run, or one result of the partial results of one run.</summary>
internal static class MergeCommand
{
    private const string Name = "merge";
    private const int MostRanges = 10;

    public static Command Create()
    {
        Argument<string> target = new("TARGET") { Description = "file to be written; for partial results the file of histograms that the task writes when it reads the whole input" };
        Argument<string[]> files = new("FILE") { Description = "zfits files of one run: consecutive ones, or parallel streams; or partial results that --shard of a task has made", Arity = ArgumentArity.OneOrMore };
        Option<bool> dropDuplicates = new("--drop-duplicates") { Description = "keep only the first of several events of the same number" };
        Option<string> table = new("--table") { Description = "name of the table of events", DefaultValueFactory = _ => "Events" };
        Option<string?> eventColumn = new("--event-column") { Description = "column of event numbers; eventNumber or event_id without it" };
        Option<int> threads = Threads.CreateOption();
        Option<bool> force = new("--force") { Description = "replace an existing target" };
        Option<bool> partial = new("--partial") { Description = "of partial results make a larger one, not the result of the whole input" };
        Option<bool> strict = new("--strict") { Description = "for partial results: end with an error where there is something wrong with the input" };
        Command command = new(Name, "Make one file of the files of one run, the events in the order of their numbers; or the result of a task of the partial results of all parts of its input.") { target, files, dropDuplicates, table, eventColumn, threads, partial, strict, force };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () =>
        {
            string[] sources = result.GetRequiredValue(files);
            bool arePartials = ArePartials(sources);
            CheckUnused(result, arePartials ? [dropDuplicates, table, eventColumn, threads] : [partial, strict], arePartials ? "zfits files" : "partial results");
            int exitCode = arePartials
                ? new PartialMerge
                {
                    Target = result.GetRequiredValue(target),
                    Sources = sources,
                    Force = result.GetValue(force),
                    Partial = result.GetValue(partial),
                    Strict = result.GetValue(strict),
                }.Run(cancellationToken)
                : Run(
                    result.GetRequiredValue(target), sources, result.GetValue(force),
                    new ZFitsMergeOptions
                    {
                        Table = result.GetRequiredValue(table),
                        IdColumn = result.GetValue(eventColumn),
                        DropDuplicates = result.GetValue(dropDuplicates),
                        Threads = Threads.Of(result, threads),
                    },
                    cancellationToken);
            return Task.FromResult(exitCode);
        }));
        return command;
    }

    // An option that would do nothing is a mistake of the user.
    private static void CheckUnused(ParseResult result, Option[] options, string kind)
    {
        foreach (Option option in options)
        {
            if (result.GetResult(option) is { Implicit: false }) throw new UsageException($"{option.Name}: is for {kind}, which these files are not");
        }
    }

    // By content: names may be anything.
    private static bool ArePartials(string[] sources)
    {
        foreach (string source in sources) Usage.CheckName(source);
        ILookup<bool, string> kinds = sources.ToLookup(PartialResult.IsHdf5);
        if (kinds[true].FirstOrDefault() is { } hdf5 && kinds[false].FirstOrDefault() is { } other) throw new UsageException($"{hdf5} is an HDF5 file and {other} is none: partial results and zfits files cannot be merged with each other");
        return kinds[true].Any();
    }

    private static int Run(string target, string[] sources, bool force, ZFitsMergeOptions options, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        long total = 0;
        foreach (string source in sources)
        {
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
