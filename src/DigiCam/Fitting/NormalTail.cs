using System.Numerics;
using System.Runtime.CompilerServices;

namespace DigiCam.Fitting;

/// <summary>
/// Density phi and upper tail Q of the unit normal law, for one value or for several at once. The tail is density times Mills' ratio Q / phi, which is
/// smooth over the whole half axis and taken from a rational approximation: relative precision is kept however far out.
/// </summary>
internal static class NormalTail
{
    /// <summary>ln sqrt(2 pi).</summary>
    public const double LogSqrtTwoPi = 0.91893853320467274178;

    /// <summary>Beyond this distance density and tail are taken as at it, some 1e-308: they underflow soon after.</summary>
    public const double LargestDistance = 37.5;

    // Mills' ratio for z >= 0 as p(z) / q(z), both with leading coefficient 1. Interpolates the ratio, computed with 90 digits from its power series (below 11)
    // and Laplace's continued fraction (above), at the 21 Chebyshev nodes of t = (z - 3) / (z + 3) in (-1, 1). Largest relative difference 6e-17,
    // 1e-16 with these rounded coefficients; all are positive, so that nothing cancels.
    private const double P0 = 1572322.3658081307, P1 = 2692471.229026223, P2 = 2277476.3597025215, P3 = 1233069.8679089353, P4 = 469356.5901228796;
    private const double P5 = 130742.68733061275, P6 = 26971.497787675533, P7 = 4076.4956124144346, P8 = 434.00881899675056, P9 = 29.635356725047146;
    private const double Q0 = 1254531.7402833425, Q1 = 3149252.7306551686, Q2 = 3702637.4867144944, Q3 = 2697155.498437569, Q4 = 1355955.9401153978;
    private const double Q5 = 495470.06960604276, Q6 = 134759.91224275832, Q7 = 27403.506606514107, Q8 = 4106.130969140467, Q9 = 435.0088189967482;
    private const double Q10 = 29.63535672504715;

    // From here on the ratio is 1/z to the last digit, and the powers would overflow one day.
    private const double AsymptoteStart = 1e9;

    // Adding and taking away 1.5 * 2^52 rounds to a whole number, which then also stands in the lowest bits.
    private const double Rounder = 6755399441055744.0;
    private const double Log2E = 1.4426950408889634074;
    private const double Ln2High = 0.69314718036912381649;
    private const double Ln2Low = 1.9082149292705877e-10;

    /// <summary>Density at a point.</summary>
    public static double Density(double z) => Math.Exp((-0.5 * z * z) - LogSqrtTwoPi);

    /// <summary>Mills' ratio Q(z) / phi(z) for z >= 0.</summary>
    public static double MillsRatio(double z)
    {
        if (z > AsymptoteStart) return 1 / z;
        double p = ((((((((((z + P9) * z) + P8) * z) + P7) * z) + P6) * z) + P5) * z) + P4;
        p = (((((((p * z) + P3) * z) + P2) * z) + P1) * z) + P0;
        double q = ((((((((((z + Q10) * z) + Q9) * z) + Q8) * z) + Q7) * z) + Q6) * z) + Q5;
        q = (((((((((q * z) + Q4) * z) + Q3) * z) + Q2) * z) + Q1) * z) + Q0;
        return p / q;
    }

    /// <summary>
    /// Density at several points, and their distribution function shifted to the nearer end: Phi(z) below 0, Phi(z) - 1 = -Q(z) from 0 on. Differences of it are
    /// probabilities with full relative precision on either side; an interval that contains 0 lacks 1.
    /// </summary>
    /// <param name="z">The points.</param>
    /// <param name="density">Receives the density.</param>
    /// <returns>Phi(z) for z &lt; 0, -Q(z) otherwise.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> ShiftedDistribution(Vector<double> z, out Vector<double> density)
    {
        Vector<double> x = Vector.Min(Vector.Abs(z), new Vector<double>(LargestDistance));
        density = Exp((x * x * -0.5) - new Vector<double>(LogSqrtTwoPi));
        Vector<double> p = x + new Vector<double>(P9);
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P8));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P7));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P6));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P5));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P4));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P3));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P2));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P1));
        p = Vector.FusedMultiplyAdd(p, x, new Vector<double>(P0));
        Vector<double> q = x + new Vector<double>(Q10);
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q9));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q8));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q7));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q6));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q5));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q4));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q3));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q2));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q1));
        q = Vector.FusedMultiplyAdd(q, x, new Vector<double>(Q0));
        Vector<double> tail = density * p / q;
        return Vector.ConditionalSelect(Vector.LessThan(z, Vector<double>.Zero), tail, -tail);
    }

    // e^x for -708 <= x <= 0: a power of two times the series of a remainder within ln(2) / 2, to the 13th term (1e-17).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Exp(Vector<double> x)
    {
        Vector<double> rounded = Vector.FusedMultiplyAdd(x, new Vector<double>(Log2E), new Vector<double>(Rounder));
        Vector<double> power = rounded - new Vector<double>(Rounder);
        Vector<double> r = Vector.FusedMultiplyAdd(power, new Vector<double>(-Ln2High), x);
        r = Vector.FusedMultiplyAdd(power, new Vector<double>(-Ln2Low), r);
        Vector<double> square = r * r;

        // Even and odd terms apart: two short chains instead of a long one.
        Vector<double> even = Vector.FusedMultiplyAdd(new Vector<double>(1 / 479001600.0), square, new Vector<double>(1 / 3628800.0));
        Vector<double> odd = Vector.FusedMultiplyAdd(new Vector<double>(1 / 6227020800.0), square, new Vector<double>(1 / 39916800.0));
        even = Vector.FusedMultiplyAdd(even, square, new Vector<double>(1 / 40320.0));
        odd = Vector.FusedMultiplyAdd(odd, square, new Vector<double>(1 / 362880.0));
        even = Vector.FusedMultiplyAdd(even, square, new Vector<double>(1 / 720.0));
        odd = Vector.FusedMultiplyAdd(odd, square, new Vector<double>(1 / 5040.0));
        even = Vector.FusedMultiplyAdd(even, square, new Vector<double>(1 / 24.0));
        odd = Vector.FusedMultiplyAdd(odd, square, new Vector<double>(1 / 120.0));
        even = Vector.FusedMultiplyAdd(even, square, new Vector<double>(0.5));
        odd = Vector.FusedMultiplyAdd(odd, square, new Vector<double>(1 / 6.0));
        odd = Vector.FusedMultiplyAdd(odd, square, Vector<double>.One);
        Vector<double> mantissa = Vector.FusedMultiplyAdd(odd, r, Vector.FusedMultiplyAdd(even, square, Vector<double>.One));
        return Vector.AsVectorDouble(Vector.AsVectorInt64(mantissa) + Vector.ShiftLeft(Vector.AsVectorInt64(rounded), 52));
    }
}
