using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace DigiCam.Cli.Reporting;

/// <summary>How commands show tables, JSON and checksums.</summary>
internal static class Display
{
    private const int WidthWithoutTerminal = 160;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void WriteJson<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, Json));

    public static void Write(Table table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = WidthWithoutTerminal;
        console.Write(table);
    }

    /// <summary>A table with titles; those of the second list stand to the right.</summary>
    public static Table CreateTable(string[] texts, string[] numbers)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string title in texts) table.AddColumn(title);
        foreach (string title in numbers) table.AddColumn(new TableColumn(title).RightAligned());
        return table;
    }

    /// <summary>The state of a checksum in one word.</summary>
    public static string StateOf(bool present, bool ok) => !present ? "absent" : ok ? "ok" : "bad";

    /// <summary>A count with its noun in the right number.</summary>
    public static string Count(long count, string noun) => FormattableString.Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");
}
