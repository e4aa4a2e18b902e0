namespace DigiCam.Fitting;

/// <summary>
/// Derivatives from differences of values. Nothing is known of a parameter but its value, which may be far from its scale (a baseline of 2000 with a noise of 1):
/// the steps are short and the rule is of fourth order, so that both rounding and truncation stay below 1e-7 even then.
/// </summary>
internal static class Differences
{
    private const double FirstRelative = 2e-5;
    private const double SecondRelative = 1e-4;

    // Stands for the size of a parameter near 0.
    private const double SmallestSize = 1e-3;

    /// <summary>Step of first derivatives; a power of 2, so that shifting a value by it loses nothing.</summary>
    public static double FirstStep(double value) => Power(FirstRelative * Math.Max(Math.Abs(value), SmallestSize));

    /// <summary>Step of second derivatives from values, or from analytic first ones.</summary>
    public static double SecondStep(double value) => Power(SecondRelative * Math.Max(Math.Abs(value), SmallestSize));

    /// <summary>Derivative from f(x + h) - f(x - h) and f(x + 2 h) - f(x - 2 h).</summary>
    public static double First(double near, double far, double step) => ((8 * near) - far) / (12 * step);

    private static double Power(double step) => double.IsFinite(step) ? Math.ScaleB(1, Math.ILogB(step)) : double.NaN;
}
