using System.Collections.Immutable;
using System.CommandLine;
using DigiCam.Cli.Reporting;

namespace DigiCam.Cli.Jobs;

/// <summary>What is asked of Slurm for every step.</summary>
internal sealed record SlurmOptions
{
    /// <summary>Processors of a process; 0 for what the cluster gives, which is one.</summary>
    public int Cpus { get; init; }

    /// <summary>Elements of an array that run at the same time at most; 0 for no limit.</summary>
    public int ArrayLimit { get; init; }

    /// <summary>Further options of sbatch, each as it is written after #SBATCH, such as --partition=long.</summary>
    public ImmutableArray<string> Sbatch { get; init; } = [];
}

/// <summary>The options of commands that write scripts for Slurm.</summary>
internal sealed class SlurmOptionSet
{
    private readonly Option<int> _cpus = new("--cpus") { Description = "processors of each process (--cpus-per-task); it uses as many threads [default: those of the cluster]" };
    private readonly Option<int> _limit = new("--array-limit") { Description = "parts that run at the same time at most [default: no limit]" };
    private readonly Option<string[]> _sbatch = new("--sbatch-option") { Description = "an option of sbatch as it is, such as --constraint=avx2; may be given several times", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = false };
    private readonly Option<bool> _submit = new("--submit") { Description = "submit the scripts, too" };
    private readonly Option<string?>[] _named =
    [
        new("--partition") { Description = "partition of the cluster" },
        new("--time") { Description = "time limit of each process, such as 2:00:00" },
        new("--mem") { Description = "memory of each process, such as 4G" },
        new("--account") { Description = "account to be charged" },
    ];

    /// <summary>All options.</summary>
    public IEnumerable<Option> All => [_submit, _cpus, _limit, .. _named, _sbatch];

    /// <summary>Whether scripts are to be submitted.</summary>
    public bool Submit(ParseResult result) => result.GetValue(_submit);

    /// <summary>What the user wrote.</summary>
    /// <exception cref="UsageException">It makes no sense.</exception>
    public SlurmOptions Read(ParseResult result)
    {
        List<string> lines = [];
        foreach (Option<string?> option in _named)
        {
            if (result.GetValue(option) is { } value) lines.Add($"{option.Name}={SlurmScripts.QuoteDirective(value)}");
        }

        foreach (string option in result.GetRequiredValue(_sbatch))
        {
            if (!option.StartsWith('-')) throw new UsageException($"--sbatch-option {option}: options of sbatch begin with -");
            lines.Add(option);
        }

        if (lines.FirstOrDefault(line => line.AsSpan().ContainsAny('\n', '\r')) is { } broken) throw new UsageException($"{broken.ReplaceLineEndings(" ")}: an option of sbatch is one line");
        return new SlurmOptions { Cpus = Positive(result, _cpus), ArrayLimit = Positive(result, _limit), Sbatch = [.. lines] };
    }

    // 0 for one that is not given.
    private static int Positive(ParseResult result, Option<int> option) => result.GetResult(option) is null ? 0
        : result.GetValue(option) is >= 1 and var value ? value : throw new UsageException(FormattableString.Invariant($"{option.Name} {result.GetValue(option)}: at least 1 is needed"));
}
