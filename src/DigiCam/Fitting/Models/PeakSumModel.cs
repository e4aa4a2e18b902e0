using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DigiCam.Fitting.Models;

/// <summary>
/// A sum of Gaussian peaks integrated over each bin: expected = sum_n w_n [Phi((b - c_n) / s_n) - Phi((a - c_n) / s_n)] for a bin from a to b, with content
/// w_n, centre c_n and width s_n of each peak as functions of the parameters. A model says what these are and how they change with the parameters; values,
/// gradient and second derivatives follow. Where a content is negative, a width not positive or anything not finite, the expectation is NaN.
/// </summary>
/// <remarks>
/// A peak is evaluated where it gives more than 1e-19 of the whole content; bins where the sum comes out so small that what is left out could matter
/// are evaluated again, peak by peak, on a logarithmic scale.
/// </remarks>
public abstract class PeakSumModel : IBinnedModel
{
    // Contributions below this fraction of the whole content are left out of a bin. ln(1e-19).
    private const double LogNeglected = -43.749;

    // Bins below this fraction of the whole content are evaluated again: what they lack is then at most some 1e-8 of them.
    private const double FarFraction = 1e-11;

    // Weights of second derivatives up to which what is left out does not matter.
    private const double LargestWeight = 1e8;

    // Contributions to a far bin below e^-45 = 3e-20 of the largest do not count.
    private const double LogSmall = -45;

    // More peaks than any spectrum has: parameters that ask for more have run away.
    private const int MaximumPeaks = 20_000;

    // Logarithm below which an expectation counts as e^-667 = 1e-290, so that derivatives divided by it stay finite.
    private const double LogFloor = -667;

    private readonly int _parameters;
    private readonly PeakList _peaks;
    private readonly double[] _largestSlopes;
    private double[] _edges = [];
    private double[] _expected = [];
    private double[] _slopes = [];
    private double[] _distribution = [];
    private double[] _density = [];
    private double[] _moment = [];
    private double[] _contributions = [];
    private double[] _peakSums = [];
    private double[] _shifted = [];
    private double[] _logWeights = [];
    private double[] _logSlopes = [];
    private int _stride;

    /// <summary>Creates a model.</summary>
    /// <param name="parameters">Its parameters in the order of their values.</param>
    protected PeakSumModel(ImmutableArray<ModelParameter> parameters)
    {
        Parameters = parameters;
        _parameters = parameters.Length;
        _peaks = new PeakList(_parameters);
        _largestSlopes = new double[_parameters];
    }

    /// <inheritdoc/>
    public ImmutableArray<ModelParameter> Parameters { get; }

    /// <summary>Number of peaks that matter.</summary>
    /// <param name="parameters">The values (parameter).</param>
    /// <returns>The number; 0 or less where the model is not defined.</returns>
    protected abstract int CountPeaks(ReadOnlySpan<double> parameters);

