using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace DigiCam.Fitting;

/// <summary>
/// Finds the minimum of a cost function within limits. Far from it each step minimises the quadratic model made of gradient and expected curvature (Fisher
/// scoring, Gauss-Newton) within the limits, damped as Levenberg and Marquardt do when the cost does not follow the model. Near it the full matrix of second
/// derivatives takes the place of the expected one; its inverse gives the errors. Keeps its working space; serves one thread.
/// </summary>
public sealed class Minimizer
{
    private const int MaximumCalls = 1000;

    // Expected gain at which the minimum counts as reached, where one standard deviation is 1: 1e-5 of a standard deviation.
    private const double Tolerance = 1e-10;

    // Expected gain below which second derivatives replace the expected curvature: 1e-3 of a standard deviation.
    private const double NewtonDistance = 1e-6;

    // Second derivatives need not be taken again after a step this small.
    private const double SameHessianDistance = 1e-7;

    // What may remain when rounding stops the steps.
    private const double LargestDistance = 1e-6;

    // Gain relative to the cost below which the difference of two costs is mostly rounding: gradients then tell whether a step goes down.
    private const double RoundingGain = 1e-7;

    // Turns between steps with the expected curvature and steps with the true one.
    private const int MaximumRounds = 10;

    // Where data and model agree exactly, sums of squares end at the rounding of their terms.
    private const double SmallestUnit = 1e-23;

    private const double FirstDamping = 1e-3;
    private const double LongStepDamping = 1e-6;
    private const double SmallestDamping = 1e-14;
    private const double LargestDamping = 1e16;
    private const double FirstGrowth = 2;
    private const double LargestRelief = 0.1;
    private const double LeastGainRatio = 1e-4;

    // Step of differences of the gradient in standard deviations: truncation and rounding are then both below 1e-6.
    private const double DerivativeStep = 1e-3;

    private readonly BoxStep _box = new();
    private double[] _point = [];
    private double[] _trial = [];
    private double[] _gradient = [];
    private double[] _trialGradient = [];
    private double[] _curvature = [];
    private double[] _trialCurvature = [];
    private double[] _hessian = [];
    private double[] _scale = [];
    private double[] _covariance = [];
    private double[] _differences = [];

    /// <summary>Where the last fit ended (parameter).</summary>
    internal ReadOnlySpan<double> Point => _point;

    /// <summary>Covariance of the last fit (parameter, parameter), NaN where there is none.</summary>
    internal ReadOnlySpan<double> Covariance => _covariance;

    /// <summary>Cost where the last fit ended.</summary>
    internal double Minimum { get; private set; }

    /// <summary>Expected distance of the last fit from its minimum, as a difference of the cost.</summary>
    internal double EstimatedDistance { get; private set; }

    /// <summary>Evaluations of the last fit.</summary>
    internal int Calls { get; private set; }

    /// <summary>Minimises a cost function.</summary>
    /// <param name="cost">The function.</param>
    /// <param name="parameters">Start values and limits (parameter), as many as the cost has.</param>
    /// <returns>The result; a failed fit is a status, never an exception.</returns>
    /// <exception cref="ArgumentException">The number of parameters is not that of the cost, or limits exclude each other.</exception>
    public FitResult Minimize(ICostFunction cost, ReadOnlySpan<FitParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(cost);
        FitStatus status = Solve(cost, parameters, errors: true);
        if (status is FitStatus.NotEnoughData or FitStatus.NotFinite) return FitResult.Without(status, parameters, cost.DataCount, Calls);
        int n = parameters.Length;
        FittedParameter[] fitted = new FittedParameter[n];
        for (int k = 0; k < n; k++)
        {
            FitParameter p = parameters[k];
            fitted[k] = new FittedParameter(p.Name, p.Unit, _point[k], Math.Sqrt(_covariance[(k * n) + k]), !p.IsFixed && IsAtLimit(p, _point[k]), p.IsFixed);
        }

        return new FitResult(
            status, ImmutableCollectionsMarshal.AsImmutableArray(fitted), status is FitStatus.Converged or FitStatus.AtLimit ? (double[])_covariance.Clone() : [],
            Minimum, EstimatedDistance, cost.DataCount, Calls, [new FitAttempt(FitAttempt.First, status, Minimum, Calls)]);
    }

