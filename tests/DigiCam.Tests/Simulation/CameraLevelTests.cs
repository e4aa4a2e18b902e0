using DigiCam.Geometry;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>What a pixel sees at a level against the formulas of the commissioning reference.</summary>
public sealed class CameraLevelTests
{
    private static readonly CampaignPlan Plan = new();
    private static readonly SimulatedCamera Camera = SimulatedCamera.Draw(Plan);
    private static readonly RunPlan Scan = new() { Name = "scan", Kind = RunKind.AcDcScan, EventsPerLevel = 1 };

    [Theory]
    [InlineData(0)]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(100)]
    [InlineData(350)]
    public void For_AcLevel_IsThePolynomialAboveTheThreshold(int dac)
    {
        LevelConditions conditions = LevelConditions.For(Plan, Camera, Scan, new ScanLevel(dac, 0));
        double d = Math.Max(0, dac - 40);
        double mean = (2e-3 * d) + (2e-5 * d * d) + (2e-8 * d * d * d) + (3e-9 * d * d * d * d);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            Assert.Equal(Camera.IsLit[pixel] ? mean * Camera.AcEfficiency[pixel] : 0, conditions.FlashMean[pixel], 1e-12 * (1 + mean));
            Assert.Equal(Camera.Gain[pixel], conditions.Gain[pixel]);
            Assert.Equal(0, conditions.LightRateMHz[pixel]);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(292, 40)]
    [InlineData(304, 81.8)]
    [InlineData(311, 124.1)]
    [InlineData(339, 658.7)]
    public void For_DcLevel_HasTheRateGainDropAndShiftOfTheReference(int dac, double rateMHz)
    {
        LevelConditions conditions = LevelConditions.For(Plan, Camera, Scan, new ScanLevel(0, dac));
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            double light = Camera.IsLit[pixel] ? rateMHz * Camera.DcEfficiency[pixel] : 0;
            Assert.Equal(light, conditions.LightRateMHz[pixel], 1e-3 * rateMHz);
            light = conditions.LightRateMHz[pixel];
            Assert.Equal(Camera.DarkCountRateMHz[pixel], conditions.DarkCountRateMHz[pixel]);

            // R C is in ns and the rate in MHz, whose product is in thousandths.
            double drop = 1 / (1 + (light * 1e-3 * 0.85));
            (double gain, double spread) = (Camera.Gain[pixel] * drop, Camera.SinglePeSpread[pixel] * drop);
            Assert.Equal(gain, conditions.Gain[pixel], 1e-12);
            Assert.Equal(spread, conditions.SinglePeSpread[pixel], 1e-12);

            double perNs = (light + Camera.DarkCountRateMHz[pixel]) * 1e-3;
            double chain = 1 / (1 - Camera.CrossTalk[pixel]);
            Assert.Equal(perNs * gain * chain * 17.19085, conditions.BaselineShift[pixel], 1e-6 * perNs * gain * 20);
            double square = gain * gain * ((chain * chain * chain) + (spread * spread / (gain * gain) * chain));
            Assert.Equal(perNs * square * 12.33971, conditions.ShotNoiseVariance[pixel], 1e-6 * perNs * square * 20);
        }
    }

    // Light lowers all amplitudes alike, so that the moments of the dark camera are worked out once and scaled.
    [Theory]
    [InlineData(0.0, 30, 50)]
    [InlineData(0.2, 30, 50)]
    [InlineData(0.3, 4, 0)]
    [InlineData(0.5, 90, 20)]
    public void For_AnyLightAndAfterpulses_HasTheShotNoiseOfItsGain(double afterpulsing, double delayNs, double recoveryNs)
    {
        CampaignPlan plan = Plan with { Camera = Plan.Camera with { Afterpulsing = Distribution.Constant(afterpulsing), AfterpulseDelayNs = delayNs, RecoveryNs = recoveryNs, ResistanceCapacitanceNs = 5 } };
        SimulatedCamera camera = SimulatedCamera.Draw(plan);
        foreach (int dac in (int[])[0, 292, 339])
        {
            LevelConditions conditions = LevelConditions.For(plan, camera, Scan, new ScanLevel(0, dac));
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel += 37)
            {
                ShotNoise moments = ShotNoise.Of(conditions.Gain[pixel], conditions.SinglePeSpread[pixel], camera.CrossTalk[pixel], afterpulsing, delayNs, recoveryNs, camera.Pulse);
                double perNs = (conditions.DarkCountRateMHz[pixel] + conditions.LightRateMHz[pixel]) * 1e-3;
                AssertRelative(perNs * moments.MeanCharge * camera.Pulse.IntegralNs, conditions.BaselineShift[pixel]);
                AssertRelative(perNs * moments.SquareResponse, conditions.ShotNoiseVariance[pixel]);
                AssertRelative(perNs * moments.SquareCharge * camera.Pulse.IntegralNs * camera.Pulse.IntegralNs, conditions.ShotNoisePower[pixel]);
                if (dac == 339 && camera.IsLit[pixel]) Assert.True(conditions.Gain[pixel] < 0.5 * camera.Gain[pixel]);
            }
        }

        static void AssertRelative(double expected, double found) => Assert.Equal(expected, found, 1e-12 * expected);
    }

    [Fact]
    public void For_HighVoltageOff_SeesNothing()
    {
        LevelConditions conditions = LevelConditions.For(Plan, Camera, Scan with { Kind = RunKind.HvOff }, new ScanLevel(350, 339));
        Assert.All(conditions.FlashMean.Concat(conditions.LightRateMHz).Concat(conditions.DarkCountRateMHz).Concat(conditions.BaselineShift).Concat(conditions.ShotNoiseVariance), value => Assert.Equal(0, value));
    }

    [Fact]
    public void For_DeadAndStuckPixels_SeeNothing()
    {
        CampaignPlan plan = Plan with { Faults = new FaultPlan { Pixels = Plan.Faults.Pixels.Add(6, PixelFault.Dead).Add(7, PixelFault.Stuck) }, Light = Plan.Light with { Coverage = LightCoverage.All } };
        LevelConditions conditions = LevelConditions.For(plan, SimulatedCamera.Draw(plan), Scan, new ScanLevel(350, 339));
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            bool sees = pixel is not (6 or 7);
            Assert.Equal(sees, conditions.FlashMean[pixel] > 0);
            Assert.Equal(sees, conditions.LightRateMHz[pixel] > 0);
            Assert.Equal(sees, conditions.DarkCountRateMHz[pixel] > 0);
            Assert.Equal(sees, conditions.BaselineShift[pixel] > 0);
            Assert.Equal(sees, conditions.ShotNoiseVariance[pixel] > 0);
        }
    }

    [Fact]
    public void For_ImpossibleLight_IsRefusedWithItsLevel()
    {
        CampaignPlan dark = Plan with { Light = Plan.Light with { AcCoefficients = [1, -1] } };
        Assert.Contains("AC level 100", Assert.Throws<ArgumentException>(() => LevelConditions.For(dark, Camera, Scan, new ScanLevel(100, 0))).Message, StringComparison.Ordinal);
        Assert.Contains("DC level 1000", Assert.Throws<ArgumentException>(() => LevelConditions.For(Plan, Camera, Scan, new ScanLevel(0, 1000))).Message, StringComparison.Ordinal);
    }
}
