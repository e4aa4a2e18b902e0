using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>
/// The sum of several costs that share parameters: simultaneous fits of several spectra, and fits with knowledge from elsewhere as
/// <see cref="GaussianConstraint"/>. Parameter k of a term is parameter map[k] of the sum; several terms may point to the same one.
/// </summary>
public sealed class CostSum : ICostFunction
{
    private readonly ImmutableArray<(ICostFunction Cost, ImmutableArray<int> Map)> _terms;
    private readonly double[] _parameters;
    private readonly double[] _step;
    private readonly double[] _gradient;
    private readonly double[] _curvature;

    /// <summary>Creates a sum.</summary>
    /// <param name="parameterCount">Number of parameters of the sum.</param>
    /// <param name="terms">The costs, each with the place of its parameters among those of the sum.</param>
    /// <exception cref="ArgumentException">There is no term, a term has another number of parameters than places, or a place does not exist.</exception>
    public CostSum(int parameterCount, params IReadOnlyList<(ICostFunction Cost, int[] Parameters)> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parameterCount);
        if (terms.Count == 0) throw new ArgumentException("a sum of no costs", nameof(terms));
        ParameterCount = parameterCount;
        for (int t = 0; t < terms.Count; t++)
        {
            (ICostFunction cost, int[] map) = terms[t];
            ArgumentNullException.ThrowIfNull(cost, nameof(terms));
            ArgumentNullException.ThrowIfNull(map, nameof(terms));
            if (map.Length != cost.ParameterCount) throw new ArgumentException(FormattableString.Invariant($"cost {t} of the sum: {map.Length} places for {cost.ParameterCount} parameters"), nameof(terms));
            foreach (int place in map)
            {
                if (place < 0 || place >= parameterCount) throw new ArgumentException(FormattableString.Invariant($"cost {t} of the sum: parameter {place}, but the sum has parameters 0..{parameterCount - 1}"), nameof(terms));
            }
        }

        _terms = [.. terms.Select(t => (t.Cost, t.Parameters.ToImmutableArray()))];
        int largest = _terms.Max(t => t.Map.Length);
        _parameters = new double[largest];
        _step = new double[largest];
        _gradient = new double[largest];
        _curvature = new double[largest * largest];
    }

    /// <inheritdoc/>
    public int ParameterCount { get; }

    /// <summary>The costs, each with the place of its parameters among those of the sum.</summary>
    public ImmutableArray<(ICostFunction Cost, ImmutableArray<int> Parameters)> Terms => _terms;

    /// <inheritdoc/>
    public int DataCount
    {
        get
        {
            int sum = 0;
            foreach ((ICostFunction cost, _) in _terms) sum += cost.DataCount;
            return sum;
        }
    }

    /// <inheritdoc/>
    public int InformativeCount
    {
        get
        {
            int sum = 0;
            foreach ((ICostFunction cost, _) in _terms) sum += cost.InformativeCount;
            return sum;
        }
    }

    /// <inheritdoc/>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature)
    {
        gradient.Clear();
        curvature.Clear();
        double sum = 0;
        foreach ((ICostFunction cost, ImmutableArray<int> map) in _terms)
        {
            int n = map.Length;
            Span<double> own = gradient.IsEmpty ? default : _gradient.AsSpan(0, n);
            Span<double> ownCurvature = curvature.IsEmpty ? default : _curvature.AsSpan(0, n * n);
            sum += cost.Evaluate(Gather(parameters, map, _parameters), own, ownCurvature);
            for (int k = 0; k < own.Length; k++) gradient[map[k]] += own[k];
            if (!curvature.IsEmpty) Scatter(ownCurvature, map, curvature);
        }

        return sum;
    }

    /// <inheritdoc/>
    public bool TryHessian(ReadOnlySpan<double> parameters, Span<double> hessian)
    {
        hessian.Clear();
        foreach ((ICostFunction cost, ImmutableArray<int> map) in _terms)
        {
            Span<double> own = _curvature.AsSpan(0, map.Length * map.Length);
            if (!cost.TryHessian(Gather(parameters, map, _parameters), own)) return false;
            Scatter(own, map, hessian);
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryBend(ReadOnlySpan<double> parameters, ReadOnlySpan<double> step, Span<double> bend)
    {
        bend.Clear();
        foreach ((ICostFunction cost, ImmutableArray<int> map) in _terms)
        {
            Span<double> own = _gradient.AsSpan(0, map.Length);
            if (!cost.TryBend(Gather(parameters, map, _parameters), Gather(step, map, _step), own)) return false;
            for (int k = 0; k < own.Length; k++) bend[map[k]] += own[k];
        }

        return true;
    }

    private static ReadOnlySpan<double> Gather(ReadOnlySpan<double> all, ImmutableArray<int> map, double[] own)
    {
        for (int k = 0; k < map.Length; k++) own[k] = all[map[k]];
        return own.AsSpan(0, map.Length);
    }

    private void Scatter(ReadOnlySpan<double> own, ImmutableArray<int> map, Span<double> matrix)
    {
        int n = map.Length;
        for (int k = 0; k < n; k++)
        {
            for (int l = 0; l < n; l++) matrix[(map[k] * ParameterCount) + map[l]] += own[(k * n) + l];
        }
    }
}
