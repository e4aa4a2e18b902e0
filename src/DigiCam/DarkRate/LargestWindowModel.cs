using System.Collections.Immutable;
using DigiCam.Fitting;
using MathNet.Numerics;

namespace DigiCam.DarkRate;

/// <summary>
/// The lower end of the distribution of the largest W-sample sum of each dark waveform, from no pulse to one photo-electron:
/// <code>
/// m = a_0 dF0 + a_1 dF1 + a_cut Int F0 (1 - F1) dq / (mean_1 - mean_0)
/// F0 = Phi^5((q - c) / s),  F1 = Phi((q - mean_1) / sigma_1)
/// </code>
/// F0, waveforms without a pulse: the largest of many correlated sums of noise. The fifth power of a normal law has the skewness (0.30) of the largest of 44
/// windows of 7 samples, which hardly depends on their number; c and s are such that mean_0 and sigma_0 are its mean and standard deviation. F1, one
/// photo-electron inside the waveform. The last term, pulses cut by an end of the waveform, of which any part may be left.
/// Parameters: a_0 [entries], mean_0, sigma_0 [LSB], a_1 [entries], mean_1, sigma_1 [LSB], a_cut [entries].
/// </summary>
public sealed class LargestWindowModel : IBinnedModel
{
    private const int Power = 5;

    // Mean and standard deviation of the fifth power of the unit normal law.
    private const double PowerMean = 1.1629644736405198;
    private const double PowerDeviation = 0.6689798719099567;

    // Far below any tail that matters, and still a number with a logarithm: a single entry far out costs much, but not infinity. Its inverse can be squared.
    private const double Floor = 1e-150;

    private const int ParameterCount = 7;

    /// <inheritdoc/>
    public ImmutableArray<ModelParameter> Parameters { get; } =
        [new("a_0", "entries"), new("mean_0", "LSB"), new("sigma_0", "LSB"), new("a_1", "entries"), new("mean_1", "LSB"), new("sigma_1", "LSB"), new("a_cut", "entries")];

    /// <inheritdoc/>
    public void Evaluate(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        Shape shape = new(parameters[1], parameters[2], parameters[4], parameters[5]);
        (double empty, double one, double cut) = (parameters[0], parameters[3], parameters[6] / (parameters[4] - parameters[1]));
        int bins = expected.Length;
        Point lower = shape.At(edges[0]);
        for (int i = 0; i < bins; i++)
        {
            // Simpson's rule for the product of two laws; both are many bins wide.
            Point middle = shape.At(0.5 * (edges[i] + edges[i + 1]));
            Point upper = shape.At(edges[i + 1]);
            double width = (edges[i + 1] - edges[i]) / 6;
            double between = width * (lower.Product + (4 * middle.Product) + upper.Product);
            double inside = upper.EmptySince(lower);
            double m = Floor + (empty * inside) + (one * (upper.One - lower.One)) + (cut * between);
            expected[i] = m;
            logarithm[i] = Math.Log(m);
            if (!logGradient.IsEmpty)
            {
                double emptyMean = (empty * (upper.EmptyByMean - lower.EmptyByMean)) + (cut * width * (lower.ProductByEmpty(lower.EmptyByMean) + (4 * middle.ProductByEmpty(middle.EmptyByMean)) + upper.ProductByEmpty(upper.EmptyByMean)));
                double emptySigma = (empty * (upper.EmptyBySigma - lower.EmptyBySigma)) + (cut * width * (lower.ProductByEmpty(lower.EmptyBySigma) + (4 * middle.ProductByEmpty(middle.EmptyBySigma)) + upper.ProductByEmpty(upper.EmptyBySigma)));
                double oneMean = (one * (upper.OneByMean - lower.OneByMean)) + (cut * width * (lower.ProductByOne(lower.OneByMean) + (4 * middle.ProductByOne(middle.OneByMean)) + upper.ProductByOne(upper.OneByMean)));
                double oneSigma = (one * (upper.OneBySigma - lower.OneBySigma)) + (cut * width * (lower.ProductByOne(lower.OneBySigma) + (4 * middle.ProductByOne(middle.OneBySigma)) + upper.ProductByOne(upper.OneBySigma)));
                double byDistance = cut * between / (parameters[4] - parameters[1]);
                logGradient[i] = inside / m;
                logGradient[bins + i] = (emptyMean + byDistance) / m;
                logGradient[(2 * bins) + i] = emptySigma / m;
                logGradient[(3 * bins) + i] = (upper.One - lower.One) / m;
                logGradient[(4 * bins) + i] = (oneMean - byDistance) / m;
                logGradient[(5 * bins) + i] = oneSigma / m;
                logGradient[((ParameterCount - 1) * bins) + i] = between / (parameters[4] - parameters[1]) / m;
            }

            lower = upper;
        }
    }

    // The two laws at a place with their derivatives by mean and sigma, and what the first has beyond it.
    private readonly record struct Point(double Empty, double EmptyBeyond, double EmptyByMean, double EmptyBySigma, double One, double OneByMean, double OneBySigma)
    {
        public double Product => Empty * (1 - One);

        // What the first law has between two places: far above its mean nothing is left of the difference of two numbers close to 1.
        public double EmptySince(in Point lower) => lower.Empty < 0.5 ? Empty - lower.Empty : lower.EmptyBeyond - EmptyBeyond;

        public double ProductByEmpty(double derivative) => derivative * (1 - One);

        public double ProductByOne(double derivative) => -Empty * derivative;
    }

    private readonly struct Shape(double emptyMean, double emptySigma, double oneMean, double oneSigma)
    {
        private readonly double _scale = emptySigma / PowerDeviation;
        private readonly double _centre = emptyMean - (PowerMean * emptySigma / PowerDeviation);

        public Point At(double q)
        {
            double z = (q - _centre) / _scale;
            double tail = Normal(-Math.Abs(z));
            (double normal, double beyond) = z < 0 ? (tail, 1 - tail) : (1 - tail, tail);
            double fourth = normal * normal * normal * normal;
            double density = Power * fourth * Density(z) / _scale;
            double y = (q - oneMean) / oneSigma;
            double oneDensity = Density(y) / oneSigma;
            return new Point(fourth * normal, beyond * (Power + (beyond * (-10 + (beyond * (10 + (beyond * (-Power + beyond))))))), -density, density * (PowerMean - z) / PowerDeviation, Normal(y), -oneDensity, -oneDensity * y);
        }

        private static double Normal(double z) => 0.5 * SpecialFunctions.Erfc(-z / Constants.Sqrt2);

        private static double Density(double z) => Constants.InvSqrt2Pi * Math.Exp(-0.5 * z * z);
    }
}
