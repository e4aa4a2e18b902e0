using DigiCam.DarkRate;
using DigiCam.Fitting;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

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
    public void Evaluate_TailAboveThePeak_KeepsItsDigits()
    {
        // Without pulses: 1 - Phi^5 = 5 Q far above the peak, and as relative derivative by the mean z / s.
        const double scale = 1.7 / 0.6689798719099567;
        const double centre = 5 - (1.1629644736405198 * scale);
        double[] expected = new double[1];
        double[] gradient = new double[At.Length];
        foreach (double z in (double[])[6, 9, 12, 20])
        {
            double from = centre + (z * scale);
            double to = centre + ((z + 0.4) * scale);
            new LargestWindowModel().Evaluate([700, 5, 1.7, 0, 22.5, 3.3, 0], [from, to], expected, new double[1], gradient);
            double content = 2.5 * (SpecialFunctions.Erfc(z / Constants.Sqrt2) - SpecialFunctions.Erfc((z + 0.4) / Constants.Sqrt2));
            double slope = 5 / scale * (Normal.PDF(0, 1, z) - Normal.PDF(0, 1, z + 0.4)) / content;
            Assert.Equal(700 * content, expected[0], 1e-8 * 700 * content);
            Assert.Equal(slope, gradient[1], 1e-6 * slope);
            Assert.InRange(gradient[1] * scale, z, z + 0.4);
        }
    }

    [Fact]
    public void Minimize_WaveformsWithoutAPulse_HaveErrorsAndNoOtherPeak()
    {
        // A pixel without high voltage: the other peaks are empty, and what is left is as well known as ever.
        LargestWindowModel model = new();
        double[] edges = [.. Enumerable.Range(0, 30).Select(i => i - 5.5)];
        double[] expected = new double[29];
        model.Evaluate([700, 5, 1.7, 0, 22.5, 3.3, 0], edges, expected, new double[29], default);
        PoissonLikelihood cost = new(model);
        cost.SetData([.. expected.Select(e => (uint)Math.Round(e))], edges);
        FitResult fit = new Minimizer().Minimize(
            cost,
            [
                new("a_0", "entries", 650, 0), new("mean_0", "LSB", 4.5, -3, 13), new("sigma_0", "LSB", 1.6, 0.5, 5), new("a_1", "entries", 5, 0), new("mean_1", "LSB", 21, 13, 28),
                new("sigma_1", "LSB", 3, 1.1, 10), new("a_cut", "entries", 0, IsFixed: true),
            ]);
        Assert.Equal(FitStatus.AtLimit, fit.Status);
        Assert.Equal(expected.Sum(e => Math.Round(e)), fit["a_0"].Value, 1);
        Assert.Equal(5, fit["mean_0"].Value, 0.05);
        Assert.Equal(Math.Sqrt(700), fit["a_0"].Error, 3);
        Assert.True(fit["a_1"].IsAtLimit && fit["mean_1"].IsAtLimit && fit["sigma_1"].IsAtLimit, fit.ToString());
        Assert.InRange(fit.ChiSquarePerNdf, 0, 0.5);
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
