using System.Runtime.CompilerServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>Finds the literals and matches that reference zlib finds at level 6, so that the streams are equal byte for byte. Keeps its tables between streams; not thread-safe.</summary>
/// <remarks>
/// zlib keeps 64 kB of its input and drops the older half when the newer one is nearly used up. What it finds depends on that: the first
/// byte kept is never the start of a match, and blocks that begin in a dropped part are never stored.
/// </remarks>
internal sealed class DeflateReferenceParser
{
    private const int HashBits = 15;
    private const int HashShift = 5;

    /// <summary>A block ends with this many symbols.</summary>
    private const int SymbolsPerBlock = (1 << 14) - 1;

    /// <summary>Input that must lie ahead, or the window moves on.</summary>
    private const int LeastAhead = DeflateFormat.LongestMatch + DeflateFormat.ShortestMatch + 1;
    private const int LargestDistance = DeflateFormat.WindowSize - LeastAhead;

    /// <summary>Level 6: places tried; a quarter of them once a match has the good length; a match of the nice length ends the search,
    /// one of the lazy length is taken without a look at the next place.</summary>
    private const int Attempts = 128;
    private const int GoodLength = 8;
    private const int NiceLength = 128;
    private const int LazyLength = 16;

    /// <summary>The shortest matches are not worth more distance than this.</summary>
    private const int ShortestMatchReach = 4096;

    /// <summary>No match: one less than the shortest.</summary>
    private const int NoMatch = DeflateFormat.ShortestMatch - 1;

    /// <summary>Last place with a hash, and for each place, modulo the window, the one before it. Places count on from stream to stream, so that nothing needs clearing.</summary>
    private readonly int[] _heads = new int[1 << HashBits];
    private readonly int[] _previous = new int[DeflateFormat.WindowSize];
    private int _origin;

    /// <summary>Writes all blocks of a stream.</summary>
    public unsafe void Parse(ReadOnlySpan<byte> source, DeflateBlockWriter writer)
    {
        if (_origin > int.MaxValue - DeflateFormat.WindowSize - source.Length)
        {
            Array.Clear(_heads);
            _origin = 0;
        }

        // The first place of the window is no start of a match, here and in zlib, where 0 stands for none.
        int window = _origin;
        int blockStart = 0;
        int symbols = 0;
        int length = NoMatch;
        int distance = 0;
        bool literalWaits = false;
        int at = 0;
        fixed (byte* data = source)
        fixed (int* heads = _heads)
        fixed (int* previous = _previous)
        {
            while (true)
            {
                int inWindow = _origin + at - window;
                if (Math.Min(source.Length - at, 2 * DeflateFormat.WindowSize - inWindow) < LeastAhead && inWindow >= DeflateFormat.WindowSize + LargestDistance) window += DeflateFormat.WindowSize;
                if (at == source.Length) break;

                int candidate = source.Length - at >= DeflateFormat.ShortestMatch ? Insert(data, at, heads, previous) : window;
                int lengthBefore = length;
                int distanceBefore = distance;
                length = NoMatch;
                if (candidate > window && lengthBefore < LazyLength && _origin + at - candidate <= LargestDistance)
                {
                    length = FindMatch(data, at, source.Length, candidate, window, lengthBefore, previous, ref distance);
                    if (length == DeflateFormat.ShortestMatch && distance > ShortestMatchReach) length = NoMatch;
                }

                bool full = false;
                if (lengthBefore > NoMatch && length <= lengthBefore)
                {
                    // The match of the place before is at least as long: it is taken.
                    writer.AddMatch(lengthBefore, distanceBefore);
                    full = ++symbols == SymbolsPerBlock;
                    int end = at - 1 + lengthBefore;
                    int last = Math.Min(end, source.Length - DeflateFormat.ShortestMatch + 1);
                    for (at++; at < last; at++) Insert(data, at, heads, previous);
                    at = end;
                    literalWaits = false;
                    length = NoMatch;
                }
                else
                {
                    if (literalWaits)
                    {
                        writer.AddLiterals(1);
                        full = ++symbols == SymbolsPerBlock;
                    }

                    literalWaits = true;
                    if (!full) at++;
                }

                if (!full) continue;
                writer.EndBlock(source[blockStart..at], _origin + blockStart >= window, last: false);
                blockStart = at;
                symbols = 0;
                if (literalWaits) at++;
            }
        }

        if (literalWaits) writer.AddLiterals(1);
        writer.EndBlock(source[blockStart..], _origin + blockStart >= window, last: true);
        _origin += source.Length + 1;
    }

    /// <summary>Enters a place into the chain of its hash, and returns the place before it there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe int Insert(byte* data, int at, int* heads, int* previous)
    {
        int hash = ((data[at] << (2 * HashShift)) ^ (data[at + 1] << HashShift) ^ data[at + 2]) & ((1 << HashBits) - 1);
        int candidate = heads[hash];
        int place = _origin + at;
        previous[place & (DeflateFormat.WindowSize - 1)] = candidate;
        heads[hash] = place;
        return candidate;
    }

    /// <summary>The longest match that is longer than the one before, the nearest of equal ones; sets the distance where there is one.</summary>
    private unsafe int FindMatch(byte* data, int at, int end, int candidate, int window, int lengthBefore, int* previous, ref int distance)
    {
        int longest = Math.Min(DeflateFormat.LongestMatch, end - at);
        int length = lengthBefore;
        if (length >= longest) return longest;
        int nice = Math.Min(NiceLength, longest);
        int attempts = lengthBefore >= GoodLength ? Attempts / 4 : Attempts;
        int place = _origin + at;
        int oldest = Math.Max(window, place - LargestDistance);
        byte* scan = data + at;
        ushort tail = *(ushort*)(scan + length - 1);
        do
        {
            byte* match = data + (candidate - _origin);
            if (*(ushort*)(match + length - 1) == tail && *(ushort*)match == *(ushort*)scan)
            {
                int found = DeflateMatch.CommonLength(scan, match, longest);
                if (found > length)
                {
                    distance = place - candidate;
                    length = found;
                    if (found >= nice) break;
                    tail = *(ushort*)(scan + length - 1);
                }
            }

            candidate = previous[candidate & (DeflateFormat.WindowSize - 1)];
        }
        while (candidate > oldest && --attempts != 0);
        return length;
    }
}
