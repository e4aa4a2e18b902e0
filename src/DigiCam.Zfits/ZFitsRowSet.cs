using System.Globalization;

namespace DigiCam.Zfits;

/// <summary>A set of row numbers (or event numbers), kept as ranges. Immutable.</summary>
public sealed class ZFitsRowSet
{
    // Sorted, without overlap, not touching; both ends belong to the range.
    private readonly (long First, long Last)[] _ranges;

    private ZFitsRowSet(IEnumerable<(long First, long Last)> ranges)
    {
        List<(long First, long Last)> merged = [];
        foreach ((long first, long last) in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && (merged[^1].Last == long.MaxValue || first <= merged[^1].Last + 1)) merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            else merged.Add((first, last));
        }

        _ranges = [.. merged];
    }

    /// <summary>All rows.</summary>
    public static ZFitsRowSet All { get; } = From(0);

    /// <summary>The ranges in ascending order; both ends belong to a range, an open end is <see cref="long.MaxValue"/>.</summary>
    public IReadOnlyList<(long First, long Last)> Ranges => Array.AsReadOnly(_ranges);

    /// <summary>A number of consecutive rows.</summary>
    /// <param name="first">The first row, from 0.</param>
    /// <param name="count">How many, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the range ends beyond 63 bits.</exception>
    public static ZFitsRowSet Range(long first, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, long.MaxValue - first);
        return new ZFitsRowSet(count == 0 ? [] : [(first, first + count - 1)]);
    }

    /// <summary>A row and all that follow.</summary>
    /// <param name="first">The first row, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static ZFitsRowSet From(long first)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        return new ZFitsRowSet([(first, long.MaxValue)]);
    }

    /// <summary>Single rows, in any order.</summary>
    /// <param name="rows">The rows, from 0; a repeated one counts once.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static ZFitsRowSet Of(params IEnumerable<long> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new ZFitsRowSet(rows.Select(row =>
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(rows));
            return (row, row);
        }));
    }

    /// <summary>Rows as people write them: numbers and ranges separated by commas, for example <c>0-99,200,300-</c>; both ends belong
    /// to a range, one without end goes on to the last row.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The text is something else; the message says which part.</exception>
    public static ZFitsRowSet Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ZFitsRowSet([.. text.Split(',', StringSplitOptions.TrimEntries).Select(Part)]);

        (long First, long Last) Part(string part)
        {
            string[] ends = part.Split('-', StringSplitOptions.TrimEntries);
            long last = long.MaxValue;
            bool valid = ends.Length <= 2 && Number(ends[0], out long first) & (ends.Length == 1 || ends[1].Length == 0 || Number(ends[1], out last));
            if (!valid) throw new ArgumentException($"'{part}' is neither a number nor a range such as 0-99 or 300-", nameof(text));
            _ = Number(ends[0], out first);
            if (ends.Length == 1) last = first;
            return first <= last ? (first, last) : throw new ArgumentException($"'{part}' ends before it begins", nameof(text));
        }

        static bool Number(string digits, out long value) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>True when the set holds a row.</summary>
    public bool Contains(long row)
    {
        int at = FirstRangeEndingAt(row);
        return at < _ranges.Length && _ranges[at].First <= row;
    }

    /// <summary>True when the set holds any of a number of consecutive rows.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    public bool Overlaps(long first, long count)
    {
        if (count <= 0) return false;
        int at = FirstRangeEndingAt(first);
        return at < _ranges.Length && _ranges[at].First <= first + count - 1;
    }

    /// <summary>Those rows of a stretch of consecutive ones that the set holds, in ascending order.</summary>
    /// <param name="first">First row of the stretch.</param>
    /// <param name="count">Its length.</param>
    public IEnumerable<long> Within(long first, long count)
    {
        for (int at = FirstRangeEndingAt(first); at < _ranges.Length && _ranges[at].First < first + count; at++)
        {
            long last = Math.Min(_ranges[at].Last, first + count - 1);
            for (long row = Math.Max(_ranges[at].First, first); row <= last; row++) yield return row;
        }
    }

    /// <summary>How many of the rows of a table the set holds.</summary>
    /// <param name="rowCount">Number of rows of the table.</param>
    public long CountWithin(long rowCount) => _ranges.Where(range => range.First < rowCount).Sum(range => Math.Min(range.Last, rowCount - 1) - range.First + 1);

    /// <summary>The set as <see cref="Parse"/> reads it; empty when it holds nothing.</summary>
    public override string ToString() => string.Join(',', _ranges.Select(range => range.Last == long.MaxValue
        ? FormattableString.Invariant($"{range.First}-")
        : range.First == range.Last ? FormattableString.Invariant($"{range.First}") : FormattableString.Invariant($"{range.First}-{range.Last}")));

    /// <summary>Refuses rows that a table does not have; an open end is none.</summary>
    /// <exception cref="ArgumentException">The set names a row beyond the last one.</exception>
    internal void CheckWithin(ZFitsTable table)
    {
        if (_ranges.Length == 0) return;
        (long first, long last) = _ranges[^1];
        long named = last == long.MaxValue ? first : last;
        if (named >= table.RowCount && !(last == long.MaxValue && first == 0))
        {
            throw new ArgumentException(FormattableString.Invariant($"table {table.Name} of {table.File.Path} has {table.RowCount} rows, there is no row {named}"));
        }
    }

    // Index of the first range that does not end before the row.
    private int FirstRangeEndingAt(long row)
    {
        int low = 0;
        int high = _ranges.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].Last < row) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
