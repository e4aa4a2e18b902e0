namespace DigiCam.Fitting.Models;

/// <summary>Meaning of the parameters of a <see cref="MaximumWindowModel"/> for the sensor, with E = 1 / (1 - mu_xt) - l w / S, the mean charge of an avalanche above the mean dark charge.</summary>
/// <param name="DarkCountRateMHz">Dark counts per time, without crosstalk: l divided by the length of the waveform [MHz].</param>
/// <param name="Crosstalk">Crosstalk 1 - 1/E.</param>
/// <param name="ChargePerPe">Charge of a dark count with its crosstalk, gain times E [LSB].</param>
/// <param name="Zero">Charge without light, -l w / S gain E [LSB].</param>
public readonly record struct MaximumWindowQuantities(double DarkCountRateMHz, double Crosstalk, double ChargePerPe, double Zero);
