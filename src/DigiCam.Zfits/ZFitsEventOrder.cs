using System.Collections;

namespace DigiCam.Zfits;

/// <summary>The events of several files in the order of their numbers; events of equal number stay in the order of files and rows. Immutable.</summary>
public sealed class ZFitsEventOrder : IReadOnlyList<ZFitsEventPlace>
{
    private readonly ZFitsEventPlace[] _places;

    /// <summary>Brings events into order.</summary>
    /// <param name="ids">For each file the event number of every row.</param>
    /// <param name="maximumCount">Keep only so many events, the first ones in order; null keeps all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of events is negative.</exception>
    public ZFitsEventOrder(IReadOnlyList<IReadOnlyList<long>> ids, long? maximumCount = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentOutOfRangeException.ThrowIfNegative(maximumCount ?? 0, nameof(maximumCount));
        ZFitsEventPlace[] places = new ZFitsEventPlace[checked((int)ids.Sum(file => (long)file.Count))];
        int at = 0;
        for (int file = 0; file < ids.Count; file++)
        {
            for (int row = 0; row < ids[file].Count; row++) places[at++] = new ZFitsEventPlace(ids[file][row], file, row);
        }

        // File and row are part of the key, which makes the order stable.
        Array.Sort(places, static (a, b) => a.Id != b.Id ? a.Id.CompareTo(b.Id) : a.File != b.File ? a.File.CompareTo(b.File) : a.Row.CompareTo(b.Row));
        _places = maximumCount < places.Length ? places[..(int)maximumCount.Value] : places;

        List<(long First, long Last)> gaps = [];
        List<long> duplicates = [];
        for (int i = 1; i < _places.Length; i++)
        {
            long before = _places[i - 1].Id;
            long id = _places[i].Id;
            if (id == before) duplicates.Add(id);
            else if (id - before > 1) gaps.Add((before + 1, id - 1));
        }

        Gaps = gaps.AsReadOnly();
        Duplicates = duplicates.AsReadOnly();
        MissingCount = gaps.Aggregate(UInt128.Zero, (sum, gap) => sum + (UInt128)(gap.Last - gap.First) + 1);
    }

    /// <summary>Number of events.</summary>
    public int Count => _places.Length;

    /// <summary>The stretches of event numbers between the smallest and the largest that no event has; both ends are missing.</summary>
    public IReadOnlyList<(long First, long Last)> Gaps { get; }

    /// <summary>How many event numbers lie in the gaps.</summary>
    public UInt128 MissingCount { get; }

    /// <summary>The event numbers that occur again, once for every further event.</summary>
    public IReadOnlyList<long> Duplicates { get; }

    /// <summary>An event by its place in the order.</summary>
    /// <param name="index">Place, from 0.</param>
    public ZFitsEventPlace this[int index] => _places[index];

    /// <summary>The events without a copy.</summary>
    public ReadOnlySpan<ZFitsEventPlace> AsSpan() => _places;

    /// <inheritdoc/>
    public IEnumerator<ZFitsEventPlace> GetEnumerator() => ((IEnumerable<ZFitsEventPlace>)_places).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
