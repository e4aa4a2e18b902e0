using System.Text;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;

namespace DigiCam.Notebooks;

/// <summary>The output of a notebook's setup cell. It holds plotly.js (3.6 MB), which the charts of the notebook need to be zoomed and hovered.</summary>
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

        // The library looks for module loaders first: the shadowed names make it set the global instead. Another plotly.js
        // that was there before stays what it was; the charts of the kit use their own name for theirs.
        html.Append("<script>\n(function () {\nif (window.DigiCamPlotly) return;\nvar other = window.Plotly, module, exports, define;\n");
        html.Append(PlotlyScript.Read());
        html.Append("\nwindow.DigiCamPlotly = window.Plotly;\nif (other) window.Plotly = other;\n})();\n</script>\n");
        return html.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => $"DigiCam notebooks {Kit.Version}, plotly.js {PlotlyScript.Version}";
}
