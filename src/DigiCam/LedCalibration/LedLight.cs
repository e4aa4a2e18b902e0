namespace DigiCam.LedCalibration;

/// <summary>What a curve says of the light at a DAC value.</summary>
/// <param name="Value">Mean number of photo-electrons of a flash [pe]; 0 below the threshold of the LED; NaN without a curve.</param>
/// <param name="Error">Standard error [pe]; NaN where nothing was measured.</param>
/// <param name="IsExtrapolated">True outside the measured range, where the number is a guess.</param>
public readonly record struct LedLight(double Value, double Error, bool IsExtrapolated);
