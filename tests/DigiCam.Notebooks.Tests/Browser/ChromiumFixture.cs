using Microsoft.Playwright;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>One headless Chromium for all browser tests, without a network.</summary>
[CollectionDefinition(Name)]
public sealed class ChromiumFixture : IAsyncLifetime, ICollectionFixture<ChromiumFixture>
{
    public const string Name = "browser";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where the program is: the variable DIGICAM_CHROMIUM, or the usual places; null = nowhere.</summary>
    public static string? Executable { get; } =
        new[] { Environment.GetEnvironmentVariable("DIGICAM_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
            .FirstOrDefault(path => !string.IsNullOrEmpty(path) && File.Exists(path));

    public async ValueTask InitializeAsync()
    {
        if (Executable is null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Headless = true, Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    internal async Task<BrowserPage> OpenAsync(string html, BrowserNewContextOptions? options = null)
    {
        TestEnvironment.Require(_browser is not null, "needs Chromium (set DIGICAM_CHROMIUM)");
        return await BrowserPage.OpenAsync(_browser!, html, options ?? new BrowserNewContextOptions());
    }

    /// <summary>Opens a page of a server on this machine; see <see cref="BrowserPage.VisitAsync"/>.</summary>
    internal async Task<BrowserPage> VisitAsync(string address, string server)
    {
        TestEnvironment.Require(_browser is not null, "needs Chromium (set DIGICAM_CHROMIUM)");
        return await BrowserPage.VisitAsync(_browser!, address, server);
    }
}
