using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.DarkSpe;

/// <summary>Gain, spread of one photo-electron and crosstalk of the whole camera from the spectra of its dark pulses.</summary>
public sealed class DarkSpeResult : CameraResult
{
    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "dark-spe";

    private const double NsPerMHz = 1e3;

    internal DarkSpeResult(PulseSpectra spectra, DarkSpeOptions options, ImmutableArray<FitResult> fits, FlagLimits limits)
        : base(spectra.Histograms, fits, FlagsOf(spectra, fits, limits, out SigmaClip gain), limits)
    {
        Spectra = spectra;
        Options = options;
        GainSpread = gain;
        (double Value, double Error)[] crosstalk = [.. Enumerable.Range(0, PixelCount).Select(pixel => CrosstalkOf(spectra, fits[pixel], pixel))];
        double[] rate = RatesOf(spectra);
        double[] ofOnePulse = [.. spectra.LiveTimeNs.Select(time => time > 0 ? NsPerMHz / time : double.NaN)];
        Quantities =
        [
            FromFits("gain", "gain", "gain", "G", "LSB/pe", "distance of the peaks; lower than the peak of a pulse by the sampling phase"),
            FromFits("sigma_1", "single_pe_spread", "single-pe spread", "σ₁", "LSB", "spread of the charge of one avalanche, electronic noise not included"),
            FromFits("offset", "offset", "offset", "Δ", "LSB", "distance of the peaks from whole photo-electrons above the baseline: the sample of a charge is chosen from noisy ones, and not always at the same phase of the pulse"),
            new("crosstalk", "crosstalk probability", "P(>1)", "", [.. crosstalk.Select(c => c.Value)], [.. crosstalk.Select(c => c.Error)], "part of the pulses of more than one avalanche, (N - A_1) / N with the contents of the peaks"),
            new("pulse_rate", "pulse rate", "f", "MHz", [.. rate], [.. ofOnePulse.Select((one, pixel) => one * Math.Sqrt(Math.Max(spectra.Histograms.GetEntries(pixel), 1)))], "pulses found in the time in which one would have been counted; without pulses, its error is the rate of one"),
            new("chi2_per_ndf", "goodness of fit", "χ²/ndf", "", [.. Fits.Select(f => f.ChiSquarePerNdf)], [], "minimum of the cost divided by the degrees of freedom"),
        ];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "Dark single photo-electron";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>The spectra, with what is known of their pixels.</summary>
    public PulseSpectra Spectra { get; }

    /// <summary>How they were fitted.</summary>
    public DarkSpeOptions Options { get; }

    /// <summary>Median and spread of the gain over pixels with a valid fit, outliers left out [LSB/pe].</summary>
    public SigmaClip GainSpread { get; }

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => DarkSpeFitter.Problem(Spectra, pixel, Options);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"dark single photo-electron, {Histograms.EventCount} events: {GoodCount} of {PixelCount} pixels good, gain {GainSpread.Median:F3} LSB/pe (spread {GainSpread.Sigma:F3}), {Scale}");

    private static double[] RatesOf(PulseSpectra spectra) => [.. Enumerable.Range(0, spectra.Histograms.PixelCount).Select(pixel =>
        spectra.LiveTimeNs[pixel] > 0 ? NsPerMHz * spectra.Histograms.GetEntries(pixel) / spectra.LiveTimeNs[pixel] : double.NaN)];

    // Contents of the peaks as fitted, and the pulses above them that belong to none, which are of more avalanches.
    private static (double Value, double Error) CrosstalkOf(PulseSpectra spectra, FitResult fit, int pixel)
    {
        if (!double.IsFinite(fit.Minimum)) return (double.NaN, double.NaN);
        int first = 0;
        while (fit.Parameters[first].Name != "a_1") first++;
        int peaks = fit.Parameters.Length - first;
        int filled = Enumerable.Range(0, peaks).Count(n => !fit.Parameters[first + n].IsFixed);
        double end = fit["offset"].Value + ((filled + 0.5) * fit["gain"].Value);
        double beyond = spectra.CountAbove(pixel, end);
        double all = fit.Parameters.Skip(first).Sum(p => p.Value) + beyond - Above(end);
        double one = fit.Parameters[first].Value;
        double variance = beyond * one * one;
        for (int n = 0; n < peaks; n++)
        {
            for (int m = 0; m < peaks; m++)
            {
                double covariance = fit.Covariance(first + n, first + m);
                if (double.IsFinite(covariance)) variance += Slope(n) * Slope(m) * covariance;
            }
        }

        return (1 - (one / all), Math.Sqrt(Math.Max(variance, 0)) / (all * all));

        // What the peaks themselves have there.
        double Above(double charge)
        {
            DarkSpectrumModel model = new(peaks, spectra.PileUp);
            model.SetPixel(0, spectra.Noise(pixel), spectra.RateOf(pixel));
            double[] expected = new double[1];
            model.Evaluate([.. fit.Parameters.Select(p => p.Value)], [charge, double.PositiveInfinity], expected, new double[1], default);
            return expected[0];
        }

        // Of the fraction by a content, times the square of all.
        double Slope(int n) => n == 0 ? one - all : one;
    }

    // A higher peak that is empty is a measurement like any other; only what describes the sensor must not rest on a limit.
    private static bool MayRest(string parameter) => parameter.StartsWith("a_", StringComparison.Ordinal) && parameter != "a_1";

    private static ImmutableArray<PixelFlags> FlagsOf(PulseSpectra spectra, ImmutableArray<FitResult> fits, FlagLimits limits, out SigmaClip gain)
    {
        PixelFlags[] flags = new PixelFlags[fits.Length];
        double[] gains = new double[fits.Length];
        for (int pixel = 0; pixel < flags.Length; pixel++)
        {
            flags[pixel] = FlagRules.OfFit(fits[pixel], limits, MayRest, out bool isUsable);

            // A pixel without pedestal was not looked at: its empty histogram says nothing about it.
            if (spectra.IsKnown(pixel) || !spectra.Histograms.IsValid(pixel)) flags[pixel] |= FlagRules.OfHistogram(spectra.Histograms, pixel, limits.MinimumPulses, edgesCount: true);

            // A few pulses of one height are chance, no stuck channel.
            if ((flags[pixel] & PixelFlags.LowStatistics) != 0) flags[pixel] &= ~PixelFlags.Stuck;
            gains[pixel] = isUsable ? fits[pixel]["gain"].Value : double.NaN;
        }

        FlagRules.MarkRates(flags, RatesOf(spectra), [], limits);
        FlagRules.MarkOutliers(flags, spectra.Pedestals.Noise.AsSpan(), [], PixelFlags.NoiseOutlier, limits);
        gain = FlagRules.MarkOutliers(flags, gains, [.. fits.Select(f => f["gain"].Error)], PixelFlags.GainOutlier, limits);
        return [.. flags];
    }
}
