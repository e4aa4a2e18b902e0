using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Fitting.Models;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.LightScan;

/// <summary>
/// A scan drawn in memory: charges of its first pixels at the place of the pulse that the truth gives, on several scales at once, and the truth on those scales.
/// </summary>
internal sealed class SimulatedFlashes
{
    // Light of 0.1 pe for each DAC value above the threshold.
    private const double MuPerDac = 0.1;
    private const double JitterStep = 0.25;

    private readonly CampaignPlan _plan;
    private readonly RunPlan _run;
    private readonly LevelHistograms[] _charges;
    private readonly long[][] _saturated;

    public SimulatedFlashes(CampaignPlan plan, IReadOnlyList<double> mu, int events, int pixels, params IReadOnlyList<int> samples)
    {
        _plan = plan = plan with { Light = plan.Light with { AcCoefficients = [MuPerDac] } };
        _run = new RunPlan { Name = "flashes", Kind = RunKind.AcScan, EventsPerLevel = events, AcLevels = [.. mu.Select(m => m == 0 ? 0 : (int)Math.Round(plan.Light.AcThresholdDac + (m / MuPerDac)))] };
        (PixelCount, Samples) = (pixels, [.. samples]);
        Camera = SimulatedCamera.Draw(plan);
        Levels = [.. _run.Levels.Select(level => LevelConditions.For(plan, Camera, _run, level))];
        _charges = [.. samples.Select(s => new LevelHistograms(s == 1 ? IntegerAxis.Adc : new IntegerAxis(-64 * s, ((64 + 4095) * s) + 1), mu.Count, pixels, new ChargeScale(s)))];
        _saturated = [.. samples.Select(_ => new long[mu.Count * pixels])];
        Parallel.For(0, mu.Count, Draw);
    }

    public SimulatedCamera Camera { get; }

    public ImmutableArray<LevelConditions> Levels { get; }

    public ImmutableArray<int> Samples { get; }

    public int PixelCount { get; }

    private IEnumerable<int> Pixels => Enumerable.Range(0, PixelCount);

    /// <summary>What is known of the charges of a scale: pedestals and noise of a run with high voltage off, dark counts, the place in the pulse.</summary>
    public LightSpectra Spectra(int samples)
    {
        int scale = Samples.IndexOf(samples);
        return new LightSpectra(_charges[scale], [.. Pixels.Select(p => Pedestal(p, samples))], [.. Pixels.Select(p => Noise(p, samples))])
        {
            DarkCountRateMHz = [.. Pixels.Select(p => Camera.DarkCountRateMHz[p])],
            DelayNs = [.. Pixels.Select(p => (First(p, samples) * CameraGeometry.SampleNs) - StartNs(p))],
            SaturatedEvents = [.. _saturated[scale]],
            JitterNs = _plan.Light.FlashJitterNs,
        };
    }

    /// <summary>Gain on the scale of the charge: that of the pulse where it is taken, averaged over the jitter of the flashes [LSB/pe].</summary>
    public double Gain(int pixel, int samples) => Camera.Gain[pixel] * Response(pixel, samples);

    /// <summary>Spread of one avalanche on the scale of the charge [LSB].</summary>
    public double Spread(int pixel, int samples) => Camera.SinglePeSpread[pixel] * Response(pixel, samples);

    /// <summary>Noise of a charge without its last rounding [LSB].</summary>
    public double Noise(int pixel, int samples) => LightSpectra.NoiseOf(Camera.Noise[pixel], new ChargeScale(samples));

    /// <summary>Light of a level [pe].</summary>
    public double Mu(int level, int pixel) => Levels[level].FlashMean[pixel];

    private double StartNs(int pixel) => _plan.Light.FlashTimeNs + Camera.PixelDelayNs[pixel];

    // The sample nearest to the peak; sums begin two samples before it.
    private int First(int pixel, int samples) => (int)Math.Round((StartNs(pixel) + Camera.Pulse.PeakTimeNs) / CameraGeometry.SampleNs) - Math.Min((samples - 1) / 2, 2);

    private double Pedestal(int pixel, int samples) => samples == 1 ? Camera.Baseline[pixel] : (samples * Camera.Baseline[pixel]) - Math.Floor((samples * Camera.Baseline[pixel]) + 0.5);

    private double Response(int pixel, int samples)
    {
        double delay = (First(pixel, samples) * CameraGeometry.SampleNs) - StartNs(pixel);
        double sum = 0;
        double weights = 0;
        for (double z = -5; z <= 5; z += JitterStep)
        {
            double weight = Math.Exp(-0.5 * z * z);
            sum += weight * ShotNoisePulse.ChargeOf(Camera.Pulse, new ChargeScale(samples), delay - (z * _plan.Light.FlashJitterNs));
            weights += weight;
        }

        return sum / weights;
    }

    private void Draw(int level)
    {
        EventSimulator simulator = new(_plan, Camera, _run);
        SimulatedEvent e = new(_plan.SampleCount);
        ImmutableArray<int> order = CameraGeometry.DigiCam.LegacyOrder;
        int[] rows = new int[CameraGeometry.PixelCount];
        for (int row = 0; row < order.Length; row++) rows[order[row]] = row;
        double[] values = new double[PixelCount];
        for (int i = 0; i < _run.EventsPerLevel; i++)
        {
            simulator.Draw((level * _run.EventsPerLevel) + i, Levels[level], e);
            for (int scale = 0; scale < _charges.Length; scale++)
            {
                int samples = Samples[scale];
                for (int pixel = 0; pixel < PixelCount; pixel++)
                {
                    int sum = 0;
                    bool isCut = false;
                    foreach (short sample in e.Samples.AsSpan((rows[pixel] * _plan.SampleCount) + First(pixel, samples), samples))
                    {
                        sum += sample;
                        isCut |= sample >= IntegerAxis.Adc.Last;
                    }

                    if (isCut) _saturated[scale][(level * PixelCount) + pixel]++;
                    values[pixel] = samples == 1 ? sum : sum - Math.Floor((samples * Camera.Baseline[pixel]) + 0.5);
                }

                _charges[scale].FillEvent(level, values);
            }
        }
    }
}
