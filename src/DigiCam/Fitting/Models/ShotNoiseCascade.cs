using System.Numerics;
using System.Runtime.CompilerServices;

namespace DigiCam.Fitting.Models;

/// <summary>
/// Characteristic function b(w) of the amplitude that one avalanche starts with its crosstalk: the number of avalanches follows the law of Borel, each has an
/// amplitude N(gain, sigma_1), and b = z exp(x (b - 1)) with z = exp(i gain w - sigma_1^2 w^2 / 2). Solved on a grid and interpolated by
/// polynomials of degree five through values, slopes and curvatures, so that the sums over a pulse cost no exponentials.
/// </summary>
internal sealed class ShotNoiseCascade
{
    /// <summary>Doubles an interval: six complex coefficients.</summary>
    public const int Stride = 12;

    // Turn of the phase of one avalanche in a step of the grid: the interpolation is then right to 1e-12.
    private const double PhasePerStep = 0.06;
    private const int MostSteps = 30;
    private const double Converged = 1e-15;

    private double[] _coefficients = [];

    /// <summary>Step of the grid.</summary>
    public double Step { get; private set; }

    /// <summary>Coefficients (interval, power, real and imaginary part) in units of the step.</summary>
    public ReadOnlySpan<double> Coefficients => _coefficients;

    /// <summary>Solves for all arguments from 0 to a largest one.</summary>
    /// <param name="gain">Amplitude of an avalanche.</param>
    /// <param name="crossTalk">Mean number of avalanches that one sets off, 0 to below 1.</param>
    /// <param name="spread">Spread of the amplitude of an avalanche.</param>
    /// <param name="largest">The largest argument.</param>
    public void Solve(double gain, double crossTalk, double spread, double largest)
    {
        double step = Step = PhasePerStep * (1 - crossTalk) / (gain + (2 * spread));
        int intervals = (int)(largest / step) + 2;
        if (_coefficients.Length < intervals * Stride) _coefficients = new double[intervals * Stride];

        Complex value = Complex.One;
        (Complex slope, Complex curvature) = Derivatives(value, 0, gain, crossTalk, spread, step);
        for (int i = 0; i < intervals; i++)
        {
            double w = (i + 1) * step;
            Complex guess = value + slope + (0.5 * curvature);
            Complex next = Solve(guess, w, gain, crossTalk, spread);
            (Complex nextSlope, Complex nextCurvature) = Derivatives(next, w, gain, crossTalk, spread, step);

            Complex d = next - guess;
            Complex e = nextSlope - slope - curvature;
            Complex g = nextCurvature - curvature;
            Span<double> c = _coefficients.AsSpan(i * Stride, Stride);
            Put(c, 0, value);
            Put(c, 1, slope);
            Put(c, 2, 0.5 * curvature);
            Put(c, 3, (10 * d) - (4 * e) + (0.5 * g));
            Put(c, 4, (-15 * d) + (7 * e) - g);
            Put(c, 5, (6 * d) - (3 * e) + (0.5 * g));
            (value, slope, curvature) = (next, nextSlope, nextCurvature);
        }
    }

    /// <summary>
    /// Logarithm of the moment generating function per unit of time, sum_j weight_j [b(-i theta height_j) - 1] for real theta: bounds the tail of the
    /// distribution. Infinite where the cascade has no such moment.
    /// </summary>
    public static double RealCumulant(double theta, double gain, double crossTalk, double spread, ShotNoisePulse pulse)
    {
        double sum = 0;
        for (int j = 0; j < pulse.Heights.Length; j++) sum += pulse.WeightsNs[j] * (Real(theta * pulse.Heights[j], gain, crossTalk, spread) - 1);
        return sum;
    }

    /// <summary>Moment generating function of a cascade, b(-i t) for real t; infinite where there is no such moment.</summary>
    public static double Real(double t, double gain, double crossTalk, double spread)
    {
        double z = Math.Exp((gain * t) + (0.5 * spread * spread * t * t));
        double b = 1;

        // From below the fixed point is reached monotonously, by Newton's steps too.
        for (int i = 0; i < MostSteps; i++)
        {
            double e = z * Math.Exp(crossTalk * (b - 1));
            double slope = 1 - (crossTalk * e);
            if (!(slope > 0)) return double.PositiveInfinity;
            double change = (e - b) / slope;
            b += change;
            if (Math.Abs(change) < 1e-6 * b) break;
        }

        return b;
    }

    private static Complex Solve(Complex b, double w, double gain, double crossTalk, double spread)
    {
        (double sin, double cos) = Math.SinCos(gain * w);
        double decay = Math.Exp(-0.5 * spread * spread * w * w);
        Complex z = new(decay * cos, decay * sin);
        if (crossTalk == 0) return z;
        for (int i = 0; i < MostSteps; i++)
        {
            (sin, cos) = Math.SinCos(crossTalk * b.Imaginary);
            double size = Math.Exp(crossTalk * (b.Real - 1));
            Complex next = z * new Complex(size * cos, size * sin);
            Complex change = (b - next) / (1 - (crossTalk * next));
            b -= change;

            // Newton's steps square the error.
            double error = Math.Abs(change.Real) + Math.Abs(change.Imaginary);
            if (error * error < Converged) break;
        }

        return b;
    }

    // First and second derivative of b against w, in units of the step.
    private static (Complex First, Complex Second) Derivatives(Complex b, double w, double gain, double crossTalk, double spread, double step)
    {
        Complex inverse = 1 / (1 - (crossTalk * b));
        Complex perLogZ = b * inverse;
        Complex slope = new(-spread * spread * w, gain);
        Complex first = perLogZ * slope;
        Complex second = (inverse * inverse * first * slope) - (perLogZ * spread * spread);
        return (first * step, second * step * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Span<double> coefficients, int power, Complex value) => (coefficients[2 * power], coefficients[(2 * power) + 1]) = (value.Real, value.Imaginary);
}
