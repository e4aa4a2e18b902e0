using System.Text.Json.Nodes;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tests.Samples;
using Plotly.NET;
using Chart = DigiCam.Notebooks.Plots.Chart;

namespace DigiCam.Notebooks.Tests.Plots;

public sealed class ChartTests
{
    [Fact]
    public void Distribution_CountsEveryPixelOnce()
    {
        CameraDisplay display = SampleCamera.Create();
        Chart chart = Charts.Distribution(display.Quantities[0], display.Flags);
        Assert.Equal("2 not measured, 3 above the axis", chart.Subtitle);
        // 1290 good ones inside the axis, 6 flagged of which 2 have no value and 3 are beyond the axis.
        Assert.Contains("good: 1290 pixels, median 0.93", chart.ToString(), StringComparison.Ordinal);
        Assert.Contains("flagged: 4 pixels", chart.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_WithoutData_AreDrawn()
    {
        Chart[] charts =
        [
            Charts.Lines("x", "a", "b"), Charts.Lines("x", "a", "b", new ChartSeries("none", [], [])), Charts.Histogram("x", "a", []),
            Charts.Histogram("x", "a", [double.NaN]), Charts.Histogram("x", "a", [3, 3, 3]),
            Charts.Distribution(new CameraQuantity("x", "", "", [.. Enumerable.Repeat(double.NaN, 1296)])),
        ];
        Assert.All(charts, c => Assert.Contains("<svg", c.ToHtml(), StringComparison.Ordinal));
        Assert.All(charts, c => Assert.DoesNotContain("NaN", c.ToHtml(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(0)]
    [InlineData(1e9)]
    public void Histogram_EqualValues_IsOneBarWithAWidth(double value)
    {
        Chart chart = Charts.Histogram("x", "a", [value, value, value]);
        string json = System.Text.RegularExpressions.Regex.Match(chart.ToHtml(), "<script type=\"application/json\" class=\"k-data\">(.*?)</script>", System.Text.RegularExpressions.RegexOptions.Singleline).Groups[1].Value;
        JsonObject bar = JsonNode.Parse(json)!["data"]![0]!.AsObject();
        Assert.Equal([3.0], bar["y"]!.AsArray().Select(n => (double)n!));
        Assert.Equal(value, (double)bar["x"]![0]!, Math.Max(1, value) * 1e-9);
        Assert.InRange((double)bar["width"]!, 0.01 * Math.Max(1, value), Math.Max(1, value));
    }

    [Fact]
    public void FigureJson_ChartOfPlotlyNet_IsWhatPlotlyNetWrites()
    {
        GenericChart chart = Plotly.NET.CSharp.GenericChartExtensions.WithXAxisStyle<double, double, string>(
            Plotly.NET.CSharp.Chart.Point<double, double, string>([1, 2, 3], [3, 4.5, 5], Name: "x", MarkerColor: Color.fromARGB(255, 200, 10, 20), MarkerSymbol: StyleParam.MarkerSymbol.Diamond),
            TitleText: "time", MinMax: new Tuple<double, double>(0, 5));
        JsonNode theirs = JsonNode.Parse(GenericChart.toFigureJson(chart))!;
        JsonObject ours = PlotlyCharts.Write(chart);
        Assert.True(JsonNode.DeepEquals(Plain(theirs["data"]!), Plain(ours["data"]!)), ours["data"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(Plain(theirs["layout"]!), Plain(ours["layout"]!)));
        Assert.Contains("y 3 .. 5", new Chart(chart).ToString(), StringComparison.Ordinal);

        // 1.0 and 1 are the same number.
        static JsonNode Plain(JsonNode node) => JsonNode.Parse(System.Text.RegularExpressions.Regex.Replace(node.ToJsonString(), @"(?<=[0-9])\.0(?=[,\]}])", ""))!;
    }

    [Fact]
    public void Histogram_LogScale_HasTicksAtPowersOfTenOnly()
    {
        string html = Charts.Histogram("x", "a [ms]", [1, 1, 1, 2], logScale: true).ToHtml();
        Assert.Contains("\"dtick\":1", html, StringComparison.Ordinal);
        Assert.Contains("median 1 ms", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Histogram_ValuesOnEdges_AreAllCounted()
    {
        string html = Charts.Histogram("x", "a", [0, 0.1, 0.2, 0.3, 0.7, 1.0], maxBins: 10).ToHtml();
        Assert.Contains("\"y\":[1,1,1,1,0,0,0,1,0,0,1]", html, StringComparison.Ordinal);
    }
}