    /// <summary>Sets content, centre and width of each peak, and their slopes if wanted; slopes that are not set are 0.</summary>
    /// <param name="parameters">The values (parameter).</param>
    /// <param name="peaks">Receives the peaks.</param>
    protected abstract void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks);

    /// <inheritdoc/>
    public void Evaluate(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        int bins = expected.Length;
        bool withSlopes = !logGradient.IsEmpty;
        if (bins == 0) return;
        if (!TryFill(parameters, withSlopes, out double content))
        {
            expected.Fill(double.NaN);
            logarithm.Fill(double.NaN);
            logGradient.Fill(double.NaN);
            return;
        }

        Reserve(bins);
        TakeEdges(edges);
        Array.Clear(_expected, 0, _stride);
        if (withSlopes) Array.Clear(_slopes, 0, _stride * _parameters);
        for (int n = 0; n < _peaks.Count; n++) AddPeak(n, bins, content);
        Divide(bins, expected, logarithm, logGradient);
        double far = FarFraction * content;
        bool prepared = false;
        for (int i = 0; i < bins; i++)
        {
            if (expected[i] > far) continue;
            if (!prepared) PrepareFar();
            prepared = true;
            EvaluateFar(i, bins, expected, logarithm, logGradient);
        }
    }

    /// <inheritdoc/>
    public bool TryAddSecondDerivatives(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, ReadOnlySpan<double> weights, Span<double> matrix)
    {
        int bins = weights.Length;
        foreach (double weight in weights)
        {
            // Bins far out with entries weigh much, and are not known here as precisely as that takes.
            if (!(Math.Abs(weight) < LargestWeight)) return false;
        }

        if (bins == 0 || !TryFill(parameters, withSlopes: true, out double content)) return false;
        Reserve(bins);
        TakeEdges(edges);
        int peaks = _peaks.Count;
        if (_peakSums.Length < 3 * peaks) _peakSums = new double[3 * peaks];
        if (_shifted.Length < _parameters) _shifted = new double[_parameters];
        for (int n = 0; n < peaks; n++) AddSecondDerivatives(n, bins, content, weights, matrix);
        AddCurvedParameters(parameters, matrix);
        return true;
    }

    // Peaks at a point, with their whole content and the largest slope of a content by each parameter; false where the model is not defined.
    private bool TryFill(ReadOnlySpan<double> parameters, bool withSlopes, out double content)
    {
        content = 0;
        int count = CountPeaks(parameters);
        if (count is <= 0 or > MaximumPeaks) return false;
        _peaks.Reset(count, withSlopes);
        FillPeaks(parameters, _peaks);
        ReadOnlySpan<double> weights = _peaks.Weights;
        ReadOnlySpan<double> widths = _peaks.Widths;
        ReadOnlySpan<double> centres = _peaks.Centres;
        for (int n = 0; n < weights.Length; n++)
        {
            if (!(weights[n] >= 0) || !(widths[n] > 0) || !double.IsFinite(centres[n])) return false;
            content += weights[n];
        }

        if (!(content > 0) || !double.IsFinite(content)) return false;
        if (!withSlopes) return true;
        for (int k = 0; k < _parameters; k++)
        {
            double largest = 0;
            foreach (double slope in _peaks.WeightSlopes(k)) largest = Math.Max(largest, Math.Abs(slope));
            _largestSlopes[k] = largest;
        }

        return true;
    }

    private void Reserve(int bins)
    {
        int stride = bins + (2 * Vector<double>.Count);
        if (stride <= _stride) return;
        _stride = stride;
        _edges = new double[stride];
        _expected = new double[stride];
        _slopes = new double[stride * _parameters];
        _distribution = new double[stride];
        _density = new double[stride];
        _moment = new double[stride];
        _contributions = new double[stride];
    }

    // Beyond the last edge everything is far away, so that whole vectors can be worked on.
    private void TakeEdges(ReadOnlySpan<double> edges)
    {
        edges.CopyTo(_edges);
        Array.Fill(_edges, double.MaxValue, edges.Length, _edges.Length - edges.Length);
    }

    // First and last edge within reach of a peak, one more on either side; false when there is no bin between them.
    private bool TryWindow(int n, int bins, double content, out int first, out int last)
    {
        double share = _peaks.Weights[n] / content;
        if (_peaks.WithSlopes)
        {
            for (int k = 0; k < _parameters; k++)
            {
                double slope = Math.Abs(_peaks.WeightSlopes(k)[n]);
                if (slope > share * _largestSlopes[k]) share = slope / _largestSlopes[k];
            }
        }

        first = last = 0;

        // Q(z) < exp(-z^2 / 2) / 2.
        double exponent = Math.Log(share) - LogNeglected;
        if (!(exponent > 0)) return false;
        double reach = Math.Sqrt(2 * exponent) * _peaks.Widths[n];
        double centre = _peaks.Centres[n];
        first = Math.Max(FirstEdgeFrom(centre - reach, bins) - 1, 0);
        last = Math.Min(FirstEdgeFrom(centre + reach, bins), bins);
        return first < last;
    }

    // Index of the first edge not below a value; bins + 1 when there is none.
    private int FirstEdgeFrom(double value, int bins)
    {
        if (_edges[bins] < value) return bins + 1;

        // Bins are mostly equal: the place follows from the ends, a step or two aside. Otherwise halve.
        double guess = (value - _edges[0]) * bins / (_edges[bins] - _edges[0]);
        int index = guess > 0 ? (int)Math.Min(guess, bins) : 0;
        for (int step = 0; step < 4; step++)
        {
            if (_edges[index] < value) index++;
            else if (index > 0 && _edges[index - 1] >= value) index--;
            else return index;
        }

        int low = 0;
        int high = bins;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_edges[middle] < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    // Distribution, and if wanted density and density times z, at the edges of a window; the bin with the centre inside, or -1.
    private int EvaluateEdges(int n, int first, int last, int bins, bool withSlopes)
    {
        int count = last - first + 1;
        double centre = _peaks.Centres[n];
        Vector<double> centres = new(centre);
        Vector<double> inverse = new(1 / _peaks.Widths[n]);
        ref double edge = ref _edges[first];
        ref double distribution = ref MemoryMarshal.GetArrayDataReference(_distribution);
        ref double density = ref MemoryMarshal.GetArrayDataReference(_density);
        ref double moment = ref MemoryMarshal.GetArrayDataReference(_moment);
        for (int i = 0; i < count; i += Vector<double>.Count)
        {
            Vector<double> z = (Vector.LoadUnsafe(ref edge, (nuint)i) - centres) * inverse;
            Vector.StoreUnsafe(NormalTail.ShiftedDistribution(z, out Vector<double> phi), ref distribution, (nuint)i);
            if (!withSlopes) continue;

            // Far beyond, z may be infinite and the density 0.
            Vector<double> near = Vector.Min(Vector.Max(z, new Vector<double>(-NormalTail.LargestDistance)), new Vector<double>(NormalTail.LargestDistance));
            Vector.StoreUnsafe(phi, ref density, (nuint)i);
            Vector.StoreUnsafe(phi * near, ref moment, (nuint)i);
        }

        int split = FirstEdgeFrom(centre, bins) - 1;
        return split >= first && split < last ? split - first : -1;
    }

    private void AddPeak(int n, int bins, double content)
    {
        if (!TryWindow(n, bins, content, out int first, out int last)) return;
        bool withSlopes = _peaks.WithSlopes;
        int split = EvaluateEdges(n, first, last, bins, withSlopes);
        int count = last - first;
        Span<double> contributions = _contributions;
        Differences(_distribution, contributions, count);
        if (split >= 0) contributions[split] += 1;
        double weight = _peaks.Weights[n];
        AddTo(_expected, first, weight, contributions, count);
        if (!withSlopes) return;
        for (int k = 0; k < _parameters; k++)
        {
            double slope = _peaks.WeightSlopes(k)[n];
            if (slope != 0) AddTo(_slopes, (k * _stride) + first, slope, contributions, count);
        }

        // dP/dc = -(phi(b) - phi(a)) / s, dP/ds = -(z phi)|a..b / s.
        double scale = -weight / _peaks.Widths[n];
        if (scale == 0) return;
        Differences(_density, _density, count);
        Differences(_moment, _moment, count);
        for (int k = 0; k < _parameters; k++)
        {
            double centreSlope = scale * _peaks.CentreSlopes(k)[n];
            double widthSlope = scale * _peaks.WidthSlopes(k)[n];
            if (centreSlope != 0) AddTo(_slopes, (k * _stride) + first, centreSlope, _density, count);
            if (widthSlope != 0) AddTo(_slopes, (k * _stride) + first, widthSlope, _moment, count);
        }
    }

    // Second of two neighbours minus the first; in place if wanted.
    private static void Differences(ReadOnlySpan<double> values, Span<double> differences, int count)
    {
        ref double from = ref MemoryMarshal.GetReference(values);
        ref double to = ref MemoryMarshal.GetReference(differences);
        for (int i = 0; i < count; i += Vector<double>.Count)
        {
            Vector.StoreUnsafe(Vector.LoadUnsafe(ref from, (nuint)(i + 1)) - Vector.LoadUnsafe(ref from, (nuint)i), ref to, (nuint)i);
        }

        // The last vector may reach beyond.
        differences.Slice(count, Vector<double>.Count).Clear();
    }

    // Whole vectors: values beyond the count are 0.
    private static void AddTo(double[] sums, int start, double factor, ReadOnlySpan<double> values, int count)
    {
        ref double sum = ref sums[start];
        ref double value = ref MemoryMarshal.GetReference(values);
        Vector<double> factors = new(factor);
        for (int i = 0; i < count; i += Vector<double>.Count)
        {
            Vector.StoreUnsafe(
                Vector.FusedMultiplyAdd(factors, Vector.LoadUnsafe(ref value, (nuint)i), Vector.LoadUnsafe(ref sum, (nuint)i)), ref sum, (nuint)i);
        }
    }

    private void Divide(int bins, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        _expected.AsSpan(0, bins).CopyTo(expected);

        // One by one: logarithms of whole vectors differ in the last bit between code that is compiled quickly and code that is compiled well.
        for (int bin = 0; bin < bins; bin++) logarithm[bin] = Math.Log(expected[bin]);
        if (logGradient.IsEmpty) return;
        for (int e = 0; e < bins; e += Vector<double>.Count)
        {
            ref double sum = ref _expected[e];
            Vector.StoreUnsafe(Vector<double>.One / Vector.LoadUnsafe(ref sum), ref sum);
        }

        for (int k = 0; k < _parameters; k++)
        {
            ReadOnlySpan<double> slopes = _slopes.AsSpan(k * _stride, _stride);
            Span<double> relative = logGradient.Slice(k * bins, bins);
            int i = 0;
            for (; i <= bins - Vector<double>.Count; i += Vector<double>.Count)
            {
                (new Vector<double>(slopes[i..]) * new Vector<double>(_expected, i)).CopyTo(relative[i..]);
            }

            for (; i < bins; i++) relative[i] = slopes[i] * _expected[i];
        }
    }

    // Logarithms of the contents and of their largest slopes.
    private void PrepareFar()
    {
        int peaks = _peaks.Count;
        if (_logWeights.Length < peaks)
        {
            _logWeights = new double[peaks];
            _logSlopes = new double[peaks];
        }

        for (int n = 0; n < peaks; n++)
        {
            _logWeights[n] = Math.Log(_peaks.Weights[n]);
            double largest = 0;
            for (int k = 0; _peaks.WithSlopes && k < _parameters; k++) largest = Math.Max(largest, Math.Abs(_peaks.WeightSlopes(k)[n]));
            _logSlopes[n] = Math.Log(largest);
        }
    }

    // A bin to which no peak reaches: logarithms of the contributions, largest first found without integrals.
    private void EvaluateFar(int bin, int bins, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        ReadOnlySpan<double> logWeights = _logWeights;
        ReadOnlySpan<double> logSlopes = _logSlopes;
        ReadOnlySpan<double> centres = _peaks.Centres;
        ReadOnlySpan<double> widths = _peaks.Widths;
        int peaks = _peaks.Count;
        double a = _edges[bin];
        double b = _edges[bin + 1];
        double largest = double.NegativeInfinity;
        for (int n = 0; n < peaks; n++) largest = Math.Max(largest, Estimate(n) + logWeights[n]);

        double logExpected = double.NegativeInfinity;
        for (int n = 0; n < peaks; n++)
        {
            if (!(Estimate(n) + logWeights[n] >= largest + LogSmall)) continue;
            double term = logWeights[n] + NormalBin.Between((a - centres[n]) / widths[n], (b - centres[n]) / widths[n]).Logarithm;
            logExpected = Math.Max(logExpected, term) + Log1P(Math.Exp(-Math.Abs(logExpected - term)));
        }

        double logDivisor = Math.Max(logExpected, LogFloor);
        logarithm[bin] = logExpected;
        expected[bin] = Math.Exp(logDivisor);
        if (logGradient.IsEmpty) return;
        for (int k = 0; k < _parameters; k++) logGradient[(k * bins) + bin] = 0;
        for (int n = 0; n < peaks; n++)
        {
            // A peak without content counts with its slopes.
            if (!(Estimate(n) + Math.Max(logWeights[n], logSlopes[n]) >= Math.Min(largest, logDivisor) + LogSmall)) continue;
            NormalBin integral = NormalBin.Between((a - centres[n]) / widths[n], (b - centres[n]) / widths[n]);
            double probability = Math.Exp(integral.Logarithm - logDivisor);
            double share = Math.Exp(integral.Logarithm + logWeights[n] - logExpected);
            double perCentre = share * (integral.LowerDensity - integral.UpperDensity) / widths[n];
            double za = (a - centres[n]) / widths[n];
            double zb = (b - centres[n]) / widths[n];
            double perWidth = share * (Moment(za, integral.LowerDensity) - Moment(zb, integral.UpperDensity)) / widths[n];
            for (int k = 0; k < _parameters; k++)
            {
                double slope = _peaks.WeightSlopes(k)[n];
                double sum = (perCentre * _peaks.CentreSlopes(k)[n]) + (perWidth * _peaks.WidthSlopes(k)[n]);
                if (slope != 0) sum += slope * probability;
                logGradient[(k * bins) + bin] += sum;
            }
        }

        // Upper bound of the logarithm of the integral, close enough to choose by: exponent at the nearer edge.
        double Estimate(int n)
        {
            double nearest = Math.Max(0, Math.Max(_edges[bin] - _peaks.Centres[n], _peaks.Centres[n] - _edges[bin + 1])) / _peaks.Widths[n];
            return -0.5 * nearest * nearest;
        }

        // An edge at infinity has no density.
        static double Moment(double z, double density) => density == 0 ? 0 : z * density;

        static double Log1P(double x) => x > 1e-5 ? Math.Log(1 + x) : x - (0.5 * x * x);
    }

    // Second derivatives by content, centre and width of one peak, carried to the parameters by their slopes. Sums over bins of weight times a
    // difference of edges become sums over edges of differences of weights.
    private void AddSecondDerivatives(int n, int bins, double content, ReadOnlySpan<double> weights, Span<double> matrix)
    {
        _peakSums.AsSpan(3 * n, 3).Clear();
        if (!TryWindow(n, bins, content, out int first, out int last)) return;
        int split = EvaluateEdges(n, first, last, bins, withSlopes: true);
        double width = _peaks.Widths[n];
        double centre = _peaks.Centres[n];
        double byWeight = split >= 0 ? weights[first + split] : 0;
        double m0 = 0, m1 = 0, m2 = 0, m3 = 0;
        for (int e = first; e <= last; e++)
        {
            double difference = (e > first ? weights[e - 1] : 0) - (e < last ? weights[e] : 0);
            double z = Math.Clamp((_edges[e] - centre) / width, -NormalTail.LargestDistance, NormalTail.LargestDistance);
            byWeight += difference * _distribution[e - first];
            m0 += difference * _density[e - first];
            m1 += difference * _moment[e - first];
            m2 += difference * _moment[e - first] * z;
            m3 += difference * _moment[e - first] * z * z;
        }

        double weight = _peaks.Weights[n];
        double byCentre = -m0 / width;
        double byWidth = -m1 / width;
        double byCentreTwice = -weight * m1 / (width * width);
        double byBoth = -weight * (m2 - m0) / (width * width);
        double byWidthTwice = weight * ((2 * m1) - m3) / (width * width);
        _peakSums[3 * n] = byWeight;
        _peakSums[(3 * n) + 1] = weight * byCentre;
        _peakSums[(3 * n) + 2] = weight * byWidth;
        for (int k = 0; k < _parameters; k++)
        {
            double wk = _peaks.WeightSlopes(k)[n];
            double ck = _peaks.CentreSlopes(k)[n];
            double sk = _peaks.WidthSlopes(k)[n];
            if (wk == 0 && ck == 0 && sk == 0) continue;
            double perWeight = (ck * byCentre) + (sk * byWidth);
            double perCentre = (wk * byCentre) + (ck * byCentreTwice) + (sk * byBoth);
            double perWidth = (wk * byWidth) + (ck * byBoth) + (sk * byWidthTwice);
            for (int l = 0; l < _parameters; l++)
            {
                matrix[(k * _parameters) + l] +=
                    (perWeight * _peaks.WeightSlopes(l)[n]) + (perCentre * _peaks.CentreSlopes(l)[n]) + (perWidth * _peaks.WidthSlopes(l)[n]);
            }
        }
    }

    // What the curvature of contents, centres and widths as functions of the parameters adds: central differences of their slopes, which are exact and cheap.
    private void AddCurvedParameters(ReadOnlySpan<double> parameters, Span<double> matrix)
    {
        const double relativeStep = 1e-5;
        int peaks = _peaks.Count;
        for (int l = 0; l < _parameters; l++)
        {
            parameters.CopyTo(_shifted);
            double step = relativeStep * Math.Max(Math.Abs(parameters[l]), relativeStep);
            double up = parameters[l] + step;
            double down = parameters[l] - step;
            for (int sign = 0; sign < 2; sign++)
            {
                _shifted[l] = sign == 0 ? up : down;
                _peaks.Reset(peaks, withSlopes: true);
                FillPeaks(_shifted, _peaks);
                double factor = (sign == 0 ? 1 : -1) / (up - down);
                for (int k = 0; k < _parameters; k++)
                {
                    ReadOnlySpan<double> weightSlopes = _peaks.WeightSlopes(k);
                    ReadOnlySpan<double> centreSlopes = _peaks.CentreSlopes(k);
                    ReadOnlySpan<double> widthSlopes = _peaks.WidthSlopes(k);
                    double sum = 0;
                    for (int n = 0; n < peaks; n++)
                    {
                        sum += (_peakSums[3 * n] * weightSlopes[n]) + (_peakSums[(3 * n) + 1] * centreSlopes[n]) + (_peakSums[(3 * n) + 2] * widthSlopes[n]);
                    }

                    // Half to either triangle: the differences of the two agree but for rounding.
                    matrix[(k * _parameters) + l] += 0.5 * factor * sum;
                    matrix[(l * _parameters) + k] += 0.5 * factor * sum;
                }
            }
        }
    }
}
