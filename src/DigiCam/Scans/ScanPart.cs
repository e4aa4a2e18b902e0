namespace DigiCam.Scans;

/// <summary>Events of a level that follow each other in one file.</summary>
/// <param name="File">Name of the file as the plan has it; empty where the plan names none and the events are counted through all files.</param>
/// <param name="EventCount">Events planned; 0 where the plan does not say: all of the file.</param>
public readonly record struct ScanPart(string File, int EventCount);
