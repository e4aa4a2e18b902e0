namespace DigiCam.Fitting;

/// <summary>Finds where the cost, minimised over all parameters but one, has risen by 1.</summary>
internal sealed class ProfileSearch
{
    // The crossing is then known to 1e-5 of the error.
    private const double RiseTolerance = 2e-5;

    // A rise below minus this part of the cost is not rounding: the fit is not at the minimum.
    private const double LowerTolerance = 1e-6;

    private const int MaximumPoints = 60;
    private const double LargestGrowth = 3;

    private readonly Minimizer _minimizer = new();
    private readonly ICostFunction _cost;
    private readonly FitResult _fit;
    private readonly int _index;
    private readonly FitParameter[] _parameters;
    private readonly double[] _values;
    private int _calls;
    private double _betterValue = double.NaN;
    private double _betterMinimum = double.NaN;

    private ProfileSearch(FitProblem problem, FitResult fit, int index)
    {
        _cost = problem.Cost;
        _fit = fit;
        _index = index;
        _parameters = [.. problem.Parameters];
        _values = fit.Values();
        _parameters[index] = _parameters[index] with { IsFixed = true };
    }

    /// <summary>Searches both sides.</summary>
    public static ProfileError Run(FitProblem problem, FitResult fit, int index)
    {
        FitParameter parameter = problem.Parameters[index];
        if (!fit.HasErrors) return new ProfileError(parameter.Name, double.NaN, double.NaN, false, false, 0);
        ProfileSearch search = new(problem, fit, index);
        double lower = search.Side(-1, parameter.Lower, out bool lowerAtLimit);
        double upper = double.IsNaN(search._betterMinimum) ? search.Side(1, parameter.Upper, out bool upperAtLimit) : Nothing(out upperAtLimit);
        bool elsewhere = !double.IsNaN(search._betterMinimum);
        return new ProfileError(parameter.Name, elsewhere ? double.NaN : lower, elsewhere ? double.NaN : upper, !elsewhere && lowerAtLimit, !elsewhere && upperAtLimit, search._calls)
        {
            BetterValue = search._betterValue,
            BetterMinimum = search._betterMinimum,
        };
    }

    private static double Nothing(out bool atLimit)
    {
        atLimit = false;
        return double.NaN;
    }

    // The root of the rise goes up about linearly with the distance: false position in it.
    private double Side(int sign, double limit, out bool atLimit)
    {
        double value = _values[_index];
        double room = Math.Abs(limit - value);
        double distance = Math.Min(FirstDistance(), room);
        (double below, double rootBelow) = (0, 0);
        (double above, double rootAbove) = (double.PositiveInfinity, double.NaN);
        for (int point = 0; point < MaximumPoints && distance > 0; point++)
        {
            double rise = Rise(sign, distance, distance == room ? limit : value + (sign * distance));
            if (double.IsNaN(rise)) break;
            if (Math.Abs(rise - 1) < RiseTolerance)
            {
                atLimit = false;
                return sign * distance;
            }

            double root = Math.Sqrt(Math.Max(rise, 0));
            if (rise > 1) (above, rootAbove) = (distance, root);
            else if (distance == room) break;
            else (below, rootBelow) = (distance, root);

            // Toward the middle now and then, so that a bent profile cannot hold one end for ever.
            double fraction = (1 - rootBelow) / (rootAbove - rootBelow);
            if (point % 8 == 7) fraction = 0.5;
            distance = double.IsPositiveInfinity(above)
                ? Math.Min(room, distance * Math.Clamp(1 / root, 1.1, LargestGrowth))
                : below + (fraction * (above - below));
        }

        atLimit = double.IsNaN(_betterMinimum) && distance == room && double.IsPositiveInfinity(above);
        return double.NaN;
    }

    private double FirstDistance()
    {
        double error = _fit.Parameters[_index].Error;
        if (double.IsFinite(error) && error > 0) return error;

        // A parameter on its limit has no error: the distance at which the cost alone would have risen by 1.
        int n = _values.Length;
        double[] curvature = new double[n * n];
        _calls++;
        _cost.Evaluate(_values, new double[n], curvature);
        double alone = Math.Sqrt(2 / curvature[(_index * n) + _index]);
        return double.IsFinite(alone) ? alone : Math.Max(1e-3 * Math.Abs(_values[_index]), 1e-6);
    }

    // Starts the others where the covariance expects them.
    private void Shift(double distance)
    {
        double variance = _fit.Covariance(_index, _index);
        for (int k = 0; k < _values.Length; k++)
        {
            if (k == _index) continue;
            double slope = _fit.Covariance(k, _index) / variance;
            double start = _values[k] + (double.IsFinite(slope) ? slope * distance : 0);
            _parameters[k] = _parameters[k] with { Start = _parameters[k].IsFixed ? _values[k] : Math.Clamp(start, _parameters[k].Lower, _parameters[k].Upper) };
        }
    }

    // Rise of the profile at a value; NaN when the others have no minimum there, or when it is a fall.
    private double Rise(int sign, double distance, double value)
    {
        Shift(sign * distance);
        _parameters[_index] = _parameters[_index] with { Start = value };
        FitStatus status = _minimizer.Solve(_cost, _parameters, errors: false);
        _calls += _minimizer.Calls;
        if (status is not (FitStatus.Converged or FitStatus.AtLimit)) return double.NaN;
        double rise = _minimizer.Minimum - _fit.Minimum;
        if (rise >= -LowerTolerance * (1 + Math.Abs(_fit.Minimum))) return rise;
        (_betterValue, _betterMinimum) = (value, _minimizer.Minimum);
        return double.NaN;
    }
}
