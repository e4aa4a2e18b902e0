using DigiCam.Geometry;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace DigiCam.Tests.Simulation;

/// <summary>The distribution of all samples of a dark run, from the noise to the tail of many avalanches, against its characteristic function.</summary>
public sealed class DarkSpectrumTests
{
    private const int Events = 10_000;
    private const int Samples = 50;
    private const double SmallestExpectation = 25;

    private static readonly int[] Pixels = [3, 250, 600, 901, 1290];

    [Fact]
    public void Samples_OfADarkRun_FollowTheShotNoiseOfTheirPixel()
    {
        CampaignPlan plan = new();
        SimulatedCamera camera = SimulatedCamera.Draw(plan);
        RunPlan run = new() { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = Events };
        EventSimulator simulator = new(plan, camera, run);
        LevelConditions conditions = LevelConditions.For(plan, camera, run, new ScanLevel(0, 0));
        int[] rows = [.. Pixels.Select(PhysicsCamera.RowOf)];
        short[][] drawn = [.. Pixels.Select(_ => new short[Events * Samples])];
        SimulatedEvent e = new(Samples);
        for (int i = 0; i < Events; i++)
        {
            simulator.Draw(i, conditions, e);
            for (int p = 0; p < Pixels.Length; p++) e.Samples.AsSpan(rows[p] * Samples, Samples).CopyTo(drawn[p].AsSpan(i * Samples));
        }

        (int moreCrossTalk, int moreRate) = (0, 0);
        for (int p = 0; p < Pixels.Length; p++)
        {
            int pixel = Pixels[p];
            Assert.Null(camera.Faults[pixel]);
            double[] right = Spectrum(camera, pixel);
            Assert.Equal(1, right.Sum(), 1e-9);
            double probability = Probability(drawn[p], right);
            Assert.True(probability is > 1e-3 and <= 1, FormattableString.Invariant($"pixel {pixel}: p = {probability:E2}"));
            if (Probability(drawn[p], Spectrum(camera, pixel, crossTalkChange: 0.04)) < 1e-6) moreCrossTalk++;
            if (Probability(drawn[p], Spectrum(camera, pixel, rateFactor: 1.1)) < 1e-6) moreRate++;
        }

        // The test sees small errors of the physics.
        Assert.True(moreCrossTalk > Pixels.Length / 2, $"crosstalk higher by 0.04 is seen in {moreCrossTalk} of {Pixels.Length} pixels");
        Assert.True(moreRate > Pixels.Length / 2, $"a rate higher by 10 % is seen in {moreRate} of {Pixels.Length} pixels");
    }

    // Probability of each ADC code from 0 on, as docs/simulation.md and the reference have it:
    // ln phi(k) = f Int [b(k p(t)) - 1] dt - s_e^2 k^2 / 2 + i k B, where b = z exp(x (b - 1)), z(w) = exp(i G w - s_1^2 w^2 / 2), is the sum over
    // the law of Borel; P(q) = 1/(2 pi) Int phi(k) sin(k/2)/(k/2) exp(-i k q) dk by a Fourier transform over 512 LSB in steps of 1/4 LSB.
    private static double[] Spectrum(SimulatedCamera camera, int pixel, double crossTalkChange = 0, double rateFactor = 1)
    {
        const int Length = 512;
        const int PerLsb = 4;
        const int Size = Length * PerLsb;
        const double StepNs = 0.1;
        const double PulseEndNs = 80;

        // Seen from a whole code below all samples, so that the baseline need not turn the phase fast.
        int origin = (int)Math.Floor(camera.Baseline[pixel]) - (Length / 4);
        double x = camera.CrossTalk[pixel] + crossTalkChange;
        double perNs = camera.DarkCountRateMHz[pixel] * rateFactor * 1e-3;
        double[] pulse = [.. Enumerable.Range(0, (int)(PulseEndNs / StepNs)).Select(i => AnalyticPulse((i + 0.5) * StepNs))];
        Complex[] values = new Complex[Size];
        for (int n = -(Size / 2); n < Size / 2; n++)
        {
            double k = 2 * Math.PI * n / Length;
            double decay = camera.Noise[pixel] * camera.Noise[pixel] * k * k / 2;
            if (decay > 40) continue;
            Complex integral = pulse.Aggregate(Complex.Zero, (sum, height) => sum + Cascade(k * height, camera.Gain[pixel], camera.SinglePeSpread[pixel], x) - 1) * StepNs;
            Complex exponent = (perNs * integral) - decay + new Complex(0, k * (camera.Baseline[pixel] - origin));
            double rounding = n == 0 ? 1 : Math.Sin(k / 2) / (k / 2);
            values[(n + Size) % Size] = Complex.Exp(exponent) * rounding;
        }

        Fourier.Forward(values, FourierOptions.NoScaling);
        double[] codes = new double[origin + Length];
        for (int i = 0; i < Length; i++) codes[origin + i] = values[i * PerLsb].Real / Length;
        return codes;
    }

    private static Complex Cascade(double w, double gain, double spread, double x)
    {
        Complex z = Complex.Exp(new Complex(-spread * spread * w * w / 2, gain * w));
        Complex b = z;
        for (int i = 0; i < 12; i++)
        {
            Complex next = z * Complex.Exp(x * (b - 1));
            Complex step = (b - next) / (1 - (x * next));
            b -= step;
            if (step.Magnitude < 1e-14) break;
        }

        return b;
    }

    private static double AnalyticPulse(double timeNs)
    {
        double r = timeNs / 14.2;
        return Math.Pow(r, 2.2) * Math.Exp(2.2 / 1.83 * (1 - Math.Pow(r, 1.83)));
    }

    // Samples of one event depend on each other, those of different events do not: the covariance of the counts comes from the counts of the events.
    // Hotelling's statistic: with m bins and n events, T^2 (n - m) / (m (n - 1)) follows F(m, n - m), which for so many events is the chi-square law.
    private static double Probability(short[] samples, double[] spectrum)
    {
        int total = samples.Length;
        List<int> starts = [0];
        double expectation = 0;
        for (int code = 0; code < spectrum.Length; code++)
        {
            expectation += total * spectrum[code];
            if (expectation < SmallestExpectation || total * spectrum.Skip(code + 1).Sum() < SmallestExpectation) continue;
            starts.Add(code + 1);
            expectation = 0;
        }

        int bins = starts.Count;
        int[] binOf = new int[CameraGeometry.PixelCount * 4];
        for (int code = 0; code < binOf.Length; code++) binOf[code] = starts.FindLastIndex(start => start <= code);
        double[] expected = [.. starts.Select((start, bin) => Samples * spectrum[start..(bin + 1 < bins ? starts[bin + 1] : spectrum.Length)].Sum())];

        // The last bin is what the others leave.
        int free = bins - 1;
        Matrix<double> counts = Matrix<double>.Build.Dense(Events, free);
        for (int i = 0; i < total; i++)
        {
            int bin = binOf[samples[i]];
            if (bin < free) counts[i / Samples, bin]++;
        }

        Vector<double> mean = counts.ColumnSums() / Events;
        Matrix<double> centred = Matrix<double>.Build.Dense(Events, free, (i, bin) => counts[i, bin] - mean[bin]);
        Matrix<double> covariance = centred.TransposeThisAndMultiply(centred) / (Events - 1.0);
        Vector<double> difference = mean - Vector<double>.Build.DenseOfArray(expected[..free]);
        double square = Events * (difference * covariance.Cholesky().Solve(difference));
        return 1 - FisherSnedecor.CDF(free, Events - free, square * (Events - free) / (free * (Events - 1.0)));
    }
}
