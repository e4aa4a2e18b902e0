using System.Diagnostics;
using DigiCam.Cli.Jobs;
using DigiCam.Runs;

namespace DigiCam.Cli.Reporting;

/// <summary>Progress on one line of the terminal that is overwritten; nothing when stderr goes to a file.</summary>
internal sealed class ProgressLine : IProgress<RunProgress>, IDisposable
{
    private readonly bool _active;
    private readonly Lock _lock = new();
    private readonly string _doing;
    private int _width;

    /// <summary>Begins the line.</summary>
    /// <param name="quiet">Nothing is shown.</param>
    /// <param name="doing">What is going on, as in "reading".</param>
    public ProgressLine(bool quiet, string doing = "reading")
    {
        _active = !quiet && !Console.IsErrorRedirected;
        _doing = doing;
    }

    public void Report(RunProgress value)
    {
        RunningJob.Current?.Report(_doing, value.Events, value.TotalEvents);
        if (!_active) return;
        string text = FormattableString.Invariant($"{_doing} {value}");
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
