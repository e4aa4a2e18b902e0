using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>
/// The parameters of every pixel of a simulated camera as drawn from a plan, faults applied; arrays (physical pixel). Each parameter has a
/// random stream of its own, so that another distribution of one leaves the others as they were. Immutable and safe to share.
/// </summary>
public sealed class SimulatedCamera
{
    /// <summary>The largest sum of crosstalk and afterpulsing where there are afterpulses. Nearer to 1, what follows from an avalanche lasts for ever longer.</summary>
    internal const double MostSuccessors = 0.9;

    /// <summary>The shortest mean delay of afterpulses [ns]; what comes sooner is crosstalk.</summary>
    internal const double ShortestAfterpulseDelayNs = 1;

    /// <summary>The longest mean delay of afterpulses [ns]. Events begin with all that is remembered, many of these delays before the window.</summary>
    internal const double LongestAfterpulseDelayNs = 200;

    private const int HotFactor = 20;
    private const int NoisyFactor = 4;
    private const int ShiftSpreads = 20;
    private const double SmallestShiftSpreadLsb = 1;
    private const double SaturatedBaselineLsb = 4094.5;
    private const int MostRedraws = 100_000;

    private SimulatedCamera(CampaignPlan plan)
    {
        Pulse = PulseShape.Create(plan.Pulse);
        CameraPlan camera = plan.Camera;
        double[] baseline = Values(plan, "baseline", camera.Baseline, 0, 4095);
        double[] noise = Values(plan, "noise", camera.Noise, 0, 4095);
        double[] darkCountRate = Values(plan, "dark count rate", camera.DarkCountRateMHz, 0, 1e4);
        Gain = [.. Values(plan, "gain", camera.Gain, 0, 4095)];
        SinglePeSpread = [.. Values(plan, "single-pe spread", camera.SinglePeSpread, 0, 4095)];
        CrossTalk = [.. Values(plan, "crosstalk", camera.CrossTalk, 0, 1)];
        Afterpulsing = [.. Values(plan, "afterpulsing", camera.Afterpulsing, 0, 1)];
        AcEfficiency = [.. Values(plan, "AC LED efficiency", plan.Light.AcEfficiency, 0, double.PositiveInfinity)];
        DcEfficiency = [.. Values(plan, "DC LED efficiency", plan.Light.DcEfficiency, 0, double.PositiveInfinity)];
        PixelDelayNs = [.. Values(plan, "pixel delay", plan.Light.PixelDelayNs, double.NegativeInfinity, double.PositiveInfinity)];
        CheckCascades(camera);

        PixelFault?[] faults = new PixelFault?[CameraGeometry.PixelCount];
        foreach ((int pixel, PixelFault fault) in plan.Faults.Pixels)
        {
            if (pixel is < 0 or >= CameraGeometry.PixelCount) throw new ArgumentException($"faulty pixel {pixel} is not between 0 and {CameraGeometry.PixelCount - 1}", nameof(plan));
            faults[pixel] = fault;
            switch (fault)
            {
                case PixelFault.Dead:
                    darkCountRate[pixel] = 0;
                    break;
                case PixelFault.Hot:
                    darkCountRate[pixel] *= HotFactor;
                    break;
                case PixelFault.Noisy:
                    noise[pixel] *= NoisyFactor;
                    break;
                case PixelFault.Stuck:
                    (baseline[pixel], noise[pixel], darkCountRate[pixel]) = (Math.Floor(baseline[pixel]), 0, 0);
                    break;
                case PixelFault.Saturated:
                    baseline[pixel] = SaturatedBaselineLsb;
                    break;
                case PixelFault.Shifted:
                    baseline[pixel] += ShiftSpreads * Math.Max(SpreadOf(camera.Baseline), SmallestShiftSpreadLsb);
                    break;
                default:
                    throw new ArgumentException($"fault {fault} of pixel {pixel} is not known", nameof(plan));
            }
        }

        (Baseline, Noise, DarkCountRateMHz, Faults) = ([.. baseline], [.. noise], [.. darkCountRate], [.. faults]);
        IsLit = [.. CameraGeometry.DigiCam.Pixels.Select(pixel => Lights(plan.Light.Coverage, pixel))];
        StoredPixel = Exchange(plan.Faults.SwappedModules);
        DarkShotNoise = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(p => ShotNoise.Of(Gain[p], SinglePeSpread[p], CrossTalk[p], Afterpulsing[p], camera.AfterpulseDelayNs, camera.RecoveryNs, Pulse))];
    }

    /// <summary>Baseline without any light or dark counts [LSB].</summary>
    public ImmutableArray<double> Baseline { get; }

    /// <summary>Standard deviation of the electronic noise of a sample before rounding [LSB]; 0 in stuck pixels.</summary>
    public ImmutableArray<double> Noise { get; }

    /// <summary>Gain of the dark camera: peak of the pulse of one avalanche [LSB/pe].</summary>
    public ImmutableArray<double> Gain { get; }

    /// <summary>Spread of the amplitude of one avalanche in the dark camera [LSB].</summary>
    public ImmutableArray<double> SinglePeSpread { get; }

    /// <summary>Mean number of avalanches that one avalanche sets off itself.</summary>
    public ImmutableArray<double> CrossTalk { get; }

    /// <summary>Rate of dark counts, crosstalk and afterpulses not counted [MHz]; 0 in dead and stuck pixels.</summary>
    public ImmutableArray<double> DarkCountRateMHz { get; }

    /// <summary>Mean number of afterpulses of one avalanche.</summary>
    public ImmutableArray<double> Afterpulsing { get; }

    /// <summary>Efficiency of each pixel's AC LED.</summary>
    public ImmutableArray<double> AcEfficiency { get; }

    /// <summary>Efficiency of each pixel's DC LED.</summary>
    public ImmutableArray<double> DcEfficiency { get; }

    /// <summary>Delay of each pixel against a flash [ns].</summary>
    public ImmutableArray<double> PixelDelayNs { get; }

    /// <summary>Whether the light test device lights a pixel.</summary>
    public ImmutableArray<bool> IsLit { get; }

    /// <summary>What is wrong with a pixel; null for nothing.</summary>
    public ImmutableArray<PixelFault?> Faults { get; }

    /// <summary>The pulse of one avalanche.</summary>
    public PulseShape Pulse { get; }

    /// <summary>Moments of what one primary avalanche starts in the dark camera; light scales them as it does the gain.</summary>
    internal ImmutableArray<ShotNoise> DarkShotNoise { get; }

    /// <summary>Physical pixel that a pixel id of the file really shows: itself unless modules are exchanged.</summary>
    public ImmutableArray<int> StoredPixel { get; }

    /// <summary>Draws the camera of a plan; the same plan and seed give the same camera.</summary>
    /// <param name="plan">The plan.</param>
    /// <exception cref="ArgumentException">A distribution has impossible values, or hardly ever one within its limits; cascades never end or last too long; a fault names no pixel or module of the camera.</exception>
    public static SimulatedCamera Draw(CampaignPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new SimulatedCamera(plan);
    }

    // The 528 LEDs of the device are modelled as 11 boards of 48, congruent with FADC boards: those of its own sector and the innermost one
    // of each of the two others, so that the three positions cover the camera.
    private static bool Lights(LightCoverage coverage, Pixel pixel) => coverage switch
    {
        LightCoverage.All => true,
        LightCoverage.Cts0 => pixel.Sector == 1 || pixel.FadcBoard == 1,
        LightCoverage.Cts120 => pixel.Sector == 2 || pixel.FadcBoard == 1,
        LightCoverage.Cts240 => pixel.Sector == 3 || pixel.FadcBoard == 1,
        _ => throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "no such coverage"),
    };

    private static ImmutableArray<int> Exchange(ImmutableArray<SwappedModules> swaps)
    {
        Dictionary<(int Module, int HardwareId), int> pixelAt = CameraGeometry.DigiCam.Pixels.ToDictionary(pixel => (pixel.Module, pixel.HardwareId), pixel => pixel.Id);
        int[] moduleAt = [.. Enumerable.Range(0, CameraGeometry.ModuleCount + 1)];
        foreach ((int first, int second) in swaps)
        {
            foreach (int module in (int[])[first, second])
            {
                if (module is < 1 or > CameraGeometry.ModuleCount) throw new ArgumentException($"swapped module {module} is not between 1 and {CameraGeometry.ModuleCount}", nameof(swaps));
            }

            (moduleAt[first], moduleAt[second]) = (moduleAt[second], moduleAt[first]);
        }

        return [.. CameraGeometry.DigiCam.Pixels.Select(pixel => pixelAt[(moduleAt[pixel.Module], pixel.HardwareId)])];
    }

    private static double SpreadOf(Distribution distribution) =>
        distribution.Shape == DistributionShape.Uniform ? (distribution.Maximum - distribution.Minimum) / Math.Sqrt(12) : distribution.Spread;

    private static double[] Values(CampaignPlan plan, string name, Distribution distribution, double smallest, double largest)
    {
        RandomStream random = new(plan.Seed, RandomStream.Key(name));
        double[] values = new double[CameraGeometry.PixelCount];
        for (int pixel = 0; pixel < values.Length; pixel++)
        {
            double value = Value(ref random, name, distribution);
            if (!(value >= smallest && value <= largest && double.IsFinite(value)))
                throw new ArgumentException(FormattableString.Invariant($"{name} {value} of pixel {pixel} is not between {smallest} and {largest}"), nameof(plan));
            values[pixel] = value;
        }

        return values;
    }

    private static double Value(ref RandomStream random, string name, Distribution distribution)
    {
        switch (distribution.Shape)
        {
            case DistributionShape.Constant:
                return distribution.Mean;
            case DistributionShape.Uniform when distribution.Minimum <= distribution.Maximum:
                return distribution.Minimum + ((distribution.Maximum - distribution.Minimum) * random.Uniform());
            case DistributionShape.Normal when distribution.Spread >= 0:
                // Limits so far away that no draw meets them would keep this loop for ever.
                for (int i = 0; i < MostRedraws; i++)
                {
                    double value = distribution.Mean + (distribution.Spread * random.Normal());
                    if (value >= distribution.Minimum && value <= distribution.Maximum) return value;
                }

                throw new ArgumentException(FormattableString.Invariant($"{name}: of {MostRedraws} values of mean {distribution.Mean} and spread {distribution.Spread} none lies between {distribution.Minimum} and {distribution.Maximum}"), nameof(distribution));
            default:
                throw new ArgumentException(FormattableString.Invariant($"{name}: no {distribution.Shape} distribution has spread {distribution.Spread}, minimum {distribution.Minimum} and maximum {distribution.Maximum}"), nameof(distribution));
        }
    }

    private void CheckCascades(CameraPlan camera)
    {
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            if (!(CrossTalk[pixel] < 1)) throw new ArgumentException(FormattableString.Invariant($"crosstalk {CrossTalk[pixel]} of pixel {pixel} is not below 1: its avalanches would never end"), nameof(camera));
            if (Afterpulsing[pixel] == 0 || CrossTalk[pixel] + Afterpulsing[pixel] <= MostSuccessors) continue;
            throw new ArgumentException(FormattableString.Invariant($"crosstalk {CrossTalk[pixel]} and afterpulsing {Afterpulsing[pixel]} of pixel {pixel} add up to more than {MostSuccessors}: its cascades would last too long"), nameof(camera));
        }

        if (!Afterpulsing.Any(mean => mean > 0)) return;
        if (camera.AfterpulseDelayNs is not (>= ShortestAfterpulseDelayNs and <= LongestAfterpulseDelayNs))
            throw new ArgumentException(FormattableString.Invariant($"the delay {camera.AfterpulseDelayNs} ns of afterpulses is not between {ShortestAfterpulseDelayNs} and {LongestAfterpulseDelayNs} ns"), nameof(camera));
        if (!(camera.RecoveryNs >= 0 && double.IsFinite(camera.RecoveryNs))) throw new ArgumentException(FormattableString.Invariant($"the recovery time {camera.RecoveryNs} ns of a cell is not 0 or more"), nameof(camera));
    }
}
