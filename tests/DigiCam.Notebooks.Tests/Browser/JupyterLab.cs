using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using DigiCam.Kernel.Jupyter;

namespace DigiCam.Notebooks.Tests.Browser;

/// <summary>A JupyterLab of its own, without the settings of this user, with one kernel: the kit's.</summary>
internal sealed class JupyterLab : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly ConcurrentQueue<string> _log = [];
    private readonly Process _process;

    private JupyterLab(string python)
    {
        Directory.CreateDirectory(Root);
        KernelSpec.Install(_folder.File("data/kernels"));
        ProcessStartInfo start = new(python) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[
            "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", $"--ServerApp.root_dir={Root}",
            "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate"])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string folder) in (ReadOnlySpan<(string, string)>)[("JUPYTER_DATA_DIR", "data"), ("JUPYTER_CONFIG_DIR", "config"), ("JUPYTER_RUNTIME_DIR", "runtime"), ("IPYTHONDIR", "ipython")])
        {
            start.Environment[name] = _folder.File(folder);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where its notebooks are.</summary>
    public string Root => _folder.File("notebooks");

    /// <summary>What it has written.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>http://127.0.0.1:PORT/</summary>
    public string Address { get; private set; } = "";

    public string Token { get; private set; } = "";

    public static async Task<JupyterLab> StartAsync()
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_LAB_PYTHON");
        TestEnvironment.Require(!string.IsNullOrEmpty(python), "needs a Python with JupyterLab 4 (set DIGICAM_LAB_PYTHON)");
        JupyterLab lab = new(python!);
        try
        {
            await lab.WaitAsync();
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Asked to, it ends its kernels too.
            using HttpClient client = new() { Timeout = TimeSpan.FromSeconds(10) };
            using HttpRequestMessage request = new(HttpMethod.Post, Address + "api/shutdown");
            request.Headers.Authorization = new AuthenticationHeaderValue("token", Token);
            try
            {
                if (Address.Length > 0) (await client.SendAsync(request)).EnsureSuccessStatusCode();
                await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
            }
            catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private void Note(string? line)
    {
        if (line is not null) _log.Enqueue(line);
    }

    // The server tells in a file where it listens.
    private async Task WaitAsync()
    {
        for (Stopwatch time = Stopwatch.StartNew(); time.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(50))
        {
            if (_process.HasExited) Assert.Fail($"JupyterLab has ended with exit code {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}:\n{Log}");
            if (!Directory.Exists(_folder.File("runtime")) || Directory.EnumerateFiles(_folder.File("runtime"), "jpserver-*.json").FirstOrDefault() is not { } path) continue;
            try
            {
                using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(path));
                (Address, Token) = ($"http://127.0.0.1:{document.RootElement.GetProperty("port").GetInt32().ToString(CultureInfo.InvariantCulture)}/", document.RootElement.GetProperty("token").GetString()!);
                return;
            }
            catch (JsonException)
            {
                // Not yet written to its end.
            }
        }

        Assert.Fail($"JupyterLab does not start:\n{Log}");
    }
}
