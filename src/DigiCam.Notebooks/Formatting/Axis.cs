using System.Globalization;

namespace DigiCam.Notebooks.Formatting;

/// <summary>Ticks at round numbers.</summary>
internal static class Axis
{
    /// <summary>The step 1, 2 or 5 times a power of ten that gives at most so many intervals.</summary>
    public static double Step(double span, int intervals)
    {
        if (!(span > 0) || !double.IsFinite(span)) return 1;
        double raw = span / intervals;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double lead = raw / power;
        return power * (lead <= 1 + 1e-9 ? 1 : lead <= 2 + 1e-9 ? 2 : lead <= 5 + 1e-9 ? 5 : 10);
    }

    /// <summary>Ticks of a linear axis with their labels.</summary>
    public static IReadOnlyList<(double Value, string Label)> Linear(double low, double high, int intervals)
    {
        double step = Step(high - low, intervals);
        List<(double, string)> ticks = [];
        long first = (long)Math.Ceiling((low / step) - 1e-9);
        long last = (long)Math.Floor((high / step) + 1e-9);
        for (long i = first; i <= last; i++) ticks.Add((i * step, Label(i * step, step)));
        return ticks;
    }

    /// <summary>Decades of a logarithmic axis with their labels.</summary>
    public static IReadOnlyList<(double Value, string Label)> Decades(double low, double high)
    {
        int first = (int)Math.Ceiling(Math.Log10(low) - 1e-9);
        int last = (int)Math.Floor(Math.Log10(high) + 1e-9);
        int stride = Math.Max(1, (int)Math.Ceiling((last - first) / 6.0));
        List<(double, string)> ticks = [];
        for (int i = first; i <= last; i += stride) ticks.Add((Math.Pow(10, i), Decade(i)));
        return ticks;
    }

    /// <summary>A tick's label with the decimals its step needs.</summary>
    public static string Label(double value, double step)
    {
        if (value != 0 && (Math.Abs(value) >= 1e6 || step < 1e-5)) return Html.Digits(value, 4);
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        string text = value.ToString(string.Create(CultureInfo.InvariantCulture, $"F{decimals}"), CultureInfo.InvariantCulture);
        return Html.Minus(text.Trim('-', '0', '.').Length == 0 ? text.TrimStart('-') : text);
    }

    /// <summary>A power of ten, for example 10⁵.</summary>
    public static string Decade(int power)
    {
        if (power == 0) return "1";
        if (power == 1) return "10";
        const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        string digits = Math.Abs(power).ToString(CultureInfo.InvariantCulture);
        return string.Concat("10", power < 0 ? "⁻" : "", string.Concat(digits.Select(d => Superscripts[d - '0'])));
    }
}
