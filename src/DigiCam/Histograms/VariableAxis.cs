using System.Collections.Immutable;

namespace DigiCam.Histograms;

/// <summary>An axis of bins of any widths.</summary>
public sealed record VariableAxis : Axis
{
    private readonly ImmutableArray<double> _edges;

    /// <summary>Creates an axis.</summary>
    /// <param name="edges">The edges (bin + 1), ascending.</param>
    /// <param name="unit">Unit of the values, for displays.</param>
    /// <exception cref="ArgumentException">There are fewer than two edges, or they are not finite or do not ascend.</exception>
    public VariableAxis(IEnumerable<double> edges, string unit = "LSB")
        : base(unit)
    {
        ArgumentNullException.ThrowIfNull(edges);
        _edges = [.. edges];
        if (_edges.Length < 2) throw new ArgumentException("an axis needs at least two edges", nameof(edges));
        for (int i = 0; i < _edges.Length; i++)
        {
            if (!double.IsFinite(_edges[i])) throw new ArgumentException(FormattableString.Invariant($"edge {i} of an axis is {_edges[i]}"), nameof(edges));
            if (i > 0 && !(_edges[i] > _edges[i - 1])) throw new ArgumentException(FormattableString.Invariant($"edge {i} of an axis, {_edges[i]}, is not above {_edges[i - 1]}"), nameof(edges));
        }
    }

    /// <inheritdoc/>
    public override int Count => _edges.Length - 1;

    /// <inheritdoc/>
    public override double Edge(int bin) => _edges[bin];

    /// <inheritdoc/>
    public override int Index(double value)
    {
        if (value < _edges[0]) return -1;
        if (!(value < _edges[^1])) return Count;
        int found = _edges.BinarySearch(value);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>Equal when all edges and the unit are.</summary>
    /// <param name="other">Another axis.</param>
    public bool Equals(VariableAxis? other) => base.Equals(other) && _edges.AsSpan().SequenceEqual(other!._edges.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Unit, Count, _edges[0], _edges[^1]);

    private protected override Axis Merged(int factor, int count) => new VariableAxis(Enumerable.Range(0, count + 1).Select(i => _edges[factor * i]), Unit);

    private protected override Axis Part(int first, int count) => new VariableAxis(_edges.Skip(first).Take(count + 1), Unit);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Count} bins from {_edges[0]} to {_edges[^1]} {Unit}, of different widths");
}
