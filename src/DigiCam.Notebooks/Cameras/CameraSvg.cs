using System.Text;
using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Cameras;

/// <summary>Draws the camera: hexagons, hatches, range marks, colour bar, axes. camera.js redraws the same when the quantity changes.</summary>
internal static class CameraSvg
{
    // The picture's coordinates are millimetres in the camera frame with y turned down.
    private const string ViewBox = "-462 -522 1136 1044";
    private const double BarX = 500;
    private const double BarWidth = 30;
    private const double BarTop = -390;
    private const double BarHeight = 780;
    private const int GradientStops = 33;

    public static void Add(StringBuilder html, CameraDisplay display, string id)
    {
        CameraQuantity quantity = display.Quantities[0].At(display.Level);
        CameraRange range = new(display.Quantities[0], display.Level);

        // Corners of the hexagons are integers in units of half a pitch and a third of a row, so the text stays short and exact.
        double rowThird = CameraGeometry.PitchMm * Math.Sqrt(3) / 6;
        string scale = FormattableString.Invariant($"{CameraGeometry.PitchMm / 2:0.####} {rowThird:0.######}");
        html.Add($"<svg class=\"k-camera\" viewBox=\"{ViewBox}\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"Camera picture: {Html.Escape(quantity.ToString())}\">\n<defs>");
        foreach (ColorMap map in display.Quantities.Select(q => q.Colors).Distinct()) AddGradient(html, map, id);

        // The pattern undoes the scale of the flagged hexagons; the one without serves the legend.
        AddHatch(html, id + "-hatch", FormattableString.Invariant($"scale({1 / (CameraGeometry.PitchMm / 2):0.#######} {1 / rowThird:0.#######}) rotate(45)"));
        AddHatch(html, id + "-swatch", "rotate(45)");
        html.Append("</defs>\n");


        html.Add($"<g class=\"k-pixels\" data-digicam-thumbnail=\"\" transform=\"scale({scale})\">\n");
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            double value = quantity.Values[pixel.Id];
            html.Add($"<polygon points=\"{Corners(pixel)}\"");
            if (double.IsNaN(value)) html.Append(" class=\"k-none\"/>\n");
            else html.Add($" fill=\"#{quantity.Colors.Colors[ColorMap.IndexOf(value, range.Low, range.High)]}\"/>\n");
        }

        html.Add($"</g>\n<g class=\"k-over\" fill=\"url(#{id}-hatch)\" transform=\"scale({scale})\">");
        if (display.Flags is { } flags)
        {
            foreach (int pixel in flags.Flagged) html.Add($"<polygon points=\"{Corners(CameraGeometry.DigiCam.Pixels[pixel])}\"/>");
        }

        html.Append("</g>\n<g class=\"k-outline\"></g>\n<g class=\"k-marks\">");
        foreach (int pixel in range.Above) AddMark(html, CameraGeometry.DigiCam.Pixels[pixel], -1);
        foreach (int pixel in range.Below) AddMark(html, CameraGeometry.DigiCam.Pixels[pixel], 1);
        html.Append("</g>\n");
        Pixel selected = CameraGeometry.DigiCam.Pixels[display.SelectedPixel()];
        html.Add($"<polygon class=\"k-hover\" points=\"\"/><polygon class=\"k-selected-halo\" points=\"{CornersMm(selected)}\"/><polygon class=\"k-selected\" points=\"{CornersMm(selected)}\"/>\n");
        html.Append("<g class=\"k-bar\">");
        AddColorBar(html, quantity, range, id);
        html.Append("</g>\n");
        html.Append("<g class=\"k-corner\">");
        html.Add($"<text class=\"k-bar-title\" x=\"-452\" y=\"-494\">{Html.Escape(display.Quantities[0].LevelValues is null ? quantity.Name : $"{quantity.Name}, {display.Levels[display.Level]}")}</text>");
        double line = -466;
        foreach (string text in quantity.Statistics())
        {
            html.Add($"<text x=\"-452\" y=\"{line}\">{Html.Escape(text)}</text>");
            line += 26;
        }

