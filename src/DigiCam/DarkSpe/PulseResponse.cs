using DigiCam.Dark;
using DigiCam.Fitting;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Simulation;

namespace DigiCam.DarkSpe;

/// <summary>
/// What the spectrum of isolated pulses measures of a pixel of known gain, spread and noise: the truth on the scale of the fit. A pulse is sampled at any phase
/// of the clock, and noise helps to choose the sample that is taken for its peak.
/// </summary>
/// <param name="Gain">Distance of the peaks [LSB/pe].</param>
/// <param name="Offset">Distance of the peaks from whole gains above no charge [LSB].</param>
/// <param name="Spread">s_1 of the fit: the phases of the sampling are in it [LSB].</param>
/// <param name="Efficiency">Part of the pulses of one avalanche that are found.</param>
public sealed record PulseResponse(double Gain, double Offset, double Spread, double Efficiency)
{
    private const int Samples = 40;
    private const double StartNs = 40;
    private const double Baseline = 200.3;
    private const ulong Seed = 20180822;

    // What is farther from the start of the pulse is no answer to it.
    private const double NearNs = 40;

    /// <summary>Puts simulated pulses through the finder and fits their spectrum; equal arguments give equal results.</summary>
    /// <param name="options">The finder.</param>
    /// <param name="pulse">The pulse of one avalanche; null for the analytic one.</param>
    /// <param name="gain">Peak of the pulse of one avalanche [LSB/pe].</param>
    /// <param name="spread">Spread of that peak [LSB].</param>
    /// <param name="noise">Electronic noise of a sample before rounding [LSB].</param>
    /// <param name="pulses">Number of pulses of one avalanche, half as many of two; the gain has an error of about 2 LSB/pe / sqrt(pulses).</param>
    /// <exception cref="ArgumentException">There are too few pulses, or their spectrum cannot be fitted.</exception>
    public static PulseResponse Of(PulseFinderOptions options, PulseShape? pulse, double gain, double spread, double noise, int pulses = 200_000)
    {
        ArgumentNullException.ThrowIfNull(options);
        PulseFinder finder = new(Samples, options);
        PulseLevel level = finder.LevelOf(Baseline, noise);
        PixelHistograms histograms = new(options.ChargeSamples == 1 ? IntegerAxis.Adc : DarkHistograms.ChargeAxis, 1, finder.Scale);
        int pedestal = options.ChargeSamples == 1 ? 0 : DarkHistograms.Round(options.ChargeSamples * Baseline);
        double efficiency = (double)Fill(1, pulses) / pulses;
        Fill(2, pulses / 2);
        PulseSpectra spectra = PulseSpectra.Of(histograms, new Pedestals([Baseline], [noise]), (options.ChargeSamples * Baseline) - pedestal);
        FitResult fit = DarkSpeFitter.Fit(spectra, new DarkSpeOptions { Peaks = 2 }).Fits[0];
        if (!fit.HasErrors) throw new ArgumentException(FormattableString.Invariant($"the spectrum of {pulses} pulses of gain {gain} LSB/pe, spread {spread} LSB and noise {noise} LSB cannot be fitted: {fit.Status}"), nameof(pulses));
        return new PulseResponse(fit["gain"].Value, fit["offset"].Value, fit["sigma_1"].Value, efficiency);

        int Fill(int avalanches, int number)
        {
            RandomStream random = new(Seed, (ulong)avalanches);
            FoundPulse[] found = new FoundPulse[finder.MostPulses];
            short[] waveform = new short[Samples];
            int count = 0;
            for (int n = 0; n < number; n++)
            {
                double start = StartNs + (CameraGeometry.SampleNs * random.Uniform());
                double peak = (avalanches * gain) + (Math.Sqrt(avalanches) * spread * random.Normal());
                for (int i = 0; i < Samples; i++)
                {
                    waveform[i] = (short)Math.Floor(Baseline + (peak * (pulse ?? PulseShape.Analytic).At((i * CameraGeometry.SampleNs) - start)) + (noise * random.Normal()) + 0.5);
                }

                foreach (FoundPulse one in found.AsSpan(0, finder.Find(waveform, level, found, out _)))
                {
                    if ((one.Sample * CameraGeometry.SampleNs) - start is < 0 or > NearNs) continue;
                    histograms.Fill(0, one.Charge - pedestal);
                    count++;
                    break;
                }
            }

            return count;
        }
    }
}
