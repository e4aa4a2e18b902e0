using System.Diagnostics;
using System.Globalization;
using DigiCam.Fitting;
using DigiCam.Notebooks.Formatting;
using DigiCam.Runs;

namespace DigiCam.Notebooks.Progress;

/// <summary>
/// Progress as one line of the running cell that changes in place, at most four times a second. What stays when the work is done says how much was done, not how long it took: two runs of a notebook give
/// the same output. Where no notebook runs nothing is shown. When the cell is interrupted, the next report throws <see cref="OperationCanceledException"/>, which ends reading and fitting on all threads. Thread-safe.
/// </summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<ProgressLine>))]
public sealed class ProgressLine : IHtml, IProgress<RunProgress>, IProgress<FitProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly string _doing;
    private readonly CancellationToken _interrupted;
    private readonly Action<ProgressLine>? _update;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _shown;
    private State _state;

    /// <summary>Shows the line.</summary>
    /// <param name="doing">What is going on, as in "reading".</param>
    internal ProgressLine(string doing)
    {
        ArgumentException.ThrowIfNullOrEmpty(doing);
        _doing = doing;
        _interrupted = NotebookDisplay.Interrupted();
        _update = NotebookDisplay.Show(this) is { } display ? display.Update : null;
    }

    /// <summary>A line that is shown in another way.</summary>
    /// <param name="doing">What is going on.</param>
    /// <param name="update">Shows the line anew.</param>
    /// <param name="interrupted">Tells of an interrupt.</param>
    internal ProgressLine(string doing, Action<ProgressLine> update, CancellationToken interrupted) => (_doing, _update, _interrupted) = (doing, update, interrupted);

    /// <summary>Takes how far a run is.</summary>
    /// <param name="value">The state.</param>
    /// <exception cref="OperationCanceledException">The cell was interrupted.</exception>
    public void Report(RunProgress value) => Report(new State(value.Events, value.TotalEvents, "event", value.EventsPerSecond));

    /// <summary>Takes how far the fits of a camera are.</summary>
    /// <param name="value">The state.</param>
    /// <exception cref="OperationCanceledException">The cell was interrupted.</exception>
    public void Report(FitProgress value) => Report(new State(value.Done, value.Total, "pixel", 0));

    /// <inheritdoc/>
    public string ToHtml()
    {
        State state = Current();
        string rate = state.PerSecond > 0 ? $", {Html.Grouped((long)state.PerSecond)}/s" : "";
        string line = state.Total == 0 ? $"{Html.Escape(_doing)} …"
            : state.IsDone ? $"{Html.Escape(_doing)}: {Html.Grouped(state.Total)} {state.Noun}"
            : string.Create(CultureInfo.InvariantCulture, $"<progress style=\"width: 16em; margin-right: 0.8em; vertical-align: middle\" max=\"{state.Total}\" value=\"{state.Done}\"></progress>{Html.Escape(_doing)}: {Html.Grouped(state.Done)} of {Html.Grouped(state.Total)} {state.Noun}{rate}");
        return $"<div id=\"{Html.Id("progress", line)}\" class=\"dc-output\" style=\"font-variant-numeric: tabular-nums\">{line}</div>\n";
    }

    /// <summary>The line as text.</summary>
    public override string ToString()
    {
        State state = Current();
        if (state.Total == 0) return $"{_doing} ...";
        if (state.IsDone) return string.Create(CultureInfo.InvariantCulture, $"{_doing}: {state.Total} {state.Noun}");
        string rate = state.PerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $", {state.PerSecond:F0}/s") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{_doing}: {state.Done} of {state.Total} {state.Noun}{rate}");
    }

    private State Current()
    {
        lock (_lock) return _state;
    }

    private void Report(State state)
    {
        _interrupted.ThrowIfCancellationRequested();
        lock (_lock)
        {
            _state = state;
            if (_update is null || (!state.IsDone && _watch.Elapsed - _shown < Interval)) return;
            _shown = _watch.Elapsed;
            _update(this);
        }
    }

    private readonly record struct State(long Done, long Total, string One, double PerSecond)
    {
        public bool IsDone => Done >= Total;

        public string Noun => Total == 1 ? One : One + "s";
    }
}
