using System.Globalization;
using System.Text;
using DigiCam.Fitting;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Fits;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>
/// One fit: how it ended, its parameters with errors, start values and limits, correlations, attempts, and the histogram with the residuals where the data are one.
/// Without a result it shows the problem: the parameters as they start, and the model there.
/// </summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<FitView>))]
public sealed class FitView : IHtml
{
    private const int MaxNumberedCorrelations = 10;
    private const double StrongestTint = 0.75;

    private readonly PixelSpectrum? _spectrum;

    internal FitView(FitResult? result, FitProblem? problem, string title)
    {
        if (result is not null && problem is not null && !result.Parameters.Select(p => p.Name).SequenceEqual(problem.Parameters.Select(p => p.Name)))
        {
            throw new ArgumentException($"the fit has the parameters {string.Join(", ", result.Parameters.Select(p => p.Name))}, the problem {string.Join(", ", problem.Parameters.Select(p => p.Name))}", nameof(problem));
        }

        (Result, Problem, Title) = (result, problem, title);
        if (problem is not null) _spectrum = FitSpectrum.Of(problem, result is null ? [.. problem.Parameters.Select(p => p.Start)] : FitSpectrum.Values(result));
    }

    /// <summary>The result; null while nothing is fitted.</summary>
    public FitResult? Result { get; }

    /// <summary>Data, model, start values and limits; null where they are not known.</summary>
    public FitProblem? Problem { get; }

    /// <summary>What was fitted, for example "Pixel 700".</summary>
    public string Title { get; }

    /// <summary>The parameters: value with error, where they started, their limits.</summary>
    public Table Parameters
    {
        get
        {
            int count = Result?.Parameters.Length ?? Problem!.Parameters.Length;
            string[] remarks = [.. Enumerable.Range(0, count).Select(Remark)];
            List<TableColumn> columns = [new("parameter"), new("")];
            if (Result is not null) columns.Add(new("value"));
            if (Problem is not null) columns.AddRange([new("start"), new("limits")]);
            if (remarks.Any(r => r.Length > 0)) columns.Add(new("remark"));
            return new Table("", columns, Enumerable.Range(0, count).Select(Row)) { MaxRows = count };

            string Remark(int k) => (Result?.Parameters[k].IsFixed ?? Problem!.Parameters[k].IsFixed) ? "fixed" : Result?.Parameters[k].IsAtLimit == true ? "at its limit" : "";

            object?[] Row(int k)
            {
                (string name, string unit) = Result is not null ? (Result.Parameters[k].Name, Result.Parameters[k].Unit) : (Problem!.Parameters[k].Name, Problem.Parameters[k].Unit);
                List<object?> cells = [FitWords.Label(name, unit), ParameterLabels.OwnSymbolOf(name)];
                if (Result is not null) cells.Add(FitWords.Of(Result.Parameters[k]));
                if (Problem is not null) cells.AddRange([Html.Digits(Problem.Parameters[k].Start, 5), FitWords.Limits(Problem.Parameters[k])]);
                if (cells.Count < columns.Count) cells.Add(remarks[k]);
                return [.. cells];
            }
        }
    }

    /// <summary>The correlations of the free parameters, -1..1; null where there are none.</summary>
    public Table? Correlations
    {
        get
        {
            int[] free = Free();
            if (free.Length < 2) return null;
            string[] symbols = [.. free.Select(k => ParameterLabels.SymbolOf(Result!.Parameters[k].Name))];
            return new Table("Correlations", [new(""), .. symbols.Select(s => new TableColumn(s))], free.Select((row, i) => (object?[])[symbols[i], .. free.Select(column => FitWords.TwoDecimals(Result!.Correlation(row, column)))])) { MaxRows = free.Length };
        }
    }

