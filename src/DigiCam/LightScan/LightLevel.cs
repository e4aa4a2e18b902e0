using DigiCam.Fitting;
using DigiCam.Flags;

namespace DigiCam.LightScan;

/// <summary>The light of one level as a pixel sees it.</summary>
/// <param name="Mu">Primary photo-electrons of a flash in the mean [pe]; NaN when not fitted.</param>
/// <param name="MuError">Standard error, that of the pixel's other parameters included [pe]; NaN when there is none, as for light of 0, its limit.</param>
/// <param name="OwnError">The part of the error that is the level's own [pe]: it is independent from level to level.</param>
/// <param name="CrossTalk">Crosstalk found with the light, or held [1]; NaN when not fitted.</param>
/// <param name="CrossTalkError">Its standard error; NaN where it was held.</param>
/// <param name="ChiSquare">-2 ln L of the level; NaN when not fitted.</param>
/// <param name="DegreesOfFreedom">Bins minus parameters of the level's own.</param>
/// <param name="Status">How the fit ended.</param>
/// <param name="Flags">What is wrong with the level: OVERFLOW, LOW_STATISTICS, DEAD, BAD_CHI2, FIT_FAILED.</param>
/// <param name="IsShared">True for a level that took part in the fit of the pixel's other parameters.</param>
public readonly record struct LightLevel(
    double Mu, double MuError, double OwnError, double CrossTalk, double CrossTalkError, double ChiSquare, int DegreesOfFreedom, FitStatus Status, PixelFlags Flags, bool IsShared)
{
    /// <summary>A level that was not fitted.</summary>
    internal static LightLevel Without(FitStatus status, PixelFlags flags) => new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, 0, status, flags, false);

    /// <summary>chi2/ndf; NaN when there is none.</summary>
    public double ChiSquarePerNdf => DegreesOfFreedom > 0 ? ChiSquare / DegreesOfFreedom : double.NaN;

    /// <summary>True when the light can be used.</summary>
    public bool IsValid => Flags == PixelFlags.None && !double.IsNaN(Mu);
}
