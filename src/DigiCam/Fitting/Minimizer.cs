using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>
/// Finds the minimum of a cost function within limits: damped Newton steps with the expected curvature (Fisher scoring,
/// Levenberg's damping when a step fails), parameters on a limit held there while the cost pulls outwards. Errors come from
/// the full matrix of second derivatives at the minimum. Keeps its working space; serves one thread.
/// </summary>
public sealed class Minimizer
{
    private const int MaximumIterations = 200;

    // Predicted gain of a full step at which the minimum counts as reached; one standard deviation is 1.
    private const double Tolerance = 1e-10;

    // Step of the second derivatives in standard deviations: truncation and rounding are then both below 1e-6.
    private const double DerivativeStep = 1e-3;

    // A larger distance after the last step means that the minimum was not reached: 0.1 % of a standard deviation.
    private const double LargestDistance = 1e-6;
    private const int MaximumPolishRounds = 20;

    private const double FirstDamping = 1e-3;
    private const double LargestDamping = 1e12;

    private double[] _point = [];
    private double[] _trial = [];
    private double[] _step = [];
    private double[] _gradient = [];
    private double[] _trialGradient = [];
    private double[] _curvature = [];
    private double[] _trialCurvature = [];
    private double[] _matrix = [];
    private int[] _free = [];

    /// <summary>Minimises a cost function, with other start values, limits or fixed parameters where a first try does not go well.</summary>
    /// <param name="cost">The function.</param>
    /// <param name="parameters">Start values and limits of the first try (parameter).</param>
    /// <param name="retries">Further tries, made in their order as far as needed.</param>
    /// <returns>
    /// The best of the tries: one with errors before one without, then the lower minimum, then the earlier one. A fit without enough data is not tried again.
    /// </returns>
    public FitResult Minimize(ICostFunction cost, ReadOnlySpan<FitParameter> parameters, IReadOnlyList<FitRetry> retries)
    {
        ArgumentNullException.ThrowIfNull(retries);
        FitResult best = Minimize(cost, parameters);
        if (best.Status == FitStatus.NotEnoughData) return best;
        ImmutableArray<FitAttempt>.Builder? attempts = null;
        FitParameter[]? changed = null;
        foreach (FitRetry retry in retries)
        {
            if (!retry.IsNeeded(best)) continue;
            changed ??= new FitParameter[parameters.Length];
            parameters.CopyTo(changed);
            retry.Change(changed);
            FitResult next = Minimize(cost, changed);
            if (attempts is null) (attempts = ImmutableArray.CreateBuilder<FitAttempt>()).AddRange(best.Attempts);
            attempts.Add(next.Attempts[0] with { Description = retry.Description });
            if (IsBetter(next, best)) best = next;
        }

        return attempts is null ? best : best.With(attempts.DrainToImmutable());
    }

    private static bool IsBetter(FitResult next, FitResult best) =>
        next.HasErrors != best.HasErrors ? next.HasErrors : next.Minimum < best.Minimum || (double.IsNaN(best.Minimum) && !double.IsNaN(next.Minimum));

    /// <summary>Minimises a cost function.</summary>
    /// <param name="cost">The function.</param>
    /// <param name="parameters">Start values and limits (parameter), as many as the cost has.</param>
    /// <returns>The result; a failed fit is a status, never an exception.</returns>
    public FitResult Minimize(ICostFunction cost, ReadOnlySpan<FitParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(cost);
        int n = cost.ParameterCount;
        if (parameters.Length != n) throw new ArgumentException(FormattableString.Invariant($"{parameters.Length} parameters for a cost of {n}"), nameof(parameters));
        int unknowns = 0;
        foreach (FitParameter p in parameters) unknowns += p.IsFixed ? 0 : 1;
        if (cost.InformativeCount < Math.Max(unknowns, 1)) return FitResult.Without(FitStatus.NotEnoughData, parameters, cost.DataCount);
        Reserve(n);
        for (int k = 0; k < n; k++) _point[k] = Math.Clamp(parameters[k].Start, parameters[k].Lower, parameters[k].Upper);

        int calls = 1;
        double value = cost.Evaluate(_point, _gradient, _curvature);
        if (!IsUsable(value, n)) return FitResult.Without(FitStatus.NotFinite, parameters, cost.DataCount, calls);

        double damping = 0;
        double distance = double.PositiveInfinity;
        bool converged = false;
        for (int iteration = 0; iteration < MaximumIterations && !converged; iteration++)
        {
            int free = SelectFree(parameters);
            if (free == 0)
            {
                distance = 0;
                converged = true;
                break;
            }

            if (!SolveStep(free, damping))
            {
                damping = Math.Max(FirstDamping, 10 * damping);
                if (damping > LargestDamping) break;
                continue;
            }

            double predicted = 0;
            for (int f = 0; f < free; f++) predicted -= 0.5 * _gradient[_free[f]] * _step[f];
            if (damping == 0) distance = predicted;

            bool blocked = false;
            Array.Copy(_point, _trial, n);
            for (int f = 0; f < free; f++)
            {
                int k = _free[f];
                double wanted = _point[k] + _step[f];
                _trial[k] = Math.Clamp(wanted, parameters[k].Lower, parameters[k].Upper);
                blocked |= _trial[k] != wanted;
            }

            calls++;
            double trialValue = cost.Evaluate(_trial, _trialGradient, _trialCurvature);

            // Within rounding of a sum of many terms a step at the minimum may appear to go up.
            double rounding = 1e-13 * (Math.Abs(value) + SumOfScales());
            if (IsUsable(trialValue, n, trial: true) && trialValue <= value + (predicted < Tolerance ? rounding + Tolerance : 0))
            {
                (_point, _trial) = (_trial, _point);
                (_gradient, _trialGradient) = (_trialGradient, _gradient);
                (_curvature, _trialCurvature) = (_trialCurvature, _curvature);
                value = trialValue;
                converged = damping == 0 && !blocked && predicted < Tolerance;
                damping = damping > FirstDamping ? damping / 10 : 0;
            }
            else
            {
                // A full step this small that does not go down: the cost is flat to its last digits.
                if (damping == 0 && !blocked && predicted < Math.Max(Tolerance, rounding))
                {
                    converged = true;
                    break;
                }

                damping = Math.Max(FirstDamping, 10 * damping);
                if (damping > LargestDamping) break;
            }
        }

        return Finish(cost, parameters, value, distance, converged, ref calls);
    }

