using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>Collects the literals and matches of a deflate block and writes it in the shortest of the three forms. Keeps its arrays between blocks; not thread-safe.</summary>
internal sealed class DeflateBlockWriter
{
    /// <summary>The length of a stored block has 16 bits.</summary>
    private const int LargestStored = 65535;

    /// <summary>Count arrays side by side, so that equal literals in a row do not wait for each other.</summary>
    private const int CountArrays = 4;

    private static readonly DeflateCode FixedLiterals = MakeFixedLiterals();
    private static readonly DeflateCode FixedDistances = MakeFixedDistances();

    /// <summary>For each match length, less 3, its number among the length symbols.</summary>
    private static readonly byte[] LengthSymbols = MakeLengthSymbols();

    private readonly DeflateCode _literals = new(DeflateFormat.LiteralCount, DeflateFormat.MaximumCodeLength);
    private readonly DeflateCode _distances = new(DeflateFormat.DistanceCount, DeflateFormat.MaximumCodeLength);
    private readonly DeflateCode _codeLengths = new(DeflateFormat.CodeLengthCount, DeflateFormat.MaximumCodeLengthLength);

    /// <summary>The code length symbols of both codes, and in the high byte the extra bits of a repetition.</summary>
    private readonly ushort[] _runs = new ushort[DeflateFormat.LiteralCount + DeflateFormat.DistanceCount];

    /// <summary>Code and extra bits in bits 0-23, their number in bits 24-31: of the literals, then of the match lengths less 3.</summary>
    private readonly uint[] _symbolBits = new uint[512];
    private readonly int[] _literalCounts = new int[CountArrays * 256];
    private ByteBuffer _output = new();
    private Sequence[] _sequences = new Sequence[1024];
    private int _sequenceCount;
    private int _literalRun;
    private int _runCount;
    private ulong _waiting;
    private int _used;
    private int _at;

    /// <summary>Starts a stream behind what the output has.</summary>
    public void Begin(ByteBuffer output)
    {
        _output = output;
        _at = output.Length;
        _waiting = 0;
        _used = 0;
        BeginBlock();
    }

    /// <summary>Adds literals; the block takes them from the source when it is written.</summary>
    public void AddLiterals(int count) => _literalRun += count;

    /// <summary>Adds a match.</summary>
    public void AddMatch(int length, int distance)
    {
        if (_sequenceCount == _sequences.Length) Array.Resize(ref _sequences, 2 * _sequences.Length);
        _sequences[_sequenceCount++] = new Sequence(_literalRun, (ushort)length, (ushort)distance);
        _literalRun = 0;
    }

