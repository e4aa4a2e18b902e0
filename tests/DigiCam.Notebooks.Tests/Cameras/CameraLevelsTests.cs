using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Tests.Samples;

namespace DigiCam.Notebooks.Tests.Cameras;

public sealed class CameraLevelsTests
{
    private static readonly CameraDisplay Display = SampleScan.Create(16);
    private static readonly CameraQuantity Light = Display.Quantities[0];

    [Theory]
    [InlineData(16, 4_000_000)]
    [InlineData(81, 6_000_000)]
    public void ToHtml_Scan_IsSmall(int levels, int largest)
    {
        int length = SampleScan.Create(levels, 24).ToHtml().Length;
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{levels} levels: {length} characters"));
        Assert.InRange(length, 500_000, largest);
    }

    [Fact]
    public void ToHtml_WithoutScript_ShowsTheFirstLevelAndItsName()
    {
        string html = Display.ToHtml();
        string still = html[..html.IndexOf("<script", StringComparison.Ordinal)];
        Assert.Contains(">light, AC 150</text>", still, StringComparison.Ordinal);
        Assert.Contains(" · AC 150</span></div>", still, StringComparison.Ordinal);
        Assert.Contains("aria-valuetext=\"AC 150\"", still, StringComparison.Ordinal);
        Assert.Contains("k-curve", still, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">light of the fit</th>", still, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">noise of a photo-electron</th>", still, StringComparison.Ordinal);
        Assert.DoesNotContain("AC 160", still, StringComparison.Ordinal);

        // The level of the scan's first third has no histogram at index 2.
        Assert.Contains("no histogram at this level", new CameraDisplay("x", [Light]) { Levels = Display.Levels, Level = 2, Panels = Display.Panels }.ToHtml()[..300_000], StringComparison.Ordinal);
    }

    [Fact]
    public void Range_LightOverDecades_HoldsEveryLevelOrOnlyIts()
    {
        (double low, double high) = Light.Range();
        Assert.InRange(low, -0.1, 0.1);
        Assert.InRange(high, 90, 130);
        Assert.InRange(Light.At(0).Range().High, 0.08, 0.2);
        Assert.Equal(Light.At(3).Range(), (new CameraRange(Light, 3).Low, new CameraRange(Light, 3).High));
        CameraQuantity same = new("light", "µ", "p.e.", Light.LevelValues!);
        Assert.Equal((low, high), (new CameraRange(same, 3).Low, new CameraRange(same, 3).High));
        Assert.Same(Display.Quantities[1], Display.Quantities[1].At(5));
    }

    [Fact]
    public void ToString_TellsTheLevelAndItsNumbers()
    {
        string text = Display.ToString();
        Assert.Contains("\n  AC 150, level 6 of 16\n  light µ [p.e.]: 1295 pixels, median ", text, StringComparison.Ordinal);
        Assert.Contains("pixel 700: histograms at 15 of 16 levels; G = ", text, StringComparison.Ordinal);
        Assert.Contains("pixel 700, AC 150: histogram of ", text, StringComparison.Ordinal);
        Assert.StartsWith("light µ [p.e.]: 16 levels, median 0.0", Light.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_FarEntries_AreLeftOutAndCounted()
    {
        long[] counts = new long[3000];
        for (int i = 10; i < 60; i++) counts[i] = 100;
        (counts[1500], counts[2990]) = (1, 2);
        PixelLevels levels = new([new PixelSpectrum(0, 1, counts)]);
        DrawnSpectrum drawn = levels.Drawn(levels.Spectra[0]!);
        Assert.Equal((1, 9, 52, 0L, 3L), (drawn.Group, drawn.FirstCentre, drawn.Counts.Length, drawn.Below, drawn.Above));
        Assert.Contains("3 above the axis", PanelSvg.Summary(levels.Spectra[0]!, drawn).Entries, StringComparison.Ordinal);

        // Not where they are more than one in a thousand.
        counts[2990] = 60;
        Assert.Equal(0, new PixelLevels([new PixelSpectrum(0, 1, counts)]).Drawn(new PixelSpectrum(0, 1, counts)).Above);
    }

    [Fact]
    public void Levels_ThatDoNotMatch_AreRefused()
    {
        double[] values = new double[CameraGeometry.PixelCount];
        double[][] two = [values, values];
        Assert.Throws<ArgumentException>(() => new CameraQuantity("x", "", "", [values, [1, 2]]));
        Assert.Throws<ArgumentException>(() => new CameraQuantity("x", "", "", Array.Empty<double[]>()));
        Assert.Throws<ArgumentException>(() => new CameraQuantity("x", "", "", two) { LevelErrors = [values] });
        Assert.Throws<ArgumentException>(() => new PixelLevels([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CameraQuantity("x", "", "", two).At(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CameraDisplay("x", [Light]) { Levels = ["a", "b"], Level = 2 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CameraDisplay("x", [Light]) { Level = 2, Levels = ["a", "b"] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CameraDisplay("x", [Light]) { Level = -1 });
        Assert.Throws<InvalidOperationException>(() => new CameraDisplay("x", [Light]) { Levels = ["a", "b"] }.ToHtml());
        Assert.Throws<InvalidOperationException>(() => new CameraDisplay("x", [Display.Quantities[1]]) { Levels = ["a", "b"], LevelSettings = [1] }.ToHtml());
        Assert.Throws<InvalidOperationException>(() => new CameraDisplay("x", [Display.Quantities[1]]) { Levels = ["a", "b"], Panels = Display.Panels }.ToHtml());
        Assert.Contains("level 2", new CameraQuantity("x", "", "", two).ToHtml(), StringComparison.Ordinal);
    }
}
