namespace DigiCam.Zfits.Copying;

/// <summary>What was merged.</summary>
/// <param name="Tables">The tables of the merged file with their number of rows, in file order.</param>
/// <param name="Gaps">Stretches of event numbers that no file has; both ends are missing.</param>
/// <param name="MissingCount">How many event numbers lie in the gaps.</param>
/// <param name="Duplicates">Event numbers that occur again, once for every further event.</param>
/// <param name="DroppedCount">How many events were left out because their number had occurred before.</param>
/// <param name="Notes">Where the files do not agree, one sentence each.</param>
public sealed record ZFitsMergeReport(
    IReadOnlyList<(string Name, long Rows)> Tables, IReadOnlyList<(long First, long Last)> Gaps, UInt128 MissingCount, IReadOnlyList<long> Duplicates, long DroppedCount, IReadOnlyList<string> Notes);
