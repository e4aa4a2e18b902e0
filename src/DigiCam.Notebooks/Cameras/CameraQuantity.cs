using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Cameras;

/// <summary>One number per pixel that the camera shows by colour.</summary>
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

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>Its symbol; may be empty.</summary>
    public string Symbol { get; }

    /// <summary>Its unit; empty for a pure number.</summary>
    public string Unit { get; }

    /// <summary>Value of each pixel by software id, shape (1296) [<see cref="Unit"/>]; NaN = not measured.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Standard error of each value, shape (1296) [<see cref="Unit"/>]; null where there are none.</summary>
    public IReadOnlyList<double>? Errors { get; init; }

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
        double[] finite = [.. Values.Where(double.IsFinite).Order()];
        if (finite.Length == 0) return $"{Label}: no pixel has a value";
        return FormattableString.Invariant(
            $"{Label}: {finite.Length} pixels, median {Quantile(finite, 0.5):G5}, range {finite[0]:G5} .. {finite[^1]:G5}");
    }

    /// <inheritdoc/>
    public string ToHtml() => new CameraDisplay(Name, [this]).ToHtml();

    /// <summary>The range of the colours: given, or round numbers around all values but far outliers.</summary>
    internal (double Low, double High) Range()
    {
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

    private static double Quantile(double[] sorted, double fraction)
    {
        double position = fraction * (sorted.Length - 1);
        int i = (int)position;
        return i + 1 < sorted.Length ? sorted[i] + ((position - i) * (sorted[i + 1] - sorted[i])) : sorted[i];
    }
}
