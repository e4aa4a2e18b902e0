namespace DigiCam.Kernel.Formatting;

/// <summary>Text that is HTML already and is shown as such.</summary>
/// <param name="Html">The HTML fragment.</param>
public sealed record HtmlContent(string Html)
{
    /// <summary>The HTML fragment itself.</summary>
    public string ToHtml() => Html;

    /// <summary>The HTML fragment itself.</summary>
    public override string ToString() => Html;
}
