using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Runs;

namespace DigiCam.Cli.Commands;

/// <summary>The options that every task on a run has, with the names of the original scripts.</summary>
/// <param name="histogramName">Default name of the file of histograms.</param>
/// <param name="fitName">Default name of the file of results.</param>
/// <param name="fitOption">Long name of -p.</param>
internal sealed class TaskOptions(string histogramName, string fitName, string fitOption = "--perform_fit")
{
    private readonly Argument<string?> _folder = new("OUTPUT_DIRECTORY") { Description = "same as --output_directory", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _list = new("--file_list", "-f") { Description = "input file names separated by ','; without it all files that start with the base name", DefaultValueFactory = _ => "" };
    private readonly Option<string> _basename = new("--file_basename", "--file_namebase") { Description = "start of the input file names; may hold %s, %d or %03d", DefaultValueFactory = _ => "" };
    private readonly Option<int> _batch = new("--n_evt_per_batch", "-n") { Description = "events between two looks at progress and Ctrl+C; results do not depend on it", DefaultValueFactory = _ => Run.DefaultBatchEvents };
    private readonly Option<PixelOrder> _order = new("--pixel_order") { Description = "Legacy2017 for files before October 2017", DefaultValueFactory = _ => PixelOrder.FromFile };
    private readonly Option<string?> _shard = new("--shard") { Description = "fill the histograms of a part of the input only, as in 2/4 (of all tiles) or by names of files separated by ','; 'digicam merge' puts the parts together" };
    private readonly Option<int> _threads = new("--threads") { Description = "tiles that are read at the same time; 0 for one on each processor", DefaultValueFactory = _ => 0 };
    private readonly Option<bool> _strict = new("--strict") { Description = "end with an error where there is something wrong with the input, such as files or events that are missing, instead of telling it and going on" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "print nothing but errors" };

    /// <summary>-c; a task may describe this and the following in words of its own.</summary>
    public Option<bool> Create { get; } = new("--create_histo", "-c") { Description = "create the histograms" };

    /// <summary>-p.</summary>
    public Option<bool> Fit { get; } = new(fitOption, "-p") { Description = "fit the histograms (the saved ones without -c)" };

    /// <summary>-d.</summary>
    public FolderOption Directory { get; } = new("--directory", "-d") { Description = "input directory [default: .]" };

    /// <summary>--histo_filename.</summary>
    public Option<string> HistogramName { get; } = new("--histo_filename") { Description = "histogram file", DefaultValueFactory = _ => histogramName };

    /// <summary>--output_directory.</summary>
    public FolderOption Output { get; } = new("--output_directory") { IsOutput = true, Description = "directory of the histogram and fit files [default: .]" };

    /// <summary>--fit_filename.</summary>
    public Option<string> FitName { get; } = new("--fit_filename") { Description = "fit file", DefaultValueFactory = _ => fitName };

    /// <summary>--evt_max.</summary>
    public Option<long?> Maximum { get; } = new("--evt_max") { Description = "largest number of events of the whole run" };

    /// <summary>Further stages, listed with -c and -p.</summary>
    public IReadOnlyList<Option> FurtherStages { get; init; } = [];

    /// <summary>All that ask for a stage.</summary>
    public IReadOnlyList<Option> Stages => [Create, .. FurtherStages, Fit];

    /// <summary>Makes a command with these options and further ones.</summary>
    public Command CreateCommand(string name, string description, params Option[] further)
    {
        Command command = new(name, description) { _folder };
        foreach (Option option in (IEnumerable<Option>)[.. Stages, _list, Directory, _basename, HistogramName, Output, FitName, Maximum, _batch, _order, .. further, _shard, _threads, _strict, _quiet]) command.Add(option);
        return command;
    }

    /// <summary>What the user wrote.</summary>
    public TaskRequest Read(ParseResult result, string task) => new()
    {
        Task = task,
        Create = result.GetValue(Create),
        Fit = result.GetValue(Fit),
        FileList = result.GetRequiredValue(_list),
        Directory = result.GetValue(Directory),
        Basename = result.GetRequiredValue(_basename),
        OutputDirectory = result.GetValue(Output) ?? result.GetValue(_folder) ?? ".",
        HistogramName = result.GetRequiredValue(HistogramName),
        FitName = result.GetRequiredValue(FitName),
        MaximumEvents = result.GetValue(Maximum),
        BatchEvents = result.GetValue(_batch),
        PixelOrder = result.GetValue(_order),
        Shard = Shard(result.GetValue(_shard)),
        Threads = result.GetValue(_threads),
        Strict = result.GetValue(_strict),
        Quiet = result.GetValue(_quiet),
    };

    private static RunShard? Shard(string? text)
    {
        try
        {
            return text is null ? null : RunShard.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new UsageException($"--shard {exception.Message}");
        }
    }
}
