using System.Globalization;

namespace DigiCam.Zfits;

/// <summary>One keyword of a FITS header. Immutable.</summary>
public sealed record FitsCard
{
    internal FitsCard(string keyword, FitsCardKind kind, string value, string? comment)
    {
        Keyword = keyword;
        Kind = kind;
        Value = value;
        Comment = comment;
    }

    /// <summary>The keyword, 1 to 8 characters of <c>A-Z 0-9 - _</c>.</summary>
    public string Keyword { get; }

    /// <summary>The kind of the value.</summary>
    public FitsCardKind Kind { get; }

    /// <summary>The text of a string card without quotes and trailing blanks; otherwise the value as it is written.</summary>
    public string Value { get; }

    /// <summary>The comment behind the value, null when there is none.</summary>
    public string? Comment { get; }

    /// <summary>A string card.</summary>
    /// <param name="keyword">Keyword, at most 8 characters of <c>A-Z 0-9 - _</c>.</param>
    /// <param name="value">Printable ASCII text.</param>
    /// <param name="comment">Comment; dropped when the card would exceed 80 characters.</param>
    /// <exception cref="ArgumentException">Keyword, value or comment cannot be written to a FITS card.</exception>
    public static FitsCard Text(string keyword, string value, string? comment = null)
    {
        CheckPrintable(value, nameof(value));
        if (value.Length + value.Count(c => c == '\'') > 68) throw new ArgumentException($"the value of {keyword} does not fit a FITS card", nameof(value));
        return Create(keyword, FitsCardKind.Text, value, comment);
    }

    /// <summary>An integer card.</summary>
    /// <inheritdoc cref="Text(string, string, string?)"/>
    public static FitsCard Integer(string keyword, long value, string? comment = null) =>
        Create(keyword, FitsCardKind.Integer, value.ToString(CultureInfo.InvariantCulture), comment);

    /// <summary>A real card.</summary>
    /// <inheritdoc cref="Text(string, string, string?)"/>
    public static FitsCard Real(string keyword, double value, string? comment = null)
    {
        if (!double.IsFinite(value)) throw new ArgumentException("a FITS header holds finite numbers only", nameof(value));
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return Create(keyword, FitsCardKind.Real, text.AsSpan().ContainsAny('.', 'E') ? text : text + ".", comment);
    }

    /// <summary>A logical card.</summary>
    /// <inheritdoc cref="Text(string, string, string?)"/>
    public static FitsCard Logical(string keyword, bool value, string? comment = null) => Create(keyword, FitsCardKind.Logical, value ? "T" : "F", comment);

    internal static bool IsKeywordCharacter(char c) => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_';

    private static FitsCard Create(string keyword, FitsCardKind kind, string value, string? comment)
    {
        if (keyword.Length is 0 or > 8 || !keyword.All(IsKeywordCharacter)) throw new ArgumentException($"'{keyword}' is not a FITS keyword", nameof(keyword));
        if (comment is not null) CheckPrintable(comment, nameof(comment));
        return new FitsCard(keyword, kind, value, comment);
    }

    private static void CheckPrintable(string text, string parameter)
    {
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw new ArgumentException("a FITS header holds printable ASCII only", parameter);
    }
}
