namespace DigiCam.Notebooks.Formatting;

/// <summary>
/// Tells notebook engines how to show a type of another assembly, which knows nothing of notebooks. The kit's own engine finds it by its name; .NET Interactive
/// knows no such attribute and is told by <see cref="InteractiveFormatters"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class TypeFormatterSourceForAttribute(Type shownType, Type formatterSourceType) : Attribute
{
    /// <summary>The type; types derived from it are shown the same way.</summary>
    public Type ShownType { get; } = shownType;

    /// <summary>The class whose CreateTypeFormatters() makes the formatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;
}
