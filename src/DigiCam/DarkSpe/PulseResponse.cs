using DigiCam.Dark;
using DigiCam.Fitting;
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
        PulseTrials trials = new(options, pulse, gain, spread, noise);
        PixelHistograms histograms = new(options.ChargeSamples == 1 ? IntegerAxis.Adc : DarkHistograms.ChargeAxis, 1, trials.Scale);
        int pedestal = options.ChargeSamples == 1 ? 0 : DarkHistograms.Round(trials.Pedestal);
        List<PulseTrial> one = trials.Draw(pulses, 0, 1);
        foreach (PulseTrial trial in one.Concat(trials.Draw(pulses / 2, 0, 2))) histograms.Fill(0, trial.Charge - pedestal);
        PulseSpectra spectra = PulseSpectra.Of(histograms, trials.Pedestals, trials.Pedestal - pedestal);
        FitResult fit = DarkSpeFitter.Fit(spectra, new DarkSpeOptions { Peaks = 2 }).Fits[0];
        if (!fit.HasErrors) throw new ArgumentException(FormattableString.Invariant($"the spectrum of {pulses} pulses of gain {gain} LSB/pe, spread {spread} LSB and noise {noise} LSB cannot be fitted: {fit.Status}"), nameof(pulses));
        return new PulseResponse(fit["gain"].Value, fit["offset"].Value, fit["sigma_1"].Value, (double)one.Count / pulses);
    }
}
