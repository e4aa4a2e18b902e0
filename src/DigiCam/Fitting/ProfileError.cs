namespace DigiCam.Fitting;

/// <summary>
/// Errors of a parameter from the profile of the cost (MINOS): where the cost, minimised over all other free parameters, has risen by 1.
/// </summary>
/// <param name="Parameter">Name of the parameter.</param>
/// <param name="Lower">Distance to the lower crossing, negative; NaN where there is none: before the limit, because no minimum over the others was found, or because the fit is not at the minimum.</param>
/// <param name="Upper">Distance to the upper crossing, positive; NaN as for the lower one.</param>
/// <param name="IsLowerAtLimit">True when a limit is reached before the lower crossing.</param>
/// <param name="IsUpperAtLimit">True when a limit is reached before the upper crossing.</param>
/// <param name="Calls">Evaluations of the cost.</param>
public readonly record struct ProfileError(string Parameter, double Lower, double Upper, bool IsLowerAtLimit, bool IsUpperAtLimit, int Calls)
{
    /// <summary>Where the profile came below the cost of the fit, so that there are no errors: start the parameter there and fit again. NaN when the fit is the lowest point met.</summary>
    public double BetterValue { get; init; } = double.NaN;

    /// <summary>Cost at the better value; NaN when there is none.</summary>
    public double BetterMinimum { get; init; } = double.NaN;

    /// <summary>True when a lower cost than that of the fit was met.</summary>
    public bool IsMinimumElsewhere => !double.IsNaN(BetterMinimum);

    /// <summary>For example "gain -0.0102 +0.0105", or what is in the way.</summary>
    public override string ToString()
    {
        if (IsMinimumElsewhere) return FormattableString.Invariant($"{Parameter}: the fit is not at the minimum, the cost is {BetterMinimum:G7} at {Parameter} = {BetterValue:G6}");
        return $"{Parameter} {Side(Lower, IsLowerAtLimit, "-")} {Side(Upper, IsUpperAtLimit, "+")}";
    }

    private static string Side(double error, bool atLimit, string sign) =>
        atLimit ? $"{sign}(limit)" : double.IsNaN(error) ? $"{sign}?" : FormattableString.Invariant($"{sign}{Math.Abs(error):G3}");
}
