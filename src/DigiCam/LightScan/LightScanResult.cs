using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Histograms;
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
        : base(Sum(spectra, pixels), [.. pixels.Select(p => p.Fit)], FlagsOf(spectra, limits, pixels, out SigmaClip gain), limits)
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

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => LightScanFitter.Problem(Spectra, Options, Limits, pixel);

    /// <summary>The fit of the light of one level as it began, with the pixel's other parameters held.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    public FitProblem Problem(int level, int pixel) => LightScanFitter.Problem(Spectra, Options, Limits, pixel, level, Fits[pixel]);

    /// <inheritdoc/>
    public override string ToString()
    {
        SigmaClip crossTalk = SigmaClip.Of(this["crosstalk"].Values.Where((_, pixel) => Flags[pixel] == PixelFlags.None), Limits.OutlierSigmas);
        return FormattableString.Invariant(
            $"AC LED scan, {LevelCount} levels: {GoodCount} of {PixelCount} pixels good, gain {GainSpread.Median:F3} LSB/pe (spread {GainSpread.Sigma:F3}), crosstalk {crossTalk.Median:F4} (spread {crossTalk.Sigma:F4}), {Scale}");
    }

    // The sum of the levels of each pixel that were fitted together, on as much of the axis as they need.
    private static PixelHistograms Sum(LightSpectra spectra, ImmutableArray<LightPixel> pixels)
    {
        int first = int.MaxValue;
        int last = int.MinValue;
        for (int pixel = 0; pixel < pixels.Length; pixel++)
        {
            foreach (int level in pixels[pixel].Shared)
            {
                int count = spectra.Charges.GetCounts(level, pixel, out int firstBin).Length;
                (first, last) = (Math.Min(first, firstBin), Math.Max(last, firstBin + count - 1));
            }
        }

        if (last < first) (first, last) = (0, 0);
        PixelHistograms sum = new(new IntegerAxis(spectra.Axis.First + first, last - first + 1), pixels.Length, spectra.Scale);
        for (int pixel = 0; pixel < pixels.Length; pixel++)
        {
            foreach (int level in pixels[pixel].Shared)
            {
                ReadOnlySpan<uint> counts = spectra.Charges.GetCounts(level, pixel, out int firstBin);
                sum.AddCounts(pixel, firstBin - first, counts, 0, 0, true);
            }
        }

        sum.EventCount = spectra.Charges.EventCounts.Sum();
        return sum;
    }

    private static ImmutableArray<PixelFlags> FlagsOf(LightSpectra spectra, FlagLimits limits, ImmutableArray<LightPixel> pixels, out SigmaClip gain)
    {
        PixelFlags[] flags = new PixelFlags[pixels.Length];
        for (int pixel = 0; pixel < flags.Length; pixel++)
        {
            LightPixel of = pixels[pixel];
            if (of.Shared.Length > 0 && of.HasLight)
            {
                // Noise too small to matter beside the rest, and a spread that the data do not need, may rest on their limits.
                flags[pixel] = FlagRules.OfFit(of.Fit, limits);
                continue;
            }

            // Without a level to fit, what is wrong with the levels is wrong with the pixel.
            PixelFlags any = PixelFlags.None;
            PixelFlags all = (PixelFlags)uint.MaxValue;
            bool isStuck = spectra.LevelCount > 0;
            for (int level = 0; level < spectra.LevelCount; level++)
            {
                any |= of.Levels[level].Flags;
                all &= of.Levels[level].Flags;
                isStuck &= IsStuck(spectra.Charges.GetCounts(level, pixel, out _));
            }

            flags[pixel] = PixelFlags.FitFailed | all | (any & PixelFlags.Overflow);
            if (isStuck) flags[pixel] |= PixelFlags.Stuck;
            else if ((all | any & PixelFlags.Overflow) == PixelFlags.None && !of.HasLight) flags[pixel] |= PixelFlags.NoLed;
        }

        gain = Mark("gain", LightModel.Gain, PixelFlags.GainOutlier);
        Mark("sigma_e", LightModel.Noise, PixelFlags.NoiseOutlier);
        return ImmutableArray.Create(flags);

        SigmaClip Mark(string name, int parameter, PixelFlags outlier) => FlagRules.MarkOutliers(
            flags, [.. pixels.Select(p => p.Fit.HasErrors ? p.Fit.Parameters[parameter].Value : double.NaN)], [.. pixels.Select(p => p.Fit.Parameters[parameter].Error)], outlier, limits);
    }

    private static bool IsStuck(ReadOnlySpan<uint> counts) => counts.Length - counts.Count(0u) == 1;
}
