using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Scans;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>What each physical pixel sees and does during one level of a run; arrays (pixel).</summary>
public sealed record LevelConditions
{
    private const double PerNsInMHz = 1e-3;

    /// <summary>The level.</summary>
    public required ScanLevel Level { get; init; }

    /// <summary>Mean number of primary photo-electrons of a flash [pe]; 0 without flashes, and where no avalanche can be seen.</summary>
    public required ImmutableArray<double> FlashMean { get; init; }

    /// <summary>Rate of primary photo-electrons of continuous light [MHz]; 0 where no avalanche can be seen.</summary>
    public required ImmutableArray<double> LightRateMHz { get; init; }

    /// <summary>Rate of dark counts [MHz]; 0 with high voltage off and in dead and stuck pixels.</summary>
    public required ImmutableArray<double> DarkCountRateMHz { get; init; }

    /// <summary>Gain under this light [LSB/pe]: that of the dark camera times the gain drop 1 / (1 + f R C).</summary>
    public required ImmutableArray<double> Gain { get; init; }

    /// <summary>Spread of the amplitude of one avalanche under this light, lowered as the gain is [LSB].</summary>
    public required ImmutableArray<double> SinglePeSpread { get; init; }

    /// <summary>
    /// Mean of a sample outside flashes minus the baseline, the limits of the ADC left aside: rate x mean charge of a primary avalanche, with its
    /// crosstalk and afterpulses, x pulse integral [LSB].
    /// </summary>
    public required ImmutableArray<double> BaselineShift { get; init; }

    /// <summary>Variance of a sample outside flashes beyond the electronic noise and the rounding, by Campbell's theorem [LSB^2].</summary>
    public required ImmutableArray<double> ShotNoiseVariance { get; init; }

    /// <summary>Variance of an average over a time T outside flashes beyond that of the electronic noise is this over T, for T far longer than a pulse [LSB^2 ns].</summary>
    internal ImmutableArray<double> ShotNoisePower { get; init; } = [];

    /// <summary>The conditions of one level.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="camera">The camera drawn from it.</param>
    /// <param name="run">The run; with high voltage off nothing is seen.</param>
    /// <param name="level">The level.</param>
    /// <exception cref="ArgumentException">The light of the level is negative or beyond all use.</exception>
    public static LevelConditions For(CampaignPlan plan, SimulatedCamera camera, RunPlan run, ScanLevel level)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(camera);
        ArgumentNullException.ThrowIfNull(run);
        double flash = run.Kind == RunKind.HvOff ? 0 : Checked(plan.Light.FlashMean(level.AcDac), "flash of AC level", level.AcDac, "pe");
        double light = run.Kind == RunKind.HvOff ? 0 : Checked(plan.Light.LightRateMHz(level.DcDac), "light of DC level", level.DcDac, "MHz");
        double[] flashMean = new double[CameraGeometry.PixelCount];
        double[] lightRate = new double[CameraGeometry.PixelCount];
        double[] darkCountRate = new double[CameraGeometry.PixelCount];
        double[] gain = [.. camera.Gain];
        double[] spread = [.. camera.SinglePeSpread];
        double[] shift = new double[CameraGeometry.PixelCount];
        double[] variance = new double[CameraGeometry.PixelCount];
        double[] power = new double[CameraGeometry.PixelCount];
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            if (run.Kind == RunKind.HvOff || camera.Faults[pixel] is PixelFault.Dead or PixelFault.Stuck) continue;
            darkCountRate[pixel] = camera.DarkCountRateMHz[pixel];
            double gainDrop = 1;
            if (camera.IsLit[pixel])
            {
                flashMean[pixel] = flash * camera.AcEfficiency[pixel];
                lightRate[pixel] = light * camera.DcEfficiency[pixel];
                gainDrop = 1 / (1 + (lightRate[pixel] * PerNsInMHz * plan.Camera.ResistanceCapacitanceNs));
                gain[pixel] *= gainDrop;
                spread[pixel] *= gainDrop;
            }

            double rate = (darkCountRate[pixel] + lightRate[pixel]) * PerNsInMHz;
            if (rate == 0) continue;
            ShotNoise moments = camera.DarkShotNoise[pixel].Scaled(gainDrop);
            shift[pixel] = rate * moments.MeanCharge * camera.Pulse.IntegralNs;
            variance[pixel] = rate * moments.SquareResponse;
            power[pixel] = rate * moments.SquareCharge * camera.Pulse.IntegralNs * camera.Pulse.IntegralNs;
        }

        return new LevelConditions
        {
            Level = level,
            FlashMean = [.. flashMean],
            LightRateMHz = [.. lightRate],
            DarkCountRateMHz = [.. darkCountRate],
            Gain = [.. gain],
            SinglePeSpread = [.. spread],
            BaselineShift = [.. shift],
            ShotNoiseVariance = [.. variance],
            ShotNoisePower = [.. power],
        };
    }

    // 1e5 of either is far above what saturates the ADC; more would only cost time.
    private static double Checked(double value, string name, int dac, string unit) =>
        value is >= 0 and <= 1e5 ? value : throw new ArgumentException(FormattableString.Invariant($"{name} {dac} is {value} {unit}, not between 0 and 1e5 {unit}"), nameof(dac));
}