    /// <summary>Writes a block.</summary>
    /// <param name="source">The bytes that the literals and matches stand for.</param>
    /// <param name="mayStore">False when the block must not be stored.</param>
    /// <param name="last">True for the last block of the stream, which then ends at a whole byte.</param>
    public void EndBlock(ReadOnlySpan<byte> source, bool mayStore, bool last)
    {
        AddMatch(0, 0);
        Count(source);
        _literals.Build();
        _distances.Build();
        CollectCodeLengths();
        _codeLengths.Build();
        int codeLengthCount = DeflateFormat.CodeLengthCount;
        while (codeLengthCount > 4 && _codeLengths.Lengths[DeflateFormat.CodeLengthOrder[codeLengthCount - 1]] == 0) codeLengthCount--;

        long extra = ExtraBits();
        long dynamicBytes = (extra + Bits(_literals, _literals) + Bits(_distances, _distances) + CodeLengthBits() + 3 * codeLengthCount + 14 + 3 + 7) >> 3;
        long fixedBytes = (extra + Bits(_literals, FixedLiterals) + Bits(_distances, FixedDistances) + 3 + 7) >> 3;
        long shortest = Math.Min(dynamicBytes, fixedBytes);
        uint flag = last ? 1u : 0u;
        if (mayStore && source.Length + 4 <= shortest && source.Length <= LargestStored)
        {
            Reserve(source.Length + 4);
            Put((DeflateFormat.StoredBlock << 1) | flag, 3);
            AlignToByte();
            BinaryPrimitives.WriteUInt16LittleEndian(_output.Array.AsSpan(_at), (ushort)source.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(_output.Array.AsSpan(_at + 2), (ushort)~source.Length);
            source.CopyTo(_output.Array.AsSpan(_at + 4));
            _at += 4 + source.Length;
        }
        else
        {
            Reserve(shortest);
            if (fixedBytes <= dynamicBytes)
            {
                Put((DeflateFormat.FixedBlock << 1) | flag, 3);
                PutSequences(source, FixedLiterals, FixedDistances);
            }
            else
            {
                Put((DeflateFormat.DynamicBlock << 1) | flag, 3);
                PutCodes(codeLengthCount);
                PutSequences(source, _literals, _distances);
            }
        }

        if (last) AlignToByte();
        _output.Resize(_at, keep: true);
        BeginBlock();
    }

    private static DeflateCode MakeFixedLiterals()
    {
        DeflateCode code = new(DeflateFormat.FixedLiteralCount, DeflateFormat.MaximumCodeLength);
        Span<byte> lengths = stackalloc byte[DeflateFormat.FixedLiteralCount];
        DeflateFormat.FixedLiteralLengths(lengths);
        code.SetFixed(lengths);
        return code;
    }

    private static DeflateCode MakeFixedDistances()
    {
        DeflateCode code = new(DeflateFormat.FixedDistanceCount, DeflateFormat.MaximumCodeLength);
        Span<byte> lengths = stackalloc byte[DeflateFormat.FixedDistanceCount];
        lengths.Fill(5);
        code.SetFixed(lengths);
        return code;
    }

    private static byte[] MakeLengthSymbols()
    {
        byte[] symbols = new byte[DeflateFormat.LongestMatch - DeflateFormat.ShortestMatch + 1];
        for (int k = 0; k < DeflateFormat.LengthBase.Length; k++) symbols.AsSpan(DeflateFormat.LengthBase[k] - DeflateFormat.ShortestMatch).Fill((byte)k);
        return symbols;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int DistanceSymbol(int distance)
    {
        // Two symbols for each power of two.
        int back = distance - 1;
        if (back < 2) return back;
        int log = BitOperations.Log2((uint)back);
        return 2 * log + ((back >> (log - 1)) & 1);
    }

    private void BeginBlock()
    {
        _sequenceCount = 0;
        _literalRun = 0;
    }

    /// <summary>Counts the symbols.</summary>
    private void Count(ReadOnlySpan<byte> source)
    {
        Span<int> counts = _literalCounts;
        counts.Clear();
        int[] lengths = _literals.Frequencies;
        int[] distances = _distances.Frequencies;
        Array.Clear(lengths);
        Array.Clear(distances);
        ref int counters = ref _literalCounts[0];
        foreach (ref readonly Sequence sequence in _sequences.AsSpan(0, _sequenceCount))
        {
            ReadOnlySpan<byte> literals = source[..sequence.Literals];
            int i = 0;
            for (; i <= literals.Length - 4; i += 4)
            {
                uint four = BinaryPrimitives.ReadUInt32LittleEndian(literals[i..]);
                Unsafe.Add(ref counters, (byte)four)++;
                Unsafe.Add(ref counters, 256 + (byte)(four >> 8))++;
                Unsafe.Add(ref counters, 512 + (byte)(four >> 16))++;
                Unsafe.Add(ref counters, 768 + (int)(four >> 24))++;
            }

            for (; i < literals.Length; i++) counts[literals[i]]++;
            source = source[(sequence.Literals + sequence.Length)..];
            if (sequence.Length == 0) continue;
            lengths[DeflateFormat.FirstLength + LengthSymbols[sequence.Length - DeflateFormat.ShortestMatch]]++;
            distances[DistanceSymbol(sequence.Distance)]++;
        }

        for (int i = 0; i < 256; i++) lengths[i] = counts[i] + counts[256 + i] + counts[512 + i] + counts[768 + i];
        lengths[DeflateFormat.EndOfBlock] = 1;
    }

    /// <summary>Puts the code lengths of both codes into runs, and counts their symbols.</summary>
    private void CollectCodeLengths()
    {
        Array.Clear(_codeLengths.Frequencies);
        _runCount = 0;
        CollectRuns(_literals.Lengths.AsSpan(0, _literals.Count));
        CollectRuns(_distances.Lengths.AsSpan(0, _distances.Count));
    }

    private void CollectRuns(ReadOnlySpan<byte> lengths)
    {
        while (lengths.Length > 0)
        {
            byte length = lengths[0];
            int run = lengths.IndexOfAnyExcept(length);
            if (run < 0) run = lengths.Length;
            lengths = lengths[run..];
            // A length other than 0 is written once before it can be repeated.
            if (length != 0)
            {
                AddRun(length, 0);
                run--;
            }

            while (run >= 3)
            {
                int symbol = length != 0 ? DeflateFormat.RepeatLength : run <= 10 ? DeflateFormat.RepeatZero : DeflateFormat.RepeatZeroLong;
                int count = Math.Min(run, length != 0 ? 6 : 138);
                AddRun(symbol, count - DeflateFormat.RepeatBase[symbol - DeflateFormat.RepeatLength]);
                run -= count;
            }

            for (; run > 0; run--) AddRun(length, 0);
        }
    }

    private void AddRun(int symbol, int extra)
    {
        _runs[_runCount++] = (ushort)(symbol | (extra << 8));
        _codeLengths.Frequencies[symbol]++;
    }

    private long ExtraBits()
    {
        long bits = 0;
        for (int k = 0; k < DeflateFormat.LengthExtra.Length; k++) bits += (long)_literals.Frequencies[DeflateFormat.FirstLength + k] * DeflateFormat.LengthExtra[k];
        for (int k = 0; k < DeflateFormat.DistanceExtra.Length; k++) bits += (long)_distances.Frequencies[k] * DeflateFormat.DistanceExtra[k];
        return bits;
    }

    private static long Bits(DeflateCode counted, DeflateCode code)
    {
        long bits = 0;
        for (int symbol = 0; symbol < counted.Count; symbol++) bits += (long)counted.Frequencies[symbol] * code.Lengths[symbol];
        return bits;
    }

    private long CodeLengthBits()
    {
        long bits = Bits(_codeLengths, _codeLengths);
        for (int k = 0; k < DeflateFormat.RepeatExtra.Length; k++) bits += (long)_codeLengths.Frequencies[DeflateFormat.RepeatLength + k] * DeflateFormat.RepeatExtra[k];
        return bits;
    }

    private void PutCodes(int codeLengthCount)
    {
        Put((uint)(_literals.Count - DeflateFormat.FirstLength), 5);
        Put((uint)(_distances.Count - 1), 5);
        Put((uint)(codeLengthCount - 4), 4);
        for (int i = 0; i < codeLengthCount; i++) Put(_codeLengths.Lengths[DeflateFormat.CodeLengthOrder[i]], 3);
        foreach (ushort run in _runs.AsSpan(0, _runCount))
        {
            int symbol = run & 0xff;
            Put(_codeLengths.Codes[symbol], _codeLengths.Lengths[symbol]);
            if (symbol >= DeflateFormat.RepeatLength) Put((uint)run >> 8, DeflateFormat.RepeatExtra[symbol - DeflateFormat.RepeatLength]);
        }
    }

    private unsafe void PutSequences(ReadOnlySpan<byte> source, DeflateCode literalCode, DeflateCode distanceCode)
    {
        MakeSymbolBits(literalCode);
        ulong waiting = _waiting;
        int used = _used;
        fixed (byte* data = source)
        fixed (byte* output = _output.Array)
        fixed (uint* symbolBits = _symbolBits)
        fixed (ushort* distanceCodes = distanceCode.Codes)
        fixed (byte* distanceLengths = distanceCode.Lengths)
        {
            byte* at = data;
            byte* o = output + _at;
            foreach (ref readonly Sequence sequence in _sequences.AsSpan(0, _sequenceCount))
            {
                // Up to 7 bits wait; three literals take 45 at most, a match 48. Eight bytes are stored, whole ones advance.
                byte* end = at + sequence.Literals;
                for (; end - at >= 3; at += 3)
                {
                    Add(symbolBits[at[0]], ref waiting, ref used);
                    Add(symbolBits[at[1]], ref waiting, ref used);
                    Add(symbolBits[at[2]], ref waiting, ref used);
                    Store(ref o, ref waiting, ref used);
                }

                for (; at < end; at++) Add(symbolBits[*at], ref waiting, ref used);
                Store(ref o, ref waiting, ref used);
                if (sequence.Length == 0) continue;
                Add(symbolBits[256 + sequence.Length - DeflateFormat.ShortestMatch], ref waiting, ref used);
                int symbol = DistanceSymbol(sequence.Distance);
                waiting |= (ulong)distanceCodes[symbol] << used;
                used += distanceLengths[symbol];
                waiting |= (ulong)(uint)(sequence.Distance - DeflateFormat.DistanceBase[symbol]) << used;
                used += DeflateFormat.DistanceExtra[symbol];
                Store(ref o, ref waiting, ref used);
                at += sequence.Length;
            }

            _at = (int)(o - output);
        }

        _waiting = waiting;
        _used = used;
        Put(literalCode.Codes[DeflateFormat.EndOfBlock], literalCode.Lengths[DeflateFormat.EndOfBlock]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(uint symbolBits, ref ulong waiting, ref int used)
    {
        waiting |= (ulong)(symbolBits & 0xffffff) << used;
        used += (int)(symbolBits >> 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Store(ref byte* o, ref ulong waiting, ref int used)
    {
        *(ulong*)o = waiting;
        o += used >> 3;
        waiting >>= used & ~7;
        used &= 7;
    }

    private void MakeSymbolBits(DeflateCode code)
    {
        uint[] symbolBits = _symbolBits;
        for (int i = 0; i < 256; i++) symbolBits[i] = code.Codes[i] | ((uint)code.Lengths[i] << 24);
        for (int i = 0; i < LengthSymbols.Length; i++)
        {
            int k = LengthSymbols[i];
            int symbol = DeflateFormat.FirstLength + k;
            int length = code.Lengths[symbol];
            uint extra = (uint)(i + DeflateFormat.ShortestMatch - DeflateFormat.LengthBase[k]);
            symbolBits[256 + i] = code.Codes[symbol] | (extra << length) | ((uint)(length + DeflateFormat.LengthExtra[k]) << 24);
        }
    }

    /// <summary>Makes room for a number of bytes behind those written. The slack of the buffer takes what a store writes beyond them.</summary>
    private void Reserve(long bytes) => _output.Resize(checked((int)(_at + bytes + 8)), keep: true);

    private void Put(uint bits, int count)
    {
        _waiting |= (ulong)bits << _used;
        _used += count;
        BinaryPrimitives.WriteUInt64LittleEndian(_output.Array.AsSpan(_at), _waiting);
        _at += _used >> 3;
        _waiting >>= _used & ~7;
        _used &= 7;
    }

    private void AlignToByte()
    {
        if (_used > 0) Put(0, 8 - _used);
    }

    /// <summary>Literals and the match behind them; at the end of a block a match of length 0.</summary>
    private readonly record struct Sequence(int Literals, ushort Length, ushort Distance);
}
