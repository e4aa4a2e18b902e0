using DigiCam.DarkRate;

namespace DigiCam.Tests.DarkRate;

public sealed class LargestWindowModelTests
{
    private static readonly double[] At = [600, 5, 1.7, 300, 22.5, 3.3, 30];

    [Fact]
    public void Evaluate_Gradient_IsThatOfDifferences()
    {
        double[] edges = [.. Enumerable.Range(0, 45).Select(i => i - 8.5)];
        double[] expected = new double[44];
        double[] gradient = new double[At.Length * expected.Length];
        LargestWindowModel model = new();
        model.Evaluate(At, edges, expected, new double[44], gradient);
        for (int k = 0; k < At.Length; k++)
        {
            double step = 1e-5 * At[k];
            double[] upper = Logarithms(k, step);
            double[] lower = Logarithms(k, -step);
            for (int i = 0; i < expected.Length; i++)
            {
                if (expected[i] > 1e-9) Assert.Equal((upper[i] - lower[i]) / (2 * step), gradient[(k * expected.Length) + i], 1e-5 * (1 + Math.Abs(gradient[(k * expected.Length) + i])));
            }
        }

        double[] Logarithms(int k, double step)
        {
            double[] moved = [.. At];
            moved[k] += step;
            double[] logarithm = new double[expected.Length];
            model.Evaluate(moved, edges, new double[expected.Length], logarithm, default);
            return logarithm;
        }
    }

    [Fact]
    public void Evaluate_WaveformsWithoutAPulse_HaveTheMeanAndDeviationOfTheParameters()
    {
        double[] edges = [.. Enumerable.Range(0, 4001).Select(i => -15 + (0.01 * i))];
        double[] expected = new double[4000];
        new LargestWindowModel().Evaluate([1000, 5, 1.7, 0, 22.5, 3.3, 0], edges, expected, new double[4000], default);
        double mean = 0;
        double square = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double q = 0.5 * (edges[i] + edges[i + 1]);
            mean += expected[i] * q / 1000;
            square += expected[i] * q * q / 1000;
        }

        Assert.Equal(1000, expected.Sum(), 1e-6);
        Assert.Equal(5, mean, 1e-4);
        Assert.Equal(1.7, Math.Sqrt(square - (mean * mean)), 1e-4);
    }

    [Fact]
    public void Evaluate_FarOut_StaysFinite()
    {
        double[] expected = new double[1];
        double[] logarithm = new double[1];
        double[] gradient = new double[At.Length];
        new LargestWindowModel().Evaluate(At, [-500, -499], expected, logarithm, gradient);
        Assert.True(double.IsFinite(logarithm[0]) && gradient.All(double.IsFinite));
    }
}
