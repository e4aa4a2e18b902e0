using System.Text.Json;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Tests.Samples;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>A light scan as a reader uses it: slider, keys, spectra of all levels, curve.</summary>
[Collection(ChromiumFixture.Name)]
[Trait("Culture", "any")]
public sealed class CameraLevelsBrowserTests(ChromiumFixture browser)
{
    private static readonly CameraDisplay Display = SampleScan.Create(16);
    private static readonly string Markup = Display.ToHtml();

    [Fact]
    public async Task Unpacked_Spectra_AreThoseOfTheScan()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Markup));
        foreach (int pixel in new[] { 0, 47, 700, 1295 })
        {
            PixelLevels levels = (PixelLevels)Display.Panels![pixel]!;
            string json = await opened.Page.EvaluateAsync<string>("i => JSON.stringify(document.querySelector('.dc-output').digicam.panels(i))", pixel);
            using JsonDocument document = JsonDocument.Parse(json);
            for (int l = 0; l < levels.Spectra.Count; l++)
            {
                JsonElement decoded = document.RootElement[l];
                if (levels.Spectra[l] is not { } spectrum)
                {
                    Assert.Equal(JsonValueKind.Null, decoded.ValueKind);
                    continue;
                }

                DrawnSpectrum drawn = levels.Drawn(spectrum);
                Assert.Equal(drawn.FirstCentre, decoded.GetProperty("f").GetDouble());
                Assert.Equal(drawn.Width, decoded.GetProperty("w").GetDouble());
                Assert.Equal(drawn.Counts.Length, decoded.GetProperty("n").GetArrayLength());
                for (int i = 0; i < drawn.Counts.Length; i++)
                {
                    long n = drawn.Counts[i];
                    Assert.Equal(n, decoded.GetProperty("n")[i].GetDouble(), n <= 16 ? 0 : (Math.Sqrt(n) / 8) + 0.01);
                    JsonElement m = decoded.GetProperty("m")[i];
                    double expected = drawn.Expected![i];
                    if (double.IsNaN(expected)) Assert.Equal(JsonValueKind.Null, m.ValueKind);
                    else if (expected >= 1) Assert.Equal(expected, m.GetDouble(), (Math.Sqrt(expected) / 8) + 0.01);
                    else if (expected >= 1e-3 || n > 0) Assert.InRange(m.GetDouble() / expected, 0.88, 1.14);
                    else Assert.InRange(m.GetDouble(), 0, 1.2e-3);
                }
            }
        }

        opened.AssertQuiet();
    }

    [Fact]
    public async Task Unpacked_Values_AreThoseOfTheScan()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Markup));
        double?[] values = await opened.Page.EvaluateAsync<double?[]>("() => { var d = document.querySelector('.dc-output').digicam; return d.shown(d.data.quantities[0]).values; }");
        string[] texts = await opened.Page.EvaluateAsync<string[]>("() => { var d = document.querySelector('.dc-output').digicam; return d.shown(d.data.quantities[0]).texts; }");
        double[] errors = await opened.Page.EvaluateAsync<double[]>("() => Array.from(document.querySelector('.dc-output').digicam.data.quantities[0].errors, e => isNaN(e) ? -1 : e)");
        CameraQuantity level = Display.Quantities[0].At(Display.Level);
        for (int i = 0; i < values.Length; i++)
        {
            if (i == 300) Assert.Null(values[i]);
            else Assert.Equal(level.Values[i], values[i]!.Value, 1e-6 * Math.Abs(level.Values[i]));
            Assert.Equal(level.TextOf(i), texts[i]);
            double error = errors[(Display.Level * values.Length) + i];
            if (i != 300) Assert.InRange(error / level.Errors![i], 0.992, 1);
        }

        opened.AssertQuiet();
    }

    [Fact]
    public async Task Still_IsWhatTheScriptDraws()
    {
        await using BrowserPage still = await browser.OpenAsync(BrowserPage.VsCode(false, Markup), new BrowserNewContextOptions { JavaScriptEnabled = false });
        await using BrowserPage live = await browser.OpenAsync(BrowserPage.VsCode(false, Markup));
        await Assertions.Expect(still.Page.Locator(".k-controls")).ToBeHiddenAsync();
        await Assertions.Expect(still.Page.Locator(".k-plot svg").First).ToBeVisibleAsync();
        foreach (string part in new[] { ".k-bar", ".k-corner", ".k-marks", ".k-range", ".k-pixel", ".k-params", ".k-fit" })
        {
            Assert.Equal(await Text(still, part), await Text(live, part));
        }

        Assert.Equal(await Fills(still), await Fills(live));
        still.AssertQuiet();
        live.AssertQuiet();

        static async Task<string> Text(BrowserPage page, string part) => string.Join('|', await page.Page.Locator(part + " text, " + part + " td, " + part + " th, " + part + " span").AllTextContentsAsync());
        static Task<string[]> Fills(BrowserPage page) => page.Page.Locator(".k-pixels polygon").EvaluateAllAsync<string[]>("all => all.map(p => p.getAttribute('fill') || 'none')");
    }

    [Fact]
    public async Task SliderAndKeys_StepTheLevelAndStayInTheOutput()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Markup));
        IPage page = opened.Page;
        await page.EvaluateAsync("window.escaped = []; document.body.addEventListener('keydown', e => window.escaped.push(e.key))");
        ILocator name = page.Locator(".k-level output");
        ILocator slider = page.Locator(".k-level input");
        await page.Locator(".k-pixels polygon").Nth(700).ClickAsync();
        foreach ((string key, string level) in new[] { ("]", "AC 160"), ("+", "AC 170"), ("-", "AC 160"), ("[", "AC 150"), ("ArrowRight", "AC 150"), ("ArrowLeft", "AC 150") })
        {
            await page.Keyboard.PressAsync(key);
            await Assertions.Expect(name).ToHaveTextAsync(level);
            await Assertions.Expect(page.Locator(".k-corner .k-bar-title")).ToHaveTextAsync("light, " + level);
            await Assertions.Expect(page.Locator(".k-pixel span")).ToContainTextAsync(level);
            await Assertions.Expect(slider).ToHaveAttributeAsync("aria-valuetext", level);
        }

        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 700");
        await slider.FocusAsync();
        foreach ((string key, string level) in new[] { ("ArrowRight", "AC 160"), ("Home", "AC 100"), ("ArrowLeft", "AC 100"), ("ArrowUp", "AC 110"), ("ArrowUp", "AC 120") })
        {
            await page.Keyboard.PressAsync(key);
            await Assertions.Expect(name).ToHaveTextAsync(level);
        }

        // Two levels above the first there is no histogram, and the shared parameters stay.
        await Assertions.Expect(page.Locator(".k-side")).ToContainTextAsync("no histogram at this level");
        await Assertions.Expect(page.Locator(".k-side")).ToContainTextAsync("noise of a photo-electron");
        await page.Keyboard.PressAsync("End");
        await Assertions.Expect(name).ToHaveTextAsync("AC 250");
        await page.Locator("[data-step='1']").ClickAsync();
        await Assertions.Expect(name).ToHaveTextAsync("AC 250");
        await page.Locator("[data-step='-1']").ClickAsync();
        await Assertions.Expect(name).ToHaveTextAsync("AC 240");
        Assert.Empty(await page.EvaluateAsync<string[]>("window.escaped"));
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Level_Chosen_IsDrawnInCameraSpectrumAndCurve()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Markup));
        IPage page = opened.Page;
        await Assertions.Expect(page.Locator(".k-ridge:not(.k-chosen)")).ToHaveCountAsync(14);
        await Assertions.Expect(page.Locator("circle.k-point")).ToHaveCountAsync(16);
        await Assertions.Expect(page.Locator("circle.k-point.k-chosen")).ToHaveAttributeAsync("data-level", "5");
        (string camera, string spectrum, string text) = await Look();
        await page.Locator("circle.k-point[data-level='12']").ClickAsync();
        await Assertions.Expect(page.Locator(".k-level output")).ToHaveTextAsync("AC 220");
        (string camera2, string spectrum2, string text2) = await Look();
        Assert.NotEqual(camera, camera2);
        Assert.NotEqual(spectrum, spectrum2);
        Assert.NotEqual(text, text2);
        Assert.Contains(PanelSvg.ValueText(((PixelLevels)Display.Panels![700]!).Spectra[12]!.Parameters[0]), text2, StringComparison.Ordinal);
        Assert.Contains(Display.Quantities[0].At(12).TextOf(700), text2, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator(".k-ridge.k-chosen")).ToHaveAttributeAsync("data-level", "12");

        // A level with one range for all has the colours of that range; a quantity without levels has no such choice.
        ILocator same = page.Locator("[data-same]");
        await Assertions.Expect(same).ToHaveAttributeAsync("aria-pressed", "false");
        await same.ClickAsync();
        await Assertions.Expect(same).ToHaveAttributeAsync("aria-pressed", "true");
        (double low, double high) = Display.Quantities[0].Range();
        double value = Display.Quantities[0].LevelValues![12][700];
        Assert.Equal("#" + ColorMap.Sequential.Colors[ColorMap.IndexOf(value, low, high)], await page.Locator(".k-pixels polygon").Nth(700).GetAttributeAsync("fill"));
        await page.Locator("[data-quantity='1']").ClickAsync();
        await Assertions.Expect(same).ToBeHiddenAsync();
        string gain = (await Look()).Camera;
        await page.Locator("[data-step='1']").ClickAsync();
        Assert.Equal(gain, (await Look()).Camera);
        await Assertions.Expect(page.Locator(".k-corner .k-bar-title")).ToHaveTextAsync("gain");

        // A pixel without histograms still has its header; a value that a logarithmic axis cannot show is marked.
        await page.Locator(".k-pixels polygon").Nth(300).ClickAsync();
        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 300");
        await Assertions.Expect(page.Locator(".k-ridge")).ToHaveCountAsync(0);
        await page.Locator(".k-pixels polygon").Nth(12).ClickAsync();
        await Assertions.Expect(page.Locator("path.k-point[data-level='0']")).ToHaveCountAsync(1);
        opened.AssertQuiet();

        async Task<(string Camera, string Spectrum, string Text)> Look() =>
            (await page.Locator(".k-pixels").InnerHTMLAsync(), await page.Locator(".k-fill").First.GetAttributeAsync("d") ?? "", await page.Locator(".k-side").InnerTextAsync());
    }

    [Fact]
    public async Task Scan_OpenedAsAFile_Works()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("scan.html");
        await File.WriteAllTextAsync(path, BrowserPage.VsCode(false, Markup), TestContext.Current.CancellationToken);
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.Document(""));
        IPage page = await opened.Page.Context.Browser!.NewPageAsync();
        await page.GotoAsync(new Uri(path).AbsoluteUri);
        await page.Locator(".k-level input").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Assertions.Expect(page.Locator(".k-corner .k-bar-title")).ToHaveTextAsync("light, AC 250");
        await page.CloseAsync();
    }

    [Fact]
    public async Task ManyLevels_MostPixelsShowTheNearestHistogramThatIsKept()
    {
        // Of 81 levels every fourth is kept, counted from the first one shown, 27; pixel 700 was selected at first and 900 is flagged.
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, SampleScan.Create(81, 8).ToHtml()));
        IPage page = opened.Page;
        await Assertions.Expect(page.Locator(".k-ridge")).ToHaveCountAsync(80);
        await page.Locator(".k-pixels polygon").Nth(12).ClickAsync();
        await Assertions.Expect(page.Locator(".k-ridge")).ToHaveCountAsync(20);
        await Assertions.Expect(page.Locator(".k-point")).ToHaveCountAsync(81);
        foreach ((string key, string note) in new[] { ("+", "Histogram of AC 370"), ("+", "Histogram of AC 370"), ("+", "Histogram of AC 410"), ("+", "") })
        {
            await page.Keyboard.PressAsync(key);
            if (note.Length > 0) await Assertions.Expect(page.Locator(".k-side")).ToContainTextAsync(note);
            else await Assertions.Expect(page.Locator(".k-side")).Not.ToContainTextAsync("Histogram of");
        }

        await page.Keyboard.PressAsync("-");
        await Assertions.Expect(page.Locator(".k-side")).ToContainTextAsync("Histogram of AC 410");
        await page.Locator("[data-jump='1']").ClickAsync();
        await page.Locator("[data-jump='1']").ClickAsync();
        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 900");
        await Assertions.Expect(page.Locator(".k-ridge")).ToHaveCountAsync(80);
        await Assertions.Expect(page.Locator(".k-side")).Not.ToContainTextAsync("Histogram of");
        opened.AssertQuiet();
    }

    [Theory]
    [InlineData("light", 1280, 16)]
    [InlineData("dark", 1280, 16)]
    [InlineData("light", 700, 16)]
    [InlineData("dark", 700, 16)]
    [InlineData("light", 1280, 81)]
    public async Task Scan_InEveryTheme_IsDrawn(string theme, int width, int levels)
    {
        string markup = levels == 16 ? Markup : SampleScan.Create(levels, 8).ToHtml();
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(theme == "dark", markup), new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        await Assertions.Expect(opened.Page.Locator("circle.k-point")).ToHaveCountAsync(levels);
        await opened.ScreenshotAsync(FormattableString.Invariant($"scan-{levels}-{theme}-{width}"));
        Assert.True(await opened.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"));
        opened.AssertQuiet();
    }
}
