using System.Collections.Immutable;

namespace DigiCam.Simulation;

/// <summary>A simulated run that lies ready.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Files">Paths of its camera files in the order of their events.</param>
/// <param name="TotalBytes">Size of these files, the truth and the scan plan together [bytes].</param>
public sealed record SampleRun(string Name, ImmutableArray<string> Files, long TotalBytes);
