namespace DigiCam.Notebooks.Cameras;

/// <summary>What the camera display shows beside the camera for a selected pixel: a <see cref="PixelSpectrum"/> or a <see cref="PixelWaveform"/>.</summary>
public abstract class PixelPanel
{
    private protected PixelPanel()
    {
    }

    /// <summary>One line about it.</summary>
    public abstract override string ToString();
}
