using System.Collections.Immutable;
using System.Reflection;
using DigiCam.Dark;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Notebooks.Formatting;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;

namespace DigiCam.Notebooks;

/// <summary>The kit itself; a notebook's setup cell ends with <c>Kit.Start()</c>.</summary>
public static class Kit
{
    private const string SampleScan = "ac_scan";

    /// <summary>Version of the kit.</summary>
    public static string Version { get; } =
        (typeof(Kit).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    /// <summary>
    /// Checks the raw values of a parameters cell. An empty <paramref name="input"/> means a run of the demonstration campaign, which is simulated when
    /// it is not there yet (some seconds; a line says so).
    /// </summary>
    /// <param name="input">Paths or patterns with * and ?, separated by commas, relative to the working directory; empty for the sample run.</param>
    /// <param name="maximumEvents">Number of events of the whole run to use; 0 for all.</param>
    /// <param name="pixelOrder">Name of a <see cref="PixelOrder"/>.</param>
    /// <param name="sampleRun">Which run of data-samples/campaign.yaml stands in for an empty input: hv_off, dark or ac_scan.</param>
    /// <exception cref="ArgumentException">A value makes no sense; the message names it.</exception>
    /// <exception cref="FileNotFoundException">Something matches no file.</exception>
    public static RunInput Input(string input, long maximumEvents = 0, string pixelOrder = nameof(PixelOrder.FromFile), string sampleRun = SampleData.HvOff)
    {
        if (!string.IsNullOrWhiteSpace(input)) return RunInput.From(input, maximumEvents, pixelOrder);
        SampleCampaign campaign = SampleData.Campaign();
        if (campaign.Find(sampleRun) is { } ready) return RunInput.From(ready.Files, maximumEvents, pixelOrder);
        Console.WriteLine($"Simulating the sample run {sampleRun} into data-samples/{Path.GetFileName(campaign.Folder)}; this is done once.");
        return RunInput.From(campaign.Ensure(sampleRun, Show.Progress("simulating")).Files, maximumEvents, pixelOrder);
    }

    /// <summary>Baselines and electronic noise for the tasks on a dark run. With no file and no input, as of a notebook that is tried out, the sample run with high voltage off is fitted.</summary>
    /// <param name="fit">The result of the HV-off task, adc_hv_off_fit.npz or .h5; empty for the sample run.</param>
    /// <param name="input">The input of the notebook.</param>
    /// <exception cref="ArgumentException">An input is given, but no HV-off result that belongs to it.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file; the message names file and key.</exception>
    public static HvOffResult HvOff(string fit, string input)
    {
        if (!string.IsNullOrWhiteSpace(fit)) return HvOffFiles.ReadInput(fit);
        if (!string.IsNullOrWhiteSpace(input)) throw new ArgumentException("hvOff is empty: dark counts are told from noise by the HV-off result of the same camera, adc_hv_off_fit.npz");
        using Run run = Input("").Open();
        return HvOffFitter.Fit(AdcHistograms.Accumulate(run, progress: Show.Progress("reading the HV-off run")));
    }

    /// <summary>Opens the scan of a parameters cell. An empty <paramref name="plan"/> means the scan of the demonstration campaign, which is simulated when it is not there yet.</summary>
    /// <param name="plan">The scan plan (CSV, YAML, JSON), beside which its files lie; empty for the sample scan.</param>
    /// <param name="input">Paths or patterns of the files, separated by commas, for a plan that names none and counts events through all files; otherwise empty.</param>
    /// <param name="maximumEvents">Number of events of the whole scan to use; 0 for all.</param>
    /// <param name="pixelOrder">Name of a <see cref="PixelOrder"/>.</param>
    /// <exception cref="ArgumentException">A value makes no sense; the message names it.</exception>
    /// <exception cref="FileNotFoundException">There are no such files.</exception>
    /// <exception cref="DigiCam.Plans.PlanException">The plan cannot be understood.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the files do not belong together.</exception>
    public static Scan Scan(string plan, string input = "", long maximumEvents = 0, string pixelOrder = nameof(PixelOrder.FromFile))
    {
        if (string.IsNullOrWhiteSpace(plan))
        {
            if (!string.IsNullOrWhiteSpace(input)) throw new ArgumentException("plan is empty: which events belong to which level is in the scan plan");
            RunInput sample = Input("", maximumEvents, pixelOrder, SampleScan);
            string folder = Path.GetDirectoryName(sample.Files[0])!;
            return DigiCam.Scans.Scan.Open(ScanPlan.Read(Path.Combine(folder, SampleScan + "_plan.csv")), folder, sample.Options);
        }

        ScanPlan read = ScanPlan.Read(plan);
        if (!read.NamesFiles)
        {
            RunInput files = RunInput.From(input, maximumEvents, pixelOrder);
            return DigiCam.Scans.Scan.Open(read, files.Files, files.Options);
        }

        if (!string.IsNullOrWhiteSpace(input)) throw new ArgumentException($"input is given, but {plan} names its files itself");
        return DigiCam.Scans.Scan.Open(read, Path.GetDirectoryName(plan) ?? "", RunInput.From([], maximumEvents, pixelOrder).Options);
    }

    /// <summary>
    /// Rates of dark counts for the fits of a scan (pixel) [MHz]; NaN = not known. With no file and no plan, as of a notebook that is tried out, the sample dark run is fitted; with a plan and no file none is known, and
    /// the fits of the scan find them.
    /// </summary>
    /// <param name="fit">The result of the dark run, adc_hv_on_fit.h5 or that of the dark count rates; may be empty.</param>
    /// <param name="plan">The scan plan of the notebook.</param>
    /// <param name="hvOff">Baselines and noise, for the sample run.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It has no rates.</exception>
    public static ImmutableArray<double> DarkCountRates(string fit, string plan, HvOffResult hvOff)
    {
        ArgumentNullException.ThrowIfNull(hvOff);
        if (!string.IsNullOrWhiteSpace(fit)) return LightScan.DarkCountRates.Read(fit);
        if (!string.IsNullOrWhiteSpace(plan)) return default;
        using Run run = Input("", sampleRun: "dark").Open();
        return LightScan.DarkCountRates.Of(DarkFitter.Fit(DarkPass.Accumulate(run, Pedestals.From(hvOff), progress: Show.Progress("reading the dark run")), hvOff));
    }

    /// <summary>
    /// Tells .NET Interactive, when it runs the notebook, how objects of the kit are shown. <see cref="Start"/> does so, and so does the extension script of the NuGet package; other engines
    /// find the formatters themselves.
    /// </summary>
    public static void RegisterFormatters() => InteractiveFormatters.Register();

    /// <summary>What the setup cell shows: a banner, and the chart library that the notebook's charts share.</summary>
    public static KitBanner Start()
    {
        RegisterFormatters();
        return new KitBanner();
    }
}
