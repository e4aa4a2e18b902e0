namespace DigiCam.LedCalibration;

/// <summary>What a curve says of the DAC value that gives a wanted light.</summary>
/// <param name="Dac">DAC value, not rounded; NaN where no value gives this light.</param>
/// <param name="Error">Standard error; NaN where nothing was measured.</param>
/// <param name="IsExtrapolated">True when the light lies outside the measured range: the value is the nearer end of the range.</param>
public readonly record struct LedSetting(double Dac, double Error, bool IsExtrapolated);
