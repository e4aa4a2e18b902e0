using System.Globalization;

namespace DigiCam.Results;

/// <summary>
/// A value with its error, rounded as the Particle Data Group does: the error keeps two digits when its three leading ones
/// are 100..354, one digit when they are 355..949, and becomes 1000 (two digits) from 950 on; the value keeps the same place.
/// </summary>
/// <param name="Value">The value; NaN where there is none.</param>
/// <param name="Error">Its standard error; NaN where it is unknown, 0 for a value that was held fixed.</param>
/// <param name="Unit">Unit, or empty.</param>
public readonly record struct Measurement(double Value, double Error, string Unit = "")
{
    private const int DigitsWithoutError = 6;
    private const int LargeSize = 6;
    private const int SmallSize = -3;

    /// <summary>Power of ten taken out of both numbers, 0 for numbers of ordinary size.</summary>
    public int Exponent => Round().Exponent;

    /// <summary>The rounded value without the power of ten.</summary>
    public string ValueText => Round().Value;

    /// <summary>The rounded error without the power of ten; "fixed" for 0, "?" where it is unknown.</summary>
    public string ErrorText => Round().Error;

    /// <summary>For example 0.953 ± 0.004 LSB, or (4.512 ± 0.002)e6.</summary>
    public override string ToString()
    {
        (string value, string error, int exponent) = Round();
        string text = error switch
        {
            "" => value,
            "fixed" => $"{value} (fixed)",
            _ => $"{value} ± {error}",
        };
        if (exponent != 0) text = string.Create(CultureInfo.InvariantCulture, $"({text})e{exponent}");
        return string.IsNullOrEmpty(Unit) ? text : $"{text} {Unit}";
    }

    private (string Value, string Error, int Exponent) Round()
    {
        if (!double.IsFinite(Value)) return (double.IsNaN(Value) ? "–" : Value > 0 ? "∞" : "-∞", "", 0);
        if (!double.IsFinite(Error) || Error < 0) return (Plain(), "?", 0);
        if (Error == 0) return (Plain(), "fixed", 0);

        // Place of the last digit kept: the error's first digit is at 10^place, its three leading digits decide.
        int place = (int)Math.Floor(Math.Log10(Error));
        double leading = Error / Math.Pow(10, place);
        int last = Math.Round(leading * 100) switch
        {
            < 355 => place - 1,
            < 950 => place,
            // 950..999 becomes 1000: one place up, two digits kept.
            _ => place,
        };
        double largest = Math.Max(Math.Abs(Value), Error);
        int size = largest > 0 ? (int)Math.Floor(Math.Log10(largest)) : 0;
        int exponent = (last > 0 && size >= LargeSize) || size < SmallSize ? size : 0;
        int decimals = exponent - last;
        if (decimals > 15) return (Plain(), Error.ToString("G2", CultureInfo.InvariantCulture), 0);
        return (Scaled(Value, last, exponent, decimals), Scaled(Error, last, exponent, decimals), exponent);
    }

    private string Plain() => Value.ToString(string.Create(CultureInfo.InvariantCulture, $"G{DigitsWithoutError}"), CultureInfo.InvariantCulture);

    private static string Scaled(double value, int last, int exponent, int decimals)
    {
        // Round at the last place first, so that the digits shown are those of the rounded number.
        double units = Math.Round(value * Math.Pow(10, -last), MidpointRounding.AwayFromZero);
        double shown = units * Math.Pow(10, last - exponent);
        string text = shown.ToString(string.Create(CultureInfo.InvariantCulture, $"F{Math.Max(decimals, 0)}"), CultureInfo.InvariantCulture);
        return units == 0 && text.StartsWith('-') ? text[1..] : text;
    }
}
