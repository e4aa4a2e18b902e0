using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace DigiCam.Fitting.Models;

/// <summary>
/// What the charges of a pixel have in common at all levels of light: the characteristic function without a flash (baseline, noise, dark counts) and that of what one
/// photo-electron of the flash adds, with their derivatives, on a grid of frequencies. Worked out once for equal parameters, however many models ask.
/// </summary>
internal sealed class ChargeResponse
{
    // Frequencies go up to where the noise has damped everything by exp(-34), below the last digit of a double.
    private const double LargestDamping = 34;

    // Charges farther out than this are rarer than exp(-30).
    private const double TailExponent = 30;

    // Points at which Chernoff's bound is tried: parts of the largest ln z of which a cascade has moments, and -gain theta below the baseline.
    private static readonly double[] Upwards = [0.95, 0.8, 0.6, 0.4, 0.25, 0.15, 0.08, 0.04, 0.02, 0.01, 0.005];
    private static readonly double[] Downwards = [6, 3, 1.5, 0.8, 0.4, 0.2, 0.1, 0.05, 0.025, 0.012, 0.006];

    // A normal law of the response by three nodes (Gauss and Hermite): right to the fifth moment.
    private static readonly double[] NodeDistances = [0, -1.7320508075688772, 1.7320508075688772];
    private static readonly double[] NodeWeights = [2 / 3.0, 1 / 6.0, 1 / 6.0];

    private static readonly ImmutableArray<double> Unity = [1];

    private readonly PulseIntegrals[] _ones;
    private readonly PulseIntegrals _dark;
    private readonly double[] _parameters = new double[LightModel.SharedCount];
    private readonly double[] _theta = new double[Upwards.Length + Downwards.Length];
    private readonly double[] _darkCumulant = new double[Upwards.Length + Downwards.Length];
    private readonly double[] _oneCumulant = new double[Upwards.Length + Downwards.Length];
    private ShotNoisePulse? _pulse;
    private double _jitter;
    private ImmutableArray<double>[] _responses = [Unity];
    private bool _isKnown;
    private int _capacity;
    private int _filledSize;
    private PulseDerivatives _filled;

    /// <summary>Creates the response.</summary>
    /// <param name="pulse">The pulse of a dark count relative to its value where a flash's charge is taken; null without dark counts.</param>
    public ChargeResponse(ShotNoisePulse? pulse)
    {
        _pulse = pulse;
        _dark = new PulseIntegrals();
        _ones = [.. Enumerable.Range(0, NodeWeights.Length).Select(_ => new PulseIntegrals(_dark.Cascade))];
    }

    /// <summary>Integral of the pulse of a dark count relative to the charge of a flash's [ns]; 0 without dark counts.</summary>
    public double DarkTimeNs => _pulse?.IntegralNs ?? 0;

    /// <summary>Period of the sums over frequencies [LSB], the largest that was asked for since <see cref="Reset"/>.</summary>
    public int Size { get; private set; }

    /// <summary>Number of the last frequency, in units of 2 pi / <see cref="Size"/>.</summary>
    public int Last { get; private set; }

    /// <summary>Logarithm of the characteristic function without flash, the phase of the baseline left out: real and imaginary part (frequency).</summary>
    public double[] DarkReal { get; private set; } = [];

    /// <inheritdoc cref="DarkReal"/>
    public double[] DarkImaginary { get; private set; } = [];

    /// <summary>Number of responses the charges of a flash are averaged over: its time jitters, and with it the place in the pulse. 1 without jitter.</summary>
    public int Nodes => _jitter > 0 ? NodeWeights.Length : 1;

    /// <summary>What one photo-electron in the mean adds to it: real and imaginary part (node, frequency), see <see cref="Place"/>.</summary>
    public double[] OneReal { get; private set; } = [];

    /// <inheritdoc cref="OneReal"/>
    public double[] OneImaginary { get; private set; } = [];

