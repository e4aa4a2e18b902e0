using System.Runtime;
using System.Runtime.ExceptionServices;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Lets one submission be stopped: its code is asked first, by a token that long functions look at; code that does not listen is aborted a moment later, on the submission's own thread and wherever
/// what it awaits goes on. Threads and tasks that it started by itself are only asked.
/// </summary>
internal sealed class Interruption
{
    /// <summary>How long code that was asked to stop may take before it is aborted.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>How often threads that could not be aborted are tried again, and those that wait are woken: an abort reaches a thread only when it runs.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long aborting may take: native code cannot be aborted, and nobody waits for it longer than this.</summary>
    private static readonly TimeSpan LongestAbort = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _givenUp = new();
    private readonly CancellationToken _abortToken;
    private readonly HashSet<Target> _targets = [];
    private readonly Timer _timer;
    private bool _ended;

    [ThreadStatic]
#pragma warning disable IDE1006
    private static Target? t_current;
#pragma warning restore IDE1006

    public Interruption()
    {
        _abortToken = _aborted.Token;
        _timer = new Timer(_ => Abort());
    }

    /// <summary>Cancelled when the submission shall stop.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Cancelled when the submission did not stop although it was aborted.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    /// <summary>True when the submission was asked to stop.</summary>
    public bool IsRequested => _asked.IsCancellationRequested || _aborted.IsCancellationRequested;

    /// <summary>Does something that must be done whole or not at all, such as sending a message: the thread is not aborted meanwhile.</summary>
    public static void Protect(Action action)
    {
        // Code that comes by here is stopped like this; it need not be aborted, which the runtime does not survive everywhere.
        if (t_current is { IsStopping: true }) throw new OperationCanceledException("the cell was interrupted");
        if (t_current is not { } target || !target.Close())
        {
            action();
            return;
        }

        try
        {
            action();
        }
        finally
        {
            target.Open();
        }
    }

    /// <summary>Stops the submission; returns at once.</summary>
    public void Request()
    {
        lock (_targets)
        {
            if (_ended) return;
            _aborted.CancelAfter(Patience);
            _givenUp.CancelAfter(Patience + LongestAbort);
            _timer.Change(Patience, Interval);
        }

        // What the user's code registered with the token runs here, and may take its time or throw.
        ThreadPool.UnsafeQueueUserWorkItem(
            static source =>
            {
                try
                {
                    source.Cancel();
                }
                catch (AggregateException)
                {
                }
            },
            _asked,
            preferLocal: false);
    }

    /// <summary>Runs code to its end, the continuations of what it awaits included.</summary>
    /// <exception cref="OperationCanceledException">The code was aborted.</exception>
    public void Run(Func<Task> code)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        try
        {
            Abortable(() =>
            {
                SynchronizationContext.SetSynchronizationContext(new Continuations(this));
                Task task = code();
                try
                {
                    task.Wait(_abortToken);
                }
                catch (AggregateException)
                {
                    // Thrown below as what it is.
                }

                task.GetAwaiter().GetResult();
            });
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>The submission has ended. What goes on of one that was interrupted is still aborted.</summary>
    public void End()
    {
        lock (_targets)
        {
            _ended = true;
            if (!IsRequested && _targets.Count == 0) _timer.Dispose();
        }
    }

    private void Abortable(Action action)
    {
        Target? outer = t_current;
        Target target = new(Thread.CurrentThread);
        t_current = target;
        lock (_targets) _targets.Add(target);
        try
        {
            // Aborting can leave what the code was changing half changed, which is why it is obsolete for programs. A notebook has no other way out of an endless loop, and its reader, who
            // interrupted it, knows.
#pragma warning disable SYSLIB0046
            ControlledExecution.Run(() => target.Run(action), target.Token);
#pragma warning restore SYSLIB0046
        }
        finally
        {
            lock (_targets) _targets.Remove(target);
            t_current = outer;
        }
    }

    private void Abort()
    {
        lock (_targets)
        {
            foreach (Target target in _targets) target.Abort();
            if (_ended && _targets.Count == 0) _timer.Dispose();
        }
    }

    private void RunContinuation(Action action)
    {
        // Of an interrupted submission nothing goes on.
        if (_abortToken.IsCancellationRequested) return;
        try
        {
            Abortable(action);
        }
        catch (OperationCanceledException) when (_abortToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes continuations to any thread, as without it, so that nothing waits for one thread and deadlocks; but each can be aborted.</summary>
    private sealed class Continuations(Interruption owner) : SynchronizationContext
    {
        public override SynchronizationContext CreateCopy() => this;

        public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(_ => Run(d, state), null);

        private void Run(SendOrPostCallback d, object? state)
        {
            SynchronizationContext? before = Current;
            SetSynchronizationContext(this);
            try
            {
                owner.RunContinuation(() => d(state));
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }

    /// <summary>A thread on which code of the submission runs. It is aborted only in this code, and not where that is protected: the finally blocks of this runtime do not protect.</summary>
    private sealed class Target(Thread thread)
    {
        private const int Opened = 0;
        private const int Closed = 1;
        private const int Aborting = 2;

        // Intervals between the stop of code that comes by Protect and the abort of all other.
        private const int AbortTick = 8;

        private readonly CancellationTokenSource _abort = new();
        private readonly Lock _gate = new();
        private int _state = Closed;
        private bool _finished;
        private int _ticks;

        public CancellationToken Token => _abort.Token;

        public bool IsStopping => Volatile.Read(ref _ticks) > 0;

        public void Run(Action action)
        {
            try
            {
                RunOpen(action);
            }
            catch (ThreadAbortException)
            {
                // Goes on by itself. From here to its end nothing may wake the thread: what ends an abort waits too, and must not be left before its time.
                Finish();
            }
        }

        private void RunOpen(Action action)
        {
            Open();
            ExceptionDispatchInfo? failure = null;
            try
            {
                action();
            }
#pragma warning disable CA1031 // Thrown again below: what waits for the abort must not do so in an exception handler.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            Close();
            failure?.Throw();
        }

        /// <summary>Lets the thread be aborted.</summary>
        public void Open() => Volatile.Write(ref _state, Opened);

        /// <summary>Keeps the thread from being aborted; false when it was so already. Does not return when the abort is on its way.</summary>
        public bool Close()
        {
            int before = Interlocked.CompareExchange(ref _state, Closed, Opened);
            while (before == Aborting)
            {
                try
                {
                    Thread.Sleep(1);
                }
                catch (ThreadInterruptedException)
                {
                }
            }

            return before == Opened;
        }

        public void Abort()
        {
            lock (_gate)
            {
                if (_finished || Interlocked.Increment(ref _ticks) < AbortTick) return;
                int before = Interlocked.CompareExchange(ref _state, Aborting, Opened);
                // Cancelling waits for the thread, and must hold up nothing else.
                if (before == Opened) ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _abort, preferLocal: false);
                else if (before == Aborting) thread.Interrupt();
            }
        }

        private void Finish()
        {
            for (bool done = false; !done;)
            {
                try
                {
                    lock (_gate) _finished = true;
                    // A thread that did not wait when it was woken would be so at its next wait, which is not the submission's.
                    Thread.Sleep(1);
                    done = true;
                }
                catch (ThreadInterruptedException)
                {
                }
            }
        }
    }
}
