using System.Collections.Immutable;
using DigiCam.Plans;

namespace DigiCam.Simulation.Plans;

/// <summary>What a quantity measures, and the units in which a plan may give it.</summary>
/// <param name="Noun">What it is, with article: "a rate".</param>
/// <param name="Symbols">The units, each with the factor and the divisor that lead to the unit of the plan's records. Both are whole numbers, so that
/// a decimal number stays the nearest one to what the user wrote. The empty unit is that of plain numbers.</param>
internal sealed record PlanUnit(string Noun, ImmutableArray<(string Symbol, double Factor, double Divisor)> Symbols)
{
    /// <summary>Rates in MHz.</summary>
    public static PlanUnit Megahertz { get; } = new("a rate", [("Hz", 1, 1e6), ("kHz", 1, 1e3), ("MHz", 1, 1), ("GHz", 1e3, 1)]);

    /// <summary>Rates in Hz.</summary>
    public static PlanUnit Hertz { get; } = new("a rate", [("Hz", 1, 1), ("kHz", 1e3, 1), ("MHz", 1e6, 1), ("GHz", 1e9, 1)]);

    /// <summary>Times in ns.</summary>
    public static PlanUnit Nanoseconds { get; } = new("a time", [("ns", 1, 1), ("us", 1e3, 1), ("ms", 1e6, 1), ("s", 1e9, 1)]);

    /// <summary>Charges and ADC codes in LSB.</summary>
    public static PlanUnit Lsb { get; } = new("a charge", [("LSB", 1, 1)]);

    /// <summary>Gains in LSB/pe.</summary>
    public static PlanUnit LsbPerPe { get; } = new("a gain", [("LSB/pe", 1, 1)]);

    /// <summary>Amounts of light in photo-electrons.</summary>
    public static PlanUnit Pe { get; } = new("an amount of light", [("pe", 1, 1)]);

    /// <summary>Numbers without unit, also as per cent.</summary>
    public static PlanUnit Number { get; } = new("a number", [("", 1, 1), ("%", 1, 100)]);

    /// <summary>The unit the records hold, with the space before it; empty for plain numbers.</summary>
    public string Own => Symbols.First(s => s.Factor == s.Divisor).Symbol is { Length: > 0 } symbol ? " " + symbol : "";

    /// <summary>A value in the unit of the records.</summary>
    /// <param name="number">The number as written.</param>
    /// <param name="symbol">The unit as written; empty for none.</param>
    /// <param name="value">The value.</param>
    /// <param name="cause">What is wrong with the unit; null when nothing is.</param>
    public bool TryConvert(double number, string symbol, out double value, out string? cause)
    {
        foreach ((string known, double factor, double divisor) in Symbols)
        {
            if (known != symbol) continue;
            value = number * factor / divisor;
            cause = null;
            return true;
        }

        value = double.NaN;
        string known1 = PlanText.List(Symbols.Select(s => s.Symbol), "or");
        cause = Symbols[0].Symbol.Length == 0 ? $"is {Noun} without unit, or in %, not {symbol}"
            : $"is {Noun} and needs {(Symbols.Length == 1 ? "the unit" : "a unit of")} {known1}{(symbol.Length > 0 ? $", not {symbol}" : "")}";
        return false;
    }
}
