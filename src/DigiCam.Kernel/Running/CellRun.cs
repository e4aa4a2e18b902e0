using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Running;

/// <summary>The run of one code cell.</summary>
/// <param name="Number">The number among the notebook's code cells, from 1.</param>
/// <param name="Id">The cell's identifier; null in old files.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Duration">How long it ran.</param>
/// <param name="Error">Its error; null when it has none.</param>
/// <param name="Line">The failing line within the cell, from 1; null when unknown.</param>
public sealed record CellRun(int Number, string? Id, CellStatus Status, TimeSpan Duration, ErrorOutput? Error = null, int? Line = null);
