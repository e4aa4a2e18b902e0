using DigiCam.Geometry;

namespace DigiCam.Notebooks.Cameras;

/// <summary>The samples of one pixel in one event.</summary>
/// <param name="samples">Samples in time order [LSB].</param>
public sealed class PixelWaveform(IReadOnlyList<short> samples) : PixelPanel
{
    /// <summary>Samples in time order [LSB].</summary>
    public IReadOnlyList<short> Samples { get; } = samples ?? throw new ArgumentNullException(nameof(samples));

    /// <summary>Time between samples [ns].</summary>
    public double SampleNs { get; init; } = CameraGeometry.SampleNs;

    /// <summary>Baseline [LSB], drawn as a line; NaN = unknown.</summary>
    public double Baseline { get; init; } = double.NaN;

    /// <inheritdoc/>
    public override string ToString() => Samples.Count == 0
        ? "waveform without samples"
        : FormattableString.Invariant($"waveform of {Samples.Count} samples of {SampleNs} ns, {Samples.Min()} .. {Samples.Max()} LSB");
}
