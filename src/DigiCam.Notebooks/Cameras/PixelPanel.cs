namespace DigiCam.Notebooks.Cameras;

/// <summary>What the camera display shows beside the camera for a selected pixel: a <see cref="PixelSpectrum"/>, a <see cref="PixelWaveform"/> or the <see cref="PixelLevels"/> of a scan.</summary>
public abstract class PixelPanel
{
    private protected PixelPanel()
    {
    }

    /// <summary>One line about it.</summary>
    public abstract override string ToString();
}
