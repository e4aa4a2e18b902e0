using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;

namespace DigiCam.HvOff;

/// <summary>Baseline and electronic noise of one pixel.</summary>
/// <param name="Pixel">Software id.</param>
/// <param name="Fit">The fitted Gaussian: norm [entries], mean = baseline [LSB], sigma = electronic noise [LSB].</param>
/// <param name="FirstCode">First ADC code of the fit [LSB].</param>
/// <param name="LastCode">Last ADC code of the fit [LSB].</param>
/// <param name="Moments">Moments of all entries on the axis.</param>
/// <param name="Underflow">Entries below the axis.</param>
/// <param name="Overflow">Entries above the axis.</param>
/// <param name="Flags">What is wrong with the pixel.</param>
public sealed record HvOffPixel(
    int Pixel, FitResult Fit, int FirstCode, int LastCode, HistogramMoments Moments, long Underflow, long Overflow, PixelFlags Flags)
{
    /// <summary>Baseline [LSB]; NaN when not fitted.</summary>
    public double Baseline => Fit.Parameters[1].Value;

    /// <summary>Error of the baseline [LSB]; NaN when there is none.</summary>
    public double BaselineError => Fit.Parameters[1].Error;

    /// <summary>Electronic noise [LSB], the rounding of the ADC not included; NaN when not fitted.</summary>
    public double Noise => Fit.Parameters[2].Value;

    /// <summary>Error of the electronic noise [LSB]; NaN when there is none.</summary>
    public double NoiseError => Fit.Parameters[2].Error;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"pixel {Pixel}: baseline {Baseline:F4} +- {BaselineError:F4} LSB, noise {Noise:F4} +- {NoiseError:F4} LSB, chi2/ndf {Fit.Minimum:F1}/{Fit.DegreesOfFreedom}, {Fit.Status}, {PixelFlagNames.Describe(Flags)}");
}
