using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;

namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>A made-up HV-off result: the same in every run, with everything that a display has to cope with.</summary>
internal static class SampleCamera
{
    public static readonly PixelFlag[] Flags =
    [
        new(0, "FIT_FAILED", "the fit did not converge"),
        new(2, "BAD_CHI2", "the fit does not describe the histogram"),
        new(6, "NOISE_OUTLIER", "noise far from the camera's median"),
        new(7, "DEAD", "no entries, or all in one bin"),
    ];

    public static CameraDisplay Create(int seed = 1)
    {
        Random random = new(seed);
        double[] mean = new double[CameraGeometry.PixelCount];
        double[] sigma = new double[CameraGeometry.PixelCount];
        double[] meanError = new double[CameraGeometry.PixelCount];
        double[] sigmaError = new double[CameraGeometry.PixelCount];
        double[] chi = new double[CameraGeometry.PixelCount];
        uint[] bits = new uint[CameraGeometry.PixelCount];
        PixelPanel?[] panels = new PixelPanel?[CameraGeometry.PixelCount];
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            int i = pixel.Id;
            double b = 1998 + (12 * Math.Sin(pixel.Module * 1.7)) + (9 * Normal(random)) + (pixel.X / 60);
            double s = 0.93 + (0.05 * Normal(random)) + (0.04 * Math.Sin(pixel.Y / 130));
            if (i is 77 or 640 or 641) (s, bits[i]) = (2.1, 1u << 6);
            if (i == 333) (b, s) = (1890, 0.8);
            if (i is 300 or 1100)
            {
                (mean[i], sigma[i], meanError[i], sigmaError[i], chi[i]) = (double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
                bits[i] = (1u << 0) | (i == 300 ? 1u << 7 : 0);
                panels[i] = i == 300 ? null : new PixelSpectrum(2000, 1, [0, 500, 0]) { Status = "Not enough data", Parameters = Parameters(double.NaN, double.NaN, double.NaN) };
                continue;
            }

            panels[i] = Spectrum(random, b, s, i == 900);
            if (i == 900) bits[i] = 1u << 2;
            (mean[i], sigma[i], meanError[i], sigmaError[i]) = (b, s, s / Math.Sqrt(50_000), s / Math.Sqrt(100_000));
            chi[i] = ((PixelSpectrum)panels[i]!).ChiSquare / ((PixelSpectrum)panels[i]!).DegreesOfFreedom;
        }

        return new CameraDisplay("HV off: baseline and electronic noise",
        [
            new CameraQuantity("electronic noise", "σₑ", "LSB", sigma) { Errors = sigmaError },
            new CameraQuantity("baseline", "B", "LSB", mean) { Errors = meanError },
            new CameraQuantity("goodness of fit", "χ²/ndf", "", chi),
        ])
        {
            Subtitle = "toy run, 1000 events of 50 samples",
            Flags = new PixelFlagSet(bits, Flags),
            Panels = panels,
        };
    }

    public static CameraDisplay CreateEvent(int seed = 2)
    {
        Random random = new(seed);
        double[] amplitude = new double[CameraGeometry.PixelCount];
        PixelPanel[] panels = new PixelPanel[CameraGeometry.PixelCount];
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            double along = ((pixel.X - 60) * 0.8) + ((pixel.Y + 90) * 0.6);
            double across = (-(pixel.X - 60) * 0.6) + ((pixel.Y + 90) * 0.8);
            double charge = 900 * Math.Exp(-(along * along / 2 / 90 / 90) - (across * across / 2 / 30 / 30));
            short[] samples = new short[50];
            for (int s = 0; s < samples.Length; s++)
            {
                double t = (4 * s) - 70 - (along / 12);
                double pulse = t < 0 ? Math.Exp(-t * t / 2 / 16) : Math.Exp(-t / 14);
                samples[s] = (short)Math.Round(400 + (charge * pulse) + Normal(random));
            }

            panels[pixel.Id] = new PixelWaveform(samples) { Baseline = 400 };
            amplitude[pixel.Id] = samples.Max() - 400;
        }

        return new CameraDisplay("Event 17", [new CameraQuantity("amplitude", "A", "LSB", amplitude) { Low = 0, High = 900 }]) { Panels = panels, Selected = 640 };
    }

    private static PixelSpectrum Spectrum(Random random, double mean, double sigma, bool tail)
    {
        const int Samples = 50_000;
        int first = (int)Math.Floor(mean) - 12;
        long[] counts = new long[26];
        double[] expected = new double[26];
        for (int i = 0; i < counts.Length; i++)
        {
            double low = (first + i - 0.5 - mean) / sigma;
            expected[i] = Samples * (Cdf(low + (1 / sigma)) - Cdf(low));
            counts[i] = Math.Max(0, (long)Math.Round(expected[i] + (Math.Sqrt(expected[i]) * Normal(random))));
            if (tail && i > 14) counts[i] += 400 / (i - 13);
        }

        double chi2 = 0;
        int ndf = -3;
        for (int i = 0; i < counts.Length; i++)
        {
            if (expected[i] < 0.5) continue;
            chi2 += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
            ndf++;
        }

        return new PixelSpectrum(first, 1, counts)
        {
            Expected = expected,
            Parameters = Parameters(counts.Sum(), mean, sigma),
            ChiSquare = chi2,
            DegreesOfFreedom = ndf,
            PValue = Math.Exp(-chi2 / 20),
            Status = "Converged",
        };
    }

    private static SpectrumParameter[] Parameters(double norm, double mean, double sigma) =>
    [
        new("entries", "N", "", norm, Math.Sqrt(norm)),
        new("baseline", "B", "LSB", mean, sigma / 220),
        new("electronic noise", "σₑ", "LSB", sigma, sigma / 310),
    ];

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // Logistic approximation, good enough for made-up data.
    private static double Cdf(double z) => 1 / (1 + Math.Exp(-1.5976 * z * (1 + (0.04417 * z * z))));
}
