using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>Decoding tables of one Huffman16 stream. The arrays are reused from stream to stream; not thread-safe.</summary>
/// <remarks>
/// The next few bits index two tables. <see cref="Single"/> gives one symbol and its code length. <see cref="Multi"/> gives up to three
/// symbols whose codes lie within those bits, which is what makes short codes fast. Codes longer than the index go to a bucket per index
/// value: a small table for the shorter ones and a binary search for the rest, so that the memory stays proportional to the
/// number of codes whatever their lengths.
/// </remarks>
internal sealed class HuffmanTable
{
    public const int MaximumCodeLength = 56;
    private const int MaximumIndexBits = 12;
    private const int MaximumCodes = 65536;
    private const uint LongFlag = 1u << 31;
    private const int WidthShift = 26;
    private const uint StartMask = (1u << WidthShift) - 1;

    private readonly Bucket[] _buckets = new Bucket[1 << MaximumIndexBits];
    private readonly ushort[] _bucketCounts = new ushort[1 << MaximumIndexBits];
    private readonly ushort[] _bucketOfIndex = new ushort[1 << MaximumIndexBits];
    private ushort[] _symbols = [];
    private byte[] _lengths = [];
    private ulong[] _codes = [];
    private ulong[] _longKeys = [];
    private int[] _longItems = [];
    private int _secondLength;
    private int _codeCount;

    /// <summary>Number of bits that index the tables.</summary>
    public int IndexBits { get; private set; }

    /// <summary>Symbol in bits 0-15, code length in bits 16-23; for longer codes a flag and the place of the second-level table.</summary>
    public uint[] Single { get; } = new uint[1 << MaximumIndexBits];

    /// <summary>Three 16-bit values, the last repeated where there are fewer, then the bits they use and their number, a byte each;
    /// values are running sums when the table is built for differences. Zero for codes longer than the index.</summary>
    public ulong[] Multi { get; } = new ulong[1 << MaximumIndexBits];

    public static bool IsLong(uint single) => (single & LongFlag) != 0;

    /// <summary>Reads the code table and checks it: symbols ascending, lengths in range, no code a prefix of another, no bit string without a code.</summary>
    /// <returns>Number of bytes read.</returns>
    public int Read(ReadOnlySpan<byte> table, int codeCount, ulong symbolCount, bool sums)
    {
        ReadCodes(table, codeCount, out int size);
        // Short streams get a small table: filling a large one would cost more than decoding.
        IndexBits = symbolCount switch { < 512 => 6, < 8192 => 9, _ => MaximumIndexBits };
        int longCodes = FillShortCodes();
        FillLongCodes(longCodes);
        FillMulti(sums);
        return size;
    }

    /// <summary>Second-level entries, in the form of <see cref="Single"/>; 0 where the code is longer still.</summary>
    public uint[] Second { get; private set; } = [];

    /// <summary>Place in <see cref="Second"/> for the bits behind the index.</summary>
    /// <param name="single">A long entry of <see cref="Single"/>: flag, 5 bits of table width, 26 bits of table start.</param>
    /// <param name="rest">The bits behind the index.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SecondIndex(uint single, ulong rest) =>
        (int)(single & StartMask) + (int)((uint)rest & ((1u << (int)((single >> WidthShift) & 31)) - 1));

    /// <summary>Finds the entry of a code that is too long for the second-level table.</summary>
    /// <param name="bits">At least <see cref="MaximumCodeLength"/> bits of the stream, from the start of the code.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public uint Search(ulong bits)
    {
        // The codes of a bucket, first bit most significant, are sorted and cover all bit strings: the last one not above the stream matches.
        ref readonly Bucket bucket = ref _buckets[_bucketOfIndex[(int)bits & ((1 << IndexBits) - 1)]];
        ReadOnlySpan<ulong> keys = _longKeys.AsSpan(bucket.Start, bucket.Count);
        ulong key = Reverse(bits >> IndexBits);
        int low = 0;
        int high = keys.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            if (keys[middle] <= key) low = middle;
            else high = middle - 1;
        }

