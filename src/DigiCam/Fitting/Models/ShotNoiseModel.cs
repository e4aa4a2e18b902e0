using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DigiCam.Fitting.Models;

/// <summary>
/// All samples of a dark run: pulses that start at random times, each with its crosstalk, pile up on the noise. The logarithm of the characteristic function
/// of a sample is
/// <code>ln phi(k) = rate Int dt [b(k p(t)) - 1] - sigma_e^2 k^2 / 2 + i k baseline,   b = z exp(mu_xt (b - 1)),   z = exp(i gain w - sigma_1^2 w^2 / 2)</code>
/// with the pulse p(t) of one avalanche; b sums the law of Borel over the avalanches of a cascade. A bin holds the integral of the density, a
/// Fourier sum over phi. Parameters: baseline, sigma_e [LSB], gain [LSB/pe], rate [1/ns], mu_xt, sigma_1 [LSB]. First and second derivatives are those of
/// ln phi, transformed like phi itself.
/// </summary>
/// <remarks>
/// Far out in the tails, where probabilities fall below 1e-12 for each unit of the axis, the expectation goes over smoothly into 1e-12 of the
/// samples: m = (v + sqrt(v^2 + 4 d^2)) / 2 of the Fourier sum v with d = 1e-12 x samples x width. A stray sample costs a fit a constant and does not pull on it.
/// </remarks>
public sealed class ShotNoiseModel : IBinnedModel
{
    private const int Baseline = 0;
    private const int Noise = 1;
    private const int Gain = 2;
    private const int Rate = 3;
    private const int CrossTalk = 4;
    private const int Spread = 5;
    private const int Count = 6;

    // Frequencies go up to where the noise has damped phi by exp(-34), below the last digit of a double.
    private const double LargestDamping = 34;

    // What lies beyond one period of the Fourier sum, in the tails and behind the bins, comes back into the bins: at most exp(-30) of the samples.
    private const double TailExponent = 30;
    private const double NoiseWidths = 8;
    private const double LongestPeriod = 2048;
    private const double PeriodStep = 32;

    private static readonly double[] TailFractions = [0.3, 0.5, 0.7, 0.85, 0.95];

    private readonly PulseIntegrals _integrals = new();

    // Real and imaginary part (quantity, frequency) of phi and its derivatives in rows of equal length, divided by i k as the integral over a bin asks.
    private double[] _spectrum = [];
    private double[] _phase = [];
    private double[] _values = [];
    private double[] _transformed = [];
    private double[] _edgeWeights = [];
    private int _frequencies;
    private int _row;
    private double _period;

    /// <summary>Creates the model.</summary>
    /// <param name="pulse">The pulse of one avalanche; null for the camera's analytic one.</param>
    public ShotNoiseModel(ShotNoisePulse? pulse = null) => Pulse = pulse ?? ShotNoisePulse.Analytic;

    /// <summary>The pulse of one avalanche.</summary>
    public ShotNoisePulse Pulse { get; }

    /// <summary>Number of samples, those outside the bins included; the expectations of all bins together are this number.</summary>
    public double SampleCount { get; set; } = 1;

    /// <inheritdoc/>
    public ImmutableArray<ModelParameter> Parameters { get; } =
        [new("baseline", "LSB"), new("sigma_e", "LSB"), new("gain", "LSB/pe"), new("rate", "1/ns"), new("mu_xt", ""), new("sigma_1", "LSB")];

    /// <inheritdoc/>
    public void Evaluate(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        int quantities = logGradient.IsEmpty ? 1 : 1 + Count;
        if (!Transform(parameters, edges, quantities))
        {
            expected.Fill(double.NaN);
            logarithm.Fill(double.NaN);
            logGradient.Fill(double.NaN);
            return;
        }

        int bins = expected.Length;
        for (int i = 0; i < bins; i++)
        {
            FlooredBin bin = Bin(i, edges);
            expected[i] = bin.Expected;
            logarithm[i] = Math.Log(expected[i]);
            for (int q = 0; q < quantities - 1; q++) logGradient[(q * bins) + i] = Difference(1 + q, i) / bin.Root;
        }
    }

