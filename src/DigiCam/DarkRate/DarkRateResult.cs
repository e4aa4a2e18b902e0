using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.DarkRate;

/// <summary>
/// Dark count rate and crosstalk of the whole camera in four ways: the waveforms without a pulse (P0), counting pulses (staircase), all samples (shot noise
/// and Campbell's theorem), and the observatory's maximum-window model. The fits and flags are those of P0.
/// </summary>
public sealed class DarkRateResult : CameraResult
{
    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "dark-rate";

    /// <summary>
    /// Time before the readout window from which a pulse still shows in the largest window, as the fit tells it from none [ns]: it is added to the length of a
    /// waveform. From 4 million simulated waveforms at 3 MHz (10.9 +- 0.2 ns); with two Gaussians in place of <see cref="LargestWindowModel"/> it is 13 ns.
    /// </summary>
    public const double ReachNs = 11;

    private const double NsPerMHz = 1e3;

    // Errors above 0 from which on there are empty waveforms for certain.
    private const double SignificantErrors = 3;

    private readonly DarkHistograms _dark;

    internal DarkRateResult(DarkHistograms dark, DarkSpeResult spe, CameraResult? allSamples, ImmutableArray<FitResult> fits, MaximumWindowResult maximumWindow, FlagLimits limits)
        : base(dark.LargestWindow, fits, FlagsOf(dark, fits, limits, out SigmaClip spread), limits)
    {
        _dark = dark;
        MaximumWindow = maximumWindow;
        RateSpread = spread;
        Staircase staircase = Staircase.Of(spe);
        (double Value, double Error)[] rates = RatesOf(dark, fits);
        PixelQuantity p0 = new(
            "dark_count_rate_p0", "dark count rate (P0)", "f", "MHz", [.. rates.Select(r => r.Value)], [.. rates.Select(r => r.Error)],
            FormattableString.Invariant($"-ln(a_0 / N) / T from the waveforms without a pulse, T = {dark.WindowNs + ReachNs:F0} ns"));
        PixelQuantity steps = new("dark_count_rate_staircase", "dark count rate (staircase)", "f", "MHz", staircase.RateMHz, staircase.RateErrorMHz, "pulses above 0.5 p.e. in the time in which one would have been counted");
        PixelQuantity model = maximumWindow["dark_count_rate"] with { Key = "dark_count_rate_window", Name = "dark count rate (maximum window)" };
        PixelQuantity stepsCrosstalk = new("crosstalk_staircase", "crosstalk (staircase)", "x", "", staircase.Crosstalk, staircase.CrosstalkError, "-ln(1 - N(1.5 p.e.) / N(0.5 p.e.)), corrected for dark counts too close to be told apart");
        PixelQuantity modelCrosstalk = maximumWindow["crosstalk"] with { Key = "crosstalk_window", Name = "crosstalk (maximum window)" };
        PixelQuantity spectrum = CrosstalkOf(spe["crosstalk"]);
        PixelQuantity[] rate = [steps, .. From("dark_count_rate", "dark_count_rate_shot_noise", "dark count rate (shot noise)"), .. From("campbell_rate", "dark_count_rate_campbell", "dark count rate (Campbell)"), model];
        PixelQuantity[] crosstalk = [stepsCrosstalk, .. From("crosstalk", "crosstalk_shot_noise", "crosstalk (shot noise)"), .. From("campbell_crosstalk", "crosstalk_campbell", "crosstalk (Campbell)"), modelCrosstalk];
        RateAgreements = [.. rate.Select(r => RateAgreement.OfRates(r, p0, Flags))];
        CrosstalkAgreements = [.. crosstalk.Select(c => RateAgreement.OfCrosstalks(c, spectrum, Flags))];
        Quantities =
        [
            p0, .. rate, spectrum, .. crosstalk,
            new("chi2_per_ndf", "goodness of fit (P0)", "χ²/ndf", "", [.. Fits.Select(f => f.ChiSquarePerNdf)], [], "minimum of the cost divided by the degrees of freedom"),
        ];

        PixelQuantity[] From(string source, string key, string name) =>
            allSamples?.Quantities.FirstOrDefault(q => q.Key == source) is { } quantity ? [quantity with { Key = key, Name = name }] : [];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "Dark count rate";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>The observatory's model, with all its parameters.</summary>
    public MaximumWindowResult MaximumWindow { get; }

    /// <summary>Median and spread of the rate from P0, outliers left out [MHz].</summary>
    public SigmaClip RateSpread { get; }

    /// <summary>Each other way to the dark count rate compared with P0. That of the maximum-window model is known to be biased.</summary>
    public ImmutableArray<RateAgreement> RateAgreements { get; }

    /// <summary>Each other way to the crosstalk compared with that of the spectrum of pulses. That of the maximum-window model is known to be biased.</summary>
    public ImmutableArray<RateAgreement> CrosstalkAgreements { get; }

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => LargestWindowFitter.Problem(_dark, pixel);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"dark count rate, {Histograms.EventCount} events: {GoodCount} of {PixelCount} pixels good, P0 {RateSpread.Median:F3} MHz (spread {RateSpread.Sigma:F3})");

