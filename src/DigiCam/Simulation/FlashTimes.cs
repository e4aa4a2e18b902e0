using System.Collections.Immutable;

namespace DigiCam.Simulation;

/// <summary>Averages over the times at which the flashes of a simulated run arrive, which their jitter makes a normal distribution: the truth on the scale of what is measured.</summary>
public static class FlashTimes
{
    // In standard deviations of the jitter.
    private const double Reach = 5;
    private const double Step = 0.25;

    /// <summary>The mean of a function of the start of the flash's pulse (pixel).</summary>
    /// <param name="truth">What was simulated.</param>
    /// <param name="value">The function of pixel and start of the pulse in the waveform [ns].</param>
    public static ImmutableArray<double> Average(SimulationTruth truth, Func<int, double, double> value)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(value);
        return [.. truth.Pixels.DelayNs.Select((delay, pixel) =>
        {
            (double sum, double weights) = (0, 0);
            for (double z = -Reach; z <= Reach; z += Step)
            {
                double weight = PortableMath.Exp(-0.5 * z * z);
                sum += weight * value(pixel, truth.FlashTimeNs + delay + (z * truth.FlashJitterNs));
                weights += weight;
            }

            return sum / weights;
        })];
    }
}
