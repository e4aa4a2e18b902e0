using System.Text;
using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Cameras;

/// <summary>Draws the panel beside the camera. camera.js draws the same when another pixel is selected.</summary>
internal static class PanelSvg
{
    private const double Left = 52;
    private const double Right = 452;
    private const double Top = 16;
    private const double Split = 214;
    private const double ResidualTop = 228;
    private const double Bottom = 292;

    // Far from the peak a model may say exactly nothing; an entry there is a large but finite residual.
    private const double LeastExpected = 1e-300;

    public static void Add(StringBuilder html, CameraDisplay display, int pixelId)
    {
        Pixel pixel = CameraGeometry.DigiCam.Pixels[pixelId];
        html.Add($"<div class=\"k-pixel\"><b>Pixel {pixel.Id}</b> <span>module {pixel.Module} · sector {pixel.Sector} · patch {pixel.Patch} · x\u00a0{OneDecimal(pixel.X)}\u00a0mm · y\u00a0{OneDecimal(pixel.Y)}\u00a0mm{(display.Levels.Count > 0 ? $" · {Html.Escape(display.Levels[display.Level])}" : "")}</span></div>");
        if (display.Flags is { } flags)
        {
            html.Append("<div class=\"k-reasons\">");
            IEnumerable<PixelFlag> set = flags.Flags.Where(f => (flags.Bits[pixelId] >> f.Bit & 1) != 0);
            string text = string.Concat(set.Select(f => $"<span><b>{Html.Escape(f.Name)}</b> {Html.Escape(f.Words)}</span>"));
            html.Append(text.Length > 0 ? text : "<span class=\"k-quiet\">no flag</span>").Append("</div>");
        }

        switch (display.Panels?[pixelId])
        {
            case PixelSpectrum spectrum:
                AddSpectrum(html, spectrum, spectrum.Drawn(), [], display.LogScale);
                break;
            case PixelLevels levels when levels.Spectra[display.Level] is { } spectrum:
                AddSpectrum(html, spectrum, levels.Drawn(spectrum), levels.Parameters, display.LogScale);
                break;
            case PixelLevels levels:
                html.Append("<div class=\"k-fit\"><span>no histogram at this level</span></div>");
                AddParameters(html, levels.Parameters);
                break;
            case PixelWaveform waveform:
                AddWaveform(html, waveform);
                break;
            default:
                break;
        }

        AddValues(html, display, pixelId);
    }

    /// <summary>Title of the horizontal axis.</summary>
    public static string AxisTitle(PixelSpectrum spectrum) => spectrum.AxisUnit.Length > 0 ? $"{spectrum.AxisName} [{spectrum.AxisUnit}]" : spectrum.AxisName;

    /// <summary>Value and error of a parameter as the table shows them, without unit.</summary>
    public static string ValueText(SpectrumParameter parameter)
    {
        string text = new Measurement(parameter.Value, parameter.Error).ToPretty();
        return parameter.Remark.Length > 0 ? $"{text} ({parameter.Remark})" : text;
    }

    /// <summary>The lines below the parameters.</summary>
    public static (string Entries, string Fit, string Status) Summary(PixelSpectrum spectrum, DrawnSpectrum drawn)
    {
        string entries = $"{Html.Grouped(spectrum.Counts.Sum() + spectrum.Underflow + spectrum.Overflow)} entries";
        if (spectrum.Underflow + drawn.Below is > 0 and long below) entries += $", {Html.Grouped(below)} below the axis";
        if (spectrum.Overflow + drawn.Above is > 0 and long above) entries += $", {Html.Grouped(above)} above the axis";
        if (drawn.Group is > 1 and int group) entries += FormattableString.Invariant($", {Html.Digits(group * spectrum.BinWidth, 4)} {spectrum.AxisUnit} per bin");
        string fit = double.IsFinite(spectrum.ChiSquare)
            ? FormattableString.Invariant($"χ²/ndf = {Html.Digits(spectrum.ChiSquare, 3)} / {spectrum.DegreesOfFreedom}")
            : "";
        if (double.IsFinite(spectrum.PValue)) fit += $", p = {Html.Digits(spectrum.PValue, 2)}";
        return (entries, fit, spectrum.Status);
    }

    /// <summary>Signed root of a bin's share of the Poisson deviance [standard deviations]; NaN where the fit says nothing.</summary>
    public static double Residual(double count, double expected)
    {
        if (!(expected >= 0)) return double.NaN;
        expected = Math.Max(expected, LeastExpected);
        double deviance = 2 * (expected - count + (count > 0 ? count * Math.Log(count / expected) : 0));
        return Math.CopySign(Math.Sqrt(Math.Max(deviance, 0)), count - expected);
    }

