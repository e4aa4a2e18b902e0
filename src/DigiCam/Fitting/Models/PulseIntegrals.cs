using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Fitting.Models;

/// <summary>Which derivatives of <see cref="PulseIntegrals"/> are wanted.</summary>
internal enum PulseDerivatives
{
    /// <summary>The integral alone.</summary>
    None,

    /// <summary>First derivatives as well.</summary>
    First,

    /// <summary>First and second derivatives.</summary>
    Second,
}

/// <summary>
/// Integrals Int dt [b(k p(t)) - 1] over the heights of a pulse for equally spaced k, with their derivatives by gain, crosstalk and spread; b is the characteristic
/// function of a <see cref="ShotNoiseCascade"/>. A pulse of the one height 1 and the weight 1 gives b itself.
/// </summary>
internal sealed class PulseIntegrals
{
    /// <summary>The integral.</summary>
    public const int Value = 0;

    /// <summary>Derivative by the gain.</summary>
    public const int ByGain = 1;

    /// <summary>Derivative by the crosstalk.</summary>
    public const int ByCrossTalk = 2;

    /// <summary>Derivative by the spread.</summary>
    public const int BySpread = 3;

    /// <summary>Second derivatives.</summary>
    public const int GainGain = 4, GainCrossTalk = 5, GainSpread = 6, CrossTalkCrossTalk = 7, CrossTalkSpread = 8, SpreadSpread = 9;

    private const int Quantities = 10;

    private Complex[] _values = [];
    private int _row;

    // Heights without sign, weights, and weights with the sign of the height (node), padded with nodes of no weight.
    private double[] _heights = [];
    private double[] _weights = [];
    private double[] _signed = [];

    /// <summary>Creates room for integrals.</summary>
    /// <param name="cascade">A cascade that others use as well; null for one of its own.</param>
    public PulseIntegrals(ShotNoiseCascade? cascade = null) => Cascade = cascade ?? new ShotNoiseCascade();

    /// <summary>The cascade, to be solved up to the largest k p(t) before summing.</summary>
    public ShotNoiseCascade Cascade { get; }

    /// <summary>The largest distance of a height from 0.</summary>
    /// <param name="heights">The heights (node).</param>
    public static double Largest(ImmutableArray<double> heights)
    {
        double largest = 0;
        foreach (double height in heights) largest = Math.Max(largest, Math.Abs(height));
        return largest;
    }

    /// <summary>One of the results.</summary>
    /// <param name="quantity">Which.</param>
    /// <param name="frequency">The multiple of the spacing, from 1.</param>
    public Complex At(int quantity, int frequency) => _values[(quantity * _row) + frequency - 1];

    /// <summary>Integrates.</summary>
    /// <param name="heights">The heights (node).</param>
    /// <param name="weights">Time at each (node) [ns].</param>
    /// <param name="crossTalk">Crosstalk, as the cascade was solved for.</param>
    /// <param name="spread">Spread, as the cascade was solved for.</param>
    /// <param name="unit">Spacing of k.</param>
    /// <param name="frequencies">Number of k: unit, 2 unit, ...</param>
    /// <param name="derivatives">What is wanted.</param>
    public void Sum(ImmutableArray<double> heights, ImmutableArray<double> weights, double crossTalk, double spread, double unit, int frequencies, PulseDerivatives derivatives)
    {
        if (frequencies > _row)
        {
            _row = frequencies;
            _values = new Complex[Quantities * _row];
        }

        int nodes = (heights.Length + Vector256<double>.Count - 1) / Vector256<double>.Count * Vector256<double>.Count;
        if (_heights.Length < nodes) (_heights, _weights, _signed) = (new double[nodes], new double[nodes], new double[nodes]);
        for (int j = 0; j < nodes; j++) (_heights[j], _weights[j], _signed[j]) = j < heights.Length ? (Math.Abs(heights[j]), weights[j], heights[j] < 0 ? -weights[j] : weights[j]) : (0, 0, 0);
        for (int n = 1; n <= frequencies; n++) Sum(n * unit, nodes, crossTalk, spread, _values.AsSpan(n - 1), derivatives);
    }

