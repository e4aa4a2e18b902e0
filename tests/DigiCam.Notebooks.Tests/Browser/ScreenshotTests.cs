using DigiCam.Notebooks.Tests.Samples;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>Pictures for people to look at (artifacts/screenshots).</summary>
public sealed class ScreenshotTests(ChromiumFixture browser) : IClassFixture<ChromiumFixture>
{
    [Theory]
    [InlineData("light", 1300)]
    [InlineData("dark", 1300)]
    [InlineData("light", 700)]
    public async Task Camera_InEveryTheme_IsDrawn(string theme, int width)
    {
        string html = BrowserPage.VsCode(theme == "dark", SampleCamera.Create().ToHtml(), SampleCamera.CreateEvent().ToHtml());
        await using BrowserPage page = await browser.OpenAsync(html, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        await page.ScreenshotAsync($"camera-{theme}-{width}");
        Assert.Empty(page.Errors);
        Assert.Empty(page.Requests);
    }
}
