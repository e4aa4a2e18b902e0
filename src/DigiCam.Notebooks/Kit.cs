using System.Reflection;
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

    /// <summary>What the setup cell shows: a banner, and the chart library that the notebook's charts share.</summary>
    public static KitBanner Start()
    {
        InteractiveFormatters.Register();
        return new KitBanner();
    }
}