    /// <inheritdoc/>
    public bool TryAddSecondDerivatives(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, ReadOnlySpan<double> weights, Span<double> matrix)
    {
        if (!Transform(parameters, edges, 1 + Count)) return false;
        int bins = weights.Length;
        if (_edgeWeights.Length < edges.Length) _edgeWeights = new double[edges.Length];
        Span<double> ofEdges = _edgeWeights.AsSpan(0, edges.Length);
        ofEdges.Clear();
        for (int i = 0; i < bins; i++)
        {
            FlooredBin bin = Bin(i, edges);
            ofEdges[i] += weights[i] * bin.Slope;
            ofEdges[i + 1] -= weights[i] * bin.Slope;
            for (int q = 0; q < Count; q++)
            {
                double dq = weights[i] * bin.Curvature * Difference(1 + q, i);
                for (int r = 0; r < Count; r++) matrix[(q * Count) + r] += dq * Difference(1 + r, i);
            }
        }

        AddCurvatures(parameters, edges, ofEdges, matrix);
        return true;
    }

    private FlooredBin Bin(int bin, ReadOnlySpan<double> edges)
    {
        double width = edges[bin + 1] - edges[bin];
        return FlooredBin.Of(Difference(0, bin) + (SampleCount * width / _period), SampleCount, width);
    }

    private double Difference(int quantity, int bin)
    {
        int row = quantity * (_values.Length / (1 + Count));
        return _values[row + bin] - _values[row + bin + 1];
    }

    // Sums of phi and its derivatives at all edges; false where the model is not defined.
    private bool Transform(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, int quantities)
    {
        if (!(parameters[Noise] > 0 && parameters[Gain] > 0 && parameters[Rate] >= 0 && parameters[CrossTalk] is >= 0 and < 1 && parameters[Spread] >= 0)) return false;
        foreach (double parameter in parameters)
        {
            if (!double.IsFinite(parameter)) return false;
        }

        Prepare(parameters, edges);
        Integrate(parameters, quantities > 1 ? PulseDerivatives.First : PulseDerivatives.None);
        FillSpectrum(parameters, edges[0], quantities);
        if (_values.Length < edges.Length * (1 + Count)) _values = new double[edges.Length * (1 + Count)];
        SumOverFrequencies(edges, quantities);
        return true;
    }

    // Period and number of frequencies of the Fourier sum.
    private void Prepare(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges)
    {
        double noise = parameters[Noise];
        double needed = Math.Max(edges[^1] - parameters[Baseline] + (NoiseWidths * noise), parameters[Baseline] + Tail(parameters) - edges[0]);
        needed = Math.Max(needed, edges[^1] - edges[0]);
        _period = Math.Min(PeriodStep * Math.Ceiling(needed / PeriodStep), Math.Max(LongestPeriod, PeriodStep * Math.Ceiling((edges[^1] - edges[0]) / PeriodStep)));
        _frequencies = (int)(Math.Sqrt(2 * LargestDamping) / noise * _period / (2 * Math.PI));
        int lanes = Vector<double>.Count;
        _row = (_frequencies + lanes) / lanes * lanes;
        if (_spectrum.Length < 2 * (1 + Count) * _row)
        {
            _spectrum = new double[2 * (1 + Count) * _row];
            _phase = new double[4 * _row];
        }
    }

    // Distance from the baseline beyond which less than exp(-TailExponent) of the samples lie: Chernoff's bound, the best of a few.
    private double Tail(ReadOnlySpan<double> parameters)
    {
        double gain = parameters[Gain];
        double crossTalk = parameters[CrossTalk];

        // A cascade has moments up to ln z = x - 1 - ln x; without crosstalk a few units do.
        double largest = Math.Min(crossTalk > 0 ? crossTalk - 1 - Math.Log(crossTalk) : 3, 3);
        double best = double.PositiveInfinity;
        foreach (double fraction in TailFractions)
        {
            // ln z = gain theta + sigma_1^2 theta^2 / 2, solved for theta.
            double logZ = fraction * largest;
            double theta = 2 * logZ / (gain + Math.Sqrt((gain * gain) + (2 * parameters[Spread] * parameters[Spread] * logZ)));
            double cumulant = parameters[Rate] * ShotNoiseCascade.RealCumulant(theta, gain, crossTalk, parameters[Spread], Pulse);
            best = Math.Min(best, (cumulant + (0.5 * parameters[Noise] * parameters[Noise] * theta * theta) + TailExponent) / theta);
        }

        return best;
    }