    private FitResult Finish(
        ICostFunction cost, ReadOnlySpan<FitParameter> parameters, double value, double distance, bool converged, ref int calls)
    {
        int n = parameters.Length;
        bool atLimit = false;
        int free = 0;
        for (int k = 0; k < n; k++)
        {
            if (parameters[k].IsFixed) continue;
            if (IsAtLimit(parameters[k], _point[k])) atLimit = true;
            else _free[free++] = k;
        }

        double[] covariance = new double[n * n];
        Array.Fill(covariance, double.NaN);
        bool singular = false;
        if (converged && free > 0)
        {
            converged = Polish(cost, parameters, free, ref value, ref distance, ref calls, out singular);
            if (!singular)
            {
                // Costs rise by 1 per standard deviation: covariance = 2 H^-1.
                Invert(free);
                for (int i = 0; i < free; i++)
                {
                    for (int j = 0; j < free; j++) covariance[(_free[i] * n) + _free[j]] = 2 * _matrix[(i * free) + j];
                }
            }
        }

        FitStatus status = !converged ? FitStatus.MaxIterations
            : singular ? FitStatus.SingularHessian
            : atLimit ? FitStatus.AtLimit
            : FitStatus.Converged;
        ImmutableArray<FittedParameter>.Builder fitted = ImmutableArray.CreateBuilder<FittedParameter>(n);
        for (int k = 0; k < n; k++)
        {
            FitParameter p = parameters[k];
            fitted.Add(new FittedParameter(
                p.Name, p.Unit, _point[k], Math.Sqrt(covariance[(k * n) + k]), !p.IsFixed && IsAtLimit(p, _point[k]), p.IsFixed));
        }

        return FitResult.Create(status, fitted.MoveToImmutable(), covariance, value, distance, cost.DataCount, calls, [new FitAttempt(FitAttempt.First, status, value, calls)]);
    }

    private static bool IsAtLimit(FitParameter parameter, double value) => value <= parameter.Lower || value >= parameter.Upper;

    private void Reserve(int n)
    {
        if (_point.Length == n) return;
        _point = new double[n];
        _trial = new double[n];
        _step = new double[n];
        _gradient = new double[n];
        _trialGradient = new double[n];
        _curvature = new double[n * n];
        _trialCurvature = new double[n * n];
        _matrix = new double[n * n];
        _free = new int[n];
    }

    private bool IsUsable(double value, int n, bool trial = false)
    {
        if (!double.IsFinite(value)) return false;
        double[] gradient = trial ? _trialGradient : _gradient;
        for (int k = 0; k < n; k++)
        {
            if (!double.IsFinite(gradient[k])) return false;
        }

        return true;
    }

    // Parameters that may move: not fixed, and not held on a limit by the gradient.
    private int SelectFree(ReadOnlySpan<FitParameter> parameters)
    {
        int free = 0;
        for (int k = 0; k < parameters.Length; k++)
        {
            FitParameter p = parameters[k];
            bool held = p.IsFixed || (_point[k] <= p.Lower && _gradient[k] > 0) || (_point[k] >= p.Upper && _gradient[k] < 0);
            if (!held) _free[free++] = k;
        }

        return free;
    }

