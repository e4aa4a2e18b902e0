namespace DigiCam.Fitting;

/// <summary>How a fit ended, in words.</summary>
public static class FitStatusText
{
    /// <summary>For example "converged" or "not enough data for a fit".</summary>
    /// <param name="status">The status.</param>
    public static string Describe(this FitStatus status) => status switch
    {
        FitStatus.Converged => "converged",
        FitStatus.AtLimit => "a parameter is at its limit",
        FitStatus.MaxIterations => "not converged",
        FitStatus.SingularHessian => "the data do not fix all parameters",
        FitStatus.NotEnoughData => "not enough data for a fit",
        FitStatus.NotFinite => "not fitted: input not finite",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };
}
