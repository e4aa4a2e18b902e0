using System.Globalization;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Tables;

/// <summary>One line of a verdict: something measured, what was asked for, and how it went.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Measured">What was found, with unit.</param>
/// <param name="Required">What was asked for, with unit.</param>
/// <param name="Outcome">How it went.</param>
public sealed record Check(string Name, string Measured, string Required, Outcome Outcome)
{
    // Whole numbers up to 2^53 are exact as double.
    private const double LargestExact = 9007199254740992;

    /// <summary>Checks a number against limits; a value that is not a number fails.</summary>
    /// <param name="name">What is checked.</param>
    /// <param name="value">What was found [unit].</param>
    /// <param name="unit">Unit; may be empty.</param>
    /// <param name="low">Least value allowed [unit]; null = none.</param>
    /// <param name="high">Largest value allowed [unit]; null = none.</param>
    /// <param name="otherwise">Outcome of a value outside the limits.</param>
    public static Check Limits(string name, double value, string unit, double? low, double? high, Outcome otherwise = Outcome.Fail)
    {
        bool inside = !double.IsNaN(value) && !(value < low) && !(value > high);
        string suffix = string.IsNullOrEmpty(unit) ? "" : " " + unit;
        string required = (low, high) switch
        {
            (null, null) => "any",
            (null, _) => $"≤ {Text(high.Value)}{suffix}",
            (_, null) => $"≥ {Text(low.Value)}{suffix}",
            _ => $"{Text(low.Value)} .. {Text(high.Value)}{suffix}",
        };
        return new Check(name, Text(value) + suffix, required, inside ? Outcome.Pass : otherwise);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Outcome.ToString().ToUpperInvariant(),-4}  {Name}: {Measured} (required {Required})");

    // Numbers of pixels or entries keep all their digits.
    private static string Text(double value) => value == Math.Floor(value) && Math.Abs(value) < LargestExact
        ? value.ToString("0", CultureInfo.InvariantCulture)
        : Html.Digits(value, 5).Replace('−', '-');
}
