namespace DigiCam.Fitting;

/// <summary>
/// Derivatives from differences of values. The step of a parameter is the one that changes the function by a given part of its size: its value says little, it may
/// be far from the scale on which the function changes (a baseline of 2000 with a noise of 1), or be 0.
/// </summary>
internal static class Differences
{
    // With a rule of fourth order both rounding and truncation are then below 1e-11.
    private const double RelativeChange = 1e-4;
    private const double BlindRelative = 1e-6;

    // Stands for the size of a parameter that is 0.
    private const double BlindSize = 1e-3;

    /// <summary>A step to find the scale with.</summary>
    public static double BlindStep(double value) => PowerOfTwo(BlindRelative * (value != 0 ? Math.Abs(value) : BlindSize));

    /// <summary>The step for derivatives.</summary>
    /// <param name="blind">The blind step.</param>
    /// <param name="change">By which part of its size the blind step changes the function.</param>
    public static double Step(double blind, double change) => PowerOfTwo(change > 0 && double.IsFinite(change) ? blind * Math.Min(RelativeChange / change, 1e6) : blind);

    /// <summary>Derivative from f(x + h) - f(x - h) and f(x + 2 h) - f(x - 2 h).</summary>
    public static double First(double near, double far, double step) => ((8 * near) - far) / (12 * step);

    // Shifting a value by a power of 2 loses less.
    private static double PowerOfTwo(double step) => double.IsFinite(step) && step > 0 ? Math.ScaleB(1, Math.ILogB(step)) : double.NaN;
}
