namespace DigiCam.Notebooks.Formatting;

/// <summary>
/// Tells .NET Interactive how to show a type. The engine finds it by its name, so that the kit needs none of its assemblies.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>The class whose CreateTypeFormatters() makes the formatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>What an output holds: HTML, and its plain-text twin.</summary>
    public string[] PreferredMimeTypes { get; set; } = ["text/html", "text/plain"];
}
