using System.Globalization;
using System.Text.RegularExpressions;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tests.Samples;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>Two displays and a chart on one page, as a reader uses them.</summary>
[Collection(ChromiumFixture.Name)]
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

                // Tenths of a pixel: the data in the page hold seven digits.
                Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 0.1));
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
