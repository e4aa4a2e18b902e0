namespace DigiCam.Notebooks.Formatting;

/// <summary>Makes the two formatters of a type of the kit: HTML from ToHtml(), plain text from ToString().</summary>
/// <typeparam name="T">The type shown.</typeparam>
internal sealed class HtmlFormatterSource<T>
    where T : IHtml
{
    /// <summary>Called by the notebook engine through reflection.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new ByNameFormatter("text/html", typeof(T), static item => ((T)item).ToHtml()),
        new ByNameFormatter("text/plain", typeof(T), static item => item.ToString() ?? ""),
    ];
}
