namespace DigiCam.Notebooks.Cameras;

/// <summary>One reason why a pixel is flagged.</summary>
/// <param name="Bit">Its bit, 0..31.</param>
/// <param name="Name">Its name, for example NOISE_OUTLIER.</param>
/// <param name="Words">What it means, for example "noise far from the camera's median".</param>
public sealed record PixelFlag(int Bit, string Name, string Words)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Words}";
}
