using System.Collections.Immutable;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>The pulse of one avalanche as it was simulated.</summary>
/// <param name="TimesNs">Times since the start of the pulse (point) [ns].</param>
/// <param name="Amplitudes">Values relative to the peak (point).</param>
/// <param name="IntegralNs">Integral, I1 [ns].</param>
/// <param name="SquareIntegralNs">Integral of the square, I2 [ns].</param>
public sealed record TruePulse(ImmutableArray<double> TimesNs, ImmutableArray<double> Amplitudes, double IntegralNs, double SquareIntegralNs)
{
    /// <summary>The pulse at any time, linear between the points.</summary>
    public PulseShape ToShape() => PulseShape.Create(new PulsePlan { Template = new PulseTemplate("truth", TimesNs, Amplitudes) });
}
