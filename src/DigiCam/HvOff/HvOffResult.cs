using System.Collections.Immutable;
using DigiCam.Flags;
using DigiCam.Histograms;

namespace DigiCam.HvOff;

/// <summary>Baselines and electronic noise of the whole camera.</summary>
public sealed class HvOffResult
{
    internal HvOffResult(
        ImmutableArray<HvOffPixel> pixels, PixelHistograms histograms, HvOffLimits limits, SigmaClip baseline, SigmaClip noise)
    {
        Pixels = pixels;
        Histograms = histograms;
        Limits = limits;
        BaselineSpread = baseline;
        NoiseSpread = noise;
    }

    /// <summary>Results by software pixel id.</summary>
    public ImmutableArray<HvOffPixel> Pixels { get; }

    /// <summary>The histograms that were fitted.</summary>
    public PixelHistograms Histograms { get; }

    /// <summary>The thresholds behind the flags.</summary>
    public HvOffLimits Limits { get; }

    /// <summary>Median and spread of the baseline over pixels with a valid fit, outliers left out [LSB].</summary>
    public SigmaClip BaselineSpread { get; }

    /// <summary>Median and spread of the electronic noise over pixels with a valid fit, outliers left out [LSB].</summary>
    public SigmaClip NoiseSpread { get; }

    /// <summary>Baselines (pixel) [LSB]; NaN = not fitted.</summary>
    public double[] Baseline => Select(p => p.Baseline);

    /// <summary>Errors of the baselines (pixel) [LSB]; NaN = none.</summary>
    public double[] BaselineError => Select(p => p.BaselineError);

    /// <summary>Electronic noise (pixel) [LSB]; NaN = not fitted.</summary>
    public double[] Noise => Select(p => p.Noise);

    /// <summary>Errors of the electronic noise (pixel) [LSB]; NaN = none.</summary>
    public double[] NoiseError => Select(p => p.NoiseError);

    /// <summary>chi2/ndf (pixel); NaN = not fitted.</summary>
    public double[] ChiSquarePerNdf => Select(p => p.Fit.ChiSquarePerNdf);

    /// <summary>Flags (pixel).</summary>
    public PixelFlags[] Flags => [.. Pixels.Select(p => p.Flags)];

    /// <summary>Number of pixels without any flag.</summary>
    public int GoodCount => Pixels.Count(p => p.Flags == PixelFlags.None);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"HV off, {Histograms.EventCount} events: {GoodCount} of {Pixels.Length} pixels good, baseline {BaselineSpread.Median:F2} LSB (spread {BaselineSpread.Sigma:F2}), noise {NoiseSpread.Median:F3} LSB (spread {NoiseSpread.Sigma:F3})");

    private double[] Select(Func<HvOffPixel, double> value) => [.. Pixels.Select(value)];
}