    /// <summary>A histogram with its fit and residuals as a still picture.</summary>
    public static void AddStill(StringBuilder html, PixelSpectrum spectrum, bool log = true)
    {
        html.Append("<div class=\"k-plot\">");
        AddPicture(html, spectrum, spectrum.Drawn(), log);
        html.Append("</div>");
    }

    private static void AddSpectrum(StringBuilder html, PixelSpectrum spectrum, DrawnSpectrum drawn, IReadOnlyList<SpectrumParameter> shared, bool log)
    {
        if (drawn.Counts.Any(n => n > 0))
        {
            html.Append("<div class=\"k-plot\"><div class=\"k-live k-scale\"><button type=\"button\" data-scale=\"\">").Append(log ? "linear" : "logarithmic").Append("</button></div>");
            AddPicture(html, spectrum, drawn, log);
            html.Append("</div>");
        }

        AddParameters(html, [.. shared, .. spectrum.Parameters]);
        (string entries, string fit, string status) = Summary(spectrum, drawn);
        html.Add($"<div class=\"k-fit\">{string.Join("", new[] { fit, status, entries }.Where(t => t.Length > 0).Select(t => $"<span>{Html.Escape(t)}</span>"))}</div>");
    }

    private static void AddPicture(StringBuilder html, PixelSpectrum spectrum, DrawnSpectrum drawn, bool log)
    {
        int bins = drawn.Counts.Length;
        (double low, double high, double binWidth) = (drawn.Low, drawn.High, drawn.Width);
        bool fitted = spectrum.Expected is not null;
        double floor = fitted ? Split : Bottom;
        double largest = 1;
        for (int i = 0; i < bins; i++) largest = Math.Max(largest, Math.Max(drawn.Counts[i], drawn.Expected is { } m && double.IsFinite(m[i]) ? m[i] : 0));
        double top = log ? largest * 2.2 : largest * 1.08;
        double X(double x) => Left + ((Right - Left) * (x - low) / (high - low));
        double Y(double n) => log
            ? floor - ((floor - Top) * Math.Log(Math.Max(n, 0.5) / 0.5) / Math.Log(top / 0.5))
            : floor - ((floor - Top) * n / top);

        html.Add($"<svg viewBox=\"0 0 472 334\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{Html.Escape(spectrum.ToString())}\">");
        AddCountAxis(html, log, top, Y);
        AddHorizontalAxis(html, low, high, Bottom, AxisTitle(spectrum), X);
        if (fitted) html.Add($"<path class=\"k-grid\" d=\"M{Left} {Split}H{Right}\"/>");

        html.Add($"<path class=\"k-fill\" d=\"M{Left} {floor}");
        for (int i = 0; i < bins; i++) html.Add($"V{Y(drawn.Counts[i])}H{X(low + ((i + 1) * binWidth))}");

        html.Add($"V{floor}z\"/><path class=\"k-errors\" d=\"");
        for (int i = 0; i < bins; i++)
        {
            double n = drawn.Counts[i];
            if (n <= 0) continue;
            double upper = Y(n + Math.Sqrt(n));
            double lower = Y(n - Math.Sqrt(n));
            if (lower - upper >= 3) html.Add($"M{X(low + ((i + 0.5) * binWidth))} {upper}V{Math.Min(lower, floor)}");
        }

        html.Append("\"/>");
        if (drawn.Expected is { } expected) AddFit(html, drawn, expected, log, X, Y);
        html.Append("</svg>");
    }

