using System.Text.RegularExpressions;
using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Tests.Samples;

namespace DigiCam.Notebooks.Tests.Cameras;

public sealed partial class CameraDisplayTests
{
    private const int LargestOutput = 600_000;
    private static readonly CameraDisplay Display = SampleCamera.Create();
    private static readonly string Markup = Display.ToHtml();

    [Fact]
    public void ToHtml_Pixels_AreHexagonsOfTheGeometry()
    {
        MatchCollection polygons = Polygon().Matches(Pixels());
        Assert.Equal(CameraGeometry.PixelCount, polygons.Count);
        foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
        {
            (double X, double Y)[] corners = [.. polygons[pixel.Id].Groups[1].Value.Split(' ').Select(p => p.Split(',')).Select(p => (Number(p[0]) * 12.15, Number(p[1]) * CameraGeometry.PitchMm * Math.Sqrt(3) / 6))];
            Assert.Equal(6, corners.Length);
            Assert.All(corners, c => Assert.Equal(CameraGeometry.HexagonRadiusMm, Math.Sqrt(Math.Pow(c.X - pixel.X, 2) + Math.Pow(c.Y + pixel.Y, 2)), 0.001));
        }
    }

    [Fact]
    public void ToHtml_PixelsWithoutValue_AreGrey()
    {
        Assert.Equal(2, NoValue().Count(Pixels()));
        Assert.Contains("not measured 2", Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_ValuesBeyondTheRange_AreMarkedAndCounted()
    {
        string marks = Marks().Match(Markup).Groups[1].Value;
        Assert.Equal(3, marks.Split("<path").Length - 1);
        Assert.Contains(">3 above</text>", Markup, StringComparison.Ordinal);
        Assert.Contains("above the range 3", Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_FlaggedPixels_AreHatched()
    {
        Assert.Equal(Display.Flags!.Flagged.Count, Polygon().Count(Over().Match(Markup).Value));
        Assert.Contains("<b>NOISE_OUTLIER</b> 3", Markup, StringComparison.Ordinal);
        Assert.Contains("flagged 6 of 1296", Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_WithHistograms_IsSmall()
    {
        Assert.InRange(Markup.Length, 200_000, LargestOutput);
        Assert.InRange(SampleCamera.CreateEvent().ToHtml().Length, 200_000, LargestOutput);
    }

    [Fact]
    public void ToHtml_HistogramsWithFarSamples_IsSmallToo()
    {
        PixelPanel[] panels = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(_ =>
        {
            long[] counts = new long[3000];
            (counts[10], counts[11], counts[12], counts[2990]) = (200, 500, 200, 1);
            return new PixelSpectrum(0, 1, counts);
        })];
        Assert.InRange(new CameraDisplay("far", [Display.Quantities[0]]) { Panels = panels }.ToHtml().Length, 1, 600_000);
    }

    [Fact]
    public void ToHtml_HostileText_IsEscaped()
    {
        CameraQuantity quantity = new("<b>&\"", "</script><script>x", "<i>", new double[CameraGeometry.PixelCount]);
        string html = new CameraDisplay("</script><img src=x>", [quantity]) { Subtitle = "<u>" }.ToHtml();
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>x", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<u>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_TellsTheMainNumbers()
    {
        string text = Display.ToString();
        Assert.StartsWith("HV off: baseline and electronic noise (toy run", text, StringComparison.Ordinal);
        Assert.Contains("electronic noise σₑ [LSB]: 1294 pixels, median 0.93", text, StringComparison.Ordinal);
        Assert.Contains("0 below, 3 above, 2 not measured", text, StringComparison.Ordinal);
        Assert.Contains("6 of 1296 pixels flagged (FIT_FAILED 2", text, StringComparison.Ordinal);
        Assert.Contains("pixel 77: histogram of", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ToHtml_ConstantValues_IsDrawn(double value)
    {
        string html = new CameraDisplay("constant", [new CameraQuantity("x", "", "", [.. Enumerable.Repeat(value, CameraGeometry.PixelCount)])]).ToHtml();
        Assert.DoesNotContain("NaN", html[..html.IndexOf("<script", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Equal(1296, Polygon().Count(Pixels(html)));
    }

    [Fact]
    public void Constructor_WrongLengths_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new CameraQuantity("x", "", "", [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new PixelFlagSet([0], []));
        Assert.Throws<ArgumentException>(() => new CameraDisplay("x", []));
        Assert.Throws<InvalidOperationException>(() => new CameraDisplay("x", [Display.Quantities[0]]) { Panels = [null] }.ToHtml());
        // Before it is drawn, so that the cell of a notebook fails.
        Assert.Throws<ArgumentOutOfRangeException>(() => new CameraDisplay("x", [Display.Quantities[0]]) { Selected = 1296 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CameraDisplay("x", [Display.Quantities[0]]) { Selected = -1 });
    }

    private static string Pixels(string? html = null) => PixelGroup().Match(html ?? Markup).Groups[1].Value;

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("<g class=\"k-pixels\"[^>]*>(.*?)</g>", RegexOptions.Singleline)]
    private static partial Regex PixelGroup();

    [GeneratedRegex("<polygon points=\"([^\"]+)\"")]
    private static partial Regex Polygon();

    [GeneratedRegex("<g class=\"k-over\".*?</g>", RegexOptions.Singleline)]
    private static partial Regex Over();

    [GeneratedRegex("class=\"k-none\"")]
    private static partial Regex NoValue();

    [GeneratedRegex("<g class=\"k-marks\">(.*?)</g>", RegexOptions.Singleline)]
    private static partial Regex Marks();
}
