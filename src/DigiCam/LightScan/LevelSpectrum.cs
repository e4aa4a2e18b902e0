using System.Collections.Immutable;

namespace DigiCam.LightScan;

/// <summary>The spectrum of one level in a pixel in the bins of its fit.</summary>
/// <param name="First">Lower edge of the first bin on the axis of the charges [LSB].</param>
/// <param name="Width">Width of every bin [LSB].</param>
/// <param name="Counts">Entries (bin).</param>
/// <param name="Expected">What the fit expects (bin); empty where the level has no light of its own.</param>
public sealed record LevelSpectrum(double First, double Width, ImmutableArray<long> Counts, ImmutableArray<double> Expected);
