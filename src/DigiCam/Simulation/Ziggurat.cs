namespace DigiCam.Simulation;

/// <summary>
/// The normal density cut into 256 layers of equal area (Marsaglia and Tsang, J. Stat. Soft. 5 (2000) 8; with independent bits for layer and
/// place as Doornik advises): 99 of 100 numbers cost one multiplication, and the others are exact too.
/// </summary>
internal static class Ziggurat
{
    /// <summary>Layers.</summary>
    public const int Count = 256;

    /// <summary>Where the tail begins.</summary>
    public const double TailStart = 3.6541528853610087963519472518;

    /// <summary>Area of a layer under exp(-x^2/2), the tail included in the lowest one.</summary>
    public const double LayerArea = 0.0049286732339746519;

    private const double FineSteps = 1L << 52;
    private const double CoarseSteps = 1 << 23;

    /// <summary>Widths x of the layers from below, the lowest one as wide as its area asks for; the last entry is 0.</summary>
    public static readonly double[] Width = MakeWidths();

    /// <summary>Density exp(-x^2/2) at each width.</summary>
    public static readonly double[] Density = [.. Width.Select(x => PortableMath.Exp(-0.5 * x * x))];

    /// <summary>Layers in steps of 2^-52 of their width, for signed numbers of 53 bits.</summary>
    public static readonly FineLayer[] Fine = [.. Enumerable.Range(0, Count).Select(i => new FineLayer((long)(Width[i + 1] / Width[i] * FineSteps), Width[i] / FineSteps))];

    /// <summary>Layers in steps of 2^-23 of their width, for signed numbers of 24 bits.</summary>
    public static readonly CoarseLayer[] Coarse = [.. Enumerable.Range(0, Count).Select(i => new CoarseLayer((int)(Width[i + 1] / Width[i] * CoarseSteps), (float)(Width[i] / CoarseSteps)))];

    private static double[] MakeWidths()
    {
        double[] x = new double[Count + 1];
        double density = PortableMath.Exp(-0.5 * TailStart * TailStart);
        x[0] = LayerArea / density;
        x[1] = TailStart;
        for (int i = 2; i < Count; i++)
        {
            density += LayerArea / x[i - 1];
            x[i] = Math.Sqrt(-2 * PortableMath.Log(density));
        }

        return x;
    }

    /// <summary>A layer: steps that lie under the density in all of its height, and the length of a step.</summary>
    public readonly record struct FineLayer(long Inside, double Step);

    /// <inheritdoc cref="FineLayer"/>
    public readonly struct CoarseLayer(int inside, float step)
    {
        public readonly int Inside = inside;
        public readonly float Step = step;
    }
}
