using System.Reflection;

namespace DigiCam.Notebooks.Plots;

/// <summary>plotly.js as it comes embedded in the Plotly.NET assembly (MIT licence, notice kept in its first lines).</summary>
internal static class PlotlyScript
{
    private const string Prefix = "Plotly.NET.plotly-";
    private const string Suffix = ".min.js";

    // By name: touching a type of it would load its F# core.
    private static Assembly Library => Assembly.Load("Plotly.NET");

    /// <summary>Its version, for example 2.28.0.</summary>
    public static string Version => ResourceName()[Prefix.Length..^Suffix.Length];

    /// <summary>Its source.</summary>
    public static string Read()
    {
        using Stream stream = Library.GetManifestResourceStream(ResourceName())!;
        using StreamReader reader = new(stream);
        string source = reader.ReadToEnd().ReplaceLineEndings("\n");

        // Inside a page nothing may end the script element.
        return source.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
    }

    private static string ResourceName() =>
        Library.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).LastOrDefault()
        ?? throw new InvalidOperationException("this version of Plotly.NET does not hold plotly.js");
}