    /// <summary>Minimises a cost function, with other start values, limits or fixed parameters where a first try does not go well.</summary>
    /// <param name="cost">The function.</param>
    /// <param name="parameters">Start values and limits of the first try (parameter).</param>
    /// <param name="retries">Further tries, made in their order as far as needed.</param>
    /// <returns>
    /// The best of the tries: one with errors before one without, then the lower minimum, then the earlier one. A fit without enough data is not tried again.
    /// </returns>
    /// <exception cref="ArgumentException">The number of parameters is not that of the cost, or limits exclude each other.</exception>
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

    /// <summary>Minimises a cost function without allocating once warm; the outcome is in the properties until the next fit.</summary>
    /// <param name="cost">The function.</param>
    /// <param name="parameters">Start values and limits (parameter).</param>
    /// <param name="errors">False to leave out second derivatives and covariance.</param>
    /// <returns>How it ended.</returns>
    internal FitStatus Solve(ICostFunction cost, ReadOnlySpan<FitParameter> parameters, bool errors)
    {
        int n = cost.ParameterCount;
        if (parameters.Length != n) throw new ArgumentException(FormattableString.Invariant($"{parameters.Length} parameters for a cost of {n}"), nameof(parameters));
        Calls = 0;
        int unknowns = 0;
        foreach (FitParameter p in parameters) unknowns += p.IsFixed ? 0 : 1;
        if (cost.InformativeCount < Math.Max(unknowns, 1)) return FitStatus.NotEnoughData;
        Reserve(n);
        for (int k = 0; k < n; k++) _point[k] = parameters[k].IsFixed ? parameters[k].Start : Math.Clamp(parameters[k].Start, parameters[k].Lower, parameters[k].Upper);
        Array.Fill(_covariance, double.NaN);
        Calls = 1;
        Minimum = cost.Evaluate(_point, _gradient, _curvature);
        if (!IsUsable(Minimum, _gradient)) return FitStatus.NotFinite;

        Array.Clear(_scale);
        int degreesOfFreedom = Math.Max(1, cost.DataCount - unknowns);
        for (int round = 0; round < MaximumRounds; round++)
        {
            if (!Descend(cost, parameters, degreesOfFreedom)) return FitStatus.MaxIterations;
            if (!errors) return Reached(parameters);
            NewtonEnd end = Newton(cost, parameters, degreesOfFreedom);
            if (end == NewtonEnd.Stuck) return FitStatus.MaxIterations;
            if (end == NewtonEnd.Singular) return FitStatus.SingularHessian;
            if (end == NewtonEnd.Minimum && !WantsRelease(parameters, degreesOfFreedom)) return Reached(parameters);
            Calls++;
            Minimum = cost.Evaluate(_point, _gradient, _curvature);
            Array.Fill(_covariance, double.NaN);
        }

        return FitStatus.MaxIterations;
    }

    private static bool IsBetter(FitResult next, FitResult best) =>
        next.HasErrors != best.HasErrors ? next.HasErrors : next.Minimum < best.Minimum || (double.IsNaN(best.Minimum) && !double.IsNaN(next.Minimum));

    private FitStatus Reached(ReadOnlySpan<FitParameter> parameters)
    {
        for (int k = 0; k < parameters.Length; k++)
        {
            if (!parameters[k].IsFixed && IsAtLimit(parameters[k], _point[k])) return FitStatus.AtLimit;
        }

        return FitStatus.Converged;
    }

