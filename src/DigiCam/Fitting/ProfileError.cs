namespace DigiCam.Fitting;

/// <summary>
/// Errors of a parameter from the profile of the cost (MINOS): where the cost, minimised over all other free parameters, has risen by 1.
/// </summary>
/// <param name="Parameter">Name of the parameter.</param>
/// <param name="Lower">Distance to the lower crossing, negative; NaN where there is none before the limit.</param>
/// <param name="Upper">Distance to the upper crossing, positive; NaN where there is none before the limit.</param>
/// <param name="IsLowerAtLimit">True when a limit is reached before the lower crossing.</param>
/// <param name="IsUpperAtLimit">True when a limit is reached before the upper crossing.</param>
/// <param name="Calls">Evaluations of the cost.</param>
public readonly record struct ProfileError(string Parameter, double Lower, double Upper, bool IsLowerAtLimit, bool IsUpperAtLimit, int Calls);
