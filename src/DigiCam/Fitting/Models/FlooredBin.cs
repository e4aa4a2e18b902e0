namespace DigiCam.Fitting.Models;

/// <summary>
/// Expectation of a bin whose value comes from a Fourier sum, which rounding may leave below 0 far out in the tails: m = (v + sqrt(v^2 + 4 d^2)) / 2 goes over smoothly into the floor
/// d, 1e-12 of the entries for each unit of the axis. A stray entry costs a fit a constant and does not pull on it.
/// </summary>
/// <param name="Value">The Fourier sum v.</param>
/// <param name="Floor">The floor d.</param>
internal readonly record struct FlooredBin(double Value, double Floor)
{
    private const double PartPerUnit = 1e-12;

    /// <summary>A bin.</summary>
    /// <param name="value">The Fourier sum.</param>
    /// <param name="entries">Entries of all bins.</param>
    /// <param name="width">Width of the bin.</param>
    public static FlooredBin Of(double value, double entries, double width) => new(value, PartPerUnit * entries * width);

    /// <summary>sqrt(v^2 + 4 d^2): d ln m / dv is one over it.</summary>
    public double Root { get; } = Math.Sqrt((Value * Value) + (4 * Floor * Floor));

    /// <summary>Expectation m.</summary>
    public double Expected => 0.5 * (Value + Root);

    /// <summary>dm / dv.</summary>
    public double Slope => Expected / Root;

    /// <summary>Second derivative of m by v.</summary>
    public double Curvature => 2 * Floor * Floor / (Root * Root * Root);
}
