using DigiCam.Geometry;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.Simulation;

/// <summary>Every ingredient of the simulated signal against its closed form; errors come from independent events.</summary>
public sealed class PhysicsTests
{
    // The pulse's integrals as published with it.
    private const double I1 = 17.1908528;
    private const double I2 = 12.3397066;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void DarkCounts_AllSamples_HaveTheMomentsOfCampbell(double rateMHz) =>
        AssertCampbell(PhysicsCamera.Uniform(darkMHz: rateMHz), rateMHz, I1, I2);

    [Theory]
    [InlineData(50)]
    [InlineData(92)]
    [InlineData(7)]
    public void DarkCounts_TailPlateauAndAnyWindow_HaveTheMomentsOfCampbell(int sampleCount)
    {
        PulsePlan tail = new() { TailLevel = 0.045 };
        PulseShape pulse = PulseShape.Create(tail);
        AssertCampbell(PhysicsCamera.Uniform(darkMHz: 3) with { Pulse = tail, SampleCount = sampleCount }, 3, pulse.IntegralNs, pulse.SquareIntegralNs);
    }

    [Fact]
    public void DarkCounts_LongTemplate_HaveTheMomentsOfCampbell()
    {
        // A sawtooth of 150 ns that begins with its peak: Int p dt = 75 ns, Int p^2 dt = 50 ns.
        PulsePlan sawtooth = new() { Template = new PulseTemplate("sawtooth.csv", [0, 150], [1, 0]) };
        AssertCampbell(PhysicsCamera.Uniform(darkMHz: 3) with { Pulse = sawtooth }, 3, 75, 50);
    }

    [Fact]
    public void DarkCounts_WideSpreadAndMuchCrossTalk_HaveTheMomentsOfCampbell()
    {
        // Here the spread makes half of the variance: it must grow with the root of the number of avalanches.
        CampaignPlan plan = PhysicsCamera.Uniform(darkMHz: 3, crossTalk: 0.3);
        AssertCampbell(plan with { Camera = plan.Camera with { SinglePeSpread = Distribution.Constant(7) } }, 3, I1, I2, spread: 7, crossTalk: 0.3);
    }

    [Fact]
    public void DarkCounts_FirstAndLastSample_AreLikeAnyOther()
    {
        // Pulses that begin before the window must be there from the first sample on.
        PhysicsCamera camera = new(PhysicsCamera.Uniform(darkMHz: 5), RunKind.Dark);
        double expected = 5e-3 * PhysicsCamera.Gain / 0.92 * I1;
        List<double>[] means = [.. Enumerable.Range(0, 50).Select(_ => new List<double>())];
        camera.Draw(300, e =>
        {
            for (int i = 0; i < means.Length; i++)
            {
                double sum = 0;
                for (int row = 0; row < CameraGeometry.PixelCount; row++) sum += e.Samples[(row * means.Length) + i];
                means[i].Add((sum / CameraGeometry.PixelCount) - PhysicsCamera.Baseline);
            }
        });
        Assert.All(means, sample => PhysicsStatistics.AssertMean(expected, sample, errors: 3.5));
    }