    private static void AddFit(StringBuilder html, DrawnSpectrum drawn, double[] expected, bool log, Func<double, double> x, Func<double, double> y)
    {
        List<(double X, double Y)> points = [];
        List<(double X, double Sigma)> residuals = [];
        for (int i = 0; i < expected.Length; i++)
        {
            double centre = drawn.FirstCentre + (i * drawn.Width);
            if (!double.IsFinite(expected[i])) continue;
            if (!log || expected[i] >= 0.5) points.Add((x(centre), y(expected[i])));
            double sigma = Residual(drawn.Counts[i], expected[i]);
            if (double.IsFinite(sigma)) residuals.Add((centre, sigma));
        }

        html.Add($"<path class=\"k-curve\" d=\"{Smooth(points)}\"/>");
        if (points.Count <= 60)
        {
            foreach ((double px, double py) in points) html.Add($"<circle class=\"k-dot\" cx=\"{px}\" cy=\"{py}\" r=\"2.2\"/>");
        }

        double reach = Math.Max(3, Math.Ceiling(residuals.Count > 0 ? residuals.Max(r => Math.Abs(r.Sigma)) : 0));
        double middle = (ResidualTop + Bottom) / 2;
        double unit = (Bottom - ResidualTop) / 2 / (reach * 1.08);
        html.Add($"<path class=\"k-grid\" d=\"M{Left} {middle}H{Right}\"/>");
        double mark = reach > 6 ? Axis.Step(reach, 2) : 2;
        html.Add($"<path class=\"k-grid k-dash\" d=\"M{Left} {middle - (mark * unit)}H{Right}M{Left} {middle + (mark * unit)}H{Right}\"/>");
        html.Add($"<text class=\"k-num\" x=\"{Left - 6}\" y=\"{middle - (mark * unit) + 3.5}\">{Html.Number(mark)}</text><text class=\"k-num\" x=\"{Left - 6}\" y=\"{middle + (mark * unit) + 3.5}\">−{Html.Number(mark)}</text>");
        html.Add($"<text class=\"k-axis\" transform=\"translate(12 {middle}) rotate(-90)\">pull [σ]</text><path class=\"k-pull\" d=\"");
        double width = Math.Max(0.8 * (x(drawn.Low + drawn.Width) - x(drawn.Low)), 0.6);
        foreach ((double centre, double sigma) in residuals) html.Add($"M{x(centre) - (width / 2)} {middle}v{-sigma * unit}h{width}V{middle}z");
        html.Append("\"/>");
    }

    private static void AddParameters(StringBuilder html, IReadOnlyList<SpectrumParameter> parameters)
    {
        if (parameters.Count == 0) return;
        html.Append("<table class=\"k-params\"><tbody>");
        foreach (SpectrumParameter parameter in parameters)
        {
            html.Add($"<tr><th scope=\"row\">{Html.Escape(parameter.Name)}</th><td class=\"k-symbol\">{Html.Escape(parameter.Symbol)}</td><td class=\"k-value\">{Html.Escape(ValueText(parameter))}</td><td class=\"k-unit\">{Html.Escape(parameter.Unit)}</td></tr>");
        }

        html.Append("</tbody></table>");
    }

    private static void AddWaveform(StringBuilder html, PixelWaveform waveform)
    {
        if (waveform.Samples.Count == 0) return;
        double low = 0;
        double high = waveform.Samples.Count * waveform.SampleNs;
        double least = waveform.Samples.Min();
        double largest = waveform.Samples.Max();
        if (double.IsFinite(waveform.Baseline))
        {
            least = Math.Min(least, waveform.Baseline);
            largest = Math.Max(largest, waveform.Baseline);
        }

        double margin = Math.Max(2, 0.06 * (largest - least));
        (double bottom, double top) = (least - margin, largest + margin);
        double X(double x) => Left + ((Right - Left) * (x - low) / (high - low));
        double Y(double n) => Bottom - ((Bottom - Top) * (n - bottom) / (top - bottom));

        html.Append("<div class=\"k-plot\">");
        html.Add($"<svg viewBox=\"0 0 472 334\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{Html.Escape(waveform.ToString())}\">");
        foreach ((double value, string label) in Axis.Linear(bottom, top, 6))
        {
            html.Add($"<path class=\"k-grid\" d=\"M{Left} {Y(value)}H{Right}\"/><text class=\"k-num\" x=\"{Left - 6}\" y=\"{Y(value) + 3.5}\">{label}</text>");
        }

        html.Add($"<text class=\"k-axis\" transform=\"translate(12 {(Top + Bottom) / 2}) rotate(-90)\">ADC value [LSB]</text>");
        AddHorizontalAxis(html, low, high, Bottom, "time [ns]", X);
        if (double.IsFinite(waveform.Baseline)) html.Add($"<path class=\"k-curve k-dash\" d=\"M{Left} {Y(waveform.Baseline)}H{Right}\"/>");
        html.Append("<path class=\"k-line\" d=\"");
        for (int i = 0; i < waveform.Samples.Count; i++)
        {
            html.Add($"{(i == 0 ? "M" : "L")}{X(i * waveform.SampleNs)} {Y(waveform.Samples[i])}");
        }

        html.Append("\"/></svg></div>");
        string baseline = double.IsFinite(waveform.Baseline) ? $"<span>baseline {Html.Digits(waveform.Baseline, 6)} LSB</span>" : "";
        html.Add($"<div class=\"k-fit\"><span>{waveform.Samples.Count} samples, {waveform.Samples.Min()} to {waveform.Samples.Max()} LSB</span>{baseline}</div>");
    }

