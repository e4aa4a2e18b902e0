using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tests.Samples;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>Two displays and a chart on one page, as a reader uses them.</summary>
[Collection(ChromiumFixture.Name)]
[Trait("Culture", "any")]
public sealed class CameraBrowserTests(ChromiumFixture browser)
{
    private static readonly string First = SampleCamera.Create().ToHtml();
    private static readonly string Second = SampleCamera.CreateEvent().ToHtml();
    private static readonly string Distribution = Charts.Distribution(SampleCamera.Create().Quantities[0]).ToHtml();

    [Fact]
    public async Task Page_TwoDisplays_WorkIndependently()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, First, Second, Distribution));
        IPage page = opened.Page;
        ILocator one = page.Locator(".dc-output").Nth(0);
        ILocator two = page.Locator(".dc-output").Nth(1);
        Assert.Equal(1296, await one.Locator(".k-pixels polygon").CountAsync());
        Assert.Equal(1296, await two.Locator(".k-pixels polygon").CountAsync());

        string before = await two.Locator(".k-side").InnerHTMLAsync();
        await one.Locator(".k-pixels polygon").Nth(700).ClickAsync();
        await Assertions.Expect(one.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 700");
        await Assertions.Expect(one.Locator(".k-pixel span")).ToHaveTextAsync("module 6 · sector 1 · patch 229 · x 97.2 mm · y 28.1 mm");
        Assert.Equal(before, await two.Locator(".k-side").InnerHTMLAsync());
        await two.Locator(".k-pixels polygon").Nth(500).ClickAsync();
        await Assertions.Expect(two.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 500");
        await Assertions.Expect(one.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 700");
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Keys_MoveToNeighboursAndStayInTheOutput()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, First));
        IPage page = opened.Page;
        await page.EvaluateAsync("window.escaped = []; document.body.addEventListener('keydown', e => window.escaped.push(e.key))");
        await page.Locator(".k-pixels polygon").Nth(700).ClickAsync();
        foreach ((string key, int pixel) in new[]
        {
            ("ArrowRight", 701), ("ArrowLeft", 700), ("ArrowUp", 736), ("ArrowUp", 772), ("ArrowDown", 736), ("ArrowDown", 700),
            ("Home", 0), ("ArrowLeft", 0), ("ArrowDown", 0), ("End", 1295), ("PageUp", 1100), ("PageDown", 77),
        })
        {
            await page.Keyboard.PressAsync(key);
            await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync(FormattableString.Invariant($"Pixel {pixel}"));
        }

        await Assertions.Expect(page.Locator(".k-where")).ToHaveTextAsync("flagged 1 of 6");
        Assert.Empty(await page.EvaluateAsync<string[]>("window.escaped"));
        await page.Keyboard.PressAsync("a");
        Assert.Equal(["a"], await page.EvaluateAsync<string[]>("window.escaped"));
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Panel_DrawnByScript_IsTheOneWrittenInTheHtml()
    {
        await using BrowserPage still = await browser.OpenAsync(BrowserPage.VsCode(false, First, Second), new BrowserNewContextOptions { JavaScriptEnabled = false });
        await using BrowserPage live = await browser.OpenAsync(BrowserPage.VsCode(false, First, Second));
        for (int i = 0; i < 2; i++)
        {
            // There and back again: at first the page shows what is written in it.
            ILocator output = live.Page.Locator(".dc-output").Nth(i);
            await output.Locator("[data-choice='range']").SelectOptionAsync("90");
            await output.Locator("[data-choice='range']").SelectOptionAsync("auto");
            await output.Locator(".k-pixels polygon").Nth(200).ClickAsync();
            await output.Locator(".k-pixels polygon").Nth(i == 0 ? 77 : 640).ClickAsync();
            foreach (string part in new[] { ".k-side", ".k-bar", ".k-corner", ".k-marks", ".k-range" })
            {
                string expected = await Text(still, i, part);
                Assert.NotEmpty(part == ".k-marks" || part == ".k-range" ? "x" : expected);
                Assert.Equal(expected, await Text(live, i, part));
            }

            foreach (string path in new[] { ".k-fill", ".k-errors", ".k-curve", ".k-pull", ".k-line" })
            {
                double[] expected = await Paths(still, i, path);
                double[] actual = await Paths(live, i, path);
                Assert.Equal(expected.Length, actual.Length);

                // Tenths of a pixel where counts are drawn. Expected entries in the page are right to a thirty-second of their Poisson error: a pull of one is ten pixels long, a factor of e sixteen.
                Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, path is ".k-pull" or ".k-curve" ? 16.0 / 32 : 0.1));
            }

            Assert.Equal(await Colors(still, i), await Colors(live, i));
        }

        static async Task<string> Text(BrowserPage page, int i, string part) =>
            string.Join('|', await page.Page.Locator(".dc-output").Nth(i).Locator(part + " text, " + part + " td, " + part + " th, " + part + " span").AllTextContentsAsync());

        static async Task<double[]> Paths(BrowserPage page, int i, string path)
        {
            List<string> found = [];
            foreach (ILocator element in await page.Page.Locator(".dc-output").Nth(i).Locator(path).AllAsync()) found.Add(await element.GetAttributeAsync("d") ?? "");
            return [.. found.SelectMany(d => Regex.Matches(d, "-?[0-9.]+").Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture)))];
        }

        static async Task<IReadOnlyList<string>> Colors(BrowserPage page, int i)
        {
            string html = await page.Page.Locator(".dc-output").Nth(i).Locator(".k-pixels").InnerHTMLAsync();
            return [.. Regex.Matches(html, "fill=\"([^\"]+)\"").Select(m => m.Groups[1].Value)];
        }
    }

    [Fact]
    public async Task Unpacked_HistogramsAndValues_AreExact()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, First, Second));
        JsonElement spectra = await Panels(0);
        CameraDisplay display = SampleCamera.Create();
        for (int i = 0; i < 1296; i++)
        {
            if (display.Panels![i] is not PixelSpectrum spectrum)
            {
                Assert.Equal(JsonValueKind.Null, spectra[i].ValueKind);
                continue;
            }

            DrawnSpectrum drawn = spectrum.Drawn();
            Assert.Equal(drawn.Counts, spectra[i].GetProperty("n").EnumerateArray().Select(n => n.GetInt64()));
            Assert.Equal(drawn.FirstCentre, spectra[i].GetProperty("f").GetDouble());
            for (int k = 0; k < drawn.Counts.Length && drawn.Expected is { } expected; k++)
            {
                double decoded = spectra[i].GetProperty("m")[k].GetDouble();
                if (expected[k] >= 1) Assert.Equal(expected[k], decoded, (Math.Sqrt(expected[k]) / 32) + 0.001);
            }
        }

        JsonElement waveforms = await Panels(1);
        CameraDisplay shower = SampleCamera.CreateEvent();
        for (int i = 0; i < 1296; i++) Assert.Equal(((PixelWaveform)shower.Panels![i]!).Samples, waveforms[i].GetProperty("n").EnumerateArray().Select(n => n.GetInt16()));

        string[] texts = await opened.Page.EvaluateAsync<string[]>("() => { var d = document.querySelector('.dc-output').digicam; return d.shown(d.data.quantities[1]).texts; }");
        double?[] values = await opened.Page.EvaluateAsync<double?[]>("() => { var d = document.querySelector('.dc-output').digicam; return d.shown(d.data.quantities[1]).values; }");
        for (int i = 0; i < 1296; i++)
        {
            Assert.Equal(display.Quantities[1].TextOf(i), texts[i]);
            if (double.IsNaN(display.Quantities[1].Values[i])) Assert.Null(values[i]);
            else Assert.Equal(display.Quantities[1].Values[i], values[i]!.Value, 1e-6 * Math.Abs(display.Quantities[1].Values[i]));
        }

        opened.AssertQuiet();

        async Task<JsonElement> Panels(int output) => JsonDocument.Parse(await opened.Page.EvaluateAsync<string>("i => JSON.stringify(document.querySelectorAll('.dc-output')[i].digicam.panels(0))", output)).RootElement;
    }

    [Fact]
    public async Task Colours_OtherRangeAndDecades_MarkWhatIsBeyond()
    {
        double[] values = [.. Enumerable.Range(0, 1296).Select(i => Math.Pow(10, (i / 323.75) - 1))];
        values[5] = -1;
        values[6] = double.NaN;
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, new CameraDisplay("decades", [new CameraQuantity("rate", "R", "Hz", values) { Low = 0, High = 10 }]).ToHtml()));
        IPage page = opened.Page;
        ILocator range = page.Locator("[data-choice='range']");
        ILocator pixels = page.Locator(".k-pixels polygon");
        await Assertions.Expect(page.Locator(".k-range")).ToContainTextAsync("below the range 1");
        string first = "#" + ColorMap.Sequential.Colors[0];
        Assert.Equal(first, await pixels.Nth(5).GetAttributeAsync("fill"));

        // Four decades: a factor of a hundred lies in the middle of the colours; what is not above zero is below.
        await range.SelectOptionAsync("100");
        await Assertions.Expect(page.Locator(".k-range")).ToHaveTextAsync("not measured 1");
        await page.Locator("[data-decades]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-decades]")).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal("#" + ColorMap.Sequential.Colors[(int)Math.Round(255 * (0.5 + (0.5 / 1295)))], await pixels.Nth(648).GetAttributeAsync("fill"));
        await Assertions.Expect(page.Locator(".k-range")).ToHaveTextAsync("not measured 1▼below the range 1");
        Assert.Equal(["1 below", "10⁻¹", "1", "10", "10²", "10³"], await page.Locator(".k-bar text:not(.k-bar-title)").AllTextContentsAsync());

        // Of 1295 values the middle 90 % leaves 65 on either side.
        await range.SelectOptionAsync("90");
        await Assertions.Expect(page.Locator(".k-range")).ToContainTextAsync("above the range 65");
        await Assertions.Expect(page.Locator(".k-range")).ToContainTextAsync("below the range 65");
        Assert.Equal(130, await page.Locator(".k-marks path").CountAsync());
        await pixels.Nth(1290).HoverAsync();
        await Assertions.Expect(page.Locator(".k-tip")).ToContainTextAsync("above the range");
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Outlines_RunBetweenGroupsAndNowhereElse()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Second));
        IPage page = opened.Page;
        Dictionary<(int, int), Pixel> places = CameraGeometry.DigiCam.Pixels.ToDictionary(p => (p.Column, p.Row));
        foreach ((string group, int names, Func<Pixel, int> of) in new (string, int, Func<Pixel, int>)[] { ("module", 108, p => p.Module), ("patch", 0, p => p.Patch), ("sector", 3, p => p.Sector) })
        {
            await page.Locator("[data-choice='outline']").SelectOptionAsync(group);
            string path = await page.Locator(".k-outline path").First.GetAttributeAsync("d") ?? "";
            Assert.Equal(names, await page.Locator(".k-outline text").CountAsync());

            // A side belongs to two neighbours of different groups, or to one pixel at the rim.
            int sides = 0;
            foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels)
            {
                foreach ((int column, int row) in new[] { (1, 1), (2, 0), (1, -1), (-1, -1), (-2, 0), (-1, 1) })
                {
                    if (!places.TryGetValue((pixel.Column + column, pixel.Row + row), out Pixel? other)) sides += 2;
                    else if (of(other) != of(pixel)) sides++;
                }
            }

            string[] lines = [.. Regex.Matches(path, "M([^M]+)").Select(m => m.Groups[1].Value)];
            Assert.Equal(sides / 2, lines.Length);
            Assert.Equal(lines.Length, lines.Distinct().Count());
        }

        await page.Locator("[data-choice='outline']").SelectOptionAsync("");
        await Assertions.Expect(page.Locator(".k-outline path")).ToHaveCountAsync(0);
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Beside_SecondQuantity_FollowsTheFirstAndGoesAway()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(true, First));
        IPage page = opened.Page;
        await page.Locator("[data-choice='beside']").SelectOptionAsync("1");
        await Assertions.Expect(page.Locator(".k-camera")).ToHaveCountAsync(2);
        ILocator two = page.Locator(".k-cam").Nth(1);
        await Assertions.Expect(two.Locator(".k-bar .k-bar-title")).ToHaveTextAsync("B [LSB]");
        await Assertions.Expect(page.Locator(".k-cam").Nth(0).Locator(".k-bar .k-bar-title")).ToHaveTextAsync("σₑ [LSB]");
        await two.Locator(".k-pixels polygon").Nth(700).ClickAsync();
        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 700");
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 701");
        string[] selected = await page.Locator(".k-selected").EvaluateAllAsync<string[]>("all => all.map(p => p.getAttribute('points'))");
        Assert.Equal(selected[0], selected[1]);
        await Assertions.Expect(page.Locator(".k-say")).ToContainTextAsync("baseline");
        await page.Locator("[data-choice='beside']").SelectOptionAsync("2");
        await Assertions.Expect(two.Locator(".k-bar .k-bar-title")).ToHaveTextAsync("χ²/ndf");
        Assert.Equal(1, await page.Locator("linearGradient").CountAsync());
        await page.Locator("[data-choice='beside']").SelectOptionAsync("-1");
        await Assertions.Expect(page.Locator(".k-camera")).ToHaveCountAsync(1);
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Lists_OutliersAndTable_FollowTheQuantity()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, First));
        IPage page = opened.Page;
        ILocator outliers = page.Locator("[data-list='outliers']");
        await outliers.Locator("summary").ClickAsync();
        await Assertions.Expect(outliers.Locator("tbody tr")).ToHaveCountAsync(12);

        // Three pixels with a noise of 2.1 LSB, in a camera of 0.93.
        Assert.Equal(["77", "640", "641"], (await outliers.Locator("button").AllTextContentsAsync()).Take(3));
        await outliers.Locator("button").Nth(1).ClickAsync();
        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 640");
        await page.Locator("[data-quantity='1']").ClickAsync();
        await Assertions.Expect(outliers.Locator("button").First).ToHaveTextAsync("333");
        await Assertions.Expect(outliers.Locator("tbody tr").First.Locator("td").Nth(1)).ToHaveTextAsync(SampleCamera.Create().Quantities[1].TextOf(333));

        ILocator table = page.Locator("[data-list='table']");
        await table.Locator("summary").ClickAsync();
        await Assertions.Expect(table.Locator("tbody tr")).ToHaveCountAsync(1296);
        await Assertions.Expect(table.Locator("tbody tr").Nth(300)).ToHaveTextAsync("300" + CameraGeometry.DigiCam.Pixels[300].Module + CameraGeometry.DigiCam.Pixels[300].Patch + CameraGeometry.DigiCam.Pixels[300].Sector + "–––FIT_FAILED, DEAD");
        IDownload download = await page.RunAndWaitForDownloadAsync(() => table.Locator("a").ClickAsync());
        string[] lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal("HV-off-baseline-and-electronic-noise.csv", download.SuggestedFilename);
        Assert.Equal(1297, lines.Length);
        Assert.Equal("pixel,module,patch,sector,electronic noise [LSB],baseline [LSB],goodness of fit,flags", lines[0]);
        Assert.EndsWith(",,,,\"FIT_FAILED, DEAD\"", lines[301], StringComparison.Ordinal);
        Assert.Equal(SampleCamera.Create().Quantities[1].Values[12], double.Parse(lines[13].Split(',')[5], CultureInfo.InvariantCulture), 0.001);
        opened.AssertQuiet();
    }

    [Fact]
    public async Task ScreenReader_IsToldOneSentenceAndCanReadEveryValue()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, First));
        IPage page = opened.Page;
        ILocator camera = page.GetByRole(AriaRole.Application, new() { NameRegex = new Regex("electronic noise: camera of 1296 pixels") });
        await camera.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        ILocator said = page.GetByRole(AriaRole.Status);
        await Assertions.Expect(said).ToHaveTextAsync($"Pixel 0, module {CameraGeometry.DigiCam.Pixels[0].Module}, patch {CameraGeometry.DigiCam.Pixels[0].Patch}, sector {CameraGeometry.DigiCam.Pixels[0].Sector}. electronic noise {SampleCamera.Create().Quantities[0].TextOf(0)} LSB. No flag.");
        await page.Keyboard.PressAsync("PageDown");
        await Assertions.Expect(said).ToContainTextAsync("Flags: NOISE_OUTLIER.");
        await page.GetByRole(AriaRole.Button, new() { Name = "baseline" }).ClickAsync();
        await Assertions.Expect(said).ToContainTextAsync("baseline: median 1997");
        await Assertions.Expect(page.GetByRole(AriaRole.Application, new() { NameRegex = new Regex("baseline: camera") })).ToHaveCountAsync(1);

        // Every choice has a name.
        foreach (string name in new[] { "colours", "outlines", "beside" }) await Assertions.Expect(page.GetByRole(AriaRole.Combobox, new() { NameRegex = new Regex("^" + name) })).ToHaveCountAsync(1);
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Print_HidesControlsAndKeepsThePicture()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(true, First));
        await opened.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await Assertions.Expect(opened.Page.Locator(".k-controls")).ToBeHiddenAsync();
        foreach (ILocator list in await opened.Page.Locator(".k-lists").AllAsync()) await Assertions.Expect(list).ToBeHiddenAsync();
        await Assertions.Expect(opened.Page.Locator(".k-camera")).ToBeVisibleAsync();
        Assert.Equal("rgb(0, 0, 0)", await opened.Page.Locator(".dc-output").EvaluateAsync<string>("e => getComputedStyle(e).color"));
        Assert.Equal("rgb(196, 80, 27)", await opened.Page.Locator(".k-curve").First.EvaluateAsync<string>("e => getComputedStyle(e).stroke"));
        opened.AssertQuiet();
    }

    [Fact]
    public async Task FirstPaint_OfAHistogramDisplay_IsBelowOneSecond()
    {
        // From the start of the navigation to the frame that holds the hexagons; the best of three, for other programs share the machine.
        string html = BrowserPage.Document("", First, "<script>requestAnimationFrame(function () { setTimeout(function () { window.painted = performance.now(); }, 0); });</script>");
        List<double> times = [];
        for (int i = 0; i < 3; i++)
        {
            await using BrowserPage opened = await browser.OpenAsync(html);
            await opened.Page.WaitForFunctionAsync("window.painted");
            times.Add(await opened.Page.EvaluateAsync<double>("window.painted"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", times.Select(t => FormattableString.Invariant($"{t:F0} ms"))));
        Assert.InRange(times.Min(), 1, 1000);
    }

    [Fact]
    public async Task Chooser_OtherQuantity_RecoloursAndTellsItsRange()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(true, First));
        IPage page = opened.Page;
        string before = await page.Locator(".k-pixels polygon").Nth(10).GetAttributeAsync("fill") ?? "";
        await page.GetByRole(AriaRole.Button, new() { Name = "baseline" }).ClickAsync();
        Assert.NotEqual(before, await page.Locator(".k-pixels polygon").Nth(10).GetAttributeAsync("fill"));
        await Assertions.Expect(page.Locator(".k-bar .k-bar-title")).ToHaveTextAsync("B [LSB]");
        await Assertions.Expect(page.Locator(".k-bar")).ToContainTextAsync("1 below");
        await Assertions.Expect(page.Locator(".k-range")).ToContainTextAsync("not measured 2");
        Assert.Equal(1, await page.Locator(".k-marks path").CountAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "linear" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "logarithmic" })).ToBeFocusedAsync();
        await page.Locator("[data-bit='2']").ClickAsync();
        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 900");
        await page.Locator(".k-pixels polygon").Nth(333).HoverAsync();
        await Assertions.Expect(page.Locator(".k-tip")).ToContainTextAsync("below the range");
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Page_WithoutJavaScript_ShowsPictureAndPanel()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, First, Distribution), new BrowserNewContextOptions { JavaScriptEnabled = false });
        IPage page = opened.Page;
        Assert.Equal(1296, await page.Locator(".k-pixels polygon").CountAsync());
        await Assertions.Expect(page.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 77");
        await Assertions.Expect(page.Locator(".k-plot svg")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".k-controls")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".k-static svg")).ToBeVisibleAsync();
        await opened.ScreenshotAsync("no-javascript");
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Page_SameOutputTwiceAndScriptsRunTwice_StillWorks()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, First, First));
        IPage page = opened.Page;
        await page.EvaluateAsync("""
            for (const old of document.querySelectorAll("script:not([type])")) { const copy = document.createElement("script"); copy.textContent = old.textContent; document.body.appendChild(copy); }
            """);
        ILocator two = page.Locator(".dc-output").Nth(1);
        await two.Locator("[data-jump='1']").ClickAsync();
        await Assertions.Expect(two.Locator(".k-where")).ToHaveTextAsync("flagged 2 of 6");
        await Assertions.Expect(page.Locator(".dc-output").Nth(0).Locator(".k-where")).ToHaveTextAsync("flagged 1 of 6");
        opened.AssertQuiet();
    }

    [Theory]
    [InlineData("class=\"vscode-light\" style=\"--vscode-editor-foreground:#111111\"", ColorScheme.Dark, "rgb(17, 17, 17)")]
    [InlineData("class=\"vscode-dark\" style=\"--vscode-editor-foreground:#eeeeee\"", ColorScheme.Light, "rgb(238, 238, 238)")]
    [InlineData("data-jp-theme-light=\"false\" style=\"--jp-content-font-color1:#dddddd;--jp-layout-color0:#222222\"", ColorScheme.Light, "rgb(221, 221, 221)")]
    [InlineData("data-jp-theme-light=\"true\" style=\"--jp-content-font-color1:#333333\"", ColorScheme.Dark, "rgb(51, 51, 51)")]
    [InlineData("", ColorScheme.Light, "rgb(28, 35, 41)")]
    [InlineData("", ColorScheme.Dark, "rgb(215, 220, 224)")]
    public async Task Theme_OfThePage_IsFollowed(string body, ColorScheme scheme, string expected)
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.Document(body, SampleCharts.Tables()[0]), new BrowserNewContextOptions { ColorScheme = scheme });
        Assert.Equal(expected, await opened.Page.Locator(".dc-output").EvaluateAsync<string>("e => getComputedStyle(e).color"));
        opened.AssertQuiet();
    }
}