    // Whether a parameter that was held on its limit meanwhile would gain by leaving it.
    private bool WantsRelease(ReadOnlySpan<FitParameter> parameters, int degreesOfFreedom)
    {
        int n = parameters.Length;
        double enough = NewtonDistance * Unit(degreesOfFreedom);
        for (int k = 0; k < n; k++)
        {
            FitParameter p = parameters[k];
            bool inward = (_point[k] <= p.Lower && _gradient[k] < 0) || (_point[k] >= p.Upper && _gradient[k] > 0);
            if (inward && !p.IsFixed && p.Lower < p.Upper && 0.5 * _gradient[k] * _gradient[k] > enough * _curvature[(k * n) + k]) return true;
        }

        return false;
    }

    private static bool IsAtLimit(FitParameter parameter, double value) => value <= parameter.Lower || value >= parameter.Upper;

    // A standard deviation raises the cost by 1 when the errors of the data are right; a cost far below its degrees of freedom shows that the data scatter
    // less, and the minimum is then looked for with that precision.
    private double Unit(int degreesOfFreedom)
    {
        double size = 0;
        for (int k = 0; k < _point.Length; k++) size += _scale[k] * _point[k] * _point[k];
        return Math.Min(1, Math.Max(Math.Abs(Minimum) / degreesOfFreedom, SmallestUnit * size));
    }

    // Steps with the expected curvature until the next one would gain next to nothing. False when the minimum was not reached.
    private bool Descend(ICostFunction cost, ReadOnlySpan<FitParameter> parameters, int degreesOfFreedom)
    {
        int n = parameters.Length;
        double damping = 0;
        double growth = FirstGrowth;
        double lastDamping = FirstDamping;
        bool refused = false;
        while (Calls < MaximumCalls)
        {
            // The largest curvature seen so far: a parameter that stops to matter does not run away (More's choice in MINPACK).
            for (int k = 0; k < n; k++) _scale[k] = Math.Max(_scale[k], _curvature[(k * n) + k]);
            double enough = NewtonDistance * Unit(degreesOfFreedom);
            bool singular = false;
            bool shortened = false;
            while (!_box.Solve(parameters, _point, _gradient, _curvature, _scale, damping, holdLimits: false) || (_box.Gain > enough && IsTooLong(parameters, damping)))
            {
                singular |= !_box.IsPositive;
                shortened |= _box.IsPositive;
                damping = Math.Max(_box.IsPositive ? LongStepDamping : SmallestDamping, 4 * damping);
                if (damping > LargestDamping) return false;
            }

            double predicted = _box.Gain;
            if (damping == 0) EstimatedDistance = predicted;
            if (predicted <= enough && (damping == 0 || (singular && damping < FirstDamping))) return true;
            if (predicted <= enough && !singular && !shortened)
            {
                // The damping itself may be what keeps the step small; where the undamped one goes up, the expected curvature has no more to say.
                if (refused) return true;
                lastDamping = damping;
                damping = 0;
                continue;
            }

            if (damping > 0 && cost.TryBend(_point, _box.Step, _trial)) _box.Accelerate(_trial, _scale);
            Take(parameters);
            Calls++;
            double trialValue = cost.Evaluate(_trial, _trialGradient, _trialCurvature);
            bool usable = IsUsable(trialValue, _trialGradient);
            double gain = usable ? Gain(predicted, trialValue) : double.NegativeInfinity;
            if (gain > LeastGainRatio * predicted)
            {
                // Nielsen's rule: the better the model, the less damping.
                Accept(trialValue, curvature: true);
                refused = false;
                damping *= Math.Max(LargestRelief, 1 - Math.Pow((2 * gain / predicted) - 1, 3));
                growth = FirstGrowth;
                if (damping < SmallestDamping) damping = 0;
                continue;
            }

            // An undamped step this small that does not go down: the cost is flat to its last digits.
            if (damping == 0 && usable && predicted <= LargestDistance * Unit(degreesOfFreedom)) return true;
            refused |= damping == 0;
            damping = damping == 0 ? lastDamping : damping * growth;
            growth *= 2;
            if (damping > LargestDamping) return false;
        }

        return false;
    }

