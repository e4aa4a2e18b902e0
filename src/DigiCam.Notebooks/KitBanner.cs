using System.Text;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;

namespace DigiCam.Notebooks;

/// <summary>The output of a notebook's setup cell. It holds plotly.js (1.5 MB, packed), which the charts of the notebook need to be zoomed and hovered; a browser that cannot unpack it shows them still.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<KitBanner>))]
public sealed class KitBanner : IHtml
{
    internal KitBanner()
    {
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        StringBuilder html = new();
        html.Append(Fragment.Wrap("kit", $"<div class=\"k-banner\"><b>DigiCam notebooks</b> <span class=\"k-quiet\">{Html.Escape(Kit.Version)} · plotly.js {PlotlyScript.Version} embedded, nothing is loaded from outside</span></div>"));
        (string notice, byte[] source) = PlotlyScript.Read();
        html.Append("<script type=\"application/json\" class=\"dc-plotly\">\"").Append(Convert.ToBase64String(source)).Append("\"</script>\n");
        html.Append("<script>\n(function () {\n").Append(notice).Append('\n').Append(Asset.Read("plotly.js")).Append("\n})();\n</script>\n");
        return html.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => $"DigiCam notebooks {Kit.Version}, plotly.js {PlotlyScript.Version}";
}
