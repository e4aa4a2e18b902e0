using DigiCam.Geometry;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.Simulation;

public sealed class CameraTests
{
    private static readonly CampaignPlan Plan = new();

    [Fact]
    public void Draw_DefaultPlan_FollowsItsDistributions()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        AssertNormal(Plan.Camera.Baseline, camera.Baseline);
        AssertNormal(Plan.Camera.Noise, camera.Noise);
        AssertNormal(Plan.Camera.Gain, camera.Gain);
        AssertNormal(Plan.Camera.SinglePeSpread, camera.SinglePeSpread);
        AssertNormal(Plan.Camera.CrossTalk, camera.CrossTalk);
        AssertNormal(Plan.Camera.DarkCountRateMHz, camera.DarkCountRateMHz);
        AssertNormal(Plan.Light.AcEfficiency, camera.AcEfficiency);
        AssertNormal(Plan.Light.DcEfficiency, camera.DcEfficiency);
        AssertNormal(Plan.Light.PixelDelayNs, camera.PixelDelayNs);
        Assert.All(camera.Afterpulsing, p => Assert.Equal(0, p));
        Assert.All(camera.Faults, fault => Assert.Null(fault));
        Assert.Equal(Enumerable.Range(0, CameraGeometry.PixelCount), camera.StoredPixel);
    }

    [Fact]
    public void Draw_ParametersOfOnePlan_AreIndependent()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        double[][] parameters = [[.. camera.Baseline], [.. camera.Noise], [.. camera.Gain], [.. camera.SinglePeSpread], [.. camera.CrossTalk], [.. camera.DarkCountRateMHz], [.. camera.AcEfficiency], [.. camera.DcEfficiency], [.. camera.PixelDelayNs]];
        foreach (double[] a in parameters)
        {
            foreach (double[] b in parameters.Where(b => !ReferenceEquals(a, b)))
            {
                (double meanA, double meanB) = (a.Average(), b.Average());
                PhysicsStatistics.AssertMean(0, [.. a.Zip(b, (x, y) => (x - meanA) * (y - meanB))]);
            }
        }
    }

    [Fact]
    public void Draw_OneDistributionChanged_LeavesTheOthersAlone()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan);
        SimulatedCamera other = SimulatedCamera.Draw(Plan with { Camera = Plan.Camera with { Noise = Distribution.Uniform(0.8, 1.2) } });
        Assert.Equal(camera.Baseline, other.Baseline);
        Assert.Equal(camera.Gain, other.Gain);
        Assert.Equal(camera.PixelDelayNs, other.PixelDelayNs);
        Assert.NotEqual(camera.Noise, other.Noise);
        Assert.All(other.Noise, noise => Assert.InRange(noise, 0.8, 1.2));
        PhysicsStatistics.AssertMean(1, [.. other.Noise]);
        PhysicsStatistics.AssertMean(0.4 * 0.4 / 12, [.. other.Noise.Select(noise => (noise - 1) * (noise - 1))]);
    }

    [Fact]
    public void Draw_OtherSeed_GivesAnotherCamera()
    {
        Assert.Equal(SimulatedCamera.Draw(Plan).Gain, SimulatedCamera.Draw(Plan).Gain);
        Assert.NotEqual(SimulatedCamera.Draw(Plan).Gain, SimulatedCamera.Draw(Plan with { Seed = 1 }).Gain);
    }

    [Fact]
    public void Draw_LimitsWithinTheSpread_CutTheDistribution()
    {
        // Cut at one sigma on the left: mean and variance of the truncated normal distribution.
        Distribution cut = Distribution.Normal(5, 1, minimum: 4);
        SimulatedCamera camera = SimulatedCamera.Draw(Plan with { Camera = Plan.Camera with { Gain = cut } });
        double hazard = Normal.PDF(0, 1, 1) / Normal.CDF(0, 1, 1);
        Assert.All(camera.Gain, gain => Assert.True(gain >= 4));
        PhysicsStatistics.AssertMean(5 + hazard, [.. camera.Gain]);
        PhysicsStatistics.AssertMean(1 - hazard - (hazard * hazard), [.. camera.Gain.Select(gain => (gain - 5 - hazard) * (gain - 5 - hazard))]);
    }

    [Fact]
    public void Draw_Faults_ChangeThePixelsTheyName()
    {
        SimulatedCamera healthy = SimulatedCamera.Draw(Plan);
        FaultPlan faults = new() { Pixels = FaultPlan(PixelFault.Dead, PixelFault.Hot, PixelFault.Noisy, PixelFault.Stuck, PixelFault.Saturated, PixelFault.Shifted) };
        SimulatedCamera camera = SimulatedCamera.Draw(Plan with { Faults = faults });
        Assert.Equal(0, camera.DarkCountRateMHz[100]);
        Assert.Equal(20 * healthy.DarkCountRateMHz[101], camera.DarkCountRateMHz[101]);
        Assert.Equal(4 * healthy.Noise[102], camera.Noise[102]);
        Assert.Equal((Math.Floor(healthy.Baseline[103]), 0.0), (camera.Baseline[103], camera.Noise[103]));
        Assert.Equal(4094.5, camera.Baseline[104]);
        Assert.Equal(healthy.Baseline[105] + (20 * Plan.Camera.Baseline.Spread), camera.Baseline[105]);
        Assert.Equal(PixelFault.Hot, camera.Faults[101]);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            if (pixel is >= 100 and <= 105) continue;
            Assert.Null(camera.Faults[pixel]);
            Assert.Equal((healthy.Baseline[pixel], healthy.Noise[pixel], healthy.DarkCountRateMHz[pixel]), (camera.Baseline[pixel], camera.Noise[pixel], camera.DarkCountRateMHz[pixel]));
        }
    }

    [Theory]
    [InlineData(LightCoverage.Cts0, 1)]
    [InlineData(LightCoverage.Cts120, 2)]
    [InlineData(LightCoverage.Cts240, 3)]
    public void IsLit_OnePosition_Lights528PixelsOfItsSectorAndTheCentre(LightCoverage coverage, int sector)
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan with { Light = Plan.Light with { Coverage = coverage } });
        Assert.Equal(528, camera.IsLit.Count(lit => lit));
        Assert.All(CameraGeometry.DigiCam.Pixels.Where(p => p.Sector == sector), p => Assert.True(camera.IsLit[p.Id]));

        // The boards of the other sectors lie at the centre of the camera, where the device overlaps.
        double farthest = CameraGeometry.DigiCam.Pixels.Where(p => camera.IsLit[p.Id] && p.Sector != sector).Max(p => Math.Sqrt((p.X * p.X) + (p.Y * p.Y)));
        Assert.True(farthest < 250, $"{farthest} mm");
    }

    [Fact]
    public void IsLit_ThreePositions_CoverTheCamera()
    {
        bool[][] positions = [.. new[] { LightCoverage.Cts0, LightCoverage.Cts120, LightCoverage.Cts240 }.Select(c => SimulatedCamera.Draw(Plan with { Light = Plan.Light with { Coverage = c } }).IsLit.ToArray())];
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++) Assert.Contains(positions, lit => lit[pixel]);
        Assert.All(SimulatedCamera.Draw(Plan with { Light = Plan.Light with { Coverage = LightCoverage.All } }).IsLit, Assert.True);
    }

    [Fact]
    public void StoredPixel_SwappedModules_ExchangesPixelsOfEqualPlace()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(Plan with { Faults = new FaultPlan { SwappedModules = [new SwappedModules(59, 88)] } });
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            Pixel shown = CameraGeometry.DigiCam.Pixels[camera.StoredPixel[pixel.Id]];
            Assert.Equal(pixel.HardwareId, shown.HardwareId);
            Assert.Equal(pixel.Module switch { 59 => 88, 88 => 59, int module => module }, shown.Module);
        }
    }

    public static TheoryData<string, CampaignPlan> ImpossiblePlans => new()
    {
        { "gain: of 100000 values", Plan with { Camera = Plan.Camera with { Gain = Distribution.Normal(100, 0.1, minimum: 3, maximum: 4) } } },
        { "gain: no Normal distribution has spread -1", Plan with { Camera = Plan.Camera with { Gain = Distribution.Normal(5, -1) } } },
        { "noise: no Uniform distribution", Plan with { Camera = Plan.Camera with { Noise = Distribution.Uniform(2, 1) } } },
        { "noise -1 of pixel 0", Plan with { Camera = Plan.Camera with { Noise = Distribution.Constant(-1) } } },
        { "baseline NaN of pixel 0", Plan with { Camera = Plan.Camera with { Baseline = Distribution.Constant(double.NaN) } } },
        { "dark count rate -3 of pixel 0", Plan with { Camera = Plan.Camera with { DarkCountRateMHz = Distribution.Constant(-3) } } },
        { "crosstalk 1 of pixel 0 is not below 1", Plan with { Camera = Plan.Camera with { CrossTalk = Distribution.Constant(1) } } },
        { "add up to more than 0.9", Plan with { Camera = Plan.Camera with { CrossTalk = Distribution.Constant(0), Afterpulsing = Distribution.Constant(0.91) } } },
        { "add up to more than 0.9", Plan with { Camera = Plan.Camera with { CrossTalk = Distribution.Constant(0.5), Afterpulsing = Distribution.Constant(0.5) } } },
        { "delay 0 ns of afterpulses", Plan with { Camera = Plan.Camera with { Afterpulsing = Distribution.Constant(0.1), AfterpulseDelayNs = 0 } } },
        { "delay 200.1 ns of afterpulses", Plan with { Camera = Plan.Camera with { Afterpulsing = Distribution.Constant(0.1), AfterpulseDelayNs = 200.1 } } },
        { "delay NaN ns of afterpulses", Plan with { Camera = Plan.Camera with { Afterpulsing = Distribution.Constant(0.1), AfterpulseDelayNs = double.NaN } } },
        { "recovery time -1 ns", Plan with { Camera = Plan.Camera with { Afterpulsing = Distribution.Constant(0.1), RecoveryNs = -1 } } },
        { "faulty pixel 1296", Plan with { Faults = new FaultPlan { Pixels = Plan.Faults.Pixels.Add(1296, PixelFault.Hot) } } },
        { "swapped module 109", Plan with { Faults = new FaultPlan { SwappedModules = [new SwappedModules(1, 109)] } } },
        { "swapped module 0", Plan with { Faults = new FaultPlan { SwappedModules = [new SwappedModules(0, 1)] } } },
    };

    [Theory]
    [MemberData(nameof(ImpossiblePlans), DisableDiscoveryEnumeration = true)]
    public void Draw_ImpossiblePlan_IsRefusedWithItsCause(string cause, CampaignPlan plan) =>
        Assert.Contains(cause, Assert.Throws<ArgumentException>(() => SimulatedCamera.Draw(plan)).Message, StringComparison.Ordinal);

    private static System.Collections.Immutable.ImmutableSortedDictionary<int, PixelFault> FaultPlan(params PixelFault[] faults) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(faults.Select((fault, i) => KeyValuePair.Create(100 + i, fault)));

    // The limits of the default plan are 4 sigmas away or more: what they cut does not show in 1296 pixels.
    private static void AssertNormal(Distribution distribution, IReadOnlyCollection<double> values)
    {
        Assert.Equal(CameraGeometry.PixelCount, values.Count);
        Assert.All(values, value => Assert.InRange(value, distribution.Minimum, distribution.Maximum));
        double[] deviations = [.. values.Select(value => (value - distribution.Mean) / distribution.Spread)];
        PhysicsStatistics.AssertMean(0, deviations);
        PhysicsStatistics.AssertMean(1, [.. deviations.Select(d => d * d)]);
        PhysicsStatistics.AssertMean(0, [.. deviations.Select(d => d * d * d)]);
    }
}
