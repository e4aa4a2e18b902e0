using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using DigiCam.Hosting;

namespace DigiCam.Fitting;

/// <summary>
/// One fit for every pixel on several threads. Which thread fits which pixel is left to chance, so a fit may depend on nothing but its pixel; working
/// space belongs to a thread and is used for one pixel after the other.
/// </summary>
internal static class CameraFit
{
    // Reports of a camera: often enough for a progress bar, too rare to cost anything.
    private const int Reports = 100;

    /// <summary>Fits all pixels; the results do not depend on the number of threads.</summary>
    /// <param name="pixelCount">Number of pixels.</param>
    /// <param name="create">Makes the working space of a thread.</param>
    /// <param name="fit">Fits a pixel.</param>
    /// <param name="progress">Told how many pixels are fitted, from any thread, never fewer than before.</param>
    /// <param name="threads">Number of threads; 0 for all processors.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <returns>The results (pixel).</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ImmutableArray<TResult> Run<TWorkspace, TResult>(
        int pixelCount, Func<TWorkspace> create, Func<int, TWorkspace, TResult> fit, IProgress<FitProgress>? progress = null, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        cancellationToken = HostCancellation.Or(cancellationToken);
        TResult[] results = new TResult[pixelCount];
        int step = Math.Max(1, pixelCount / Reports);
        int next = -1;
        int done = 0;
        object gate = new();
        Exception? failure = null;
        int workers = Math.Max(1, Math.Min(threads == 0 ? Environment.ProcessorCount : threads, pixelCount));

        // Shared out one by one: pixels that are hard to fit lie together in a module.
        void Work()
        {
            try
            {
                TWorkspace workspace = create();
                for (int pixel = Interlocked.Increment(ref next); pixel < pixelCount && Volatile.Read(ref failure) is null; pixel = Interlocked.Increment(ref next))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    results[pixel] = fit(pixel, workspace);
                    if (progress is null) continue;
                    lock (gate)
                    {
                        done++;
                        if (done % step == 0 || done == pixelCount) progress.Report(new FitProgress(done, pixelCount));
                    }
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        Task[] others = [.. Enumerable.Range(1, workers - 1).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Work();
        Task.WaitAll(others, CancellationToken.None);
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        return ImmutableCollectionsMarshal.AsImmutableArray(results);
    }
}
