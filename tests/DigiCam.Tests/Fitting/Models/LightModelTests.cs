using System.Numerics;
using System.Runtime.Intrinsics;
using DigiCam.Charges;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Simulation;

namespace DigiCam.Tests.Fitting.Models;

/// <summary>The model of the charges of a level against those it contains, against the reference fits, and its derivatives against differences.</summary>
public sealed class LightModelTests
{
    [Theory]
    [InlineData(285.3, 5.2, 1.0, 0.48, 0.08, 0)]
    [InlineData(285.3, 5.2, 1.0, 0.48, 0.08, 0.3)]
    [InlineData(285.7, 5.6, 0.6, 0.3, 0, 5)]
    [InlineData(285.3, 5.2, 1.0, 0.48, 0.12, 60)]
    [InlineData(0.2, 21.3, 2.7, 1.9, 0.1, 3)]
    [InlineData(-0.4, 21.3, 2.7, 1.9, 0.1, 100)]
    public void Evaluate_NoDarkCounts_IsThePeaksOfMpeModel(double baseline, double gain, double noise, double spread, double crossTalk, double mu)
    {
        double[] edges = Edges(Math.Floor(baseline) - 20, (int)(60 + (gain * ((mu / (1 - crossTalk)) + (8 * Math.Sqrt(mu + 1)) + 8))));
        (double[] light, double[] gradient) = Evaluate(new LightModel(), [baseline, gain, noise, spread, crossTalk, 0, mu], edges);
        (double[] peaks, double[] peakGradient) = Evaluate(new MpeModel(), [mu, crossTalk, gain, baseline, noise, spread, 1], edges);
        int[] places = [3, 2, 4, 5, 1, -1, 0];
        int bins = light.Length;
        for (int i = 0; i < bins; i++)
        {
            Assert.Equal(peaks[i], light[i], 1e-11);
            for (int k = 0; k < 7; k++)
            {
                // The smooth floor halves what has a slope but no content: the first photo-electron at no light.
                if (mu == 0 && k == 6 && peaks[i] < 1e-9) continue;
                if (places[k] >= 0) Assert.Equal(peaks[i] * peakGradient[(places[k] * bins) + i], light[i] * gradient[(k * bins) + i], 1e-10);
            }
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(3e-3)]
    [InlineData(2e-2)]
    public void Evaluate_NoFlash_IsShotNoiseModel(double rate)
    {
        double[] edges = Edges(265, 220);
        (double[] light, double[] gradient) = Evaluate(new LightModel(ShotNoisePulse.Analytic), [285.3, 5.2, 1, 0.48, 0.08, rate, 0], edges);
        (double[] shot, double[] shotGradient) = Evaluate(new ShotNoiseModel(), [285.3, 1, 5.2, rate, 0.08, 0.48], edges);
        int[] places = [0, 2, 1, 5, 4, 3];
        for (int i = 0; i < light.Length; i++)
        {
            Assert.Equal(shot[i], light[i], 1e-13);
            for (int k = 0; k < 6; k++) Assert.Equal(shot[i] * shotGradient[(places[k] * light.Length) + i], light[i] * gradient[(k * light.Length) + i], 1e-10);
        }
    }

    [Fact]
    public void Evaluate_SumOfSamplesWithDarkCounts_HasTheMomentsOfCampbell()
    {
        ChargeScale scale = ChargeScale.SumOf(7);
        double delay = 2.3;
        ShotNoisePulse pulse = ShotNoisePulse.Of(PulseShape.Analytic, scale, delay);
        double charge = Enumerable.Range(0, 7).Sum(i => PulseShape.Analytic.At(delay + (4 * i)));
        Assert.Equal(7 * PulseShape.Analytic.IntegralNs / charge, pulse.IntegralNs, 1e-6);
        (double baseline, double gain, double noise, double spread, double crossTalk, double rate, double mu) = (0.3, 21, 2.8, 1.9, 0.09, 4e-3, 2.5);
        double[] edges = Edges(-100, 1000);
        (double[] expected, _) = Evaluate(new LightModel(pulse), [baseline, gain, noise, spread, crossTalk, rate, mu], edges);
        double mean = Enumerable.Range(0, 1000).Sum(i => expected[i] * (i - 100 - baseline));
        double variance = Enumerable.Range(0, 1000).Sum(i => expected[i] * Math.Pow(i - 100 - baseline - mean, 2));
        double cascade = 1 / (1 - crossTalk);
        double square = cascade * ((gain * gain * cascade * cascade) + (spread * spread));
        Assert.Equal(1, expected.Sum(), 1e-8);
        Assert.Equal((mu + (rate * pulse.IntegralNs)) * gain * cascade, mean, 1e-4);
        Assert.Equal(((mu + (rate * pulse.SquareIntegralNs)) * square) + (noise * noise) + (1.0 / 12), variance, 1e-2);
    }

    [Fact]
    public void Evaluate_JitterOfTheResponse_WidensPeaksByTheirNumber()
    {
        // A response of (1 + e), e of spread 0.02, multiplies the charge: mean as before, variance grows by 0.02^2 (mean^2 + variance).
        const double jitter = 0.02;
        double[] edges = Edges(-40, 600);
        double[] parameters = [0.2, 5.2, 1, 0.48, 0.08, 0, 20];
        (double mean, double variance) = Moments(new LightModel());
        (double jitteredMean, double jitteredVariance) = Moments(new LightModel(null, jitter));
        double charge = variance - 1 - (1.0 / 12);
        Assert.Equal(mean, jitteredMean, 1e-6);
        Assert.Equal(jitter * jitter * (((mean - 0.2) * (mean - 0.2)) + charge), jitteredVariance - variance, 1e-5);

        (double Mean, double Variance) Moments(LightModel model)
        {
            (double[] expected, _) = Evaluate(model, parameters, edges);
            double first = Enumerable.Range(0, 600).Sum(i => expected[i] * (i - 40));
            return (first, Enumerable.Range(0, 600).Sum(i => expected[i] * Math.Pow(i - 40 - first, 2)));
        }
    }

    [Theory]
    [InlineData(0.2, 21.3, 2.9, 1.9, 0.1, 3e-3, 4, 0)]
    [InlineData(0.2, 5.3, 0.9, 0.4, 0.03, 1e-3, 0.4, 0)]
    [InlineData(0.2, 5.3, 0.9, 0.4, 0.03, 1e-3, 5, 0.03)]
    public void Evaluate_Derivatives_AreThoseOfDifferences(double baseline, double gain, double noise, double spread, double crossTalk, double rate, double mu, double jitter)
    {
        double[] at = [baseline, gain, noise, spread, crossTalk, rate, mu];
        double[] steps = [3e-4, 2e-4, 3e-4, 3e-4, 5e-5, 1e-5, 1e-3];
        LightModel model = new(ShotNoisePulse.Of(PulseShape.Analytic, ChargeScale.SumOf(7), 2), jitter) { Entries = 1e4 };

        // Bins of several widths.
        double[] edges = [-30.5, -20.5, -15.5, .. Enumerable.Range(0, 60).Select(i => -10.5 + i), .. Enumerable.Range(1, 30).Select(i => 48.5 + (5 * i))];
        int bins = edges.Length - 1;
        double[] weights = [.. Enumerable.Range(0, bins).Select(i => Math.Cos(0.7 * i))];
        (double[] expected, double[] gradient) = Evaluate(model, at, edges);
        double[] curvature = new double[49];
        Assert.True(model.TryAddSecondDerivatives(at, edges, weights, curvature));
        for (int k = 0; k < 7; k++)
        {
            double[] up = [.. at];
            double[] down = [.. at];
            up[k] += steps[k];
            down[k] -= steps[k];
            double width = up[k] - down[k];
            (double[] countsUp, double[] gradientUp) = Evaluate(model, up, edges);
            (double[] countsDown, double[] gradientDown) = Evaluate(model, down, edges);
            for (int i = 0; i < bins; i++) Assert.Equal((countsUp[i] - countsDown[i]) / width, gradient[(k * bins) + i] * expected[i], 1e-5 * (expected[i] + 1) / steps[k]);
            for (int l = 0; l < 7; l++)
            {
                double second = Enumerable.Range(0, bins).Sum(i => weights[i] * ((countsUp[i] * gradientUp[(l * bins) + i]) - (countsDown[i] * gradientDown[(l * bins) + i]))) / width;
                double size = Math.Sqrt(Math.Abs(curvature[8 * k] * curvature[8 * l])) + Math.Abs(second);
                Assert.True(Math.Abs(second - curvature[(7 * k) + l]) <= 1e-5 * (size + 1), FormattableString.Invariant($"{k} {l}: {curvature[(7 * k) + l]:R} instead of {second:R}"));
            }
        }
    }

    [Fact]
    public void Evaluate_LevelsThatShareTheirResponse_GiveTheSameAsAlone()
    {
        ShotNoisePulse pulse = ShotNoisePulse.Analytic;
        ChargeResponse response = new(pulse);
        double[] few = Edges(270, 60);
        double[] many = Edges(270, 900);
        double[] first = Evaluate(new LightModel(response), [285.3, 5.2, 1, 0.48, 0.08, 3e-3, 0.5], few).Expected;
        double[] second = Evaluate(new LightModel(response), [285.3, 5.2, 1, 0.48, 0.08, 3e-3, 80], many).Expected;
        double[] again = Evaluate(new LightModel(response), [285.3, 5.2, 1, 0.48, 0.08, 3e-3, 0.5], few).Expected;

        // A finer grid holds the coarser one: not a bit changes.
        Assert.Equal(first, again);
        Assert.Equal(first, Evaluate(new LightModel(pulse), [285.3, 5.2, 1, 0.48, 0.08, 3e-3, 0.5], few).Expected);
        Assert.Equal(second, Evaluate(new LightModel(pulse), [285.3, 5.2, 1, 0.48, 0.08, 3e-3, 80], many).Expected);
    }

    [Fact]
    public void Evaluate_OnceWarm_AllocatesNothing()
    {
        LightModel model = new(ShotNoisePulse.Analytic, 0.01);
        double[] edges = Edges(270, 200);
        double[] expected = new double[200];
        double[] logarithm = new double[200];
        double[] gradient = new double[1400];
        double[] curvature = new double[49];
        double[] parameters = [285.3, 5.2, 1, 0.48, 0.08, 3e-3, 4];
        for (int warm = 0; warm < 2; warm++) Evaluate();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Evaluate();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Evaluate()
        {
            parameters[1] += 1e-3;
            model.Evaluate(parameters, edges, expected, logarithm, gradient);
            model.TryAddSecondDerivatives(parameters, edges, expected, curvature);
        }
    }

    [Fact]
    public void Evaluate_OutsideItsDomain_IsNotANumberAndOddBinsAreRefused()
    {
        double[] edges = Edges(280, 20);
        double[][] outside = [[285, 5, 0, 0.5, 0.1, 0, 1], [285, -1, 1, 0.5, 0.1, 0, 1], [285, 5, 1, 0.5, 1, 0, 1], [285, 5, 1, 0.5, 0.1, 0, -0.1], [double.NaN, 5, 1, 0.5, 0.1, 0, 1], [285, 5, 1, -0.5, 0.1, 0, 1], [285, 5, 1, 0.5, 0.1, -1e-3, 1]];
        foreach (double[] parameters in outside) Assert.All(Evaluate(new LightModel(), parameters, edges).Expected, value => Assert.True(double.IsNaN(value)));
        Assert.Throws<ArgumentException>(() => Evaluate(new LightModel(), [285, 5, 1, 0.5, 0.1, 0, 1], [0, 0.5, 1]));
        Assert.Throws<ArgumentException>(() => ShotNoisePulse.Of(PulseShape.Analytic, ChargeScale.Amplitude, -3));
    }

    [Fact]
    public void Evaluate_LevelsOfTheReference_IsTheLikelihoodOfMpeModel()
    {
        IReadOnlyList<FitGolden> goldens = FitGolden.Read("mpe");
        Assert.Equal(48, goldens.Count);
        foreach (FitGolden golden in goldens)
        {
            (PoissonLikelihood peaks, double[] peakValues, PoissonLikelihood light, double[] lightValues) = golden.BothWays();
            double[] expected = peaks.Expected(peakValues);
            double[] found = light.Expected(lightValues);
            double entries = expected.Sum();
            for (int i = 0; i < expected.Length; i++) Assert.True(Math.Abs(found[i] - expected[i]) <= 1e-10 * entries, FormattableString.Invariant($"{golden.Name}: bin {i} {found[i]:R} instead of {expected[i]:R}"));
            double cost = light.Evaluate(lightValues, default, default);
            Assert.True(Math.Abs(cost - golden.Minimum) <= 1e-6 * (1 + golden.Minimum), FormattableString.Invariant($"{golden.Name}: cost {cost:R} instead of {golden.Minimum:R}"));
        }
    }

    [Fact]
    public void Fit_SeveralLevelsOfTheReference_FindsTheReferenceMinimum()
    {
        IReadOnlyList<FitGolden> goldens = FitGolden.Read("mpe_simultaneous");
        Assert.Equal(4, goldens.Count);
        foreach (FitGolden golden in goldens)
        {
            FitResult fit = golden.LightProblem().Fit();
            Assert.True(fit.Status == FitStatus.Converged, $"{golden.Name}: {fit}");
            Assert.True(Math.Abs(fit.Minimum - golden.Minimum) <= 1e-6 * (1 + golden.Minimum), $"{golden.Name}: fmin {fit.Minimum:R} instead of {golden.Minimum:R}");
            foreach (FittedParameter parameter in fit.Parameters.Where(p => !p.IsFixed))
            {
                double value = golden.Result.GetProperty("values").GetProperty(parameter.Name).GetDouble();
                double error = golden.Result.GetProperty("errors").GetProperty(parameter.Name).GetDouble();
                Assert.True(Math.Abs(parameter.Value - value) <= 1e-3 * error, $"{golden.Name}: {parameter.Name} {parameter.Value:R} instead of {value:R} +- {error:R}");
                Assert.Equal(1, parameter.Error / error, 1e-3);
            }
        }
    }

    [Fact]
    public void Sum_FourierSums_AreThoseOfTheirDefinition()
    {
        foreach (int size in (int[])[4, 8, 64, 128])
        {
            LaneTransform transform = LaneTransform.Of(size);
            Vector256<double>[] real = new Vector256<double>[size];
            Vector256<double>[] imaginary = new Vector256<double>[size];
            for (int n = 0; n < size; n++) (real[n], imaginary[n]) = (Vector256.Create(Math.Cos(n * n), n, 1, 0), Vector256.Create(Math.Sin(3 * n), 0, n, 1));
            Complex[][] terms = [.. Enumerable.Range(0, 4).Select(lane => Enumerable.Range(0, size).Select(n => new Complex(real[n][lane], imaginary[n][lane])).ToArray())];
            transform.Sum(real, imaginary);
            for (int q = 0; q < size; q++)
            {
                int place = transform.Places.Span[q];
                for (int lane = 0; lane < 4; lane++)
                {
                    Complex sum = Complex.Zero;
                    for (int n = 0; n < size; n++) sum += terms[lane][n] * Complex.Exp(new Complex(0, -2 * Math.PI * n * q / size));
                    Assert.Equal(sum.Real, real[place][lane], 1e-10 * size);
                    Assert.Equal(sum.Imaginary, imaginary[place][lane], 1e-10 * size);
                }
            }
        }
    }

    private static double[] Edges(double first, int bins) => [.. Enumerable.Range(0, bins + 1).Select(i => first + i - 0.5)];

    private static (double[] Expected, double[] Gradient) Evaluate(IBinnedModel model, double[] parameters, double[] edges)
    {
        int bins = edges.Length - 1;
        double[] expected = new double[bins];
        double[] gradient = new double[bins * parameters.Length];
        model.Evaluate(parameters, edges, expected, new double[bins], gradient);
        return (expected, gradient);
    }
}
