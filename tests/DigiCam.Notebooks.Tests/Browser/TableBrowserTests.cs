using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>Tables in a browser: pages, order, filter and CSV, by mouse and by keyboard, without a network.</summary>
[Collection(ChromiumFixture.Name)]
public sealed class TableBrowserTests(ChromiumFixture browser)
{
    // The values do not rise with the rows; one is missing and one is no number.
    private static readonly Table Sample = new("Noise of the pixels", [new("pixel"), new("noise", "LSB"), new("gain"), new("flags")],
        Enumerable.Range(0, 60).Select(i => (object?[])[9990 + i, i == 7 ? double.NaN : 0.9 + (i * 37 % 60 / 100.0), i == 8 ? null : new Measurement(5 - (i / 7.0), 0.01), i % 20 == 3 ? "HOT, \"NOISY\"" : "OK"]));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Headings_Clicked_SortNumbersWithNaNLast(bool packed)
    {
        // With more rows the data are packed; the first 60 come first in both.
        Table table = packed ? new Table(Sample.Caption, Sample.Columns, Sample.Rows.Concat(Enumerable.Range(60, 400).Select(i => (IReadOnlyList<object?>)[9990 + i, 9.0 + i, new Measurement(-i, 0.1), "OK"]))) : Sample;
        Assert.Equal(packed, table.ToHtml().Contains("data-packed", StringComparison.Ordinal));
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(true, table.ToHtml()));
        IPage page = opened.Page;
        ILocator noise = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "noise" });
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(25);
        await noise.ClickAsync();
        await Assertions.Expect(page.Locator("th").Nth(1)).ToHaveAttributeAsync("aria-sort", "ascending");
        Assert.Equal(Expected(table, descending: false).Take(25), await Column(0));
        await noise.ClickAsync();
        await Assertions.Expect(page.Locator("th").Nth(1)).ToHaveAttributeAsync("aria-sort", "descending");
        Assert.Equal(Expected(table, descending: true).Take(25), await Column(0));
        ILocator next = page.GetByLabel("next rows");
        while (await next.IsEnabledAsync()) await next.ClickAsync();
        Assert.Equal("9997", (await Column(0))[^1]);
        await noise.ClickAsync();
        await Assertions.Expect(page.Locator("th").Nth(1)).ToHaveAttributeAsync("aria-sort", "none");
        Assert.Equal("9990", (await Column(0))[0]);
        opened.AssertQuiet();

        async Task<IReadOnlyList<string>> Column(int column) => await page.Locator($"tbody tr td:nth-child({column + 1})").AllTextContentsAsync();
    }

    [Fact]
    public async Task Keyboard_SortsTurnsPagesAndFilters_KeysStayInside()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Sample.ToHtml(), "<script>window.typed = 0; document.addEventListener('keydown', function () { window.typed++; });</script>"));
        IPage page = opened.Page;
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "gain" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("th").Nth(2)).ToHaveAttributeAsync("aria-sort", "ascending");
        Assert.Equal("10\u202f049", await page.Locator("tbody td").First.TextContentAsync());
        await page.GetByLabel("next rows").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator(".k-status")).ToHaveTextAsync("rows 26 to 50 of 60 rows");
        await page.GetByRole(AriaRole.Searchbox).FocusAsync();
        await page.Keyboard.TypeAsync("noisy");
        await Assertions.Expect(page.Locator(".k-status")).ToHaveTextAsync("3 of 60 rows");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        Assert.Equal(0, await page.EvaluateAsync<int>("window.typed"));
        opened.AssertQuiet();
    }

    [Fact]
    public async Task Csv_OfThePage_IsThatOfTheKit()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Sample.ToHtml()), new BrowserNewContextOptions { AcceptDownloads = true });
        IDownload download = await opened.Page.RunAndWaitForDownloadAsync(() => opened.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "CSV" }).ClickAsync());
        Assert.Equal("noise-of-the-pixels.csv", download.SuggestedFilename);
        Assert.Equal(Sample.ToCsv(), await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
        await opened.Page.EvaluateAsync("document.addEventListener('copy', function () { window.copied = document.activeElement.value; })");
        await opened.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "copy" }).ClickAsync();
        Assert.Equal(Sample.ToCsv(), await opened.Page.EvaluateAsync<string>("window.copied"));
        opened.AssertQuiet();
    }

    [Fact]
    public async Task WithoutJavaScript_TheFirstRowsAreShownAndTheRestIsTold()
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(false, Sample.ToHtml()), new BrowserNewContextOptions { JavaScriptEnabled = false });
        Assert.Equal(25, await opened.Page.Locator("tbody tr").CountAsync());
        Assert.Equal("first 25 of 60 rows", await opened.Page.Locator(".k-more").TextContentAsync());
        Assert.Equal(0, await opened.Page.Locator("button").CountAsync());
        opened.AssertQuiet();
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Table_InEveryTheme_IsDrawn(string theme)
    {
        await using BrowserPage opened = await browser.OpenAsync(BrowserPage.VsCode(theme == "dark", Sample.ToHtml()), new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 700, Height = 700 } });
        await opened.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "noise" }).ClickAsync();
        await opened.ScreenshotAsync($"table-pages-{theme}");
        opened.AssertQuiet();
    }

    private static IEnumerable<string> Expected(Table table, bool descending)
    {
        var rows = table.Rows.Select(row => (Pixel: (int)row[0]!, Noise: (double)row[1]!)).Where(row => !double.IsNaN(row.Noise));
        return (descending ? rows.OrderByDescending(row => row.Noise) : rows.OrderBy(row => row.Noise)).Select(row => row.Pixel < 10_000 ? $"{row.Pixel}" : $"{row.Pixel / 1000}\u202f{row.Pixel % 1000:000}");
    }
}
