using System.Numerics;
using System.Runtime.Intrinsics;

namespace DigiCam.Zfits.Codecs;

/// <summary>Counts of 16-bit words. Keeps its arrays between blocks; not thread-safe.</summary>
/// <remarks>
/// Samples and their differences are mostly small. Such words are counted in four small arrays side by side, so that equal words in a row do not wait for
/// each other; all others in a large one, of which only the counts that a bit map marks are ever looked at or cleared.
/// </remarks>
internal sealed class WordHistogram
{
    /// <summary>Small are the words -1024 to 3071: differences, and samples of 12 bits around their baseline.</summary>
    private const int SmallWords = 4096;
    private const int SmallOffset = 1024;
    private const int SmallArrays = 4;

    /// <summary>With fewer words the small arrays would cost more than they save.</summary>
    private const int ManyWords = 2048;

    private readonly int[] _counts = new int[65536];
    private readonly ulong[] _marks = new ulong[65536 / 64];
    private readonly int[] _small = new int[SmallArrays * SmallWords];

    /// <summary>Counts words.</summary>
    /// <returns>Number of different words.</returns>
    public int Count(ReadOnlySpan<ushort> words)
    {
        if (words.Length < ManyWords) foreach (ushort word in words) Add(word, 1);
        else CountMany(words);
        int found = 0;
        foreach (ulong marks in _marks) found += BitOperations.PopCount(marks);
        return found;
    }

    /// <summary>Gives the words that occur, ascending, and their counts, and starts over.</summary>
    public void MoveTo(Span<ushort> symbols, Span<int> counts)
    {
        int found = 0;
        for (int group = 0; group < _marks.Length; group++)
        {
            for (ulong marks = _marks[group]; marks != 0; marks &= marks - 1)
            {
                int word = 64 * group + BitOperations.TrailingZeroCount(marks);
                symbols[found] = (ushort)word;
                counts[found++] = _counts[word];
                _counts[word] = 0;
            }

            _marks[group] = 0;
        }
    }

    private void Add(int word, int count)
    {
        _counts[word] += count;
        _marks[word >> 6] |= 1UL << word;
    }

    private unsafe void CountMany(ReadOnlySpan<ushort> words)
    {
        Array.Clear(_small);
        fixed (int* arrays = _small)
        fixed (ushort* first = words)
        {
            int* small = arrays + SmallOffset;
            int at = 0;
            for (; at <= words.Length - Vector256<ushort>.Count; at += Vector256<ushort>.Count)
            {
                ushort* group = first + at;
                if (Vector256.LessThanAll(Vector256.Load(group) + Vector256.Create((ushort)SmallOffset), Vector256.Create((ushort)SmallWords)))
                {
                    for (int i = 0; i < Vector256<ushort>.Count; i += SmallArrays)
                    {
                        small[(short)group[i]]++;
                        small[(short)group[i + 1] + SmallWords]++;
                        small[(short)group[i + 2] + 2 * SmallWords]++;
                        small[(short)group[i + 3] + 3 * SmallWords]++;
                    }
                }
                else
                {
                    for (int i = 0; i < Vector256<ushort>.Count; i++) Add(group[i], 1);
                }
            }

            for (; at < words.Length; at++) Add(first[at], 1);
            for (int i = 0; i < SmallWords; i += Vector128<int>.Count)
            {
                Vector128<int> sums = Vector128.Load(arrays + i) + Vector128.Load(arrays + SmallWords + i) + Vector128.Load(arrays + 2 * SmallWords + i) + Vector128.Load(arrays + 3 * SmallWords + i);
                if (sums == Vector128<int>.Zero) continue;
                for (int k = 0; k < Vector128<int>.Count; k++) if (sums[k] != 0) Add((ushort)(i + k - SmallOffset), sums[k]);
            }
        }
    }
}
