namespace DigiCam.Dark;

/// <summary>Where a pulse of a pixel begins to count, in the sums of <see cref="PulseFinder"/>.</summary>
/// <param name="Threshold">Least filtered height [8 LSB].</param>
/// <param name="Rise">Least rise above the lowest point since the pulse before [8 LSB].</param>
public readonly record struct PulseLevel(int Threshold, int Rise);