    // A first step longer than the parameters are large leaves the region where the model means anything.
    private bool IsTooLong(ReadOnlySpan<FitParameter> parameters, double damping)
    {
        double length = 0;
        double size = 0;
        for (int k = 0; k < parameters.Length; k++)
        {
            if (parameters[k].IsFixed) continue;
            length += _scale[k] * _box.Step[k] * _box.Step[k];
            size += _scale[k] * _point[k] * _point[k];
        }

        return size > 0 && length > size && damping < LargestDamping / 8;
    }

    private enum NewtonEnd
    {
        Minimum,
        Stuck,
        Singular,

        // Singular, but for parameters that now rest on a limit.
        Rested,
    }

    // Puts parameters that the data say nothing of on the nearest limit: between here and there the cost is flat or goes down, to a part of a standard deviation that does not count. Contents of
    // peaks that no entry is near to, that lie beyond the range or are too far to be told from nothing are such; they have no second derivative and thus no error. False when there is none.
    private bool RestUnseen(ReadOnlySpan<FitParameter> parameters)
    {
        int n = parameters.Length;
        bool moved = false;
        for (int k = 0; k < n; k++)
        {
            FitParameter p = parameters[k];
            if (p.IsFixed || IsAtLimit(p, _point[k])) continue;
            double nearest = _point[k] - p.Lower <= p.Upper - _point[k] ? p.Lower : p.Upper;
            double way = nearest - _point[k];
            bool unseen = Math.Abs(_hessian[(k * n) + k]) * way * way <= Tolerance && _gradient[k] * way <= Tolerance;
            if (!double.IsFinite(way) || !unseen) continue;
            _point[k] = nearest;
            moved = true;
        }

        return moved;
    }

    // Where data and model disagree the expected curvature is not the true one: steps with the true one end at the minimum, and its inverse gives the errors.
    private NewtonEnd Newton(ICostFunction cost, ReadOnlySpan<FitParameter> parameters, int degreesOfFreedom)
    {
        double damping = 0;
        bool known = false;
        while (Calls < MaximumCalls)
        {
            if (!known && !SecondDerivatives(cost, parameters)) return NewtonEnd.Singular;
            if (!_box.Solve(parameters, _point, _gradient, _hessian, _scale, damping, holdLimits: true)) return RestUnseen(parameters) ? NewtonEnd.Rested : NewtonEnd.Singular;
            double predicted = _box.Gain;
            double unit = Unit(degreesOfFreedom);
            if (damping == 0) EstimatedDistance = predicted;
            if (damping == 0 && predicted <= Tolerance * unit) break;

            Take(parameters);
            Calls++;
            double trialValue = cost.Evaluate(_trial, _trialGradient, default);
            double gain = IsUsable(trialValue, _trialGradient) ? Gain(predicted, trialValue) : double.NegativeInfinity;
            if (gain > LeastGainRatio * predicted)
            {
                Accept(trialValue, curvature: false);
                known = damping == 0 && predicted < SameHessianDistance * unit;
                damping = damping > FirstDamping ? damping / 10 : 0;
            }
            else
            {
                known = true;
                if (damping == 0 && predicted <= LargestDistance * Unit(degreesOfFreedom)) break;
                damping = Math.Max(FirstDamping, 10 * damping);
                if (damping > LargestDamping) return NewtonEnd.Stuck;
            }
        }

        if (EstimatedDistance > LargestDistance * Unit(degreesOfFreedom)) return NewtonEnd.Stuck;

        // The last step is too small to be worth another evaluation, but it is known.
        for (int k = 0; k < _point.Length; k++)
        {
            double moved = _point[k] + _box.Step[k];
            if (moved > parameters[k].Lower && moved < parameters[k].Upper) _point[k] = moved;
        }

        // Costs rise by 1 per standard deviation: covariance = 2 H^-1.
        if (!_box.Invert(parameters, _point, _hessian, _covariance)) return NewtonEnd.Singular;
        for (int i = 0; i < _covariance.Length; i++) _covariance[i] *= 2;
        return NewtonEnd.Minimum;
    }

    private void Take(ReadOnlySpan<FitParameter> parameters)
    {
        for (int k = 0; k < parameters.Length; k++)
        {
            _trial[k] = parameters[k].IsFixed ? _point[k] : Math.Clamp(_point[k] + _box.Step[k], parameters[k].Lower, parameters[k].Upper);
        }
    }

