namespace DigiCam.Fitting;

/// <summary>
/// The step that minimises a quadratic model of a cost within limits, g s + s (C + damping D) s / 2: an active-set method that holds the parameters the model
/// wants beyond a limit and releases those it wants back. It needs no evaluation of the cost, so that any number of parameters may reach or leave their limits in one step.
/// </summary>
internal sealed class BoxStep
{
    // Twice the acceleration relative to the step, from which on the expansion is not to be trusted.
    private const double LargestAcceleration = 0.75;

    private double[] _step = [];
    private double[] _target = [];
    private double[] _solution = [];
    private double[] _factor = [];
    private bool[] _held = [];
    private int[] _free = [];
    private int _freeCount;

    /// <summary>The step (parameter).</summary>
    public ReadOnlySpan<double> Step => _step;

    /// <summary>What the undamped model expects the step to gain.</summary>
    public double Gain { get; private set; }

    /// <summary>False when the last model had no minimum.</summary>
    public bool IsPositive { get; private set; }

    /// <summary>Finds the step.</summary>
    /// <param name="parameters">Limits, and what is fixed (parameter).</param>
    /// <param name="point">Where the cost is (parameter).</param>
    /// <param name="gradient">Its gradient (parameter).</param>
    /// <param name="curvature">Its curvature C (parameter, parameter).</param>
    /// <param name="scale">The diagonal D (parameter).</param>
    /// <param name="damping">The damping.</param>
    /// <param name="holdLimits">True to leave parameters on their limits there, whatever the model wants, and not to leave out those without influence.</param>
    /// <returns>False when the model has no minimum.</returns>
    public bool Solve(
        ReadOnlySpan<FitParameter> parameters, ReadOnlySpan<double> point, ReadOnlySpan<double> gradient, ReadOnlySpan<double> curvature,
        ReadOnlySpan<double> scale, double damping, bool holdLimits)
    {
        int n = parameters.Length;
        Reserve(n);
        Array.Clear(_step);
        for (int k = 0; k < n; k++)
        {
            FitParameter p = parameters[k];
            bool below = point[k] <= p.Lower;
            bool above = point[k] >= p.Upper;
            bool idle = !holdLimits && gradient[k] == 0 && curvature[(k * n) + k] == 0;
            _held[k] = p.IsFixed || idle || (holdLimits ? below || above : (below && gradient[k] >= 0) || (above && gradient[k] <= 0));
        }

        // Each round holds or releases one parameter; the model goes down with each release, so that it ends.
        for (int round = 0; round <= 4 * n; round++)
        {
            if (!SolveFree(gradient, curvature, scale, damping, n)) return false;
            int blocking = -1;
            double limit = 0;
            double fraction = 1;
            for (int f = 0; f < _freeCount; f++)
            {
                int k = _free[f];
                double wanted = _target[k] - _step[k];
                double nearest = wanted < 0 ? parameters[k].Lower : parameters[k].Upper;
                double possible = nearest - point[k] - _step[k];
                if (Math.Abs(wanted) * fraction <= Math.Abs(possible)) continue;
                (blocking, limit, fraction) = (k, nearest, possible / wanted);
            }

            for (int f = 0; f < _freeCount; f++) _step[_free[f]] += fraction * (_target[_free[f]] - _step[_free[f]]);
            if (blocking >= 0)
            {
                _step[blocking] = limit - point[blocking];
                _held[blocking] = true;
                continue;
            }

            int release = holdLimits ? -1 : Released(parameters, point, gradient, curvature, scale, damping);
            if (release < 0) break;
            _held[release] = false;
        }

        Gain = 0;
        for (int k = 0; k < n; k++)
        {
            double pull = 0;
            for (int l = 0; l < n; l++) pull += curvature[(k * n) + l] * _step[l];
            Gain -= _step[k] * (gradient[k] + (0.5 * pull));
        }

        IsPositive = double.IsFinite(Gain);
        return IsPositive;
    }

    /// <summary>
    /// Adds half the acceleration that follows the bend of the data's expectation along the step. Without effect when it is too large to be trusted.
    /// </summary>
    /// <param name="bend">The bend (parameter).</param>
    /// <param name="scale">The diagonal D in which lengths are measured (parameter).</param>
    public void Accelerate(ReadOnlySpan<double> bend, ReadOnlySpan<double> scale)
    {
        for (int f = 0; f < _freeCount; f++) _solution[f] = -bend[_free[f]];
        Cholesky.Solve(_factor, _freeCount, _solution);
        double length = 0;
        double acceleration = 0;
        for (int f = 0; f < _freeCount; f++)
        {
            int k = _free[f];
            length += scale[k] * _step[k] * _step[k];
            acceleration += scale[k] * _solution[f] * _solution[f];
        }

        if (!(4 * acceleration <= LargestAcceleration * LargestAcceleration * length)) return;
        for (int f = 0; f < _freeCount; f++) _step[_free[f]] += 0.5 * _solution[f];
    }

