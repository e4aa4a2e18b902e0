using System.Runtime.CompilerServices;

namespace DigiCam.Files;

/// <summary>The values of a large dataset one after the other; no more than a stretch of the file is in memory.</summary>
/// <typeparam name="T">Their type.</typeparam>
internal sealed class Hdf5Values<T> where T : unmanaged
{
    private readonly Action<int, Memory<T>> _read;
    private T[] _buffer;
    private int _from;
    private int _to;
    private int _done;

    /// <summary>Begins at the first value.</summary>
    /// <param name="count">Number of values.</param>
    /// <param name="read">Reads values from a place on.</param>
    public Hdf5Values(int count, Action<int, Memory<T>> read)
    {
        (Count, _read) = (count, read);
        _buffer = new T[Math.Min(Stretch, count)];
    }

    /// <summary>Number of all values.</summary>
    public int Count { get; }

    /// <summary>Number of values that were not taken yet.</summary>
    public int Left => Count - _done + _to - _from;

    // Values in a stretch of the file: what has a check sum of its own is read once.
    private static int Stretch => Hdf5Writer.ChunkBytes / Unsafe.SizeOf<T>();

    /// <summary>Takes the next values; they are there until the next call.</summary>
    /// <param name="count">How many, at most <see cref="Left"/>.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public ReadOnlySpan<T> Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Left);
        if (count > _to - _from) Fetch(count);
        _from += count;
        return _buffer.AsSpan(_from - count, count);
    }

    // Whole stretches, behind what is left of the last one.
    private void Fetch(int count)
    {
        int kept = _to - _from;
        int length = Math.Min((int)(((long)count - kept + Stretch - 1) / Stretch * Stretch), Count - _done);
        T[] target = kept + length <= _buffer.Length ? _buffer : new T[kept + length];
        _buffer.AsSpan(_from, kept).CopyTo(target);
        _buffer = target;
        _read(_done, _buffer.AsMemory(kept, length));
        _done += length;
        (_from, _to) = (0, kept + length);
    }
}
