using DigiCam.Results;

namespace DigiCam.Notebooks.Formatting;

/// <summary>Measurements in HTML.</summary>
internal static class MeasurementHtml
{
    /// <summary>A measurement without its unit: a true minus sign and powers of ten as powers.</summary>
    /// <param name="measurement">The measurement.</param>
    public static string ToPretty(this Measurement measurement)
    {
        string text = Html.Minus((measurement with { Unit = "" }).ToString());
        int exponent = measurement.Exponent;
        return exponent == 0 ? text : string.Concat(text.AsSpan(0, text.LastIndexOf(')') + 1), "×", Axis.Decade(exponent));
    }
}
