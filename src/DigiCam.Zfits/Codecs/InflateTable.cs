using System.Numerics;

namespace DigiCam.Zfits.Codecs;

/// <summary>Look-up table of one code of a deflate block: literals and lengths, distances, or code lengths.</summary>
/// <remarks>
/// The next few bits index the table. Longer codes lead to a part behind it that their remaining bits index. An entry holds in bits 0-5 the
/// number of bits that it takes, extra bits included; in bits 8-11 the length of the (first) code alone; in bits 12-13 the number of literals,
/// two where two short codes fit into the index; in bits 14 and 15 the flags below; in bits 16-31 the literals, or the base that extra bits are
/// added to, or the place of the further part.
/// </remarks>
internal sealed class InflateTable
{
    /// <summary>The entry leads to a further part of the table, which is indexed by as many bits as bits 0-5 say.</summary>
    public const uint Link = 1u << 14;

    /// <summary>The entry is neither literals nor a base: the end of the block if bit 16 is set, else bits that are no code.</summary>
    public const uint Special = 1u << 15;
    public const uint EndOfBlock = Special | 1u << 16;

    /// <summary>Mask of the number of literals.</summary>
    public const uint Literals = 3u << LiteralsShift;
    public const int LiteralsShift = 12;
    public const int ValueShift = 16;
    private const int CodeLengthShift = 8;
    private const int LiteralIndexBits = 11;
    private const int DistanceIndexBits = 8;
    private const int ShortIndexBits = 9;

    private readonly uint[] _symbols;
    private readonly ushort[] _sorted;
    private readonly int[] _counts = new int[DeflateFormat.MaximumCodeLength + 1];
    private readonly int _largestIndexBits;

    private InflateTable(uint[] symbols, int indexBits, int entries)
    {
        _symbols = symbols;
        _sorted = new ushort[symbols.Length];
        _largestIndexBits = IndexBits = indexBits;
        Entries = new uint[entries];
    }

    /// <summary>Number of bits that index the table.</summary>
    public int IndexBits { get; private set; }

    public uint[] Entries { get; }

    /// <summary>A table of literals and lengths.</summary>
    /// <remarks>A further part of 2^k entries needs k + 1 codes at least, which bounds the size of all parts together: here for the 6 bits behind the short index.</remarks>
    public static InflateTable ForLiterals()
    {
        uint[] symbols = new uint[DeflateFormat.FixedLiteralCount];
        for (int i = 0; i < 256; i++) symbols[i] = (1u << LiteralsShift) | ((uint)i << ValueShift);
        symbols[DeflateFormat.EndOfBlock] = EndOfBlock;
        for (int i = DeflateFormat.FirstLength; i < symbols.Length; i++)
        {
            int k = i - DeflateFormat.FirstLength;
            symbols[i] = i < DeflateFormat.LiteralCount ? ((uint)DeflateFormat.LengthBase[k] << ValueShift) | DeflateFormat.LengthExtra[k] : Special;
        }

        return new InflateTable(symbols, LiteralIndexBits, (1 << LiteralIndexBits) + 4 * DeflateFormat.FixedLiteralCount);
    }

    public static InflateTable ForDistances()
    {
        uint[] symbols = new uint[DeflateFormat.FixedDistanceCount];
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = i < DeflateFormat.DistanceCount ? ((uint)DeflateFormat.DistanceBase[i] << ValueShift) | DeflateFormat.DistanceExtra[i] : Special;
        }

