using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace DigiCam.Kernel.Reports;

/// <summary>HTML reports as PDF, printed by a Chromium browser of this machine: A4, page numbers by the viewer, code folded, charts as they are on paper.</summary>
public static class PdfReport
{
    /// <summary>The variable that names the browser.</summary>
    public const string BrowserVariable = "DIGICAM_CHROMIUM";

    private static readonly TimeSpan LongestPrint = TimeSpan.FromMinutes(3);

    private static readonly string[] Names =
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable", "msedge"];

    /// <summary>The browser: the one that the variable <see cref="BrowserVariable"/> names, or else the first in the search path and the usual places.</summary>
    /// <exception cref="NotSupportedException">There is none; the message says what to do.</exception>
    public static string FindBrowser()
    {
        if (Environment.GetEnvironmentVariable(BrowserVariable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new NotSupportedException($"{BrowserVariable} names {named}, which does not exist: no PDF");
        }

        return Candidates().FirstOrDefault(File.Exists)
            ?? throw new NotSupportedException($"a PDF is printed by Chromium, Chrome or Edge, and none of them is in the search path: install one, name one in {BrowserVariable}, or print the HTML report from any browser");
    }

    /// <summary>Prints a page to a file, replacing it only when the new one is complete.</summary>
    /// <param name="htmlPath">The report.</param>
    /// <param name="pdfPath">The PDF.</param>
    /// <param name="cancellationToken">Ends the browser; no file is left.</param>
    /// <exception cref="FileNotFoundException">There is no such report.</exception>
    /// <exception cref="NotSupportedException">There is no browser.</exception>
    /// <exception cref="IOException">The browser does not print, or the file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task SaveAsync(string htmlPath, string pdfPath, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(htmlPath);
        ArgumentException.ThrowIfNullOrEmpty(pdfPath);
        if (!File.Exists(htmlPath)) throw new FileNotFoundException($"{htmlPath}: no such file", htmlPath);
        string browser = FindBrowser();
        string target = Path.GetFullPath(pdfPath);
        string unfinished = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        // A profile of its own: the user's may be in use, and then the page would open there.
        DirectoryInfo profile = Directory.CreateTempSubdirectory("digicam-print-");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            string said = await PrintAsync(browser, new Uri(Path.GetFullPath(htmlPath)).AbsoluteUri, unfinished, profile.FullName, cancellationToken).ConfigureAwait(false);
            if (!File.Exists(unfinished)) throw new IOException($"{pdfPath}: {browser} did not print: {said}");
            File.Move(unfinished, target, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
            Remove(profile);
        }
    }

    private static async Task<string> PrintAsync(string browser, string page, string target, string profile, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(browser)
        {
            ArgumentList =
            {
                "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-background-networking", "--disable-dev-shm-usage",
                // The report needs nothing from outside; what an output of somebody else asks for, it does not get.
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--user-data-dir=" + profile, "--no-pdf-header-footer", "--generate-pdf-document-outline", "--virtual-time-budget=10000", "--print-to-pdf=" + target,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        // The browser's sandbox refuses to work for root, as whom containers run.
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess) start.ArgumentList.Add("--no-sandbox");
        start.ArgumentList.Add(page);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new IOException($"{browser} cannot be started: {exception.Message}", exception);
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestPrint);
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{browser} did not print within {LongestPrint.TotalMinutes:0} minutes"));
            }

            string said = (await error.ConfigureAwait(false) + await output.ConfigureAwait(false)).Trim();
            string last = said.Split('\n')[^1].Trim();
            return string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}{(last.Length > 0 ? $", {last}" : "")}");
        }
    }

    private static IEnumerable<string> Candidates()
    {
        string extension = OperatingSystem.IsWindows() ? ".exe" : "";
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> inPath = Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name + extension)));
        if (OperatingSystem.IsMacOS())
        {
            return inPath.Concat(((string[])["Google Chrome", "Chromium", "Microsoft Edge"]).Select(name => $"/Applications/{name}.app/Contents/MacOS/{name}"));
        }

        if (!OperatingSystem.IsWindows()) return inPath;
        string[] roots = [.. ((Environment.SpecialFolder[])[Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.ProgramFilesX86]).Select(Environment.GetFolderPath)];
        string[] places = [Path.Combine("Google", "Chrome", "Application", "chrome.exe"), Path.Combine("Microsoft", "Edge", "Application", "msedge.exe")];
        return inPath.Concat(roots.SelectMany(root => places.Select(place => Path.Combine(root, place))));
    }

    /// <summary>The browser's helpers write into the profile for a moment after it has ended.</summary>
    private static void Remove(DirectoryInfo profile)
    {
        for (int tries = 5; tries > 0; tries--)
        {
            try
            {
                profile.Delete(recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(100);
            }
        }
    }
}
