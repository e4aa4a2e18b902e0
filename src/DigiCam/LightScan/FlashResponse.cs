using System.Collections.Immutable;
using DigiCam.Fitting.Models;
using DigiCam.Geometry;
using DigiCam.Simulation;

namespace DigiCam.LightScan;

/// <summary>
/// What a charge at a fixed place contains of a simulated flash's pulse, relative to its peak: true gains and spreads times this are those on the scale of the charges.
/// </summary>
public static class FlashResponse
{
    /// <summary>Mean charge of a flash's pulse relative to its peak (pixel).</summary>
    /// <param name="truth">What was simulated.</param>
    /// <param name="charges">Where the charges were taken.</param>
    public static ImmutableArray<double> Of(SimulationTruth truth, ChargeHistograms charges)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(charges);
        PulseShape pulse = truth.Pulse.ToShape();
        return FlashTimes.Average(truth, (pixel, startNs) => ShotNoisePulse.ChargeOf(pulse, charges.Scale, (charges.ChargeStart(pixel) * CameraGeometry.SampleNs) - startNs));
    }
}