        return new InflateTable(symbols, DistanceIndexBits, (1 << DistanceIndexBits) + 16 * DeflateFormat.FixedDistanceCount);
    }

    public static InflateTable ForCodeLengths()
    {
        uint[] symbols = new uint[DeflateFormat.CodeLengthCount];
        for (int i = 0; i < symbols.Length; i++) symbols[i] = (uint)i << ValueShift;
        return new InflateTable(symbols, DeflateFormat.MaximumCodeLengthLength, 1 << DeflateFormat.MaximumCodeLengthLength);
    }

    /// <summary>Makes the table of a code.</summary>
    /// <param name="lengths">Code length of each symbol, 0 for symbols without a code.</param>
    /// <param name="isShort">True when so few data are left that a large table would cost more than it saves.</param>
    /// <param name="code">Name of the code, for messages.</param>
    /// <param name="mayBeIncomplete">Also accepts, as zlib does, no code at all, and a single code of one bit.</param>
    public void Build(ReadOnlySpan<byte> lengths, bool isShort, string code, bool mayBeIncomplete)
    {
        IndexBits = isShort ? Math.Min(_largestIndexBits, ShortIndexBits) : _largestIndexBits;
        Span<int> counts = _counts;
        counts.Clear();
        foreach (byte length in lengths) counts[length]++;
        counts[0] = 0;
        int longest = DeflateFormat.MaximumCodeLength;
        while (longest > 0 && counts[longest] == 0) longest--;
        int free = 1;
        Span<int> starts = stackalloc int[DeflateFormat.MaximumCodeLength + 1];
        int used = 0;
        for (int length = 1; length < counts.Length; length++)
        {
            starts[length] = used;
            used += counts[length];
            free = 2 * free - counts[length];
            if (free < 0) CodecErrors.Fail($"zlib: the {code} codes are over-subscribed");
        }

        if (free > 0 && !(mayBeIncomplete && longest <= 1)) CodecErrors.Fail($"zlib: the {code} codes are incomplete");
        for (int symbol = 0; symbol < lengths.Length; symbol++) if (lengths[symbol] != 0) _sorted[starts[lengths[symbol]]++] = (ushort)symbol;
        Span<uint> table = Entries.AsSpan(0, 1 << IndexBits);
        if (free > 0) table.Fill(Special);
        Fill(table, longest, free > 0);
    }

    /// <summary>Puts two literals into every entry whose index has room for the codes of both.</summary>
    public void Pair()
    {
        Span<uint> table = Entries.AsSpan(0, 1 << IndexBits);
        // From the last entry down: the second code lies at a lower index, which still is a single one.
        for (int i = table.Length - 1; i >= 0; i--)
        {
            uint first = table[i];
            uint second = table[i >>> (int)first];
            int length = (int)((first & 63) + (second & 63));
            if ((first & second & (1u << LiteralsShift)) == 0 || length > IndexBits) continue;
            table[i] = (first & 0x00ff0f00) | (uint)length | (2u << LiteralsShift) | ((second & 0x00ff0000) << 8);
        }
    }

    private void Fill(Span<uint> table, int longest, bool incomplete)
    {
        int next = 0;
        // The code as the stream has it, first bit lowest; counting up goes from the highest bit down.
        uint code = 0;
        int size = incomplete ? table.Length : 1;
        int end = table.Length;
        int prefix = -1;
        Span<uint> part = default;
        for (int length = 1; length <= longest; length++)
        {
            // Entries made so far stand for one more bit each; the table doubles.
            if (length <= IndexBits && !incomplete)
            {
                table[..size].CopyTo(table[size..]);
                size *= 2;
            }

            int count = _counts[length];
            uint mask = (1u << length) - 1;
            for (int i = 0; i < count; i++)
            {
                uint entry = _symbols[_sorted[next++]] + (uint)length | ((uint)length << CodeLengthShift);
                if (length <= IndexBits)
                {
                    for (int at = (int)code; at < size; at += 1 << length) table[at] = entry;
                }
                else
                {
                    int low = (int)(code & (uint)(table.Length - 1));
                    if (low != prefix)
                    {
                        // A part has room for the longest of its codes: codes fill it until it is complete.
                        prefix = low;
                        int bits = length - IndexBits;
                        for (int room = count - i; room < 1 << bits; room = 2 * room + _counts[IndexBits + bits]) bits++;
                        table[low] = Link | (uint)bits | ((uint)end << ValueShift);
                        part = Entries.AsSpan(end, 1 << bits);
                        end += part.Length;
                    }

                    // The bits of the index are not taken by the link, but with the rest of the code.
                    for (int at = (int)(code >> IndexBits); at < part.Length; at += 1 << (length - IndexBits)) part[at] = entry;
                }

                uint zeros = code ^ mask;
                if (zeros == 0) continue;
                uint bit = 1u << BitOperations.Log2(zeros);
                code = (code & (bit - 1)) | bit;
            }
        }

        for (; size < table.Length; size *= 2) table[..size].CopyTo(table[size..]);
    }
}
