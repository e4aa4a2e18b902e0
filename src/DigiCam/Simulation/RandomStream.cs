namespace DigiCam.Simulation;

/// <summary>
/// Pseudo-random numbers of xoshiro256** (Blackman and Vigna, arXiv:1805.01407), seeded from any number of keys: one stream per
/// event makes a simulation independent of the number of threads.
/// </summary>
internal struct RandomStream
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;
    private double _spare = double.NaN;

    public RandomStream(ulong seed, ulong stream)
    {
        // SplitMix64 as its authors advise for filling the state.
        ulong x = seed ^ Mix(stream + 0x9E3779B97F4A7C15);
        _s0 = Mix(x += 0x9E3779B97F4A7C15);
        _s1 = Mix(x += 0x9E3779B97F4A7C15);
        _s2 = Mix(x += 0x9E3779B97F4A7C15);
        _s3 = Mix(x + 0x9E3779B97F4A7C15);
    }

    /// <summary>Uniform in (0, 1].</summary>
    public double Uniform() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>Normal with mean 0 and variance 1, by Box and Muller.</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spare))
        {
            double spare = _spare;
            _spare = double.NaN;
            return spare;
        }

        double radius = Math.Sqrt(-2 * Math.Log(Uniform()));
        (double sin, double cos) = Math.SinCos(2 * Math.PI * Uniform());
        _spare = radius * sin;
        return radius * cos;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

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
