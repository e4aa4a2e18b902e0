using System.Diagnostics;
using DigiCam.Runs;

namespace DigiCam.Cli.Reporting;

/// <summary>Progress on one line of the terminal that is overwritten; nothing when stderr goes to a file.</summary>
internal sealed class ProgressLine : IProgress<RunProgress>, IDisposable
{
    private readonly bool _active;
    private readonly string _activity;
    private readonly Lock _lock = new();
    private int _width;

    /// <summary>Starts a line.</summary>
    /// <param name="quiet">True for none.</param>
    /// <param name="activity">What is being done, for example reading.</param>
    public ProgressLine(bool quiet, string activity = "reading")
    {
        _active = !quiet && !Console.IsErrorRedirected;
        _activity = activity;
    }

    public void Report(RunProgress value)
    {
        if (!_active) return;
        string text = FormattableString.Invariant($"{_activity} {value}");
        lock (_lock)
        {
            Console.Error.Write('\r' + text.PadRight(_width));
            _width = text.Length;
        }
    }

    /// <summary>Progress of something that tells only how many rows are done.</summary>
    /// <param name="total">Rows in all.</param>
    public IProgress<long> OfRows(long total) => new RowProgress(this, total);

    public void Dispose()
    {
        if (_active && _width > 0) Console.Error.Write('\r' + new string(' ', _width) + '\r');
    }

    private sealed class RowProgress(ProgressLine line, long total) : IProgress<long>
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public void Report(long value) => line.Report(new RunProgress(value, total, _watch.Elapsed));
    }
}
