namespace DigiCam.Notebooks.Formatting;

/// <summary>Several outputs one below the other.</summary>
/// <param name="text">The text that stands for all of them.</param>
/// <param name="parts">The outputs.</param>
internal sealed class Outputs(string text, params IReadOnlyList<IHtml> parts) : IHtml
{
    /// <inheritdoc/>
    public string ToHtml() => string.Concat(parts.Select(part => part.ToHtml()));

    /// <inheritdoc/>
    public override string ToString() => text;
}
