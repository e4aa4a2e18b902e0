using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>
/// A shape of one's own: the expected number of entries below a value, or a density. A bin gets the difference of its edges or the integral over it, so that no shape is taken at the
/// centre of its bins. Derivatives come from differences, which takes some ten times as long as a model that knows them.
/// </summary>
public sealed class NumericModel : IBinnedModel
{
    // Least contents of a bin, so that an entry where nothing is expected costs much but not everything.
    private const double SmallestContent = 1e-300;

    // Gauss and Legendre's rule of five points on -1..1: exact for polynomials of degree 9.
    private static readonly double[] Nodes = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664];
    private static readonly double[] Weights = [0.23692688505618908, 0.47862867049936647, 128.0 / 225, 0.47862867049936647, 0.23692688505618908];

    // Halves that agree with the whole to this part are themselves right to a thousandth of it.
    private const double QuadratureTolerance = 1e-10;

    // Halvings of a bin, for densities with steps or cusps.
    private const int MaximumHalvings = 30;

    private readonly Curve _curve;
    private readonly bool _isDensity;
    private readonly double[] _shifted;
    private double[] _atEdges = [];
    private double[] _contents = [];
    private double[] _near = [];
    private double[] _far = [];

    /// <summary>Creates a model from its cumulative distribution.</summary>
    /// <param name="parameters">Names and units of the parameters.</param>
    /// <param name="entriesBelow">Expected entries below x [entries], never falling with x; for a normalised shape times the number of entries.</param>
    public NumericModel(IEnumerable<ModelParameter> parameters, Curve entriesBelow)
        : this(parameters, entriesBelow, isDensity: false)
    {
    }

    private NumericModel(IEnumerable<ModelParameter> parameters, Curve curve, bool isDensity)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(curve);
        Parameters = [.. parameters];
        (_curve, _isDensity) = (curve, isDensity);
        _shifted = new double[Parameters.Length];
    }

    /// <summary>
    /// A model from its density. The integral over a bin is taken with Gauss and Legendre's rule of five points, parts of the bin halved until that changes them by no more than 1e-10: at
    /// least 15 evaluations a bin where a cumulative distribution takes one. What lies between all these points, much narrower than the bin, is not seen.
    /// </summary>
    /// <param name="parameters">Names and units of the parameters.</param>
    /// <param name="density">Expected entries for each unit of the axis at x, never negative; for a normalised shape times the number of entries.</param>
    public static NumericModel FromDensity(IEnumerable<ModelParameter> parameters, Curve density) => new(parameters, density, isDensity: true);

    /// <inheritdoc/>
    public ImmutableArray<ModelParameter> Parameters { get; }

    /// <inheritdoc/>
    public void Evaluate(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, Span<double> expected, Span<double> logarithm, Span<double> logGradient)
    {
        int bins = expected.Length;
        if (_atEdges.Length < edges.Length)
        {
            _atEdges = new double[edges.Length];
            _contents = new double[bins];
            _near = new double[bins];
            _far = new double[bins];
        }

        parameters.CopyTo(_shifted);
        Contents(edges, expected);
        for (int i = 0; i < bins; i++)
        {
            if (expected[i] < SmallestContent) expected[i] = SmallestContent;
            logarithm[i] = Math.Log(expected[i]);
        }

        if (logGradient.IsEmpty) return;
        for (int k = 0; k < parameters.Length; k++)
        {
            double h = Step(parameters, edges, expected, k);
            Differ(parameters, edges, k, h, _near.AsSpan(0, bins));
            Differ(parameters, edges, k, 2 * h, _far.AsSpan(0, bins));
            for (int i = 0; i < bins; i++) logGradient[(k * bins) + i] = Differences.First(_near[i], _far[i], h) / expected[i];
        }
    }

    private double Step(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, ReadOnlySpan<double> expected, int k)
    {
        double blind = Differences.BlindStep(parameters[k]);
        Span<double> contents = _contents.AsSpan(0, expected.Length);
        _shifted[k] = parameters[k] + blind;
        Contents(edges, contents);
        _shifted[k] = parameters[k];
        double size = 0;
        double change = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            size += expected[i] * expected[i];
            change += (contents[i] - expected[i]) * (contents[i] - expected[i]);
        }

        return Differences.Step(blind, Math.Sqrt(change / size));
    }

    // Contents with a parameter shifted up less those with it shifted down.
    private void Differ(ReadOnlySpan<double> parameters, ReadOnlySpan<double> edges, int k, double shift, Span<double> difference)
    {
        Span<double> contents = _contents.AsSpan(0, difference.Length);
        _shifted[k] = parameters[k] + shift;
        Contents(edges, difference);
        _shifted[k] = parameters[k] - shift;
        Contents(edges, contents);
        _shifted[k] = parameters[k];
        for (int i = 0; i < difference.Length; i++) difference[i] -= contents[i];
    }

    private void Contents(ReadOnlySpan<double> edges, Span<double> contents)
    {
        if (_isDensity)
        {
            for (int i = 0; i < contents.Length; i++) contents[i] = Integral(edges[i], edges[i + 1], Rule(edges[i], edges[i + 1]), SmallestContent, MaximumHalvings);
            return;
        }

        for (int i = 0; i < edges.Length; i++) _atEdges[i] = _curve(edges[i], _shifted);
        for (int i = 0; i < contents.Length; i++) contents[i] = _atEdges[i + 1] - _atEdges[i];
    }

    // A part has to be right relative to the largest one around it: the last digits of a density scatter, and would be halved for ever.
    private double Integral(double from, double to, double whole, double tolerance, int halvings)
    {
        double middle = from + (0.5 * (to - from));
        double left = Rule(from, middle);
        double right = Rule(middle, to);
        double sum = left + right;
        double enough = Math.Max(tolerance, QuadratureTolerance * Math.Abs(sum));
        return halvings == 0 || !double.IsFinite(sum) || Math.Abs(sum - whole) <= enough
            ? sum
            : Integral(from, middle, left, enough, halvings - 1) + Integral(middle, to, right, enough, halvings - 1);
    }

    private double Rule(double from, double to)
    {
        double half = 0.5 * (to - from);
        double middle = from + half;
        double sum = 0;
        for (int k = 0; k < Nodes.Length; k++) sum += Weights[k] * _curve(middle + (half * Nodes[k]), _shifted);
        return half * sum;
    }
}
