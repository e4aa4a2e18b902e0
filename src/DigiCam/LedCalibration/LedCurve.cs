using System.Collections.Immutable;
using DigiCam.Fitting;

namespace DigiCam.LedCalibration;

/// <summary>
/// Light of an LED against its DAC value, the light with the LED off subtracted: a polynomial of degree 4 that nowhere falls between the lowest and the highest
/// level it was fitted to. Outside this range there is no knowledge of the light, and what the curve says is marked as extrapolated.
/// </summary>
/// <remarks>
/// With u = (DAC - lowest) / (highest - lowest) and Bernstein's polynomials b_j(u) of degree 4, mu = d_0 + sum_k d_k sum_(j>=k) b_j(u), d_k >= 0: the value rises by d_k from
/// one coefficient to the next, which makes the derivative a sum of terms that are all positive. Every rising polynomial that is a sum of positive powers of (DAC - lowest) is one
/// of them; a curve with both flat and steep parts may rise less steeply than its points.
/// </remarks>
public sealed class LedCurve
{
    /// <summary>Degree of the polynomial.</summary>
    public const int Degree = 4;

    // Halvings of the range of DAC values until double precision ends.
    private const int Halvings = 60;

    private static readonly int[] Binomials = [1, 4, 6, 4, 1];

    internal LedCurve(FitResult fit, double lowestDac, double highestDac, double thresholdDac, double dark, double darkError, bool hasCameraShape)
    {
        (Fit, LowestDac, HighestDac, ThresholdDac, Dark, DarkError, HasCameraShape) = (fit, lowestDac, highestDac, thresholdDac, dark, darkError, hasCameraShape);
        Increments = [.. fit.Parameters.Select(p => p.Value)];
    }

    /// <summary>The parameters d_0..d_4 [pe].</summary>
    public static ImmutableArray<ModelParameter> Parameters { get; } = [.. Enumerable.Range(0, Degree + 1).Select(k => new ModelParameter(FormattableString.Invariant($"d_{k}"), "pe"))];

    /// <summary>The fit of d_0..d_4.</summary>
    public FitResult Fit { get; }

    /// <summary>The lowest DAC value of the fit, the first above the threshold; NaN when no level gives light.</summary>
    public double LowestDac { get; }

    /// <summary>The highest DAC value of the fit; NaN when no level gives light.</summary>
    public double HighestDac { get; }

    /// <summary>The highest DAC value measured that gives no light; NaN when each measured one does.</summary>
    public double ThresholdDac { get; }

    /// <summary>What was taken for light with the LED off and is subtracted: dark counts, stray light [pe].</summary>
    public double Dark { get; }

    /// <summary>Error of <see cref="Dark"/>, common to all levels [pe].</summary>
    public double DarkError { get; }

    /// <summary>True when what the camera's LEDs have in common is in the curve; false for one of its own levels alone.</summary>
    public bool HasCameraShape { get; }

    /// <summary>True when there is a curve.</summary>
    public bool IsValid => Fit.HasErrors;

    /// <summary>The lowest light of the measured range [pe].</summary>
    public double LowestLight => Increments[0];

    /// <summary>The highest light of the measured range [pe].</summary>
    public double HighestLight => Increments.Sum();

    private ImmutableArray<double> Increments { get; }

    /// <summary>The polynomial in powers of (DAC - lowest DAC): coefficient k in pe/DAC^k, for tables; NaN without a curve.</summary>
    public ImmutableArray<double> Coefficients
    {
        get
        {
            // b_j(u) = sum_(i>=j) (-1)^(i-j) C(n,i) C(i,j) u^i
            double[] powers = new double[Degree + 1];
            double value = 0;
            double span = HighestDac - LowestDac;
            for (int j = 0; j <= Degree; j++)
            {
                value += Increments[j];
                for (int i = j; i <= Degree; i++) powers[i] += ((i - j) % 2 == 0 ? 1 : -1) * Binomials[i] * Choose(i, j) * value;
            }

            return [.. powers.Select((p, i) => p / Math.Pow(span, i))];
        }
    }

