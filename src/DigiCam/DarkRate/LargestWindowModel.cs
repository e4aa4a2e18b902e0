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

    // Far below any tail that matters, and still a number with a logarithm: a single entry far out costs much, but not infinity.
    private const double Floor = 1e-200;

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
            double emptyBetween = lower.EmptyUpTo(upper);
            double oneBetween = lower.OneUpTo(upper);
            double m = Floor + (empty * emptyBetween) + (one * oneBetween) + (cut * between);
            expected[i] = m;
            logarithm[i] = Math.Log(m);
            if (!logGradient.IsEmpty)
            {
                double emptyMean = (empty * (upper.EmptyByMean - lower.EmptyByMean)) + (cut * width * (lower.ProductByEmpty(lower.EmptyByMean) + (4 * middle.ProductByEmpty(middle.EmptyByMean)) + upper.ProductByEmpty(upper.EmptyByMean)));
                double emptySigma = (empty * (upper.EmptyBySigma - lower.EmptyBySigma)) + (cut * width * (lower.ProductByEmpty(lower.EmptyBySigma) + (4 * middle.ProductByEmpty(middle.EmptyBySigma)) + upper.ProductByEmpty(upper.EmptyBySigma)));
                double oneMean = (one * (upper.OneByMean - lower.OneByMean)) + (cut * width * (lower.ProductByOne(lower.OneByMean) + (4 * middle.ProductByOne(middle.OneByMean)) + upper.ProductByOne(upper.OneByMean)));
                double oneSigma = (one * (upper.OneBySigma - lower.OneBySigma)) + (cut * width * (lower.ProductByOne(lower.OneBySigma) + (4 * middle.ProductByOne(middle.OneBySigma)) + upper.ProductByOne(upper.OneBySigma)));
                double byDistance = cut * between / (parameters[4] - parameters[1]);
                logGradient[i] = emptyBetween / m;
                logGradient[bins + i] = (emptyMean + byDistance) / m;
                logGradient[(2 * bins) + i] = emptySigma / m;
                logGradient[(3 * bins) + i] = oneBetween / m;
                logGradient[(4 * bins) + i] = (oneMean - byDistance) / m;
                logGradient[(5 * bins) + i] = oneSigma / m;
                logGradient[((ParameterCount - 1) * bins) + i] = between / (parameters[4] - parameters[1]) / m;
            }

            lower = upper;
        }
    }

    // The two laws at a place, what is left above it, and their derivatives by mean and sigma. Above the middle nothing but the rest has digits: a tail that is lost next to 1 would leave derivatives
    // without an expectation.
    private readonly record struct Point(
        double Empty, double EmptyAbove, double EmptyByMean, double EmptyBySigma, double One, double OneAbove, double OneByMean, double OneBySigma)
    {
        public double Product => Empty * OneAbove;

        public double EmptyUpTo(in Point upper) => Empty < 0.5 ? upper.Empty - Empty : EmptyAbove - upper.EmptyAbove;

        public double OneUpTo(in Point upper) => One < 0.5 ? upper.One - One : OneAbove - upper.OneAbove;

        public double ProductByEmpty(double derivative) => derivative * OneAbove;

        public double ProductByOne(double derivative) => -Empty * derivative;
    }

    private readonly struct Shape(double emptyMean, double emptySigma, double oneMean, double oneSigma)
    {
        private readonly double _scale = emptySigma / PowerDeviation;
        private readonly double _centre = emptyMean - (PowerMean * emptySigma / PowerDeviation);

        public Point At(double q)
        {
            double z = (q - _centre) / _scale;
            (double normal, double above) = Normal(z);
            double square = normal * normal;
            double fourth = square * square;
            double density = Power * fourth * Density(z) / _scale;
            double y = (q - oneMean) / oneSigma;
            (double one, double oneAbove) = Normal(y);
            double oneDensity = Density(y) / oneSigma;

            // 1 - p^5 = (1 - p)(1 + p + p^2 + p^3 + p^4).
            return new Point(
                fourth * normal, above * (1 + normal + square + (square * normal) + fourth), -density, density * (PowerMean - z) / PowerDeviation, one, oneAbove, -oneDensity, -oneDensity * y);
        }

        // The unit normal law below and above a place.
        private static (double Below, double Above) Normal(double z)
        {
            double tail = 0.5 * SpecialFunctions.Erfc(Math.Abs(z) / Constants.Sqrt2);
            return z < 0 ? (tail, 1 - tail) : (1 - tail, tail);
        }

        private static double Density(double z) => Constants.InvSqrt2Pi * Math.Exp(-0.5 * z * z);
    }
}
