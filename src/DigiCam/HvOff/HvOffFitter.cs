using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.Hosting;
using DigiCam.Results;

namespace DigiCam.HvOff;

/// <summary>
/// Fits a bin-integrated Gaussian to every pixel's ADC histogram: with the high voltage off the samples hold nothing but
/// baseline and electronic noise. The first and last ADC codes also hold everything beyond them and stay out of the fit.
/// </summary>
public static class HvOffFitter
{
    /// <summary>Least electronic noise the fit may reach [LSB].</summary>
    public const double MinimumNoiseLsb = 0.01;

    // Empty bins kept on either side of the filled ones; they count in the likelihood.
    private const int RangeMarginBins = 3;

    // Sheppard's correction for bins of width 1.
    private const double BinVariance = 1.0 / 12;

    /// <summary>Fits all pixels on all processors; results do not depend on their number.</summary>
    /// <param name="histograms">ADC histograms.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    public static HvOffResult Fit(PixelHistograms histograms, FlagLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        limits ??= new FlagLimits();
        HvOffPixel[] pixels = new HvOffPixel[histograms.PixelCount];
        Parallel.For(
            0, pixels.Length, new ParallelOptions { CancellationToken = HostCancellation.Or(cancellationToken) },
            static () => new Workspace(),
            (pixel, _, workspace) =>
            {
                pixels[pixel] = FitPixel(histograms, pixel, limits, workspace, static w => w.Minimizer.Minimize(w.Cost, w.Parameters));
                return workspace;
            },
            static _ => { });
        return Assemble(pixels, histograms, limits);
    }

    /// <summary>Puts saved fit results back together with their histograms, without fitting: chi2 and flags are computed from the saved values.</summary>
    /// <param name="histograms">ADC histograms.</param>
    /// <param name="saved">Saved results (pixel, [norm, error, mean, error, sigma, error]).</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    public static HvOffResult Restore(PixelHistograms histograms, double[][] saved, FlagLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        ArgumentNullException.ThrowIfNull(saved);
        limits ??= new FlagLimits();
        Workspace workspace = new();
        HvOffPixel[] pixels = [.. Enumerable.Range(0, histograms.PixelCount).Select(pixel => FitPixel(histograms, pixel, limits, workspace, w => FitResult.Restore(w.Cost, w.Parameters, saved[pixel])))];
        return Assemble(pixels, histograms, limits);
    }

    /// <summary>Puts a saved result back together with its histograms, without fitting.</summary>
    /// <param name="histograms">ADC histograms.</param>
    /// <param name="saved">The fits.</param>
    /// <exception cref="InvalidDataException">The fits are not those of this task on such histograms.</exception>
    public static HvOffResult Restore(PixelHistograms histograms, SavedResult saved)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        ArgumentNullException.ThrowIfNull(saved);
        Workspace workspace = new();
        saved.RequireFits(histograms.PixelCount, histograms.Scale, workspace.Cost.Model.Parameters);
        HvOffPixel[] pixels = [.. Enumerable.Range(0, histograms.PixelCount).Select(pixel => FitPixel(histograms, pixel, saved.Limits, workspace, _ => saved.Fits[pixel]))];
        return Assemble(pixels, histograms, saved.Limits);
    }

    /// <summary>Saved fits without the histograms behind them, as input of other tasks: baselines, noise and their errors.</summary>
    /// <param name="saved">Saved results (pixel, [norm, error, mean, error, sigma, error]).</param>
    internal static HvOffResult WithoutHistograms(double[][] saved)
    {
        // No limits: where a value rested on one, its error is missing in the file.
        PoissonLikelihood cost = new(new GaussianModel());
        FitParameter[] parameters = [.. cost.Model.Parameters.Select(p => new FitParameter(p.Name, p.Unit, 0))];
        FitResult[] fits = [.. saved.Select(row => FitResult.Restore(cost, parameters, row))];
        return WithoutHistograms([.. fits], [.. fits.Select(f => f.HasErrors ? PixelFlags.None : PixelFlags.FitFailed)], new FlagLimits());
    }

    /// <summary>Saved fits without the histograms behind them, as input of other tasks.</summary>
    /// <param name="fits">The fits (pixel).</param>
    /// <param name="flags">The flags (pixel).</param>
    /// <param name="limits">The thresholds behind the flags.</param>
    internal static HvOffResult WithoutHistograms(ImmutableArray<FitResult> fits, ImmutableArray<PixelFlags> flags, FlagLimits limits)
    {
        PixelHistograms nothing = new(new IntegerAxis(0, 1), fits.Length);
        HistogramMoments none = HistogramMoments.Of([], 0);
        return Assemble([.. fits.Select((fit, pixel) => new HvOffPixel(pixel, fit, 0, -1, none, 0, 0, flags[pixel]))], nothing, limits);
    }

    /// <summary>The fit of one pixel as it begins.</summary>
    internal static FitProblem Problem(PixelHistograms histograms, int pixel)
    {
        Workspace workspace = new();
        Prepare(histograms, pixel, workspace, out _, out _);
        return new FitProblem(workspace.Cost, [.. workspace.Parameters]);
    }

    private static HvOffResult Assemble(HvOffPixel[] pixels, PixelHistograms histograms, FlagLimits limits)
    {
        PixelFlags[] flags = [.. pixels.Select(p => p.Flags)];
        SigmaClip baseline = FlagRules.MarkOutliers(flags, Values(p => p.Baseline), Values(p => p.BaselineError), PixelFlags.BaselineOutlier, limits);
        SigmaClip noise = FlagRules.MarkOutliers(flags, Values(p => p.Noise), Values(p => p.NoiseError), PixelFlags.NoiseOutlier, limits);
        for (int i = 0; i < pixels.Length; i++) pixels[i] = pixels[i] with { Flags = flags[i] };
        return new HvOffResult(ImmutableArray.Create(pixels), histograms, limits, baseline, noise);

        // Only valid fits take part: a parameter on its limit has no error.
        double[] Values(Func<HvOffPixel, double> value) => [.. pixels.Select(p => p.Fit.IsValid ? value(p) : double.NaN)];
    }

    private static HvOffPixel FitPixel(PixelHistograms histograms, int pixel, FlagLimits limits, Workspace workspace, Func<Workspace, FitResult> fitOf)
    {
        HistogramMoments moments = Prepare(histograms, pixel, workspace, out int first, out int last);
        FitResult fit = histograms.IsValid(pixel) ? fitOf(workspace) : FitResult.Without(FitStatus.NotFinite, workspace.Parameters, 0);
        PixelFlags flags = FlagRules.OfHistogram(histograms, pixel, limits.MinimumSamples, edgesCount: true) | FlagRules.OfFit(fit, limits);
        return new HvOffPixel(pixel, fit, first, last, moments, histograms.GetUnderflow(pixel), histograms.GetOverflow(pixel), flags);
    }

    // Range, data and start values of a pixel. Moments are those of the whole axis.
    private static HistogramMoments Prepare(PixelHistograms histograms, int pixel, Workspace workspace, out int first, out int last)
    {
        ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
        IntegerAxis axis = histograms.IntegerAxis;
        HistogramMoments moments = HistogramMoments.Of(counts, axis.First);
        first = Math.Max(moments.FirstFilled - RangeMarginBins, axis.First + 1);
        last = Math.Min(moments.LastFilled + RangeMarginBins, axis.Last - 1);
        ReadOnlySpan<uint> range = last >= first ? counts.Slice(first - axis.First, last - first + 1) : [];
        HistogramMoments inside = HistogramMoments.Of(range, first);
        Start(inside, first, last, workspace.Parameters);
        workspace.Cost.SetData(range, first);
        return moments;
    }

    // A mean beyond the range of the fit, or a sigma as wide as the range, is no baseline and no noise: such fits follow something
    // else, mostly pulses, into a corner and then rest on these limits.
    private static void Start(HistogramMoments moments, int first, int last, Span<FitParameter> parameters)
    {
        double sigma = Math.Sqrt(Math.Max(moments.Variance - BinVariance, 0.04));
        parameters[0] = new FitParameter("norm", "entries", moments.Entries, Lower: 0);
        parameters[1] = new FitParameter("mean", "LSB", moments.Mean, first - 0.5, last + 0.5);
        parameters[2] = new FitParameter("sigma", "LSB", sigma, MinimumNoiseLsb, Math.Max(last - first + 1, 1));
    }

    private sealed class Workspace
    {
        public PoissonLikelihood Cost { get; } = new(new GaussianModel());

        public Minimizer Minimizer { get; } = new();

        public FitParameter[] Parameters { get; } = new FitParameter[3];
    }
}
