using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Zfits.Recovery;

namespace DigiCam.Cli.Commands;

/// <summary>digicam recover: what is whole of a file whose writer died.</summary>
internal static class RecoverCommand
{
    private const string Name = "recover";

    public static Command Create()
    {
        Argument<string> source = new("SOURCE") { Description = "file whose writer died, or that is cut or damaged" };
        Argument<string> target = new("TARGET") { Description = "file to be written" };
        Option<bool> json = new("--json") { Description = "print JSON instead of text" };
        Option<bool> force = new("--force") { Description = "replace an existing target" };
        Command command = new(Name, "Write a correct file with all complete tiles of one whose writer died.") { source, target, json, force };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => Task.FromResult(
            Run(result.GetRequiredValue(source), result.GetRequiredValue(target), result.GetValue(json), result.GetValue(force), cancellationToken))));
        return command;
    }

    private static int Run(string source, string target, bool json, bool force, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        Usage.CheckName(source);
        OutputFiles.CheckTarget(target, [source], force);
        ZFitsRecoveryReport report = Usage.Check(() => ZFitsRecovery.Recover(source, target, cancellationToken));
        if (json) Display.WriteJson(new { report.Source, report.Target, Bytes = new FileInfo(target).Length, report.IsComplete, report.Tables, report.Lost });
        else Print(report);
        closing.Write(Name, report.Tables.Where(table => table.Name == "Events").Sum(table => table.Rows), output: json ? Console.Error : Console.Out);
        return 0;
    }

    private static void Print(ZFitsRecoveryReport report)
    {
        Console.WriteLine(FormattableString.Invariant($"{report.Target}: {new FileInfo(report.Target).Length} bytes, {(report.IsComplete ? "nothing that was found is lost" : "PARTS ARE LOST")}"));
        foreach (ZFitsRecoveredTable table in report.Tables)
        {
            Console.WriteLine(FormattableString.Invariant($"{table.Name}: {Display.Count(table.Rows, "row")} in {Display.Count(table.Tiles, "tile")}{Details(table)}"));
            foreach (ZFitsLostPart part in table.Lost) Print(part);
        }

        foreach (ZFitsLostPart part in report.Lost) Print(part);
    }

    private static string Details(ZFitsRecoveredTable table)
    {
        string announced = table.AnnouncedRows == table.Rows ? "" : FormattableString.Invariant($", the header announced {table.AnnouncedRows}");
        return table.ReencodedRows == 0 ? announced : FormattableString.Invariant($"{announced}, {Display.Count(table.ReencodedRows, "row")} compressed anew");
    }

    private static void Print(ZFitsLostPart part) => Console.WriteLine(FormattableString.Invariant($"lost: {Display.Count(part.Length, "byte")} from offset {part.Offset}: {part.Reason}"));
}