    /// <summary>Inverts a matrix in the parameters that are neither fixed nor on a limit.</summary>
    /// <param name="parameters">Limits, and what is fixed (parameter).</param>
    /// <param name="point">Where the cost is (parameter).</param>
    /// <param name="matrix">The matrix (parameter, parameter).</param>
    /// <param name="inverse">Receives the inverse (parameter, parameter); elements of other parameters are left as they are.</param>
    /// <returns>False when the matrix is not positive definite.</returns>
    public bool Invert(ReadOnlySpan<FitParameter> parameters, ReadOnlySpan<double> point, ReadOnlySpan<double> matrix, Span<double> inverse)
    {
        int n = parameters.Length;
        Reserve(n);
        for (int k = 0; k < n; k++) _held[k] = parameters[k].IsFixed || point[k] <= parameters[k].Lower || point[k] >= parameters[k].Upper;
        if (!Factor(matrix, default, 0, n)) return false;
        for (int j = 0; j < _freeCount; j++)
        {
            Span<double> column = _solution.AsSpan(0, _freeCount);
            column.Clear();
            column[j] = 1;
            Cholesky.Solve(_factor, _freeCount, column);
            for (int i = 0; i < _freeCount; i++) inverse[(_free[i] * n) + _free[j]] = column[i];
        }

        return true;
    }

    // The step in the free parameters with the others where they are held.
    private bool SolveFree(ReadOnlySpan<double> gradient, ReadOnlySpan<double> curvature, ReadOnlySpan<double> scale, double damping, int n)
    {
        if (!Factor(curvature, scale, damping, n)) return false;
        for (int f = 0; f < _freeCount; f++)
        {
            int k = _free[f];
            double sum = -gradient[k];
            for (int l = 0; l < n; l++)
            {
                if (_held[l] && _step[l] != 0) sum -= curvature[(k * n) + l] * _step[l];
            }

            _solution[f] = sum;
        }

        Cholesky.Solve(_factor, _freeCount, _solution);
        for (int f = 0; f < _freeCount; f++) _target[_free[f]] = _solution[f];
        return true;
    }

    private bool Factor(ReadOnlySpan<double> matrix, ReadOnlySpan<double> scale, double damping, int n)
    {
        _freeCount = 0;
        for (int k = 0; k < n; k++)
        {
            if (!_held[k]) _free[_freeCount++] = k;
        }

        for (int i = 0; i < _freeCount; i++)
        {
            int k = _free[i];
            for (int j = 0; j <= i; j++) _factor[(i * _freeCount) + j] = matrix[(k * n) + _free[j]];
            if (damping > 0) _factor[(i * _freeCount) + i] += damping * (scale[k] > 0 ? scale[k] : 1);
        }

        IsPositive = Cholesky.Factor(_factor, _freeCount);
        return IsPositive;
    }

    // The parameter on a limit that gains most by leaving it; -1 for none.
    private int Released(
        ReadOnlySpan<FitParameter> parameters, ReadOnlySpan<double> point, ReadOnlySpan<double> gradient, ReadOnlySpan<double> curvature,
        ReadOnlySpan<double> scale, double damping)
    {
        int n = parameters.Length;
        int release = -1;
        double largest = 0;
        for (int k = 0; k < n; k++)
        {
            FitParameter p = parameters[k];
            if (!_held[k] || p.IsFixed || p.Lower == p.Upper) continue;
            double slope = gradient[k] + (damping * scale[k] * _step[k]);
            for (int l = 0; l < n; l++) slope += curvature[(k * n) + l] * _step[l];
            bool lower = point[k] + _step[k] <= p.Lower;
            if (lower ? slope >= 0 : slope <= 0) continue;
            double gain = slope * slope / Math.Max(curvature[(k * n) + k], double.Epsilon);
            if (gain <= largest) continue;
            (release, largest) = (k, gain);
        }

        return release;
    }

    private void Reserve(int n)
    {
        if (_step.Length == n) return;
        _step = new double[n];
        _target = new double[n];
        _solution = new double[n];
        _factor = new double[n * n];
        _held = new bool[n];
        _free = new int[n];
    }
}
