namespace DigiCam.Fitting;

/// <summary>A curve y = f(x; parameters).</summary>
/// <param name="x">Where to evaluate.</param>
/// <param name="parameters">The values (parameter).</param>
/// <returns>The value; not finite where the curve is not defined.</returns>
public delegate double Curve(double x, ReadOnlySpan<double> parameters);

/// <summary>The derivatives of a curve with respect to its parameters.</summary>
/// <param name="x">Where to evaluate.</param>
/// <param name="parameters">The values (parameter).</param>
/// <param name="gradient">Receives the derivatives (parameter).</param>
public delegate void CurveGradient(double x, ReadOnlySpan<double> parameters, Span<double> gradient);

/// <summary>
/// Least squares of points with errors: sum ((y - f(x; p)) / error)^2. Errors are taken as they are; where they are unknown give 1 and scale the errors of the
/// parameters with sqrt(chi2/ndf) yourself.
/// </summary>
public sealed class LeastSquares : ICostFunction
{
    // Second derivatives divide by the square of the step, and only correct errors.
    private const double SecondStepRatio = 8;

    // Part of a step over which its bend is taken.
    private const double BendFraction = 0.1;

    private readonly Curve _curve;
    private readonly CurveGradient? _curveGradient;
    private readonly double[] _x;
    private readonly double[] _y;
    private readonly double[] _errors;
    private readonly double[] _shifted;
    private readonly double[] _steps;
    private readonly double[] _derivatives;
    private readonly double[] _up;
    private readonly double[] _down;

    /// <summary>Creates the cost of a curve through points.</summary>
    /// <param name="x">Where the points were measured (point).</param>
    /// <param name="y">What was measured (point); a NaN makes the fit NotFinite.</param>
    /// <param name="errors">Standard errors of y (point).</param>
    /// <param name="parameterCount">Number of parameters of the curve.</param>
    /// <param name="curve">The curve.</param>
    /// <param name="gradient">Its derivatives; null to take them from differences.</param>
    /// <exception cref="ArgumentException">The lengths differ, or an error is not finite and positive.</exception>
    public LeastSquares(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> errors, int parameterCount, Curve curve, CurveGradient? gradient = null)
    {
        ArgumentNullException.ThrowIfNull(curve);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parameterCount);
        if (y.Length != x.Length || errors.Length != x.Length) throw new ArgumentException(FormattableString.Invariant($"{x.Length} x, {y.Length} y and {errors.Length} errors"), nameof(y));
        for (int i = 0; i < errors.Length; i++)
        {
            if (!double.IsFinite(errors[i]) || errors[i] <= 0) throw new ArgumentException(FormattableString.Invariant($"error {errors[i]} of point {i} must be finite and positive"), nameof(errors));
        }

