namespace DigiCam.Dark;

/// <summary>Where a pulse of a pixel begins to count, in the filtered trace of <see cref="PulseFinder"/>.</summary>
/// <param name="Threshold">Least height of a pulse [LSB/8].</param>
/// <param name="Ready">Height that the trace has to be below before a pulse [LSB/8].</param>
public readonly record struct PulseLevel(short Threshold, short Ready);
