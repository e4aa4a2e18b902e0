using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>JupyterLab with the kit's kernel, as a physicist uses it.</summary>
[Collection(ChromiumFixture.Name)]
[Trait("Culture", "any")]
public sealed class JupyterLabTests(ChromiumFixture browser)
{
    private const string Kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel";
    private const string Book = "window.jupyterapp.shell.currentWidget.content";

    [Fact]
    public async Task Notebook_RunClickedInterruptedCompletedRestarted_Works()
    {
        await using JupyterLab lab = await JupyterLab.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(lab.Root, "hv-off.ipynb"), CopyOf("01-hv-off"), TestContext.Current.CancellationToken);
        await using BrowserPage opened = await browser.VisitAsync(lab.Address + "lab/tree/hv-off.ipynb?token=" + lab.Token, lab.Address);
        IPage page = opened.Page;
        await IdleAsync(page, 60);

        // All cells, none with an error.
        await page.EvaluateAsync("window.jupyterapp.commands.execute('notebook:run-all-cells')");
        await IdleAsync(page, 60);
        string[] errors = await page.EvaluateAsync<string[]>($"{Book}.model.sharedModel.cells.flatMap(cell => cell.cell_type === 'code' ? cell.toJSON().outputs : []).filter(output => output.output_type === 'error').map(output => output.evalue)");
        Assert.Empty(errors);
        int[] counts = await page.EvaluateAsync<int[]>($"{Book}.model.sharedModel.cells.filter(cell => cell.cell_type === 'code').map(cell => cell.execution_count)");
        Assert.Equal(Enumerable.Range(1, counts.Length), counts);

        // Another pixel, another spectrum.
        ILocator camera = page.Locator(".dc-output").Filter(new LocatorFilterOptions { Has = page.Locator(".k-pixels") }).First;
        await camera.ScrollIntoViewIfNeededAsync();
        string before = await camera.Locator(".k-side").InnerHTMLAsync();
        await camera.Locator(".k-pixels polygon").Nth(700).ClickAsync();
        await Assertions.Expect(camera.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 700");
        string after = await camera.Locator(".k-side").InnerHTMLAsync();
        Assert.NotEqual(before, after);
        Assert.Contains("k-curve", after, StringComparison.Ordinal);
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(camera.Locator(".k-pixel b")).ToHaveTextAsync("Pixel 701");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = BrowserPage.ScreenshotPath("jupyterlab") });

        // Members of a variable of an earlier cell.
        await TypeAsync(page, "run.");
        // As fast as a hand: JupyterLab takes a moment to connect a new cell with the kernel.
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        await page.Keyboard.PressAsync("Tab");
        ILocator items = page.Locator(".jp-Completer .jp-Completer-item");
        await Assertions.Expect(items.Filter(new LocatorFilterOptions { HasText = "Summary" })).ToHaveCountAsync(1);
        await Assertions.Expect(items.Filter(new LocatorFilterOptions { HasText = "Files" })).ToHaveCountAsync(1);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = BrowserPage.ScreenshotPath("jupyterlab-completion") });
        await page.Keyboard.TypeAsync("Summ");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".jp-Cell.jp-mod-active .cm-content")).ToHaveTextAsync("run.Summary");
        Assert.Contains("20 events", await RunAsync(page), StringComparison.Ordinal);

        // A loop without end is interrupted by the button, and the session goes on.
        await TypeAsync(page, "while (true) { }");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForFunctionAsync($"() => {Kernel}?.status === 'busy'");
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.Equal("busy", await page.EvaluateAsync<string>($"{Kernel}.status"));
        Stopwatch time = Stopwatch.StartNew();
        await page.Locator("[data-jp-item-name='interrupt'] >> visible=true").ClickAsync();
        await IdleAsync(page, 10);
        Assert.InRange(time.Elapsed.TotalSeconds, 0, 2);
        await Assertions.Expect(page.Locator(".jp-Cell.jp-mod-active .jp-OutputArea-output")).ToContainTextAsync("line 1: while (true) { }");
        await TypeAsync(page, "run.Files.Length + 1");
        Assert.Equal("2", await RunAsync(page));

        // After a restart nothing is known any more, and all works.
        await page.Locator("[data-jp-item-name='restart'] >> visible=true").ClickAsync();
        await page.Locator(".jp-Dialog .jp-mod-accept").ClickAsync();
        await page.WaitForFunctionAsync($"() => ['restarting', 'autorestarting', 'starting', 'unknown'].includes({Kernel}?.status) || {Kernel}?.connectionStatus !== 'connected'");
        await IdleAsync(page, 30);
        await TypeAsync(page, "run");
        Assert.Contains("CS0103", await RunAsync(page), StringComparison.Ordinal);
        await TypeAsync(page, "1 + 1");
        Assert.Equal("2", await RunAsync(page));
        // What JupyterLab says of the restart.
        opened.Errors.RemoveAll(text => text.StartsWith("Connection lost, reconnecting in", StringComparison.Ordinal));
        opened.AssertQuiet();
    }

    /// <summary>A notebook of the repository that stands elsewhere, for a small run.</summary>
    private static string CopyOf(string name)
    {
        string folder = Path.Combine(TestEnvironment.RepositoryRoot, "notebooks");
        string Quoted(params string[] parts) => Path.GetFullPath(Path.Combine([folder, "..", .. parts])).Replace('\\', '/');
        JsonNode book = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name + ".ipynb")))!;
        foreach (JsonNode? cell in book["cells"]!.AsArray())
        {
            string source = cell!["source"] is JsonArray lines ? string.Concat(lines.Select(line => (string)line!)) : (string)cell["source"]!;
            cell["source"] = source
                .Replace("var input = \"\";", $"var input = \"{Quoted("data-samples", "small", "hv_off_000.fits.fz")}\";", StringComparison.Ordinal)
                .Replace("../artifacts/kit/", Quoted("artifacts", "kit") + "/", StringComparison.Ordinal);
        }

        return book.ToJsonString();
    }

    private static async Task IdleAsync(IPage page, int seconds) =>
        await page.WaitForFunctionAsync($"() => {Kernel}?.status === 'idle' && {Kernel}?.connectionStatus === 'connected' && !{Book}.widgets.some(cell => cell.node.querySelector('.jp-InputPrompt')?.textContent === '[*]:')", null, new PageWaitForFunctionOptions { Timeout = 1000 * seconds });

    /// <summary>Writes code into a new last cell.</summary>
    private static async Task TypeAsync(IPage page, string code)
    {
        await page.EvaluateAsync($"async () => {{ const book = {Book}; book.activeCellIndex = book.widgets.length - 1; await window.jupyterapp.commands.execute('notebook:insert-cell-below'); await window.jupyterapp.commands.execute('notebook:enter-edit-mode'); }}");
        ILocator editor = page.Locator(".jp-Cell.jp-mod-active .cm-content");
        await editor.ClickAsync();
        await Assertions.Expect(editor).ToBeFocusedAsync();
        await page.Keyboard.InsertTextAsync(code);
        await Assertions.Expect(editor).ToHaveTextAsync(code);
    }

    /// <summary>Runs the active cell; the text of its output.</summary>
    private static async Task<string> RunAsync(IPage page)
    {
        await page.Keyboard.PressAsync("Control+Enter");
        ILocator output = page.Locator(".jp-Cell.jp-mod-active .jp-OutputArea-output");
        await Assertions.Expect(output).ToHaveCountAsync(1, new LocatorAssertionsToHaveCountOptions { Timeout = 20_000 });
        await IdleAsync(page, 20);
        return (await output.InnerTextAsync()).Trim();
    }
}
