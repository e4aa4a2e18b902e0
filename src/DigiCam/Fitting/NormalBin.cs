namespace DigiCam.Fitting;

/// <summary>Integral of the unit normal density over an interval, with its logarithm and edge densities, valid however far out in a tail.</summary>
/// <param name="Probability">Integral from a to b; may underflow to 0.</param>
/// <param name="Logarithm">Its natural logarithm; finite even then.</param>
/// <param name="LowerDensity">Density at a divided by the integral.</param>
/// <param name="UpperDensity">Density at b divided by the integral.</param>
internal readonly record struct NormalBin(double Probability, double Logarithm, double LowerDensity, double UpperDensity)
{
    /// <summary>Integrates from a to b, a &lt; b.</summary>
    public static NormalBin Between(double a, double b)
    {
        if (a >= 0) return Tail(a, b);
        if (b <= 0)
        {
            NormalBin mirrored = Tail(-b, -a);
            return mirrored with { LowerDensity = mirrored.UpperDensity, UpperDensity = mirrored.LowerDensity };
        }

        double lower = NormalTail.Density(a);
        double upper = NormalTail.Density(b);
        double probability = 1 - (lower * NormalTail.MillsRatio(-a)) - (upper * NormalTail.MillsRatio(b));
        return new NormalBin(probability, Math.Log(probability), lower / probability, upper / probability);
    }

    private static NormalBin Tail(double a, double b)
    {
        // Density at b relative to that at a; the integral is density(a) * (mills(a) - ratio * mills(b)).
        double ratio = Math.Exp(-0.5 * (b - a) * (b + a));
        double scaled = NormalTail.MillsRatio(a) - (ratio * NormalTail.MillsRatio(b));
        double logarithm = (-0.5 * a * a) - NormalTail.LogSqrtTwoPi + Math.Log(scaled);
        return new NormalBin(Math.Exp(logarithm), logarithm, 1 / scaled, ratio / scaled);
    }
}
