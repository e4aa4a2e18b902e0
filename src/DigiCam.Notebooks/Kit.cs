using System.Reflection;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Notebooks.Formatting;
using DigiCam.Runs;
using DigiCam.Simulation;

namespace DigiCam.Notebooks;

/// <summary>The kit itself; a notebook's setup cell ends with <c>Kit.Start()</c>.</summary>
public static class Kit
{
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
    /// <exception cref="FileNotFoundException">Something matches no file, or there is no place for sample data.</exception>
    public static RunInput Input(string input, long maximumEvents = 0, string pixelOrder = nameof(PixelOrder.FromFile), string sampleRun = SampleData.HvOff)
    {
        if (!string.IsNullOrWhiteSpace(input)) return RunInput.From(input, maximumEvents, pixelOrder);
        string repository = SampleData.FindRepository() ?? throw new FileNotFoundException("input is empty, and this is not a clone of the repository that could hold sample data: name a run");
        SampleCampaign campaign = SampleData.Campaign(repository);
        if (campaign.Find(sampleRun) is null) Console.WriteLine($"Simulating the sample run {sampleRun} into {Path.GetRelativePath(repository, campaign.Folder)}; this is done once.");
        return RunInput.From(campaign.Ensure(sampleRun).Files, maximumEvents, pixelOrder);
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
        return HvOffFitter.Fit(AdcHistograms.Accumulate(run));
    }

    /// <summary>What the setup cell shows: a banner, and the chart library that the notebook's charts share.</summary>
    public static KitBanner Start()
    {
        InteractiveFormatters.Register();
        return new KitBanner();
    }
}
