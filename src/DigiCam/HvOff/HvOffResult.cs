using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.Results;

namespace DigiCam.HvOff;

/// <summary>Baselines and electronic noise of the whole camera.</summary>
public sealed class HvOffResult : CameraResult
{
    /// <summary>Name of the task in files and commands.</summary>
    public const string TaskName = "hvoff";

    internal HvOffResult(
        ImmutableArray<HvOffPixel> pixels, PixelHistograms histograms, FlagLimits limits, SigmaClip baseline, SigmaClip noise)
        : base(histograms, [.. pixels.Select(p => p.Fit)], [.. pixels.Select(p => p.Flags)], limits)
    {
        Pixels = pixels;
        BaselineSpread = baseline;
        NoiseSpread = noise;
        Quantities =
        [
            FromFits("sigma", "electronic_noise", "electronic noise", "σₑ", "LSB", "spread of the samples without the rounding of the ADC, from the fit of a Gaussian"),
            FromFits("mean", "baseline", "baseline", "B", "LSB", "mean of the samples, from the fit of a Gaussian"),
            new("chi2_per_ndf", "goodness of fit", "χ²/ndf", "", [.. Fits.Select(f => f.ChiSquarePerNdf)], [], "minimum of the cost divided by the degrees of freedom"),
            new("skewness", "skewness", "γ", "", [.. pixels.Select(p => p.Moments.Skewness)], [], "third standardised moment of the samples: 0 for pure noise, positive where light or dark counts leak in"),
        ];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "HV off";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>Results by software pixel id.</summary>
    public ImmutableArray<HvOffPixel> Pixels { get; }

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

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => HvOffFitter.Problem(Histograms, pixel);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"HV off, {Histograms.EventCount} events: {GoodCount} of {Pixels.Length} pixels good, baseline {BaselineSpread.Median:F2} LSB (spread {BaselineSpread.Sigma:F2}), noise {NoiseSpread.Median:F3} LSB (spread {NoiseSpread.Sigma:F3})");

    private double[] Select(Func<HvOffPixel, double> value) => [.. Pixels.Select(value)];
}
