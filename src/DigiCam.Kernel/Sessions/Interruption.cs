using System.Runtime.CompilerServices;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Lets one submission be stopped: its code is asked first, by a token that long functions look at; a moment later its loops end where they begin anew (<see cref="CellLoops"/>), what it prints is
/// refused, and its threads are woken where they wait. Nothing is aborted: the runtime does not survive that everywhere.
/// </summary>
internal sealed class Interruption
{
    /// <summary>How long code that was asked to stop may take before it is stopped.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>How often threads are looked after that wait.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>How long stopping may take: what computes in a library without a look at the token cannot be stopped, and nobody waits for it longer than this.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    private static readonly AsyncLocal<Interruption?> Flowing = new();

    // Set for good by the first stop: until then a loop looks at nothing else.
    private static bool s_anyStops;

    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _givenUp = new();
    private readonly CancellationToken _stopToken;
    private readonly HashSet<Target> _targets = [];
    private readonly Timer _timer;
    private bool _ended;

    [ThreadStatic]
#pragma warning disable IDE1006
    private static Target? t_current;
#pragma warning restore IDE1006

    public Interruption()
    {
        _stopToken = _stopped.Token;
        _timer = new Timer(_ => Stop());
    }

    /// <summary>Cancelled when the submission shall stop.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Cancelled when the submission did not stop.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    /// <summary>True when the submission was asked to stop.</summary>
    public bool IsRequested => _asked.IsCancellationRequested || _stopToken.IsCancellationRequested;

    /// <summary>Ends the code that comes by here when its submission is to stop.</summary>
    /// <exception cref="OperationCanceledException">The submission was interrupted.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pass()
    {
        if (Volatile.Read(ref s_anyStops)) PassSlowly();
    }

    /// <summary>Does something that must be done whole or not at all, such as sending a message: the thread is not woken meanwhile.</summary>
    /// <exception cref="OperationCanceledException">The submission was interrupted; nothing was done.</exception>
    public static void Protect(Action action)
    {
        Pass();
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
            _givenUp.CancelAfter(Patience + LongestStop);
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
    /// <exception cref="OperationCanceledException">The code was stopped.</exception>
    public void Run(Func<Task> code)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        Flowing.Value = this;
        try
        {
            Wakeable(() =>
            {
                SynchronizationContext.SetSynchronizationContext(new Continuations(this));
                Task task = code();
                try
                {
                    task.Wait(_stopToken);
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
            // What the session itself says about the cell is not stopped.
            Flowing.Value = null;
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>The submission has ended. What goes on of one that was interrupted is still stopped.</summary>
    public void End()
    {
        lock (_targets)
        {
            _ended = true;
            if (!IsRequested && _targets.Count == 0) _timer.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PassSlowly()
    {
        if (Flowing.Value is { _stopToken.IsCancellationRequested: true }) throw new OperationCanceledException("the cell was interrupted");
    }

    private void Wakeable(Action action)
    {
        Target? outer = t_current;
        Target target = new(Thread.CurrentThread);
        t_current = target;
        lock (_targets) _targets.Add(target);
        try
        {
            target.Open();
            action();
        }
        finally
        {
            target.Finish();
            lock (_targets) _targets.Remove(target);
            t_current = outer;
        }
    }

    private void Stop()
    {
        Volatile.Write(ref s_anyStops, true);
        _stopped.Cancel();
        lock (_targets)
        {
            foreach (Target target in _targets) target.Wake();
            if (_ended && _targets.Count == 0) _timer.Dispose();
        }
    }

    private void RunContinuation(Action action)
    {
        // Of an interrupted submission nothing goes on.
        if (_stopToken.IsCancellationRequested) return;
        try
        {
            Wakeable(action);
        }
        catch (Exception exception) when (_stopToken.IsCancellationRequested && exception is OperationCanceledException or ThreadInterruptedException)
        {
        }
    }

    /// <summary>Takes continuations to any thread, as without it, so that nothing waits for one thread and deadlocks; but each can be woken.</summary>
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

    /// <summary>A thread on which code of the submission runs. It is woken only in this code, and not where that is protected.</summary>
    private sealed class Target(Thread thread)
    {
        private readonly Lock _gate = new();
        private bool _open;
        private bool _woken;

        /// <summary>Lets the thread be woken.</summary>
        public void Open()
        {
            lock (_gate) _open = true;
        }

        /// <summary>Keeps the thread from being woken; false when it was so already.</summary>
        public bool Close()
        {
            lock (_gate)
            {
                bool before = _open;
                _open = false;
                return before;
            }
        }

        /// <summary>Ends the wait of a thread that waits.</summary>
        public void Wake()
        {
            lock (_gate)
            {
                if (!_open || (thread.ThreadState & ThreadState.WaitSleepJoin) == 0) return;
                _woken = true;
                thread.Interrupt();
            }
        }

        /// <summary>From here the thread belongs to others again: a wake-up that came when it did not wait any more would meet their next wait.</summary>
        public void Finish()
        {
            for (bool done = false; !done;)
            {
                try
                {
                    Close();
                    if (_woken) Thread.Sleep(1);
                    done = true;
                }
                catch (ThreadInterruptedException)
                {
                }
            }
        }
    }
}
