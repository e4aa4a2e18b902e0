using System.Collections.Immutable;

namespace DigiCam.Fitting;

/// <summary>
/// A shape of one's own: the expected number of entries below a value. A bin gets the difference of its edges, so that no shape is taken at the centre of its bins.
/// Derivatives come from differences, which takes some ten times as long as a model that knows them.
/// </summary>
public sealed class NumericModel : IBinnedModel
{
    // Least contents of a bin, so that an entry where nothing is expected costs much but not everything.
    private const double SmallestContent = 1e-300;

    private readonly Curve _entriesBelow;
    private readonly double[] _shifted;
    private double[] _atEdges = [];
    private double[] _contents = [];
    private double[] _near = [];
    private double[] _far = [];

    /// <summary>Creates a model from its cumulative distribution.</summary>
    /// <param name="parameters">Names and units of the parameters.</param>
    /// <param name="entriesBelow">Expected entries below x [entries], never falling with x; for a normalised shape times the number of entries.</param>
    public NumericModel(IEnumerable<ModelParameter> parameters, Curve entriesBelow)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(entriesBelow);
        Parameters = [.. parameters];
        _entriesBelow = entriesBelow;
        _shifted = new double[Parameters.Length];
    }

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
        for (int i = 0; i < edges.Length; i++) _atEdges[i] = _entriesBelow(edges[i], _shifted);
        for (int i = 0; i < contents.Length; i++) contents[i] = _atEdges[i + 1] - _atEdges[i];
    }
}
