namespace DigiCam.Testing;

/// <summary>What an action allocates once its tables and buffers are filled.</summary>
internal static class Allocation
{
    /// <summary>
    /// The least number of bytes over several rounds. A collection meanwhile counts the rest of the thread's allocation context, up to 8 kB, as
    /// allocated: what does allocate does so in every round.
    /// </summary>
    /// <param name="action">The action; called twice a round, because two buffers may take turns.</param>
    public static long Least(Action action)
    {
        const int rounds = 5;
        for (int i = 0; i < rounds; i++) action();
        long least = long.MaxValue;
        for (int i = 0; i < rounds && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
