using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace DigiCam.Notebooks.Formatting;

/// <summary>Small helpers for writing HTML and SVG, the same under every culture.</summary>
internal static class Html
{
    /// <summary>Text that is safe between tags and inside attributes.</summary>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    /// <summary>A coordinate with at most two decimals.</summary>
    public static string Number(double value)
    {
        string text = value.ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    /// <summary>A number for people with so many significant digits, with a true minus sign.</summary>
    public static string Digits(double value, int digits)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
        double size = Math.Abs(value);
        string text = size is 0 or (>= 1e-4 and < 1e7)
            ? decimal.Parse(value.ToString(Invariant($"E{digits - 1}"), CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture).ToString("0.############", CultureInfo.InvariantCulture)
            : value.ToString(Invariant($"0.{new string('#', digits - 1)}e0"), CultureInfo.InvariantCulture);
        return Minus(text);
    }

    /// <summary>The same number with a true minus sign.</summary>
    public static string Minus(string number) => number.Replace('-', '−');

    /// <summary>An integer in groups of three, separated by narrow spaces that do not break; up to four digits, as ids have, stay together.</summary>
    public static string Grouped(long value)
    {
        if (Math.Abs(value) < 10_000) return Minus(value.ToString(CultureInfo.InvariantCulture));
        string text = value.ToString("#,0", CultureInfo.InvariantCulture);
        return Minus(text).Replace(',', '\u202f');
    }

    /// <summary>An id made from the contents: the same in every run, different for different outputs.</summary>
    public static string Id(string kind, string content) =>
        Invariant($"dc-{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..10]}");

    /// <summary>How JSON is written: without spaces, and safe inside a script element.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver() };

    /// <summary>JSON that is safe inside a script element.</summary>
    public static string Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        // All but the characters that could end the script element are written as they are.
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Encoder = JsonOptions.Encoder })) write(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Writes a number with so many significant digits; null for NaN and the infinities, which JSON cannot hold.</summary>
    public static void WriteNumber(Utf8JsonWriter writer, double value, int digits)
    {
        if (double.IsFinite(value)) writer.WriteRawValue(value.ToString(Invariant($"G{digits}"), CultureInfo.InvariantCulture).Replace("E+", "e", StringComparison.Ordinal));
        else writer.WriteNullValue();
    }

    /// <summary>Appends a culture-invariant interpolated string.</summary>
    public static StringBuilder Add(this StringBuilder builder, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(builder))] ref Interpolated text)
    {
        _ = text;
        return builder;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>Interpolation straight into a builder under the invariant culture.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    internal readonly struct Interpolated(int literalLength, int formattedCount, StringBuilder builder)
    {
        private readonly StringBuilder _builder = Reserve(builder, literalLength + formattedCount);

        public void AppendLiteral(string text) => _builder.Append(text);

        public void AppendFormatted(string? text) => _builder.Append(text);

        public void AppendFormatted(int value) => _builder.Append(value.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(long value) => _builder.Append(value.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(double value) => _builder.Append(Number(value));

        private static StringBuilder Reserve(StringBuilder builder, int length)
        {
            builder.EnsureCapacity(builder.Length + length);
            return builder;
        }
    }
}
