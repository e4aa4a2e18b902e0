using System.Text;
using DigiCam.DarkRate;
using DigiCam.Flags;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;

namespace DigiCam.Notebooks.Views;

/// <summary>The ways to dark count rate and crosstalk side by side: medians of the camera, and how far they agree pixel by pixel.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<RateComparison>))]
public sealed class RateComparison : IHtml
{
    private readonly DarkRateResult _result;

    internal RateComparison(DarkRateResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _result = result;
    }

    /// <summary>The ways to the dark count rate.</summary>
    public Table Rates => TableOf("Dark count rate", _result.RateAgreements);

    /// <summary>The ways to the crosstalk.</summary>
    public Table Crosstalks => TableOf("Crosstalk", _result.CrosstalkAgreements);

    /// <summary>What the comparison comes to, a sentence for each pair.</summary>
    public string Statement => string.Join('\n', _result.RateAgreements.Concat(_result.CrosstalkAgreements).Select(a => a.ToString()));

    /// <summary>Each other way to the dark count rate against the first, a point per good pixel.</summary>
    public IReadOnlyList<Chart> RateCharts => [.. _result.RateAgreements.Select(ChartOf)];

    /// <summary>Each other way to the crosstalk against the first, a point per good pixel.</summary>
    public IReadOnlyList<Chart> CrosstalkCharts => [.. _result.CrosstalkAgreements.Select(ChartOf)];

    /// <summary>The first way to each quantity and the ratios of the others to it on the camera, with each pixel's largest window and its fit.</summary>
    /// <param name="pixel">Pixel selected at first; null = the first flagged one.</param>
    public CameraDisplay Camera(int? pixel = null)
    {
        CameraResultView view = Show.Result(_result);
        RateAgreement[] agreements = [.. _result.RateAgreements, .. _result.CrosstalkAgreements];
        return view.Camera(pixel,
        [
            .. agreements.Select(a => a.Reference.Key).Distinct().Select(view.Quantity),
            .. agreements.Select(a => new CameraQuantity(RatioName(a), "ratio", "", [.. a.Quantity.Values.Zip(a.Reference.Values, (value, reference) => value / reference)])),
        ]);
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder body = new();
        Rates.AddTo(body);
        Crosstalks.AddTo(body);
        return Fragment.Wrap("rates", body.ToString());
    }

    /// <summary>Both tables as text.</summary>
    public override string ToString() => $"{Rates}\n{Crosstalks}";

    // "crosstalk (Campbell)" and "crosstalk (staircase)" are "crosstalk: Campbell / staircase".
    private static string RatioName(RateAgreement agreement)
    {
        (string what, string way) = Split(agreement.Quantity.Name);
        return $"{what}: {way} / {Split(agreement.Reference.Name).Way}";

        static (string What, string Way) Split(string name) => name.IndexOf('(', StringComparison.Ordinal) is > 0 and int open ? (name[..open].Trim(), name[(open + 1)..].TrimEnd(')')) : (name, name);
    }

    private static Chart ChartOf(RateAgreement agreement)
    {
        Chart chart = Charts.Correlation(Of(agreement.Reference), Of(agreement.Quantity), equal: true);
        string bias = agreement.IsRelative
            ? FormattableString.Invariant($"median ratio {agreement.MedianRatio:F3} ± {agreement.BiasError:F3}")
            : FormattableString.Invariant($"median difference {agreement.MedianDifference:F4} ± {agreement.BiasError:F4}");
        string text = FormattableString.Invariant($"{bias}, {100 * agreement.WithinThreeErrors:F1} % within 3 errors");
        return chart.With(chart.Subtitle.Length > 0 ? $"{text}, {chart.Subtitle}" : text);

        CameraQuantity Of(PixelQuantity quantity) => new(quantity.Name, "", quantity.Unit, [.. quantity.Values.Select((v, p) => double.IsFinite(agreement.Pulls[p]) ? v : double.NaN)]);
    }

    // Of rates in percent.
    private static double BiasScale(RateAgreement? agreement) => agreement is { IsRelative: true } ? 100 : 1;

    private Table TableOf(string caption, IReadOnlyList<RateAgreement> agreements)
    {
        string unit = agreements.Count > 0 ? agreements[0].Reference.Unit : "";
        string biasUnit = agreements.Any(a => a.IsRelative) ? "%" : unit;
        IEnumerable<object?[]> rows = agreements.Select(a => Row(a.Quantity, a));
        if (agreements.Count > 0) rows = rows.Prepend(Row(agreements[0].Reference, null));
        return new Table(
            $"{caption}, each way compared with the first",
            [new("way"), new("median of good pixels", unit), new("spread", unit, 3), new("median ratio", Digits: 4), new("bias", biasUnit), new("allowed", biasUnit, 2), new("χ² per pixel", Digits: 3), new("within 3 errors", "%", 4), new("agree")], rows);
    }

    private object?[] Row(PixelQuantity quantity, RateAgreement? agreement)
    {
        SigmaClip spread = SigmaClip.Of(quantity.Values.Where((_, pixel) => _result.Flags[pixel] == PixelFlags.None), _result.Limits.OutlierSigmas);
        return
        [
            quantity.Name, new Measurement(spread.Median, spread.MedianError), spread.Sigma,
            agreement?.MedianRatio, agreement is null ? null : new Measurement(BiasScale(agreement) * agreement.Bias, BiasScale(agreement) * agreement.BiasError), BiasScale(agreement) * agreement?.AllowedBias,
            agreement?.ChiSquarePerPixel, agreement is null ? null : 100 * agreement.WithinThreeErrors,
            agreement?.Agrees,
        ];
    }
}
