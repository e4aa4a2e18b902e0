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
    /// Checks the raw values of a parameters cell. An empty <paramref name="input"/> means the sample run with high voltage off,
    /// which is simulated when it is not there yet (some seconds).
    /// </summary>
    /// <param name="input">Paths or patterns with * and ?, separated by commas, relative to the working directory; empty for the sample run.</param>
    /// <param name="maximumEvents">Number of events of the whole run to use; 0 for all.</param>
    /// <param name="pixelOrder">Name of a <see cref="PixelOrder"/>.</param>
    /// <exception cref="ArgumentException">A value makes no sense; the message names it.</exception>
    /// <exception cref="FileNotFoundException">Something matches no file, or there is no place for sample data.</exception>
    public static RunInput Input(string input, long maximumEvents = 0, string pixelOrder = nameof(PixelOrder.FromFile))
    {
        if (string.IsNullOrWhiteSpace(input))
        {
            string repository = SampleData.FindRepository() ?? throw new FileNotFoundException("input is empty, and this is not a clone of the repository that could hold sample data: name a run");
            input = SampleData.EnsureHvOffRun(repository);
        }

        return RunInput.From(input, maximumEvents, pixelOrder);
    }

    /// <summary>What the setup cell shows: a banner, and the chart library that the notebook's charts share.</summary>
    public static KitBanner Start()
    {
        InteractiveFormatters.Register();
        return new KitBanner();
    }
}
