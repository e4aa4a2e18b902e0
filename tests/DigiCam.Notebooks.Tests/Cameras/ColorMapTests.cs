using DigiCam.Notebooks.Cameras;

namespace DigiCam.Notebooks.Tests.Cameras;

public sealed class ColorMapTests
{
    [Fact]
    public void Sequential_Lightness_OnlyRises()
    {
        double[] lightness = [.. ColorMap.Sequential.Colors.Select(c => ColorMap.ToOkLab(c).L)];
        // Rounding to 8 bits moves the lightness by up to 0.002.
        for (int i = 8; i < lightness.Length; i++) Assert.True(lightness[i] > lightness[i - 8]);
        Assert.True(lightness[^1] - lightness[0] > 0.6);
    }

    [Fact]
    public void Diverging_Lightness_PeaksInTheMiddle()
    {
        double[] lightness = [.. ColorMap.Diverging.Colors.Select(c => ColorMap.ToOkLab(c).L)];
        for (int i = 8; i < 120; i++) Assert.True(lightness[i] > lightness[i - 8]);
        for (int i = 144; i < 256; i++) Assert.True(lightness[i] < lightness[i - 8]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Colors_AreEquallyFarApart(bool sequential)
    {
        (double L, double A, double B)[] colors = [.. (sequential ? ColorMap.Sequential : ColorMap.Diverging).Colors.Select(ColorMap.ToOkLab)];
        double[] steps = [.. Enumerable.Range(0, 31).Select(i => Distance(colors[8 * i], colors[8 * (i + 1)]))];
        Assert.InRange(steps.Max() / steps.Min(), 1, 1.25);

        static double Distance((double L, double A, double B) a, (double L, double A, double B) b) =>
            Math.Sqrt(Math.Pow(a.L - b.L, 2) + Math.Pow(a.A - b.A, 2) + Math.Pow(a.B - b.B, 2));
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(1.0, 255)]
    [InlineData(0.5, 128)]
    [InlineData(-3.0, 0)]
    [InlineData(9.0, 255)]
    public void IndexOf_AnyValue_IsAColor(double value, int expected) => Assert.Equal(expected, ColorMap.IndexOf(value, 0, 1));
}