    private void Integrate(ReadOnlySpan<double> parameters, PulseDerivatives derivatives)
    {
        double unit = 2 * Math.PI / _period;
        _integrals.Cascade.Solve(parameters[Gain], parameters[CrossTalk], parameters[Spread], _frequencies * unit * PulseIntegrals.Largest(Pulse.Heights));
        _integrals.Sum(Pulse.Heights, Pulse.WeightsNs, parameters[CrossTalk], parameters[Spread], unit, _frequencies, derivatives);
    }

    private void Store(double[] rows, int row, int frequency, Complex value)
    {
        rows[(2 * row * _row) + frequency - 1] = value.Real;
        rows[(((2 * row) + 1) * _row) + frequency - 1] = value.Imaginary;
    }

    private Complex Load(double[] rows, int row, int frequency) => new(rows[(2 * row * _row) + frequency - 1], rows[(((2 * row) + 1) * _row) + frequency - 1]);

    // 2 N phi / (i k period), seen from the first edge, and the same times the derivatives of ln phi.
    private void FillSpectrum(ReadOnlySpan<double> parameters, double origin, int quantities)
    {
        double unit = 2 * Math.PI / _period;
        double shift = parameters[Baseline] - origin;
        double noise = parameters[Noise];
        double scale = 2 * SampleCount / _period;
        _spectrum.AsSpan(0, 2 * quantities * _row).Clear();
        for (int n = 1; n <= _frequencies; n++)
        {
            double k = n * unit;
            Complex exponent = (parameters[Rate] * _integrals.At(PulseIntegrals.Value, n)) + new Complex(-0.5 * noise * noise * k * k, k * shift);
            double size = scale * Math.Exp(exponent.Real) / k;
            (double sin, double cos) = Math.SinCos(exponent.Imaginary);
            Complex value = new(size * sin, -size * cos);
            Store(_spectrum, 0, n, value);
            for (int q = 0; q < quantities - 1; q++) Store(_spectrum, 1 + q, n, value * Slope(q, n, k, parameters));
        }
    }

    // Derivative of ln phi.
    private Complex Slope(int parameter, int frequency, double k, ReadOnlySpan<double> parameters) => parameter switch
    {
        Baseline => new Complex(0, k),
        Noise => -parameters[Noise] * k * k,
        Gain => parameters[Rate] * _integrals.At(PulseIntegrals.ByGain, frequency),
        Rate => _integrals.At(PulseIntegrals.Value, frequency),
        CrossTalk => parameters[Rate] * _integrals.At(PulseIntegrals.ByCrossTalk, frequency),
        _ => parameters[Rate] * _integrals.At(PulseIntegrals.BySpread, frequency),
    };

    // Re sum_n spectrum_n exp(-i k_n (edge - first edge)) for all edges; the phases are carried on from edge to edge while these lie equally far apart.
    private void SumOverFrequencies(ReadOnlySpan<double> edges, int quantities)
    {
        int stride = _values.Length / (1 + Count);
        FillPhase(0, 0);
        double spacing = double.NaN;
        for (int i = 0; i < edges.Length; i++)
        {
            if (i > 0) Advance(edges, i, ref spacing);
            ReadOnlySpan<Vector<double>> cos = Row(_phase, 0);
            ReadOnlySpan<Vector<double>> sin = Row(_phase, 1);
            for (int q = 0; q < quantities; q++)
            {
                ReadOnlySpan<Vector<double>> real = Row(_spectrum, 2 * q);
                ReadOnlySpan<Vector<double>> imaginary = Row(_spectrum, (2 * q) + 1);
                Vector<double> sum = Vector<double>.Zero;
                for (int n = 0; n < cos.Length; n++) sum += (real[n] * cos[n]) - (imaginary[n] * sin[n]);
                _values[(q * stride) + i] = Vector.Sum(sum);
            }
        }
    }

    // Phases exp(-i k_n distance), real and imaginary part in neighbouring rows.
    private void FillPhase(int row, double distance)
    {
        double unit = 2 * Math.PI / _period;
        for (int n = 0; n < _row; n++)
        {
            (double sin, double cos) = Math.SinCos(-(n + 1) * unit * distance);
            (_phase[(row * _row) + n], _phase[((row + 1) * _row) + n]) = (cos, sin);
        }
    }

