using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Simulation.Plans;
using DigiCam.Tests.Simulation;

namespace DigiCam.Tests.Dark;

public sealed class PulseFinderTests
{
    private const double Noise = 0.95;

    // Requirements of the finder; what is measured has to keep this many of its own standard deviations away.
    private const double LeastEfficiency = 0.99;
    private const double MostFalsePerTrace = 1e-3;
    private const double Sigmas = 4;

    [Theory]
    [InlineData(50, 5.2)]
    [InlineData(92, 5.2)]
    [InlineData(50, 5.6)]
    public void Find_IsolatedPulsesOfOnePhotoElectron_FindsThem(int sampleCount, double gain)
    {
        // Each pixel has its own delay, so that the pulses lie anywhere in the trace and between the samples.
        CampaignPlan uniform = PhysicsCamera.Uniform(crossTalk: 0, mu: 0.3);
        double middle = sampleCount * CameraGeometry.SampleNs / 2;
        CampaignPlan plan = uniform with
        {
            SampleCount = sampleCount,
            Camera = uniform.Camera with { Noise = Distribution.Constant(Noise), Gain = Distribution.Constant(gain), SinglePeSpread = Distribution.Constant(0.5) },
            Light = uniform.Light with { FlashTimeNs = middle, PixelDelayNs = Distribution.Normal(0, middle / 2, -middle, middle) },
        };
        PhysicsCamera camera = new(plan, RunKind.AcScan, acDac: 1, run: "isolated");
        PulseFinder finder = new(sampleCount);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        PulseLevel level = finder.LevelOf(PhysicsCamera.Baseline, Noise);
        (long searched, long efficient, double charge, double square) = (0, 0, 0, 0);
        camera.Draw(150, e =>
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                if (e.FlashAvalanches[pixel] != 1) continue;
                double peak = (middle + camera.Camera.PixelDelayNs[pixel] + camera.Camera.Pulse.PeakTimeNs) / CameraGeometry.SampleNs;
                if (peak < finder.Options.EdgeSamples + 1 || peak > sampleCount - 2 - finder.Options.EdgeSamples) continue;
                int count = finder.Find(e.Samples.AsSpan(PhysicsCamera.RowOf(pixel) * sampleCount, sampleCount), level, found, out _);
                searched++;
                FoundPulse[] near = [.. found.Take(count).Where(pulse => Math.Abs(pulse.Sample - peak) <= 2)];
                if (near.Length != 1) continue;
                efficient++;
                charge += near[0].Charge - PhysicsCamera.Baseline;
                square += (near[0].Charge - PhysicsCamera.Baseline) * (near[0].Charge - PhysicsCamera.Baseline);
            }
        });
        double efficiency = efficient / (double)searched;
        double mean = charge / efficient;
        double spread = Math.Sqrt((square / efficient) - (mean * mean));
        string measured = FormattableString.Invariant($"{efficient} of {searched} pulses found, mean {mean:F3} LSB, spread {spread:F3} LSB");
        Assert.True(efficiency - (Sigmas * Math.Sqrt(LeastEfficiency * (1 - LeastEfficiency) / searched)) > LeastEfficiency, measured);

        // The sample at the filter's maximum: lower than the peak by the sampling phase alone, noise and spread of one photo-electron as they are.
        Assert.True(mean / gain is > 0.95 and < 0.98, measured);
        Assert.Equal(Math.Sqrt((Noise * Noise) + (1 / 12.0) + (0.5 * 0.5)), spread, 0.04);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(92)]
    public void Find_NoiseAlone_HardlyFindsAnything(int sampleCount)
    {
        CampaignPlan uniform = PhysicsCamera.Uniform();
        CampaignPlan plan = uniform with { SampleCount = sampleCount, Camera = uniform.Camera with { Noise = Distribution.Constant(Noise) } };
        PhysicsCamera camera = new(plan, RunKind.HvOff, run: "noise");
        PulseFinder finder = new(sampleCount);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        PulseLevel level = finder.LevelOf(PhysicsCamera.Baseline, Noise);
        (long traces, long pulses) = (0, 0);
        camera.Draw(300, e =>
        {
            for (int row = 0; row < CameraGeometry.PixelCount; row++) pulses += finder.Find(e.Samples.AsSpan(row * sampleCount, sampleCount), level, found, out _);
            traces += CameraGeometry.PixelCount;
        });
        Assert.True(pulses + (Sigmas * Math.Sqrt(pulses)) < MostFalsePerTrace * traces, $"{pulses} false pulses in {traces} traces");
    }
}