    // Size of the quantities the cost is a difference of, for judging its rounding: gradient times parameter.
    private double SumOfScales()
    {
        double sum = 0;
        int n = _point.Length;
        for (int k = 0; k < n; k++) sum += _curvature[(k * n) + k] * _point[k] * _point[k];
        return double.IsFinite(sum) ? Math.Min(sum, 1e9) : 0;
    }

    // Solves (C + damping * diag C) step = -gradient in the free parameters; false when the matrix is not positive definite.
    private bool SolveStep(int free, double damping)
    {
        int n = _point.Length;
        for (int i = 0; i < free; i++)
        {
            for (int j = 0; j < free; j++) _matrix[(i * free) + j] = _curvature[(_free[i] * n) + _free[j]];
            _matrix[(i * free) + i] *= 1 + damping;
            _step[i] = -_gradient[_free[i]];
        }

        if (!Cholesky.Factor(_matrix, free)) return false;
        Cholesky.Solve(_matrix, free, _step);
        return true;
    }

    // Central differences of the gradient in the free parameters, made symmetric, into the matrix.
    private bool SecondDerivatives(ICostFunction cost, ReadOnlySpan<FitParameter> parameters, int free, ref int calls)
    {
        int n = parameters.Length;
        for (int i = 0; i < free; i++)
        {
            int k = _free[i];
            double curvature = _curvature[(k * n) + k];
            if (!(curvature > 0)) return false;
            double step = DerivativeStep * Math.Sqrt(2 / curvature);
            step = Math.Min(step, 0.5 * Math.Min(_point[k] - parameters[k].Lower, parameters[k].Upper - _point[k]));
            Array.Copy(_point, _trial, n);
            _trial[k] = _point[k] + step;
            double up = cost.Evaluate(_trial, _trialGradient, default);
            for (int j = 0; j < free; j++) _matrix[(i * free) + j] = _trialGradient[_free[j]];
            double width = _trial[k];
            _trial[k] = _point[k] - step;
            width -= _trial[k];
            double down = cost.Evaluate(_trial, _trialGradient, default);
            for (int j = 0; j < free; j++) _matrix[(i * free) + j] = (_matrix[(i * free) + j] - _trialGradient[_free[j]]) / width;
            calls += 2;
            if (!double.IsFinite(up) || !double.IsFinite(down)) return false;
        }

        for (int i = 0; i < free; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double mean = 0.5 * (_matrix[(i * free) + j] + _matrix[(j * free) + i]);
                _matrix[(i * free) + j] = mean;
                _matrix[(j * free) + i] = mean;
            }
        }

        return true;
    }

    // Where the data lie far from the model the expected curvature is not the true one, and scoring stops too early: go on
    // with Newton steps until the true curvature agrees that this is the minimum. Leaves its factor in the matrix.
    private bool Polish(
        ICostFunction cost, ReadOnlySpan<FitParameter> parameters, int free, ref double value, ref double distance, ref int calls, out bool singular)
    {
        int n = parameters.Length;
        for (int round = 0; ; round++)
        {
            singular = !SecondDerivatives(cost, parameters, free, ref calls) || !Cholesky.Factor(_matrix, free);
            if (singular) return true;
            for (int i = 0; i < free; i++) _step[i] = -_gradient[_free[i]];
            Cholesky.Solve(_matrix, free, _step);
            distance = 0;
            for (int i = 0; i < free; i++) distance -= 0.5 * _gradient[_free[i]] * _step[i];
            if (distance < Tolerance) return true;

            Array.Copy(_point, _trial, n);
            for (int i = 0; i < free; i++)
            {
                FitParameter p = parameters[_free[i]];
                _trial[_free[i]] = Math.Clamp(_point[_free[i]] + _step[i], p.Lower, p.Upper);
            }

            calls++;
            double trialValue = cost.Evaluate(_trial, _trialGradient, _trialCurvature);
            if (!IsUsable(trialValue, n, trial: true) || trialValue > value)
            {
                // Not going down any more although the step promises more than it may: acceptable only within rounding.
                return distance < LargestDistance;
            }

            (_point, _trial) = (_trial, _point);
            (_gradient, _trialGradient) = (_trialGradient, _gradient);
            (_curvature, _trialCurvature) = (_trialCurvature, _curvature);
            value = trialValue;
            if (round == MaximumPolishRounds) return distance < LargestDistance;
        }
    }

    // Turns the factor in the matrix into the inverse.
    private void Invert(int free)
    {
        double[] inverse = new double[free * free];
        double[] column = new double[free];
        for (int j = 0; j < free; j++)
        {
            Array.Clear(column);
            column[j] = 1;
            Cholesky.Solve(_matrix, free, column);
            for (int i = 0; i < free; i++) inverse[(i * free) + j] = column[i];
        }

        inverse.CopyTo(_matrix, 0);
    }
}
