using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>One page made of notebook outputs; it records every request to outside and every error.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private const string Address = "http://page.test/";
    private readonly IBrowserContext _context;

    private BrowserPage(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    public List<string> Requests { get; } = [];

    public List<string> Errors { get; } = [];

    public static async Task<BrowserPage> OpenAsync(IBrowser browser, string html, BrowserNewContextOptions options)
    {
        BrowserPage opened = await CreateAsync(browser, options);
        IBrowserContext context = opened._context;
        await context.RouteAsync("**/*", async route =>
        {
            if (route.Request.Url == Address)
            {
                await route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html; charset=utf-8", Body = html });
                return;
            }

            opened.Requests.Add(route.Request.Url);
            await route.AbortAsync();
        });
        await opened.Page.GotoAsync(Address);
        return opened;
    }

    /// <summary>Opens a page of a server; requests and sockets to others are refused and recorded.</summary>
    public static async Task<BrowserPage> VisitAsync(IBrowser browser, string address, string server)
    {
        BrowserPage opened = await CreateAsync(browser, new BrowserNewContextOptions());
        opened.Page.WebSocket += (_, socket) =>
        {
            if (!socket.Url.StartsWith(server.Replace("http:", "ws:", StringComparison.Ordinal), StringComparison.Ordinal)) opened.Requests.Add(socket.Url);
        };
        await opened._context.RouteAsync(url => url.StartsWith("http", StringComparison.Ordinal) && !url.StartsWith(server, StringComparison.Ordinal), async route =>
        {
            opened.Requests.Add(route.Request.Url);
            await route.AbortAsync();
        });
        await opened.Page.GotoAsync(address);
        return opened;
    }

    public static string Document(string bodyAttributes, params string[] outputs) =>
        $"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>outputs</title><link rel=\"icon\" href=\"data:,\"></head><body {bodyAttributes}>"
        + string.Concat(outputs.Select(o => $"<div class=\"cell\" style=\"margin:16px 12px\">{o}</div>")) + "</body></html>";

    /// <summary>A page as VS Code shows it: its variables and its body class.</summary>
    public static string VsCode(bool dark, params string[] outputs) => Document(
        dark
            ? "class=\"vscode-dark\" style=\"--vscode-editor-foreground:#cccccc;--vscode-editor-background:#1f1f1f;background:#1f1f1f;color:#ccc;margin:0\""
            : "class=\"vscode-light\" style=\"--vscode-editor-foreground:#3b3b3b;--vscode-editor-background:#ffffff;background:#fff;color:#3b3b3b;margin:0\"",
        outputs);

    public static string ScreenshotPath(string name) =>
        Path.Combine(Directory.CreateDirectory(Path.Combine(TestEnvironment.RepositoryRoot, "artifacts", "screenshots")).FullName, name + ".png");

    public Task ScreenshotAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions { Path = ScreenshotPath(name), FullPage = true });

    /// <summary>Nothing went wrong, and nothing was asked for from outside.</summary>
    public void AssertQuiet()
    {
        Assert.Empty(Errors);
        Assert.Empty(Requests);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private static async Task<BrowserPage> CreateAsync(IBrowser browser, BrowserNewContextOptions options)
    {
        options.ViewportSize ??= new ViewportSize { Width = 1300, Height = 900 };
        IBrowserContext context = await browser.NewContextAsync(options);
        BrowserPage opened = new(context, await context.NewPageAsync());
        opened.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") opened.Errors.Add(message.Text);
        };
        opened.Page.PageError += (_, error) => opened.Errors.Add(error);
        return opened;
    }
}
