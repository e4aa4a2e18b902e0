using System.Text;
using DigiCam.Fitting;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Fits;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>Two fits of the same model side by side: parameters with their difference in errors, and what the change costs in chi2.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<FitComparison>))]
public sealed class FitComparison : IHtml
{
    private readonly PixelSpectrum?[] _spectra;

    internal FitComparison(FitResult first, FitResult second, FitProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!first.Parameters.Select(p => p.Name).SequenceEqual(second.Parameters.Select(p => p.Name)))
        {
            throw new ArgumentException($"the first fit has the parameters {string.Join(", ", first.Parameters.Select(p => p.Name))}, the second {string.Join(", ", second.Parameters.Select(p => p.Name))}", nameof(second));
        }

        (First, Second) = (first, second);
        _spectra = problem is null ? [] : [FitSpectrum.Of(problem, FitSpectrum.Values(first)), FitSpectrum.Of(problem, FitSpectrum.Values(second))];
    }

    /// <summary>The first fit.</summary>
    public FitResult First { get; }

    /// <summary>The second fit.</summary>
    public FitResult Second { get; }

    /// <summary>
    /// The parameters of both fits with their difference, in units of the error of the first fit: the fits share their data, so that errors do not add up.
    /// </summary>
    public Table Table
    {
        get
        {
            List<object?[]> rows = [.. First.Parameters.Zip(Second.Parameters, (a, b) => (object?[])[FitWords.Label(a.Name, a.Unit), Text(a), Text(b), Difference(a, b)])];
            rows.Add(["χ²/ndf", Chi(First), Chi(Second), First.DataCount == Second.DataCount ? $"Δχ² = {Html.Digits(Second.Minimum - First.Minimum, 3)}" : ""]);
            rows.Add(["p-value", Html.Digits(First.PValue, 3), Html.Digits(Second.PValue, 3), ""]);
            rows.Add(["status", First.Status.Describe(), Second.Status.Describe(), ""]);
            return new Table("Two fits", [new("parameter"), new("first"), new("second"), new("difference in errors of the first")], rows) { MaxRows = rows.Count };

            static string Text(FittedParameter q) => FitWords.Of(q).ToPretty() + (q.IsAtLimit ? " (at its limit)" : "");

            static string Chi(FitResult fit) => FormattableString.Invariant($"{Html.Digits(fit.Minimum, 4)} / {fit.DegreesOfFreedom}");

            static string Difference(FittedParameter a, FittedParameter b) => a.Error > 0 ? FitWords.TwoDecimals((b.Value - a.Value) / a.Error) : "";
        }
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder body = new();
        Table.AddTo(body);
        body.Append("<div class=\"k-fits\">");
        foreach (PixelSpectrum? spectrum in _spectra)
        {
            if (spectrum is not null) PanelSvg.AddStill(body, spectrum);
        }

        body.Append("</div>");
        return Fragment.Wrap("fits", body.ToString(), "panel.css", "fit.css");
    }

    /// <summary>The table as text.</summary>
    public override string ToString() => Table.ToString();
}
