using MathNet.Numerics;

namespace DigiCam.Fitting;

/// <summary>Integral of the unit normal density over an interval, with its logarithm and edge densities, valid however far out in a tail.</summary>
/// <param name="Probability">Integral from a to b; may underflow to 0.</param>
/// <param name="Logarithm">Its natural logarithm; finite even then.</param>
/// <param name="LowerDensity">Density at a divided by the integral.</param>
/// <param name="UpperDensity">Density at b divided by the integral.</param>
internal readonly record struct NormalBin(double Probability, double Logarithm, double LowerDensity, double UpperDensity)
{
    // From here on differences of erfc lose digits and later underflow; Mills' ratio does not.
    private const double TailStart = 6;
    private const double LogSqrtTwoPi = 0.91893853320467274178;
    private static readonly double InverseSqrtTwo = 1 / Math.Sqrt(2);

    /// <summary>Integrates from a to b, a &lt; b.</summary>
    public static NormalBin Between(double a, double b)
    {
        if (a >= TailStart) return Tail(a, b);
        if (b <= -TailStart)
        {
            NormalBin mirrored = Tail(-b, -a);
            return mirrored with { LowerDensity = mirrored.UpperDensity, UpperDensity = mirrored.LowerDensity };
        }

        double probability = a > 0
            ? 0.5 * (SpecialFunctions.Erfc(a * InverseSqrtTwo) - SpecialFunctions.Erfc(b * InverseSqrtTwo))
            : b < 0
                ? 0.5 * (SpecialFunctions.Erfc(-b * InverseSqrtTwo) - SpecialFunctions.Erfc(-a * InverseSqrtTwo))
                : 0.5 * (SpecialFunctions.Erf(b * InverseSqrtTwo) - SpecialFunctions.Erf(a * InverseSqrtTwo));
        return new NormalBin(probability, Math.Log(probability), Density(a) / probability, Density(b) / probability);
    }

    private static double Density(double z) => Math.Exp((-0.5 * z * z) - LogSqrtTwoPi);

    private static NormalBin Tail(double a, double b)
    {
        // Density at b relative to that at a; the integral is density(a) * (mills(a) - ratio * mills(b)).
        double ratio = Math.Exp(-0.5 * (b - a) * (b + a));
        double scaled = MillsRatio(a) - (ratio * MillsRatio(b));
        double logarithm = (-0.5 * a * a) - LogSqrtTwoPi + Math.Log(scaled);
        return new NormalBin(Math.Exp(logarithm), logarithm, 1 / scaled, ratio / scaled);
    }

    // (1 - Phi(z)) / phi(z) by Laplace's continued fraction, z >= TailStart: 30 terms give full precision there.
    private static double MillsRatio(double z)
    {
        double denominator = z;
        for (int k = 30; k >= 1; k--) denominator = z + (k / denominator);
        return 1 / denominator;
    }
}