    // By how much the cost has gone down.
    private double Gain(double predicted, double trialValue)
    {
        if (predicted > (RoundingGain * Math.Abs(Minimum)) + 1e-12) return Minimum - trialValue;
        double slope = 0;
        for (int k = 0; k < _point.Length; k++) slope += (_gradient[k] + _trialGradient[k]) * (_trial[k] - _point[k]);
        return -0.5 * slope;
    }

    private void Accept(double value, bool curvature)
    {
        Minimum = value;
        (_point, _trial) = (_trial, _point);
        (_gradient, _trialGradient) = (_trialGradient, _gradient);
        if (curvature) (_curvature, _trialCurvature) = (_trialCurvature, _curvature);
    }

    private void Reserve(int n)
    {
        if (_point.Length == n) return;
        _point = new double[n];
        _trial = new double[n];
        _gradient = new double[n];
        _trialGradient = new double[n];
        _scale = new double[n];
        _differences = new double[2 * n];
        _curvature = new double[n * n];
        _trialCurvature = new double[n * n];
        _hessian = new double[n * n];
        _covariance = new double[n * n];
    }

    private static bool IsUsable(double value, ReadOnlySpan<double> gradient)
    {
        if (!double.IsFinite(value)) return false;
        foreach (double g in gradient)
        {
            if (!double.IsFinite(g)) return false;
        }

        return true;
    }

    // The matrix of second derivatives in the parameters that are neither fixed nor on a limit: the cost's own, or else differences of its gradient.
    private bool SecondDerivatives(ICostFunction cost, ReadOnlySpan<FitParameter> parameters)
    {
        Calls++;
        if (cost.TryHessian(_point, _hessian)) return true;
        Calls--;
        int n = parameters.Length;
        Array.Clear(_hessian);
        Array.Copy(_point, _trial, n);
        for (int k = 0; k < n; k++)
        {
            if (parameters[k].IsFixed || IsAtLimit(parameters[k], _point[k])) continue;
            double curvature = _curvature[(k * n) + k];
            if (!double.IsFinite(curvature)) return false;

            // Without curvature there is no scale for a step: the row stays 0, which makes the matrix singular.
            if (!(curvature > 0)) continue;
            if (!GradientDerivative(cost, parameters[k], k, DerivativeStep * Math.Sqrt(2 / curvature))) return false;
        }

        for (int k = 0; k < n; k++)
        {
            for (int l = 0; l < k; l++) _hessian[(k * n) + l] = _hessian[(l * n) + k] = 0.5 * (_hessian[(k * n) + l] + _hessian[(l * n) + k]);
        }

        return true;
    }

    // Row k of the matrix: central differences, or from one side where a limit is in the way.
    private bool GradientDerivative(ICostFunction cost, FitParameter parameter, int k, double step)
    {
        int n = _point.Length;
        double x = _point[k];
        double first = x + step;
        double second = x - step;
        bool central = second >= parameter.Lower && first <= parameter.Upper;
        if (!central) (first, second) = first > parameter.Upper ? (x - step, x - (2 * step)) : (first, x + (2 * step));
        Span<double> atFirst = _differences.AsSpan(0, n);
        Span<double> atSecond = _differences.AsSpan(n, n);
        _trial[k] = first;
        double valueFirst = cost.Evaluate(_trial, atFirst, default);
        _trial[k] = second;
        double valueSecond = cost.Evaluate(_trial, atSecond, default);
        _trial[k] = x;
        Calls += 2;
        if (!IsUsable(valueFirst, atFirst) || !IsUsable(valueSecond, atSecond)) return false;
        for (int l = 0; l < n; l++)
        {
            _hessian[(k * n) + l] = central
                ? (atFirst[l] - atSecond[l]) / (first - second)
                : ((4 * atFirst[l]) - (3 * _gradient[l]) - atSecond[l]) / (second - x);
        }

        return true;
    }
}
