using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace DigiCam.Kernel.Running;

/// <summary>The process that executes one notebook, seen from the runner.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const int MaxErrorTail = 8192;

    /// <summary>Processes that the notebook left behind may hold the streams open; nobody waits for them longer than this.</summary>
    private static readonly TimeSpan StreamGrace = TimeSpan.FromMilliseconds(300);

    private readonly Process _process;
    private readonly Channel<WorkerEvent> _events = Channel.CreateUnbounded<WorkerEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly StringBuilder _errorTail = new();
    private readonly Task _pump;

    private WorkerProcess(Process process)
    {
        _process = process;
        Token = "\u001e" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        _pump = PumpAsync();
    }

    /// <summary>Marks the worker's messages.</summary>
    public string Token { get; }

    /// <summary>What the worker says, in order; ends when the process has ended.</summary>
    public ChannelReader<WorkerEvent> Events => _events.Reader;

    /// <summary>The exit code; only after the events have ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last words on the standard error stream.</summary>
    public string ErrorTail
    {
        get
        {
            lock (_errorTail) return _errorTail.ToString();
        }
    }

    /// <summary>Starts a worker, which then waits for its request.</summary>
    /// <exception cref="InvalidOperationException">The worker cannot be started; the message says why.</exception>
    public static WorkerProcess Start()
    {
        string host = DotnetHost.Find();
        ProcessStartInfo start = new(host, EngineProgram.Arguments("execute"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        try
        {
            return new WorkerProcess(Process.Start(start)!);
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"the notebook worker cannot be started: {host}: {exception.Message}", exception);
        }
    }

    /// <summary>Hands over the notebook. A worker that has died already is noticed by its events, not here.</summary>
    public async Task SendAsync(WorkerRequest request)
    {
        try
        {
            await _process.StandardInput.WriteAsync(request.Write() + "\n").ConfigureAwait(false);
            await _process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Ends the process and all processes it started.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended, or something below it has ended meanwhile.
        }
    }

    /// <summary>Lets the process end by itself for a while, then ends it.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _pump.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task PumpAsync()
    {
        Task output = PumpOutputAsync();
        Task error = PumpErrorAsync();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(StreamGrace)).ConfigureAwait(false);
        _events.Writer.TryComplete();
    }

    private async Task PumpOutputAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                // Text without a line feed may stand before a message.
                int mark = line.IndexOf(Token, StringComparison.Ordinal);
                WorkerMessage? message = mark < 0 ? null : WorkerMessage.Read(line[(mark + Token.Length)..]);
                if (message is null) Post(new StrayEvent("stdout", line + "\n"));
                else if (mark > 0) Post(new StrayEvent("stdout", line[..mark]));
                if (message is not null) Post(new MessageEvent(message));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private async Task PumpErrorAsync()
    {
        try
        {
            char[] buffer = new char[4096];
            for (int count; (count = await _process.StandardError.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                string text = new(buffer, 0, count);
                lock (_errorTail)
                {
                    // The runtime's last words begin with the cause, so the beginning is kept rather than the end.
                    if (_errorTail.Length < MaxErrorTail) _errorTail.Append(text);
                }

                Post(new StrayEvent("stderr", text));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private void Post(WorkerEvent item) => _events.Writer.TryWrite(item);
}
