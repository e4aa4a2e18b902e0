using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Parameters;
using DigiCam.Kernel.Reports;

namespace DigiCam.Kernel.Running;

/// <summary>
/// Runs notebooks without a user interface, each in a process of its own whose culture is invariant. Whatever happens, the executed part of the notebook is written. Thread-safe.
/// </summary>
public sealed class NotebookRunner
{
    /// <summary>How often a run in progress is saved at most.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a process whose cells are done may take to end.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Runs a notebook. Failures of the notebook are results, not exceptions.</summary>
    /// <param name="options">What to run and how.</param>
    /// <param name="cancellationToken">Ends the run within about a second; the result then has the status <see cref="RunStatus.Cancelled"/>.</param>
    public async Task<NotebookRunResult> RunAsync(NotebookRunOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        string path = options.NotebookPath;
        Run run = new(options);
        try
        {
            return await run.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException exception) when (run.Document is null)
        {
            return run.Refuse(RunStatus.FileNotFound, exception.Message);
        }
        catch (NotebookFormatException exception)
        {
            return run.Refuse(RunStatus.NotANotebook, exception.Message);
        }
        catch (ParameterException exception)
        {
            return run.Refuse(RunStatus.BadParameters, $"{path}: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return run.Refuse(RunStatus.EngineFailed, $"{path}: {exception.Message}");
        }
        catch (InvalidOperationException exception)
        {
            return run.Refuse(RunStatus.EngineFailed, $"{path}: {exception.Message}");
        }
    }

    /// <summary>Runs several notebooks, some of them at the same time.</summary>
    /// <param name="notebooks">What to run and how; progress sinks are called from several threads.</param>
    /// <param name="degreeOfParallelism">How many run at the same time at most.</param>
    /// <param name="cancellationToken">Ends all runs.</param>
    /// <returns>The results in the order of the notebooks.</returns>
    public async Task<IReadOnlyList<NotebookRunResult>> RunManyAsync(
        IReadOnlyList<NotebookRunOptions> notebooks, int degreeOfParallelism, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notebooks);
        ArgumentOutOfRangeException.ThrowIfLessThan(degreeOfParallelism, 1);
        using SemaphoreSlim slots = new(degreeOfParallelism);
        return await Task.WhenAll(notebooks.Select(RunOneAsync)).ConfigureAwait(false);

        async Task<NotebookRunResult> RunOneAsync(NotebookRunOptions options)
        {
            // The token is the run's business: a notebook that never started is a cancelled one, not an exception.
            await slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                return await RunAsync(options, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    /// <summary>The state of one run.</summary>
    private sealed class Run(NotebookRunOptions options)
    {
        private readonly DateTime _started = DateTime.UtcNow;
        private readonly long _start = Stopwatch.GetTimestamp();
        private RunRecorder? _recorder;
        private WorkerDone? _done;
        private long _cellStart;
        private long _lastSave = Stopwatch.GetTimestamp();

        public NotebookDocument? Document { get; private set; }

        public NotebookRunResult Refuse(RunStatus status, string message) => new(options.NotebookPath, status, message)
        {
            Started = _started,
            Duration = Stopwatch.GetElapsedTime(_start),
            Document = Document,
            Cells = _recorder?.Runs ?? [],
        };

        public async Task<NotebookRunResult> ExecuteAsync(CancellationToken cancellationToken)
        {
            NotebookDocument document = NotebookDocument.Load(options.NotebookPath);
            RequireCSharp(document);
            if (cancellationToken.IsCancellationRequested) return Refuse(RunStatus.Cancelled, $"{options.NotebookPath}: cancelled before it started");

            // The worker starts and warms up while the parameters are checked here.
            WorkerProcess worker = WorkerProcess.Start();
            await using ConfiguredAsyncDisposable disposal = worker.ConfigureAwait(false);
            document.ClearOutputs();
            ParameterCell.Inject(document, options.Parameters);
            Document = document;
            _recorder = new RunRecorder(document);

            string folder = Path.GetDirectoryName(Path.GetFullPath(options.NotebookPath))!;
            await worker.SendAsync(new WorkerRequest(
                worker.Token,
                folder,
                Path.GetFullPath(options.WorkingDirectory ?? folder),
                options.ContinueOnError,
                [.. _recorder.Cells.Select((cell, i) => new WorkerRequest.Cell(i + 1, cell.Source)).Where(cell => !string.IsNullOrWhiteSpace(cell.Code))])).ConfigureAwait(false);
            (RunStatus status, string message) = await FollowAsync(worker, _recorder, cancellationToken).ConfigureAwait(false);
            return Finish(status, message);
        }

        private void RequireCSharp(NotebookDocument document)
        {
            if (document.Language is { } language && language.ToUpperInvariant() is not ("C#" or "CSHARP" or "POLYGLOT-NOTEBOOK"))
            {
                throw new NotebookFormatException(options.NotebookPath, "metadata.kernelspec", $"the notebook is written in {language}, this runner executes C#");
            }

            for (int i = 0; i < document.Cells.Count; i++)
            {
                NotebookCell cell = document.Cells[i];
                if (cell.Kind != CellKind.Code) continue;
                string? cellLanguage = Text(cell, "polyglot_notebook", "kernelName") ?? Text(cell, "dotnet_interactive", "language");
                if (cellLanguage is not (null or "csharp"))
                {
                    throw new NotebookFormatException(
                        options.NotebookPath, string.Create(CultureInfo.InvariantCulture, $"cells[{i}]"), $"the cell is written in {cellLanguage}, this runner executes C#");
                }
            }
        }

        private static string? Text(NotebookCell cell, string group, string key) =>
            cell.Metadata[group] is JsonObject entries && entries[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

        private async Task<(RunStatus Status, string Message)> FollowAsync(WorkerProcess worker, RunRecorder recorder, CancellationToken cancellationToken)
        {
            bool running = false;
            while (true)
            {
                // Checked before every event, so that a cell that prints without end cannot outrun its limit.
                TimeSpan? left = TimeLeft(running);
                if (left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
                {
                    return await StopAsync(worker, recorder, running, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
                }

                if (!worker.Events.TryRead(out WorkerEvent? item))
                {
                    if (await WaitAsync(worker, left, cancellationToken).ConfigureAwait(false)) continue;
                    return Died(worker, recorder, running);
                }

                switch (item)
                {
                    case MessageEvent { Message: WorkerDone done }:
                        _done = done;
                        await worker.EndAsync(EndPatience).ConfigureAwait(false);
                        return Verdict(recorder);
                    case MessageEvent { Message: CellStarted start }:
                        running = true;
                        _cellStart = Stopwatch.GetTimestamp();
                        Report(recorder.Start(start.Cell));
                        break;
                    case MessageEvent { Message: CellEnded end }:
                        running = false;
                        Report(recorder.End(end.Succeeded ? CellStatus.Succeeded : CellStatus.Failed, end.Duration, end.Line));
                        SavePartial();
                        break;
                    default:
                        Record(recorder, item);
                        break;
                }
            }
        }

        /// <summary>Waits for the next event, the time limit or cancellation; false when there is no further event.</summary>
        private static async Task<bool> WaitAsync(WorkerProcess worker, TimeSpan? left, CancellationToken cancellationToken)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            // Timers know limits of some weeks only; waiting less than asked is harmless.
            if (left is { } time) limit.CancelAfter(time < LongestWait ? time : LongestWait);
            try
            {
                return await worker.Events.WaitToReadAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        }

        private static void Record(RunRecorder recorder, WorkerEvent item)
        {
            switch (item)
            {
                case MessageEvent { Message: CellWrote wrote }:
                    recorder.Write(wrote.Output, wrote.DisplayId);
                    break;
                case MessageEvent { Message: DisplayChanged changed }:
                    recorder.Update(changed.DisplayId, changed.Data);
                    break;
                case MessageEvent { Message: OutputCleared cleared }:
                    recorder.Clear(cleared.Wait);
                    break;
                case StrayEvent stray:
                    recorder.Write(new StreamOutput(stray.Name, stray.Text), null);
                    break;
            }
        }

        private TimeSpan? TimeLeft(bool running)
        {
            TimeSpan? total = options.TotalTimeout - Stopwatch.GetElapsedTime(_start);
            TimeSpan? cell = running ? options.CellTimeout - Stopwatch.GetElapsedTime(_cellStart) : null;
            return total is null ? cell : cell is null ? total : total < cell ? total : cell;
        }

        /// <summary>Ends the process because of a timeout or on request; user code cannot be stopped more gently.</summary>
        private async Task<(RunStatus Status, string Message)> StopAsync(WorkerProcess worker, RunRecorder recorder, bool running, bool cancelled)
        {
            worker.Kill();
            while (await worker.Events.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (worker.Events.TryRead(out WorkerEvent? item)) Record(recorder, item);
            }

            TimeSpan inCell = running ? Stopwatch.GetElapsedTime(_cellStart) : TimeSpan.Zero;
            bool total = options.TotalTimeout is { } limit && Stopwatch.GetElapsedTime(_start) >= limit;
            string cause = cancelled ? "the run was cancelled"
                : total ? $"the run took longer than {Duration(options.TotalTimeout!.Value)}"
                : $"the cell took longer than {Duration(options.CellTimeout!.Value)}";
            if (!running) return (cancelled ? RunStatus.Cancelled : RunStatus.TimedOut, $"{options.NotebookPath}: {cause}");

            string sentence = string.Create(CultureInfo.InvariantCulture, $"cell {recorder.Current}: {cause}; it was stopped after {Duration(inCell)}");
            recorder.Write(new ErrorOutput("Error", sentence, [sentence]), null);
            Report(recorder.End(cancelled ? CellStatus.Cancelled : CellStatus.TimedOut, inCell));
            return (cancelled ? RunStatus.Cancelled : RunStatus.TimedOut, $"{options.NotebookPath}: {sentence}");
        }

        private (RunStatus Status, string Message) Died(WorkerProcess worker, RunRecorder recorder, bool running)
        {
            string cause = Obituary.Write(worker.ExitCode, worker.ErrorTail);
            if (recorder.Current == 0) return (RunStatus.EngineFailed, $"{options.NotebookPath}: the notebook worker did not start: {cause}");
            string sentence = string.Create(CultureInfo.InvariantCulture, $"cell {recorder.Current}: {(running ? "" : "after the cell ")}{cause}");
            recorder.Write(new ErrorOutput("Error", sentence, [sentence]), null);
            Report(recorder.End(CellStatus.Died, running ? Stopwatch.GetElapsedTime(_cellStart) : recorder.Runs[recorder.Current - 1].Duration));
            return (RunStatus.CellFailed, $"{options.NotebookPath}: {sentence}");
        }

        private (RunStatus Status, string Message) Verdict(RunRecorder recorder)
        {
            CellRun? failed = recorder.Runs.FirstOrDefault(run => run.Status == CellStatus.Failed);
            if (failed is null) return (RunStatus.Succeeded, "");
            string line = failed.Line is { } number ? string.Create(CultureInfo.InvariantCulture, $", line {number}") : "";
            string error = failed.Error?.Value ?? "failed";
            string prefix = string.Create(CultureInfo.InvariantCulture, $"cell {failed.Number}");
            // Compiler messages name the place themselves.
            return (RunStatus.CellFailed, $"{options.NotebookPath}: {(error.StartsWith(prefix + ",", StringComparison.Ordinal) ? error : $"{prefix}{line}: {error}")}");
        }

        private NotebookRunResult Finish(RunStatus status, string message)
        {
            TimeSpan duration = Stopwatch.GetElapsedTime(_start);
            _recorder!.Stamp(status, _started, duration);
            if (options.OutputPath is { } output) Document!.Save(output);
            if (options.HtmlPath is { } html)
            {
                HtmlReport.Save(html, Document!, new HtmlReportOptions
                {
                    Name = Path.GetFileName(options.NotebookPath),
                    BaseDirectory = Path.GetDirectoryName(Path.GetFullPath(options.NotebookPath)),
                    Links = options.Links,
                });
            }

            return new NotebookRunResult(options.NotebookPath, status, message)
            {
                Started = _started,
                Duration = duration,
                Cells = _recorder.Runs,
                Document = Document,
                OutputPath = options.OutputPath,
                HtmlPath = options.HtmlPath,
                PeakMemoryBytes = _done?.PeakMemoryBytes ?? 0,
                Counters = _done?.Counters ?? ImmutableSortedDictionary<string, long>.Empty,
            };
        }

        /// <summary>What a run has done so far survives the end of the runner itself; not after every cell, which would cost more than small cells do.</summary>
        private void SavePartial()
        {
            if (options.OutputPath is null || Stopwatch.GetElapsedTime(_lastSave) < SaveInterval) return;
            Document!.Save(options.OutputPath);
            _lastSave = Stopwatch.GetTimestamp();
        }

        private void Report(CellRun cell)
        {
            if (options.Progress is null) return;
            string source = _recorder!.Cells[cell.Number - 1].Source.Split('\n').Select(line => line.Trim())
                .FirstOrDefault(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal)) ?? "";
            options.Progress.Report(new CellProgress(options.NotebookPath, _recorder.Cells.Count, cell, source));
        }

        private static string Duration(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s");
    }
}