    /// <summary>The light at a DAC value. Below the measured range it is that of the lowest level, or 0 up to the threshold; above it follows the polynomial.</summary>
    /// <param name="dac">The DAC value.</param>
    public LedLight Light(double dac)
    {
        if (!IsValid) return new LedLight(double.NaN, double.NaN, true);
        if (dac <= ThresholdDac) return new LedLight(0, DarkError, false);
        bool isExtrapolated = !(dac >= LowestDac && dac <= HighestDac);
        Span<double> weights = stackalloc double[Degree + 1];
        double u = (Math.Max(dac, LowestDac) - LowestDac) / (HighestDac - LowestDac);
        Weights(u, weights);
        double value = 0;
        for (int k = 0; k <= Degree; k++) value += weights[k] * Increments[k];
        return new LedLight(value, isExtrapolated ? double.NaN : Error(weights), isExtrapolated);
    }

    /// <summary>The DAC value that gives a light; outside the measured range the nearer end of it, marked as extrapolated.</summary>
    /// <param name="light">The light [pe], that of the LED alone.</param>
    public LedSetting Dac(double light)
    {
        if (!IsValid || double.IsNaN(light)) return new LedSetting(double.NaN, double.NaN, true);
        if (light < LowestLight) return new LedSetting(LowestDac, double.NaN, true);
        if (light > HighestLight) return new LedSetting(HighestDac, double.NaN, true);
        (double low, double high) = (LowestDac, HighestDac);
        for (int i = 0; i < Halvings && high > low; i++)
        {
            double middle = 0.5 * (low + high);
            if (Light(middle).Value < light) low = middle;
            else high = middle;
        }

        double dac = 0.5 * (low + high);
        double step = 1e-4 * (HighestDac - LowestDac);
        double slope = (Value(dac + step) - Value(dac - step)) / (2 * step);
        return new LedSetting(dac, slope > 0 ? Light(dac).Error / slope : double.NaN, false);
    }

    /// <inheritdoc/>
    public override string ToString() => IsValid
        ? FormattableString.Invariant($"LED curve, DAC {LowestDac}..{HighestDac}: {LowestLight:G3}..{HighestLight:G4} pe, chi2/ndf {Fit.Minimum:F1}/{Fit.DegreesOfFreedom}")
        : "no LED curve: " + Fit.Status.Describe();

    /// <summary>Weights of the increments: sum_(j>=k) b_j(u).</summary>
    internal static void Weights(double u, Span<double> weights)
    {
        double sum = 0;
        for (int k = Degree; k > 0; k--)
        {
            sum += Binomials[k] * Math.Pow(u, k) * Math.Pow(1 - u, Degree - k);
            weights[k] = sum;
        }

        weights[0] = 1;
    }

    private double Value(double dac)
    {
        Span<double> weights = stackalloc double[Degree + 1];
        Weights((dac - LowestDac) / (HighestDac - LowestDac), weights);
        double value = 0;
        for (int k = 0; k <= Degree; k++) value += weights[k] * Increments[k];
        return value;
    }

    // Increments on their limit have no covariance; the light with the LED off is common to all levels.
    private double Error(ReadOnlySpan<double> weights)
    {
        double variance = DarkError * DarkError;
        for (int k = 0; k <= Degree; k++)
        {
            for (int l = 0; l <= Degree; l++)
            {
                double covariance = Fit.Covariance(k, l);
                if (double.IsFinite(covariance)) variance += weights[k] * weights[l] * covariance;
            }
        }

        return Math.Sqrt(Math.Max(variance, 0));
    }

    private static double Choose(int n, int k)
    {
        double value = 1;
        for (int i = 1; i <= k; i++) value = value * (n - k + i) / i;
        return value;
    }
}
