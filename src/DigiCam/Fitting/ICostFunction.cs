namespace DigiCam.Fitting;

/// <summary>
/// A function to be minimised, scaled so that one standard deviation of a parameter raises it by 1 (chi2 or -2 ln L).
/// Implementations own working space and serve one thread.
/// </summary>
public interface ICostFunction
{
    /// <summary>Number of parameters.</summary>
    int ParameterCount { get; }

    /// <summary>Number of data points: bins, points, constraints.</summary>
    int DataCount { get; }

    /// <summary>Number of data that can fix parameters: filled bins, points, constraints. With fewer of them than free parameters there is no fit.</summary>
    int InformativeCount => DataCount;

    /// <summary>Value, gradient and a curvature that is never indefinite.</summary>
    /// <param name="parameters">Where to evaluate (parameter).</param>
    /// <param name="gradient">Receives the first derivatives (parameter); empty if not wanted.</param>
    /// <param name="curvature">Receives the second derivatives expected for data from the model (parameter, parameter); empty if not wanted.</param>
    /// <returns>The value; not finite where the cost is not defined.</returns>
    double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature);

    /// <summary>The full matrix of second derivatives.</summary>
    /// <param name="parameters">Where to evaluate (parameter).</param>
    /// <param name="hessian">Receives the matrix (parameter, parameter).</param>
    /// <returns>False when the cost does not know it here: differences of the gradient take its place.</returns>
    bool TryHessian(ReadOnlySpan<double> parameters, Span<double> hessian) => false;

    /// <summary>
    /// How the data's expectation f bends along a step, for following curved valleys (geodesic acceleration, Transtrum and Sethna, arXiv:1201.5885): 2 sum f_k f_vv / error^2 with f_vv the
    /// second derivative of f along the step. Asked for only where steps had to be shortened.
    /// </summary>
    /// <param name="parameters">Where to evaluate (parameter).</param>
    /// <param name="step">The step v (parameter).</param>
    /// <param name="bend">Receives the sum (parameter).</param>
    /// <returns>False when the cost does not know it.</returns>
    bool TryBend(ReadOnlySpan<double> parameters, ReadOnlySpan<double> step, Span<double> bend) => false;
}
