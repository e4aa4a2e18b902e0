namespace DigiCam.Dark;

/// <summary>A pulse in a waveform.</summary>
/// <param name="Sample">The sample of its peak.</param>
/// <param name="Charge">ADC code of that sample, or the sum of codes around it; the baseline is not subtracted [LSB].</param>
public readonly record struct FoundPulse(int Sample, int Charge);
