using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Geometry;
using DigiCam.Simulation;

namespace DigiCam.DarkRate;

/// <summary>
/// Dark count rate and crosstalk from counting pulses above half a photo-electron and above one and a half: f = N(0.5) / T_live, and N(1.5) / N(0.5) is the
/// probability of more than one avalanche, 1 - exp(-x), raised by second dark counts too close to be told apart.
/// </summary>
public sealed class Staircase
{
    private const double NsPerMHz = 1e3;

    private Staircase(ImmutableArray<double> rate, ImmutableArray<double> rateError, ImmutableArray<double> crosstalk, ImmutableArray<double> crosstalkError) =>
        (RateMHz, RateErrorMHz, Crosstalk, CrosstalkError) = (rate, rateError, crosstalk, crosstalkError);

    /// <summary>Dark count rate (pixel) [MHz]; NaN = not measured.</summary>
    public ImmutableArray<double> RateMHz { get; }

    /// <summary>Its error (pixel) [MHz].</summary>
    public ImmutableArray<double> RateErrorMHz { get; }

    /// <summary>Crosstalk: mean number of avalanches that one sets off itself (pixel); NaN = not measured.</summary>
    public ImmutableArray<double> Crosstalk { get; }

    /// <summary>Its error (pixel).</summary>
    public ImmutableArray<double> CrosstalkError { get; }

    /// <summary>Counts the pulses of all pixels.</summary>
    /// <param name="spe">Gains and offsets that place the thresholds, with the pulses.</param>
    /// <param name="finder">The finder that found them.</param>
    /// <param name="pulse">The pulse of one avalanche, for the time in which a second one adds to it; null for the analytic pulse.</param>
    public static Staircase Of(DarkSpeResult spe, PulseFinderOptions finder, PulseShape? pulse = null)
    {
        ArgumentNullException.ThrowIfNull(spe);
        ArgumentNullException.ThrowIfNull(finder);
        double pileUpNs = PileUpTimeNs(finder, pulse ?? PulseShape.Analytic);
        int pixels = spe.PixelCount;
        double[] rate = new double[pixels];
        double[] rateError = new double[pixels];
        double[] crosstalk = new double[pixels];
        double[] crosstalkError = new double[pixels];
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            (double gain, double offset) = (spe.Fits[pixel]["gain"].Value, spe.Fits[pixel]["offset"].Value);
            double all = spe.Spectra.CountAbove(pixel, (0.5 * gain) + offset);
            double part = spe.Spectra.CountAbove(pixel, (1.5 * gain) + offset) / all;
            double live = spe.Spectra.LiveTimeNs[pixel];
            rate[pixel] = live > 0 ? NsPerMHz * all / live : double.NaN;
            rateError[pixel] = rate[pixel] / Math.Sqrt(all);
            crosstalk[pixel] = -Math.Log(1 - part) - (rate[pixel] / NsPerMHz * pileUpNs);
            crosstalkError[pixel] = Math.Sqrt(part / (1 - part) / all);
        }

        return new Staircase([.. rate], [.. rateError], [.. crosstalk], [.. crosstalkError]);
    }

    /// <summary>
    /// Time after a dark count in which a second one makes a pulse of more than one and a half photo-electrons of the two [ns]: found by putting pairs of
    /// pulses without noise through the finder, at all phases of the sampling.
    /// </summary>
    /// <param name="options">The finder.</param>
    /// <param name="pulse">The pulse of one avalanche.</param>
    public static double PileUpTimeNs(PulseFinderOptions options, PulseShape pulse)
    {
        const int Samples = 50;
        const int Amplitude = 800;
        const int Baseline = 200;
        const double StepNs = 0.25;
        const double LongestNs = 40;
        const double StartNs = 80;
        PulseFinder finder = new(Samples, options);
        PulseLevel level = finder.LevelOf(Baseline, 1);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        short[] waveform = new short[Samples];
        int pedestal = options.ChargeSamples * Baseline;
        int phases = (int)(CameraGeometry.SampleNs / StepNs);
        double single = Enumerable.Range(0, phases).Average(phase => Largest(phase * StepNs, double.PositiveInfinity));
        int above = 0;
        for (int phase = 0; phase < phases; phase++)
        {
            for (double delay = StepNs / 2; delay < LongestNs; delay += StepNs) above += Largest(phase * StepNs, delay) > 1.5 * single ? 1 : 0;
        }

        return above * StepNs / phases;

        double Largest(double phaseNs, double delayNs)
        {
            for (int i = 0; i < Samples; i++)
            {
                double time = (i * CameraGeometry.SampleNs) - StartNs - phaseNs;
                waveform[i] = (short)Math.Round(Baseline + (Amplitude * (pulse.At(time) + pulse.At(time - delayNs))));
            }

            int count = finder.Find(waveform, level, found, out _);
            return count == 0 ? 0 : found.Take(count).Max(p => p.Charge) - pedestal;
        }
    }
}
