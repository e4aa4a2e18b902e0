using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Simulation;

namespace DigiCam.Synchronisation;

/// <summary>The half-height leading edge of simulated flashes as samples show it: the truth on the scale of the measured times, the phase of the clock included.</summary>
public static class FlashEdge
{
    /// <summary>Mean edge of the flash without noise (pixel) [ns].</summary>
    /// <param name="truth">What was simulated.</param>
    public static ImmutableArray<double> Of(SimulationTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        PulseShape pulse = truth.Pulse.ToShape();
        double[] samples = new double[truth.SampleCount];
        return FlashTimes.Average(truth, (_, startNs) =>
        {
            int position = 0;
            for (int k = 0; k < samples.Length; k++)
            {
                samples[k] = pulse.At((k * CameraGeometry.SampleNs) - startNs);
                if (samples[k] > samples[position]) position = k;
            }

            double half = samples[position] / 2;
            int below = position - 1;
            while (below >= 0 && samples[below] >= half) below--;
            return below < 0 ? double.NaN : (below + ((half - samples[below]) / (samples[below + 1] - samples[below]))) * CameraGeometry.SampleNs;
        });
    }
}
