using System.Collections.Immutable;
using DigiCam.Fitting;

namespace DigiCam.LightScan;

/// <summary>The fits of one pixel.</summary>
/// <param name="Fit">What its levels share, and the light of those that were fitted together: parameters of <see cref="LightScanFitter.Parameters"/>, or those of <see cref="Fitting.Models.FullMpeModel"/> in the classical chain.</param>
/// <param name="Shared">Places of the levels that were fitted together, in the order of mu_1, mu_2, ...</param>
/// <param name="Levels">The light of all levels (level).</param>
/// <param name="HasLight">False when no level has light that can be told from none.</param>
public sealed record LightPixel(FitResult Fit, ImmutableArray<int> Shared, ImmutableArray<LightLevel> Levels, bool HasLight)
{
    /// <summary>Charge of a photo-electron with its crosstalk from means and variances at much light.</summary>
    public FFactorGain FFactor { get; init; } = new(double.NaN, double.NaN, 0);
}