    [Fact]
    public void DarkCounts_RandomPulses_AreAPoissonNumberInTheWindow()
    {
        PhysicsCamera camera = new(PhysicsCamera.Uniform(darkMHz: 3), RunKind.Dark);
        List<int> numbers = [];
        camera.Draw(200, e => numbers.AddRange(e.RandomPulses));
        PhysicsStatistics.AssertFollows(n => Poisson.PMF(3e-3 * 200, n), numbers);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.08)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void CrossTalk_OnePrimary_FollowsTheLawOfBorel(double crossTalk)
    {
        // Flashes with one primary exactly; and the moments E[k] = 1/(1-x), E[k^2] = 1/(1-x)^3.
        PhysicsCamera camera = new(PhysicsCamera.Uniform(crossTalk: crossTalk, mu: 1), RunKind.AcScan, acDac: 1);
        List<int> sizes = [];
        camera.Draw(400, e =>
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                if (e.FlashPrimaries[pixel] == 1) sizes.Add(e.FlashAvalanches[pixel]);
            }
        });
        PhysicsStatistics.AssertFollows(k => PhysicsStatistics.Borel(k, crossTalk), sizes);
        PhysicsStatistics.AssertMean(1 / (1 - crossTalk), [.. sizes.Select(k => (double)k)]);
        PhysicsStatistics.AssertMean(Math.Pow(1 - crossTalk, -3), [.. sizes.Select(k => (double)k * k)]);
    }

    [Theory]
    [InlineData(0.5, 0.08)]
    [InlineData(0.5, 0.2)]
    [InlineData(5, 0.08)]
    [InlineData(5, 0.2)]
    [InlineData(40, 0.08)]
    [InlineData(40, 0.2)]
    [InlineData(40, 0)]
    public void Flash_Avalanches_FollowTheGeneralisedPoissonLaw(double mu, double crossTalk)
    {
        PhysicsCamera camera = new(PhysicsCamera.Uniform(crossTalk: crossTalk, mu: mu), RunKind.AcScan, acDac: 1);
        List<int> primaries = [];
        List<int> avalanches = [];
        camera.Draw(200, e =>
        {
            primaries.AddRange(e.FlashPrimaries);
            avalanches.AddRange(e.FlashAvalanches);
        });
        PhysicsStatistics.AssertFollows(n => Poisson.PMF(mu, n), primaries);
        PhysicsStatistics.AssertFollows(n => PhysicsStatistics.GeneralisedPoisson(n, mu, crossTalk), avalanches);
    }

    [Theory]
    [InlineData(300, 0.08)]
    [InlineData(300, 0.2)]
    [InlineData(5000, 0.1)]
    public void Flash_ManyAvalanches_HaveTheMomentsOfTheLaw(double mu, double crossTalk)
    {
        PhysicsCamera camera = new(PhysicsCamera.Uniform(crossTalk: crossTalk, mu: mu), RunKind.AcScan, acDac: 1);
        List<double> deviations = [];
        camera.Draw(100, e => deviations.AddRange(e.FlashAvalanches.Select(n => n - (mu / (1 - crossTalk)))));
        PhysicsStatistics.AssertMean(0, deviations);
        PhysicsStatistics.AssertMean(mu / Math.Pow(1 - crossTalk, 3), [.. deviations.Select(d => d * d)]);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(61.3)]
    [InlineData(-30)]
    [InlineData(180)]
    [InlineData(500)]
    public void Flash_EverySample_HasTheMeanAndVarianceOfThePulse(double timeNs)
    {
        // Sample k has mean B + mu G / (1-x) p and variance s_e^2 + 1/12 + mu G^2 [1/(1-x)^3 + (s_1/G)^2/(1-x)] p^2, p = p(4 k - t).
        CampaignPlan plan = PhysicsCamera.Uniform(mu: 20);
        PhysicsCamera camera = new(plan with { Light = plan.Light with { FlashTimeNs = timeNs } }, RunKind.AcScan, acDac: 1);
        double[] mean = new double[50];
        double[] square = new double[50];
        const int Events = 150;
        camera.Draw(Events, e =>
        {
            for (int i = 0; i < e.Samples.Length; i++)
            {
                double value = e.Samples[i] - PhysicsCamera.Baseline;
                mean[i % 50] += value;
                square[i % 50] += value * value;
            }
        });
        const double Count = Events * CameraGeometry.PixelCount;
        for (int i = 0; i < 50; i++)
        {
            double p = PulseShape.Analytic.At((4 * i) - timeNs);
            double expected = 20 * PhysicsCamera.Gain / 0.92 * p;
            double variance = PhysicsCamera.Noise + (1 / 12.0) + (20 * MeanSquare(PhysicsCamera.Gain, PhysicsCamera.Spread, 0.08) * p * p);
            double found = mean[i] / Count;
            Assert.True(Math.Abs(found - expected) < 4 * Math.Sqrt(variance / Count), FormattableString.Invariant($"sample {i}: mean {found}, expected {expected}"));

            // The law is so near a normal one that the variance's own relative error is sqrt(2 / n).
            double foundVariance = (square[i] / Count) - (found * found);
            Assert.True(Math.Abs((foundVariance / variance) - 1) < 4 * Math.Sqrt(2 / Count), FormattableString.Invariant($"sample {i}: variance {foundVariance}, expected {variance}"));
        }
    }

    [Fact]
    public void Flash_LevelsAndEfficiencies_GiveEachPixelItsMean()
    {
        CampaignPlan plan = new();
        PhysicsCamera[] levels = [.. new[] { 60, 150, 250, 350 }.Select(dac => new PhysicsCamera(plan, RunKind.AcScan, dac))];
        foreach (PhysicsCamera level in levels)
        {
            long[] sums = new long[CameraGeometry.PixelCount];
            const int Events = 150;
            level.Draw(Events, e =>
            {
                for (int pixel = 0; pixel < sums.Length; pixel++) sums[pixel] += e.FlashPrimaries[pixel];
            });

            // The sum over events is a Poisson number: squared pulls over 528 lit pixels follow a chi-square law.
            double chiSquare = 0;
            for (int pixel = 0; pixel < sums.Length; pixel++)
            {
                double expected = Events * level.Conditions.FlashMean[pixel];
                if (level.Camera.IsLit[pixel]) chiSquare += (sums[pixel] - expected) * (sums[pixel] - expected) / expected;
                else Assert.Equal(0, sums[pixel]);
            }

            Assert.InRange(ChiSquared.CDF(528, chiSquare), 1e-3, 1 - 1e-3);
        }
    }

    [Fact]
    public void Flash_JitterAndDelays_ShowInTheTimesOfThePulses()
    {
        CampaignPlan plan = PhysicsCamera.Uniform(mu: 400, crossTalk: 0);
        PhysicsCamera camera = new(plan with { Light = plan.Light with { FlashJitterNs = 0.8, PixelDelayNs = Distribution.Normal(0, 1.5, -8, 8) } }, RunKind.AcScan, acDac: 1);
        const int Events = 200;
        double[,] times = new double[Events, CameraGeometry.PixelCount];
        int index = 0;
        camera.Draw(Events, e =>
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                double[] waveform = [.. e.Samples.AsSpan(PhysicsCamera.RowOf(pixel) * 50, 50).ToArray().Select(s => s - PhysicsCamera.Baseline)];
                times[index, pixel] = CentreOf(waveform);
            }

            index++;
        });

        // Sampling every 4 ns moves the centre of a pulse by some hundredths of a nanosecond with its phase: what pulses without noise show.
        const double StepNs = 0.02;
        double[] centres = [.. Enumerable.Range(0, 1000).Select(i => CentreOf(PulseShape.Analytic.Sample(50 + (i * StepNs), 50)))];
        double centre = centres.Select((c, i) => c - 50 - (i * StepNs)).Average();
        double meanDelay = camera.Camera.PixelDelayNs.Average();
        double[] jitter = [.. Enumerable.Range(0, Events).Select(i => Enumerable.Range(0, CameraGeometry.PixelCount).Average(pixel => times[i, pixel]) - 60 - centre - meanDelay)];
        PhysicsStatistics.AssertMean(0, jitter);
        PhysicsStatistics.AssertMean(0.8 * 0.8, [.. jitter.Select(t => t * t)]);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            double delay = camera.Camera.PixelDelayNs[pixel];
            double[] residuals = [.. Enumerable.Range(0, Events).Select(i => times[i, pixel] - centres[(int)Math.Round((10 + jitter[i] + delay) / StepNs)] + (StepNs * (Math.Round((10 + jitter[i] + delay) / StepNs) - ((10 + jitter[i] + delay) / StepNs))))];
            PhysicsStatistics.AssertMean(0, residuals, errors: 4.5);
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(125)]
    [InlineData(660)]
    public void ContinuousLight_BaselineShift_GivesTheRateBack(double rateMHz)
    {
        // f = dB / (G I1/(1-x) - dB R C) with G the gain in the dark, R C = 0.85 ns: section 11 of the commissioning reference.
        PhysicsCamera camera = new(PhysicsCamera.Uniform(lightMHz: rateMHz), RunKind.DcScan, dcDac: 1);
        (double[] means, double[] squares) = camera.DrawMoments(100);
        (double shift, double error) = PhysicsStatistics.MeanOf(means);
        double charge = PhysicsCamera.Gain * I1 / 0.92;
        double rate = shift / (charge - (shift * 0.85));
        double rateError = error * charge / ((charge - (shift * 0.85)) * (charge - (shift * 0.85)));
        Assert.True(Math.Abs(rate - (rateMHz * 1e-3)) < 3 * rateError, FormattableString.Invariant($"{rate * 1e3} +- {rateError * 1e3} MHz"));

        double drop = 1 / (1 + (rateMHz * 1e-3 * 0.85));
        double expected = rateMHz * 1e-3 * PhysicsCamera.Gain * drop / 0.92 * I1;
        double variance = PhysicsCamera.Noise + (1 / 12.0) + (rateMHz * 1e-3 * MeanSquare(PhysicsCamera.Gain * drop, PhysicsCamera.Spread * drop, 0.08) * I2);
        PhysicsStatistics.AssertMean(expected, means);
        PhysicsStatistics.AssertMean(variance, [.. squares.Zip(means, (s, m) => s - (2 * m * expected) + (expected * expected))]);
        Assert.Equal(expected, camera.Conditions.BaselineShift[0], 1e-6 * expected);
    }

    [Fact]
    public void ContinuousLight_UnderFlashes_LowersTheirGain()
    {
        CampaignPlan plan = PhysicsCamera.Uniform(mu: 100, lightMHz: 660);
        PhysicsCamera camera = new(plan, RunKind.AcDcScan, acDac: 1, dcDac: 1);
        double drop = 1 / (1 + (0.66 * 0.85));
        List<double> peaks = [];
        camera.Draw(60, e => peaks.Add(Enumerable.Range(0, CameraGeometry.PixelCount).Average(row => e.Samples[(row * 50) + 18] - (double)e.Samples[row * 50])));

        // Sample 18 is at 72 ns, 12 ns after the start of the flash; sample 0 has the continuous light alone.
        PhysicsStatistics.AssertMean(100 * PhysicsCamera.Gain * drop / 0.92 * PulseShape.Analytic.At(12), peaks);
    }

    [Theory]
    [InlineData(0.1, 30, 50, PhysicsCamera.Spread)]
    [InlineData(0.3, 30, 0, PhysicsCamera.Spread)]
    [InlineData(0.2, 8, 20, PhysicsCamera.Spread)]
    [InlineData(0.3, 20, 10, 7)]
    public void Afterpulses_DarkCounts_RaiseMeanAndVariance(double afterpulsing, double delayNs, double recoveryNs, double spread)
    {
        // A primary and all that follows: E[Q] = G (1 - p r) / (1 - x - p), r = recovery / (recovery + delay) what an afterpulse misses on the mean.
        CampaignPlan plan = PhysicsCamera.Uniform(darkMHz: 3);
        plan = plan with { Camera = plan.Camera with { SinglePeSpread = Distribution.Constant(spread), Afterpulsing = Distribution.Constant(afterpulsing), AfterpulseDelayNs = delayNs, RecoveryNs = recoveryNs } };
        PhysicsCamera camera = new(plan, RunKind.Dark);
        (double[] means, double[] squares) = camera.DrawMoments(500);
        double missing = recoveryNs / (recoveryNs + delayNs);
        double expected = 3e-3 * PhysicsCamera.Gain * (1 - (afterpulsing * missing)) / (1 - 0.08 - afterpulsing) * I1;
        PhysicsStatistics.AssertMean(expected, means);
        Assert.Equal(expected, camera.Conditions.BaselineShift[0], 1e-6);
        double variance = PhysicsCamera.Noise + (1 / 12.0) + camera.Conditions.ShotNoiseVariance[0];
        PhysicsStatistics.AssertMean(variance, [.. squares.Zip(means, (s, m) => s - (2 * m * expected) + (expected * expected))]);

        // They must be seen: without them the mean lies many errors lower.
        Assert.True(expected - (3e-3 * PhysicsCamera.Gain / 0.92 * I1) > 20 * PhysicsStatistics.MeanOf(means).Error);
    }

    [Fact]
    public void Afterpulses_OfFlashes_FollowThemLater()
    {
        CampaignPlan plan = PhysicsCamera.Uniform(mu: 50, crossTalk: 0);
        plan = plan with { SampleCount = 200, Camera = plan.Camera with { Afterpulsing = Distribution.Constant(0.2), AfterpulseDelayNs = 40, RecoveryNs = 0 } };
        List<double> charges = [];
        List<double> late = [];
        new PhysicsCamera(plan, RunKind.AcScan, acDac: 1).Draw(100, e =>
        {
            charges.Add(e.Samples.Sum(s => s - PhysicsCamera.Baseline) * 4 / CameraGeometry.PixelCount);
            double sum = 0;
            for (int row = 0; row < CameraGeometry.PixelCount; row++) sum += e.Samples[(row * 200) + 40] - PhysicsCamera.Baseline;
            late.Add(sum / CameraGeometry.PixelCount);
        });

        // 740 ns after the flash all of the charge has come. An avalanche has afterpulses, and those have their own, at the rate
        // p/tau exp(-(1-p) t/tau): 100 ns after the flash, when its pulse is over, they alone are left.
        PhysicsStatistics.AssertMean(50 * PhysicsCamera.Gain / (1 - 0.2) * I1, charges);
        const double StepNs = 0.01;
        double response = Enumerable.Range(0, 10_000).Sum(i => StepNs * 0.2 / 40 * Math.Exp(-0.8 * i * StepNs / 40) * PulseShape.Analytic.At(100 - (i * StepNs)));
        PhysicsStatistics.AssertMean(50 * PhysicsCamera.Gain * response, late);
    }

    [Theory]
    [InlineData(285.3, 1)]
    [InlineData(285, 0.5)]
    [InlineData(2010.5, 0.8)]
    [InlineData(350.77, 4)]
    public void Noise_HighVoltageOff_IsTheNormalLawOverTheBinsOfTheAdc(double baseline, double noise)
    {
        CampaignPlan plan = PhysicsCamera.Uniform(darkMHz: 3);
        plan = plan with { Camera = plan.Camera with { Baseline = Distribution.Constant(baseline), Noise = Distribution.Constant(noise) } };
        long[] counts = new long[4096];
        new PhysicsCamera(plan, RunKind.HvOff, acDac: 1, dcDac: 1).Draw(150, e =>
        {
            foreach (short sample in e.Samples) counts[sample]++;
            Assert.All(e.RandomPulses.Concat(e.FlashPrimaries).Concat(e.FlashAvalanches), n => Assert.Equal(0, n));
        });
        long total = counts.Sum();
        PhysicsStatistics.AssertFollows([.. Enumerable.Range(0, 4096).Select(q => total * (Normal.CDF(baseline, noise, q + 0.5) - Normal.CDF(baseline, noise, q - 0.5)))], counts);
        double mean = counts.Select((n, q) => n * (double)q).Sum() / total;
        double variance = counts.Select((n, q) => n * (q - mean) * (q - mean)).Sum() / total;
        (double expectedMean, double expectedVariance) = MomentsOverBins(baseline, noise);
        Assert.True(Math.Abs(mean - expectedMean) < 3 * Math.Sqrt(expectedVariance / total), FormattableString.Invariant($"mean {mean}, expected {expectedMean}"));
        Assert.True(Math.Abs(variance - expectedVariance) < 3 * expectedVariance * Math.Sqrt(2.0 / total), FormattableString.Invariant($"variance {variance}, expected {expectedVariance}"));
    }

    [Fact]
    public void Noise_SamplesOfAWaveform_AreIndependent()
    {
        List<double> products = [];
        new PhysicsCamera(PhysicsCamera.Uniform(), RunKind.HvOff).Draw(100, e =>
        {
            double sum = 0;
            for (int i = 1; i < e.Samples.Length; i++) sum += (e.Samples[i] - PhysicsCamera.Baseline) * (e.Samples[i - 1] - PhysicsCamera.Baseline);
            products.Add(sum / e.Samples.Length);
        });
        PhysicsStatistics.AssertMean(0, products);
    }

    [Theory]
    [InlineData(RunKind.HvOff, 0)]
    [InlineData(RunKind.Dark, 0)]
    [InlineData(RunKind.Dark, 0.2)]
    [InlineData(RunKind.DcScan, 0)]
    public void FirmwareBaseline_ManyEvents_HasMeanAndVarianceOfAnAverageOf1024Samples(RunKind kind, double afterpulsing)
    {
        // Noise of 4 LSB: its average then spreads over enough sixteenths for Sheppard's correction of their rounding, 1/12.
        CampaignPlan plan = PhysicsCamera.Uniform(darkMHz: 3);
        plan = plan with { Camera = plan.Camera with { Noise = Distribution.Constant(4), Afterpulsing = Distribution.Constant(afterpulsing) } };
        PhysicsCamera camera = new(plan, kind, dcDac: kind == RunKind.DcScan ? 1 : 0);
        List<double> baselines = [];
        camera.Draw(150, e => baselines.AddRange(e.Baselines.Select(b => b / 16.0)));

        double perNs = kind switch { RunKind.HvOff => 0, RunKind.Dark => 3e-3, _ => 43e-3 };
        double gainDrop = kind == RunKind.DcScan ? 1 / (1 + (40e-3 * 0.85)) : 1;
        double expected = PhysicsCamera.Baseline + camera.Conditions.BaselineShift[0];
        double square = MeanSquare(PhysicsCamera.Gain * gainDrop, PhysicsCamera.Spread * gainDrop, 0.08);
        double shot = afterpulsing == 0 ? perNs * square * I1 * I1 / 4096 : camera.Conditions.ShotNoisePower[0] / 4096;
        double variance = ((16 + (1 / 12.0)) / 1024) + shot + (1 / (12.0 * 256));
        PhysicsStatistics.AssertMean(expected, baselines);
        PhysicsStatistics.AssertMean(variance, [.. baselines.Select(b => (b - expected) * (b - expected))]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.15)]
    public void FirmwareBaseline_Spread_IsThatOfRealAverages(double afterpulsing)
    {
        // A window of 1024 samples, averaged: what the firmware does, against the closed form for long averages. The approximation leaves out
        // pulses that lie partly outside, 0.3 % of the shot noise here, far below the error.
        CampaignPlan plan = PhysicsCamera.Uniform(darkMHz: 5);
        plan = plan with { SampleCount = 1024, Camera = plan.Camera with { Afterpulsing = Distribution.Constant(afterpulsing) } };
        PhysicsCamera camera = new(plan, RunKind.Dark);
        double expected = PhysicsCamera.Baseline + camera.Conditions.BaselineShift[0];
        List<double> averages = [];
        camera.Draw(8, e =>
        {
            for (int row = 0; row < CameraGeometry.PixelCount; row++) averages.Add(e.Samples.AsSpan(row * 1024, 1024).ToArray().Average(s => (double)s));
        });
        PhysicsStatistics.AssertMean(expected, averages);
        PhysicsStatistics.AssertMean(((1 + (1 / 12.0)) / 1024) + (camera.Conditions.ShotNoisePower[0] / 4096), [.. averages.Select(a => (a - expected) * (a - expected))]);
    }

    private static double CentreOf(IReadOnlyList<double> waveform) =>
        Enumerable.Range(10, 30).Sum(i => 4 * i * waveform[i]) / Enumerable.Range(10, 30).Sum(i => waveform[i]);

    private static void AssertCampbell(CampaignPlan plan, double rateMHz, double first, double second, double spread = PhysicsCamera.Spread, double crossTalk = 0.08)
    {
        PhysicsCamera camera = new(plan, RunKind.Dark);
        (double[] means, double[] squares) = camera.DrawMoments(400);
        double shift = rateMHz * 1e-3 * PhysicsCamera.Gain / (1 - crossTalk) * first;
        double variance = PhysicsCamera.Noise + (1 / 12.0) + (rateMHz * 1e-3 * MeanSquare(PhysicsCamera.Gain, spread, crossTalk) * second);
        PhysicsStatistics.AssertMean(shift, means);
        PhysicsStatistics.AssertMean(variance, [.. squares.Zip(means, (s, m) => s - (2 * m * shift) + (shift * shift))]);
    }

    // E[A^2] of a cascade: section 2 of the commissioning reference.
    private static double MeanSquare(double gain, double spread, double crossTalk) =>
        gain * gain * (Math.Pow(1 - crossTalk, -3) + (spread * spread / (gain * gain) / (1 - crossTalk)));

    private static (double Mean, double Variance) MomentsOverBins(double mean, double sigma)
    {
        double sum = 0;
        double square = 0;
        for (int q = (int)(mean - (12 * sigma)); q <= mean + (12 * sigma); q++)
        {
            double probability = Normal.CDF(mean, sigma, q + 0.5) - Normal.CDF(mean, sigma, q - 0.5);
            sum += probability * q;
            square += probability * (q - mean) * (q - mean);
        }

        return (sum, square - ((sum - mean) * (sum - mean)));
    }
}
