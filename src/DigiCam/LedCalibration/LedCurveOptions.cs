namespace DigiCam.LedCalibration;

/// <summary>How curves of LEDs are fitted.</summary>
public sealed record LedCurveOptions
{
    /// <summary>Standard deviations by which the light of a level has to exceed that of the LED switched off; levels below the lowest such one are below the threshold of the LED.</summary>
    public double ThresholdSigmas { get; init; } = 5;

    /// <summary>Uncertainty of a level beyond its error, relative to the light: how well the LED repeats itself from flash to flash and level to level.</summary>
    public double RelativeError { get; init; }

    /// <summary>
    /// Whether curves of a camera also use the shape that its LEDs have in common, as far as they really have one: an LED is known the better, the less LEDs differ. False for each LED by itself.
    /// </summary>
    public bool CameraShape { get; init; } = true;

    /// <summary>Least number of LEDs for a shape in common.</summary>
    public int LeastLeds { get; init; } = 50;
}
