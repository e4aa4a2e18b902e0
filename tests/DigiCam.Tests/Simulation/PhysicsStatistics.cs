using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.Simulation;

/// <summary>What tests against closed forms share. Seeds are fixed, so that a test either always passes or always fails.</summary>
internal static class PhysicsStatistics
{
    // A right simulation meets this once in a thousand seeds.
    private const double SmallestProbability = 1e-3;
    private const double SmallestExpectation = 10;

    /// <summary>The mean of independent values lies within a number of its standard errors of what is expected.</summary>
    public static void AssertMean(double expected, IReadOnlyCollection<double> values, double errors = 3)
    {
        (double mean, double error) = MeanOf(values);
        Assert.True(Math.Abs(mean - expected) <= errors * error, FormattableString.Invariant($"mean {mean:R} +- {error:R} of {values.Count} values, expected {expected:R}: {(mean - expected) / error:F2} errors"));
    }

    /// <summary>Mean of independent values and its standard error.</summary>
    public static (double Mean, double Error) MeanOf(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        double variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1);
        return (mean, Math.Sqrt(variance / values.Count));
    }

    /// <summary>Counts follow expected numbers by the chi-square test; neighbours are added until 10 entries are expected.</summary>
    public static void AssertFollows(IReadOnlyList<double> expected, IReadOnlyList<long> counts)
    {
        Assert.Equal(expected.Count, counts.Count);
        double chiSquare = 0;
        int bins = 0;
        double expectation = 0;
        double count = 0;
        double lastExpectation = 0;
        double lastCount = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            expectation += expected[i];
            count += counts[i];
            if (expectation < SmallestExpectation) continue;
            chiSquare += (count - expectation) * (count - expectation) / expectation;
            bins++;
            (lastExpectation, lastCount) = (expectation, count);
            (expectation, count) = (0, 0);
        }

        // What is left over at the end joins the last bin.
        chiSquare -= (lastCount - lastExpectation) * (lastCount - lastExpectation) / lastExpectation;
        chiSquare += (lastCount + count - lastExpectation - expectation) * (lastCount + count - lastExpectation - expectation) / (lastExpectation + expectation);
        Assert.True(bins >= 2, "fewer than two bins to compare");
        double probability = 1 - ChiSquared.CDF(bins - 1, chiSquare);
        Assert.True(probability > SmallestProbability, FormattableString.Invariant($"chi-square {chiSquare:F1} in {bins} bins: p = {probability:E1}"));
    }

    /// <summary>Counts of numbers 0, 1, ... follow a law; what lies beyond the last one is counted in it.</summary>
    public static void AssertFollows(Func<int, double> law, IEnumerable<int> numbers)
    {
        int[] all = [.. numbers];
        int size = all.Max() + 2;
        long[] counts = new long[size];
        foreach (int number in all) counts[number]++;
        double[] expected = [.. Enumerable.Range(0, size).Select(n => all.Length * law(n))];
        expected[^1] += all.Length - expected.Sum();
        AssertFollows(expected, counts);
    }

    /// <summary>Generalised Poisson law, (F1) of the commissioning reference.</summary>
    public static double GeneralisedPoisson(int n, double mu, double x) =>
        Math.Exp(Math.Log(mu) + ((n - 1) * Math.Log(mu + (n * x))) - mu - (n * x) - SpecialFunctions.GammaLn(n + 1));

    /// <summary>Law of Borel: avalanches of one primary.</summary>
    public static double Borel(int k, double x) => k == 0 ? 0 : Math.Exp(((k - 1) * Math.Log(k * x)) - (k * x) - SpecialFunctions.GammaLn(k + 1));
}
