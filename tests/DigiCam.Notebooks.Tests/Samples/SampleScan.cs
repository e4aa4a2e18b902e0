using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;

namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>A made-up light scan, the same in every run: light from 0.1 to 100 photo-electrons, all histograms fitted.</summary>
internal static class SampleScan
{
    private const int Flashes = 10_000;
    private const double Gain = 20;
    private const int Bins = 200;

    /// <summary>A scan of so many levels.</summary>
    /// <param name="levels">How many levels.</param>
    /// <param name="distinct">Pixels with histograms of their own; the others show the same ones. Each is packed on its own, so the size is that of a real scan.</param>
    public static CameraDisplay Create(int levels, int distinct = 48)
    {
        Random random = new(7);
        double[] light = [.. Enumerable.Range(0, levels).Select(l => 0.1 * Math.Pow(1000, l / (levels - 1.0)))];
        double[][] mu = NewTable(levels);
        double[][] error = NewTable(levels);
        double[][] chi = NewTable(levels);
        double[] gain = [.. CameraGeometry.DigiCam.Pixels.Select(p => Gain * (1 + (0.05 * Normal(random))))];
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            double fraction = Math.Exp(-((pixel.X * pixel.X) + (pixel.Y * pixel.Y)) / 2 / 600 / 600) * (1 + (0.05 * Normal(random)));
            for (int l = 0; l < levels; l++)
            {
                error[l][pixel.Id] = Math.Sqrt(light[l] / Flashes * (1 + light[l] / 50)) + 1e-3;
                mu[l][pixel.Id] = (light[l] * fraction) + (error[l][pixel.Id] * Normal(random));
                chi[l][pixel.Id] = 1 + (0.15 * Normal(random));
            }
        }

        for (int l = 0; l < levels; l++) (mu[l][300], error[l][300], chi[l][300]) = (double.NaN, double.NaN, double.NaN);
        mu[0][12] = -0.002;
        PixelLevels[] own = [.. Enumerable.Range(0, distinct).Select(i => Levels(random, light, gain[i]))];
        return new CameraDisplay("AC scan: light of every level",
        [
            new CameraQuantity("light", "µ", "p.e.", mu) { LevelErrors = error, SameColors = false },
            new CameraQuantity("gain", "G", "LSB/p.e.", gain) { Errors = [.. gain.Select(g => 0.002 * g)] },
            new CameraQuantity("goodness of fit", "χ²/ndf", "", chi) { Low = 0 },
        ])
        {
            Subtitle = "toy scan, 10 000 flashes a level",
            Levels = [.. Enumerable.Range(0, levels).Select(l => FormattableString.Invariant($"AC {100 + (10 * l)}"))],
            LevelSettings = [.. Enumerable.Range(0, levels).Select(l => 100.0 + (10 * l))],
            LevelAxis = "AC level [DAC]",
            Level = levels / 3,
            Flags = new PixelFlagSet([.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(i => i is 300 or 900 ? 1u : 0u)], SampleCamera.Flags),
            Panels = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(i => i == 300 ? null : own[i % distinct])],
            Selected = 700,
        };
    }

    private static double[][] NewTable(int levels) => [.. Enumerable.Range(0, levels).Select(_ => new double[CameraGeometry.PixelCount])];

    private static PixelLevels Levels(Random random, double[] light, double gain) => new([.. light.Select((mu, l) => l == 2 ? null : Spectrum(random, mu, gain))])
    {
        Parameters = [new("gain", "G", "LSB/p.e.", gain, 0.002 * gain), new("baseline", "B", "LSB", 0.1 * Normal(random), 0.02), new("electronic noise", "σₑ", "LSB", 3, 0.02), new("noise of a photo-electron", "σ₁", "LSB", 1.8, 0.03)],
    };

    // A Poisson number of photo-electrons, each with its Gaussian.
    private static PixelSpectrum Spectrum(Random random, double mu, double gain)
    {
        double low = Math.Floor(Math.Max(0, (mu - (5 * Math.Sqrt(mu))) * gain)) - 12;
        double width = Math.Max(1, Math.Ceiling((((mu + (5 * Math.Sqrt(mu)) + 3) * gain) - low) / Bins));
        long[] counts = new long[Bins];
        double[] expected = new double[Bins];
        for (int i = 0; i < Bins; i++)
        {
            double x = low + (i * width);
            double near = x / gain;
            for (int k = Math.Max(0, (int)near - 2); k <= Math.Max(2, near + 3); k++)
            {
                double variance = 9 + (3.24 * k) + (width * width / 12);
                expected[i] += Flashes * width * Poisson(k, mu) * Math.Exp(-(x - (k * gain)) * (x - (k * gain)) / 2 / variance) / Math.Sqrt(2 * Math.PI * variance);
            }
        }

        // Every flash is one entry, as in a real scan.
        double[] cumulative = new double[Bins];
        for (int i = 0; i < Bins; i++) cumulative[i] = expected[i] + (i > 0 ? cumulative[i - 1] : 0);
        for (int flash = 0; flash < Flashes; flash++)
        {
            int bin = Array.BinarySearch(cumulative, random.NextDouble() * cumulative[^1]);
            counts[bin < 0 ? ~bin : bin]++;
        }

        Array.Fill(expected, double.NaN, 0, 3);
        double chi2 = Enumerable.Range(3, Bins - 3).Where(i => expected[i] > 0.5).Sum(i => (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i]);
        return new PixelSpectrum(low, width, counts)
        {
            AxisName = "charge",
            Expected = expected,
            Parameters = [new("light of the fit", "µ", "p.e.", mu * (1 + (0.01 * Normal(random))), Math.Sqrt(mu / Flashes))],
            ChiSquare = chi2,
            DegreesOfFreedom = expected.Count(e => e > 0.5) - 6,
            PValue = random.NextDouble(),
            Status = "Converged",
        };
    }

    private static double Poisson(int k, double mu)
    {
        double log = (k * Math.Log(mu)) - mu;
        for (int i = 2; i <= k; i++) log -= Math.Log(i);
        return Math.Exp(log);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
