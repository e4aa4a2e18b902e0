namespace DigiCam.Notebooks.Plots;

/// <summary>
/// A trace or the layout of a chart: properties of plotly.js by name. The kit's own charts are made of these and not of Plotly.NET's objects, so that they are drawn where a notebook engine
/// brings an F# core too old for Plotly.NET.
/// </summary>
internal sealed class FigurePart : Dictionary<string, object>
{
    /// <summary>A layout.</summary>
    public FigurePart()
    {
    }

    /// <summary>A trace.</summary>
    /// <param name="type">What plotly.js calls it, for example "bar".</param>
    public FigurePart(string type) => this["type"] = type;

    /// <summary>Sets a property.</summary>
    public void SetProperty(string name, object value) => this[name] = value;
}
