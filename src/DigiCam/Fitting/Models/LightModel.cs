using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace DigiCam.Fitting.Models;

/// <summary>
/// Charges at a fixed place under flashes of one level: a Poisson number of photo-electrons, mu in the mean, each with its crosstalk, on dark counts and electronic
/// noise. The logarithm of the characteristic function is
/// <code>ln phi(k) = mu [b(k) - 1] + rate Int dt [b(k p(t)) - 1] - sigma_e^2 k^2 / 2 + i k baseline,   b = z exp(mu_xt (b - 1)),   z = exp(i gain k - sigma_1^2 k^2 / 2)</code>
/// with p(t) the charge of the pulse of a dark count relative to that of a pulse of the flash. Where the time of a flash jitters, the charge is taken at another place of the pulse:
/// phi is then averaged over a normal law of the response. Bins hold integrals of the density, Fourier sums over phi. Without dark
/// counts it is <see cref="MpeModel"/>, without flashes <see cref="ShotNoiseModel"/>. Parameters: baseline [LSB], gain [LSB/pe], sigma_e, sigma_1 [LSB], mu_xt, rate [1/ns], mu [pe].
/// </summary>
/// <remarks>
/// Bins must be a whole number of LSB wide. As in <see cref="ShotNoiseModel"/> the expectation goes over smoothly into 1e-12 of the entries for each LSB far out in the tails.
/// </remarks>
public sealed class LightModel : IBinnedModel
{
    internal const int Baseline = 0;
    internal const int Gain = 1;
    internal const int Noise = 2;
    internal const int Spread = 3;
    internal const int CrossTalk = 4;
    internal const int Rate = 5;
    internal const int Mu = 6;

    /// <summary>Number of the parameters that all levels of a pixel share; they come first.</summary>
    internal const int SharedCount = 6;

    private const int Count = 7;
    private const int Quantities = 1 + Count;
    private const int SmallestSize = 64;
    private const int LargestSize = 1 << 17;

    // Below this nothing of phi is left beside 1.
    private const double SmallestExponent = -40;

    // Whether a parameter is found in the imaginary part of the sums, and in which lane.
    private static readonly (bool IsImaginary, int Lane)[] Lanes = [(true, 0), (false, 1), (true, 1), (false, 2), (true, 2), (false, 3), (true, 3)];

    private readonly ChargeResponse _response;
    private double[] _real = [];
    private double[] _imaginary = [];
    private Vector256<double>[] _sumReal = [];
    private Vector256<double>[] _sumImaginary = [];
    private double[] _values = [];
    private double[] _ofUnits = [];

    /// <summary>Creates the model.</summary>
    /// <param name="pulse">The pulse of a dark count on the scale of the charge; null where there are none: the rate is then without meaning.</param>
    /// <param name="jitter">Relative spread of the charge of a photo-electron from flash to flash, the same for all of a flash.</param>
    public LightModel(ShotNoisePulse? pulse = null, double jitter = 0)
        : this(new ChargeResponse(pulse)) => _response.Reset(pulse, jitter);

    /// <summary>Creates a model of one of several levels of the same pixel.</summary>
    /// <param name="response">What they share.</param>
    internal LightModel(ChargeResponse response) => _response = response;

    /// <summary>Number of entries, those outside the bins included.</summary>
    public double Entries { get; set; } = 1;

