using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using DigiCam.Cli.Reporting;
using DigiCam.Zfits;
using DigiCam.Zfits.Verification;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>digicam verify: whether files are whole, and the hashes of their columns.</summary>
internal static class VerifyCommand
{
    private const string Name = "verify";

    public static Command Create()
    {
        Argument<string[]> files = new("FILE") { Description = "zfits files", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = new("--json") { Description = "print JSON instead of tables" };
        Option<int> threads = Threads.CreateOption();
        Command command = new(Name, "Check checksums, structure and every value of zfits files, and show a SHA-256 of the values of each column.") { files, json, threads };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => Task.FromResult(
            Run(result.GetRequiredValue(files), result.GetValue(json), Threads.Of(result, threads), cancellationToken))));
        return command;
    }

    private static int Run(string[] paths, bool json, int threads, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        List<FileInfo> files = [];
        foreach (string path in paths)
        {
            Usage.CheckName(path);
            FileInfo info = Verify(path, threads, cancellationToken);
            files.Add(info);
            if (!json) Print(info);
        }

        if (json) Display.WriteJson(files);
        closing.Write(Name, files.SelectMany(f => f.Tables ?? []).Where(t => t.Name == "Events").Sum(t => t.Rows), output: json ? Console.Error : Console.Out);
        foreach (FileInfo bad in files.Where(f => !f.Ok)) CommandHost.Say(Name, bad.Error ?? $"{bad.Path}: {bad.Problem}");
        return files.All(f => f.Ok) ? 0 : CommandHost.Failure;
    }

    /// <summary>A file that cannot be opened at all must not hide the state of the others.</summary>
    private static FileInfo Verify(string path, int threads, CancellationToken cancellationToken)
    {
        try
        {
            using ZFitsFile file = ZFitsFile.Open(path);
            using ProgressLine progress = new(quiet: false);
            return Describe(ZFitsVerification.Verify(file, threads, progress.OfRows(file.Tables.Sum(table => table.RowCount)), cancellationToken));
        }
        catch (Exception exception) when (CommandHost.IsBadInput(exception))
        {
            return new FileInfo(path, false, null, exception.Message, null, null, null);
        }
    }

    private static FileInfo Describe(ZFitsVerificationReport report) => new(
        report.Path, report.Ok, report.Bytes, null, report.Ok ? null : report.Problem,
        [.. report.Hdus.Select(h => new HduInfo(h.Index, h.Name, Display.StateOf(h.Sums.DataSumPresent, h.Sums.DataSumOk), Display.StateOf(h.Sums.CheckSumPresent, h.Sums.CheckSumOk)))],
        [.. report.Tables.Select(t => new TableInfo(
            t.HduIndex, t.Name, t.MessageName, t.Rows, t.Tiles, t.DamagedTiles,
            [.. t.Columns.Select(c => new ColumnInfo(c.Column.Name, c.Column.FieldPath, c.Column.ElementType.ToString(), c.Column.Kind.ToString(), c.Rows, c.Elements, c.Sha256))],
            [.. t.Defects.Select(d => new DefectInfo(d.Tile, d.FirstRow, d.RowCount, d.Column, d.Message))],
            t.Warnings))]);

    private static void Print(FileInfo file)
    {
        if (file.Error is not null)
        {
            Console.WriteLine($"{file.Path}: UNREADABLE");
            Console.WriteLine();
            return;
        }

        Console.WriteLine(FormattableString.Invariant($"{file.Path}: {file.Bytes} bytes, {Display.Count(file.Tables!.Count, "table")}, {(file.Ok ? "ok" : "BAD")}"));
        foreach (HduInfo hdu in file.Hdus!.Where(h => (h.DataSum == "bad" || h.CheckSum == "bad") && file.Tables.All(t => t.Hdu != h.Index)))
        {
            Console.WriteLine(FormattableString.Invariant($"HDU {hdu.Index} {hdu.Name}: DATASUM {hdu.DataSum}, CHECKSUM {hdu.CheckSum}"));
        }

        foreach (TableInfo table in file.Tables)
        {
            HduInfo hdu = file.Hdus!.First(h => h.Index == table.Hdu);
            Console.WriteLine();
            Console.WriteLine(FormattableString.Invariant($"{table.Name}: {table.Rows} x {table.Message}, {Display.Count(table.Tiles, "tile")}, DATASUM {hdu.DataSum}, CHECKSUM {hdu.CheckSum}"));
            Table view = Display.CreateTable(["column", "type"], ["rows", "elements"]);
            view.AddColumn("SHA-256");
            foreach (ColumnInfo c in table.Columns)
            {
                view.AddRow(
                    Markup.Escape(c.Name), c.Kind == nameof(ZFitsColumnKind.Text) ? c.Kind : c.ElementType, c.Rows.ToString(CultureInfo.InvariantCulture),
                    c.Elements.ToString(CultureInfo.InvariantCulture), c.Sha256 ?? "rows are lost");
            }

            Display.Write(view);
            foreach (DefectInfo defect in table.Defects) Console.WriteLine($"damaged: {defect.Message}");
            foreach (string warning in table.Warnings) Console.WriteLine($"warning: {warning}");
        }
    }

    private sealed record FileInfo(
        string Path, bool Ok, long? Bytes, string? Error, string? Problem, IReadOnlyList<HduInfo>? Hdus, IReadOnlyList<TableInfo>? Tables);

    private sealed record HduInfo(int Index, string Name, [property: JsonPropertyName("datasum")] string DataSum, [property: JsonPropertyName("checksum")] string CheckSum);

    private sealed record TableInfo(
        int Hdu, string Name, string Message, long Rows, int Tiles, int DamagedTiles, IReadOnlyList<ColumnInfo> Columns, IReadOnlyList<DefectInfo> Defects, IReadOnlyList<string> Warnings);

    private sealed record ColumnInfo(string Name, string Field, string ElementType, string Kind, long Rows, long Elements, string? Sha256);

    private sealed record DefectInfo(int Tile, long FirstRow, int RowCount, string? Column, string Message);
}
