using DigiCam.Simulation;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.Simulation;

public sealed class RandomStreamTests
{
    private const int Count = 2_000_000;

    [Fact]
    public void Uniform_ManyNumbers_AreUniform()
    {
        RandomStream random = new(11, 0);
        double[] numbers = Draw(ref random, static (ref RandomStream r) => r.Uniform());
        Assert.All(numbers.Where(u => !(u is > 0 and <= 1)), u => Assert.Fail($"{u} is not in (0, 1]"));
        AssertDistribution(numbers, u => u);
        AssertMoments(numbers, 0.5, 1 / 3.0, 0.25, 0.2);
        AssertNeighboursIndependent(numbers);
    }

    [Fact]
    public void Normal_ManyNumbers_AreNormal()
    {
        RandomStream random = new(12, 0);
        double[] numbers = Draw(ref random, static (ref RandomStream r) => r.Normal());
        AssertNormal(numbers);
    }

    [Fact]
    public void FillNormal_ManyNumbers_AreNormal()
    {
        RandomStream random = new(13, 0);
        float[] numbers = new float[Count];
        random.FillNormal(numbers, 0, 1);
        AssertNormal([.. numbers.Select(x => (double)x)]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public void FillNormal_AnyLength_FillsAllOfItAndNothingElse(int length)
    {
        RandomStream random = new(14, 0);
        RandomStream same = new(14, 0);
        float[] numbers = new float[length + 2];
        random.FillNormal(numbers.AsSpan(1, length), 0, 1);
        Assert.Equal(0, numbers[0]);
        Assert.Equal(0, numbers[^1]);
        Assert.Equal(length, numbers.Count(x => x != 0));
        float[] scaled = new float[length];
        same.FillNormal(scaled, 300, 2);
        Assert.Equal(numbers.Skip(1).Take(length).Select(x => 300 + (2 * x)), scaled);
    }

    [Fact]
    public void Ziggurat_Layers_HaveEqualAreasThatCloseAtThePeak()
    {
        double tail = Math.Sqrt(Math.PI / 2) * SpecialFunctions.Erfc(Ziggurat.TailStart / Math.Sqrt(2));
        Assert.Equal(Ziggurat.LayerArea, (Ziggurat.TailStart * Math.Exp(-0.5 * Ziggurat.TailStart * Ziggurat.TailStart)) + tail, 1e-15);
        for (int i = 1; i < Ziggurat.Count; i++) Assert.Equal(Ziggurat.LayerArea, Ziggurat.Width[i] * (Ziggurat.Density[i + 1] - Ziggurat.Density[i]), 1e-13);
        Assert.Equal(1, Ziggurat.Density[Ziggurat.Count]);
    }

    [Fact]
    public void Exponential_ManyNumbers_AreExponential()
    {
        RandomStream random = new(15, 0);
        double[] numbers = Draw(ref random, static (ref RandomStream r) => r.Exponential());
        AssertDistribution(numbers, x => 1 - Math.Exp(-x));
        AssertMoments(numbers, 1, 2, 6, 24);
        AssertNeighboursIndependent(numbers);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(9.99)]
    [InlineData(10)]
    [InlineData(10.5)]
    [InlineData(31)]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(30_000)]
    public void Poisson_AnyMean_FollowsTheLaw(double mean)
    {
        RandomStream random = new(16, (ulong)(mean * 100));
        int[] numbers = new int[1_000_000];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = random.Poisson(mean);
        PhysicsStatistics.AssertFollows(n => Math.Exp((n * Math.Log(mean)) - mean - SpecialFunctions.GammaLn(n + 1)), numbers);
        PhysicsStatistics.AssertMean(mean, [.. numbers.Select(n => (double)n)]);
        PhysicsStatistics.AssertMean(mean, [.. numbers.Select(n => (n - mean) * (n - mean))]);
    }

    [Fact]
    public void Poisson_LargestMean_HasThePoissonMoments()
    {
        const double Mean = 1e5;
        RandomStream random = new(17, 0);
        double[] deviations = new double[1_000_000];
        for (int i = 0; i < deviations.Length; i++) deviations[i] = (random.Poisson(Mean) - Mean) / Math.Sqrt(Mean);
        PhysicsStatistics.AssertMean(0, deviations);
        PhysicsStatistics.AssertMean(1, [.. deviations.Select(d => d * d)]);
        PhysicsStatistics.AssertMean(1 / Math.Sqrt(Mean), [.. deviations.Select(d => d * d * d)]);
        PhysicsStatistics.AssertMean(3 + (1 / Mean), [.. deviations.Select(d => d * d * d * d)]);
    }

    [Fact]
    public void Poisson_MeanZero_IsZero()
    {
        RandomStream random = new(18, 0);
        for (int i = 0; i < 1000; i++) Assert.Equal(0, random.Poisson(0));
    }

    [Fact]
    public void Stream_SameKeys_GivesTheSameNumbersForever()
    {
        // Files of a plan stay what they are only as long as these numbers do; they come from xoshiro256** written in another language.
        RandomStream random = new(20180822, 7);
        double[] expected = [0.9048718961136315, 0.7857840243490519, 0.5721504186214942];
        Assert.All(expected, u => Assert.Equal(u, random.Uniform()));
    }

    [Fact]
    public void Stream_NeighbouringKeys_AreIndependent()
    {
        // First numbers of many streams, and of the same streams of the next seed.
        double[] first = [.. Enumerable.Range(0, 200_000).Select(i => new RandomStream(5, (ulong)i).Uniform())];
        double[] other = [.. Enumerable.Range(0, 200_000).Select(i => new RandomStream(6, (ulong)i).Uniform())];
        AssertDistribution(first, u => u);
        AssertNeighboursIndependent(first);
        PhysicsStatistics.AssertMean(0, [.. first.Zip(other, (a, b) => (a - 0.5) * (b - 0.5))]);
    }

    [Theory]
    [InlineData("", 0xCBF29CE484222325)]
    [InlineData("a", 0xAF63DC4C8601EC8C)]
    [InlineData("foobar", 0x85944171F73967E8)]
    public void Key_PublishedVectors_AreMet(string text, ulong expected) => Assert.Equal(expected, RandomStream.Key(text));

    private static void AssertNormal(double[] numbers)
    {
        AssertDistribution(numbers, x => Normal.CDF(0, 1, x));
        AssertMoments(numbers, 0, 1, 0, 3);
        AssertNeighboursIndependent(numbers);
        foreach (double limit in (double[])[3, 3.5, Ziggurat.TailStart, 4, 4.5])
        {
            foreach (int sign in (int[])[-1, 1])
            {
                double expected = numbers.Length * SpecialFunctions.Erfc(limit / Math.Sqrt(2)) / 2;
                double found = numbers.Count(x => x * sign > limit);
                Assert.True(Math.Abs(found - expected) <= 3 * Math.Sqrt(expected), FormattableString.Invariant($"{found} numbers beyond {sign * limit}, expected {expected:F1}"));
            }
        }
    }

    // Kolmogorov and Smirnov: D sqrt(n) exceeds 1.95 once in a thousand; and a chi-square test in 500 bins, which sees fine structure.
    private static void AssertDistribution(double[] numbers, Func<double, double> cumulative)
    {
        double[] u = [.. numbers.Select(cumulative).Order()];
        double distance = 0;
        for (int i = 0; i < u.Length; i++) distance = Math.Max(distance, Math.Max(u[i] - ((double)i / u.Length), ((i + 1.0) / u.Length) - u[i]));
        Assert.True(distance * Math.Sqrt(u.Length) < 1.95, FormattableString.Invariant($"Kolmogorov distance {distance * Math.Sqrt(u.Length):F2}"));

        const int Bins = 500;
        long[] counts = new long[Bins];
        foreach (double value in u) counts[Math.Min(Bins - 1, (int)(value * Bins))]++;
        PhysicsStatistics.AssertFollows([.. Enumerable.Repeat((double)u.Length / Bins, Bins)], counts);
    }

    private static void AssertMoments(double[] numbers, params double[] moments)
    {
        for (int power = 1; power <= moments.Length; power++)
        {
            PhysicsStatistics.AssertMean(moments[power - 1], [.. numbers.Select(x => Power(x, power))]);
        }
    }

    private static double Power(double x, int power) => power == 0 ? 1 : x * Power(x, power - 1);

    private static void AssertNeighboursIndependent(double[] numbers)
    {
        double mean = numbers.Average();
        PhysicsStatistics.AssertMean(0, [.. numbers.Skip(1).Zip(numbers, (a, b) => (a - mean) * (b - mean))]);
        double square = numbers.Average(x => (x - mean) * (x - mean));
        PhysicsStatistics.AssertMean(0, [.. numbers.Skip(1).Zip(numbers, (a, b) => (((a - mean) * (a - mean)) - square) * (((b - mean) * (b - mean)) - square))]);
    }

    private delegate double Drawing(ref RandomStream random);

    private static double[] Draw(ref RandomStream random, Drawing draw)
    {
        double[] numbers = new double[Count];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = draw(ref random);
        return numbers;
    }
}
