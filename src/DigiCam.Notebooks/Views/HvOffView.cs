using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.HvOff;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Simulation;

namespace DigiCam.Notebooks.Views;

/// <summary>Baselines and electronic noise of the camera as a notebook shows them; itself it is a list of the main numbers.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<HvOffView>))]
public sealed class HvOffView : IHtml
{
    private const int EdgeBins = 1;

    internal HvOffView(HvOffResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Pixels.Length != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"{result.Pixels.Length} pixels, the camera has {CameraGeometry.PixelCount}"), nameof(result));
        Result = result;
        Flags = new PixelFlagSet(
            [.. result.Pixels.Select(p => (uint)p.Flags)],
            [.. PixelFlagNames.All.Select(f => new PixelFlag(int.Log2((int)f.Flag), f.Name, f.Meaning))]);
    }

    /// <summary>The result that is shown.</summary>
    public HvOffResult Result { get; }

    /// <summary>The flags of the pixels with their meaning.</summary>
    public PixelFlagSet Flags { get; }

    /// <summary>Electronic noise of the pixels [LSB].</summary>
    public CameraQuantity Noise => new("electronic noise", "σₑ", "LSB", Result.Noise) { Errors = Result.NoiseError };

    /// <summary>Baseline of the pixels [LSB].</summary>
    public CameraQuantity Baseline => new("baseline", "B", "LSB", Result.Baseline) { Errors = Result.BaselineError };

    /// <summary>chi2/ndf of the pixels.</summary>
    public CameraQuantity Goodness => new("goodness of fit", "χ²/ndf", "", Result.ChiSquarePerNdf) { Low = 0 };

    /// <summary>Skewness of the samples of the pixels: 0 for pure noise, positive where light or dark counts leak in.</summary>
    public CameraQuantity Skewness => new("skewness", "γ", "", [.. Result.Pixels.Select(p => p.Moments.Skewness)]) { Colors = ColorMap.Diverging };

    /// <summary>The camera with every quantity and each pixel's histogram, fit and residuals.</summary>
    /// <param name="pixel">Pixel selected at first; null = the first flagged one.</param>
    public CameraDisplay Camera(int? pixel = null) => new("HV off", [Noise, Baseline, Goodness, Skewness])
    {
        Subtitle = FormattableString.Invariant($"{Result.Histograms.EventCount} events"),
        Flags = Flags,
        Panels = [.. Result.Pixels.Select(Spectrum)],
        Selected = pixel,
    };

    /// <summary>The distribution of the electronic noise.</summary>
    public Chart NoiseDistribution() => Charts.Distribution(Noise, Flags);

    /// <summary>The distribution of the baseline.</summary>
    public Chart BaselineDistribution() => Charts.Distribution(Baseline, Flags);

    /// <summary>The distribution of chi2/ndf.</summary>
    public Chart GoodnessDistribution() => Charts.Distribution(Goodness, Flags);

    /// <summary>One pixel's histogram with fit and residuals, to zoom into.</summary>
    /// <param name="pixel">Software id.</param>
    public Chart Pixel(int pixel)
    {
        HvOffPixel p = Of(pixel);
        return Charts.Spectrum(Spectrum(p), FormattableString.Invariant($"Pixel {pixel}: {PixelFlagNames.Describe(p.Flags)}"));
    }

    /// <summary>The flagged pixels, worst chi2/ndf first.</summary>
    public Table FlaggedPixels() => PixelTable(
        Flags.Flagged.Count == 0 ? "No pixel is flagged" : "Flagged pixels",
        Result.Pixels.Where(p => p.Flags != PixelFlags.None).OrderByDescending(p => double.IsNaN(p.Fit.ChiSquarePerNdf) ? double.PositiveInfinity : p.Fit.ChiSquarePerNdf));

    /// <summary>All pixels in the order of their ids; the first ones are shown. Every digit is in the files.</summary>
    public Table Pixels() => PixelTable("All pixels", Result.Pixels);

    /// <summary>
    /// For simulated runs: how far the results are from the truth, in units of their errors. Over many pixels the mean should be 0
    /// within its error and the width 1. Faulty and flagged pixels are left out.
    /// </summary>
    /// <param name="truth">What was simulated.</param>
    public Table CompareWithTruth(SimulationTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return new Table(
            "Pulls: (fitted - simulated) / error",
            [new("quantity"), new("pixels"), new("mean"), new("width")],
            [Row("baseline", truth.Pulls(Result.Baseline, Result.BaselineError, truth.Pixels.Baseline, Result.Flags)), Row("electronic noise", NoisePulls(truth))]);

        static object?[] Row(string name, double[] all)
        {
            double[] pulls = [.. all.Where(double.IsFinite)];
            double mean = pulls.Length > 0 ? pulls.Average() : double.NaN;
            double width = pulls.Length > 0 ? Math.Sqrt(pulls.Average(p => (p - mean) * (p - mean))) : double.NaN;
            return [name, pulls.Length, new Measurement(mean, width / Math.Sqrt(pulls.Length)), new Measurement(width, width / Math.Sqrt(2.0 * pulls.Length))];
        }
    }

    /// <summary>For simulated runs: the distribution of the pulls of the noise.</summary>
    /// <param name="truth">What was simulated.</param>
    public Chart PullDistribution(SimulationTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return Charts.Distribution(new CameraQuantity("pull of the noise", "(σₑ − truth) / error", "", NoisePulls(truth)));
    }

    /// <summary>The pixels with the highest noise.</summary>
    /// <param name="count">How many.</param>
    public Table NoisiestPixels(int count = 10) => PixelTable("Pixels with the highest noise", Result.Pixels.Where(p => double.IsFinite(p.Noise)).OrderByDescending(p => p.Noise).Take(count));

    /// <summary>Fits one pixel again with parameters held fixed, and puts the two fits side by side.</summary>
    /// <param name="pixel">Software id.</param>
    /// <param name="held">Parameters to hold: norm [entries], mean [LSB], sigma [LSB], each with its value.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public Table Refit(int pixel, params (string Name, double Value)[] held)
    {
        ArgumentNullException.ThrowIfNull(held);
        HvOffPixel p = Of(pixel);
        FitResult again = held.Aggregate(Result.Problem(pixel), (problem, h) => problem.Fix(h.Name, h.Value)).Fit();
        string what = held.Length == 0 ? "again" : string.Join(", ", held.Select(h => FormattableString.Invariant($"{h.Name} = {h.Value:G6}")));
        List<object?[]> rows = [.. p.Fit.Parameters.Select((q, i) => (object?[])[Name(q), Text(q), Text(again.Parameters[i])])];
        rows.Add(["χ²/ndf", Chi(p.Fit), Chi(again)]);
        rows.Add(["p-value", Html.Digits(p.Fit.PValue, 3), Html.Digits(again.PValue, 3)]);
        rows.Add(["status", p.Fit.Status.ToString(), again.Status.ToString()]);
        return new Table(FormattableString.Invariant($"Pixel {pixel} fitted with {what}"), [new(""), new("all free"), new(what)], rows);

        static string Name(FittedParameter q) => q.Unit.Length > 0 ? $"{q.Name} [{q.Unit}]" : q.Name;

        static string Chi(FitResult fit) => FormattableString.Invariant($"{Html.Digits(fit.Minimum, 4)} / {fit.DegreesOfFreedom}");

        static string Text(FittedParameter q) => new Measurement(q.Value, q.IsFixed ? 0 : q.Error).ToPretty() + (q.IsAtLimit ? " (at its limit)" : "");
    }

    /// <summary>The change since an earlier run, on the camera.</summary>
    /// <param name="earlier">The earlier fit results as <see cref="HvOffFiles.ReadFit"/> gives them (pixel, [norm, error, mean, error, sigma, error]).</param>
    public CameraDisplay Change(double[][] earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new CameraDisplay("Change since the earlier run",
        [
            new CameraQuantity("change of the baseline", "ΔB", "LSB", [.. Result.Pixels.Select(p => p.Baseline - earlier[p.Pixel][2])])
            {
                Errors = [.. Result.Pixels.Select(p => Math.Sqrt((p.BaselineError * p.BaselineError) + (earlier[p.Pixel][3] * earlier[p.Pixel][3])))], Colors = ColorMap.Diverging,
            },
            new CameraQuantity("change of the noise", "Δσₑ", "LSB", [.. Result.Pixels.Select(p => p.Noise - earlier[p.Pixel][4])])
            {
                Errors = [.. Result.Pixels.Select(p => Math.Sqrt((p.NoiseError * p.NoiseError) + (earlier[p.Pixel][5] * earlier[p.Pixel][5])))], Colors = ColorMap.Diverging,
            },
        ])
        { Flags = Flags };
    }

    /// <summary>Whether the run fulfils what is asked of it.</summary>
    /// <param name="requirements">What is asked; null for the defaults.</param>
    public Verdict Verdict(HvOffRequirements? requirements = null)
    {
        requirements ??= new HvOffRequirements();
        int Count(Func<HvOffPixel, bool> condition) => Result.Pixels.Count(condition);
        return new Verdict(FormattableString.Invariant($"HV off, {Result.Histograms.EventCount} events"),
        [
            Check.Limits("pixels without any flag", Result.GoodCount, "", requirements.MinimumGoodPixels, null),
            Check.Limits("pixels without a valid fit", Count(p => !p.Fit.IsValid), "", null, requirements.MaximumFailedFits),
            Check.Limits("median electronic noise", Result.NoiseSpread.Median, "LSB", requirements.MinimumNoiseLsb, requirements.MaximumNoiseLsb),
            Check.Limits("least entries of a pixel", Result.Pixels.Min(p => p.Moments.Entries), "", requirements.MinimumEntries, null),
            Check.Limits("outliers in baseline or noise", Count(p => (p.Flags & (PixelFlags.BaselineOutlier | PixelFlags.NoiseOutlier)) != 0), "", null, requirements.MaximumOutliers, Outcome.Warn),
            Check.Limits("spectra cut by the ADC range", Count(p => (p.Flags & PixelFlags.Overflow) != 0), "", null, requirements.MaximumOverflows, Outcome.Warn),
        ]);
    }

    /// <summary>The main numbers of the result.</summary>
    public KeyValues Facts() => new("HV off",
    [
        ("events", FormattableString.Invariant($"{Result.Histograms.EventCount}")),
        ("good pixels", FormattableString.Invariant($"{Result.GoodCount} of {Result.Pixels.Length}")),
        ("baseline", FormattableString.Invariant($"median {Result.BaselineSpread.Median:F2} LSB, spread {Result.BaselineSpread.Sigma:F2} LSB")),
        ("electronic noise", FormattableString.Invariant($"median {Result.NoiseSpread.Median:F3} LSB, spread {Result.NoiseSpread.Sigma:F3} LSB")),
        ("flags", Flags.ToString()),
    ]);

    /// <inheritdoc/>
    public string ToHtml() => Facts().ToHtml();

    /// <summary>The main numbers as text.</summary>
    public override string ToString() => Facts().ToString();

    private double[] NoisePulls(SimulationTruth truth) => truth.Pulls(Result.Noise, Result.NoiseError, truth.Pixels.Noise, Result.Flags);

    private HvOffPixel Of(int pixel) => pixel >= 0 && pixel < Result.Pixels.Length
        ? Result.Pixels[pixel]
        : throw new ArgumentOutOfRangeException(nameof(pixel), pixel, FormattableString.Invariant($"the camera has pixels 0..{Result.Pixels.Length - 1}"));

    private Table PixelTable(string caption, IEnumerable<HvOffPixel> pixels) => new(caption,
        [new("pixel"), new("module"), new("baseline", "LSB"), new("noise", "LSB"), new("χ²/ndf", Digits: 3), new("p-value", Digits: 2), new("entries"), new("status"), new("flags")],
        pixels.Select(p => (object?[])
        [
            p.Pixel, CameraGeometry.DigiCam.Pixels[p.Pixel].Module, new Measurement(p.Baseline, p.BaselineError), new Measurement(p.Noise, p.NoiseError),
            p.Fit.ChiSquarePerNdf, p.Fit.PValue, p.Moments.Entries, p.Fit.Status.ToString(), PixelFlagNames.Describe(p.Flags),
        ]));

    private PixelSpectrum Spectrum(HvOffPixel p)
    {
        int axisFirst = Result.Histograms.IntegerAxis.First;
        int axisLast = Result.Histograms.IntegerAxis.Last;
        bool filled = p.Moments.FilledBins > 0;
        int first = Math.Clamp(Math.Min(p.FirstCode, filled ? p.Moments.FirstFilled : p.FirstCode) - EdgeBins, axisFirst, axisLast);
        int last = Math.Clamp(Math.Max(p.LastCode, filled ? p.Moments.LastFilled : p.LastCode) + EdgeBins, first, axisLast);
        ReadOnlySpan<uint> counts = Result.Histograms.GetCounts(p.Pixel);
        long[] shown = new long[last - first + 1];
        for (int i = 0; i < shown.Length; i++) shown[i] = counts[first - axisFirst + i];
        return new PixelSpectrum(first, 1, shown)
        {
            Expected = Expected(p, first, shown.Length),
            AxisUnit = Result.Histograms.Axis.Unit,
            Underflow = p.Underflow,
            Overflow = p.Overflow,
            Parameters = [.. p.Fit.Parameters.Select(Parameter)],
            ChiSquare = p.Fit.Minimum,
            DegreesOfFreedom = p.Fit.DegreesOfFreedom,
            PValue = p.Fit.PValue,
            Status = p.Fit.Status.Describe(),
        };
    }

    // NaN outside the range of the fit.
    private double[]? Expected(HvOffPixel p, int first, int count)
    {
        if (p.Fit.Parameters.Any(q => double.IsNaN(q.Value)) || p.LastCode < p.FirstCode) return null;
        double[] inside = ((PoissonLikelihood)Result.Problem(p.Pixel).Cost).Expected([.. p.Fit.Parameters.Select(q => q.Value)]);
        double[] expected = new double[count];
        Array.Fill(expected, double.NaN);
        inside.CopyTo(expected, p.FirstCode - first);
        return expected;
    }

    private static SpectrumParameter Parameter(FittedParameter q) => q.Name switch
    {
        "norm" => Create(q, "entries of the fit", "N", ""),
        "mean" => Create(q, "baseline", "B", q.Unit),
        "sigma" => Create(q, "electronic noise", "σₑ", q.Unit),
        _ => Create(q, q.Name, "", q.Unit),
    };

    private static SpectrumParameter Create(FittedParameter q, string name, string symbol, string unit) =>
        new(name, symbol, unit, q.Value, q.IsFixed ? 0 : q.Error) { Remark = q.IsAtLimit ? "at its limit" : "" };
}