    // b(-w) is the conjugate of b(w), and so are all integrands: their imaginary parts go with the sign of the height.
    private void Sum(double k, int nodes, double crossTalk, double spread, Span<Complex> results, PulseDerivatives derivatives)
    {
        ref double table = ref MemoryMarshal.GetReference(Cascade.Coefficients);
        double perStep = 1 / Cascade.Step;
        Vector256<double> one = Vector256<double>.One;
        Vector256<double> x = Vector256.Create(crossTalk);
        Vector256<double> s = Vector256.Create(spread);
        Vector256<double> sumR = default, sumI = default, gainR = default, gainI = default, crossR = default, crossI = default, spreadR = default, spreadI = default;
        Vector256<double> ggR = default, ggI = default, gxR = default, gxI = default, gsR = default, gsI = default, xxR = default, xxI = default, xsR = default, xsI = default, ssR = default, ssI = default;
        for (int j = 0; j < nodes; j += Vector256<double>.Count)
        {
            Vector256<double> w = Vector256.LoadUnsafe(ref _heights[j]) * k;
            Vector256<double> weight = Vector256.LoadUnsafe(ref _weights[j]);
            Vector256<double> sign = Vector256.LoadUnsafe(ref _signed[j]);
            Vector256<double> position = w * perStep;
            Vector128<double> v0 = At(ref table, position[0]), v1 = At(ref table, position[1]), v2 = At(ref table, position[2]), v3 = At(ref table, position[3]);
            Vector256<double> real = Vector256.Create(v0[0], v1[0], v2[0], v3[0]);
            Vector256<double> imaginary = Vector256.Create(v0[1], v1[1], v2[1], v3[1]);
            Vector256<double> less = real - one;
            sumR += weight * less;
            sumI += sign * imaginary;
            if (derivatives == PulseDerivatives.None) continue;

            // With E = 1 / (1 - x b) and D = b E the derivatives are i w D, (b - 1) D and - sigma_1 w^2 D.
            Vector256<double> a = one - (x * real);
            Vector256<double> c = x * imaginary;
            Vector256<double> scale = one / ((a * a) + (c * c));
            Vector256<double> eR = a * scale, eI = c * scale;
            Multiply(real, imaginary, eR, eI, out Vector256<double> dR, out Vector256<double> dI);
            Multiply(less, imaginary, dR, dI, out Vector256<double> fR, out Vector256<double> fI);
            Vector256<double> square = s * w * w;
            gainR -= weight * w * dI;
            gainI += sign * w * dR;
            crossR += weight * fR;
            crossI += sign * fI;
            spreadR -= weight * square * dR;
            spreadI -= sign * square * dI;
            if (derivatives != PulseDerivatives.Second) continue;

            // dD = E^2 db + D^2 dx.
            Multiply(eR, eI, eR, eI, out Vector256<double> hR, out Vector256<double> hI);
            Multiply(hR, hI, dR, dI, out hR, out hI);
            Multiply(dR, dI, dR, dI, out Vector256<double> ddR, out Vector256<double> ddI);
            Multiply(hR, hI, less, imaginary, out Vector256<double> mR, out Vector256<double> mI);
            (mR, mI) = (mR + ddR, mI + ddI);
            Multiply(less, imaginary, mR + ddR, mI + ddI, out Vector256<double> qR, out Vector256<double> qI);
            ggR -= weight * w * w * hR;
            ggI -= sign * w * w * hI;
            gxR -= weight * w * mI;
            gxI += sign * w * mR;
            gsR += weight * w * square * hI;
            gsI -= sign * w * square * hR;
            xxR += weight * qR;
            xxI += sign * qI;
            xsR -= weight * square * mR;
            xsI -= sign * square * mI;
            ssR += weight * ((square * square * hR) - (w * w * dR));
            ssI += sign * ((square * square * hI) - (w * w * dI));
        }

        results[Value * _row] = new Complex(Vector256.Sum(sumR), Vector256.Sum(sumI));
        if (derivatives == PulseDerivatives.None) return;
        results[ByGain * _row] = new Complex(Vector256.Sum(gainR), Vector256.Sum(gainI));
        results[ByCrossTalk * _row] = new Complex(Vector256.Sum(crossR), Vector256.Sum(crossI));
        results[BySpread * _row] = new Complex(Vector256.Sum(spreadR), Vector256.Sum(spreadI));
        if (derivatives != PulseDerivatives.Second) return;
        results[GainGain * _row] = new Complex(Vector256.Sum(ggR), Vector256.Sum(ggI));
        results[GainCrossTalk * _row] = new Complex(Vector256.Sum(gxR), Vector256.Sum(gxI));
        results[GainSpread * _row] = new Complex(Vector256.Sum(gsR), Vector256.Sum(gsI));
        results[CrossTalkCrossTalk * _row] = new Complex(Vector256.Sum(xxR), Vector256.Sum(xxI));
        results[CrossTalkSpread * _row] = new Complex(Vector256.Sum(xsR), Vector256.Sum(xsI));
        results[SpreadSpread * _row] = new Complex(Vector256.Sum(ssR), Vector256.Sum(ssI));
    }

    // The polynomial of the cascade's table, real and imaginary part: two powers at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> At(ref double table, double position)
    {
        int interval = (int)position;
        double t = position - interval;
        ref double c = ref Unsafe.Add(ref table, interval * ShotNoiseCascade.Stride);
        Vector256<double> square = Vector256.Create(t * t);
        Vector256<double> sum = Vector256.LoadUnsafe(ref c, 4) + (square * Vector256.LoadUnsafe(ref c, 8));
        sum = Vector256.LoadUnsafe(ref c) + (square * sum);
        return sum.GetLower() + (Vector128.Create(t) * sum.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(Vector256<double> aR, Vector256<double> aI, Vector256<double> bR, Vector256<double> bI, out Vector256<double> real, out Vector256<double> imaginary)
    {
        Vector256<double> r = (aR * bR) - (aI * bI);
        imaginary = (aR * bI) + (aI * bR);
        real = r;
    }
}
