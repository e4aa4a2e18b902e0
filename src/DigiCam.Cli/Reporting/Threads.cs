using System.CommandLine;

namespace DigiCam.Cli.Reporting;

/// <summary>The option of how many tiles are worked on at the same time.</summary>
internal static class Threads
{
    /// <summary>Each thread holds a decoded tile, 20 MB for 100 events of 1296 pixels; more threads are for those who ask for them.</summary>
    private const int MostByDefault = 2;

    public static Option<int> CreateOption() => new("--threads")
    {
        Description = "tiles that are worked on at the same time; each takes memory for a whole tile",
        DefaultValueFactory = _ => Math.Min(MostByDefault, Environment.ProcessorCount),
    };

    /// <summary>The number the user wants.</summary>
    /// <exception cref="UsageException">It is not positive.</exception>
    public static int Of(ParseResult result, Option<int> option)
    {
        int threads = result.GetValue(option);
        return threads >= 1 ? threads : throw new UsageException(FormattableString.Invariant($"--threads {threads}: at least 1 is needed"));
    }
}
