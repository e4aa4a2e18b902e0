using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tests.Samples;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>Charts with the library of the setup cell.</summary>
[Collection(ChromiumFixture.Name)]
[Trait("Culture", "any")]
public sealed class ChartBrowserTests(ChromiumFixture browser)
{
    [Fact]
    public async Task Charts_LibraryAfterwards_AreDrawnAndFollowTheTheme()
    {
        string[] charts = [.. SampleCharts.Create().Select(c => c.ToHtml())];
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, [.. charts, Kit.Start().ToHtml()]));
        IPage page = opened.Page;
        await Assertions.Expect(page.Locator(".k-drawn")).ToHaveCountAsync(charts.Length);
        Assert.Equal("function", await page.EvaluateAsync<string>("typeof DigiCamPlotly.react"));
        Assert.Equal("rgb(59, 59, 59)", await Ink());
        await page.EvaluateAsync("document.body.className = 'vscode-dark'; document.body.style.setProperty('--vscode-editor-foreground', '#cccccc')");
        await page.WaitForFunctionAsync("getComputedStyle(document.querySelector('.k-plotly .xtick text')).fill === 'rgb(204, 204, 204)'");
        opened.AssertQuiet();

        Task<string> Ink() => page.Locator(".k-plotly .xtick text").First.EvaluateAsync<string>("e => getComputedStyle(e).fill");
    }

    [Fact]
    public async Task Charts_PageWithLoaderAndOtherPlotly_LeaveThemAlone()
    {
        string html = BrowserPage.VsCode(false,
            "<script>window.Plotly = { mine: true }; window.define = function () { throw new Error('called'); }; window.define.amd = {}; window.exports = {}; window.module = { exports: window.exports };</script>",
            Kit.Start().ToHtml(), Charts.Distribution(SampleCamera.Create().Quantities[0]).ToHtml());
        await using BrowserPage opened = await browser.OpenAsync(html);
        await Assertions.Expect(opened.Page.Locator(".k-drawn")).ToHaveCountAsync(1);
        Assert.True(await opened.Page.EvaluateAsync<bool>("window.Plotly.mine"));
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Charts_WithoutLibrary_ShowTheStillPicture()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Charts.Distribution(SampleCamera.Create().Quantities[0]).ToHtml()));
        await Assertions.Expect(opened.Page.Locator(".k-static svg")).ToBeVisibleAsync();
        opened.AssertQuiet();
    }
}
