namespace DigiCam.DarkSpe;

/// <summary>A simulated pulse as it was found.</summary>
/// <param name="Charge">Charge, the pedestal not subtracted [LSB].</param>
/// <param name="Signal">What the sample at the filter's maximum holds without noise and spread [p.e.].</param>
/// <param name="TimeNs">Time since the start of the first dark count [ns].</param>
internal readonly record struct PulseTrial(int Charge, double Signal, double TimeNs);
