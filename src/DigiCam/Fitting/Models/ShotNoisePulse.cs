using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Geometry;
using DigiCam.Simulation;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace DigiCam.Fitting.Models;

/// <summary>
/// A pulse as shot noise sees it. The time at which a sample falls on a pulse is random, so that nothing matters but how long the pulse stays at each
/// height: Int g(p(t)) dt = sum_j weight_j g(height_j) for every smooth g with g(0) = 0. Immutable and safe to share.
/// </summary>
public sealed class ShotNoisePulse
{
    // Gauss rules of this many nodes in this many intervals of a pulse of height 1 integrate exp(i w p) to 1e-10 up to w = 50, where noise has long
    // damped everything.
    private const int NodesPerInterval = 8;
    private const int IntervalsPerHeight = 6;
    private const double StepNs = 0.01;
    private const double SmallestHeight = 1e-9;

    private ShotNoisePulse(ImmutableArray<double> heights, ImmutableArray<double> weights)
    {
        Heights = heights;
        WeightsNs = weights;
        for (int j = 0; j < heights.Length; j++)
        {
            IntegralNs += weights[j] * heights[j];
            SquareIntegralNs += weights[j] * heights[j] * heights[j];
            if (heights[j] > 0) IntegralAboveNs += weights[j] * heights[j];
            Highest = Math.Max(Highest, heights[j]);
            Lowest = Math.Min(Lowest, heights[j]);
        }
    }

    /// <summary>The analytic pulse of the camera: peak after 14.2 ns, no tail.</summary>
    public static ShotNoisePulse Analytic { get; } = Of(PulseShape.Analytic);

    /// <summary>Heights relative to the peak (node).</summary>
    public ImmutableArray<double> Heights { get; }

    /// <summary>Time spent around each height (node) [ns].</summary>
    public ImmutableArray<double> WeightsNs { get; }

    /// <summary>Integral of the pulse, I1 [ns].</summary>
    public double IntegralNs { get; }

    /// <summary>Integral of the squared pulse, I2 [ns].</summary>
    public double SquareIntegralNs { get; }

    /// <summary>The largest height, 0 if none is above 0.</summary>
    internal double Highest { get; }

    /// <summary>The lowest height, 0 if none is below 0.</summary>
    internal double Lowest { get; }

    /// <summary>Integral of the pulse where it is above 0 [ns].</summary>
    internal double IntegralAboveNs { get; }

    /// <summary>
    /// The pulse as a charge sees it, the sum of samples 4 ns apart, relative to the charge of a pulse of which the first sample is taken some time after its start:
    /// the pulses of dark counts beside those of a flash at a known place.
    /// </summary>
    /// <param name="shape">The pulse.</param>
    /// <param name="scale">Number of samples.</param>
    /// <param name="delayNs">Time from the start of the flash's pulse to the first sample [ns].</param>
    /// <exception cref="ArgumentException">The pulse of the flash has no charge there.</exception>
    public static ShotNoisePulse Of(PulseShape shape, ChargeScale scale, double delayNs)
    {
        ArgumentNullException.ThrowIfNull(shape);
        double charge = ChargeOf(shape, scale, delayNs);
        if (!(charge > 0)) throw new ArgumentException(FormattableString.Invariant($"a pulse has the charge {charge} in {scale} from {delayNs} ns after its start, not one above 0"), nameof(delayNs));
        double lead = (scale.Samples - 1) * CameraGeometry.SampleNs;
        return OfFunction(time => ChargeOf(shape, scale, time - lead) / charge, shape.LengthNs + lead);
    }

    /// <summary>Charge of a pulse relative to its peak: the sum of its values at the samples.</summary>
    /// <param name="shape">The pulse.</param>
    /// <param name="scale">Number of samples.</param>
    /// <param name="delayNs">Time from the start of the pulse to the first sample [ns].</param>
    public static double ChargeOf(PulseShape shape, ChargeScale scale, double delayNs)
    {
        ArgumentNullException.ThrowIfNull(shape);
        double sum = 0;
        for (int i = 0; i < scale.Samples; i++) sum += shape.At(delayNs + (i * CameraGeometry.SampleNs));
        return sum;
    }

    /// <summary>The heights of a pulse.</summary>
    /// <param name="shape">The pulse.</param>
    public static ShotNoisePulse Of(PulseShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return OfFunction(shape.At, shape.LengthNs);
    }

    private static ShotNoisePulse OfFunction(Func<double, double> at, double lengthNs)
    {

        // Two Gauss points a step.
        int steps = (int)Math.Ceiling(lengthNs / StepNs);
        double step = lengthNs / steps;
        double[] heights = new double[2 * steps];
        for (int i = 0; i < steps; i++)
        {
            double shift = step / (2 * Math.Sqrt(3));
            heights[2 * i] = at(((i + 0.5) * step) - shift);
            heights[(2 * i) + 1] = at(((i + 0.5) * step) + shift);
        }

        return Of(heights, step / 2);
    }