    /// <summary>Integral of exp(i k q) over a bin of width 1 around q = 0 (frequency).</summary>
    public double[] Bin { get; private set; } = [];

    /// <summary>Derivatives of the logarithm, without what a flash adds, in the lanes 1, gain, sigma_1, rate (frequency).</summary>
    public Vector256<double>[] DarkA { get; private set; } = [];

    /// <summary>Their imaginary parts.</summary>
    public Vector256<double>[] DarkAImaginary { get; private set; } = [];

    /// <summary>Derivatives of the logarithm, without what a flash adds, in the lanes baseline, sigma_e, mu_xt and an empty one (frequency).</summary>
    public Vector256<double>[] DarkB { get; private set; } = [];

    /// <summary>Their imaginary parts.</summary>
    public Vector256<double>[] DarkBImaginary { get; private set; } = [];

    /// <summary>What one photo-electron in the mean adds to the derivatives of the first four lanes (node, frequency).</summary>
    public Vector256<double>[] OneA { get; private set; } = [];

    /// <summary>Their imaginary parts.</summary>
    public Vector256<double>[] OneAImaginary { get; private set; } = [];

    /// <summary>The same for the other lanes; in the last one the derivative by mu itself (node, frequency).</summary>
    public Vector256<double>[] OneB { get; private set; } = [];

    /// <summary>Their imaginary parts.</summary>
    public Vector256<double>[] OneBImaginary { get; private set; } = [];

    /// <summary>Begins another pixel.</summary>
    /// <param name="pulse">The pulse of a dark count relative to its value where a flash's charge is taken; null without dark counts.</param>
    /// <param name="jitter">Relative spread of the response from flash to flash.</param>
    public void Reset(ShotNoisePulse? pulse, double jitter)
    {
        if (jitter != _jitter)
        {
            _jitter = jitter;
            _responses = [.. NodeDistances.Take(Nodes).Select(distance => ImmutableArray.Create(1 + (distance * jitter)))];
        }

        _pulse = pulse;
        Size = 0;
        _isKnown = false;
    }

    /// <summary>Takes parameters.</summary>
    /// <param name="parameters">Those that all levels share (parameter).</param>
    /// <returns>False where the model is not defined.</returns>
    public bool Set(ReadOnlySpan<double> parameters)
    {
        if (_isKnown && parameters.SequenceEqual(_parameters)) return true;
        _isKnown = false;
        if (!(parameters[LightModel.Gain] > 0 && parameters[LightModel.Noise] > 0 && parameters[LightModel.Spread] >= 0 && parameters[LightModel.CrossTalk] is >= 0 and < 1 && parameters[LightModel.Rate] >= 0)) return false;
        foreach (double parameter in parameters)
        {
            if (!double.IsFinite(parameter)) return false;
        }

        parameters.CopyTo(_parameters);
        _isKnown = true;
        _filledSize = 0;
        BoundTails();
        return true;
    }

    /// <summary>Part of the flashes with the response of a node.</summary>
    /// <param name="node">The node.</param>
    public double WeightOf(int node) => Nodes == 1 ? 1 : NodeWeights[node];

    /// <summary>Place of a node and a frequency in the arrays.</summary>
    /// <param name="node">The node.</param>
    /// <param name="frequency">The frequency.</param>
    public int Place(int node, int frequency) => (node * _capacity) + frequency;

    /// <summary>Where all but exp(-30) of the charges lie, relative to the baseline.</summary>
    /// <param name="mu">Photo-electrons of the flash in the mean.</param>
    public (double Lowest, double Highest) Extent(double mu)
    {
        double lowest = double.NegativeInfinity;
        double highest = double.PositiveInfinity;
        for (int i = 0; i < _theta.Length; i++)
        {
            double distance = (_darkCumulant[i] + (mu * _oneCumulant[i]) + TailExponent) / _theta[i];
            if (i < Upwards.Length) highest = Math.Min(highest, distance);
            else lowest = Math.Max(lowest, distance);
        }

        return (lowest, highest);
    }