    private static void AddValues(StringBuilder html, CameraDisplay display, int pixelId)
    {
        // What the fit's table already says is not said twice.
        IEnumerable<string> known = (display.Panels?[pixelId] switch
        {
            PixelSpectrum spectrum => spectrum.Parameters,
            PixelLevels levels => [.. levels.Parameters, .. levels.Spectra[display.Level]?.Parameters ?? []],
            _ => [],
        }).Select(p => p.Name);
        CameraQuantity[] quantities = [.. display.Quantities.Where(q => !known.Contains(q.Name))];
        if (quantities.Length == 0) return;
        html.Append("<table class=\"k-params k-all\"><tbody>");
        foreach (CameraQuantity quantity in quantities)
        {
            string text = quantity.At(display.Level).TextOf(pixelId);
            html.Add($"<tr><th scope=\"row\">{Html.Escape(quantity.Name)}</th><td class=\"k-symbol\">{Html.Escape(quantity.Symbol)}</td><td class=\"k-value\">{(text.Length > 0 ? Html.Escape(text) : "not measured")}</td><td class=\"k-unit\">{(text.Length > 0 ? Html.Escape(quantity.Unit) : "")}</td></tr>");
        }

        html.Append("</tbody></table>");
    }

    private static void AddCountAxis(StringBuilder html, bool log, double top, Func<double, double> y)
    {
        string title = "counts";
        if (log)
        {
            foreach ((double value, string label) in Axis.Decades(0.5, top))
            {
                html.Add($"<path class=\"k-grid\" d=\"M{Left} {y(value)}H{Right}\"/><text class=\"k-num\" x=\"{Left - 6}\" y=\"{y(value) + 3.5}\">{label}</text>");
            }
        }
        else
        {
            // Large counts as a mantissa, the power of ten in the title.
            int power = top >= 1e5 ? (int)Math.Floor(Math.Log10(top)) : 0;
            double unit = Math.Pow(10, power);
            if (power > 0) title = $"counts [{Axis.Decade(power)}]";
            foreach ((double value, string label) in Axis.Linear(0, top / unit, 5))
            {
                html.Add($"<path class=\"k-grid\" d=\"M{Left} {y(value * unit)}H{Right}\"/><text class=\"k-num\" x=\"{Left - 6}\" y=\"{y(value * unit) + 3.5}\">{label}</text>");
            }
        }

        double middle = (Top + Split) / 2;
        html.Add($"<text class=\"k-axis\" transform=\"translate(12 {middle}) rotate(-90)\">{title}</text>");
    }

    private static void AddHorizontalAxis(StringBuilder html, double low, double high, double bottom, string title, Func<double, double> x)
    {
        html.Add($"<path class=\"k-frame\" d=\"M{Left} {bottom}H{Right}\"/>");
        foreach ((double value, string label) in Axis.Linear(low, high, 7))
        {
            html.Add($"<path class=\"k-frame\" d=\"M{x(value)} {bottom}v4\"/><text class=\"k-mid\" x=\"{x(value)}\" y=\"{bottom + 16}\">{label}</text>");
        }

        html.Add($"<text class=\"k-mid\" x=\"{(Left + Right) / 2}\" y=\"{bottom + 36}\">{Html.Escape(title)}</text>");
    }

    private static string OneDecimal(double value) => Axis.Label(value, 0.1);

    // A smooth line through all points; between two points it does not leave their range by much.
    private static string Smooth(List<(double X, double Y)> points)
    {
        StringBuilder path = new();
        for (int i = 0; i < points.Count; i++)
        {
            if (i == 0)
            {
                path.Add($"M{points[0].X} {points[0].Y}");
                continue;
            }

            (double X, double Y) a = points[Math.Max(i - 2, 0)];
            (double X, double Y) b = points[i - 1];
            (double X, double Y) c = points[i];
            (double X, double Y) d = points[Math.Min(i + 1, points.Count - 1)];
            path.Add($"C{b.X + ((c.X - a.X) / 6)} {b.Y + ((c.Y - a.Y) / 6)} {c.X - ((d.X - b.X) / 6)} {c.Y - ((d.Y - b.Y) / 6)} {c.X} {c.Y}");
        }

        return path.ToString();
    }
}
