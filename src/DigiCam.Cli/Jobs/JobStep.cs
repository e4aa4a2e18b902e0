using System.Collections.Immutable;

namespace DigiCam.Cli.Jobs;

/// <summary>One step of a job: a digicam command that is run once, or once for each part of its input.</summary>
internal sealed record JobStep
{
    /// <summary>Its name, which is one of its own within the job and does for a file: letters, digits, '-', '_' and '.'.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, for people who read a script.</summary>
    public required string Description { get; init; }

    /// <summary>The arguments of digicam, all paths absolute; with <see cref="Shards"/> those without --shard.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>Number of parts of the input, each of which is worked on by itself; 0 when the step is run once on the whole of it.</summary>
    public int Shards { get; init; }

    /// <summary>The files it reads, absolute; each part of the input is found in all of them.</summary>
    public ImmutableArray<string> Inputs { get; init; } = [];

    /// <summary>The files it writes, absolute; with <see cref="Shards"/> one for each part, in their order.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>Names of the steps that come first.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>Whether it is run whatever became of the steps before it, and each time anew: it shows what there is.</summary>
    public bool Always { get; init; }

    /// <summary>What there is to run: the parts from 1 on, or 0 for the whole.</summary>
    public IEnumerable<int> Elements => Shards == 0 ? [0] : Enumerable.Range(1, Shards);

    /// <summary>The arguments of digicam for one of the <see cref="Elements"/>.</summary>
    public ImmutableArray<string> ArgumentsOf(int element) => Shards == 0 ? Arguments : [.. Arguments, "--shard", FormattableString.Invariant($"{element}/{Shards}")];

    /// <summary>The files that one of the <see cref="Elements"/> writes.</summary>
    public ImmutableArray<string> OutputsOf(int element) => Shards == 0 ? Outputs : [Outputs[element - 1]];

    /// <summary>How people call one of the <see cref="Elements"/>.</summary>
    public string TitleOf(int element) => Shards == 0 ? Name : FormattableString.Invariant($"{Name} {element}/{Shards}");

    /// <summary>The record of one of the <see cref="Elements"/>.</summary>
    /// <param name="folder">The folder of the job.</param>
    /// <param name="element">The element; in scripts the shell's name for it.</param>
    public string RecordPath(string folder, object element) =>
        Path.Combine(folder, "records", Shards == 0 ? Name + ".json" : FormattableString.Invariant($"{Name}.{element}-of-{Shards}.json"));
}