    /// <inheritdoc/>
    public ImmutableArray<ModelParameter> Parameters { get; } =
        [new("baseline", "LSB"), new("gain", "LSB/pe"), new("sigma_e", "LSB"), new("sigma_1", "LSB"), new("mu_xt", ""), new("rate", "1/ns"), new("mu", "pe")];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A bin is not a whole number of LSB wide.</exception>
    public void Evaluate(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        if (!Transform(parameters, edges, PulseDerivatives.First))
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
            if (logGradient.IsEmpty) continue;
            double inverse = 1 / bin.Root;
            for (int q = 0; q < Count; q++) logGradient[(q * bins) + i] = _values[(i * Quantities) + 1 + q] * inverse;
        }
    }

    /// <inheritdoc/>
    public bool TryAddSecondDerivatives(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, ReadOnlySpan<double> weights, Span<double> matrix)
    {
        if (!Transform(parameters, edges, PulseDerivatives.Second)) return false;
        int size = SizeOf(parameters, edges);
        if (_ofUnits.Length < size) _ofUnits = new double[size];
        Span<double> ofUnits = _ofUnits.AsSpan(0, size);
        ofUnits.Clear();
        for (int i = 0; i < weights.Length; i++)
        {
            FlooredBin bin = Bin(i, edges);
            int from = (int)(edges[i] - edges[0]);
            int to = (int)(edges[i + 1] - edges[0]);
            ofUnits[from..to].Fill(weights[i] * bin.Slope);
            ReadOnlySpan<double> slopes = _values.AsSpan((i * Quantities) + 1, Count);
            for (int q = 0; q < Count; q++)
            {
                double dq = weights[i] * bin.Curvature * slopes[q];
                for (int r = 0; r < Count; r++) matrix[(q * Count) + r] += dq * slopes[r];
            }
        }

        AddCurvatures(parameters, edges[0] + 0.5, ofUnits, matrix);
        return true;
    }

    private FlooredBin Bin(int bin, ReadOnlySpan<double> edges) => FlooredBin.Of(_values[bin * Quantities], Entries, edges[bin + 1] - edges[bin]);

    // Period of the sums: what lies beyond it in the tails comes back into the bins.
    private int SizeOf(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges)
    {
        (double lowest, double highest) = _response.Extent(parameters[Mu]);
        double needed = Math.Max(edges[^1], parameters[Baseline] + highest) - Math.Min(edges[0], parameters[Baseline] + lowest);
        double bins = edges[^1] - edges[0];
        return (int)Math.Max(BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Math.Ceiling(needed), SmallestSize, LargestSize)), BitOperations.RoundUpToPowerOf2((uint)bins));
    }

    // The sums of all bins; false where the model is not defined.
    private bool Transform(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, PulseDerivatives derivatives)
    {
        for (int i = 1; i < edges.Length; i++)
        {
            double width = edges[i] - edges[i - 1];
            if (!(width >= 1) || width != Math.Floor(width)) throw new ArgumentException(FormattableString.Invariant($"bin {i - 1} is {width} LSB wide, not a whole number"), nameof(edges));
        }

        if (!(parameters[Mu] >= 0) || !double.IsFinite(parameters[Mu]) || !_response.Set(parameters[..SharedCount])) return false;
        int size = SizeOf(parameters, edges);
        _response.Fill(size, derivatives);
        if (_sumReal.Length < size)
        {
            _sumReal = new Vector256<double>[size];
            _sumImaginary = new Vector256<double>[size];
        }

        _sumReal.AsSpan(0, size).Clear();
        _sumImaginary.AsSpan(0, size).Clear();
        for (int node = 0; node < _response.Nodes; node++)
        {
            FillPhi(parameters, edges[0] + 0.5, size, node);
            AddSums(parameters[Mu], size, node);
        }

        LaneTransform transform = LaneTransform.Of(size);
        transform.Sum(_sumReal, _sumImaginary);
        if (_values.Length < edges.Length * Quantities) _values = new double[edges.Length * Quantities];
        ReadOnlySpan<int> places = transform.Places.Span;
        int unit = 0;
        for (int i = 0; i < edges.Length - 1; i++)
        {
            Vector256<double> real = default;
            Vector256<double> imaginary = default;
            for (int end = (int)(edges[i + 1] - edges[0]); unit < end; unit++)
            {
                real += _sumReal[places[unit]];
                imaginary += _sumImaginary[places[unit]];
            }

            Span<double> values = _values.AsSpan(i * Quantities, Quantities);
            values[0] = real[0];
            for (int q = 0; q < Count; q++) values[1 + q] = Lanes[q].IsImaginary ? imaginary[Lanes[q].Lane] : real[Lanes[q].Lane];
        }

        return true;
    }

    // phi seen from the first bin, times entries / period and the integral over a bin; the share of one node.
    private void FillPhi(ReadOnlySpan<double> parameters, double origin, int size, int node)
    {
        int stride = _response.Size / size;
        int last = _response.Last / stride;
        int padded = (last + Vector256<double>.Count) / Vector256<double>.Count * Vector256<double>.Count;
        if (_real.Length < padded)
        {
            _real = new double[padded];
            _imaginary = new double[padded];
        }

        double mu = parameters[Mu];
        double turn = 2 * Math.PI / size * (parameters[Baseline] - origin);
        double scale = Entries / size * _response.WeightOf(node);

        // Functions of whole vectors, where the library has them, differ in the last bit between code that is compiled quickly and code that is compiled well: results would depend on the time.
        for (int n = 0; n <= last; n++)
        {
            int m = n * stride;
            int place = _response.Place(node, m);
            double exponent = _response.DarkReal[m] + (mu * _response.OneReal[place]);
            if (exponent <= SmallestExponent)
            {
                (_real[n], _imaginary[n]) = (0, 0);
                continue;
            }

            double modulus = Math.Exp(exponent) * scale * _response.Bin[m];
            (double sin, double cos) = Math.SinCos(_response.DarkImaginary[m] + (mu * _response.OneImaginary[place]) + (turn * n));
            (_real[n], _imaginary[n]) = (modulus * cos, modulus * sin);
        }

        _real.AsSpan(last + 1, padded - last - 1).Clear();
        _imaginary.AsSpan(last + 1, padded - last - 1).Clear();
    }

    // The terms of the sums: phi and its derivatives, those of frequencies a period apart together. Two real results go into one complex sum.
    private void AddSums(double mu, int size, int node)
    {
        int stride = _response.Size / size;
        int last = _response.Last / stride;
        Vector256<double> flashA = Vector256.Create(mu);
        Vector256<double> flashB = Vector256.Create(mu, mu, mu, 1);
        for (int n = 0; n <= last; n++)
        {
            if (_real[n] == 0 && _imaginary[n] == 0) continue;
            int m = n * stride;
            int one = _response.Place(node, m);
            Vector256<double> phiReal = Vector256.Create(_real[n]);
            Vector256<double> phiImaginary = Vector256.Create(_imaginary[n]);
            Vector256<double> slopeReal = _response.DarkA[m] + (flashA * _response.OneA[one]);
            Vector256<double> slopeImaginary = _response.DarkAImaginary[m] + (flashA * _response.OneAImaginary[one]);
            Vector256<double> aReal = (phiReal * slopeReal) - (phiImaginary * slopeImaginary);
            Vector256<double> aImaginary = (phiReal * slopeImaginary) + (phiImaginary * slopeReal);
            slopeReal = _response.DarkB[m] + (flashB * _response.OneB[one]);
            slopeImaginary = _response.DarkBImaginary[m] + (flashB * _response.OneBImaginary[one]);
            Vector256<double> bReal = (phiReal * slopeReal) - (phiImaginary * slopeImaginary);
            Vector256<double> bImaginary = (phiReal * slopeImaginary) + (phiImaginary * slopeReal);
            int place = n & (size - 1);
            _sumReal[place] += aReal - bImaginary;
            _sumImaginary[place] += aImaginary + bReal;
            if (n == 0) continue;
            int mirror = (size - place) & (size - 1);
            _sumReal[mirror] += aReal + bImaginary;
            _sumImaginary[mirror] += bReal - aImaginary;
        }
    }

    // Adds sum_bins weight d2v: 2 Re sum_n phi_n (L_ab + L_a L_b) W_n with W_n = sum_bins weight exp(-i k_n bin), L = ln phi.
    private void AddCurvatures(ReadOnlySpan<double> parameters, double origin, ReadOnlySpan<double> weights, Span<double> matrix)
    {
        int size = weights.Length;
        for (int i = 0; i < size; i++) (_sumReal[i], _sumImaginary[i]) = (Vector256.CreateScalar(weights[i]), default);
        LaneTransform transform = LaneTransform.Of(size);
        transform.Sum(_sumReal, _sumImaginary);
        for (int node = 0; node < _response.Nodes; node++)
        {
            FillPhi(parameters, origin, size, node);
            AddCurvatures(parameters, transform.Places.Span, node, matrix);
        }
    }

    private void AddCurvatures(ReadOnlySpan<double> parameters, ReadOnlySpan<int> places, int node, Span<double> matrix)
    {
        int size = places.Length;
        int stride = _response.Size / size;
        int last = _response.Last / stride;
        double unit = 2 * Math.PI / size;
        double mu = parameters[Mu];
        double rate = parameters[Rate];
        Span<Complex> slope = stackalloc Complex[Count];
        Span<Complex> curvature = stackalloc Complex[Count * Count];
        for (int n = 1; n <= last; n++)
        {
            if (_real[n] == 0 && _imaginary[n] == 0) continue;
            int m = n * stride;
            int place = places[n & (size - 1)];
            double k = n * unit;
            Complex weight = 2 * new Complex(_real[n], _imaginary[n]) * new Complex(_sumReal[place][0], _sumImaginary[place][0]);
            Complex byGain = _response.OneAt(PulseIntegrals.ByGain, m, node), byCrossTalk = _response.OneAt(PulseIntegrals.ByCrossTalk, m, node), bySpread = _response.OneAt(PulseIntegrals.BySpread, m, node);
            Complex darkGain = _response.DarkAt(PulseIntegrals.ByGain, m), darkCrossTalk = _response.DarkAt(PulseIntegrals.ByCrossTalk, m), darkSpread = _response.DarkAt(PulseIntegrals.BySpread, m);
            slope[Baseline] = new Complex(0, k);
            slope[Gain] = (rate * darkGain) + (mu * byGain);
            slope[Noise] = -parameters[Noise] * k * k;
            slope[Spread] = (rate * darkSpread) + (mu * bySpread);
            slope[CrossTalk] = (rate * darkCrossTalk) + (mu * byCrossTalk);
            slope[Rate] = _response.DarkAt(PulseIntegrals.Value, m);
            slope[Mu] = _response.OneAt(PulseIntegrals.Value, m, node);
            curvature[(Noise * Count) + Noise] = -k * k;
            curvature[(Gain * Count) + Gain] = Both(PulseIntegrals.GainGain);
            curvature[(Gain * Count) + Spread] = Both(PulseIntegrals.GainSpread);
            curvature[(Gain * Count) + CrossTalk] = Both(PulseIntegrals.GainCrossTalk);
            curvature[(Spread * Count) + Spread] = Both(PulseIntegrals.SpreadSpread);
            curvature[(Spread * Count) + CrossTalk] = Both(PulseIntegrals.CrossTalkSpread);
            curvature[(CrossTalk * Count) + CrossTalk] = Both(PulseIntegrals.CrossTalkCrossTalk);
            curvature[(Gain * Count) + Rate] = darkGain;
            curvature[(Spread * Count) + Rate] = darkSpread;
            curvature[(CrossTalk * Count) + Rate] = darkCrossTalk;
            curvature[(Gain * Count) + Mu] = byGain;
            curvature[(Spread * Count) + Mu] = bySpread;
            curvature[(CrossTalk * Count) + Mu] = byCrossTalk;
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

            Complex Both(int quantity) => (rate * _response.DarkAt(quantity, m)) + (mu * _response.OneAt(quantity, m, node));
        }
    }
}
