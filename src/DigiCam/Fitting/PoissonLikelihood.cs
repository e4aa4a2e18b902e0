using System.Numerics;
using System.Runtime.InteropServices;

namespace DigiCam.Fitting;

/// <summary>
/// Binned Poisson likelihood as -2 ln L relative to the saturated model, 2 sum [m - y + y ln(y / m)], empty bins included:
/// Baker and Cousins, Nucl. Instrum. Meth. 221 (1984) 437. Serves as its own goodness of fit.
/// </summary>
public sealed class PoissonLikelihood : ICostFunction
{
    private readonly int _parameters;
    private double[] _edges = new double[1];
    private double[] _data = [];
    private double[] _constant = [];
    private double[] _expected = [];
    private double[] _logarithm = [];
    private double[] _logGradient = [];
    private double[] _weights = [];
    private double[] _weighted = [];

    /// <summary>Creates the cost of a model; give it data before use.</summary>
    /// <param name="model">The model.</param>
    public PoissonLikelihood(IBinnedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        _parameters = model.Parameters.Length;
    }

    /// <summary>The model.</summary>
    public IBinnedModel Model { get; }

    /// <inheritdoc/>
    public int ParameterCount => _parameters;

    /// <inheritdoc/>
    public int DataCount { get; private set; }

    /// <inheritdoc/>
    public int InformativeCount { get; private set; }

    /// <summary>Edges of the bins (bin + 1).</summary>
    public ReadOnlySpan<double> Edges => _edges.AsSpan(0, DataCount + 1);

    /// <summary>Entries of the bins (bin).</summary>
    public ReadOnlySpan<double> Counts => _data.AsSpan(0, DataCount);

    /// <summary>Sets the data; working space is kept, so that a loop over pixels does not allocate.</summary>
    /// <param name="counts">Entries of neighbouring bins (bin).</param>
    /// <param name="edges">Edges of the bins, ascending (bin + 1).</param>
    /// <exception cref="ArgumentException">There is not one edge more than bins.</exception>
    public void SetData(ReadOnlySpan<uint> counts, ReadOnlySpan<double> edges)
    {
        if (edges.Length != counts.Length + 1) throw new ArgumentException(FormattableString.Invariant($"{edges.Length} edges for {counts.Length} bins"), nameof(edges));
        Reserve(counts.Length);
        edges.CopyTo(_edges);
        SetCounts(counts);
    }

    /// <summary>Sets data in bins of width 1 around whole numbers.</summary>
    /// <param name="counts">Entries of neighbouring bins (bin).</param>
    /// <param name="firstValue">Value at the centre of the first bin.</param>
    public void SetData(ReadOnlySpan<uint> counts, int firstValue)
    {
        Reserve(counts.Length);
        for (int i = 0; i <= counts.Length; i++) _edges[i] = firstValue + i - 0.5;
        SetCounts(counts);
    }

    /// <summary>Expected entries of the bins.</summary>
    /// <param name="parameters">The values (parameter).</param>
    public double[] Expected(ReadOnlySpan<double> parameters)
    {
        double[] expected = new double[DataCount];
        Model.Evaluate(parameters, Edges, expected, new double[DataCount], default);
        return expected;
    }

    /// <inheritdoc/>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature)
    {
        int n = _parameters;
        int bins = DataCount;
        Span<double> expected = _expected.AsSpan(0, bins);
        Span<double> logarithm = _logarithm.AsSpan(0, bins);
        Span<double> logGradient = gradient.IsEmpty && curvature.IsEmpty ? default : _logGradient.AsSpan(0, bins * n);
        Model.Evaluate(parameters, Edges, expected, logarithm, logGradient);

        double sum = Deviance(expected, logarithm);
        if (!gradient.IsEmpty)
        {
            Span<double> excess = _weights.AsSpan(0, bins);
            Subtract(expected, _data, excess);
            for (int k = 0; k < n; k++) gradient[k] = 2 * Dot(excess, logGradient.Slice(k * bins, bins));
        }

        if (!curvature.IsEmpty) Products(expected, logGradient, curvature);
        return sum;
    }