    /// <summary>Fills the grid for a period, and the derivatives that are wanted.</summary>
    /// <param name="size">The period, a power of two [LSB].</param>
    /// <param name="derivatives">Which derivatives.</param>
    public void Fill(int size, PulseDerivatives derivatives)
    {
        Size = Math.Max(Size, size);
        if (_filledSize == Size && _filled >= derivatives) return;
        (_filledSize, _filled) = (Size, derivatives);
        double unit = 2 * Math.PI / Size;
        double noise = _parameters[LightModel.Noise];
        double rate = _parameters[LightModel.Rate];
        bool hasDarkCounts = _pulse is not null;
        Last = (int)(Math.Sqrt(2 * LargestDamping) / noise / unit);
        Reserve(Last + 1);
        double largest = Math.Max(1 + (NodeDistances[^1] * _jitter), hasDarkCounts ? PulseIntegrals.Largest(_pulse!.Heights) : 0);
        _dark.Cascade.Solve(_parameters[LightModel.Gain], _parameters[LightModel.CrossTalk], _parameters[LightModel.Spread], Last * unit * largest);
        for (int node = 0; node < Nodes; node++) FillFlash(node, unit, derivatives);
        if (hasDarkCounts) _dark.Sum(_pulse!.Heights, _pulse.WeightsNs, _parameters[LightModel.CrossTalk], _parameters[LightModel.Spread], unit, Last, derivatives);
        (DarkReal[0], DarkImaginary[0], Bin[0]) = (0, 0, 1);
        (DarkA[0], DarkAImaginary[0], DarkB[0], DarkBImaginary[0]) = (Vector256.Create(1.0, 0, 0, 0), default, default, default);
        for (int n = 1; n <= Last; n++)
        {
            double k = n * unit;
            Complex dark = hasDarkCounts ? _dark.At(PulseIntegrals.Value, n) : default;
            (DarkReal[n], DarkImaginary[n]) = ((rate * dark.Real) - (0.5 * noise * noise * k * k), rate * dark.Imaginary);
            Bin[n] = Math.Sin(0.5 * k) / (0.5 * k);
            if (derivatives == PulseDerivatives.None) continue;
            Complex darkGain = DarkAt(PulseIntegrals.ByGain, n), darkCrossTalk = DarkAt(PulseIntegrals.ByCrossTalk, n), darkSpread = DarkAt(PulseIntegrals.BySpread, n);
            DarkA[n] = Vector256.Create(1, rate * darkGain.Real, rate * darkSpread.Real, dark.Real);
            DarkAImaginary[n] = Vector256.Create(0, rate * darkGain.Imaginary, rate * darkSpread.Imaginary, dark.Imaginary);
            DarkB[n] = Vector256.Create(0, -noise * k * k, rate * darkCrossTalk.Real, 0);
            DarkBImaginary[n] = Vector256.Create(k, 0, rate * darkCrossTalk.Imaginary, 0);
        }
    }

    /// <summary>An integral over the pulses of dark counts, 0 without them.</summary>
    /// <param name="quantity">Which of <see cref="PulseIntegrals"/>.</param>
    /// <param name="frequency">The frequency, from 1.</param>
    public Complex DarkAt(int quantity, int frequency) => _pulse is null ? default : _dark.At(quantity, frequency);

    /// <summary>The same for one photo-electron of the flash.</summary>
    /// <param name="quantity">Which of <see cref="PulseIntegrals"/>.</param>
    /// <param name="frequency">The frequency, from 1.</param>
    /// <param name="node">The node.</param>
    public Complex OneAt(int quantity, int frequency, int node) => _ones[node].At(quantity, frequency);