    /// <summary>The heights of a tabulated pulse, linear between its points.</summary>
    /// <param name="timesNs">Times, ascending (point) [ns].</param>
    /// <param name="amplitudes">Values; 1 is the peak of a pulse of one photo-electron (point).</param>
    /// <exception cref="ArgumentException">There are fewer than two points or not as many times as values, or they do not ascend or are not finite.</exception>
    public static ShotNoisePulse Of(IReadOnlyList<double> timesNs, IReadOnlyList<double> amplitudes)
    {
        ArgumentNullException.ThrowIfNull(timesNs);
        ArgumentNullException.ThrowIfNull(amplitudes);
        if (timesNs.Count < 2 || timesNs.Count != amplitudes.Count) throw new ArgumentException(FormattableString.Invariant($"pulse: {timesNs.Count} times and {amplitudes.Count} amplitudes, not two or more of both"), nameof(timesNs));
        List<double> heights = [];
        double length = timesNs[^1] - timesNs[0];
        double step = length / Math.Ceiling(length / StepNs);
        int next = 1;
        for (int i = 0; i < timesNs.Count; i++)
        {
            if (!double.IsFinite(timesNs[i]) || !double.IsFinite(amplitudes[i]) || (i > 0 && !(timesNs[i] > timesNs[i - 1])))
                throw new ArgumentException(FormattableString.Invariant($"pulse: point {i} at {timesNs[i]} ns of amplitude {amplitudes[i]} is not finite or not later than the one before"), nameof(timesNs));
        }

        for (int i = 0; i < (int)Math.Round(length / step); i++)
        {
            double time = timesNs[0] + ((i + 0.5) * step);
            while (next < timesNs.Count - 1 && timesNs[next] < time) next++;
            double fraction = (time - timesNs[next - 1]) / (timesNs[next] - timesNs[next - 1]);
            heights.Add(amplitudes[next - 1] + (fraction * (amplitudes[next] - amplitudes[next - 1])));
        }

        return Of([.. heights], step);
    }

    // Sums equal times at the given heights up into Gauss rules over intervals of height.
    private static ShotNoisePulse Of(double[] heights, double weight)
    {
        double[] sorted = [.. heights.Where(p => Math.Abs(p) > SmallestHeight).Order()];
        if (sorted.Length == 0) throw new ArgumentException("pulse: no amplitude differs from 0", nameof(heights));
        double lowest = Math.Min(sorted[0], 0);
        double width = 1.0 / IntervalsPerHeight;
        ImmutableArray<double>.Builder nodes = ImmutableArray.CreateBuilder<double>();
        ImmutableArray<double>.Builder weights = ImmutableArray.CreateBuilder<double>();
        int first = 0;
        for (int interval = 0; first < sorted.Length; interval++)
        {
            double end = lowest + ((interval + 1) * width);
            int last = first;
            while (last < sorted.Length && sorted[last] <= end) last++;
            AddGaussRule(sorted.AsSpan(first, last - first), weight, nodes, weights);
            first = last;
        }

        return new ShotNoisePulse(nodes.ToImmutable(), weights.ToImmutable());
    }

    // The rule that integrates polynomials up to degree 2 n - 1 as the points do: recurrence of their orthogonal polynomials (Stieltjes), then nodes and
    // weights from the eigenvectors of its matrix (Golub and Welsch, Math. Comp. 23 (1969) 221).
    private static void AddGaussRule(ReadOnlySpan<double> points, double weight, ImmutableArray<double>.Builder nodes, ImmutableArray<double>.Builder weights)
    {
        if (points.Length <= NodesPerInterval)
        {
            foreach (double point in points)
            {
                nodes.Add(point);
                weights.Add(weight);
            }

            return;
        }

        double centre = 0.5 * (points[0] + points[^1]);
        double half = Math.Max(0.5 * (points[^1] - points[0]), SmallestHeight);
        double[] before = new double[points.Length];
        double[] current = new double[points.Length];
        Array.Fill(current, 1);
        Matrix<double> matrix = Matrix<double>.Build.Dense(NodesPerInterval, NodesPerInterval);
        double normBefore = 1;
        int count = 0;
        for (; count < NodesPerInterval; count++)
        {
            double norm = 0;
            double moment = 0;
            for (int i = 0; i < points.Length; i++)
            {
                double square = current[i] * current[i];
                norm += square;
                moment += square * (points[i] - centre) / half;
            }

            // Points on a plateau: fewer nodes say it all.
            if (norm < 1e-20 * points.Length) break;
            double ratio = count == 0 ? 0 : norm / normBefore;
            matrix[count, count] = moment / norm;
            if (count > 0) matrix[count, count - 1] = matrix[count - 1, count] = Math.Sqrt(ratio);
            for (int i = 0; i < points.Length; i++)
            {
                double value = ((((points[i] - centre) / half) - matrix[count, count]) * current[i]) - (ratio * before[i]);
                (before[i], current[i]) = (current[i], value);
            }

            normBefore = norm;
        }

        Evd<double> eigen = matrix.SubMatrix(0, count, 0, count).Evd(Symmetricity.Symmetric);
        for (int j = 0; j < count; j++)
        {
            nodes.Add(centre + (half * eigen.EigenValues[j].Real));
            weights.Add(weight * points.Length * eigen.EigenVectors[0, j] * eigen.EigenVectors[0, j]);
        }
    }
}
