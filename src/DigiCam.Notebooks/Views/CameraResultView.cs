using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Fits;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Simulation;

namespace DigiCam.Notebooks.Views;

/// <summary>The result of any task as a notebook shows it: camera, distributions, pixels, fits; itself it is a list of the main numbers.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<CameraResultView>))]
public sealed class CameraResultView : IHtml
{
    private const string GoodnessKey = "chi2_per_ndf";
    private const int MaxTableQuantities = 5;
    private const int MaxQuantitiesWithPValue = 3;
    private const double DivergingFraction = 0.1;

    private readonly Lazy<PixelSpectrum[]> _panels;

    internal CameraResultView(CameraResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.PixelCount != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"{result.PixelCount} pixels, the camera has {CameraGeometry.PixelCount}"), nameof(result));
        Result = result;
        Flags = new PixelFlagSet(
            [.. result.Flags.Select(f => (uint)f)],
            [.. PixelFlagNames.All.Select(f => new PixelFlag(int.Log2((int)f.Flag), f.Name, f.Meaning))]);
        _panels = new Lazy<PixelSpectrum[]>(CreatePanels);
    }

    /// <summary>The result that is shown.</summary>
    public CameraResult Result { get; }

    /// <summary>The flags of the pixels with their meaning.</summary>
    public PixelFlagSet Flags { get; }

    /// <summary>A quantity for the camera and for charts.</summary>
    /// <param name="key">For example "gain".</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public CameraQuantity Quantity(string key) => Of(Result[key]);

    /// <summary>The camera with quantities, flags and each pixel's histogram, fit and residuals.</summary>
    /// <param name="pixel">Pixel selected at first; null = the first flagged one.</param>
    /// <param name="keys">Which quantities; none = all.</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public CameraDisplay Camera(int? pixel = null, params IReadOnlyList<string> keys) => Camera(pixel, [.. Chosen(keys).Select(Of)]);

    /// <summary>The camera with quantities of the caller, flags and each pixel's histogram, fit and residuals.</summary>
    internal CameraDisplay Camera(int? pixel, IReadOnlyList<CameraQuantity> quantities) => new(Result.Title, quantities)
    {
        Subtitle = EventsText(),
        Flags = Flags,
        Panels = _panels.Value,
        Selected = pixel,
    };

    /// <summary>The distribution of a quantity over the pixels, good and flagged ones.</summary>
    /// <param name="key">For example "gain".</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public Chart Distribution(string key) => Charts.Distribution(Quantity(key), Flags);

    /// <summary>The distributions of several quantities.</summary>
    /// <param name="keys">Which; none = all.</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public IReadOnlyList<Chart> Distributions(params IReadOnlyList<string> keys) => [.. Chosen(keys).Select(q => Charts.Distribution(Of(q), Flags))];

    /// <summary>One quantity against another, a point per pixel.</summary>
    /// <param name="x">Quantity of the horizontal axis.</param>
    /// <param name="y">Quantity of the vertical axis.</param>
    /// <param name="equal">Whether both should be the same, as two ways to measure one thing.</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public Chart Correlation(string x, string y, bool equal = false) => Charts.Correlation(Quantity(x), Quantity(y), Flags, equal);

    /// <summary>One pixel's histogram with fit and residuals, to zoom into.</summary>
    /// <param name="pixel">Software id.</param>
    public Chart Pixel(int pixel) => Charts.Spectrum(Panel(pixel), FormattableString.Invariant($"Pixel {pixel}: {PixelFlagNames.Describe(Result.Flags[pixel])}"));

    /// <summary>One pixel's fit: parameters with errors and limits, correlations, verdict.</summary>
    /// <param name="pixel">Software id.</param>
    public FitView Fit(int pixel) => new(Result.Fits[Checked(pixel)], Result.Problem(pixel), FormattableString.Invariant($"Pixel {pixel}"));

    /// <summary>The flagged pixels, worst chi2/ndf first; those without light, where nothing was to be measured, last.</summary>
    /// <param name="keys">Which quantities; none = the first ones.</param>
    public Table FlaggedPixels(params IReadOnlyList<string> keys) => PixelTable(
        Flags.Flagged.Count == 0 ? "No pixel is flagged" : "Flagged pixels",
        Flags.Flagged.OrderBy(p => Result.Flags[p].HasFlag(PixelFlags.NoLed)).ThenByDescending(p => double.IsNaN(Result.Fits[p].ChiSquarePerNdf) ? double.PositiveInfinity : Result.Fits[p].ChiSquarePerNdf), keys);

    /// <summary>All pixels in the order of their ids; the first ones are shown. Every digit is in the files.</summary>
    /// <param name="keys">Which quantities; none = the first ones.</param>
    public Table Pixels(params IReadOnlyList<string> keys) => PixelTable("All pixels", Enumerable.Range(0, Result.PixelCount), keys);

    /// <summary>The pixels farthest from the camera's median, flagged or not, in spreads of the camera.</summary>
    /// <param name="key">The quantity, for example "gain".</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public Table Worst(string key, int count = 10)
    {
        PixelQuantity quantity = Result[key];
        SigmaClip spread = Spread(quantity);
        return new Table(
            FormattableString.Invariant($"Pixels farthest from the median {quantity.Name}, {Html.Digits(spread.Median, 5)} {quantity.Unit}").TrimEnd(),
            [new("pixel"), new("module"), new(quantity.Name, quantity.Unit), new("distance", "spreads", 3), new("χ²/ndf", Digits: 3), new("status"), new("flags")],
            Enumerable.Range(0, Result.PixelCount).Where(p => double.IsFinite(quantity.Values[p]))
                .OrderByDescending(p => Math.Abs(quantity.Values[p] - spread.Median)).ThenBy(p => p).Take(count)
                .Select(p => (object?[])[p, Module(p), Cell(quantity, p), (quantity.Values[p] - spread.Median) / spread.Sigma, Result.Fits[p].ChiSquarePerNdf, Result.Fits[p].Status.ToString(), PixelFlagNames.Describe(Result.Flags[p])]));
    }

    /// <summary>For simulated runs: how far the results are from the truth.</summary>
    /// <param name="truth">What was simulated.</param>
    /// <param name="expected">What a perfect measurement of a quantity would give (pixel), by key: the truth on the estimator's own scale.</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public TruthComparison CompareWithTruth(SimulationTruth truth, params IReadOnlyList<(string Key, IReadOnlyList<double> Truth)> expected) => new(Result, truth, expected);

    /// <summary>The change since an earlier run, on the camera: of every quantity that has errors.</summary>
    /// <param name="earlier">An earlier result of the same task.</param>
    /// <exception cref="ArgumentException">It is one of another task or charge scale.</exception>
    public CameraDisplay Change(CameraResult earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (earlier.Task != Result.Task || earlier.Scale != Result.Scale) throw new ArgumentException($"{earlier.Task} ({earlier.Scale}) cannot be compared with {Result.Task} ({Result.Scale})", nameof(earlier));
        return new CameraDisplay("Change since the earlier run", [.. Result.Quantities.Where(q => q.HasErrors).Select(q =>
        {
            PixelQuantity before = earlier[q.Key];
            return new CameraQuantity("change of the " + q.Name, "Δ" + q.Symbol, q.Unit, [.. q.Values.Zip(before.Values, (now, then) => now - then)])
            {
                Errors = [.. Enumerable.Range(0, q.Values.Length).Select(p => Math.Sqrt((q.Error(p) * q.Error(p)) + (before.Error(p) * before.Error(p))))],
                Colors = ColorMap.Diverging,
            };
        })])
        { Flags = Flags };
    }

    /// <summary>The main numbers of the result: of each quantity the median of the good pixels and their spread.</summary>
    public KeyValues Facts() => new(Result.Title,
    [
        ("data", EventsText() is { Length: > 0 } events ? $"{events}, {Result.Scale}" : Result.Scale.ToString()),
        ("good pixels", FormattableString.Invariant($"{Result.GoodCount} of {Result.PixelCount}")),
        .. Result.Quantities.Select(q => (q.Name, SpreadText(q))),
        ("flags", Flags.ToString()),
    ]);

    /// <inheritdoc/>
    public string ToHtml() => Facts().ToHtml();

    /// <summary>The main numbers as text.</summary>
    public override string ToString() => Facts().ToString();

    private string EventsText() => Result.Histograms.EventCount > 0 ? FormattableString.Invariant($"{Result.Histograms.EventCount} events") : "";

    private IEnumerable<PixelQuantity> Chosen(IReadOnlyList<string> keys) => keys.Count == 0 ? Result.Quantities : keys.Select(key => Result[key]);

    private SigmaClip Spread(PixelQuantity quantity) =>
        SigmaClip.Of(Enumerable.Range(0, Result.PixelCount).Where(p => Result.Flags[p] == PixelFlags.None).Select(p => quantity.Values[p]), Result.Limits.OutlierSigmas);

    private string SpreadText(PixelQuantity quantity)
    {
        SigmaClip spread = Spread(quantity);
        string unit = quantity.Unit.Length > 0 ? " " + quantity.Unit : "";
        return spread.Kept == 0 ? "no good pixel has a value" : $"median {Html.Digits(spread.Median, 5)}{unit}, spread {Html.Digits(spread.Sigma, 3)}{unit}";
    }

    private int Checked(int pixel) => pixel >= 0 && pixel < Result.PixelCount
        ? pixel
        : throw new ArgumentOutOfRangeException(nameof(pixel), pixel, FormattableString.Invariant($"the camera has pixels 0..{Result.PixelCount - 1}"));

    private PixelSpectrum Panel(int pixel)
    {
        Checked(pixel);
        return _panels.IsValueCreated ? _panels.Value[pixel] : CreatePanel(pixel, ParameterLabels.Of(Result));
    }

    // Expensive models make the expected entries of 1296 pixels a matter of seconds; each pixel's are its own.
    private PixelSpectrum[] CreatePanels()
    {
        (string, string)[] labels = ParameterLabels.Of(Result);
        PixelSpectrum[] panels = new PixelSpectrum[Result.PixelCount];
        Parallel.For(0, panels.Length, pixel => panels[pixel] = CreatePanel(pixel, labels));
        return panels;
    }

    private PixelSpectrum CreatePanel(int pixel, (string, string)[] labels) => FitSpectrum.Of(Result.Histograms, pixel, Result.Problem(pixel), Result.Fits[pixel], labels);

    private Table PixelTable(string caption, IEnumerable<int> pixels, IReadOnlyList<string> keys)
    {
        PixelQuantity[] quantities = [.. keys.Count > 0 ? keys.Select(key => Result[key]) : Result.Quantities.Where(q => q.Key != GoodnessKey).Take(MaxTableQuantities)];
        bool hasPValue = quantities.Length <= MaxQuantitiesWithPValue;
        return new Table(caption,
            [
                new("pixel"), new("module"), .. quantities.Select(q => new TableColumn(q.Name, q.Unit, q.HasErrors ? 5 : 3)),
                new("χ²/ndf", Digits: 3), .. hasPValue ? new[] { new TableColumn("p-value", Digits: 2) } : [], new("entries"), new("status"), new("flags"),
            ],
            pixels.Select(p => (object?[])
            [
                p, Module(p), .. quantities.Select(q => Cell(q, p)),
                Result.Fits[p].ChiSquarePerNdf, .. hasPValue ? new object?[] { Result.Fits[p].PValue } : [], Result.Histograms.GetEntries(p), Result.Fits[p].Status.ToString(), PixelFlagNames.Describe(Result.Flags[p]),
            ]));
    }

    private static int Module(int pixel) => CameraGeometry.DigiCam.Pixels[pixel].Module;

    private static object Cell(PixelQuantity quantity, int pixel) => quantity.HasErrors ? new Measurement(quantity.Values[pixel], quantity.Errors[pixel]) : quantity.Values[pixel];

    // Colours diverge from zero where a good part of the camera lies on either side of it.
    private static CameraQuantity Of(PixelQuantity quantity)
    {
        int finite = quantity.Values.Count(double.IsFinite);
        double negative = finite > 0 ? quantity.Values.Count(v => v < 0) / (double)finite : 0;
        return new CameraQuantity(quantity.Name, quantity.Symbol, quantity.Unit, quantity.Values)
        {
            Errors = quantity.HasErrors ? quantity.Errors : null,
            Low = quantity.Key == GoodnessKey ? 0 : null,
            Colors = negative is > DivergingFraction and < 1 - DivergingFraction ? ColorMap.Diverging : ColorMap.Sequential,
        };
    }
}
