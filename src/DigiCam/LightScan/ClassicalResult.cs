using System.Collections.Immutable;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.LightScan;

/// <summary>
/// The chain of 2017: gain from the sum of many levels with free contents of the peaks, then light and crosstalk of each level by itself. The histograms are the sums.
/// </summary>
public sealed class ClassicalResult : CameraResult
{
    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "full-mpe";

    internal ClassicalResult(LightSpectra spectra, LightScanOptions options, FlagLimits limits, ImmutableArray<LightPixel> pixels)
        : base(spectra.Sum([.. pixels.Select(p => p.Shared)]), [.. pixels.Select(p => p.Fit)], FlagsOf(spectra, limits, pixels, out SigmaClip gain), limits)
    {
        (Spectra, Options, Pixels, GainSpread) = (spectra, options, pixels, gain);
        (double Value, double Error)[] crossTalk = [.. pixels.Select(p => ClassicalFitter.MeanCrossTalk(p.Levels.AsSpan()))];
        Quantities =
        [
            FromFits("gain", "gain", "gain", "G", "LSB/pe", "distance of the peaks in the sum of many levels"),
            FromFits("sigma_1", "single_pe_spread", "spread of one photo-electron", "σ₁", "LSB", "growth of the width of the peaks"),
            FromFits("sigma_e", "electronic_noise", "electronic noise", "σₑ", "LSB", "width of the peak without photo-electrons"),
            FromFits("baseline", "baseline", "baseline", "B", "LSB", "place of the peak without photo-electrons"),
            new("crosstalk", "crosstalk", "x", "", [.. crossTalk.Select(x => x.Value)], [.. crossTalk.Select(x => x.Error)], "weighted mean over the levels of little light, each fitted by itself"),
            new("peaks", "peaks", "K", "", [.. Fits.Select(f => f.HasErrors ? f.Parameters.Count(p => p.Name.StartsWith("a_", StringComparison.Ordinal) && !p.IsFixed) : double.NaN)], [], "peaks in the range of the fit, and one more"),
            new("chi2_per_ndf", "goodness of fit", "χ²/ndf", "", [.. Fits.Select(f => f.ChiSquarePerNdf)], [], "minimum of the cost divided by the degrees of freedom"),
        ];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "Full multi-photo-electron spectrum";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>The charges, with what was known of the pixels.</summary>
    public LightSpectra Spectra { get; }

    /// <summary>How they were fitted.</summary>
    public LightScanOptions Options { get; }

    /// <summary>The fits (pixel): that of the sum, and light and crosstalk of the levels.</summary>
    public ImmutableArray<LightPixel> Pixels { get; }

    /// <summary>Median and spread of the gain over pixels with a valid fit, outliers left out [LSB/pe].</summary>
    public SigmaClip GainSpread { get; }

    /// <summary>The light of a level in a pixel.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    public LightLevel this[int level, int pixel] => Pixels[pixel].Levels[level];

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => ClassicalFitter.Problem(Spectra, Options, Limits, pixel);

    /// <inheritdoc/>
    protected internal override void AddTo(Hdf5Writer writer) => LightScanFiles.WriteLevels(writer, TaskName, Pixels);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"full spectrum of {Spectra.LevelCount} levels: {GoodCount} of {PixelCount} pixels good, gain {GainSpread.Median:F3} LSB/pe (spread {GainSpread.Sigma:F3}), {Scale}");

    private static ImmutableArray<PixelFlags> FlagsOf(LightSpectra spectra, FlagLimits limits, ImmutableArray<LightPixel> pixels, out SigmaClip gain)
    {
        PixelFlags[] flags = new PixelFlags[pixels.Length];
        for (int pixel = 0; pixel < flags.Length; pixel++)
        {
            LightPixel of = pixels[pixel];
            flags[pixel] = of.Shared.Length > 0 && of.HasLight
                ? FlagRules.OfFit(of.Fit, limits, static name => name.StartsWith("a_", StringComparison.Ordinal), out _)
                : spectra.FlagsWithoutFit(pixel, of);
        }

        gain = FlagRules.MarkOutliers(
            flags, [.. pixels.Select(p => p.Fit.HasErrors ? p.Fit["gain"].Value : double.NaN)], [.. pixels.Select(p => p.Fit["gain"].Error)], PixelFlags.GainOutlier, limits);
        return ImmutableArray.Create(flags);
    }
}
