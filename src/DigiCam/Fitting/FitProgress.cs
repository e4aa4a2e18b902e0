namespace DigiCam.Fitting;

/// <summary>How far the fits of a camera are.</summary>
/// <param name="Done">Pixels fitted.</param>
/// <param name="Total">Pixels to fit.</param>
public readonly record struct FitProgress(int Done, int Total);
