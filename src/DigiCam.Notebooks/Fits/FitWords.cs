using System.Globalization;
using DigiCam.Fitting;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Fits;

/// <summary>What is said of fits in displays.</summary>
internal static class FitWords
{
    /// <summary>A parameter's value with its error.</summary>
    public static Measurement Of(FittedParameter parameter) => new(parameter.Value, parameter.IsFixed ? 0 : parameter.Error);

    /// <summary>Goodness and effort in one line.</summary>
    public static string Summary(FitResult fit) => FormattableString.Invariant($"{Goodness(fit)}, p = {Html.Digits(fit.PValue, 2)}, {fit.Calls} evaluations");

    /// <summary>chi2 and degrees of freedom.</summary>
    public static string Goodness(FitResult fit) => FormattableString.Invariant($"χ²/ndf = {Html.Digits(fit.Minimum, 4)} / {fit.DegreesOfFreedom}");

    /// <summary>The limits of a parameter; empty without any.</summary>
    public static string Limits(FitParameter p) => (double.IsFinite(p.Lower), double.IsFinite(p.Upper)) switch
    {
        (false, false) => "",
        (true, false) => $"≥ {Html.Digits(p.Lower, 4)}",
        (false, true) => $"≤ {Html.Digits(p.Upper, 4)}",
        _ => $"{Html.Digits(p.Lower, 4)} .. {Html.Digits(p.Upper, 4)}",
    };

    /// <summary>Name and unit of a parameter.</summary>
    public static string Label(string name, string unit) => unit.Length > 0 ? $"{name} [{unit}]" : name;

    /// <summary>A pure number of ordinary size, such as a correlation, with two decimals.</summary>
    public static string TwoDecimals(double value)
    {
        if (!double.IsFinite(value)) return Html.Digits(value, 3);
        string text = value.ToString("0.00", CultureInfo.InvariantCulture);
        return text == "-0.00" ? "0.00" : Html.Minus(text);
    }
}
