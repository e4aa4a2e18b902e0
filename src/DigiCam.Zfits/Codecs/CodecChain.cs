namespace DigiCam.Zfits.Codecs;

/// <summary>Runs process lists, backwards to decode and forwards to encode. Keeps its buffers between blocks; not thread-safe.</summary>
internal sealed class CodecChain : IDisposable
{
    private readonly HuffmanDecoder _huffmanDecoder = new();
    private readonly ZstdCoder _zstd = new();
    private ZLibCoder? _zlib;
    private HuffmanEncoder? _huffmanEncoder;
    private LzoEncoder? _lzoEncoder;
    private ByteBuffer _spare = new();

    /// <summary>Checks that a list ends with a coder and holds only transforms before it.</summary>
    /// <exception cref="CodecException">The order is wrong.</exception>
    /// <exception cref="NotSupportedException">A process is unknown or has no inverse.</exception>
    public static void Check(ReadOnlySpan<ushort> processes)
    {
        for (int i = 0; i < processes.Length; i++)
        {
            int id = processes[i];
            if (ProcessIds.HasNoInverse(id)) throw new NotSupportedException($"process 0x{id:x2} ({ProcessIds.NameOf(id)}) has no inverse and cannot be decoded");
            if (!ProcessIds.IsCoder(id) && !ProcessIds.IsTransform(id)) throw new NotSupportedException($"process 0x{id:x2} is unknown");
            bool last = i == processes.Length - 1;
            if (last && !ProcessIds.IsCoder(id)) CodecErrors.Fail($"the last process is {ProcessIds.NameOf(id)}, a coder expected (raw, huffman16, zlib, lzo, rice, halfman16 or zstd)");
            if (!last && ProcessIds.IsCoder(id)) CodecErrors.Fail($"the coder {ProcessIds.NameOf(id)} is process {i + 1} of {processes.Length}, only the last process is a coder");
        }

        if (processes.Length == 0) CodecErrors.Fail("the process list is empty, at least one process expected");
    }

    /// <summary>Decodes a payload.</summary>
    /// <param name="source">Array that holds the payload.</param>
    /// <param name="offset">Start of the payload.</param>
    /// <param name="length">Length of the payload.</param>
    /// <param name="processes">Process list in the order of encoding.</param>
    /// <param name="limit">Largest number of decoded bytes.</param>
    /// <param name="result">Receives the decoded bytes; may become another buffer.</param>
    public void Decode(byte[] source, int offset, int length, ReadOnlySpan<ushort> processes, long limit, ref ByteBuffer result)
    {
        Check(processes);
        ReadOnlySpan<byte> payload = source.AsSpan(offset, length);
        int next = processes.Length - 2;
        int expanding = processes.Count(ProcessIds.SameValues32) + processes.Count(ProcessIds.SparseValues32);
        // Run lengths can be longer than what they stand for: at worst two words for one, and a header.
        long outer = Math.Min(expanding > 0 ? 2 * limit + 64 : limit, ByteBuffer.MaximumLength);
        limit = Math.Min(limit, ByteBuffer.MaximumLength);
        switch (processes[^1])
        {
            case ProcessIds.Raw:
                if (length > outer) CodecErrors.TooLong("raw", (UInt128)length, outer);
                payload.CopyTo(result.Resize(length));
                break;
            case ProcessIds.Huffman16:
                bool fused = next >= 0 && processes[next] == ProcessIds.Diff16;
                _huffmanDecoder.DecodeHuffman(payload, result, outer, fused);
                if (fused) next--;
                break;
            case ProcessIds.HalfMan16:
                _huffmanDecoder.DecodeHalfMan(payload, result, outer);
                break;
            case ProcessIds.ZLib:
                (_zlib ??= new()).Decode(payload, result, outer);
                break;
            case ProcessIds.Lzo:
                LzoDecoder.Decode(payload, result, outer);
                break;
            case ProcessIds.Rice:
                RiceCoder.Decode(payload, result, outer);
                break;
            case ProcessIds.Zstd:
                _zstd.Decode(payload, result, outer);
                break;
        }

        for (; next >= 0; next--)
        {
            ushort id = processes[next];
            if (id is ProcessIds.SameValues32 or ProcessIds.SparseValues32) expanding--;
            Undo(id, expanding > 0 ? outer : limit, ref result);
        }

        if (result.Length > limit) CodecErrors.TooLong("block", (UInt128)result.Length, limit);
    }

