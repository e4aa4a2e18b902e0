namespace DigiCam.Notebooks.Plots;

/// <summary>Points of a chart that belong together.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="X">Abscissae [unit of the axis].</param>
/// <param name="Y">Ordinates [unit of the axis]; NaN leaves a gap.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Standard error of each ordinate; null for none.</summary>
    public IReadOnlyList<double>? Errors { get; init; }

    /// <summary>Whether the points are joined by a line.</summary>
    public bool Joined { get; init; } = true;

    /// <summary>Whether the line is broken.</summary>
    public bool Dashed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Name}: {X.Count} points");
}
