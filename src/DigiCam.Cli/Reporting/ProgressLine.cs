using DigiCam.Runs;

namespace DigiCam.Cli.Reporting;

/// <summary>Progress on one line of the terminal that is overwritten; nothing when stderr goes to a file.</summary>
internal sealed class ProgressLine : IProgress<RunProgress>, IDisposable
{
    private readonly bool _active;
    private readonly Lock _lock = new();
    private int _width;

    public ProgressLine(bool quiet) => _active = !quiet && !Console.IsErrorRedirected;

    public void Report(RunProgress value)
    {
        if (!_active) return;
        string text = FormattableString.Invariant($"reading {value}");
        lock (_lock)
        {
            Console.Error.Write('\r' + text.PadRight(_width));
            _width = text.Length;
        }
    }

    public void Dispose()
    {
        if (_active && _width > 0) Console.Error.Write('\r' + new string(' ', _width) + '\r');
    }
}