        (_x, _y, _errors) = (x.ToArray(), y.ToArray(), errors.ToArray());
        (_curve, _curveGradient) = (curve, gradient);
        ParameterCount = parameterCount;
        _shifted = new double[parameterCount];
        _steps = new double[parameterCount];
        _derivatives = new double[parameterCount];
        _up = new double[parameterCount];
        _down = new double[parameterCount];
    }

    /// <inheritdoc/>
    public int ParameterCount { get; }

    /// <inheritdoc/>
    public int DataCount => _x.Length;

    /// <summary>
    /// True to take errors from the first derivatives of the curve alone, as MINPACK and the NIST reference sets do; false, the default, to take them from the full
    /// second derivatives of the cost as for likelihoods. The two differ where residuals are large and the curve is bent.
    /// </summary>
    public bool LinearErrors { get; init; }

    /// <inheritdoc/>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature)
    {
        int n = ParameterCount;
        bool derivatives = !gradient.IsEmpty || !curvature.IsEmpty;
        if (derivatives && _curveGradient is null) FindSteps(parameters);
        gradient.Clear();
        curvature.Clear();
        double sum = 0;
        for (int i = 0; i < _x.Length; i++)
        {
            double residual = (_y[i] - _curve(_x[i], parameters)) / _errors[i];
            sum += residual * residual;
            if (!derivatives) continue;
            Gradient(_x[i], parameters, _derivatives);
            for (int k = 0; k < n; k++)
            {
                double dk = _derivatives[k] / _errors[i];
                if (!gradient.IsEmpty) gradient[k] -= 2 * residual * dk;
                if (curvature.IsEmpty) continue;
                for (int l = 0; l <= k; l++) curvature[(k * n) + l] += 2 * dk * _derivatives[l] / _errors[i];
            }
        }

        for (int k = 0; k < n && !curvature.IsEmpty; k++)
        {
            for (int l = 0; l < k; l++) curvature[(l * n) + k] = curvature[(k * n) + l];
        }

        return sum;
    }

    /// <inheritdoc/>
    public bool TryHessian(ReadOnlySpan<double> parameters, Span<double> hessian)
    {
        // 2 sum [f_k f_l - r f_kl] / error^2; the second part is a correction and allows for coarse second derivatives.
        int n = ParameterCount;
        FindSteps(parameters);
        hessian.Clear();
        for (int i = 0; i < _x.Length; i++)
        {
            double weight = 2 / (_errors[i] * _errors[i]);
            double residual = weight * (_y[i] - _curve(_x[i], parameters));
            Gradient(_x[i], parameters, _derivatives);
            for (int k = 0; k < n; k++)
            {
                for (int l = 0; l <= k; l++) hessian[(k * n) + l] += weight * _derivatives[k] * _derivatives[l];
            }

            if (!LinearErrors) SubtractSecondDerivatives(_x[i], parameters, residual, hessian);
        }

        for (int k = 0; k < n; k++)
        {
            for (int l = 0; l <= k; l++)
            {
                if (!double.IsFinite(hessian[(k * n) + l])) return false;
                hessian[(l * n) + k] = hessian[(k * n) + l];
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryBend(ReadOnlySpan<double> parameters, ReadOnlySpan<double> step, Span<double> bend)
    {
        FindSteps(parameters);
        bend.Clear();
        for (int i = 0; i < _x.Length; i++)
        {
            double f = _curve(_x[i], parameters);
            Gradient(_x[i], parameters, _derivatives);
            double slope = 0;
            for (int k = 0; k < step.Length; k++) slope += _derivatives[k] * step[k];
            for (int k = 0; k < step.Length; k++) _shifted[k] = parameters[k] + (BendFraction * step[k]);
            double second = 2 / BendFraction * (((_curve(_x[i], _shifted) - f) / BendFraction) - slope);
            for (int k = 0; k < step.Length; k++) bend[k] += 2 * _derivatives[k] * second / (_errors[i] * _errors[i]);
        }

        foreach (double b in bend)
        {
            if (!double.IsFinite(b)) return false;
        }

        return true;
    }

    private void Gradient(double x, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        if (_curveGradient is not null)
        {
            _curveGradient(x, parameters, gradient);
            return;
        }

        parameters.CopyTo(_shifted);
        for (int k = 0; k < parameters.Length; k++)
        {
            double h = _steps[k];
            double near = Shifted(x, parameters, k, h) - Shifted(x, parameters, k, -h);
            double far = Shifted(x, parameters, k, 2 * h) - Shifted(x, parameters, k, -2 * h);
            gradient[k] = Differences.First(near, far, h);
        }
    }

    // Steps that change the curve by 1e-4 of its size, whatever value and unit of the parameter: from the change over a first, blind step.
    private void FindSteps(ReadOnlySpan<double> parameters)
    {
        parameters.CopyTo(_shifted);
        for (int k = 0; k < parameters.Length; k++)
        {
            double blind = Differences.BlindStep(parameters[k]);
            double size = 0;
            double change = 0;
            for (int i = 0; i < _x.Length; i++)
            {
                double f = _curve(_x[i], parameters);
                double df = Shifted(_x[i], parameters, k, blind) - f;
                size += f * f;
                change += df * df;
            }

            _steps[k] = Differences.Step(blind, Math.Sqrt(change / size));
        }
    }

    private double Shifted(double x, ReadOnlySpan<double> parameters, int k, double shift)
    {
        _shifted[k] = parameters[k] + shift;
        double value = _curve(x, _shifted);
        _shifted[k] = parameters[k];
        return value;
    }

    // The lower triangle only.
    private void SubtractSecondDerivatives(double x, ReadOnlySpan<double> parameters, double residual, Span<double> hessian)
    {
        int n = parameters.Length;
        parameters.CopyTo(_shifted);
        for (int k = 0; k < n; k++)
        {
            double h = SecondStepRatio * _steps[k];
            if (_curveGradient is not null)
            {
                _shifted[k] = parameters[k] + h;
                _curveGradient(x, _shifted, _up);
                _shifted[k] = parameters[k] - h;
                _curveGradient(x, _shifted, _down);
                _shifted[k] = parameters[k];
                for (int l = 0; l <= k; l++) hessian[(k * n) + l] -= residual * (_up[l] - _down[l]) / (2 * h);
                continue;
            }

            for (int l = 0; l < k; l++)
            {
                double hl = SecondStepRatio * _steps[l];
                _shifted[l] = parameters[l] + hl;
                double mixed = Shifted(x, parameters, k, h) - Shifted(x, parameters, k, -h);
                _shifted[l] = parameters[l] - hl;
                mixed -= Shifted(x, parameters, k, h) - Shifted(x, parameters, k, -h);
                _shifted[l] = parameters[l];
                hessian[(k * n) + l] -= residual * mixed / (4 * h * hl);
            }

            double pure = Shifted(x, parameters, k, h) - (2 * _curve(x, parameters)) + Shifted(x, parameters, k, -h);
            hessian[(k * n) + k] -= residual * pure / (h * h);
        }
    }
}
