namespace DigiCam.Simulation;

/// <summary>A Poisson law of given mean, with what drawing from it needs worked out once.</summary>
internal readonly struct PoissonLaw
{
    // Below this mean adding up probabilities is faster than rejection, whose constants also need a mean of 10 or more.
    private const double RejectionFrom = 10;

    // Constants of Hormann's transformed rejection with squeeze (Insurance: Mathematics and Economics 12 (1993) 39, algorithm PTRS).
    private readonly double _a;
    private readonly double _b;
    private readonly double _logInverseAlpha;
    private readonly double _quickAccept;
    private readonly double _logMean;

    /// <summary>Makes the law.</summary>
    /// <param name="mean">Mean, 0 or more; at most about 1e9.</param>
    public PoissonLaw(double mean)
    {
        Mean = mean;
        if (mean < RejectionFrom)
        {
            ZeroProbability = PortableMath.Exp(-mean);
            return;
        }

        _b = 0.931 + (2.53 * Math.Sqrt(mean));
        _a = -0.059 + (0.02483 * _b);
        _logInverseAlpha = PortableMath.Log(1.1239 + (1.1328 / (_b - 3.4)));
        _quickAccept = 0.9277 - (3.6224 / (_b - 2));
        _logMean = PortableMath.Log(mean);
    }

    /// <summary>Mean.</summary>
    public double Mean { get; }

    /// <summary>Probability of 0; 0 where the mean is so large that the law is not drawn from its probabilities.</summary>
    public double ZeroProbability { get; }

    /// <summary>Draws a number.</summary>
    public int Draw(ref RandomStream random) => Mean < RejectionFrom ? At(random.Uniform()) : DrawByRejection(ref random);

    /// <summary>The number that belongs to a uniform one, for means below 10: 0 up to <see cref="ZeroProbability"/>, and so on.</summary>
    public int At(double u)
    {
        double probability = ZeroProbability;
        int n = 0;

        // The probabilities add up to 1 but for rounding: where they no longer count, the end is reached.
        while (u > probability && probability > 1e-18 * u)
        {
            u -= probability;
            n++;
            probability *= Mean / n;
        }

        return n;
    }

    private int DrawByRejection(ref RandomStream random)
    {
        while (true)
        {
            double u = random.Uniform() - 0.5;
            double v = random.Uniform();
            double edge = 0.5 - Math.Abs(u);
            if (edge <= 0) continue;
            double k = Math.Floor((((2 * _a / edge) + _b) * u) + Mean + 0.43);
            if (edge >= 0.07 && v <= _quickAccept) return (int)k;
            if (k < 0 || k > int.MaxValue || (edge < 0.013 && v > edge)) continue;
            if (PortableMath.Log(v) + _logInverseAlpha - PortableMath.Log((_a / (edge * edge)) + _b) <= (k * _logMean) - Mean - PortableMath.LogFactorial((int)k)) return (int)k;
        }
    }
}
