using System.Runtime;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Lets one submission be stopped: its code is asked first, by a token that long functions look at; code that does not listen is aborted a moment later, wherever it
/// runs as part of the submission. Threads and tasks that it started by itself are only asked.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>How long code that was asked to stop may take before it is aborted.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>How long aborting may take: a finally block or native code cannot be aborted, and nobody waits for it longer than this.</summary>
    private static readonly TimeSpan LongestAbort = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _givenUp = new();
    private readonly CancellationToken _abortToken;

    // The token is kept, because continuations may come when the sources are disposed already.
    public Interruption() => _abortToken = _aborted.Token;

    /// <summary>Cancelled when the submission shall stop.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Cancelled when the submission did not stop although it was aborted.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    /// <summary>True when the submission was asked to stop.</summary>
    public bool IsRequested => _asked.IsCancellationRequested || _aborted.IsCancellationRequested;

    /// <summary>Stops the submission; returns at once.</summary>
    public void Request()
    {
        _aborted.CancelAfter(Patience);
        _givenUp.CancelAfter(Patience + LongestAbort);
        // What the user's code registered with the token runs here, and may take its time or throw.
        ThreadPool.UnsafeQueueUserWorkItem(
            static source =>
            {
                try
                {
                    source.Cancel();
                }
                catch (Exception exception) when (exception is AggregateException or ObjectDisposedException)
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
                code().GetAwaiter().GetResult();
            });
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    public void Dispose()
    {
        _asked.Dispose();
        _aborted.Dispose();
        _givenUp.Dispose();
    }

    // Aborting can leave what the code was changing half changed, which is why it is obsolete for programs. A notebook has no other way out of an endless loop, and its
    // reader, who interrupted it, knows.
#pragma warning disable SYSLIB0046
    private void Abortable(Action action) => ControlledExecution.Run(action, _abortToken);
#pragma warning restore SYSLIB0046

    /// <summary>
    /// Takes continuations to any thread, as without it, so that nothing waits for one thread and deadlocks; but each can be aborted.
    /// </summary>
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
                // After the end of the submission nothing can be aborted any more, and after its interruption nothing of it goes on.
                owner.RunContinuation(() => d(state));
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }

    private void RunContinuation(Action action)
    {
        if (_aborted.IsCancellationRequested) return;
        try
        {
            Abortable(action);
        }
        catch (OperationCanceledException) when (_aborted.IsCancellationRequested)
        {
        }
    }
}
