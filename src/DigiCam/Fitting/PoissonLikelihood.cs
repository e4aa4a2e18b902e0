namespace DigiCam.Fitting;

/// <summary>
/// Binned Poisson likelihood as -2 ln L relative to the saturated model, 2 sum [m - y + y ln(y / m)], empty bins included:
/// Baker and Cousins, Nucl. Instrum. Meth. 221 (1984) 437. Serves as its own goodness of fit.
/// </summary>
public sealed class PoissonLikelihood : ICostFunction
{
    private readonly IBinnedModel _model;
    private double[] _data = [];
    private double[] _constant = [];
    private double[] _expected = [];
    private double[] _logarithm = [];
    private double[] _logGradient = [];
    private int _firstValue;

    /// <summary>Creates the cost of a model; give it data before use.</summary>
    /// <param name="model">The model.</param>
    public PoissonLikelihood(IBinnedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
    }

    /// <inheritdoc/>
    public int ParameterCount => _model.ParameterCount;

    /// <inheritdoc/>
    public int BinCount { get; private set; }

    /// <summary>Sets the data; working space is kept, so that a loop over pixels does not allocate.</summary>
    /// <param name="counts">Entries of neighbouring bins (bin).</param>
    /// <param name="firstValue">Value at the centre of the first bin.</param>
    public void SetData(ReadOnlySpan<uint> counts, int firstValue)
    {
        if (counts.Length > _data.Length)
        {
            _data = new double[counts.Length];
            _constant = new double[counts.Length];
            _expected = new double[counts.Length];
            _logarithm = new double[counts.Length];
            _logGradient = new double[counts.Length * ParameterCount];
        }

        BinCount = counts.Length;
        _firstValue = firstValue;
        for (int i = 0; i < counts.Length; i++)
        {
            double y = counts[i];
            _data[i] = y;
            _constant[i] = y > 0 ? Math.Log(y) : 0;
        }
    }

    /// <inheritdoc/>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> curvature)
    {
        int n = ParameterCount;
        Span<double> expected = _expected.AsSpan(0, BinCount);
        Span<double> logarithm = _logarithm.AsSpan(0, BinCount);
        Span<double> logGradient = _logGradient.AsSpan(0, BinCount * n);
        _model.Evaluate(parameters, _firstValue, expected, logarithm, logGradient);

        double sum = 0;
        gradient.Clear();
        curvature.Clear();
        for (int i = 0; i < BinCount; i++)
        {
            double y = _data[i];
            double m = expected[i];
            sum += m - y;
            if (y > 0) sum += y * (_constant[i] - logarithm[i]);
            ReadOnlySpan<double> r = logGradient.Slice(i * n, n);
            double difference = 2 * (m - y);
            for (int k = 0; k < n; k++) gradient[k] += difference * r[k];
            if (curvature.IsEmpty || m == 0) continue;
            for (int k = 0; k < n; k++)
            {
                double weight = 2 * m * r[k];
                for (int l = 0; l <= k; l++) curvature[(k * n) + l] += weight * r[l];
            }
        }

        if (!curvature.IsEmpty)
        {
            for (int k = 0; k < n; k++)
            {
                for (int l = k + 1; l < n; l++) curvature[(k * n) + l] = curvature[(l * n) + k];
            }
        }

        return 2 * sum;
    }
}
