using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace DigiCam.Notebooks.Plots;

/// <summary>plotly.js as it comes embedded in the Plotly.NET assembly (MIT licence).</summary>
internal static class PlotlyScript
{
    private const string Prefix = "Plotly.NET.plotly-";
    private const string Suffix = ".min.js";

    // By name: touching a type of it would load its F# core.
    private static Assembly Library => Assembly.Load("Plotly.NET");

    /// <summary>Its version, for example 2.28.0.</summary>
    public static string Version => ResourceName()[Prefix.Length..^Suffix.Length];

    /// <summary>Its source in zlib's format, a third as long as the source, and the notice of its licence.</summary>
    public static (string Notice, byte[] Source) Read()
    {
        using Stream stream = Library.GetManifestResourceStream(ResourceName())!;
        using StreamReader reader = new(stream);
        string source = reader.ReadToEnd().ReplaceLineEndings("\n");
        int end = source.IndexOf("*/", StringComparison.Ordinal);
        if (!source.StartsWith("/*", StringComparison.Ordinal) || end < 0) throw new InvalidOperationException("this plotly.js does not begin with its licence");
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(Encoding.UTF8.GetBytes(source));
        return (source[..(end + 2)], packed.ToArray());
    }

    private static string ResourceName() =>
        Library.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).LastOrDefault()
        ?? throw new InvalidOperationException("this version of Plotly.NET does not hold plotly.js");
}
