using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace DigiCam.Kernel.Documents;

/// <summary>One value in several representations: media type to text. Immutable; enumerated in ordinal order of the media types.</summary>
/// <remarks>Binary types hold base64 text and JSON types hold JSON text, both as in the file.</remarks>
public sealed class MimeBundle : IReadOnlyDictionary<string, string>
{
    private readonly SortedDictionary<string, string> _data;

    /// <summary>Creates a bundle from its representations; of two with the same media type the last one stays.</summary>
    public MimeBundle(IEnumerable<KeyValuePair<string, string>> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _data = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string mimeType, string text) in data) _data[mimeType] = text;
    }

    /// <summary>Creates a bundle with one representation.</summary>
    public MimeBundle(string mimeType, string text)
        : this([KeyValuePair.Create(mimeType, text)])
    {
    }

    /// <inheritdoc/>
    public int Count => _data.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _data.Keys;

    /// <inheritdoc/>
    public IEnumerable<string> Values => _data.Values;

    /// <inheritdoc/>
    public string this[string key] => _data[key];

    /// <summary>True for media types whose content is JSON itself rather than text.</summary>
    public static bool IsJson(string mimeType)
    {
        ArgumentNullException.ThrowIfNull(mimeType);
        return mimeType == "application/json" || mimeType.EndsWith("+json", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _data.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => _data.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _data.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The media types.</summary>
    public override string ToString() => string.Join(", ", _data.Keys);
}
