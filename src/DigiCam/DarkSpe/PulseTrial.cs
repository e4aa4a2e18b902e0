namespace DigiCam.DarkSpe;

/// <summary>A simulated pulse as it was found.</summary>
/// <param name="Charge">Charge, the pedestal not subtracted [LSB].</param>
/// <param name="Signal">The same without pedestal, noise and spread, in units of the peak of one avalanche.</param>
/// <param name="TimeNs">Time since the start of the first dark count [ns].</param>
internal readonly record struct PulseTrial(int Charge, double Signal, double TimeNs);
