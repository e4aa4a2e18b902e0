using System.CommandLine;
using DigiCam.Runs;

namespace DigiCam.Cli.Commands;

/// <summary>The options that every task on a run has, with the names of the original scripts.</summary>
internal sealed class TaskOptions(string histogramName, string fitName)
{
    private readonly Argument<string?> _folder = new("OUTPUT_DIRECTORY") { Description = "same as --output_directory", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _create = new("--create_histo", "-c") { Description = "create the histograms" };
    private readonly Option<bool> _fit = new("--perform_fit", "-p") { Description = "fit the histograms (the saved ones without -c)" };
    private readonly Option<string> _list = new("--file_list", "-f") { Description = "input file names separated by ','; without it all files that start with the base name", DefaultValueFactory = _ => "" };
    private readonly Option<string> _directory = new("--directory", "-d") { Description = "input directory", DefaultValueFactory = _ => "." };
    private readonly Option<string> _basename = new("--file_basename", "--file_namebase") { Description = "start of the input file names; may hold %s, %d or %03d", DefaultValueFactory = _ => "" };
    private readonly Option<string> _histogramName = new("--histo_filename") { Description = "histogram file", DefaultValueFactory = _ => histogramName };
    private readonly Option<string?> _output = new("--output_directory") { Description = "directory of the histogram and fit files [default: .]" };
    private readonly Option<string> _fitName = new("--fit_filename") { Description = "fit file", DefaultValueFactory = _ => fitName };
    private readonly Option<long?> _maximum = new("--evt_max") { Description = "largest number of events of the whole run" };
    private readonly Option<int> _batch = new("--n_evt_per_batch", "-n") { Description = "events between two looks at progress and Ctrl+C; results do not depend on it", DefaultValueFactory = _ => Run.DefaultBatchEvents };
    private readonly Option<PixelOrder> _order = new("--pixel_order") { Description = "Legacy2017 for files before October 2017", DefaultValueFactory = _ => PixelOrder.FromFile };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "print nothing but errors" };

    /// <summary>Makes a command with these options and further ones.</summary>
    public Command CreateCommand(string name, string description, params Option[] further)
    {
        Command command = new(name, description) { _folder, _create, _fit, _list, _directory, _basename, _histogramName, _output, _fitName, _maximum, _batch, _order };
        foreach (Option option in further) command.Add(option);
        command.Add(_quiet);
        return command;
    }

    /// <summary>What the user wrote.</summary>
    public TaskRequest Read(ParseResult result, string task) => new()
    {
        Task = task,
        Create = result.GetValue(_create),
        Fit = result.GetValue(_fit),
        FileList = result.GetRequiredValue(_list),
        Directory = result.GetRequiredValue(_directory),
        Basename = result.GetRequiredValue(_basename),
        OutputDirectory = result.GetValue(_output) ?? result.GetValue(_folder) ?? ".",
        HistogramName = result.GetRequiredValue(_histogramName),
        FitName = result.GetRequiredValue(_fitName),
        MaximumEvents = result.GetValue(_maximum),
        BatchEvents = result.GetValue(_batch),
        PixelOrder = result.GetValue(_order),
        Quiet = result.GetValue(_quiet),
    };
}
