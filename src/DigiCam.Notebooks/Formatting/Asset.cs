namespace DigiCam.Notebooks.Formatting;

/// <summary>The style sheets and scripts embedded in this assembly.</summary>
internal static class Asset
{
    /// <summary>Reads an embedded file and puts an output's id in the place of __ID__.</summary>
    public static string Read(string name, string id) => Read(name).Replace("__ID__", id, StringComparison.Ordinal);

    /// <summary>Reads an embedded file.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(Asset).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the kit was built without its asset {name}");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd();
    }
}
