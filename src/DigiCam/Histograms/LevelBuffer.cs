namespace DigiCam.Histograms;

/// <summary>
/// Collects the values of some events of a level before they go to its histograms. One value of an event for each of 1296 histograms misses the cache 1296 times; here it does
/// once for many events. Serves one thread.
/// </summary>
/// <param name="target">The histograms; several buffers may fill the same.</param>
internal sealed class LevelBuffer(LevelHistograms target)
{
    private const int Capacity = 32;

    // By pixel and event.
    private readonly int[] _values = new int[target.PixelCount * Capacity];
    private int _level;
    private int _count;

    /// <summary>Adds one value of each pixel of an event.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="values">The values (pixel).</param>
    public void Add(int level, ReadOnlySpan<int> values)
    {
        if (level != _level || _count == Capacity) Flush();
        _level = level;
        for (int pixel = 0; pixel < values.Length; pixel++) _values[(pixel * Capacity) + _count] = values[pixel];
        _count++;
    }

    /// <summary>Fills what has been collected.</summary>
    public void Flush()
    {
        if (_count > 0) target.FillEvents(_level, _values, Capacity, _count);
        _count = 0;
    }
}
