using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tests.Samples;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>Pictures for people to look at (artifacts/screenshots).</summary>
[Collection(ChromiumFixture.Name)]
[Trait("Culture", "any")]
public sealed class ScreenshotTests(ChromiumFixture browser)
{
    [Theory]
    [InlineData("light", 1300)]
    [InlineData("dark", 1300)]
    [InlineData("light", 700)]
    public async Task Camera_InEveryTheme_IsDrawn(string theme, int width)
    {
        string html = BrowserPage.VsCode(theme == "dark", SampleCamera.Create().ToHtml(), SampleCamera.CreateEvent().ToHtml());
        await using BrowserPage page = await browser.OpenAsync(html, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        await page.Page.Locator(".k-pixels polygon").Nth(641).HoverAsync();
        await page.ScreenshotAsync($"camera-{theme}-{width}");
        page.AssertQuiet();
    }

    [Theory]
    [InlineData("light", true)]
    [InlineData("dark", true)]
    [InlineData("light", false)]
    public async Task Charts_InEveryTheme_AreDrawn(string theme, bool script)
    {
        string[] outputs = [Kit.Start().ToHtml(), .. SampleCharts.Create().Select(c => c.ToHtml())];
        await using BrowserPage page = await browser.OpenAsync(BrowserPage.VsCode(theme == "dark", outputs), new BrowserNewContextOptions { JavaScriptEnabled = script, ViewportSize = new ViewportSize { Width = 1000, Height = 900 } });
        if (script) await Assertions.Expect(page.Page.Locator(".k-drawn")).ToHaveCountAsync(outputs.Length - 1);
        await page.ScreenshotAsync($"charts-{theme}-{(script ? "plotly" : "still")}");
        page.AssertQuiet();
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Tables_InEveryTheme_AreDrawn(string theme)
    {
        await using BrowserPage page = await browser.OpenAsync(BrowserPage.VsCode(theme == "dark", SampleCharts.Tables()), new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 900, Height = 600 } });
        await page.ScreenshotAsync($"tables-{theme}");
        page.AssertQuiet();
    }
}
