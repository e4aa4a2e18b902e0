namespace DigiCam.Fitting;

/// <summary>How a fit ended.</summary>
public enum FitStatus
{
    /// <summary>A minimum inside all limits, with errors.</summary>
    Converged,

    /// <summary>A minimum with at least one parameter on its limit: that parameter has no error.</summary>
    AtLimit,

    /// <summary>The minimum was not reached in the allowed number of steps; values are the best so far.</summary>
    MaxIterations,

    /// <summary>The data do not determine all parameters: no errors.</summary>
    SingularHessian,

    /// <summary>Too few entries or filled bins for the number of parameters: nothing was fitted.</summary>
    NotEnoughData,

    /// <summary>The input or the cost at the start is not finite: nothing was fitted.</summary>
    NotFinite,
}