    // N is fixed: the error is that of a fraction, of one waveform at least, to which the fit adds what it cannot tell apart.
    private static (double Value, double Error)[] RatesOf(DarkHistograms dark, ImmutableArray<FitResult> fits) => [.. fits.Select((fit, pixel) =>
    {
        FittedParameter empty = fit["a_0"];
        if (!(empty.Value > 0)) return (double.NaN, double.NaN);
        double time = dark.WindowNs + ReachNs;
        double all = WaveformsOf(dark, pixel);
        double variance = Math.Max((empty.Error * empty.Error) - (empty.Value * empty.Value / all), 1);
        return (Math.Max(-Math.Log(empty.Value / all), 0) / time * NsPerMHz, Math.Sqrt(variance) / empty.Value / time * NsPerMHz);
    })];

    // Those below the axis are none: there a channel has no data, or has lost its baseline.
    private static long WaveformsOf(DarkHistograms dark, int pixel) => dark.LargestWindow.GetEntries(pixel) - dark.LargestWindow.GetUnderflow(pixel);

    // One avalanche alone has probability e^-x. Subtracted from 0, a logarithm of 0 has no sign.
    private static PixelQuantity CrosstalkOf(PixelQuantity probability) => new(
        "crosstalk_spectrum", "crosstalk (pulse spectrum)", "x", "", [.. probability.Values.Select(p => 0 - Math.Log(1 - p))],
        [.. probability.Errors.Select((e, pixel) => e / (1 - probability.Values[pixel]))], "-ln(A_1 / N) from the peaks of the pulse spectrum");

    private static ImmutableArray<PixelFlags> FlagsOf(DarkHistograms dark, ImmutableArray<FitResult> fits, FlagLimits limits, out SigmaClip spread)
    {
        PixelFlags[] flags = new PixelFlags[fits.Length];
        for (int pixel = 0; pixel < flags.Length; pixel++)
        {
            flags[pixel] = FlagRules.OfFit(fits[pixel], limits, parameter => parameter == "a_cut", out _);

            // A pixel without pedestal was not looked at. Beyond the upper end of the axis lie large pulses.
            if (!dark.Pedestals.IsKnown(pixel) && dark.LargestWindow.IsValid(pixel)) continue;
            flags[pixel] |= FlagRules.OfHistogram(dark.LargestWindow, pixel, limits.MinimumWaveforms, edgesCount: false);
            if (dark.LargestWindow.GetUnderflow(pixel) == 0) flags[pixel] &= ~PixelFlags.Overflow;
        }

        // Where the fit finds no waveforms without a pulse, all those that it looked at may have been without one.
        double time = dark.WindowNs + ReachNs;
        double[] least = [.. LargestWindowFitter.Entries(dark).Select((entries, pixel) => -Math.Log(entries / (double)WaveformsOf(dark, pixel)) / time * NsPerMHz)];
        spread = FlagRules.MarkRates(flags, [.. RatesOf(dark, fits).Select((rate, pixel) => fits[pixel].HasErrors ? rate.Value : double.NaN)], least, limits);
        FlagRules.MarkOutliers(flags, dark.Pedestals.Noise.AsSpan(), [], PixelFlags.NoiseOutlier, limits);
        for (int pixel = 0; pixel < flags.Length; pixel++)
        {
            // Where hardly any waveform is empty it means nothing where the parameters of their peak end.
            FittedParameter empty = fits[pixel]["a_0"];
            if ((flags[pixel] & PixelFlags.Hot) != 0 && !(empty.Value > SignificantErrors * empty.Error)) flags[pixel] &= ~PixelFlags.AtLimit;
        }

        return [.. flags];
    }
}