    // What a photo-electron adds, at one of the responses.
    private void FillFlash(int node, double unit, PulseDerivatives derivatives)
    {
        PulseIntegrals one = _ones[node];
        one.Sum(_responses[node], Unity, _parameters[LightModel.CrossTalk], _parameters[LightModel.Spread], unit, Last, derivatives);
        int first = Place(node, 0);
        (OneReal[first], OneImaginary[first]) = (0, 0);
        (OneA[first], OneAImaginary[first], OneB[first], OneBImaginary[first]) = (default, default, default, default);
        for (int n = 1; n <= Last; n++)
        {
            int place = first + n;
            Complex value = one.At(PulseIntegrals.Value, n);
            (OneReal[place], OneImaginary[place]) = (value.Real, value.Imaginary);
            if (derivatives == PulseDerivatives.None) continue;
            Complex gain = one.At(PulseIntegrals.ByGain, n), crossTalk = one.At(PulseIntegrals.ByCrossTalk, n), spread = one.At(PulseIntegrals.BySpread, n);
            OneA[place] = Vector256.Create(0, gain.Real, spread.Real, 0);
            OneAImaginary[place] = Vector256.Create(0, gain.Imaginary, spread.Imaginary, 0);
            OneB[place] = Vector256.Create(0, 0, crossTalk.Real, value.Real);
            OneBImaginary[place] = Vector256.Create(0, 0, crossTalk.Imaginary, value.Imaginary);
        }
    }

    // Logarithms of moment generating functions. That of dark counts is convex in the height of the pulse and lies below its chord between 0 and the largest height.
    private void BoundTails()
    {
        double gain = _parameters[LightModel.Gain];
        double crossTalk = _parameters[LightModel.CrossTalk];
        double spread = _parameters[LightModel.Spread];
        double noise = _parameters[LightModel.Noise];
        double largest = Math.Min(crossTalk > 0 ? crossTalk - 1 - Math.Log(crossTalk) : 3, 3);
        for (int i = 0; i < _theta.Length; i++)
        {
            double logZ = i < Upwards.Length ? Upwards[i] * largest : 0;
            double theta = i < Upwards.Length ? 2 * logZ / (gain + Math.Sqrt((gain * gain) + (2 * spread * spread * logZ))) : -Downwards[i - Upwards.Length] / gain;
            _theta[i] = theta;
            _oneCumulant[i] = ShotNoiseCascade.Real(theta * (1 + ((theta > 0 ? NodeDistances[^1] : NodeDistances[1]) * _jitter)), gain, crossTalk, spread) - 1;
            _darkCumulant[i] = 0.5 * noise * noise * theta * theta;
            if (_pulse is null) continue;
            for (int side = 0; side < 2; side++)
            {
                double height = side == 0 ? _pulse.Highest : _pulse.Lowest;
                if (height != 0) _darkCumulant[i] += _parameters[LightModel.Rate] * (side == 0 ? _pulse.IntegralAboveNs : _pulse.IntegralNs - _pulse.IntegralAboveNs) / height * (ShotNoiseCascade.Real(theta * height, gain, crossTalk, spread) - 1);
            }
        }
    }

    private void Reserve(int count)
    {
        if (_capacity >= count && OneReal.Length >= Nodes * _capacity) return;
        _capacity = Math.Max(_capacity, count);
        int all = Nodes * _capacity;
        (DarkReal, DarkImaginary, Bin) = (new double[_capacity], new double[_capacity], new double[_capacity]);
        (DarkA, DarkAImaginary, DarkB, DarkBImaginary) = (new Vector256<double>[_capacity], new Vector256<double>[_capacity], new Vector256<double>[_capacity], new Vector256<double>[_capacity]);
        (OneReal, OneImaginary) = (new double[all], new double[all]);
        (OneA, OneAImaginary, OneB, OneBImaginary) = (new Vector256<double>[all], new Vector256<double>[all], new Vector256<double>[all], new Vector256<double>[all]);
    }
}
