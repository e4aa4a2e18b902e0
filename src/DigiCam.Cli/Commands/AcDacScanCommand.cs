using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Synchronisation;

namespace DigiCam.Cli.Commands;

/// <summary>digicam ac-dac-scan: scans of the LEDs, in the stages and with the options of the original script.</summary>
internal static class AcDacScanCommand
{
    private const string Name = "ac-dac-scan";

    public static Command Create() => Define().Command;

    public static TaskDefinition Define()
    {
        Option<bool> times = new("--create_time_histo", "-t") { Description = "find position and time of the flash in every pixel" };
        Option<bool> full = new("--create_full_histo", "-k") { Description = "add the charges of all levels up (needs -c, now or earlier)" };
        Option<bool> gain = new("--perform_fit_gain", "-g") { Description = "fit gain, noise and crosstalk of every pixel: several levels together, and the sum of all levels (needs -c, now or earlier)" };
        TaskOptions options = new(ChargeFiles.DefaultHistogramName, LightScanFiles.DefaultLevelFitName, "--perform_fit_mu") { FurtherStages = [times, full, gain] };
        options.Create.Description = "fill the charges of every level (needs -t, now or earlier)";
        options.Fit.Description = "fit the light of every level and pixel (needs -g, now or earlier)";
        options.Directory.Description = "input directory [default: that of the plan, or .]";
        options.HistogramName.Description = "file of the charges";
        options.Output.Description = "directory of the files that are written [default: .]";
        options.FitName.Description = "file of the fits; that of the gains has full_ before it, and where the scan has several DC levels each has files of its own with _dc and its value behind the name";
        options.Maximum.Description = "largest number of events of the whole scan";
        Option<string?> levels = new("--scan_level", "-l") { Description = "AC levels separated by ','; exactly three are first, last and step" };
        Option<string?> dcLevels = new("--dc_level") { Description = "DC levels in the same way: at each of them all AC levels are taken [default: 0]" };
        Option<int?> perLevel = new("--events_per_level", "-e") { Description = "events of each level, counted through all files; without it each level has a file" };
        Option<long?> firstEvent = new("--first_event") { Description = "number of the first event of the scan, where events may be missing before the first one there is" };
        FileOption plan = new("--scan_plan") { Description = "plan of the scan (CSV, YAML, JSON) instead of -l, -e and -f" };
        Option<string> peakName = new("--peak_histo_filename") { Description = "file of the pulse positions", DefaultValueFactory = _ => SynchronisationFiles.DefaultHistogramName };
        FileOption hvOff = new("--input_fit_hvoff_filename", "--input_fit_filename") { Description = $"fit file of digicam hvoff, .npz or .h5 [default: {HvOffFiles.DefaultFitName} in the output directory]" };
        FileOption dark = new("--input_fit_dark_filename") { Description = "result of digicam dark or digicam dark-rate (.h5): rates of dark counts, which the fits otherwise find themselves" };
        Option<int?> samples = new("--charge_samples") { Description = "samples of a charge; 1 for amplitudes [default: what the plan says, or 1]" };
        Command command = options.CreateCommand(
            Name,
            "LED scans: position of the flash in every pixel, spectra of every level and pixel, gain, crosstalk, and the light of every level. Without -t, -c, -k, -g and -p saved results are only displayed.",
            levels, dcLevels, perLevel, firstEvent, plan, peakName, hvOff, dark, samples);
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => Read(result).RunAsync(cancellationToken)));
        options.Directory.DefaultIsCurrent = result => result.GetValue(plan) is null;
        return new TaskDefinition(command, options.Stages, result => Read(result).Stages());

        ScanRequest Read(ParseResult result) => new(options.Read(result, Name))
        {
            Times = result.GetValue(times),
            Full = result.GetValue(full),
            Gain = result.GetValue(gain),
            Levels = result.GetValue(levels),
            DcLevels = result.GetValue(dcLevels),
            EventsPerLevel = result.GetValue(perLevel),
            FirstEvent = result.GetValue(firstEvent),
            PlanPath = result.GetValue(plan),
            PeakName = result.GetRequiredValue(peakName),
            HvOffPath = result.GetValue(hvOff),
            DarkPath = result.GetValue(dark),
            ChargeSamples = result.GetValue(samples),
        };
    }
}
