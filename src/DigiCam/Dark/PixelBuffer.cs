using DigiCam.Histograms;

namespace DigiCam.Dark;

/// <summary>
/// Collects values of each pixel before they go to its histogram. One value of an event for each of 1296 histograms misses the cache 1296 times; here it does
/// once for many events.
/// </summary>
/// <param name="target">The histograms.</param>
internal sealed class PixelBuffer(PixelHistograms target)
{
    private const int Capacity = 128;

    private readonly short[] _values = new short[target.PixelCount * Capacity];
    private readonly byte[] _counts = new byte[target.PixelCount];

    /// <summary>The histograms; complete after <see cref="Flush()"/>.</summary>
    public PixelHistograms Target => target;

    /// <summary>Adds a value; beyond 16 bits it stays outside any axis of ADC codes and their sums.</summary>
    public void Add(int pixel, int value)
    {
        int count = _counts[pixel];
        _values[(pixel * Capacity) + count] = (short)Math.Clamp(value, short.MinValue, short.MaxValue);
        _counts[pixel] = (byte)++count;
        if (count == Capacity) Flush(pixel);
    }

    /// <summary>Fills what has been collected.</summary>
    public void Flush()
    {
        for (int pixel = 0; pixel < _counts.Length; pixel++) Flush(pixel);
    }

    private void Flush(int pixel)
    {
        target.FillSpread(pixel, _values.AsSpan(pixel * Capacity, _counts[pixel]));
        _counts[pixel] = 0;
    }
}
