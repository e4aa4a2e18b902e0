using System.Globalization;
using System.Text;
using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Cameras;

/// <summary>
/// The camera as a picture of 1296 hexagons, with a colour bar, a choice of quantities and, beside it, the selected pixel's
/// histogram with fit or its waveform. Colours can span all values or the middle ones, evenly or by decades; modules, patches and sectors
/// can be outlined, a second quantity put beside the first, the pixels farthest from the median and all values listed. Works from the data inside the output alone; without JavaScript it shows the first
/// quantity and the panel of the pixel selected at first.
/// </summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<CameraDisplay>))]
public sealed class CameraDisplay : IHtml
{
    /// <summary>Describes a display.</summary>
    /// <param name="title">Title above the picture.</param>
    /// <param name="quantities">What can be shown by colour, at least one; the first is shown at first.</param>
    /// <exception cref="ArgumentException">No quantity.</exception>
    public CameraDisplay(string title, IReadOnlyList<CameraQuantity> quantities)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(quantities);
        if (quantities.Count == 0) throw new ArgumentException("a camera display needs at least one quantity", nameof(quantities));
        (Title, Quantities) = (title, [.. quantities]);
    }

    /// <summary>Title above the picture.</summary>
    public string Title { get; }

    /// <summary>What can be shown by colour; the first is shown at first.</summary>
    public IReadOnlyList<CameraQuantity> Quantities { get; }

    /// <summary>A line below the title, such as run and number of events; may be empty.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>Flags of the pixels; flagged ones are hatched.</summary>
    public PixelFlagSet? Flags { get; init; }

    /// <summary>Contents of the panel of each pixel by software id, shape (1296), all of one kind, null where there is none; null = no panels.</summary>
    public IReadOnlyList<PixelPanel?>? Panels { get; init; }

    /// <summary>Software id of the pixel selected at first; null = the first flagged pixel, or else the one in the middle of the camera.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The camera has no such pixel.</exception>
    public int? Selected
    {
        get;
        // Here and not while drawing: an output that cannot be drawn does not fail its cell.
        init => field = value is null or (>= 0 and < CameraGeometry.PixelCount)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, FormattableString.Invariant($"the camera has pixels 0..{CameraGeometry.PixelCount - 1}"));
    }

    /// <summary>Names of the levels of a scan, for example "AC 160"; empty = no levels. Quantities that do not differ between levels are shown at each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no <see cref="Level"/> among them.</exception>
    public IReadOnlyList<string> Levels { get; init => field = Checked(value, Level); } = [];

    /// <summary>Index of the level shown at first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public int Level
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (Levels.Count > 0) Checked(Levels, value);
            field = value;
        }
    }

    /// <summary>Where each level is on the axis of the curve beside the camera, shape (level), for example its DAC value; null = levels are counted.</summary>
    public IReadOnlyList<double>? LevelSettings { get; init; }

    /// <summary>Title of that axis, for example "AC level [DAC]".</summary>
    public string LevelAxis { get; init; } = "level";

    /// <summary>Whether counts are drawn on a logarithmic scale at first.</summary>
    public bool LogScale { get; init; } = true;

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder text = new(Title);
        if (Subtitle.Length > 0) text.Append(" (").Append(Subtitle).Append(')');
        if (Levels.Count > 0) text.Append(CultureInfo.InvariantCulture, $"\n  {Levels[Level]}, level {Level + 1} of {Levels.Count}");
        foreach (CameraQuantity quantity in Quantities)
        {
            text.Append("\n  ").Append(quantity.At(Level));
            CameraRange range = new(quantity, Level);
            if (range.Above.Count + range.Below.Count + range.Missing > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"; colours {range.Low:G5} .. {range.High:G5}: {range.Below.Count} below, {range.Above.Count} above, {range.Missing} not measured");
            }
        }

        if (Flags is not null) text.Append("\n  ").Append(Flags);
        int selected = SelectedPixel();
        if (Panels?[selected] is { } panel) text.Append(CultureInfo.InvariantCulture, $"\n  pixel {selected}: {panel}");
        if (Panels?[selected] is PixelLevels levels && levels.Spectra[Level] is { } spectrum) text.Append(CultureInfo.InvariantCulture, $"\n  pixel {selected}, {Levels[Level]}: {spectrum}");
        return text.ToString();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The panels are not 1296, of different kinds, or have different parameters; quantities, settings or panels have not as many levels as there are names.</exception>
    public string ToHtml()
    {
        if (Quantities.FirstOrDefault(q => q.LevelValues is { } levels && levels.Count != Levels.Count) is { } other)
        {
            throw new InvalidOperationException($"{Title}: {other.Name} has {other.LevelValues!.Count} levels, names are given for {Levels.Count}");
        }

        if (LevelSettings is { } settings && settings.Count != Levels.Count) throw new InvalidOperationException($"{Title}: {settings.Count} settings for {Levels.Count} levels");
        if (Panels is { } panels && panels.Count != CameraGeometry.PixelCount)
        {
            throw new InvalidOperationException($"{Title}: {panels.Count} panels for {CameraGeometry.PixelCount} pixels");
        }

        string data = CameraData.ToJson(this);
        string id = Html.Id("cam", data);
        StringBuilder html = new(400_000);
        html.Add($"<div id=\"{id}\" class=\"dc-output\">\n<style>\n{Asset.Read("theme.css", id)}\n{Asset.Read("camera.css", id)}\n{Asset.Read("panel.css", id)}\n</style>\n");
        html.Add($"<div class=\"k-head\"><span class=\"k-title\">{Html.Escape(Title)}</span>");
        if (Subtitle.Length > 0) html.Add($"<span class=\"k-sub\">{Html.Escape(Subtitle)}</span>");
        html.Append("</div>\n");
        AddControls(html);
        html.Append("<div class=\"k-body\">\n<div class=\"k-cam\">\n");
        CameraSvg.Add(html, this, id);
        html.Append("<div class=\"k-tip\" hidden></div>\n<div class=\"k-legend\">");
        CameraSvg.AddLegend(html, this, id);
        html.Append("</div>\n<div class=\"k-lists k-live\"><details data-list=\"outliers\"><summary>Farthest from the median</summary><div></div></details></div>\n");
        html.Append("</div>\n<div class=\"k-side\">");
        PanelSvg.Add(html, this, SelectedPixel());
        html.Append("</div>\n</div>\n");
        html.Append("<div class=\"k-lists k-live\"><details data-list=\"table\"><summary>Table of all pixels</summary><div></div></details></div>\n");
        html.Append("<div class=\"k-say\" role=\"status\" aria-live=\"polite\"></div>\n");
        html.Add($"<script type=\"application/json\" class=\"k-data\">{data}</script>\n");
        html.Add($"<script>\n{Asset.Read("camera.js", id)}\n</script>\n</div>\n");
        return html.ToString();
    }

    /// <summary>The pixel selected at first.</summary>
    internal int SelectedPixel()
    {
        if (Selected is { } pixel) return pixel;
        if (Flags?.Flagged is { Count: > 0 } flagged) return flagged[0];
        return CameraGeometry.DigiCam.Pixels.MinBy(p => (p.X * p.X) + (p.Y * p.Y))!.Id;
    }

    private static IReadOnlyList<string> Checked(IReadOnlyList<string> levels, int level) => level == 0 || level < levels.Count
        ? levels
        : throw new ArgumentOutOfRangeException(nameof(level), level, FormattableString.Invariant($"there are {levels.Count} levels"));

    private void AddControls(StringBuilder html)
    {
        html.Append("<div class=\"k-controls k-live\">");
        if (Quantities.Count > 1)
        {
            html.Append("<span class=\"k-choice\" role=\"group\" aria-label=\"quantity\">");
            for (int i = 0; i < Quantities.Count; i++)
            {
                html.Add($"<button type=\"button\" data-quantity=\"{i}\" aria-pressed=\"{(i == 0 ? "true" : "false")}\">{Html.Escape(Quantities[i].Name)}</button>");
            }

            html.Append("</span>");
        }

        if (Levels.Count > 0)
        {
            html.Append("<span class=\"k-level\"><button type=\"button\" data-step=\"-1\" aria-label=\"level before\">‹</button>");
            html.Add($"<input type=\"range\" min=\"0\" max=\"{Levels.Count - 1}\" step=\"1\" value=\"{Level}\" autocomplete=\"off\" aria-label=\"level\" aria-valuetext=\"{Html.Escape(Levels[Level])}\">");
            html.Append("<button type=\"button\" data-step=\"1\" aria-label=\"next level\">›</button>");
            html.Add($"<output>{Html.Escape(Levels[Level])}</output><button type=\"button\" data-same=\"\" title=\"whether a colour means the same at all levels\">same colours at all levels</button></span>");
        }

        if (Flags is not null && Flags.Flagged.Count > 0)
        {
            html.Append("<span class=\"k-jump\"><button type=\"button\" data-jump=\"-1\" aria-label=\"previous flagged pixel\">‹</button>");
            html.Append("<span class=\"k-where\">flagged</span>");
            html.Append("<button type=\"button\" data-jump=\"1\" aria-label=\"next flagged pixel\">›</button>");
            html.Append("<button type=\"button\" data-hatch=\"\" aria-pressed=\"true\">hatch</button></span>");
        }

        html.Append("<span class=\"k-options\">");
        AddChoice(html, "colours", "range", [("auto", "all but far outliers"), ("100", "all values"), ("98", "middle 98 %"), ("90", "middle 90 %")]);
        html.Append("<button type=\"button\" data-decades=\"\" aria-pressed=\"false\" title=\"colours by the logarithm of the value\">log</button>");
        AddChoice(html, "outlines", "outline", [("", "none"), ("module", "modules"), ("patch", "patches"), ("sector", "sectors")]);
        if (Quantities.Count > 1) AddChoice(html, "beside", "beside", [("-1", "nothing"), .. Quantities.Select((q, i) => (FormattableString.Invariant($"{i}"), q.Name))]);
        html.Append("</span>");
        html.Append("</div>\n");
    }

    private static void AddChoice(StringBuilder html, string label, string name, IEnumerable<(string Value, string Text)> options)
    {
        html.Add($"<label>{label} <select data-choice=\"{name}\" autocomplete=\"off\">");
        foreach ((string value, string text) in options) html.Add($"<option value=\"{value}\">{Html.Escape(text)}</option>");
        html.Append("</select></label>");
    }
}