    private void Advance(ReadOnlySpan<double> edges, int edge, ref double spacing)
    {
        double step = edges[edge] - edges[edge - 1];
        if (step != spacing)
        {
            FillPhase(2, step);
            spacing = step;
        }

        Span<Vector<double>> cos = Row(_phase, 0);
        Span<Vector<double>> sin = Row(_phase, 1);
        ReadOnlySpan<Vector<double>> turnCos = Row(_phase, 2);
        ReadOnlySpan<Vector<double>> turnSin = Row(_phase, 3);
        for (int n = 0; n < cos.Length; n++)
        {
            Vector<double> real = (cos[n] * turnCos[n]) - (sin[n] * turnSin[n]);
            sin[n] = (cos[n] * turnSin[n]) + (sin[n] * turnCos[n]);
            cos[n] = real;
        }
    }

    // Adds sum_edges weight d2v: Re sum_n spectrum_n (L_ab + L_a L_b) W_n with W_n = sum_edges weight exp(-i k_n (edge - first edge)), L = ln phi.
    private void AddCurvatures(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, ReadOnlySpan<double> weights, Span<double> matrix)
    {
        if (_transformed.Length < 2 * _row) _transformed = new double[2 * _row];
        Span<double> transformed = _transformed.AsSpan(0, 2 * _row);
        transformed.Clear();
        Span<Vector<double>> sumReal = MemoryMarshal.Cast<double, Vector<double>>(transformed[.._row]);
        Span<Vector<double>> sumImaginary = MemoryMarshal.Cast<double, Vector<double>>(transformed[_row..]);
        FillPhase(0, 0);
        double spacing = double.NaN;
        for (int i = 0; i < edges.Length; i++)
        {
            if (i > 0) Advance(edges, i, ref spacing);
            ReadOnlySpan<Vector<double>> cos = Row(_phase, 0);
            ReadOnlySpan<Vector<double>> sin = Row(_phase, 1);
            Vector<double> weight = new(weights[i]);
            for (int n = 0; n < cos.Length; n++)
            {
                sumReal[n] += weight * cos[n];
                sumImaginary[n] += weight * sin[n];
            }
        }

        Integrate(parameters, PulseDerivatives.Second);
        double unit = 2 * Math.PI / _period;
        double rate = parameters[Rate];
        Span<Complex> slope = stackalloc Complex[Count];
        Span<Complex> curvature = stackalloc Complex[Count * Count];
        for (int n = 1; n <= _frequencies; n++)
        {
            double k = n * unit;
            Complex weight = Load(_spectrum, 0, n) * new Complex(transformed[n - 1], transformed[_row + n - 1]);
            for (int q = 0; q < Count; q++) slope[q] = Slope(q, n, k, parameters);
            curvature.Clear();
            curvature[(Noise * Count) + Noise] = -k * k;
            curvature[(Gain * Count) + Gain] = rate * _integrals.At(PulseIntegrals.GainGain, n);
            curvature[(Gain * Count) + CrossTalk] = rate * _integrals.At(PulseIntegrals.GainCrossTalk, n);
            curvature[(Gain * Count) + Spread] = rate * _integrals.At(PulseIntegrals.GainSpread, n);
            curvature[(CrossTalk * Count) + CrossTalk] = rate * _integrals.At(PulseIntegrals.CrossTalkCrossTalk, n);
            curvature[(CrossTalk * Count) + Spread] = rate * _integrals.At(PulseIntegrals.CrossTalkSpread, n);
            curvature[(Spread * Count) + Spread] = rate * _integrals.At(PulseIntegrals.SpreadSpread, n);
            curvature[(Gain * Count) + Rate] = _integrals.At(PulseIntegrals.ByGain, n);
            curvature[(Rate * Count) + CrossTalk] = _integrals.At(PulseIntegrals.ByCrossTalk, n);
            curvature[(Rate * Count) + Spread] = _integrals.At(PulseIntegrals.BySpread, n);
            for (int q = 0; q < Count; q++)
            {
                for (int r = q; r < Count; r++)
                {
                    Complex factor = curvature[(q * Count) + r] + (slope[q] * slope[r]);
                    double sum = (weight.Real * factor.Real) - (weight.Imaginary * factor.Imaginary);
                    matrix[(q * Count) + r] += sum;
                    if (r != q) matrix[(r * Count) + q] += sum;
                }
            }
        }
    }

    private Span<Vector<double>> Row(double[] rows, int row) => MemoryMarshal.Cast<double, Vector<double>>(rows.AsSpan(row * _row, _row));
}
