using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Simulation;

namespace DigiCam.Notebooks.Views;

/// <summary>
/// A result beside what was simulated, in units of the errors (pulls) and of the truth. Over many pixels the pulls of a correct measurement have mean 0 within
/// the error of the mean, and width 1. Faulty and flagged pixels are left out.
/// </summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<TruthComparison>))]
public sealed class TruthComparison : IHtml
{
    private readonly List<Compared> _compared = [];

    internal TruthComparison(CameraResult result, SimulationTruth truth, IReadOnlyList<(string Key, IReadOnlyList<double> Truth)> expected)
    {
        ArgumentNullException.ThrowIfNull(truth);
        foreach ((string key, IReadOnlyList<double> value) in expected)
        {
            PixelQuantity quantity = result[key];
            if (!quantity.HasErrors) throw new ArgumentException($"{key} has no errors: there are no pulls", nameof(expected));
            _compared.Add(new Compared(quantity, value, truth.Pulls(quantity.Values, quantity.Errors, value, result.Flags)));
        }
    }

    /// <summary>Pulls of each quantity: (measured - simulated) / error, with the difference of the camera's means beside them.</summary>
    public Table Table => new(
        "Measured against simulated; pulls are (measured - simulated) / error",
        [new("quantity"), new("unit"), new("pixels"), new("mean truth"), new("mean difference"), new("mean of pulls"), new("width of pulls")],
        _compared.Select(c => c.Row()));

    /// <summary>The distribution of the pulls of a quantity.</summary>
    /// <param name="key">For example "gain".</param>
    /// <exception cref="ArgumentException">It was not compared.</exception>
    public Chart Pulls(string key)
    {
        Compared compared = Find(key);
        return Charts.Distribution(new CameraQuantity("pull of the " + compared.Quantity.Name, $"({compared.Quantity.Symbol} − truth) / error", "", compared.Pulls));
    }

    /// <summary>A quantity against its truth, a point per healthy pixel.</summary>
    /// <param name="key">For example "gain".</param>
    /// <exception cref="ArgumentException">It was not compared.</exception>
    public Chart Measured(string key)
    {
        Compared c = Find(key);
        bool[] used = [.. c.Pulls.Select(double.IsFinite)];
        return Charts.Correlation(
            new CameraQuantity("simulated " + c.Quantity.Name, "", c.Quantity.Unit, [.. c.Truth.Select((v, p) => used[p] ? v : double.NaN)]),
            new CameraQuantity("measured " + c.Quantity.Name, "", c.Quantity.Unit, [.. c.Quantity.Values.Select((v, p) => used[p] ? v : double.NaN)]),
            equal: true);
    }

    /// <inheritdoc/>
    public string ToHtml() => Table.ToHtml();

    /// <summary>The table as text.</summary>
    public override string ToString() => Table.ToString();

    private Compared Find(string key) => _compared.FirstOrDefault(c => c.Quantity.Key == key)
        ?? throw new ArgumentException($"'{key}' was not compared; there are {string.Join(", ", _compared.Select(c => c.Quantity.Key))}", nameof(key));

    private sealed record Compared(PixelQuantity Quantity, IReadOnlyList<double> Truth, double[] Pulls)
    {
        public object?[] Row()
        {
            int[] used = [.. Enumerable.Range(0, Pulls.Length).Where(p => double.IsFinite(Pulls[p]))];
            Moments pulls = Moments.Of([.. used.Select(p => Pulls[p])]);
            Moments difference = Moments.Of([.. used.Select(p => Quantity.Values[p] - Truth[p])]);
            double truth = used.Length > 0 ? used.Average(p => Truth[p]) : double.NaN;
            return [Quantity.Name, Quantity.Unit, used.Length, Html.Digits(truth, 5), difference.MeanWithError, pulls.MeanWithError, pulls.WidthWithError];
        }
    }

    private readonly record struct Moments(int Count, double Mean, double Width)
    {
        public Measurement MeanWithError => new(Mean, Width / Math.Sqrt(Count));

        public Measurement WidthWithError => new(Width, Width / Math.Sqrt(2.0 * Count));

        public static Moments Of(double[] values)
        {
            if (values.Length == 0) return new Moments(0, double.NaN, double.NaN);
            double mean = values.Average();
            return new Moments(values.Length, mean, Math.Sqrt(values.Average(v => (v - mean) * (v - mean))));
        }
    }
}
