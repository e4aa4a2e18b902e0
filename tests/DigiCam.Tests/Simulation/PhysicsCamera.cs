using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>A camera of 1296 equal pixels, so that each event holds 1296 independent waveforms of the same law.</summary>
internal sealed class PhysicsCamera
{
    public const double Baseline = 285.3;
    public const double Noise = 1;
    public const double Gain = 5.2;
    public const double Spread = 0.48;

    private readonly SimulatedCamera _camera;
    private readonly EventSimulator _simulator;

    public PhysicsCamera(CampaignPlan plan, RunKind kind, int acDac = 0, int dcDac = 0, string run = "run")
    {
        Plan = plan;
        RunPlan runPlan = new() { Name = run, Kind = kind, EventsPerLevel = 1 };
        _camera = SimulatedCamera.Draw(plan);
        _simulator = new EventSimulator(plan, _camera, runPlan);
        Conditions = LevelConditions.For(plan, _camera, runPlan, new ScanLevel(acDac, dcDac));
    }

    /// <summary>The plan: all pixels lit, flashes of <c>mu</c> at AC level 1, no jitter, no delays.</summary>
    public static CampaignPlan Uniform(double darkMHz = 0, double crossTalk = 0.08, double mu = 1, double lightMHz = 40) => new()
    {
        Camera = new CameraPlan
        {
            Baseline = Distribution.Constant(Baseline),
            Noise = Distribution.Constant(Noise),
            Gain = Distribution.Constant(Gain),
            SinglePeSpread = Distribution.Constant(Spread),
            CrossTalk = Distribution.Constant(crossTalk),
            DarkCountRateMHz = Distribution.Constant(darkMHz),
        },
        Light = new LightPlan
        {
            Coverage = LightCoverage.All,
            AcThresholdDac = 0,
            AcCoefficients = [mu],
            AcEfficiency = Distribution.Constant(1),
            DcReferenceRateMHz = lightMHz,
            DcReferenceDac = 1,
            DcEfficiency = Distribution.Constant(1),
            FlashJitterNs = 0,
            PixelDelayNs = Distribution.Constant(0),
        },
    };

    public CampaignPlan Plan { get; }

    public LevelConditions Conditions { get; }

    public SimulatedCamera Camera => _camera;

    /// <summary>Draws events and hands each to an action; the event is refilled for the next one.</summary>
    public void Draw(int events, Action<SimulatedEvent> action)
    {
        SimulatedEvent target = new(Plan.SampleCount);
        for (int i = 0; i < events; i++)
        {
            _simulator.Draw(i, Conditions, target);
            action(target);
        }
    }

    /// <summary>Mean of all samples minus the baseline, and mean square of that, of each event: independent values.</summary>
    public (double[] Means, double[] Squares) DrawMoments(int events, double about = Baseline)
    {
        List<double> means = [];
        List<double> squares = [];
        Draw(events, e =>
        {
            double sum = 0;
            double square = 0;
            foreach (short sample in e.Samples)
            {
                sum += sample - about;
                square += (sample - about) * (sample - about);
            }

            means.Add(sum / e.Samples.Length);
            squares.Add(square / e.Samples.Length);
        });
        return ([.. means], [.. squares]);
    }

    public static int RowOf(int pixel) => CameraGeometry.DigiCam.LegacyOrder.IndexOf(pixel);
}
