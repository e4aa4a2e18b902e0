using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Cameras;

/// <summary>One number per pixel that the camera shows by colour, the same or another one at each level of a scan.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<CameraQuantity>))]
public sealed class CameraQuantity : IHtml
{
    /// <summary>Describes a quantity.</summary>
    /// <param name="name">What it is, for example "electronic noise".</param>
    /// <param name="symbol">Its symbol, for example "σₑ"; may be empty.</param>
    /// <param name="unit">Its unit, for example "LSB"; empty for a pure number.</param>
    /// <param name="values">Value of each pixel by software id, shape (1296) [unit]; NaN = not measured.</param>
    /// <exception cref="ArgumentException">Not 1296 values.</exception>
    public CameraQuantity(string name, string symbol, string unit, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != CameraGeometry.PixelCount)
        {
            throw new ArgumentException($"{name}: a camera quantity has {CameraGeometry.PixelCount} values, not {values.Count}", nameof(values));
        }

        (Name, Symbol, Unit, Values) = (name, symbol, unit, [.. values]);
    }

    /// <summary>Describes a quantity that differs from level to level of a scan.</summary>
    /// <param name="name">What it is, for example "light".</param>
    /// <param name="symbol">Its symbol, for example "µ"; may be empty.</param>
    /// <param name="unit">Its unit, for example "p.e."; empty for a pure number.</param>
    /// <param name="levels">Value of each pixel by software id at each level, shape (level, 1296) [unit]; NaN = not measured.</param>
    /// <exception cref="ArgumentException">No level, or not 1296 values at each.</exception>
    public CameraQuantity(string name, string symbol, string unit, IReadOnlyList<IReadOnlyList<double>> levels)
        : this(name, symbol, unit, levels is { Count: > 0 } ? levels[0] : throw new ArgumentException($"{name}: a quantity with levels has at least one", nameof(levels)))
    {
        LevelValues = Checked(levels, levels.Count);
    }

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>Its symbol; may be empty.</summary>
    public string Symbol { get; }

    /// <summary>Its unit; empty for a pure number.</summary>
    public string Unit { get; }

    /// <summary>Value of each pixel by software id, shape (1296) [<see cref="Unit"/>]; NaN = not measured. At the first level when it has levels.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Standard error of each value, shape (1296) [<see cref="Unit"/>]; null where there are none.</summary>
    public IReadOnlyList<double>? Errors { get; init; }

    /// <summary>Values at each level, shape (level, 1296) [<see cref="Unit"/>]; null = the same at all levels.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? LevelValues { get; }

    /// <summary>Standard error of each of <see cref="LevelValues"/>, shape (level, 1296) [<see cref="Unit"/>]; null where there are none.</summary>
    /// <exception cref="ArgumentException">Not of the shape of the values.</exception>
    public IReadOnlyList<IReadOnlyList<double>>? LevelErrors
    {
        get;
        init
        {
            field = value is null ? null : Checked(value, LevelValues?.Count ?? 0);
            Errors = field?[0];
        }
    }

    /// <summary>Whether a colour means the same at all levels at first; otherwise each level has a range of its own.</summary>
    public bool SameColors { get; init; } = true;

    /// <summary>Value of the first colour [<see cref="Unit"/>]; null = chosen so that all but far outliers fit.</summary>
    public double? Low { get; init; }

    /// <summary>Value of the last colour [<see cref="Unit"/>]; null = chosen so that all but far outliers fit.</summary>
    public double? High { get; init; }

    /// <summary>The colours.</summary>
    public ColorMap Colors { get; init; } = ColorMap.Sequential;

    /// <summary>Name with symbol and unit, for example "electronic noise σₑ [LSB]".</summary>
    public string Label => string.Concat(Name, Symbol.Length > 0 && Symbol != Name ? " " + Symbol : "", Unit.Length > 0 ? $" [{Unit}]" : "");

    /// <inheritdoc/>
    public override string ToString()
    {
        if (LevelValues is { } levels) return FormattableString.Invariant($"{Label}: {levels.Count} levels, median {Html.Digits(At(0).Median, 5)} at the first, {Html.Digits(At(levels.Count - 1).Median, 5)} at the last");
        double[] finite = [.. Values.Where(double.IsFinite).Order()];
        if (finite.Length == 0) return $"{Label}: no pixel has a value";
        return FormattableString.Invariant(
            $"{Label}: {finite.Length} pixels, median {Quantile(finite, 0.5):G5}, range {finite[0]:G5} .. {finite[^1]:G5}");
    }

    /// <inheritdoc/>
    public string ToHtml() => new CameraDisplay(Name, [this]) { Levels = [.. (LevelValues ?? []).Select((_, l) => FormattableString.Invariant($"level {l + 1}"))] }.ToHtml();

    /// <summary>The quantity at one level; itself when it does not differ.</summary>
    /// <param name="level">Index of the level.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has no such level.</exception>
    public CameraQuantity At(int level) => LevelValues is null
        ? this
        : level >= 0 && level < LevelValues.Count
            ? new CameraQuantity(Name, Symbol, Unit, LevelValues[level]) { Errors = LevelErrors?[level], Low = Low, High = High, Colors = Colors }
            : throw new ArgumentOutOfRangeException(nameof(level), level, FormattableString.Invariant($"{Name} has the levels 0..{LevelValues.Count - 1}"));

    private double Median => Values.Where(double.IsFinite).Order().ToArray() is { Length: > 0 } finite ? Quantile(finite, 0.5) : double.NaN;

    /// <summary>The range of the colours: given, or round numbers around all values but far outliers; with levels one that holds the range of each.</summary>
    internal (double Low, double High) Range()
    {
        if (LevelValues is { } levels)
        {
            // Not of all values at once: where light spans decades, the brightest level would be an outlier.
            (double Low, double High)[] ranges = [.. Enumerable.Range(0, levels.Count).Select(At).Where(q => q.Values.Any(double.IsFinite)).Select(q => q.Range())];
            return ranges.Length > 0 ? (ranges.Min(r => r.Low), ranges.Max(r => r.High)) : At(0).Range();
        }

        double[] finite = [.. Values.Where(double.IsFinite).Order()];
        if (finite.Length == 0) return (Low ?? 0, High ?? ((Low ?? 0) + 1));

        double lower = Quantile(finite, 0.25);
        double upper = Quantile(finite, 0.75);
        double reach = 3 * (upper - lower);
        if (!(reach > 0)) reach = Math.Max(Math.Abs(lower) * 0.01, 1e-9);

        // Three quartile distances beyond the quartiles are some 4.7 standard deviations from the median;
        // inside them the range ends at the outermost values.
        double low = finite.First(v => v >= lower - reach);
        double high = finite.Last(v => v <= upper + reach);
        if (ReferenceEquals(Colors, ColorMap.Diverging))
        {
            high = Math.Max(Math.Abs(low), Math.Abs(high));
            low = -high;
        }

        double step = Axis.Step(Math.Max(high - low, 1e-12), 20);
        low = Low ?? (Math.Floor((low / step) + 1e-6) * step);
        high = High ?? (Math.Ceiling((high / step) - 1e-6) * step);
        return high > low ? (low, high) : (low, low + step);
    }

    /// <summary>The value of a pixel as people read it, without unit.</summary>
    internal string TextOf(int pixel)
    {
        double value = Values[pixel];
        if (!double.IsFinite(value)) return "";
        return Errors is { } errors && double.IsFinite(errors[pixel])
            ? new Measurement(value, errors[pixel]).ToPretty()
            : Html.Digits(value, 5);
    }

    /// <summary>What is written in the corner of the picture: median, the middle 68 %, how many pixels.</summary>
    internal IReadOnlyList<string> Statistics()
    {
        double[] finite = [.. Values.Where(double.IsFinite).Order()];
        if (finite.Length == 0) return ["no pixel has a value"];
        string unit = Unit.Length > 0 ? " " + Unit : "";
        return
        [
            $"median {Html.Digits(Quantile(finite, 0.5), 4)}{unit}",
            $"68 % in {Html.Digits(Quantile(finite, 0.16), 4)} .. {Html.Digits(Quantile(finite, 0.84), 4)}",
            FormattableString.Invariant($"{finite.Length} pixels"),
        ];
    }

    private IReadOnlyList<IReadOnlyList<double>> Checked(IReadOnlyList<IReadOnlyList<double>> levels, int count) =>
        levels.Count == count && levels.All(l => l.Count == CameraGeometry.PixelCount)
            ? [.. levels.Select(l => (IReadOnlyList<double>)[.. l])]
            : throw new ArgumentException(FormattableString.Invariant($"{Name}: {CameraGeometry.PixelCount} values at each of {count} levels are needed, not {string.Join(", ", levels.Select(l => l.Count).Distinct())} at {levels.Count}"), nameof(levels));

    private static double Quantile(double[] sorted, double fraction)
    {
        double position = fraction * (sorted.Length - 1);
        int i = (int)position;
        return i + 1 < sorted.Length ? sorted[i] + ((position - i) * (sorted[i + 1] - sorted[i])) : sorted[i];
    }
}