        int item = _longItems[bucket.Start + low];
        return _symbols[item] | ((uint)_lengths[item] << 16);
    }

    private void ReadCodes(ReadOnlySpan<byte> table, int codeCount, out int size)
    {
        if (_symbols.Length < codeCount)
        {
            int capacity = Math.Min(MaximumCodes, (int)BitOperations.RoundUpToPowerOf2((uint)codeCount));
            _symbols = new ushort[capacity];
            _lengths = new byte[capacity];
            _codes = new ulong[capacity];
            _longKeys = new ulong[capacity];
            _longItems = new int[capacity];
        }

        int at = 0;
        int previous = -1;
        for (int i = 0; i < codeCount; i++)
        {
            if (table.Length - at < 3) FailTableCut(i, codeCount);
            int symbol = BinaryPrimitives.ReadUInt16LittleEndian(table[at..]);
            int length = table[at + 2];
            if (length is 0 or > MaximumCodeLength) FailLength(symbol, length);
            if (symbol <= previous) FailOrder(symbol, previous);
            int bytes = (length + 7) >> 3;
            at += 3;
            if (table.Length - at < bytes) FailTableCut(i, codeCount);
            ulong code = 0;
            if (table.Length - at >= 8) code = BinaryPrimitives.ReadUInt64LittleEndian(table[at..]) & (ulong.MaxValue >> (64 - 8 * bytes));
            else for (int b = 0; b < bytes; b++) code |= (ulong)table[at + b] << (8 * b);
            if (code >> length != 0) FailWide(symbol, length, code);
            at += bytes;
            _symbols[i] = (ushort)symbol;
            _lengths[i] = (byte)length;
            _codes[i] = code;
            previous = symbol;
        }

        _codeCount = codeCount;
        size = at;
    }

    private int FillShortCodes()
    {
        int size = 1 << IndexBits;
        Span<uint> single = Single.AsSpan(0, size);
        single.Clear();
        Array.Clear(_bucketCounts, 0, size);
        int longCodes = 0;
        for (int i = 0; i < _codeCount; i++)
        {
            int length = _lengths[i];
            if (length > IndexBits)
            {
                int prefix = (int)(_codes[i] & (uint)(size - 1));
                // 65536 codes of one prefix would wrap the count to 0; they cannot all differ from every other prefix, which then has no code.
                _bucketCounts[prefix]++;
                longCodes++;
                continue;
            }

            uint entry = _symbols[i] | ((uint)length << 16);
            for (int index = (int)_codes[i]; index < size; index += 1 << length)
            {
                if (single[index] != 0) FailCollision(_symbols[i]);
                single[index] = entry;
            }
        }

        return longCodes;
    }

    private void FillLongCodes(int longCodes)
    {
        int size = 1 << IndexBits;
        _secondLength = 0;
        int start = 0;
        int buckets = 0;
        for (int index = 0; index < size; index++)
        {
            int count = _bucketCounts[index];
            if (count == 0)
            {
                if (Single[index] == 0) FailIncomplete();
                continue;
            }

            if (Single[index] != 0) FailCollision((ushort)Single[index]);
            Single[index] = LongFlag;
            _bucketOfIndex[index] = (ushort)buckets;
            _buckets[buckets++] = new Bucket { Start = start };
            start += count;
        }

        if (longCodes == 0) return;
        if (start != longCodes) FailIncomplete();
        for (int i = 0; i < _codeCount; i++)
        {
            if (_lengths[i] <= IndexBits) continue;
            ref Bucket bucket = ref _buckets[_bucketOfIndex[(int)(_codes[i] & (uint)(size - 1))]];
            int at = bucket.Start + bucket.Count++;
            _longItems[at] = i;
        }

        for (int index = 0; index < size; index++)
        {
            if (_bucketCounts[index] > 0) FillBucket(index, ref _buckets[_bucketOfIndex[index]]);
        }
    }

    private void FillBucket(int index, ref Bucket bucket)
    {
        Span<int> items = _longItems.AsSpan(bucket.Start, bucket.Count);
        int longest = 0;
        foreach (int item in items) longest = Math.Max(longest, _lengths[item] - IndexBits);
        // Eight entries per code at most, so that no set of lengths makes large tables.
        int width = Math.Min(Math.Min(longest, MaximumIndexBits), BitOperations.Log2((uint)items.Length) + 3);
        if (longest > width) SortBucket(bucket);

        int start = _secondLength;
        _secondLength += 1 << width;
        if (Second.Length < _secondLength)
        {
            uint[] grown = new uint[BitOperations.RoundUpToPowerOf2((uint)_secondLength)];
            Second.AsSpan(0, start).CopyTo(grown);
            Second = grown;
        }

        Span<uint> table = Second.AsSpan(start, 1 << width);
        table.Clear();
        int filled = 0;
        foreach (int item in items)
        {
            int rest = _lengths[item] - IndexBits;
            if (rest > width) continue;
            uint entry = _symbols[item] | ((uint)_lengths[item] << 16);
            for (int i = (int)(_codes[item] >> IndexBits); i < table.Length; i += 1 << rest, filled++)
            {
                if (table[i] != 0) FailCollision(_symbols[item]);
                table[i] = entry;
            }
        }

        if (longest <= width && filled != table.Length) FailIncomplete();
        Single[index] = LongFlag | ((uint)width << WidthShift) | (uint)start;
    }

    /// <summary>Sorts the codes for the search, and checks them: every code covers an interval of bit strings; prefix free and complete
    /// means that the intervals touch and fill the whole range.</summary>
    private void SortBucket(in Bucket bucket)
    {
        Span<ulong> keys = _longKeys.AsSpan(bucket.Start, bucket.Count);
        Span<int> items = _longItems.AsSpan(bucket.Start, bucket.Count);
        for (int i = 0; i < keys.Length; i++) keys[i] = Reverse(_codes[items[i]] >> IndexBits);
        keys.Sort(items);
        ulong expected = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] < expected || (i > 0 && expected == 0)) FailCollision(_symbols[items[i]]);
            if (keys[i] > expected) FailIncomplete();
            expected += 1UL << (64 - (_lengths[items[i]] - IndexBits));
        }

        if (expected != 0) FailIncomplete();
    }

    private void FillMulti(bool sums)
    {
        int size = 1 << IndexBits;
        ReadOnlySpan<uint> single = Single.AsSpan(0, size);
        Span<ulong> multi = Multi.AsSpan(0, size);
        for (int index = 0; index < size; index++)
        {
            uint entry = single[index];
            if (IsLong(entry))
            {
                multi[index] = 0;
                continue;
            }

            int used = (int)(entry >> 16);
            uint a = entry & 0xffff;
            uint b = a;
            uint c = a;
            uint count = 1;
            entry = single[index >> used];
            if (!IsLong(entry) && used + (int)(entry >> 16) <= IndexBits)
            {
                used += (int)(entry >> 16);
                b = c = (sums ? a + entry : entry) & 0xffff;
                count = 2;
                entry = single[index >> used];
                if (!IsLong(entry) && used + (int)(entry >> 16) <= IndexBits)
                {
                    used += (int)(entry >> 16);
                    c = (sums ? b + entry : entry) & 0xffff;
                    count = 3;
                }
            }

            multi[index] = a | ((ulong)b << 16) | ((ulong)c << 32) | ((ulong)used << 48) | ((ulong)count << 56);
        }
    }

    private static ulong Reverse(ulong x)
    {
        x = ((x >> 1) & 0x5555555555555555) | ((x & 0x5555555555555555) << 1);
        x = ((x >> 2) & 0x3333333333333333) | ((x & 0x3333333333333333) << 2);
        x = ((x >> 4) & 0x0f0f0f0f0f0f0f0f) | ((x & 0x0f0f0f0f0f0f0f0f) << 4);
        return BinaryPrimitives.ReverseEndianness(x);
    }

    private static void FailTableCut(int index, int count) => CodecErrors.Fail($"Huffman code table ends after {index} of {count} entries");

    private static void FailLength(int symbol, int length) => CodecErrors.Fail($"Huffman code of symbol {symbol} has {length} bits, 1 to {MaximumCodeLength} expected");

    private static void FailOrder(int symbol, int previous) => CodecErrors.Fail($"Huffman symbol {symbol} follows {previous}, ascending distinct symbols expected");

    private static void FailWide(int symbol, int length, ulong code) => CodecErrors.Fail($"Huffman code 0x{code:x} of symbol {symbol} has bits beyond its length of {length}");

    private static void FailCollision(int symbol) => CodecErrors.Fail($"Huffman code of symbol {symbol} collides with another: the codes are not prefix free");

    private static void FailIncomplete() => CodecErrors.Fail("Huffman codes do not cover all bit strings (Kraft sum is not 1)");

    /// <summary>The codes that share their first bits.</summary>
    private struct Bucket
    {
        public int Start;
        public int Count;
    }
}
