namespace DigiCam.Zfits.Codecs;

/// <summary>A prefix code of a deflate block, made from the frequencies of its symbols. Keeps its arrays between blocks; not thread-safe.</summary>
/// <remarks>
/// Of trees with the same total length this makes the one that reference zlib makes: nodes wait in a binary heap, ordered by frequency, then by
/// depth; which of two equal nodes leaves first follows from the moves in the heap, so that these must not change.
/// </remarks>
internal sealed class DeflateCode
{
    private const int DepthBits = 8;
    private const int NodeBits = 16;

    private readonly int _longest;
    private readonly int[] _counts;
    private readonly ulong[] _heap;
    private readonly ushort[] _parents;
    private readonly ushort[] _leaves;
    private readonly byte[] _depths;

    /// <summary>Makes the arrays for a code.</summary>
    /// <param name="symbols">Number of symbols.</param>
    /// <param name="longest">Longest code [bits].</param>
    public DeflateCode(int symbols, int longest)
    {
        _longest = longest;
        Frequencies = new int[symbols];
        Lengths = new byte[symbols];
        Codes = new ushort[symbols];
        _counts = new int[longest + 1];
        _heap = new ulong[symbols + 1];
        _parents = new ushort[2 * symbols];
        _leaves = new ushort[symbols];
        _depths = new byte[2 * symbols];
    }

    /// <summary>How often each symbol occurs.</summary>
    public int[] Frequencies { get; }

    /// <summary>Code length of each symbol; 0 for those without a code.</summary>
    public byte[] Lengths { get; }

    /// <summary>Code of each symbol, first bit lowest.</summary>
    public ushort[] Codes { get; }

    /// <summary>Number of symbols up to the last one with a code.</summary>
    public int Count { get; private set; }

    /// <summary>Makes the code. A code has two symbols at least: where fewer occur, others get a code as well, and frequency 0 still.</summary>
    public void Build()
    {
        Array.Clear(Lengths);
        Array.Clear(_counts);
        int waiting = Collect();
        int leaves = 0;
        int node = Lengths.Length;
        for (int i = waiting / 2; i >= 1; i--) SiftDown(i, waiting);
        while (waiting > 1)
        {
            ulong rarest = _heap[1];
            _heap[1] = _heap[waiting--];
            SiftDown(1, waiting);
            ulong next = _heap[1];
            TakeOut(rarest, node, ref leaves);
            TakeOut(next, node, ref leaves);
            ulong depth = Math.Max(DepthOf(rarest), DepthOf(next)) + 1;
            ulong frequency = (rarest >> (NodeBits + DepthBits)) + (next >> (NodeBits + DepthBits));
            _heap[1] = (frequency << (NodeBits + DepthBits)) | (depth << NodeBits) | (uint)node;
            node++;
            SiftDown(1, waiting);
        }

        SetLengths(node - 1, leaves);
        SetCodes();
    }

    /// <summary>Sets codes for lengths that are given.</summary>
    public void SetFixed(ReadOnlySpan<byte> lengths)
    {
        lengths.CopyTo(Lengths);
        Array.Clear(_counts);
        foreach (byte length in lengths) _counts[length]++;
        _counts[0] = 0;
        Count = lengths.Length;
        SetCodes();
    }

    private static ulong DepthOf(ulong entry) => (entry >> NodeBits) & ((1 << DepthBits) - 1);

    private int Collect()
    {
        int waiting = 0;
        Count = 0;
        for (int symbol = 0; symbol < Frequencies.Length; symbol++)
        {
            if (Frequencies[symbol] == 0) continue;
            _heap[++waiting] = ((ulong)Frequencies[symbol] << (NodeBits + DepthBits)) | (uint)symbol;
            Count = symbol + 1;
        }

        while (waiting < 2)
        {
            int symbol = Count < 3 ? Count++ : 0;
            _heap[++waiting] = (1UL << (NodeBits + DepthBits)) | (uint)symbol;
        }

        return waiting;
    }

    private void TakeOut(ulong entry, int parent, ref int leaves)
    {
        ushort node = (ushort)entry;
        _parents[node] = (ushort)parent;
        if (node < Lengths.Length) _leaves[leaves++] = node;
    }

    private void SiftDown(int hole, int count)
    {
        ulong[] heap = _heap;
        ulong entry = heap[hole];
        ulong key = entry >> NodeBits;
        while (true)
        {
            int child = 2 * hole;
            if (child > count) break;
            if (child < count && heap[child + 1] >> NodeBits <= heap[child] >> NodeBits) child++;
            if (key <= heap[child] >> NodeBits) break;
            heap[hole] = heap[child];
            hole = child;
        }

        heap[hole] = entry;
    }

    private void SetLengths(int root, int leaves)
    {
        int tooDeep = 0;
        _depths[root] = 0;
        for (int node = root - 1; node >= Lengths.Length; node--) _depths[node] = DepthBelow(node, ref tooDeep);
        for (int i = 0; i < leaves; i++)
        {
            int leaf = _leaves[i];
            byte length = DepthBelow(leaf, ref tooDeep);
            Lengths[leaf] = length;
            _counts[length]++;
        }

        if (tooDeep == 0) return;
        // A leaf of the longest length moves up and becomes the brother of one that is not so deep, which goes down by one.
        for (; tooDeep > 0; tooDeep -= 2)
        {
            int length = _longest - 1;
            while (_counts[length] == 0) length--;
            _counts[length]--;
            _counts[length + 1] += 2;
            _counts[_longest]--;
        }

        // The leaves left the heap by ascending frequency.
        int next = 0;
        for (int length = _longest; length > 0; length--)
        {
            for (int i = 0; i < _counts[length]; i++) Lengths[_leaves[next++]] = (byte)length;
        }
    }

    private byte DepthBelow(int node, ref int tooDeep)
    {
        int depth = _depths[_parents[node]] + 1;
        if (depth > _longest)
        {
            depth = _longest;
            tooDeep++;
        }

        return _depths[node] = (byte)depth;
    }

    private void SetCodes()
    {
        Span<int> next = stackalloc int[DeflateFormat.MaximumCodeLength + 1];
        int code = 0;
        for (int length = 1; length < _counts.Length; length++)
        {
            code = (code + _counts[length - 1]) << 1;
            next[length] = code;
        }

        for (int symbol = 0; symbol < Count; symbol++)
        {
            int length = Lengths[symbol];
            if (length == 0) continue;
            Codes[symbol] = Reverse((ushort)next[length]++, length);
        }
    }

    private static ushort Reverse(ushort code, int length)
    {
        uint x = code;
        x = ((x >> 1) & 0x5555) | ((x & 0x5555) << 1);
        x = ((x >> 2) & 0x3333) | ((x & 0x3333) << 2);
        x = ((x >> 4) & 0x0f0f) | ((x & 0x0f0f) << 4);
        x = ((x >> 8) & 0x00ff) | ((x & 0x00ff) << 8);
        return (ushort)(x >> (16 - length));
    }
}
