using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Simulation;

namespace DigiCam.DarkSpe;

/// <summary>
/// What the pulse finder makes of two dark counts that follow each other closely: one pulse of a larger charge, or a second pulse on the tail of the first.
/// Found by putting pairs of pulses without noise through the finder, at all delays and phases of the sampling. To first order in the rate f, a found pulse has
/// the charge excess u_j with probability f t_j.
/// </summary>
public sealed class PulsePairs
{
    private const int Samples = 100;
    private const int Amplitude = 800;
    private const int Baseline = 200;

    // Of the noise in units of the amplitude, as in the camera: it sets the finder's threshold.
    private const double AmplitudePerNoise = 5.2;
    private const double StepNs = 0.25;
    private const double StartNs = 120;
    private const double LongestNs = 80;

    // Charges this near to that of one pulse are its own.
    private const double SmallestExcess = 0.02;

    // What a model needs of the excess: six classes, the first of pulses on a tail.
    private static readonly double[] Edges = [SmallestExcess, 0.12, 0.3, 0.5, 0.7, 0.9, double.PositiveInfinity];

    private PulsePairs(ImmutableArray<(double Excess, double TimeNs)> classes, double lostNs) => (Classes, LostNs) = (classes, lostNs);

    /// <summary>Mean excess of the charge over that of one pulse [p.e.], and the time after a dark count in which a second one has this effect [ns], by classes of the excess.</summary>
    public ImmutableArray<(double Excess, double TimeNs)> Classes { get; }

    /// <summary>Time before a found pulse in which a dark count is lost without being in the dead time [ns]: the rate of pulses is f (1 - f t).</summary>
    public double LostNs { get; }

    /// <summary>Puts pairs through the finder.</summary>
    /// <param name="options">The finder.</param>
    /// <param name="pulse">The pulse of one avalanche; null for the analytic one.</param>
    public static PulsePairs Of(PulseFinderOptions options, PulseShape? pulse = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        pulse ??= PulseShape.Analytic;
        PulseFinder finder = new(Samples, options);
        PulseLevel level = finder.LevelOf(Baseline, Amplitude / AmplitudePerNoise);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        short[] waveform = new short[Samples];
        int phases = (int)(CameraGeometry.SampleNs / StepNs);
        double dead = 0;
        double[] single = new double[phases];
        for (int phase = 0; phase < phases; phase++)
        {
            single[phase] = Find(phase, null, out int live) == 1 ? Charge(0) : 0;
            dead += (finder.SearchedSamples - live) * CameraGeometry.SampleNs / phases;
        }

        double mean = single.Average();
        double[] excess = new double[Edges.Length - 1];
        double[] time = new double[Edges.Length - 1];
        double unresolved = 0;
        double weight = StepNs / phases;
        for (int delay = 0; delay * StepNs < LongestNs; delay++)
        {
            for (int phase = 0; phase < phases; phase++)
            {
                int count = Find(phase, delay, out _);
                unresolved += (2 - count) * weight;
                for (int i = 0; i < count; i++)
                {
                    double own = count == 2 ? single[(phase + (i * delay)) % phases] : mean;
                    double u = (Charge(i) / own) - 1;
                    int k = Array.FindLastIndex(Edges, edge => u >= edge);
                    if (k < 0) continue;
                    excess[k] += u * weight;
                    time[k] += weight;
                }
            }
        }

        return new PulsePairs(
            [.. excess.Select((sum, k) => (sum / time[k], time[k])).Where(c => c.Item2 > 0)],
            unresolved - dead);

        int Find(int phase, int? delay, out int live)
        {
            double start = StartNs + (phase * StepNs);
            for (int i = 0; i < Samples; i++)
            {
                double at = (i * CameraGeometry.SampleNs) - start;
                waveform[i] = (short)Math.Round(Baseline + (Amplitude * (pulse.At(at) + (delay is { } d ? pulse.At(at - (d * StepNs)) : 0))));
            }

            return finder.Find(waveform, level, found, out live);
        }

        double Charge(int i) => found[i].Charge - (options.ChargeSamples * Baseline);
    }
}
