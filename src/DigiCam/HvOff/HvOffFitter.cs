using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;

namespace DigiCam.HvOff;

/// <summary>
/// Fits a bin-integrated Gaussian to every pixel's ADC histogram: with the high voltage off the samples hold nothing but
/// baseline and electronic noise. The first and last ADC codes also hold everything beyond them and stay out of the fit.
/// </summary>
public static class HvOffFitter
{
    /// <summary>Least electronic noise the fit may reach [LSB].</summary>
    public const double MinimumNoiseLsb = 0.01;

    // Three parameters need three filled bins; two only fix one combination of mean and sigma.
    private const int MinimumFilledBins = 3;

    // Sheppard's correction for bins of width 1.
    private const double BinVariance = 1.0 / 12;

    /// <summary>Fits all pixels on all processors; results do not depend on their number.</summary>
    /// <param name="histograms">ADC histograms.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    public static HvOffResult Fit(PixelHistograms histograms, HvOffLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        limits ??= new HvOffLimits();
        HvOffPixel[] pixels = new HvOffPixel[histograms.PixelCount];
        Parallel.For(
            0, pixels.Length, new ParallelOptions { CancellationToken = cancellationToken },
            static () => new Workspace(),
            (pixel, _, workspace) =>
            {
                pixels[pixel] = FitPixel(histograms, pixel, limits, workspace, saved: null);
                return workspace;
            },
            static _ => { });
        return Assemble(pixels, histograms, limits);
    }

    /// <summary>Puts saved fit results back together with their histograms, without fitting: chi2 and flags are computed from the saved values.</summary>
    /// <param name="histograms">ADC histograms.</param>
    /// <param name="saved">Saved results (pixel, [norm, error, mean, error, sigma, error]).</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    public static HvOffResult Restore(PixelHistograms histograms, double[][] saved, HvOffLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        ArgumentNullException.ThrowIfNull(saved);
        limits ??= new HvOffLimits();
        Workspace workspace = new();
        HvOffPixel[] pixels = [.. Enumerable.Range(0, histograms.PixelCount).Select(pixel => FitPixel(histograms, pixel, limits, workspace, saved[pixel]))];
        return Assemble(pixels, histograms, limits);
    }

    /// <summary>Fits one pixel by hand: again from the start, with parameters held at values of choice.</summary>
    /// <param name="result">The result the pixel belongs to; it is not changed.</param>
    /// <param name="pixel">Software id.</param>
    /// <param name="held">Parameters to hold: norm [entries], mean [LSB], sigma [LSB], each with its value.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public static FitResult Refit(HvOffResult result, int pixel, params (string Name, double Value)[] held)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(held);
        HvOffPixel fitted = result.Pixels[pixel];
        Workspace workspace = new();
        ReadOnlySpan<uint> range = fitted.LastCode >= fitted.FirstCode
            ? result.Histograms.GetCounts(pixel).Slice(fitted.FirstCode - result.Histograms.Axis.First, fitted.LastCode - fitted.FirstCode + 1)
            : [];
        HistogramMoments inside = HistogramMoments.Of(range, fitted.FirstCode);
        Start(inside, fitted.FirstCode, fitted.LastCode, workspace.Parameters);
        foreach ((string name, double value) in held)
        {
            int index = Array.FindIndex(workspace.Parameters, p => p.Name == name);
            if (index < 0) throw new ArgumentException($"no parameter '{name}'; there are {string.Join(", ", workspace.Parameters.Select(p => p.Name))}", nameof(held));
            workspace.Parameters[index] = workspace.Parameters[index] with { Start = value, IsFixed = true };
        }

        // One filled bin fewer is needed for every parameter held.
        if (inside.FilledBins < Math.Max(1, MinimumFilledBins - held.Length)) return FitResult.Without(FitStatus.NotEnoughData, workspace.Parameters, range.Length);
        workspace.Cost.SetData(range, fitted.FirstCode);
        return workspace.Minimizer.Minimize(workspace.Cost, workspace.Parameters);
    }

    private static HvOffResult Assemble(HvOffPixel[] pixels, PixelHistograms histograms, HvOffLimits limits)
    {
        SigmaClip baseline = SigmaClip.Of(pixels.Where(p => p.Fit.IsValid).Select(p => p.Baseline), limits.OutlierSigmas);
        SigmaClip noise = SigmaClip.Of(pixels.Where(p => p.Fit.IsValid).Select(p => p.Noise), limits.OutlierSigmas);
        for (int i = 0; i < pixels.Length; i++)
        {
            if (!pixels[i].Fit.IsValid) continue;
            PixelFlags flags = pixels[i].Flags;
            if (baseline.Kept >= limits.MinimumPixelsForOutliers && baseline.IsOutlier(pixels[i].Baseline, limits.OutlierSigmas, pixels[i].BaselineError)) flags |= PixelFlags.BaselineOutlier;
            if (noise.Kept >= limits.MinimumPixelsForOutliers && noise.IsOutlier(pixels[i].Noise, limits.OutlierSigmas, pixels[i].NoiseError)) flags |= PixelFlags.NoiseOutlier;
            if (flags != pixels[i].Flags) pixels[i] = pixels[i] with { Flags = flags };
        }

        return new HvOffResult(ImmutableArray.Create(pixels), histograms, limits, baseline, noise);
    }

    private static HvOffPixel FitPixel(PixelHistograms histograms, int pixel, HvOffLimits limits, Workspace workspace, double[]? saved)
    {
        ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
        IntegerAxis axis = histograms.Axis;
        HistogramMoments moments = HistogramMoments.Of(counts, axis.First);
        long underflow = histograms.GetUnderflow(pixel);
        long overflow = histograms.GetOverflow(pixel);

        int first = Math.Max(moments.FirstFilled - limits.RangeMarginBins, axis.First + 1);
        int last = Math.Min(moments.LastFilled + limits.RangeMarginBins, axis.Last - 1);
        ReadOnlySpan<uint> range = last >= first ? counts.Slice(first - axis.First, last - first + 1) : [];
        HistogramMoments inside = HistogramMoments.Of(range, first);
        Start(inside, first, last, workspace.Parameters);

        FitResult fit;
        if (!histograms.IsValid(pixel))
        {
            fit = FitResult.Without(FitStatus.NotFinite, workspace.Parameters, 0);
        }
        else if (inside.FilledBins < MinimumFilledBins)
        {
            fit = FitResult.Without(FitStatus.NotEnoughData, workspace.Parameters, range.Length);
        }
        else
        {
            workspace.Cost.SetData(range, first);
            fit = saved is null
                ? workspace.Minimizer.Minimize(workspace.Cost, workspace.Parameters)
                : FitResult.Restore(workspace.Cost, workspace.Parameters, saved);
        }

        PixelFlags flags = PixelFlags.None;
        if (!histograms.IsValid(pixel)) flags |= PixelFlags.NotFinite;
        else if (moments.Entries + underflow + overflow == 0) flags |= PixelFlags.Dead;
        else if (moments.FilledBins == 1 && underflow + overflow == 0) flags |= PixelFlags.Stuck;
        if (moments.Entries < limits.MinimumEntries && histograms.IsValid(pixel)) flags |= PixelFlags.LowStatistics;
        if (underflow + overflow > 0 || counts[0] > 0 || counts[^1] > 0) flags |= PixelFlags.Overflow;
        if (fit.Status == FitStatus.AtLimit) flags |= PixelFlags.AtLimit;
        else if (!fit.IsValid) flags |= PixelFlags.FitFailed;
        if (fit.ChiSquarePerNdf > limits.MaximumChiSquarePerNdf && fit.PValue < limits.MaximumBadPValue) flags |= PixelFlags.BadChi2;
        return new HvOffPixel(pixel, fit, first, last, moments, underflow, overflow, flags);
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
