namespace DigiCam.Notebooks.Formatting;

/// <summary>A formatter whose members the notebook engine finds by their names.</summary>
internal sealed class ByNameFormatter(string mimeType, Type type, Func<object, string> text)
{
    /// <summary>What the formatter writes.</summary>
    public string MimeType { get; } = mimeType;

    /// <summary>The type it is for.</summary>
    public Type Type { get; } = type;

    /// <summary>Writes an object; false when it is not of the type.</summary>
    public bool Format(object instance, TextWriter writer)
    {
        if (!Type.IsInstanceOfType(instance)) return false;
        writer.Write(text(instance));
        return true;
    }
}
