namespace DigiCam.Simulation;

/// <summary>
/// Exponential and logarithm from additions, multiplications and divisions alone. Those of <see cref="Math"/> come from the C library of the
/// platform, whose last bit differs from one to the next; a simulation that used them would write other files on another machine.
/// Errors stay below one unit in the last place.
/// </summary>
internal static class PortableMath
{
    // ln 2 in two parts; the first has so many trailing zeros that its product with an exponent is exact.
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double InverseLn2 = 1.44269504088896338700;
    private const double HalfLogTwoPi = 0.91893853320467274178;
    private const double LargestExponent = 709.782712893384;
    private const double SmallestExponent = -745.133219101942;
    private const int ExponentBias = 1023;
    private const int MantissaBits = 52;
    private const double SmallestNormal = 2.2250738585072014e-308;
    private const double TwoTo54 = 1.8014398509481984e16;
    private const int SmallFactorials = 256;

    // 1/2!, 1/3!, ... of the exponential series: |r| <= ln(2) / 2 needs terms up to r^13.
    private static readonly double[] ExpSeries = InverseFactorials(2, 13);

    // 2/3, 2/5, ... of the series of ln((1 + s) / (1 - s)): |s| <= 0.172 needs terms up to s^22.
    private static readonly double[] LogSeries = [.. Enumerable.Range(1, 11).Select(n => 2.0 / ((2 * n) + 1))];

    private static readonly double[] LogFactorials = MakeLogFactorials();

    /// <summary>e to the power x.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > LargestExponent) return double.PositiveInfinity;
        if (x < SmallestExponent) return 0;
        double k = Math.Floor((x * InverseLn2) + 0.5);
        double high = x - (k * Ln2High);
        double low = k * Ln2Low;
        double r = high - low;
        double lost = high - r - low;
        double sum = 0;
        for (int i = ExpSeries.Length - 1; i >= 0; i--) sum = (sum * r) + ExpSeries[i];
        double value = 1 + (r + (lost + (r * r * sum)));

        // Two factors, because 2^1024 and the powers of subnormal results are no normal numbers.
        int half = (int)k / 2;
        return value * PowerOfTwo(half) * PowerOfTwo((int)k - half);
    }

    /// <summary>Natural logarithm; minus infinity at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || double.IsPositiveInfinity(x)) return x;
        if (x <= 0) return x == 0 ? double.NegativeInfinity : double.NaN;
        int exponent = 0;
        if (x < SmallestNormal)
        {
            x *= TwoTo54;
            exponent = -54;
        }

        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> MantissaBits) - ExponentBias;
        double mantissa = BitConverter.Int64BitsToDouble((bits & ((1L << MantissaBits) - 1)) | ((long)ExponentBias << MantissaBits));
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        // ln(1 + f) = 2 s + s R(s^2) with s = f / (2 + f), rearranged so that the largest term, f, is exact.
        double f = mantissa - 1;
        double s = f / (2 + f);
        double z = s * s;
        double sum = 0;
        for (int i = LogSeries.Length - 1; i >= 0; i--) sum = (sum + LogSeries[i]) * z;
        double halfSquare = 0.5 * f * f;
        return (exponent * Ln2High) - (halfSquare - ((s * (halfSquare + sum)) + (exponent * Ln2Low)) - f);
    }

    /// <summary>ln n! for n of 0 or more; relative error below 1e-14.</summary>
    public static double LogFactorial(int n)
    {
        if (n < SmallFactorials) return LogFactorials[n];
        double inverse = 1.0 / n;
        double square = inverse * inverse;
        return ((n + 0.5) * Log(n)) - n + HalfLogTwoPi + (inverse * ((1 / 12.0) - (square * ((1 / 360.0) - (square / 1260)))));
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + ExponentBias) << MantissaBits);

    private static double[] InverseFactorials(int first, int last)
    {
        double[] values = new double[last - first + 1];
        double factorial = 1;
        for (int n = 1; n <= last; n++)
        {
            factorial *= n;
            if (n >= first) values[n - first] = 1 / factorial;
        }

        return values;
    }

    private static double[] MakeLogFactorials()
    {
        double[] values = new double[SmallFactorials];
        for (int n = 2; n < values.Length; n++) values[n] = values[n - 1] + Log(n);
        return values;
    }
}
