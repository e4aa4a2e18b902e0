using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using DigiCam.Cli.Commands;

namespace DigiCam.Cli.Jobs;

/// <summary>A task as its command defines it: the options, and the stages that a command line asks for with the files they read and write.</summary>
/// <param name="Command">The command.</param>
/// <param name="StageOptions">The options that ask for stages.</param>
/// <param name="Stages">The stages of a command line in order; nothing is read but plans and the names of files. Throws what the command itself throws at options that make no sense.</param>
internal sealed record TaskDefinition(Command Command, IReadOnlyList<Option> StageOptions, Func<ParseResult, IReadOnlyList<TaskStage>> Stages)
{
    /// <summary>All tasks, in the order in which a camera is commissioned.</summary>
    public static ImmutableArray<TaskDefinition> All { get; } =
        [HvOffCommand.Define(), DarkCommand.Define(), DarkSpeCommand.Define(), DarkRateCommand.Define(), AcDacScanCommand.Define(), LedCalibrationCommand.Define()];

    /// <summary>The command line again, with long names and absolute paths, without the options that ask for stages.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    public ImmutableArray<string> Absolute(ParseResult parsed, string folder)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        words.Add(Command.Name);
        foreach (OptionResult given in parsed.CommandResult.Children.OfType<OptionResult>().Where(given => !given.Implicit && !StageOptions.Contains(given.Option)))
        {
            words.Add(given.Option.Name);
            words.AddRange(given.Tokens.Select(token => given.Option is FolderOption or FileOption ? Path.GetFullPath(token.Value, folder) : token.Value));
        }

        // The folder of the output may stand without its option.
        string?[] arguments = [.. Command.Arguments.OfType<Argument<string?>>().Select(parsed.GetValue)];
        foreach (FolderOption option in Command.Options.OfType<FolderOption>().Where(option => parsed.GetResult(option) is null or { Implicit: true }))
        {
            string? path = option.IsOutput ? arguments.FirstOrDefault() ?? "." : option.DefaultIsCurrent(parsed) ? "." : null;
            if (path is not null) words.AddRange(option.Name, Path.GetFullPath(path, folder));
        }

        return words.ToImmutable();
    }
}

/// <summary>An option that names a file.</summary>
internal sealed class FileOption(string name, params string[] aliases) : Option<string?>(name, aliases);

/// <summary>An option that names a folder.</summary>
internal sealed class FolderOption(string name, params string[] aliases) : Option<string?>(name, aliases)
{
    /// <summary>True for the folder of the output, which can be given as the command's argument, too.</summary>
    public bool IsOutput { get; init; }

    /// <summary>Whether the current folder is meant where this option is not given.</summary>
    public Func<ParseResult, bool> DefaultIsCurrent { get; set; } = _ => true;
}
