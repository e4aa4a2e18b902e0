namespace DigiCam.Notebooks.Formatting;

/// <summary>A formatter whose members the notebook engine finds by their names.</summary>
/// <param name="mimeType">What it writes.</param>
/// <param name="type">The type it is for.</param>
/// <param name="text">Makes the text; null = not of an object like this.</param>
internal sealed class ByNameFormatter(string mimeType, Type type, Func<object, string?> text)
{
    /// <summary>What the formatter writes.</summary>
    public string MimeType { get; } = mimeType;

    /// <summary>The type it is for.</summary>
    public Type Type { get; } = type;

    /// <summary>Writes an object; false when it is not one that is shown here.</summary>
    public bool Format(object instance, TextWriter writer)
    {
        if (!Type.IsInstanceOfType(instance) || text(instance) is not { } written) return false;
        writer.Write(written);
        return true;
    }
}
