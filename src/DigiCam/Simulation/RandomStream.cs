using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace DigiCam.Simulation;

/// <summary>
/// Pseudo-random numbers of xoshiro256** (Blackman and Vigna, arXiv:1805.01407), seeded from any number of keys: one stream per
/// event makes a simulation independent of the number of threads. The same on every machine.
/// </summary>
internal struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts a stream.</summary>
    /// <param name="seed">Seed of a family of streams.</param>
    /// <param name="stream">Which of them; neighbouring numbers give unrelated streams.</param>
    public RandomStream(ulong seed, ulong stream)
    {
        // SplitMix64 as its authors advise for filling the state.
        ulong x = Combine(seed, stream);
        _s0 = Mix(x += Golden);
        _s1 = Mix(x += Golden);
        _s2 = Mix(x += Golden);
        _s3 = Mix(x + Golden);
    }

    /// <summary>Number of a stream by its name: FNV-1a of the name in UTF-8.</summary>
    public static ulong Key(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(text)) hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }

    /// <summary>Seed of a family within a family.</summary>
    public static ulong Combine(ulong seed, ulong stream) => Mix(Mix(seed + Golden) + stream + Golden);

    /// <summary>Uniform in (0, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Uniform() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>Normal with mean 0 and variance 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Normal()
    {
        ulong bits = Next();
        long place = (long)bits >> 11;
        Ziggurat.FineLayer layer = Ziggurat.Fine[(byte)bits];
        double x = place * layer.Step;
        if (Math.Abs(place) < layer.Inside) return x;

        // By way of a copy, so that a stream in a local variable has no address and stays in registers.
        RandomStream copy = this;
        x = copy.FinishNormal((byte)bits, x);
        this = copy;
        return x;
    }

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential() => -PortableMath.Log(Uniform());

    /// <summary>Poisson number; its law is exact for any mean.</summary>
    /// <param name="mean">Mean, 0 or more.</param>
    public int Poisson(double mean) => new PoissonLaw(mean).Draw(ref this);

    /// <summary>Fills an array with normal numbers in steps of at most 4e-7 of their standard deviation.</summary>
    /// <param name="target">The array.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="sigma">Standard deviation.</param>
    public void FillNormal(Span<float> target, float mean, float sigma)
    {
        // The state stays in registers; it goes back only for the one number in a hundred that is not inside its layer.
        (ulong s0, ulong s1, ulong s2, ulong s3) = (_s0, _s1, _s2, _s3);
        ref Ziggurat.CoarseLayer layers = ref MemoryMarshal.GetArrayDataReference(Ziggurat.Coarse);
        ref float first = ref MemoryMarshal.GetReference(target);
        int count = target.Length;
        for (int i = 0; i < count; i += 2)
        {
            ulong bits = ulong.RotateLeft(s1 * 5, 7) * 9;
            ulong t = s1 << 17;
            s2 ^= s0;
            s3 ^= s1;
            s1 ^= s2;
            s0 ^= s3;
            s2 ^= t;
            s3 = ulong.RotateLeft(s3, 45);

            // Two numbers of 32 bits: 8 for the layer, 24 with sign for the place in it.
            int low = (int)(uint)bits;
            int high = (int)(bits >> 32);
            int lowPlace = low >> 8;
            int highPlace = high >> 8;
            ref Ziggurat.CoarseLayer lowLayer = ref Unsafe.Add(ref layers, (nint)(byte)low);
            ref Ziggurat.CoarseLayer highLayer = ref Unsafe.Add(ref layers, (nint)(byte)high);
            float lowValue = lowPlace * lowLayer.Step;
            float highValue = highPlace * highLayer.Step;
            if ((lowPlace ^ (lowPlace >> 31)) >= lowLayer.Inside || (highPlace ^ (highPlace >> 31)) >= highLayer.Inside)
            {
                (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
                if ((lowPlace ^ (lowPlace >> 31)) >= lowLayer.Inside) lowValue = (float)FinishNormal((byte)low, lowValue);
                if ((highPlace ^ (highPlace >> 31)) >= highLayer.Inside) highValue = (float)FinishNormal((byte)high, highValue);
                (s0, s1, s2, s3) = (_s0, _s1, _s2, _s3);
            }

            Unsafe.Add(ref first, i) = mean + (sigma * lowValue);
            if (i + 1 < count) Unsafe.Add(ref first, i + 1) = mean + (sigma * highValue);
        }

        (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    // A point x of a layer beyond the layer above it: decided by the density itself, or drawn from the tail in the lowest layer.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private double FinishNormal(int layer, double x)
    {
        while (layer != 0)
        {
            double height = Ziggurat.Density[layer] + (Uniform() * (Ziggurat.Density[layer + 1] - Ziggurat.Density[layer]));
            if (height < PortableMath.Exp(-0.5 * x * x)) return x;
            ulong bits = Next();
            long place = (long)bits >> 11;
            layer = (byte)bits;
            x = place * Ziggurat.Fine[layer].Step;
            if (Math.Abs(place) < Ziggurat.Fine[layer].Inside) return x;
        }

        while (true)
        {
            double beyond = Exponential() / Ziggurat.TailStart;
            if (2 * Exponential() > beyond * beyond) return x < 0 ? -Ziggurat.TailStart - beyond : Ziggurat.TailStart + beyond;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Next()
    {
        ulong result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }
}
