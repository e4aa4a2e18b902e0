namespace DigiCam.Fitting;

/// <summary>
/// Knowledge of one parameter from elsewhere, ((p - value) / error)^2: one more datum of a fit, as a term of a <see cref="CostSum"/>.
/// </summary>
public sealed class GaussianConstraint : ICostFunction
{
    /// <summary>Creates a constraint.</summary>
    /// <param name="value">What the parameter was found to be [unit of the parameter].</param>
    /// <param name="error">Its standard error [unit of the parameter].</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite, or the error not finite and positive.</exception>
    public GaussianConstraint(double value, double error) => Set(value, error);

    /// <summary>What the parameter was found to be [unit of the parameter].</summary>
    public double Value { get; private set; }

    /// <summary>Its standard error [unit of the parameter].</summary>
    public double Error { get; private set; }

    /// <inheritdoc/>
    public int ParameterCount => 1;

    /// <inheritdoc/>
    public int DataCount => 1;

    /// <summary>Sets value and error, so that a loop over pixels does not allocate.</summary>
    /// <param name="value">What the parameter was found to be [unit of the parameter].</param>
    /// <param name="error">Its standard error [unit of the parameter].</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite, or the error not finite and positive.</exception>
    public void Set(double value, double error)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "the value of a constraint must be finite");
        if (!double.IsFinite(error) || error <= 0) throw new ArgumentOutOfRangeException(nameof(error), error, "the error of a constraint must be finite and positive");
        Value = value;
        Error = error;
    }

    /// <inheritdoc/>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature)
    {
        double pull = (parameters[0] - Value) / Error;
        if (!gradient.IsEmpty) gradient[0] = 2 * pull / Error;
        if (!curvature.IsEmpty) curvature[0] = 2 / (Error * Error);
        return pull * pull;
    }

    /// <inheritdoc/>
    public bool TryHessian(ReadOnlySpan<double> parameters, Span<double> hessian)
    {
        hessian[0] = 2 / (Error * Error);
        return true;
    }
    /// <inheritdoc/>
    public bool TryBend(ReadOnlySpan<double> parameters, ReadOnlySpan<double> step, Span<double> bend)
    {
        bend[0] = 0;
        return true;
    }
}
