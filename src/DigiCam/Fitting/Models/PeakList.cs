namespace DigiCam.Fitting.Models;

/// <summary>
/// The peaks of a <see cref="PeakSumModel"/> at one point of its parameters, filled in by the model: content, centre and width of each, and how they change with
/// the parameters. Working space that is kept from call to call.
/// </summary>
public sealed class PeakList
{
    private readonly int _parameters;
    private double[] _weights = [];
    private double[] _centres = [];
    private double[] _widths = [];
    private double[] _weightSlopes = [];
    private double[] _centreSlopes = [];
    private double[] _widthSlopes = [];

    internal PeakList(int parameters) => _parameters = parameters;

    /// <summary>Number of peaks.</summary>
    public int Count { get; private set; }

    /// <summary>True when the slopes are wanted too.</summary>
    public bool WithSlopes { get; private set; }

    /// <summary>Contents, as if no bin were missing (peak) [entries].</summary>
    public Span<double> Weights => _weights.AsSpan(0, Count);

    /// <summary>Centres (peak), in the unit of the axis.</summary>
    public Span<double> Centres => _centres.AsSpan(0, Count);

    /// <summary>Standard deviations before binning (peak), in the unit of the axis.</summary>
    public Span<double> Widths => _widths.AsSpan(0, Count);

    /// <summary>Derivatives of the contents by a parameter (peak); 0 until set.</summary>
    /// <param name="parameter">Index of the parameter.</param>
    public Span<double> WeightSlopes(int parameter) => _weightSlopes.AsSpan(parameter * Count, Count);

    /// <summary>Derivatives of the centres by a parameter (peak); 0 until set.</summary>
    /// <param name="parameter">Index of the parameter.</param>
    public Span<double> CentreSlopes(int parameter) => _centreSlopes.AsSpan(parameter * Count, Count);

    /// <summary>Derivatives of the widths by a parameter (peak); 0 until set.</summary>
    /// <param name="parameter">Index of the parameter.</param>
    public Span<double> WidthSlopes(int parameter) => _widthSlopes.AsSpan(parameter * Count, Count);

    /// <summary>Makes room for peaks, with all slopes 0.</summary>
    internal void Reset(int count, bool withSlopes)
    {
        Count = count;
        WithSlopes = withSlopes;
        if (_weights.Length < count)
        {
            int size = Math.Max(count, 2 * _weights.Length);
            _weights = new double[size];
            _centres = new double[size];
            _widths = new double[size];
            _weightSlopes = new double[size * _parameters];
            _centreSlopes = new double[size * _parameters];
            _widthSlopes = new double[size * _parameters];
        }

        if (!withSlopes) return;
        Array.Clear(_weightSlopes, 0, count * _parameters);
        Array.Clear(_centreSlopes, 0, count * _parameters);
        Array.Clear(_widthSlopes, 0, count * _parameters);
    }
}