        html.Append("</g>\n");
        AddAxes(html);
        html.Append("</svg>\n");
    }

    public static void AddLegend(StringBuilder html, CameraDisplay display, string id)
    {
        CameraRange range = new(display.Quantities[0], display.Level);
        html.Append("<span class=\"k-range\">");
        if (range.Missing > 0) html.Add($"<span><i class=\"k-swatch k-swatch-none\"></i>not measured {range.Missing}</span>");
        if (range.Above.Count > 0) html.Add($"<span><i class=\"k-swatch\">▲</i>above the range {range.Above.Count}</span>");
        if (range.Below.Count > 0) html.Add($"<span><i class=\"k-swatch\">▼</i>below the range {range.Below.Count}</span>");
        html.Append("</span>");
        if (display.Flags is { } flags)
        {
            int flagged = flags.Flagged.Count;
            html.Add($"<span><svg class=\"k-swatch\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><rect width=\"16\" height=\"16\" fill=\"url(#{id}-swatch)\"/></svg>flagged {flagged} of {CameraGeometry.PixelCount}</span>");
            foreach (PixelFlag flag in flags.Flags)
            {
                int count = flags.CountOf(flag);
                if (count > 0) html.Add($"<button type=\"button\" class=\"k-reason\" data-bit=\"{flag.Bit}\" title=\"{Html.Escape(flag.Words)}\"><b>{Html.Escape(flag.Name)}</b> {count}</button>");
            }
        }

        html.Append("<span class=\"k-note\">Camera frame; ctapipe's sky display is x′ = −y, y′ = −x.</span>");
    }

    /// <summary>Corners of a pixel in millimetres, y down.</summary>
    private static string CornersMm(Pixel pixel)
    {
        double half = CameraGeometry.PitchMm / 2;
        double third = CameraGeometry.PitchMm * Math.Sqrt(3) / 6;
        return string.Join(' ', CornerUnits(pixel).Select(c => $"{Html.Number(c.X * half)},{Html.Number(c.Y * third)}"));
    }

    private static string Corners(Pixel pixel) => string.Join(' ', CornerUnits(pixel).Select(c => FormattableString.Invariant($"{c.X},{c.Y}")));

    private static (int X, int Y)[] CornerUnits(Pixel pixel)
    {
        int x = pixel.Column;
        int y = -(1 + (3 * (pixel.Row - 24)));
        return [(x, y - 2), (x + 1, y - 1), (x + 1, y + 1), (x, y + 2), (x - 1, y + 1), (x - 1, y - 1)];
    }

    private static void AddMark(StringBuilder html, Pixel pixel, int down)
    {
        double y = -pixel.Y;
        html.Add($"<path d=\"M{pixel.X} {y + (down * 7)}l6.5 {-down * 11}h-13z\"/>");
    }

    private static void AddGradient(StringBuilder html, ColorMap map, string id)
    {
        html.Add($"<linearGradient id=\"{id}-{map.Name}\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">");
        for (int i = 0; i < GradientStops; i++)
        {
            double offset = i / (GradientStops - 1.0);
            string color = map.Colors[(int)Math.Round(offset * (ColorMap.Count - 1))];
            html.Add($"<stop offset=\"{offset.ToString("0.#####", System.Globalization.CultureInfo.InvariantCulture)}\" stop-color=\"#{color}\"/>");
        }

        html.Append("</linearGradient>");
    }

    private static void AddHatch(StringBuilder html, string id, string transform) => html.Add(
        $"<pattern id=\"{id}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"{transform}\"><path class=\"k-hatch-a\" d=\"M2 0V8\"/><path class=\"k-hatch-b\" d=\"M4.4 0V8\"/></pattern>");

    private static void AddColorBar(StringBuilder html, CameraQuantity quantity, CameraRange range, string id)
    {
        string symbol = quantity.Symbol.Length > 0 ? quantity.Symbol : quantity.Name;
        html.Add($"<text class=\"k-bar-title\" x=\"{BarX}\" y=\"{BarTop - 62}\">{Html.Escape(symbol)}{(quantity.Unit.Length > 0 ? $" [{Html.Escape(quantity.Unit)}]" : "")}</text>");
        html.Add($"<rect class=\"k-bar-box\" x=\"{BarX}\" y=\"{BarTop}\" width=\"{BarWidth}\" height=\"{BarHeight}\" fill=\"url(#{id}-{quantity.Colors.Name})\"/>");
        if (range.Above.Count > 0)
        {
            html.Add($"<path class=\"k-bar-box\" d=\"M{BarX} {BarTop - 6}h{BarWidth}l{-BarWidth / 2} -26z\" fill=\"#{quantity.Colors.Colors[^1]}\"/>");
            html.Add($"<text x=\"{BarX + BarWidth + 14}\" y=\"{BarTop - 22}\">{range.Above.Count} above</text>");
        }

        if (range.Below.Count > 0)
        {
            double bottom = BarTop + BarHeight;
            html.Add($"<path class=\"k-bar-box\" d=\"M{BarX} {bottom + 6}h{BarWidth}l{-BarWidth / 2} 26z\" fill=\"#{quantity.Colors.Colors[0]}\"/>");
            html.Add($"<text x=\"{BarX + BarWidth + 14}\" y=\"{bottom + 34}\">{range.Below.Count} below</text>");
        }

        foreach ((double value, string label) in Axis.Linear(range.Low, range.High, 8))
        {
            double y = BarTop + (BarHeight * (range.High - value) / (range.High - range.Low));
            html.Add($"<path class=\"k-tick\" d=\"M{BarX + BarWidth} {y}h8\"/><text x=\"{BarX + BarWidth + 14}\" y=\"{y + 7.5}\">{label}</text>");
        }
    }

    private static void AddAxes(StringBuilder html) => html.Append(
        "<g class=\"k-axes\"><path d=\"M-440 490h74m-9 -5l9 5l-9 5M-440 490v-74m-5 9l5 -9l5 9\"/><text x=\"-358\" y=\"497\">x</text><text x=\"-446\" y=\"404\">y</text>"
        + "<path d=\"M300 490h100m-100 -6v12m100 -12v12\"/><text x=\"350\" y=\"478\" text-anchor=\"middle\">100 mm</text></g>\n");
}
