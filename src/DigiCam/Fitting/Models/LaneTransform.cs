using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Fitting.Models;

/// <summary>
/// Four Fourier sums side by side, X_q = sum_n x_n exp(-2 pi i n q / N) for N a power of two, in place: each element holds the number n of all four. Two real
/// results fit into one complex sum. Immutable and safe to share.
/// </summary>
internal sealed class LaneTransform
{
    private static readonly ConcurrentDictionary<int, LaneTransform> Known = new();

    private readonly double[] _cos;
    private readonly double[] _sin;

    private LaneTransform(int size)
    {
        Size = size;
        int bits = BitOperations.Log2((uint)size);
        int[] places = new int[size];
        for (int i = 1; i < size; i++) places[i] = (places[i >> 1] >> 1) | ((i & 1) << (bits - 1));
        Places = places;
        _cos = new double[size];
        _sin = new double[size];
        for (int i = 0; i < size; i++) (_sin[i], _cos[i]) = Math.SinCos(-2 * Math.PI * i / size);
    }

    /// <summary>Number of terms N.</summary>
    public int Size { get; }

    /// <summary>Where the results are found (q): sums come out in the order of their reversed bits.</summary>
    public ReadOnlyMemory<int> Places { get; }

    /// <summary>The sums of so many terms.</summary>
    /// <param name="size">A power of two, at least 4.</param>
    public static LaneTransform Of(int size) => Known.GetOrAdd(size, static n => new LaneTransform(n));

    /// <summary>Sums.</summary>
    /// <param name="real">Real parts; receives those of the sums, in the order of <see cref="Places"/>.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    public void Sum(Span<Vector256<double>> real, Span<Vector256<double>> imaginary)
    {
        ref Vector256<double> re = ref MemoryMarshal.GetReference(real[..Size]);
        ref Vector256<double> im = ref MemoryMarshal.GetReference(imaginary[..Size]);
        ref double cos = ref MemoryMarshal.GetArrayDataReference(_cos);
        ref double sin = ref MemoryMarshal.GetArrayDataReference(_sin);
        int length = Size;
        for (; length >= 4; length /= 4)
        {
            int quarter = length / 4;
            int stride = Size / length;
            for (int j = 0; j < quarter; j++)
            {
                Vector256<double> c1 = Vector256.Create(Unsafe.Add(ref cos, j * stride)), s1 = Vector256.Create(Unsafe.Add(ref sin, j * stride));
                Vector256<double> c2 = Vector256.Create(Unsafe.Add(ref cos, 2 * j * stride)), s2 = Vector256.Create(Unsafe.Add(ref sin, 2 * j * stride));
                Vector256<double> c3 = Vector256.Create(Unsafe.Add(ref cos, 3 * j * stride)), s3 = Vector256.Create(Unsafe.Add(ref sin, 3 * j * stride));
                for (int i = j; i < Size; i += length)
                {
                    ref Vector256<double> ar = ref Unsafe.Add(ref re, i), ai = ref Unsafe.Add(ref im, i);
                    ref Vector256<double> br = ref Unsafe.Add(ref ar, quarter), bi = ref Unsafe.Add(ref ai, quarter);
                    ref Vector256<double> cr = ref Unsafe.Add(ref br, quarter), ci = ref Unsafe.Add(ref bi, quarter);
                    ref Vector256<double> dr = ref Unsafe.Add(ref cr, quarter), di = ref Unsafe.Add(ref ci, quarter);
                    Vector256<double> evenR = ar + cr, evenI = ai + ci, oddR = br + dr, oddI = bi + di;
                    Vector256<double> lessR = ar - cr, lessI = ai - ci, turnR = bi - di, turnI = dr - br;
                    (ar, ai) = (evenR + oddR, evenI + oddI);
                    Turn(evenR - oddR, evenI - oddI, c2, s2, out br, out bi);
                    Turn(lessR + turnR, lessI + turnI, c1, s1, out cr, out ci);
                    Turn(lessR - turnR, lessI - turnI, c3, s3, out dr, out di);
                }
            }
        }

        if (length != 2) return;
        for (int i = 0; i < Size; i += 2)
        {
            ref Vector256<double> ar = ref Unsafe.Add(ref re, i), ai = ref Unsafe.Add(ref im, i);
            ref Vector256<double> br = ref Unsafe.Add(ref ar, 1), bi = ref Unsafe.Add(ref ai, 1);
            (ar, br) = (ar + br, ar - br);
            (ai, bi) = (ai + bi, ai - bi);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(Vector256<double> real, Vector256<double> imaginary, Vector256<double> cos, Vector256<double> sin, out Vector256<double> turnedReal, out Vector256<double> turnedImaginary)
    {
        turnedReal = (real * cos) - (imaginary * sin);
        turnedImaginary = (real * sin) + (imaginary * cos);
    }
}
