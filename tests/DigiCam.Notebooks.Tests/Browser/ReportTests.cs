using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Parameters;
using DigiCam.Kernel.Reports;
using DigiCam.Kernel.Running;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>The notebooks of the repository, run as users run them, and their reports in a browser without a network.</summary>
[Collection(ChromiumFixture.Name)]
[Trait("Culture", "any")]
public sealed class ReportTests(ChromiumFixture browser) : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HvOffReport_Offline_DrawsTheCameraAndFollowsClicks()
    {
        await using BrowserPage opened = await OpenReportAsync("01-hv-off");
        IPage page = opened.Page;
        ILocator camera = page.Locator(".dc-output").Filter(new LocatorFilterOptions { Has = page.Locator(".k-pixels") }).First;
        Assert.Equal(1296, await camera.Locator(".k-pixels polygon").CountAsync());

        // The stuck pixel is the first flagged one and selected at first; a click shows another histogram.
        await Assertions.Expect(camera.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 137");
        string before = await camera.Locator(".k-side").InnerHTMLAsync();
        await camera.Locator(".k-pixels polygon").Nth(700).ClickAsync();
        await Assertions.Expect(camera.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 700");
        string after = await camera.Locator(".k-side").InnerHTMLAsync();
        Assert.NotEqual(before, after);
        Assert.Contains("k-curve", after, StringComparison.Ordinal);
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(camera.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 701");
        await camera.Locator(".k-pixels polygon").Nth(700).ClickAsync();
        await camera.ScreenshotAsync(new LocatorScreenshotOptions { Path = BrowserPage.ScreenshotPath("hv-off-report-camera") });

        // All charts are drawn by the library inside the file.
        int charts = await page.Locator(".k-chart").CountAsync();
        Assert.True(charts >= 5, $"{charts} charts");
        await Assertions.Expect(page.Locator(".k-drawn")).ToHaveCountAsync(charts);
        await opened.ScreenshotAsync("hv-off-report");
        opened.AssertQuiet();
    }

    [Fact]
    public async Task FirstLookReport_Offline_ShowsWaveforms()
    {
        await using BrowserPage opened = await OpenReportAsync("00-first-look");
        ILocator camera = opened.Page.Locator(".dc-output").Filter(new LocatorFilterOptions { Has = opened.Page.Locator(".k-pixels") }).First;
        Assert.Equal(1296, await camera.Locator(".k-pixels polygon").CountAsync());
        string before = await camera.Locator(".k-side .k-line").First.GetAttributeAsync("d") ?? "";
        await camera.Locator(".k-pixels polygon").Nth(12).ClickAsync();
        await Assertions.Expect(camera.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 12");
        Assert.NotEqual(before, await camera.Locator(".k-side .k-line").First.GetAttributeAsync("d"));
        await opened.ScreenshotAsync("first-look-report");
        opened.AssertQuiet();
    }

    [Fact]
    public async Task HvOffReport_WithoutJavaScript_StillShowsCameraAndCharts()
    {
        await using BrowserPage opened = await OpenReportAsync("01-hv-off", new BrowserNewContextOptions { JavaScriptEnabled = false });
        Assert.Equal(1296, await opened.Page.Locator(".k-pixels").First.Locator("polygon").CountAsync());
        Assert.True(await opened.Page.Locator(".k-side svg").First.IsVisibleAsync());
        foreach (ILocator chart in await opened.Page.Locator(".k-chart svg").AllAsync()) Assert.True(await chart.IsVisibleAsync());
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Report_WithoutJavaScript_ContentsStayAndLead()
    {
        await using BrowserPage opened = await browser.OpenAsync(Chapters(), new BrowserNewContextOptions { JavaScriptEnabled = false, ViewportSize = new ViewportSize { Width = 1400, Height = 700 } });
        ILocator contents = opened.Page.Locator("nav.toc");
        LocatorBoundingBoxResult before = (await contents.BoundingBoxAsync())!;
        await contents.GetByText("Chapter 15").ClickAsync();
        await Assertions.Expect(opened.Page.Locator("h2#h-chapter-15")).ToBeInViewportAsync();
        await Assertions.Expect(contents.GetByText("Chapter 15")).ToBeInViewportAsync();
        Assert.Equal(before.Y, (await contents.BoundingBoxAsync())!.Y, 1.0);
        Assert.False(await opened.Page.Locator("#toggle-code").IsVisibleAsync());
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Report_CodeSwitch_OpensAndClosesAllCells()
    {
        await using BrowserPage opened = await browser.OpenAsync(Chapters());
        ILocator open = opened.Page.Locator("details.code[open]");
        Assert.Equal(0, await open.CountAsync());
        await opened.Page.Locator("#toggle-code").ClickAsync();
        await Assertions.Expect(open).ToHaveCountAsync(30);
        await opened.Page.Locator("#toggle-code").ClickAsync();
        await Assertions.Expect(open).ToHaveCountAsync(0);
        opened.AssertQuiet();
    }

    private static string Chapters()
    {
        NotebookDocument document = new();
        document.Cells.Add(new NotebookCell(CellKind.Markdown, "# Title"));
        for (int i = 1; i <= 30; i++)
        {
            document.Cells.Add(new NotebookCell(CellKind.Markdown, FormattableString.Invariant($"## Chapter {i}\n\n{string.Join("\n\n", Enumerable.Repeat("Text.", 8))}")));
            document.Cells.Add(new NotebookCell(CellKind.Code, "1 + 1"));
        }

        return HtmlReport.Render(document, new HtmlReportOptions());
    }

    private async Task<BrowserPage> OpenReportAsync(string notebook, BrowserNewContextOptions? context = null)
    {
        string report = _folder.File(notebook + ".html");
        NotebookRunResult result = await new NotebookRunner().RunAsync(
            new NotebookRunOptions
            {
                NotebookPath = Path.Combine(TestEnvironment.RepositoryRoot, "notebooks", notebook + ".ipynb"),
                OutputPath = _folder.File(notebook + ".ipynb"),
                HtmlPath = report,
                Parameters = NotebookParameters.Empty.WithAssignment("input=" + Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", "hv_off_000.fits.fz")),
            },
            TestContext.Current.CancellationToken);
        Assert.True(result.Status == RunStatus.Succeeded, result.Message);
        Assert.InRange(new FileInfo(result.OutputPath!).Length, 1, 8_000_000);
        Assert.DoesNotContain(TestEnvironment.RepositoryRoot, result.Document!.ToJson().Replace(Path.Combine(TestEnvironment.RepositoryRoot, "data-samples"), "", StringComparison.Ordinal), StringComparison.Ordinal);
        return await browser.OpenAsync(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken), context ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 1000 } });
    }
}