    /// <summary>Encodes a block in place.</summary>
    /// <param name="data">The serialised rows; holds the payload afterwards, may become another buffer.</param>
    /// <param name="processes">Process list.</param>
    /// <param name="settings">Level and quantum, for the processes that take one.</param>
    public void Encode(ref ByteBuffer data, ReadOnlySpan<ushort> processes, CodecSettings settings)
    {
        Check(processes);
        foreach (ushort id in processes)
        {
            switch (id)
            {
                case ProcessIds.Raw:
                    break;
                case ProcessIds.Smoothing:
                    Transforms16.EncodeSmoothing(data.Span);
                    break;
                case ProcessIds.Diff16:
                    Transforms16.EncodeDiff(data.Span);
                    break;
                case ProcessIds.DoubleDiff16:
                    Transforms16.EncodeDiff(data.Span);
                    Transforms16.EncodeDiff(data.Span);
                    break;
                case ProcessIds.Offset128:
                    Transforms16.EncodeOffset(data.Span);
                    break;
                case ProcessIds.LossyFloats:
                    LossyFloats.Encode(data.Span);
                    break;
                case ProcessIds.LossyInt16:
                    LossyIntegers.Encode16(data.Span, settings.Quantum);
                    break;
                case ProcessIds.LossyInt32:
                    LossyIntegers.Encode32(data.Span, settings.Quantum);
                    break;
                case ProcessIds.SplitHiLo16:
                    SplitHiLo.Encode16(data.Span, _spare.Resize(data.Length));
                    Swap(ref data);
                    break;
                case ProcessIds.SplitHiLo32:
                    SplitHiLo.Encode32(data.Span, _spare.Resize(data.Length));
                    Swap(ref data);
                    break;
                case ProcessIds.SameValues32:
                    RunLength32.EncodeSame(data.Span, _spare);
                    Swap(ref data);
                    break;
                case ProcessIds.SparseValues32:
                    RunLength32.EncodeSparse(data.Span, _spare);
                    Swap(ref data);
                    break;
                case ProcessIds.Huffman16:
                    (_huffmanEncoder ??= new()).EncodeHuffman(data.Span, _spare);
                    Swap(ref data);
                    break;
                case ProcessIds.HalfMan16:
                    (_huffmanEncoder ??= new()).EncodeHalfMan(data.Span, _spare);
                    Swap(ref data);
                    break;
                case ProcessIds.ZLib:
                    (_zlib ??= new()).Encode(data.Span, _spare, settings.Deflate);
                    Swap(ref data);
                    break;
                case ProcessIds.Lzo:
                    (_lzoEncoder ??= new()).Encode(data.Span, _spare);
                    Swap(ref data);
                    break;
                case ProcessIds.Rice:
                    RiceCoder.Encode(data.Span, _spare);
                    Swap(ref data);
                    break;
                case ProcessIds.Zstd:
                    ZstdCoder.Encode(data.Span, _spare, settings.ZstdLevel);
                    Swap(ref data);
                    break;
                default:
                    throw new NotSupportedException($"process 0x{id:x2} ({ProcessIds.NameOf(id)}) cannot be written");
            }
        }
    }

    /// <summary>Encodes a block into a buffer of its own.</summary>
    /// <param name="data">The serialised rows; its contents are lost, its memory is not.</param>
    /// <param name="result">Receives the payload, behind room for a header.</param>
    /// <param name="headerSize">Bytes left free before the payload.</param>
    /// <param name="processes">Process list.</param>
    /// <param name="settings">Level and quantum, for the processes that take one.</param>
    public void Encode(ByteBuffer data, ByteBuffer result, int headerSize, ReadOnlySpan<ushort> processes, CodecSettings settings)
    {
        ByteBuffer payload = data;
        try
        {
            Encode(ref payload, processes, settings);
            payload.Span.CopyTo(result.Resize(checked(headerSize + payload.Length))[headerSize..]);
        }
        finally
        {
            // Every buffer stays where it was: a large one must not wander to a small column, and grow again in the next tile.
            if (!ReferenceEquals(payload, data)) _spare = payload;
        }
    }

    public void Dispose() => _zstd.Dispose();

    private void Undo(ushort id, long limit, ref ByteBuffer result)
    {
        switch (id)
        {
            case ProcessIds.Smoothing:
                Transforms16.DecodeSmoothing(result.Span);
                break;
            case ProcessIds.Diff16:
                Transforms16.DecodeDiff(result.Span);
                break;
            case ProcessIds.DoubleDiff16:
                Transforms16.DecodeDiff(result.Span);
                Transforms16.DecodeDiff(result.Span);
                break;
            case ProcessIds.Offset128:
                Transforms16.DecodeOffset(result.Span);
                break;
            case ProcessIds.SplitHiLo16:
                SplitHiLo.Decode16(result.Span, _spare.Resize(result.Length));
                Swap(ref result);
                break;
            case ProcessIds.SplitHiLo32:
                SplitHiLo.Decode32(result.Span, _spare.Resize(result.Length));
                Swap(ref result);
                break;
            case ProcessIds.SameValues32:
                RunLength32.DecodeSame(result.Span, _spare, limit);
                Swap(ref result);
                break;
            case ProcessIds.SparseValues32:
                RunLength32.DecodeSparse(result.Span, _spare, limit);
                Swap(ref result);
                break;
            case ProcessIds.LossyFloats:
                LossyFloats.Decode(result.Span);
                break;
            case ProcessIds.LossyInt16 or ProcessIds.LossyInt32:
                // The loss happened when the file was written.
                break;
        }
    }

    private void Swap(ref ByteBuffer buffer) => (buffer, _spare) = (_spare, buffer);
}
