using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;

namespace DigiCam.Dark;

/// <summary>
/// All samples of a dark run, fitted with the shot-noise model. The errors of the fits are those of the likelihood, which takes samples for independent; the
/// errors of the quantities account for their correlation (<see cref="DarkPixel.Errors"/>), and so does chi2.
/// </summary>
public sealed class DarkResult : CameraResult
{
    // Places of the parameters in the model.
    internal const int Baseline = 0;
    internal const int Noise = 1;
    internal const int Gain = 2;
    internal const int Rate = 3;
    internal const int CrossTalk = 4;
    internal const int Spread = 5;

    private const double PerNsInMHz = 1e-3;

    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "dark";

    internal DarkResult(
        PixelHistograms samples, LevelHistograms? blocks, HvOffResult? hvOff, DarkOptions options, ImmutableArray<FitResult> fits, ImmutableArray<PixelFlags> flags, FlagLimits limits,
        ImmutableArray<DarkPixel> pixels)
        : base(samples, fits, flags, limits)
    {
        (SampleBlocks, HvOff, Options, Pixels) = (blocks, hvOff, options, pixels);
        HasBlockErrors = blocks is not null && Enumerable.Range(0, blocks.LevelCount).Count(b => blocks.EventCounts[b] > 0) >= BlockErrors.LeastBlocks;
        string scaled = HasBlockErrors ? "errors from blocks of events" : "errors of the likelihood times typical factors for correlated samples";
        ImmutableArray<PixelQuantity>.Builder quantities = ImmutableArray.CreateBuilder<PixelQuantity>();
        quantities.Add(Scaled(Rate, 1 / PerNsInMHz, "dark_count_rate", "dark count rate", "f", "MHz", "rate of dark counts, crosstalk not counted"));
        quantities.Add(Scaled(CrossTalk, 1, "crosstalk", "crosstalk", "x", "", "mean number of avalanches that one avalanche sets off itself"));
        quantities.Add(Scaled(Gain, 1, "gain", "gain", "G", "LSB/pe", "peak of the pulse of one avalanche"));
        quantities.Add(Scaled(Noise, 1, "electronic_noise", "electronic noise", "σₑ", "LSB", "noise of a sample without the rounding of the ADC"));
        quantities.Add(Scaled(Baseline, 1, "baseline", "baseline", "B", "LSB", "baseline without dark counts"));
        quantities.Add(Scaled(Spread, 1, "single_pe_spread", "spread of one photo-electron", "σ₁", "LSB", "spread of the amplitude of one avalanche"));
        quantities.Add(new("campbell_rate", "dark count rate (Campbell)", "f", "MHz", Of(p => p.CampbellRate), Of(p => p.CampbellRateError), "from mean and variance of all samples, baseline and noise of high voltage off, gain and spread of the fit"));
        quantities.Add(new("campbell_crosstalk", "crosstalk (Campbell)", "x", "", Of(p => p.CampbellCrossTalk), Of(p => p.CampbellCrossTalkError), "from mean and variance of all samples, baseline and noise of high voltage off, gain and spread of the fit"));
        quantities.Add(new("baseline_change", "change of the baseline", "ΔB", "LSB", Change((pixel, off) => Fits[pixel].Parameters[Baseline].Value - off.Baseline), Change((pixel, off) => Math.Sqrt((Pixels[pixel].Errors[Baseline] * Pixels[pixel].Errors[Baseline]) + (off.BaselineError * off.BaselineError))), "baseline of the shot-noise fit minus that of high voltage off: Campbell's estimate takes it for 0"));
        quantities.Add(new("chi2_per_ndf", "goodness of fit", "χ²/ndf", "", Of(p => p.ChiSquarePerNdf), [], "minimum of the cost divided by the degrees of freedom and by what correlated samples let expect"));
        quantities.Add(new("error_scale_rate", "error scale of the rate", "", "", ErrorScale("rate"), [], "error of the rate divided by that of a likelihood of independent samples"));
        quantities.Add(new("error_scale_crosstalk", "error scale of the crosstalk", "", "", ErrorScale("mu_xt"), [], "error of the crosstalk divided by that of a likelihood of independent samples"));
        Quantities = quantities.ToImmutable();

        PixelQuantity Scaled(int parameter, double factor, string key, string name, string symbol, string unit, string description) => new(
            key, name, symbol, unit, [.. Fits.Select(f => f.Parameters[parameter].Value * factor)], [.. Pixels.Select(p => p.Errors[parameter] * factor)], $"{description}, from the shot-noise fit; {scaled}");
        ImmutableArray<double> Of(Func<DarkPixel, double> value) => [.. Pixels.Select(value)];
        ImmutableArray<double> Change(Func<int, HvOffPixel, double> value) => [.. Enumerable.Range(0, PixelCount).Select(pixel => HvOff is null ? double.NaN : value(pixel, HvOff.Pixels[pixel]))];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "Dark run: all samples";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>Settings of the fits.</summary>
    public DarkOptions Options { get; }

    /// <summary>The samples by blocks of events; null where they are not known.</summary>
    public LevelHistograms? SampleBlocks { get; }

    /// <summary>Baseline and noise with high voltage off that Campbell's estimate was made with; null for none.</summary>
    public HvOffResult? HvOff { get; }

    /// <summary>What is known of the pixels beyond their fits (pixel).</summary>
    public ImmutableArray<DarkPixel> Pixels { get; }

    /// <summary>True when errors come from the scatter of blocks of events; false when they are the likelihood's, scaled by factors typical of correlated samples.</summary>
    public bool HasBlockErrors { get; }

    /// <summary>
    /// Factors by which errors of the likelihood grow for correlated samples, used without blocks (parameter): means over a simulated camera with 3 MHz and
    /// 50 samples (0.98, 0.99, 0.96, 1.70, 1.61, 0.99), none below 1.
    /// </summary>
    internal static ImmutableArray<double> TypicalScales { get; } = [1, 1, 1, 1.7, 1.6, 1];

    /// <summary>Factors between the errors of the quantities and those of the likelihood (pixel); NaN = none.</summary>
    /// <param name="parameter">Name of the parameter in the fits, for example "rate".</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public ImmutableArray<double> ErrorScale(string parameter)
    {
        int k = Enumerable.Range(0, Fits[0].Parameters.Length).FirstOrDefault(i => Fits[0].Parameters[i].Name == parameter, -1);
        return k >= 0
            ? [.. Fits.Select((fit, pixel) => Pixels[pixel].Errors[k] / fit.Parameters[k].Error)]
            : throw new ArgumentException($"no parameter '{parameter}'; there are {string.Join(", ", Fits[0].Parameters.Select(p => p.Name))}", nameof(parameter));
    }

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => DarkFitter.Problem(Histograms, pixel, Options);

    /// <inheritdoc/>
    public override string ToString()
    {
        SigmaClip rate = Typical("dark_count_rate");
        SigmaClip crossTalk = Typical("crosstalk");
        SigmaClip gain = Typical("gain");
        return FormattableString.Invariant(
            $"dark run, {Histograms.EventCount} events: {GoodCount} of {PixelCount} pixels good, dark count rate {rate.Median:F2} MHz (spread {rate.Sigma:F2}), crosstalk {crossTalk.Median:F3} (spread {crossTalk.Sigma:F3}), gain {gain.Median:F2} LSB/pe (spread {gain.Sigma:F2})");

        SigmaClip Typical(string key) => SigmaClip.Of(this[key].Values.Where((_, pixel) => Flags[pixel] == PixelFlags.None), Limits.OutlierSigmas);
    }
}
