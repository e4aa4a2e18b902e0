using System.Collections.Immutable;
using DigiCam.Cli.Commands;
using DigiCam.Cli.Jobs;
using DigiCam.DarkSpe;
using DigiCam.HvOff;
using DigiCam.LightScan;

namespace DigiCam.Cli.Campaigns;

/// <summary>What a campaign knows of a task: its stages, the files that others need of it, and its notebooks.</summary>
internal sealed record TaskKind
{
    private const string HvOffName = "hvoff";
    private const string DarkName = "dark";
    private const string DarkRateName = "dark-rate";
    private const string ScanName = "ac-dac-scan";
    private const string LedName = "led-calibration";

    // The campaign says where files are and what they are called.
    private static readonly string[] OwnOptions =
    [
        "help", "quiet", "shard", "threads", "directory", "output_directory", "file_list", "file_basename", "histo_filename", "fit_filename", "peak_histo_filename", "scan_plan",
        "input_fit_filename", "input_fit_hvoff_filename", "input_fit_dark_filename", "create_histo", "create_time_histo", "perform_fit", "perform_fit_gain", "perform_fit_mu",
    ];

    // What a plan of the scan says.
    private static readonly string[] ScanOptions = ["scan_level", "dc_level", "events_per_level", "first_event"];

    /// <summary>All tasks, in the order in which a camera is commissioned.</summary>
    public static ImmutableArray<TaskKind> All { get; } =
    [
        new TaskKind { Definition = Defined(HvOffName), Stages = ["-c", "-p"], Fit = HvOffFiles.DefaultFitName, Histograms = HvOffFiles.DefaultHistogramName, Notebooks = ["01-hv-off"] },
        new TaskKind { Definition = Defined(DarkName), Stages = ["-c", "-p"], Fit = DarkCommand.DefaultFitName, Histograms = H5(DarkCommand.DefaultHistogramName), Notebooks = ["02-dark"] },
        new TaskKind { Definition = Defined("dark-spe"), Stages = ["-c", "-p"], Fit = DarkSpeFiles.DefaultFitName, Histograms = H5(DarkSpeFiles.DefaultHistogramName), Notebooks = ["03-dark-spe"] },
        new TaskKind { Definition = Defined(DarkRateName), Stages = ["-c", "-p"], Fit = DarkRateCommand.DefaultFitName, Histograms = DarkRateCommand.DefaultHistogramName, Notebooks = ["04-dark-count-rate"] },
        new TaskKind { Definition = Defined(ScanName), Stages = ["-t", "-c", "-g", "-p"], Fit = LightScanFiles.DefaultLevelFitName, Histograms = H5(ChargeFiles.DefaultHistogramName), Notebooks = ["05-synchronisation", "06-ac-scan"] },
        new TaskKind { Definition = Defined(LedName), Stages = ["-p"], Fit = LedCalibration.LedFiles.DefaultFitName, Histograms = "", Notebooks = ["07-led-calibration"] },
    ];

    /// <summary>The task.</summary>
    public required TaskDefinition Definition { get; init; }

    /// <summary>Name of the task.</summary>
    public string Name => Definition.Command.Name;

    /// <summary>The options that ask for all its stages.</summary>
    public required ImmutableArray<string> Stages { get; init; }

    /// <summary>Name of the file of its result.</summary>
    public required string Fit { get; init; }

    /// <summary>Name of the file of histograms that its notebooks take.</summary>
    public required string Histograms { get; init; }

    /// <summary>Its notebooks, without .ipynb.</summary>
    public required ImmutableArray<string> Notebooks { get; init; }

    /// <summary>Whether this is the task on runs with high voltage off.</summary>
    public bool IsHvOff => Name == HvOffName;

    /// <summary>Whether its result has rates of dark counts for the fits of scans.</summary>
    public bool HasDarkRates => Name is DarkName or DarkRateName;

    /// <summary>Whether this is the task on scans of the LEDs.</summary>
    public bool IsScan => Name == ScanName;

    /// <summary>Whether this is the task on the results of a scan.</summary>
    public bool IsLedCalibration => Name == LedName;

    /// <summary>Whether it reads camera files.</summary>
    public bool ReadsRun => !IsLedCalibration;

    /// <summary>Names of the options that a plan may give.</summary>
    public IEnumerable<string> Options => Definition.Command.Options.Select(option => option.Name.TrimStart('-')).Where(name => !IsSetByCampaign(name));

    /// <summary>Whether an option is the campaign's affair.</summary>
    public bool IsSetByCampaign(string option) => IsLedCalibration ? OwnOptions.Except(["input_fit_filename"]).Append("led").Contains(option) : OwnOptions.Contains(option) || (IsScan && ScanOptions.Contains(option));

    private static TaskDefinition Defined(string name) => TaskDefinition.All.Single(task => task.Command.Name == name);

    private static string H5(string name) => Path.ChangeExtension(name, ".h5");
}
