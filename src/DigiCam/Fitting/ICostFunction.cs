namespace DigiCam.Fitting;

/// <summary>
/// A function to be minimised, scaled so that one standard deviation of a parameter raises it by 1 (chi2 or -2 ln L).
/// Implementations own working space and serve one thread.
/// </summary>
public interface ICostFunction
{
    /// <summary>Number of parameters.</summary>
    int ParameterCount { get; }

    /// <summary>Number of data points (bins).</summary>
    int BinCount { get; }

    /// <summary>Value, gradient and a curvature that is never indefinite.</summary>
    /// <param name="parameters">Where to evaluate (parameter).</param>
    /// <param name="gradient">Receives the first derivatives (parameter).</param>
    /// <param name="curvature">Receives the second derivatives expected for data from the model (parameter, parameter); empty if not wanted.</param>
    /// <returns>The value; not finite where the cost is not defined.</returns>
    double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature);
}
