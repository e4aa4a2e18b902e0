namespace DigiCam.Notebooks.Cameras;

/// <summary>The histogram of one pixel, with the fit when there is one.</summary>
public sealed class PixelSpectrum : PixelPanel
{
    private const int MaxDrawnBins = 256;
    private const int LeastDrawnBins = 40;

    /// <summary>Takes a histogram.</summary>
    /// <param name="firstCentre">Centre of the first bin [unit of the axis].</param>
    /// <param name="binWidth">Width of every bin [unit of the axis].</param>
    /// <param name="counts">Entries per bin.</param>
    public PixelSpectrum(double firstCentre, double binWidth, IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(binWidth);
        (FirstCentre, BinWidth, Counts) = (firstCentre, binWidth, counts);
    }

    /// <summary>Centre of the first bin [<see cref="AxisUnit"/>].</summary>
    public double FirstCentre { get; }

    /// <summary>Width of every bin [<see cref="AxisUnit"/>].</summary>
    public double BinWidth { get; }

    /// <summary>Entries per bin.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>Entries the fit expects in each bin, the same bins as <see cref="Counts"/>; null without a fit, NaN outside the fitted range.</summary>
    public IReadOnlyList<double>? Expected { get; init; }

    /// <summary>What the axis is, for example "ADC value".</summary>
    public string AxisName { get; init; } = "ADC value";

    /// <summary>Unit of the axis.</summary>
    public string AxisUnit { get; init; } = "LSB";

    /// <summary>Entries below the first bin of the original histogram.</summary>
    public long Underflow { get; init; }

    /// <summary>Entries above the last bin of the original histogram.</summary>
    public long Overflow { get; init; }

    /// <summary>Fitted parameters; the same number and order for every pixel of a display.</summary>
    public IReadOnlyList<SpectrumParameter> Parameters { get; init; } = [];

    /// <summary>Chi-square (or deviance) of the fit; NaN = none.</summary>
    public double ChiSquare { get; init; } = double.NaN;

    /// <summary>Degrees of freedom of the fit.</summary>
    public int DegreesOfFreedom { get; init; }

    /// <summary>Probability of a worse chi-square; NaN = none.</summary>
    public double PValue { get; init; } = double.NaN;

    /// <summary>How the fit ended, for example "Converged"; empty without a fit.</summary>
    public string Status { get; init; } = "";

    /// <summary>The same histogram with what is known of its axis and of the fit.</summary>
    internal PixelSpectrum With(string axisName, IReadOnlyList<SpectrumParameter> parameters, double chiSquare, int degreesOfFreedom, string status) => new(FirstCentre, BinWidth, Counts)
    {
        Expected = Expected,
        AxisName = axisName,
        Parameters = parameters,
        ChiSquare = chiSquare,
        DegreesOfFreedom = degreesOfFreedom,
        Status = status,
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        string text = FormattableString.Invariant($"histogram of {Counts.Sum()} entries");
        if (Underflow + Overflow > 0) text += FormattableString.Invariant($" ({Underflow} below, {Overflow} above)");
        if (Parameters.Count > 0) text += "; " + string.Join(", ", Parameters);
        if (double.IsFinite(ChiSquare)) text += FormattableString.Invariant($"; chi2/ndf {ChiSquare:F1}/{DegreesOfFreedom}, p {PValue:G3}");
        return Status.Length > 0 ? $"{text}; {Status}" : text;
    }

    /// <summary>
    /// What is drawn: the bins with entries or expected ones and one more on either side, joined in equal groups when there are
    /// more of them than a picture can show, and on demand where the fit runs straight across them.
    /// </summary>
    /// <param name="most">Bins that a picture can show.</param>
    /// <param name="far">Fraction of the entries on either side that is left out where they make the picture more than twice as long.</param>
    /// <param name="join">Whether bins are joined as long as at least 40 are left and the fit, drawn as a line through them, stays within a quarter of the Poisson error of each.</param>
    internal DrawnSpectrum Drawn(int most = MaxDrawnBins, double far = 0, bool join = false)
    {
        (int from, int to) = Occupied();
        if (far > 0 && to - from >= most)
        {
            (int first, int last) = Bulk(from, to, far);
            if (2 * (last - first) < to - from) (from, to) = (first, last);
        }

        int group = (to - from + most) / most;
        while (join && (to - from) / (group + 1) >= LeastDrawnBins && IsStraight(from, to, group + 1)) group++;
        int bins = (to - from + group) / group;
        long[] counts = new long[bins];
        double[]? expected = Expected is null ? null : new double[bins];
        for (int i = from; i <= to; i++)
        {
            counts[(i - from) / group] += Counts[i];
            if (expected is not null) expected[(i - from) / group] += Expected![i];
        }

        // Bins beyond the end of what is drawn are not counted, and no fit speaks of them.
        if (expected is not null && (to - from + 1) % group != 0) expected[^1] = double.NaN;
        return new DrawnSpectrum(FirstCentre + ((from + ((group - 1) / 2.0)) * BinWidth), group * BinWidth, group, counts, expected, Counts.Take(from).Sum(), Counts.Skip(to + 1).Sum());
    }

    // Whether the fit departs from the chord over two bins of so many by less than a quarter of the Poisson error, everywhere. Of a parabola that is an eighth of the second difference.
    private bool IsStraight(int first, int last, int group)
    {
        if (Expected is null) return false;
        double before = double.NaN;
        double middle = double.NaN;
        for (int i = first; i + group <= last + 1; i += group)
        {
            double next = 0;
            for (int k = i; k < i + group; k++) next += Expected[k];
            if (Math.Abs(next - (2 * middle) + before) > 2 * Math.Sqrt(Math.Max(middle, 1))) return false;
            (before, middle) = (middle, next);
        }

        return true;
    }

    private (int First, int Last) Bulk(int first, int last, double far)
    {
        double most = far * Counts.Sum();
        for (long left = Counts[first]; left <= most && first < last; left += Counts[++first])
        {
        }

        for (long left = Counts[last]; left <= most && last > first; left += Counts[--last])
        {
        }

        return (Math.Max(first - 1, 0), Math.Min(last + 1, Counts.Count - 1));
    }

    private (int First, int Last) Occupied()
    {
        int first = 0;
        int last = Counts.Count - 1;
        while (first < last && Empty(first)) first++;
        while (last > first && Empty(last)) last--;
        return (Math.Max(first - 1, 0), Math.Min(last + 1, Counts.Count - 1));
    }

    private bool Empty(int bin) => Counts[bin] == 0 && !(Expected is { } m && m[bin] > 0.3);
}
