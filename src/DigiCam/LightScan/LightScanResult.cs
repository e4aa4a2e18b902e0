using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.LightScan;

/// <summary>
/// Gain, noise, crosstalk and the light of each level of the whole camera, from fits to several levels of a scan together. The histograms are the sum of the levels that
/// were fitted together.
/// </summary>
public sealed class LightScanResult : CameraResult
{
    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "ac-scan";

    private const double PerNsInMHz = 1e-3;

    internal LightScanResult(LightSpectra spectra, LightScanOptions options, FlagLimits limits, ImmutableArray<LightPixel> pixels)
        : base(spectra.Sum([.. pixels.Select(p => p.Shared)]), [.. pixels.Select(p => p.Fit)], FlagsOf(spectra, limits, pixels, out SigmaClip gain), limits)
    {
        (Spectra, Options, Pixels, GainSpread) = (spectra, options, pixels, gain);
        Quantities =
        [
            FromFits("gain", "gain", "gain", "G", "LSB/pe", "charge of one avalanche of a flash where it is taken, from levels fitted together"),
            FromFits("mu_xt", "crosstalk", "crosstalk", "x", "", "mean number of avalanches that one avalanche sets off itself, from levels fitted together"),
            FromFits("sigma_e", "electronic_noise", "electronic noise", "σₑ", "LSB", "noise of a charge without light and dark counts, the last rounding not included"),
            FromFits("sigma_1", "single_pe_spread", "spread of one photo-electron", "σ₁", "LSB", "spread of the charge of one avalanche"),
            FromFits("baseline", "baseline", "baseline", "B", "LSB", "place of no charge on the axis of the charges"),
            new("dark_count_rate", "dark count rate", "f", "MHz", [.. Fits.Select(f => f.Parameters[LightModel.Rate].Value / PerNsInMHz)], [.. Fits.Select(f => f.Parameters[LightModel.Rate].Error / PerNsInMHz)], "rate of dark counts in the fit: held where the dark run gave it"),
            new("f_factor_charge", "charge of a photo-electron at much light", "G/(1-x)", "LSB/pe", [.. pixels.Select(p => p.FFactor.Charge)], [.. pixels.Select(p => p.FFactor.Error)], "gain times avalanches of a photo-electron from mean and variance at much light (F-factor)"),
            new("light_levels", "levels fitted together", "n", "", [.. pixels.Select(p => (double)p.Shared.Length)], [], "number of levels that were fitted together"),
            new("chi2_per_ndf", "goodness of fit", "χ²/ndf", "", [.. Fits.Select(f => f.ChiSquarePerNdf)], [], "minimum of the cost divided by the degrees of freedom"),
        ];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "AC LED scan";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>The charges, with what was known of the pixels.</summary>
    public LightSpectra Spectra { get; }

    /// <summary>How they were fitted.</summary>
    public LightScanOptions Options { get; }

    /// <summary>The fits (pixel).</summary>
    public ImmutableArray<LightPixel> Pixels { get; }

    /// <summary>Median and spread of the gain over pixels with a valid fit, outliers left out [LSB/pe].</summary>
    public SigmaClip GainSpread { get; }

    /// <summary>Number of levels.</summary>
    public int LevelCount => Spectra.LevelCount;

    /// <summary>The light of a level in a pixel.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    public LightLevel this[int level, int pixel] => Pixels[pixel].Levels[level];

    /// <summary>The spectra of all levels of all pixels, with what the fits expect (pixel, level); null for a level without entries. Takes seconds.</summary>
    public ImmutableArray<ImmutableArray<LevelSpectrum?>> LevelSpectra() => LightScanFitter.Spectra(this);

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => LightScanFitter.Problem(Spectra, Options, Limits, pixel);

    /// <summary>The fit of the light of one level as it began, with the pixel's other parameters held.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    public FitProblem Problem(int level, int pixel) => LightScanFitter.Problem(Spectra, Options, Limits, pixel, level, Fits[pixel]);

    /// <inheritdoc/>
    protected internal override void AddTo(Hdf5Writer writer) => LightScanFiles.WriteLevels(writer, TaskName, Pixels);

    /// <inheritdoc/>
    public override string ToString()
    {
        SigmaClip crossTalk = SigmaClip.Of(this["crosstalk"].Values.Where((_, pixel) => Flags[pixel] == PixelFlags.None), Limits.OutlierSigmas);
        return FormattableString.Invariant(
            $"AC LED scan, {LevelCount} levels: {GoodCount} of {PixelCount} pixels good, gain {GainSpread.Median:F3} LSB/pe (spread {GainSpread.Sigma:F3}), crosstalk {crossTalk.Median:F4} (spread {crossTalk.Sigma:F4}), {Scale}");
    }

    private static ImmutableArray<PixelFlags> FlagsOf(LightSpectra spectra, FlagLimits limits, ImmutableArray<LightPixel> pixels, out SigmaClip gain)
    {
        PixelFlags[] flags = new PixelFlags[pixels.Length];
        for (int pixel = 0; pixel < flags.Length; pixel++)
        {
            LightPixel of = pixels[pixel];
            flags[pixel] = of.Shared.Length > 0 && of.HasLight ? FlagRules.OfFit(of.Fit, limits) : spectra.FlagsWithoutFit(pixel, of);
        }

        gain = Mark("gain", LightModel.Gain, PixelFlags.GainOutlier);
        Mark("sigma_e", LightModel.Noise, PixelFlags.NoiseOutlier);
        if (spectra.Scale == ChargeScale.Amplitude) Mark("baseline", LightModel.Baseline, PixelFlags.BaselineOutlier);
        MarkHot();
        return ImmutableArray.Create(flags);

        // Dark counts do not tell dead pixels here: light does.
        void MarkHot()
        {
            if (spectra.DarkCountRateMHz.IsDefault) return;
            PixelFlags[] rates = [.. flags];
            FlagRules.MarkRates(rates, spectra.DarkCountRateMHz.AsSpan(), default, limits);
            for (int pixel = 0; pixel < flags.Length; pixel++) flags[pixel] |= rates[pixel] & PixelFlags.Hot;
        }

        SigmaClip Mark(string name, int parameter, PixelFlags outlier) => FlagRules.MarkOutliers(
            flags, [.. pixels.Select(p => p.Fit.HasErrors ? p.Fit.Parameters[parameter].Value : double.NaN)], [.. pixels.Select(p => p.Fit.Parameters[parameter].Error)], outlier, limits);
    }
}