    /// <inheritdoc/>
    public bool TryHessian(ReadOnlySpan<double> parameters, Span<double> hessian)
    {
        int bins = DataCount;
        Span<double> expected = _expected.AsSpan(0, bins);
        Span<double> logGradient = _logGradient.AsSpan(0, bins * _parameters);
        Model.Evaluate(parameters, Edges, expected, _logarithm.AsSpan(0, bins), logGradient);

        // d2 = 2 sum [y r_k r_l + (1 - y / m) d2m], r the relative derivatives of the expectation m.
        Span<double> weights = _weights.AsSpan(0, bins);
        for (int i = 0; i < bins; i++)
        {
            double y = _data[i];
            double weight = y > 0 ? 2 - (2 * y / expected[i]) : 2;
            if (!double.IsFinite(weight)) return false;
            weights[i] = weight;
        }

        Products(Counts, logGradient, hessian);
        return Model.TryAddSecondDerivatives(parameters, Edges, weights, hessian);
    }

    // 2 sum [m - y + y (ln y - ln m)].
    private double Deviance(ReadOnlySpan<double> expected, ReadOnlySpan<double> logarithm)
    {
        int bins = expected.Length;
        Vector<double> sums = Vector<double>.Zero;
        int i = 0;
        for (; i <= bins - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector<double> y = new(_data, i);
            Vector<double> difference = new Vector<double>(expected[i..]) - y;
            Vector<double> term = y * (new Vector<double>(_constant, i) - new Vector<double>(logarithm[i..]));

            // An empty bin has no logarithm, whatever the model says.
            sums += difference + Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<double>.Zero), term, Vector<double>.Zero);
        }

        double sum = Vector.Sum(sums);
        for (; i < bins; i++)
        {
            double y = _data[i];
            sum += expected[i] - y;
            if (y > 0) sum += y * (_constant[i] - logarithm[i]);
        }

        return 2 * sum;
    }

    // 2 sum_i weight_i r_ki r_li for all pairs of parameters; bins without weight do not count, whatever their derivatives.
    private void Products(ReadOnlySpan<double> weights, Span<double> logGradient, Span<double> matrix)
    {
        int n = _parameters;
        int bins = weights.Length;
        Span<double> weighted = _weighted.AsSpan(0, bins);
        for (int k = 0; k < n; k++)
        {
            ReadOnlySpan<double> row = logGradient.Slice(k * bins, bins);
            Multiply(weights, row, weighted);
            for (int l = 0; l <= k; l++) matrix[(k * n) + l] = matrix[(l * n) + k] = 2 * Dot(weighted, logGradient.Slice(l * bins, bins));
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        int count = a.Length;
        ref double x = ref MemoryMarshal.GetReference(a);
        ref double y = ref MemoryMarshal.GetReference(b[..count]);

        // Two sums side by side: one alone waits for itself.
        Vector<double> first = Vector<double>.Zero;
        Vector<double> second = Vector<double>.Zero;
        int i = 0;
        for (; i <= count - (2 * Vector<double>.Count); i += 2 * Vector<double>.Count)
        {
            first = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref x, (nuint)i), Vector.LoadUnsafe(ref y, (nuint)i), first);
            nuint next = (nuint)(i + Vector<double>.Count);
            second = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref x, next), Vector.LoadUnsafe(ref y, next), second);
        }

        double sum = Vector.Sum(first + second);
        for (; i < count; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void Multiply(ReadOnlySpan<double> weights, ReadOnlySpan<double> values, Span<double> products)
    {
        int i = 0;
        for (; i <= weights.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector<double> weight = new(weights[i..]);
            Vector<double> product = weight * new Vector<double>(values[i..]);
            Vector.ConditionalSelect(Vector.GreaterThan(weight, Vector<double>.Zero), product, Vector<double>.Zero).CopyTo(products[i..]);
        }

        for (; i < weights.Length; i++) products[i] = weights[i] > 0 ? weights[i] * values[i] : 0;
    }

    private static void Subtract(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> differences)
    {
        int i = 0;
        for (; i <= differences.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(a[i..]) - new Vector<double>(b[i..])).CopyTo(differences[i..]);
        }

        for (; i < differences.Length; i++) differences[i] = a[i] - b[i];
    }

    private void Reserve(int bins)
    {
        DataCount = bins;
        if (bins <= _data.Length) return;
        _edges = new double[bins + 1];
        _data = new double[bins];
        _constant = new double[bins];
        _expected = new double[bins];
        _logarithm = new double[bins];
        _logGradient = new double[bins * _parameters];
        _weights = new double[bins];
        _weighted = new double[bins];
    }

    private void SetCounts(ReadOnlySpan<uint> counts)
    {
        InformativeCount = counts.Length - counts.Count(0u);
        for (int i = 0; i < counts.Length; i++)
        {
            double y = counts[i];
            _data[i] = y;
            _constant[i] = y > 0 ? Math.Log(y) : 0;
        }
    }
}
