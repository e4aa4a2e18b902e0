namespace DigiCam.Fitting;

/// <summary>A parameter of a model.</summary>
/// <param name="Name">Name, as in files and displays.</param>
/// <param name="Unit">Unit of the value; empty for pure numbers.</param>
public readonly record struct ModelParameter(string Name, string Unit);
