namespace DigiCam.Fitting;

/// <summary>A parameter of a fit before the fit: where it starts and where it may go.</summary>
/// <param name="Name">Name, as in files and displays.</param>
/// <param name="Unit">Unit of the value; empty for pure numbers.</param>
/// <param name="Start">Start value; outside the limits it is moved to the nearest one, unless the parameter is fixed.</param>
/// <param name="Lower">Lower limit; minus infinity for none.</param>
/// <param name="Upper">Upper limit; infinity for none.</param>
/// <param name="IsFixed">True to keep the start value.</param>
public readonly record struct FitParameter(
    string Name,
    string Unit,
    double Start,
    double Lower = double.NegativeInfinity,
    double Upper = double.PositiveInfinity,
    bool IsFixed = false);
