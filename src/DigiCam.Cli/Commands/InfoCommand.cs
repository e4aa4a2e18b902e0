using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using DigiCam.Cli.Reporting;
using DigiCam.Zfits;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>digicam info: what is in a file.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE") { Description = "zfits files", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = new("--json") { Description = "print JSON instead of tables" };
        Option<bool> noChecksums = new("--no-checksums") { Description = "do not read the files to their ends for the checksums" };
        Command command = new("info", "Show tables, columns, codecs, sizes, times and checksums of zfits files.") { files, json, noChecksums };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync("info", () => Task.FromResult(
            Run(result.GetRequiredValue(files), result.GetValue(json), !result.GetValue(noChecksums), cancellationToken))));
        return command;
    }

    private static int Run(string[] paths, bool json, bool checksums, CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        List<FileInfo> files = [];
        foreach (string path in paths)
        {
            Usage.CheckName(path);
            using ZFitsFile file = ZFitsFile.Open(path);
            files.Add(Describe(file, checksums, cancellationToken));
        }

        if (json)
        {
            Display.WriteJson(files);
        }
        else
        {
            foreach (FileInfo file in files) Print(file);
        }

        // JSON on stdout stays JSON.
        closing.Write("info", files.Sum(f => f.Tables.Where(t => t.Name == "Events").Sum(t => t.Rows)), output: json ? Console.Error : Console.Out);
        string[] bad = [.. files.Where(f => f.ChecksumsOk == false).Select(f => f.Path)];
        if (bad.Length == 0) return 0;
        CommandHost.Say("info", $"{string.Join(", ", bad)}: checksums do not match the content; the data may be damaged");
        return CommandHost.Failure;
    }

    private static FileInfo Describe(ZFitsFile file, bool checksums, CancellationToken cancellationToken)
    {
        ChecksumReport[] sums = checksums ? [.. file.Hdus.Select(h => h.VerifyChecksums(cancellationToken))] : [];
        TableInfo[] tables = [.. file.Tables.Select(t => Describe(t, checksums ? sums[t.Hdu.Index] : null, cancellationToken))];
        return new FileInfo(file.Path, file.Length, checksums ? sums.All(s => s.Ok) : null, tables);
    }

    private static TableInfo Describe(ZFitsTable table, ChecksumReport? sums, CancellationToken cancellationToken)
    {
        (DateTime? first, DateTime? last) = TimeSpanOf(table);
        return new TableInfo(
            table.Name, table.MessageName, table.RowCount, table.TileCount, table.RowsPerTile, first, last,
            sums is null ? null : Display.StateOf(sums.DataSumPresent, sums.DataSumOk), sums is null ? null : Display.StateOf(sums.CheckSumPresent, sums.CheckSumOk),
            [.. table.SummarizeColumns(cancellationToken).Select(c => new ColumnInfo(
                c.Column.Name, c.Column.FieldPath, c.Column.Format, c.Column.ElementType.ToString(), c.Column.Kind.ToString(), string.Join(" | ", c.Codecs),
                c.CompressedBytes, c.RawBytes))]);
    }

    private static (DateTime? First, DateTime? Last) TimeSpanOf(ZFitsTable table)
    {
        if (table.RowCount == 0 || !IsTime("local_time_sec") || !IsTime("local_time_nanosec")) return (null, null);
        using ZFitsTileReader reader = table.CreateTileReader("local_time_sec", "local_time_nanosec");
        (ulong Seconds, ulong Nanoseconds) first = (ulong.MaxValue, ulong.MaxValue);
        (ulong Seconds, ulong Nanoseconds) last = (0, 0);
        for (int tile = 0; tile < table.TileCount; tile++)
        {
            reader.ReadTile(tile);
            for (int row = 0; row < reader.RowCount; row++)
            {
                (ulong Seconds, ulong Nanoseconds) time = (reader[0].GetScalar<ulong>(row), reader[1].GetScalar<ulong>(row));
                if (time.CompareTo(first) < 0) first = time;
                if (time.CompareTo(last) > 0) last = time;
            }
        }

        return (Time(first), Time(last));

        bool IsTime(string name) => table.TryGetColumn(name, out ZFitsColumn? column) && column is { ElementType: ZFitsElementType.UInt64, Kind: ZFitsColumnKind.Scalar };

        // A damaged file may hold any number; what is no time is not shown.
        static DateTime? Time((ulong Seconds, ulong Nanoseconds) time) =>
            time.Seconds <= uint.MaxValue && time.Nanoseconds < 1_000_000_000 ? DateTime.UnixEpoch.AddSeconds(time.Seconds).AddTicks((long)time.Nanoseconds / 100) : null;
    }

    private static void Print(FileInfo file)
    {
        string sums = file.ChecksumsOk switch { true => "checksums ok", false => "CHECKSUMS BAD", null => "checksums not read" };
        Console.WriteLine(FormattableString.Invariant($"{file.Path}: {file.Bytes} bytes, {Display.Count(file.Tables.Length, "table")}, {sums}"));
        foreach (TableInfo table in file.Tables)
        {
            Console.WriteLine();
            Console.WriteLine(FormattableString.Invariant(
                $"{table.Name}: {table.Rows} x {table.Message}, {Display.Count(table.Tiles, "tile")} of up to {table.RowsPerTile}, DATASUM {table.DataSum ?? "not read"}, CHECKSUM {table.CheckSum ?? "not read"}"));
            if (table.FirstTime is { } first && table.LastTime is { } last)
            {
                Console.WriteLine(FormattableString.Invariant($"{first:yyyy-MM-dd HH:mm:ss.fff} .. {last:yyyy-MM-dd HH:mm:ss.fff} UTC ({(last - first).TotalSeconds:F3} s)"));
            }

            Table view = Display.CreateTable(["column", "field", "type", "codec"], ["compressed", "raw", "ratio"]);
            foreach (ColumnInfo c in table.Columns)
            {
                view.AddRow(
                    Markup.Escape(c.Name), c.Field, Markup.Escape(FormattableString.Invariant($"{c.ElementType} {c.Format}")), Markup.Escape(c.Codec),
                    c.CompressedBytes.ToString(CultureInfo.InvariantCulture), c.RawBytes.ToString(CultureInfo.InvariantCulture),
                    c.CompressedBytes > 0 ? (c.RawBytes / (double)c.CompressedBytes).ToString("F2", CultureInfo.InvariantCulture) : "-");
            }

            Display.Write(view);
        }
    }

    private sealed record FileInfo(string Path, long Bytes, bool? ChecksumsOk, TableInfo[] Tables);

    private sealed record TableInfo(
        string Name, string Message, long Rows, int Tiles, int RowsPerTile, DateTime? FirstTime, DateTime? LastTime,
        [property: JsonPropertyName("datasum")] string? DataSum, [property: JsonPropertyName("checksum")] string? CheckSum, ColumnInfo[] Columns);

    private sealed record ColumnInfo(
        string Name, string Field, string Format, string ElementType, string Kind, string Codec, long CompressedBytes, long RawBytes);
}
