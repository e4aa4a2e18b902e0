using System.Collections.Immutable;
using MathNet.Numerics;

namespace DigiCam.Dark;

/// <summary>What is known of a pixel's fit to all samples beyond the fit itself: errors that account for correlated samples, chi2 on their scale, Campbell's estimate.</summary>
/// <param name="Errors">Standard errors, the correlation of neighbouring samples included (parameter); NaN = none.</param>
/// <param name="ChiSquare">Minimum of the cost divided by what correlated samples let expect for each degree of freedom; NaN = not fitted.</param>
/// <param name="DegreesOfFreedom">Bins minus free parameters.</param>
/// <param name="CampbellRate">Dark count rate from mean and variance [MHz]; NaN = none.</param>
/// <param name="CampbellRateError">Its error [MHz]; NaN = none.</param>
/// <param name="CampbellCrossTalk">Crosstalk from mean and variance; NaN = none.</param>
/// <param name="CampbellCrossTalkError">Its error; NaN = none.</param>
public sealed record DarkPixel(
    ImmutableArray<double> Errors, double ChiSquare, int DegreesOfFreedom, double CampbellRate, double CampbellRateError, double CampbellCrossTalk, double CampbellCrossTalkError)
{
    /// <summary>chi2/ndf on the scale of correlated samples; NaN when there are no degrees of freedom.</summary>
    public double ChiSquarePerNdf => DegreesOfFreedom > 0 ? ChiSquare / DegreesOfFreedom : double.NaN;

    /// <summary>Probability of a larger chi2 if the model is right; NaN when there are no degrees of freedom.</summary>
    public double PValue => DegreesOfFreedom > 0 && double.IsFinite(ChiSquare) ? SpecialFunctions.GammaUpperRegularized(DegreesOfFreedom / 2.0, Math.Max(0, ChiSquare) / 2) : double.NaN;
}
