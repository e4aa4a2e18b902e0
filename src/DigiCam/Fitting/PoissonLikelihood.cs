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

        double sum = 0;
        for (int i = 0; i < bins; i++)
        {
            double y = _data[i];
            sum += expected[i] - y;
            if (y > 0) sum += y * (_constant[i] - logarithm[i]);
        }

        for (int k = 0; k < gradient.Length; k++)
        {
            ReadOnlySpan<double> r = logGradient.Slice(k * bins, bins);
            double slope = 0;
            for (int i = 0; i < bins; i++) slope += (expected[i] - _data[i]) * r[i];
            gradient[k] = 2 * slope;
        }

        if (!curvature.IsEmpty)
        {
            for (int k = 0; k < n; k++)
            {
                ReadOnlySpan<double> rk = logGradient.Slice(k * bins, bins);
                for (int l = 0; l <= k; l++)
                {
                    ReadOnlySpan<double> rl = logGradient.Slice(l * bins, bins);
                    double product = 0;
                    for (int i = 0; i < bins; i++)
                    {
                        if (expected[i] > 0) product += expected[i] * rk[i] * rl[i];
                    }

                    curvature[(k * n) + l] = curvature[(l * n) + k] = 2 * product;
                }
            }
        }

        return 2 * sum;
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
