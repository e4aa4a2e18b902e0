using System.Collections.Immutable;

namespace DigiCam.Simulation.Plans;

/// <summary>A measured pulse of one avalanche, sampled at any times; between them it is interpolated linearly, outside it is 0.</summary>
/// <param name="Name">Name of the file it was read from, without folder.</param>
/// <param name="TimesNs">Times since the start of the pulse, ascending, the first one 0 (point) [ns].</param>
/// <param name="Amplitudes">Values relative to the peak, whose value is 1 (point).</param>
public sealed record PulseTemplate(string Name, ImmutableArray<double> TimesNs, ImmutableArray<double> Amplitudes);
