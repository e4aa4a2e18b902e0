using DigiCam.Geometry;

namespace DigiCam.Simulation;

/// <summary>
/// One simulated event as the camera stores it, refilled for each event. A row is a place in the file; pixels are physical ones, which
/// differ from the row's pixel id only where cables are exchanged.
/// </summary>
internal sealed class SimulatedEvent(int sampleCount)
{
    /// <summary>Samples of a waveform.</summary>
    public int SampleCount { get; } = sampleCount;

    /// <summary>ADC codes (row, sample) [LSB].</summary>
    public short[] Samples { get; } = new short[CameraGeometry.PixelCount * sampleCount];

    /// <summary>Baselines of the firmware as stored, at most 32767 (row) [LSB/16].</summary>
    public short[] Baselines { get; } = new short[CameraGeometry.PixelCount];

    /// <summary>Whole part of the baselines as the trigger subtracts it, up to the last code (row) [LSB].</summary>
    public short[] TriggerBaselines { get; } = new short[CameraGeometry.PixelCount];

    /// <summary>Patch sums as stored: (sample, 3 crates x 192), 0..255.</summary>
    public byte[] TriggerInput { get; } = new byte[sampleCount * TriggerPatch.StoredTracesPerSample];

    /// <summary>Bits of the trigger on 7 patches as stored: (sample, 3 crates x 18 bytes).</summary>
    public byte[] TriggerPatch7 { get; } = new byte[sampleCount * TriggerPatch.StoredOutputBytesPerSample];

    /// <summary>Bits of the trigger on 19 patches as stored.</summary>
    public byte[] TriggerPatch19 { get; } = new byte[sampleCount * TriggerPatch.StoredOutputBytesPerSample];

    /// <summary>Primary photo-electrons of the flash (pixel).</summary>
    public int[] FlashPrimaries { get; } = new int[CameraGeometry.PixelCount];

    /// <summary>Avalanches of the flash, crosstalk included, afterpulses not (pixel).</summary>
    public int[] FlashAvalanches { get; } = new int[CameraGeometry.PixelCount];

    /// <summary>Dark counts and photo-electrons of continuous light that start inside the readout window, crosstalk not counted (pixel).</summary>
    public int[] RandomPulses { get; } = new int[CameraGeometry.PixelCount];
}
