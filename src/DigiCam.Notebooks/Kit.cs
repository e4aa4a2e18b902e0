using System.Reflection;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks;

/// <summary>The kit itself; a notebook's setup cell ends with <c>Kit.Start()</c>.</summary>
public static class Kit
{
    /// <summary>Version of the kit.</summary>
    public static string Version { get; } =
        (typeof(Kit).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    /// <summary>What the setup cell shows: a banner, and the chart library that the notebook's charts share.</summary>
    public static KitBanner Start()
    {
        InteractiveFormatters.Register();
        return new KitBanner();
    }
}