    /// <summary>Every try at the fit when there was more than one; null otherwise.</summary>
    public Table? Attempts => Result is not { Attempts.Length: > 1 } ? null : new Table(
        "Attempts", [new("with"), new("ended"), new("cost", Digits: 6), new("evaluations")],
        Result.Attempts.Select(a => (object?[])[a.Description, a.Status.Describe(), a.Minimum, a.Calls]));

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder body = new();
        body.Add($"<div class=\"k-head\"><span class=\"k-title\">{Html.Escape(Title)}</span><span class=\"k-sub\">{Html.Escape(Result is null ? Data() : FitWords.Summary(Result))}</span></div>");
        if (Result is not null) AddVerdict(body, Result);
        body.Append("<div class=\"k-fits\">");
        if (_spectrum is not null) PanelSvg.AddStill(body, _spectrum);
        body.Append("<div class=\"k-numbers\">");
        Parameters.AddTo(body);
        AddCorrelations(body);
        Attempts?.AddTo(body);
        body.Append("</div></div>");
        return Fragment.Wrap("fit", body.ToString(), "panel.css", "fit.css");
    }

    /// <summary>How it ended, the parameters and their correlations as text.</summary>
    public override string ToString()
    {
        StringBuilder text = new(Title);
        text.Append(": ").Append(Result is null ? Data() : FitVerdict.Of(Result) + "; " + FitWords.Summary(Result)).Append('\n').Append(Parameters);
        if (Correlations is { } correlations) text.Append('\n').Append(correlations);
        if (Attempts is { } attempts) text.Append('\n').Append(attempts);
        return text.ToString();
    }

    // Reasons that a status says already are not said twice.
    private static void AddVerdict(StringBuilder body, FitResult result)
    {
        FitVerdict verdict = FitVerdict.Of(result);
        (string css, string sign, string word) = verdict.Grade switch
        {
            FitGrade.Good => ("k-pass", "✓", "GOOD"),
            FitGrade.Poor => ("k-warn", "!", "POOR"),
            _ => ("k-fail", "✗", "FAILED"),
        };
        body.Add($"<div class=\"k-verdict {css}\"><b>{sign} {word}</b> {Html.Escape(string.Join("; ", verdict.Reasons.Prepend(result.Status.Describe()).Distinct()))}</div>");
    }

    private string Data() => FormattableString.Invariant($"{Problem!.Cost.DataCount} data, {Problem.Parameters.Count(p => !p.IsFixed)} free parameters");

    // Those with a variance: neither fixed nor on a limit.
    private int[] Free() => Result is null ? [] : [.. Enumerable.Range(0, Result.Parameters.Length).Where(k => Result.Covariance(k, k) > 0)];

    private void AddCorrelations(StringBuilder body)
    {
        int[] free = Free();
        if (free.Length < 2) return;
        bool numbered = free.Length <= MaxNumberedCorrelations;
        body.Append("<table class=\"k-table k-matrix\"><caption>Correlations</caption><thead><tr><th></th>");
        foreach (int k in free) body.Add($"<th scope=\"col\">{Symbol(k)}</th>");
        body.Append("</tr></thead><tbody>");
        foreach (int row in free)
        {
            body.Add($"<tr><th scope=\"row\">{Symbol(row)}</th>");
            foreach (int column in free)
            {
                double r = Result!.Correlation(row, column);
                string text = FitWords.TwoDecimals(r);
                string color = row == column ? "--k-fg" : r < 0 ? "--k-data" : "--k-fit";
                string tint = (row == column ? 8 : 100 * StrongestTint * Math.Abs(r)).ToString("F0", CultureInfo.InvariantCulture);
                body.Add($"<td style=\"background:color-mix(in srgb, var({color}) {tint}%, transparent)\" title=\"{text}\">{(numbered ? text : "")}</td>");
            }

            body.Append("</tr>");
        }

        body.Append("</tbody></table>");

        string Symbol(int k) => Html.Escape(ParameterLabels.SymbolOf(Result!.Parameters[k].Name));
    }
}
