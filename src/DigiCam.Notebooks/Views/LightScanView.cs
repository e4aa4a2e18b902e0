using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.LightScan;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Fits;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Scans;
using DigiCam.Simulation;

namespace DigiCam.Notebooks.Views;

/// <summary>The light of the levels of a scan: of the camera, of a pixel, of a level in a pixel.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<LightScanView>))]
public sealed class LightScanView : IHtml
{
    private readonly LightScanResult _result;
    private readonly ImmutableArray<ScanStep> _steps;

    internal LightScanView(LightScanResult result, ScanPlan plan)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.LevelCount != result.LevelCount) throw new ArgumentException(FormattableString.Invariant($"light of {result.LevelCount} levels for a scan of {plan.LevelCount}"), nameof(plan));
        (_result, _steps) = (result, plan.Steps);
    }

    /// <summary>Each level: its light in the median of the good pixels, how well it is known, how many pixels have it.</summary>
    public Table Levels => new(
        "Light of the levels",
        [new("level"), new("AC", "DAC"), new("median light", "pe", 4), new("spread", "pe", 3), new("median error", "pe", 2), new("median χ²/ndf", "", 3), new("pixels"), new("fitted together"), new("flagged levels")],
        _steps.Select((step, level) =>
        {
            LightLevel[] good = [.. GoodPixels.Select(pixel => _result[level, pixel])];
            SigmaClip light = Clip(good.Where(l => l.IsValid).Select(l => l.Mu));
            return (object?[])
            [
                level, step.Level.AcDac, light.Median, light.Sigma, Clip(good.Where(l => l.IsValid).Select(l => l.MuError)).Median, Clip(good.Where(l => l.IsValid).Select(l => l.ChiSquarePerNdf)).Median,
                good.Count(l => l.IsValid), good.Count(l => l.IsShared), good.Count(l => l.Flags != PixelFlags.None),
            ];
        }))
    {
        MaxRows = 100,
    };

    /// <summary>
    /// The light on the camera with a slider of the levels. The selected pixel shows the spectrum of the level with its fit, all its spectra, and the light from level to level.
    /// </summary>
    /// <param name="pixel">Pixel selected at first; null = the first flagged one.</param>
    /// <param name="level">Place of the level shown at first; null = the one in the middle.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such pixel or level.</exception>
    public CameraDisplay Camera(int? pixel = null, int? level = null)
    {
        CameraResultView view = new(_result);
        return new CameraDisplay(
            "Light of the levels",
            [
                new CameraQuantity("light", "μ", "pe", Levelled(l => l.IsValid ? l.Mu : double.NaN)) { LevelErrors = Levelled(l => l.IsValid ? l.MuError : double.NaN), SameColors = false },
                new CameraQuantity("goodness of fit of the level", "χ²/ndf", "", Levelled(l => l.ChiSquarePerNdf)) { Low = 0 },
                view.Quantity("gain"),
            ])
        {
            Levels = [.. _steps.Select(step => FormattableString.Invariant($"AC {step.Level.AcDac}"))],
            Level = level ?? _steps.Length / 2,
            LevelSettings = Dac,
            LevelAxis = "AC level [DAC]",
            Flags = view.Flags,
            Panels = Panels(),
            Selected = pixel,
        };

        double[][] Levelled(Func<LightLevel, double> value) => [.. Enumerable.Range(0, _steps.Length).Select(l => Enumerable.Range(0, _result.PixelCount).Select(p => value(_result[l, p])).ToArray())];
    }

    /// <summary>Light against the DAC value of the LED in a pixel, beside that of other fits of the same charges.</summary>
    /// <param name="pixel">Software id.</param>
    /// <param name="others">Names and results of the classical chain.</param>
    public Chart Curve(int pixel, params IReadOnlyList<(string Name, ClassicalResult Result)> others) => Charts.Lines(
        FormattableString.Invariant($"Pixel {pixel}: light of the levels"), "AC level [DAC]", "light [pe]",
        [Series("levels fitted together", _result.Pixels[pixel].Levels), .. others.Select(other => Series(other.Name, other.Result.Pixels[pixel].Levels))]);

    /// <summary>How far the light of the levels of a pixel lies from that of another fit of the same charges, in parts of it.</summary>
    /// <param name="pixel">Software id.</param>
    /// <param name="other">The classical chain.</param>
    public Chart Difference(int pixel, ClassicalResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Charts.Lines(
            FormattableString.Invariant($"Pixel {pixel}: classical chain minus levels fitted together"), "AC level [DAC]", "difference [pe]",
            new ChartSeries("difference", Dac, [.. _result.Pixels[pixel].Levels.Zip(other.Pixels[pixel].Levels, (one, two) => two.Mu - one.Mu)]) { Errors = [.. other.Pixels[pixel].Levels.Select(l => l.MuError)] });
    }

    /// <summary>The spectrum of one level with its fit: the light is the level's own, all else is what the levels share.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public Chart Spectrum(int level, int pixel)
    {
        if (level < 0 || level >= _steps.Length) throw new ArgumentOutOfRangeException(nameof(level), level, FormattableString.Invariant($"the scan has levels 0..{_steps.Length - 1}"));
        LightLevel light = _result[level, pixel];
        string title = FormattableString.Invariant($"Pixel {pixel}, AC {_steps[level].Level.AcDac}: {PixelFlagNames.Describe(_result.Flags[pixel] | light.Flags)}");
        FitProblem problem = _result.Problem(level, pixel);
        double[] values = [.. problem.Parameters.Select(p => p.IsFixed ? p.Start : light.Mu)];
        bool isFitted = values.All(double.IsFinite);
        PixelSpectrum? drawn = FitSpectrum.Of(problem, isFitted ? values : []);
        return drawn is null ? Charts.Lines(title, "charge [LSB]", "counts") : Charts.Spectrum(drawn.With(
            _result.Scale.Samples > 1 ? "charge" : "ADC value", isFitted ? [new SpectrumParameter("light", "μ", "pe", light.Mu, light.MuError)] : [], light.ChiSquare, light.DegreesOfFreedom, light.Status.Describe()), title);
    }

    /// <summary>For simulated scans: the light of each level against the truth, over the healthy good pixels in the light.</summary>
    /// <param name="truth">What was simulated.</param>
    public Table CompareWithTruth(SimulationTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return new Table(
            "Light measured against simulated; pulls are (measured - simulated) / error",
            [new("level"), new("AC", "DAC"), new("pixels"), new("mean truth", "pe", 4), new("mean difference", "pe"), new("in parts", "%", 2), new("mean of pulls"), new("width of pulls")],
            _steps.Select((step, level) =>
            {
                ImmutableArray<double> light = truth.Levels[level].Conditions.FlashMean;
                int[] used = [.. GoodPixels.Where(pixel => truth.Pixels.Faults[pixel] is null && truth.Pixels.IsLit[pixel] && _result[level, pixel].IsValid)];
                double[] differences = [.. used.Select(pixel => _result[level, pixel].Mu - light[pixel])];
                double[] pulls = [.. used.Select(pixel => (_result[level, pixel].Mu - light[pixel]) / _result[level, pixel].MuError).Where(double.IsFinite)];
                double mean = used.Select(pixel => light[pixel]).DefaultIfEmpty(double.NaN).Average();
                Measurement difference = MeanOf(differences);
                return (object?[])[level, step.Level.AcDac, used.Length, mean, difference, mean > 0 ? 100 * difference.Value / mean : null, MeanOf(pulls), WidthOf(pulls)];
            }))
        {
            MaxRows = 100,
        };
    }

    /// <inheritdoc/>
    public string ToHtml() => Levels.ToHtml();

    /// <summary>The levels as text.</summary>
    public override string ToString() => Levels.ToString();

    private IEnumerable<int> GoodPixels => Enumerable.Range(0, _result.PixelCount).Where(pixel => _result.Flags[pixel] == PixelFlags.None);

    private double[] Dac => [.. _steps.Select(step => (double)step.Level.AcDac)];

    private static Measurement MeanOf(double[] values) => values.Length > 1 ? new Measurement(values.Average(), Deviation(values) / Math.Sqrt(values.Length)) : new Measurement(double.NaN, double.NaN);

    private static Measurement WidthOf(double[] values) => values.Length > 1 ? new Measurement(Deviation(values), Deviation(values) / Math.Sqrt(2.0 * values.Length)) : new Measurement(double.NaN, double.NaN);

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private SigmaClip Clip(IEnumerable<double> values) => SigmaClip.Of(values.Where(double.IsFinite), _result.Limits.OutlierSigmas);

    private PixelLevels[] Panels()
    {
        (string Name, string Symbol)[] labels = ParameterLabels.Of(_result);
        return [.. _result.LevelSpectra().Select((spectra, pixel) => new PixelLevels([.. spectra.Select((spectrum, level) => spectrum is null ? null : Drawn(spectrum, _result[level, pixel]))])
        {
            // What the levels share; the light of each is its own.
            Parameters = [.. _result.Fits[pixel].Parameters.SkipLast(_result.Options.MostLevels).Select((p, k) => FitSpectrum.Parameter(p, labels[k].Name, labels[k].Symbol))],
        })];
    }

    private PixelSpectrum Drawn(LevelSpectrum spectrum, LightLevel light) => new(spectrum.First + (spectrum.Width / 2), spectrum.Width, spectrum.Counts)
    {
        Expected = spectrum.Expected.IsEmpty ? null : spectrum.Expected,
        AxisName = _result.Scale.Samples > 1 ? "charge" : "ADC value",
        ChiSquare = light.ChiSquare,
        DegreesOfFreedom = light.DegreesOfFreedom,
        Status = light.Flags == PixelFlags.None ? light.Status.Describe() : PixelFlagNames.Describe(light.Flags),
        Parameters = [new SpectrumParameter("light", "μ", "pe", light.Mu, light.MuError)],
    };

    private ChartSeries Series(string name, ImmutableArray<LightLevel> levels) => new(name, Dac, [.. levels.Select(l => l.Mu)]) { Errors = [.. levels.Select(l => l.MuError)] };
}
